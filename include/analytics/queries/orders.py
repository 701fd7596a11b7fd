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
    """Orders, deleted ones too: those with more than one version first, the latest loaded first among each.

    Only so many of each are looked for, and only theirs are the versions counted.
    """
    shape = SHAPES[kind]
    order, firm, currency = stars.table(shape.fact), stars.table("dim_counterparty"), stars.table("dim_currency")
    (name,), record_id = TABLES[shape.fact].natural_key, str(TABLES[shape.fact].record_id)
    key, counted = order.c[name], order.alias("counted")
    versions = sa.select(sa.func.count()).where(counted.c[name] == key).scalar_subquery()
    latest = sa.select(order.c[record_id]).where(order.c.is_current, *_wanted(shape, number, counterparty))
    latest = latest.order_by(order.c[record_id].desc()).limit(most)
    superseded = order.alias("superseded")
    revised = latest.where(key.in_(sa.select(superseded.c[name]).where(~superseded.c.is_current)))
    either = sa.union(sa.select(revised.subquery("revised")), sa.select(latest.subquery("latest")))
    return (
        sa.select(
            key.label("id"),
            versions.label("versions"),
            order.c._seen_at.label("seen_at"),
            order.c.is_deleted.label("is_deleted"),
            order.c.created_date.label("created_date"),
            firm.c.counterparty_legal_name.label("counterparty"),
            stars.currency_code().label("currency"),
            (order.c[shape.units] * order.c[shape.price]).label("value"),
        )
        .select_from(
            order.outerjoin(firm, firm.c.counterparty_id == order.c.counterparty_id).outerjoin(
                currency, currency.c.currency_id == order.c.currency_id
            )
        )
        .where(order.c[record_id].in_(either))
        .order_by((versions > 1).desc(), order.c[record_id].desc())
        .limit(most)
    )


def _wanted(shape: Shape, number: int | None, counterparty: str | None) -> list[sa.ColumnElement[bool]]:
    order, firm = stars.table(shape.fact), stars.table("dim_counterparty")
    conditions: list[sa.ColumnElement[bool]] = []
    if number is not None:
        conditions.append(order.c[TABLES[shape.fact].natural_key[0]] == number)
    if counterparty:
        named = firm.c.counterparty_legal_name.icontains(counterparty, autoescape=True)
        conditions.append(order.c.counterparty_id.in_(sa.select(firm.c.counterparty_id).where(named)))
    return conditions


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
