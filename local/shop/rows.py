"""The rows of the shop, one class a table; fields stand in the columns' order."""

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import ClassVar


@dataclass(frozen=True)
class Row:
    """A row of a business table: which table, which columns, which values."""

    table: ClassVar[str]

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Return the names of the table's columns in their declared order."""
        return tuple(field.name for field in fields(cls))

    def values(self) -> tuple[object, ...]:
        """Return the values in the columns' order."""
        return tuple(vars(self).values())


@dataclass(frozen=True)
class Address(Row):
    """A place that firms reside in and orders are delivered to."""

    table = "address"
    address_id: int
    address_line_1: str
    address_line_2: str | None
    district: str | None
    city: str
    postal_code: str
    country: str
    phone: str
    created_at: datetime
    last_updated: datetime


@dataclass(frozen=True)
class Counterparty(Row):
    """A firm that the shop sells to and buys from."""

    table = "counterparty"
    counterparty_id: int
    counterparty_legal_name: str
    legal_address_id: int
    commercial_contact: str | None
    delivery_contact: str | None
    created_at: datetime
    last_updated: datetime


@dataclass(frozen=True)
class Currency(Row):
    """A currency by its ISO 4217 code; the shop does not store its name."""

    table = "currency"
    currency_id: int
    currency_code: str
    created_at: datetime
    last_updated: datetime


@dataclass(frozen=True)
class Department(Row):
    """A department of the shop, with the town it sits in."""

    table = "department"
    department_id: int
    department_name: str
    location: str | None
    manager: str | None
    created_at: datetime
    last_updated: datetime


@dataclass(frozen=True)
class Design(Row):
    """A tote's design and the file that holds it."""

    table = "design"
    design_id: int
    created_at: datetime
    design_name: str
    file_location: str
    file_name: str
    last_updated: datetime


@dataclass(frozen=True)
class Staff(Row):
    """A member of staff."""

    table = "staff"
    staff_id: int
    first_name: str
    last_name: str
    department_id: int
    email_address: str
    created_at: datetime
    last_updated: datetime


@dataclass(frozen=True)
class PaymentType(Row):
    """One of the four kinds of payment."""

    table = "payment_type"
    payment_type_id: int
    payment_type_name: str
    created_at: datetime
    last_updated: datetime


@dataclass(frozen=True)
class SalesOrder(Row):
    """A design sold to a firm; prices in the order's currency, agreed dates as `yyyy-mm-dd` text."""

    table = "sales_order"
    sales_order_id: int
    created_at: datetime
    last_updated: datetime
    design_id: int
    staff_id: int
    counterparty_id: int
    units_sold: int
    unit_price: Decimal
    currency_id: int
    agreed_delivery_date: str
    agreed_payment_date: str
    agreed_delivery_location_id: int


@dataclass(frozen=True)
class PurchaseOrder(Row):
    """Items bought from a firm; prices in the order's currency, agreed dates as `yyyy-mm-dd` text."""

    table = "purchase_order"
    purchase_order_id: int
    created_at: datetime
    last_updated: datetime
    staff_id: int
    counterparty_id: int
    item_code: str
    item_quantity: int
    item_unit_price: Decimal
    currency_id: int
    agreed_delivery_date: str
    agreed_payment_date: str
    agreed_delivery_location_id: int


@dataclass(frozen=True)
class Transaction(Row):
    """The one transaction of an order."""

    table = "transaction"
    transaction_id: int
    transaction_type: str
    sales_order_id: int | None
    purchase_order_id: int | None
    created_at: datetime
    last_updated: datetime


@dataclass(frozen=True)
class Payment(Row):
    """The one payment of a transaction; `paid` turns true on the morning of its `payment_date`."""

    table = "payment"
    payment_id: int
    created_at: datetime
    last_updated: datetime
    transaction_id: int
    counterparty_id: int
    payment_amount: Decimal
    currency_id: int
    payment_type_id: int
    paid: bool
    payment_date: str
    company_ac_number: int
    counterparty_ac_number: int


@dataclass(frozen=True)
class Written:
    """A row and the instant of its last write, silent edits included: the heap's order.

    PostgreSQL writes an edited row anew, behind the others.
    """

    at: datetime
    row: Row
