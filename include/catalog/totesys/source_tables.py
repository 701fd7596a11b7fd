"""The eleven tables of `totesys` as a dump of the real database shows them.

Types are spelled as PostgreSQL's ``format_type`` does. `_prisma_migrations` stands in the same
schema and is no business table.
"""

from include.catalog.model import SourceTable

_TIMESTAMP = "timestamp(3) without time zone"
_MONEY = "numeric(10,2)"


def _table(name: str, **columns: str) -> SourceTable:
    return SourceTable(source="totesys", name=name, key=f"{name}_id", columns=columns)


ADDRESS = _table(
    "address",
    address_id="integer",
    address_line_1="text",
    address_line_2="text",
    district="text",
    city="text",
    postal_code="text",
    country="text",
    phone="text",
    created_at=_TIMESTAMP,
    last_updated=_TIMESTAMP,
)
COUNTERPARTY = _table(
    "counterparty",
    counterparty_id="integer",
    counterparty_legal_name="text",
    legal_address_id="integer",
    commercial_contact="text",
    delivery_contact="text",
    created_at=_TIMESTAMP,
    last_updated=_TIMESTAMP,
)
CURRENCY = _table(
    "currency",
    currency_id="integer",
    currency_code="character varying(3)",
    created_at=_TIMESTAMP,
    last_updated=_TIMESTAMP,
)
DEPARTMENT = _table(
    "department",
    department_id="integer",
    department_name="text",
    location="text",
    manager="text",
    created_at=_TIMESTAMP,
    last_updated=_TIMESTAMP,
)
DESIGN = _table(
    "design",
    design_id="integer",
    created_at=_TIMESTAMP,
    design_name="text",
    file_location="text",
    file_name="text",
    last_updated=_TIMESTAMP,
)
STAFF = _table(
    "staff",
    staff_id="integer",
    first_name="text",
    last_name="text",
    department_id="integer",
    email_address="text",
    created_at=_TIMESTAMP,
    last_updated=_TIMESTAMP,
)
SALES_ORDER = _table(
    "sales_order",
    sales_order_id="integer",
    created_at=_TIMESTAMP,
    last_updated=_TIMESTAMP,
    design_id="integer",
    staff_id="integer",
    counterparty_id="integer",
    units_sold="integer",
    unit_price=_MONEY,
    currency_id="integer",
    agreed_delivery_date="text",
    agreed_payment_date="text",
    agreed_delivery_location_id="integer",
)
PURCHASE_ORDER = _table(
    "purchase_order",
    purchase_order_id="integer",
    created_at=_TIMESTAMP,
    last_updated=_TIMESTAMP,
    staff_id="integer",
    counterparty_id="integer",
    item_code="text",
    item_quantity="integer",
    item_unit_price=_MONEY,
    currency_id="integer",
    agreed_delivery_date="text",
    agreed_payment_date="text",
    agreed_delivery_location_id="integer",
)
PAYMENT_TYPE = _table(
    "payment_type",
    payment_type_id="integer",
    payment_type_name='"PaymentTypeName"',
    created_at=_TIMESTAMP,
    last_updated=_TIMESTAMP,
)
TRANSACTION = _table(
    "transaction",
    transaction_id="integer",
    transaction_type='"TransactionType"',
    sales_order_id="integer",
    purchase_order_id="integer",
    created_at=_TIMESTAMP,
    last_updated=_TIMESTAMP,
)
PAYMENT = _table(
    "payment",
    payment_id="integer",
    created_at=_TIMESTAMP,
    last_updated=_TIMESTAMP,
    transaction_id="integer",
    counterparty_id="integer",
    payment_amount=_MONEY,
    currency_id="integer",
    payment_type_id="integer",
    paid="boolean",
    payment_date="text",
    company_ac_number="integer",
    counterparty_ac_number="integer",
)
