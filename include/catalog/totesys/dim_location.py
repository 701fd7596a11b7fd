"""`dim_location`: the addresses that goods are delivered to."""

from include.catalog.model import INTEGER, TEXT, Column, Table
from include.catalog.totesys.source_tables import ADDRESS

DIM_LOCATION = Table(
    name="dim_location",
    description="The addresses that goods are delivered to.",
    grain="one address, as of now",
    natural_key=("location_id",),
    driving=ADDRESS,
    columns=(
        Column(
            name="location_id",
            type=INTEGER,
            source="address_id",
            description="The shop's number of the address.",
        ),
        Column(name="address_line_1", type=TEXT, description="Street and number."),
        Column(name="address_line_2", type=TEXT, nullable=True, description="A second line, where there is one."),
        Column(name="district", type=TEXT, nullable=True, description="The district, where there is one."),
        Column(name="city", type=TEXT, description="The city."),
        Column(name="postal_code", type=TEXT, description="The postal code; text, since zeros may lead."),
        Column(name="country", type=TEXT, description="The country, in English."),
        Column(name="phone", type=TEXT, description="The telephone number."),
    ),
)
