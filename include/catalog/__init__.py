"""What the warehouse holds and where it comes from: one declaration a table.

``TABLES`` has every warehouse table by name. Adding a table is one file in a source's folder, one
line here, and one migration (`docs/adding-a-table.md`).
"""

from include.catalog.calendar import DIM_DATE
from include.catalog.covid.covid_us_daily import COVID_US_DAILY
from include.catalog.model import Table
from include.catalog.registry import registry
from include.catalog.totesys.dim_counterparty import DIM_COUNTERPARTY
from include.catalog.totesys.dim_currency import DIM_CURRENCY
from include.catalog.totesys.dim_design import DIM_DESIGN
from include.catalog.totesys.dim_location import DIM_LOCATION
from include.catalog.totesys.dim_payment_type import DIM_PAYMENT_TYPE
from include.catalog.totesys.dim_staff import DIM_STAFF
from include.catalog.totesys.dim_transaction import DIM_TRANSACTION
from include.catalog.totesys.fact_payment import FACT_PAYMENT
from include.catalog.totesys.fact_purchase_order import FACT_PURCHASE_ORDER
from include.catalog.totesys.fact_sales_order import FACT_SALES_ORDER

TABLES = registry(
    (
        DIM_DATE,
        DIM_COUNTERPARTY,
        DIM_CURRENCY,
        DIM_DESIGN,
        DIM_LOCATION,
        DIM_PAYMENT_TYPE,
        DIM_STAFF,
        DIM_TRANSACTION,
        FACT_PAYMENT,
        FACT_PURCHASE_ORDER,
        FACT_SALES_ORDER,
        COVID_US_DAILY,
    )
)

SOURCE_FED = tuple(table for table in TABLES.values() if table.driving is not None)
"""The tables that are polled for changes in a database."""

FILE_FED = tuple(table for table in TABLES.values() if table.files)
"""The tables that are made of whole files."""

FED = SOURCE_FED + FILE_FED

__all__ = ["FED", "FILE_FED", "SOURCE_FED", "TABLES", "Table"]
