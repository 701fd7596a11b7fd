"""`dim_currency`: the currencies, with the names that ISO 4217 gives them."""

from typing import TYPE_CHECKING

from include.catalog.model import INTEGER, TEXT, Column, Table
from include.catalog.totesys.source_tables import CURRENCY

if TYPE_CHECKING:
    import pandas as pd


def add_currency_name(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Add `currency_name`, ISO 4217's name of `currency_code` (NULL for a code that it does not list).

    The shop has no such column. Source of the names: pycountry, which packages Debian's iso-codes.
    """
    import pycountry

    listed = {currency.alpha_3: currency.name for currency in pycountry.currencies}
    return rows.assign(currency_name=rows["currency_code"].map(listed).astype(rows["currency_code"].dtype))


DIM_CURRENCY = Table(
    name="dim_currency",
    description="The currencies that the shop trades in.",
    grain="one currency, as of now",
    natural_key=("currency_id",),
    driving=CURRENCY,
    transform=add_currency_name,
    columns=(
        Column(name="currency_id", type=INTEGER, description="The shop's number of the currency."),
        Column(name="currency_code", type=TEXT, description="The ISO 4217 code, for example GBP."),
        Column(name="currency_name", type=TEXT, description="ISO 4217's name of it, for example Pound Sterling."),
    ),
)
