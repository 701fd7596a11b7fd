"""`dim_date`: the one table that the warehouse generates by itself."""

from include.catalog.model import DATE, INTEGER, TEXT, Column, Table

DIM_DATE = Table(
    name="dim_date",
    description="The calendar. Covers every date that a fact uses, and at least two years ahead of today.",
    grain="one day",
    natural_key=("date_id",),
    columns=(
        Column(name="date_id", type=DATE, description="The day."),
        Column(name="year", type=INTEGER, description="The year, for example 2024."),
        Column(name="month", type=INTEGER, description="The month, 1 to 12."),
        Column(name="day", type=INTEGER, description="The day of the month, 1 to 31."),
        Column(
            name="day_of_week",
            type=INTEGER,
            description="The ISO 8601 day of the week: Monday 1 to Sunday 7.",
        ),
        Column(name="day_name", type=TEXT, description="The day's English name."),
        Column(name="month_name", type=TEXT, description="The month's English name."),
        Column(name="quarter", type=INTEGER, description="The quarter, 1 to 4."),
    ),
)
