"""Payments: cash in and out; paid, due or overdue on a day; one row of the fact a payment."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from include.analytics.queries import stars
from include.analytics.queries.cube import Base, Dimension, Expression

TABLES = ("fact_payment", "dim_counterparty", "dim_currency", "dim_payment_type")
"""What answers about payments depend on, besides the day."""

CASH_IN = ("SALES_RECEIPT", "PURCHASE_REFUND")
CASH_OUT = ("PURCHASE_PAYMENT", "SALES_REFUND")
AGES = {"1-30": 30, "31-60": 60, "61-90": 90, "91-180": 180}
"""Days overdue, by name: up to so many. Beyond the last: ``OLDEST``."""
OLDEST = "over 180"


def base(as_of: datetime | None, today: date) -> Base:
    """Payments as they stand now, or stood at a moment, looked at on a day."""
    payments, kind = stars.as_of("fact_payment", as_of), stars.table("dim_payment_type")
    firm, currency = stars.table("dim_counterparty"), stars.table("dim_currency")
    direction, amount = _direction(kind.c.payment_type_name), payments.c.payment_amount
    return Base(
        facts=payments.outerjoin(kind, kind.c.payment_type_id == payments.c.payment_type_id),
        dimensions={
            "currency": Dimension(payments.c.currency_id, currency, stars.currency_code()),
            "direction": Dimension(direction),
            "payment_type": Dimension(kind.c.payment_type_name),
            "status": Dimension(_status(payments.c, today)),
            "age": Dimension(_age(payments.c, today)),
            "counterparty": Dimension(payments.c.counterparty_id, firm, firm.c.counterparty_legal_name),
            "counterparty_id": Dimension(payments.c.counterparty_id, firm, firm.c.counterparty_id),
            "counterparty_country": Dimension(payments.c.counterparty_id, firm, firm.c.counterparty_legal_country),
        },
        together={"counterparty": ("counterparty", "counterparty_id")},
        dates={"payment": payments.c.payment_date, "created": payments.c.created_date},
        sums={
            "payments": sa.func.count(),
            "cash_in": sa.func.sum(sa.case((direction == "in", amount), else_=0)),
            "cash_out": sa.func.sum(sa.case((direction == "out", amount), else_=0)),
            "net": sa.func.sum(sa.case((direction == "in", amount), (direction == "out", -amount), else_=0)),
        },
        running="net",
    )


def _direction(kind: Expression) -> Expression:
    """Whether a kind of payment brings money in or takes it out; NULL for one that nobody has told of."""
    return sa.case((kind.in_(CASH_IN), sa.literal("in")), (kind.in_(CASH_OUT), sa.literal("out")))


def _status(payments: Any, today: date) -> Expression:
    return sa.case(
        (payments.paid, sa.literal("paid")),
        (payments.payment_date >= today, sa.literal("due")),
        else_=sa.literal("overdue"),
    )


def _age(payments: Any, today: date) -> Expression:
    """For how many days a payment is overdue; NULL where it is not."""
    overdue = sa.and_(~payments.paid, payments.payment_date < today)
    younger = [
        (sa.and_(overdue, payments.payment_date >= today - timedelta(days)), sa.literal(name))
        for name, days in AGES.items()
    ]
    return sa.case(*younger, (overdue, sa.literal(OLDEST)))
