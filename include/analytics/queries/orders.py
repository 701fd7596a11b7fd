"""Single orders: finding one, and everything that was ever known of it and of what pays it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from include.analytics.queries import members, stars
from include.analytics.queries.versions import Version, told
from include.analytics.reading import Row, Snapshot
from include.catalog import TABLES

Kind = Literal["sales", "purchase"]
Expression = sa.ColumnElement[Any]


@dataclass(frozen=True)
class Shape:
    """Where a kind of order stands: its fact, the columns of its value, and its column of `dim_transaction`."""

    fact: str
    units: str
    price: str
    paid_by: str


SHAPES: Mapping[Kind, Shape] = {
    "sales": Shape("fact_sales_order", "units_sold", "unit_price", "sales_order_id"),
    "purchase": Shape("fact_purchase_order", "item_quantity", "item_unit_price", "purchase_order_id"),
}
_MEMBERS = ("dim_counterparty", "dim_currency", "dim_staff", "dim_location", "dim_design", "dim_payment_type")


def tables(kind: Kind) -> tuple[str, ...]:
    """What answers about orders of a kind depend on."""
    return (SHAPES[kind].fact, "fact_payment", "dim_transaction", *_MEMBERS)


@dataclass(frozen=True)
class Order:
    """An order's versions, the transactions that it is paid by, and the versions of each payment by its number."""

    versions: Sequence[Version]
    transactions: Sequence[Row]
    payments: Mapping[int, Sequence[Version]]


def found(kind: Kind, number: int | None, counterparty: str | None, most: int) -> sa.Select[Any]:
    """Orders, deleted ones too: those with more than one version first, the latest seen first among each."""
    shape = SHAPES[kind]
    order, firm, currency = stars.table(shape.fact), stars.table("dim_counterparty"), stars.table("dim_currency")
    (name,) = TABLES[shape.fact].natural_key
    key, versions = order.c[name], _counted(shape.fact)
    count = sa.func.coalesce(versions.c.versions, 1)
    rows = (
        order.outerjoin(versions, versions.c.key == key)
        .outerjoin(firm, firm.c.counterparty_id == order.c.counterparty_id)
        .outerjoin(currency, currency.c.currency_id == order.c.currency_id)
    )
    statement = (
        sa.select(
            key.label("id"),
            count.label("versions"),
            order.c._seen_at.label("seen_at"),
            order.c.is_deleted.label("is_deleted"),
            order.c.created_date.label("created_date"),
            firm.c.counterparty_legal_name.label("counterparty"),
            currency.c.currency_code.label("currency"),
            (order.c[shape.units] * order.c[shape.price]).label("value"),
        )
        .select_from(rows)
        .where(order.c.is_current)
        .order_by((count > 1).desc(), order.c._seen_at.desc(), key.desc())
        .limit(most)
    )
    if number is not None:
        statement = statement.where(key == number)
    if counterparty:
        statement = statement.where(firm.c.counterparty_legal_name.icontains(counterparty, autoescape=True))
    return statement


def _counted(fact: str) -> sa.Subquery:
    """How many versions there are of each key that has more than one."""
    versions = stars.table(fact)
    (name,) = TABLES[fact].natural_key
    superseded = versions.alias("superseded")
    revised = sa.select(superseded.c[name]).where(~superseded.c.is_current)
    return (
        sa.select(versions.c[name].label("key"), sa.func.count().label("versions"))
        .where(versions.c[name].in_(revised))
        .group_by(versions.c[name])
        .subquery("counted")
    )


def order(snapshot: Snapshot, kind: Kind, number: int) -> Order | None:
    """Everything that was ever known of an order; None if it never was there."""
    shape = SHAPES[kind]
    versions = _versions(snapshot, shape.fact, [number]).get(number)
    if versions is None:
        return None
    transactions = _transactions(snapshot, shape, number)
    payments = _payments(snapshot, [row["transaction_id"] for row in transactions])
    return Order(versions, transactions, _versions(snapshot, "fact_payment", payments))


def _versions(snapshot: Snapshot, fact: str, numbers: Sequence[int]) -> dict[int, list[Version]]:
    """The versions of each of these natural keys that is there."""
    table, history = TABLES[fact], stars.history(fact)
    (key,) = table.natural_key
    if not numbers:
        return {}
    statement = sa.select(history).where(history.c[key].in_(numbers)).order_by(history.c[key], history.c.version)
    rows = snapshot.rows(statement)
    names = members.names(snapshot, table, rows)
    return {
        number: told(table, [row for row in rows if row[key] == number], names)
        for number in dict.fromkeys(row[key] for row in rows)
    }


def _transactions(snapshot: Snapshot, shape: Shape, number: int) -> list[Row]:
    transaction = stars.table("dim_transaction")
    columns = [transaction.c[name] for name in TABLES["dim_transaction"].column_names]
    own = [transaction.c.is_deleted, transaction.c._seen_at.label("seen_at")]
    statement = sa.select(*columns, *own).where(transaction.c[shape.paid_by] == number)
    return snapshot.rows(statement.order_by(transaction.c.transaction_id))


def _payments(snapshot: Snapshot, transactions: Sequence[int]) -> list[int]:
    """The payments of which any version belongs to one of these transactions."""
    payment = stars.table("fact_payment")
    if not transactions:
        return []
    statement = sa.select(payment.c.payment_id).where(payment.c.transaction_id.in_(transactions)).distinct()
    return sorted(row["payment_id"] for row in snapshot.rows(statement))
