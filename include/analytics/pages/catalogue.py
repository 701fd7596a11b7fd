"""Which pages there are, in the order of the navigation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page: its address, its name in the navigation, and what it is for.

    Its template is `templates/<name>.html`, its script `static/<name>/page.js`.
    """

    name: str
    title: str
    description: str


PAGES = (
    Page("sales", "Sales", "Revenue and units over time, by currency, design, country, people and department."),
    Page("money", "Money", "What is due, overdue and paid, cash in against cash out, and spend by supplier and item."),
    Page("orders", "Orders", "Every version of an order and its payments, and the whole business as of a past moment."),
    Page("covid", "COVID-19", "Cases, deaths and recoveries in the United States, day by day, with every revision."),
    Page("operations", "Operations", "What ran, how fresh every table is, and what is wrong."),
)
