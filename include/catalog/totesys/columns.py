"""Columns that several tables share."""

from include.catalog.model import DATE, INTEGER, TIME, Column


def version_columns() -> tuple[Column, ...]:
    """When the source row was made and last stamped, each as a date and a time of day (UTC)."""
    return (
        Column(
            name="created_date",
            type=DATE,
            source="created_at",
            references="dim_date",
            description="The day on which the shop made the row (UTC).",
        ),
        Column(
            name="created_time",
            type=TIME,
            source="created_at",
            description="The time of day at which the shop made the row (UTC, milliseconds).",
        ),
        Column(
            name="last_updated_date",
            type=DATE,
            source="last_updated",
            references="dim_date",
            description="The day of the shop's own `last_updated` stamp (UTC); an edit need not move it.",
        ),
        Column(
            name="last_updated_time",
            type=TIME,
            source="last_updated",
            description="The time of day of the shop's own `last_updated` stamp (UTC, milliseconds).",
        ),
    )


def dimension_key(name: str, dimension: str, description: str, *, source: str = "") -> Column:
    """An integer column that holds a dimension's key."""
    return Column(name=name, type=INTEGER, source=source, references=dimension, description=description)


def agreed_date(name: str, description: str) -> Column:
    """A day that the shop keeps as text in the form YYYY-MM-DD."""
    return Column(name=name, type=DATE, references="dim_date", description=description)


COUNTERPARTY_KEY = dimension_key("counterparty_id", "dim_counterparty", "The firm on the other side.")
CURRENCY_KEY = dimension_key("currency_id", "dim_currency", "The currency of the amounts; never sum two of them.")
DELIVERY_LOCATION_KEY = dimension_key(
    "agreed_delivery_location_id", "dim_location", "Where the goods are to be delivered."
)
