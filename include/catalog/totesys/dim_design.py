"""`dim_design`: what is on the totes."""

from include.catalog.model import INTEGER, TEXT, Column, Table
from include.catalog.totesys.source_tables import DESIGN

DIM_DESIGN = Table(
    name="dim_design",
    description="The designs that are printed on the totes.",
    grain="one design, as of now",
    natural_key=("design_id",),
    driving=DESIGN,
    columns=(
        Column(name="design_id", type=INTEGER, description="The shop's number of the design."),
        Column(name="design_name", type=TEXT, description="The design's name; several designs share one."),
        Column(name="file_location", type=TEXT, description="The folder that the design's file lies in."),
        Column(name="file_name", type=TEXT, description="The name of the design's file."),
    ),
)
