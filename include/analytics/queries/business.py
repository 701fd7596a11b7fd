"""The whole business as it was known at a moment, by currency, and the moments at which that changed."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from include.analytics.queries import stars
from include.analytics.reading import Row, Snapshot

FACTS = ("fact_sales_order", "fact_purchase_order", "fact_payment")
TABLES = (*FACTS, "dim_currency", "dim_payment_type")
"""What answers about the business depend on."""

NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(("orders", "units", "purchases", "items", "payments_paid", "payments_unpaid"), 0),
    **dict.fromkeys(("revenue", "spend", "received", "to_receive", "paid_out", "to_pay"), Decimal("0.00")),
}
"""What a currency has of each measure before anything was known of it."""

_COMING_IN = ("SALES_RECEIPT", "PURCHASE_REFUND")
_count, _sum = sa.func.count, sa.func.sum


def by_currency(snapshot: Snapshot, moment: datetime | None) -> list[dict[str, Any]]:
    """Every currency's measures as they were known at a moment (None: now), all currencies, in their order."""
    code = stars.currency_code()
    known = {row["currency"]: dict(NOTHING) for row in snapshot.rows(sa.select(code.label("currency")).order_by(code))}
    for statement in (_sales(moment), _purchases(moment), _payments(moment)):
        for row in snapshot.rows(statement):
            measures = {name: value for name, value in row.items() if name != "currency" and value is not None}
            known.setdefault(row["currency"], dict(NOTHING)).update(measures)
    return [{"currency": currency, **measures} for currency, measures in known.items()]


def moments(snapshot: Snapshot, most: int) -> tuple[datetime | None, list[Row]]:
    """The first moment of which something is known, and the latest loads that changed a fact, oldest first."""
    ledger = stars.table("etl_ledger")
    changed = (ledger.c.rows_new + ledger.c.rows_revised + ledger.c.rows_deleted) > 0
    counts = [ledger.c[name] for name in ("rows_new", "rows_revised", "rows_deleted")]
    loads = sa.select(ledger.c.snapshot_at.label("at"), ledger.c.table_name.label("table"), *counts).where(
        ledger.c.table_name.in_(FACTS), changed
    )
    latest = snapshot.rows(loads.order_by(ledger.c.snapshot_at.desc(), ledger.c.table_name).limit(most))
    return _first(snapshot), latest[::-1]


def _first(snapshot: Snapshot) -> datetime | None:
    """When the first version of any fact was seen: by the facts, for the ledger's extract holds its last days only."""
    seen = []
    for name in FACTS:
        version = stars.table(name)
        seen += snapshot.rows(sa.select(version.c._seen_at.label("at")).order_by(*version.primary_key).limit(1))
    return min((row["at"] for row in seen), default=None)


def _sales(moment: datetime | None) -> sa.Select[Any]:
    order = stars.as_of("fact_sales_order", moment)
    return _grouped(
        order,
        _count().label("orders"),
        _sum(order.c.units_sold).label("units"),
        _sum(order.c.units_sold * order.c.unit_price).label("revenue"),
    )


def _purchases(moment: datetime | None) -> sa.Select[Any]:
    order = stars.as_of("fact_purchase_order", moment)
    return _grouped(
        order,
        _count().label("purchases"),
        _sum(order.c.item_quantity).label("items"),
        _sum(order.c.item_quantity * order.c.item_unit_price).label("spend"),
    )


def _payments(moment: datetime | None) -> sa.Select[Any]:
    payment, kind = stars.as_of("fact_payment", moment), stars.table("dim_payment_type")
    paid, comes_in = payment.c.paid, kind.c.payment_type_name.in_(_COMING_IN)
    amount = _sum(payment.c.payment_amount)
    return _grouped(
        payment,
        _count().filter(paid).label("payments_paid"),
        _count().filter(~paid).label("payments_unpaid"),
        amount.filter(paid, comes_in).label("received"),
        amount.filter(~paid, comes_in).label("to_receive"),
        amount.filter(paid, ~comes_in).label("paid_out"),
        amount.filter(~paid, ~comes_in).label("to_pay"),
        joined=payment.outerjoin(kind, kind.c.payment_type_id == payment.c.payment_type_id),
    )


def _grouped(
    fact: sa.FromClause, *measures: sa.ColumnElement[Any], joined: sa.FromClause | None = None
) -> sa.Select[Any]:
    currency = stars.table("dim_currency")
    rows = (fact if joined is None else joined).join(currency, currency.c.currency_id == fact.c.currency_id)
    first: sa.ColumnElement[Any] = sa.literal_column("1")
    code = stars.currency_code().label("currency")
    return sa.select(code, *measures).select_from(rows).group_by(first).order_by(first)
