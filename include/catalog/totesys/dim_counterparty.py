"""`dim_counterparty`: the firms that the shop buys from and sells to, with their legal address."""

from include.catalog.model import INTEGER, TEXT, Column, Lookup, Table
from include.catalog.totesys.source_tables import ADDRESS, COUNTERPARTY


def _legal(name: str, source: str, description: str, *, nullable: bool = False) -> Column:
    """A column of the legal address."""
    return Column(
        name=f"counterparty_legal_{name}",
        type=TEXT,
        source=f"address.{source}",
        nullable=nullable,
        description=description,
    )


DIM_COUNTERPARTY = Table(
    name="dim_counterparty",
    description="The firms that the shop buys from and sells to, with their legal address.",
    grain="one firm, as of now",
    natural_key=("counterparty_id",),
    driving=COUNTERPARTY,
    lookups=(Lookup(ADDRESS, foreign_key="legal_address_id"),),
    columns=(
        Column(name="counterparty_id", type=INTEGER, description="The shop's number of the firm."),
        Column(name="counterparty_legal_name", type=TEXT, description="The firm's legal name."),
        _legal("address_line_1", "address_line_1", "Street and number of the legal address."),
        _legal("address_line_2", "address_line_2", "A second line, where there is one.", nullable=True),
        _legal("district", "district", "The district, where there is one.", nullable=True),
        _legal("city", "city", "The city of the legal address."),
        _legal("postal_code", "postal_code", "The postal code; text, since zeros may lead."),
        _legal("country", "country", "The country of the legal address, in English."),
        _legal("phone_number", "phone", "The telephone number at the legal address."),
    ),
)
