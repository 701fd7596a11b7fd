"""`dim_staff`: the people who buy and sell, with their department."""

from include.catalog.model import INTEGER, TEXT, Column, Lookup, Table
from include.catalog.totesys.source_tables import DEPARTMENT, STAFF

DIM_STAFF = Table(
    name="dim_staff",
    description="The people who buy and sell for Terrific Totes, with the department they belong to.",
    grain="one member of staff, as of now",
    natural_key=("staff_id",),
    driving=STAFF,
    lookups=(Lookup(DEPARTMENT, foreign_key="department_id"),),
    columns=(
        Column(name="staff_id", type=INTEGER, description="The shop's number of the person."),
        Column(name="first_name", type=TEXT, description="First name."),
        Column(name="last_name", type=TEXT, description="Last name."),
        Column(
            name="department_name",
            type=TEXT,
            source="department.department_name",
            description="The name of the person's department.",
        ),
        Column(
            name="location",
            type=TEXT,
            source="department.location",
            null_as="Unknown",
            description="Where the department sits, as the shop spells it; 'Unknown' where the shop says nothing.",
        ),
        Column(name="email_address", type=TEXT, description="The person's e-mail address."),
    ),
)
