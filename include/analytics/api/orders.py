"""`/orders`: finding an order, and all that was ever known of it. `/business`: everything as of a past moment."""

import datetime
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from include.analytics.api.asking import Answer, Asked, Question
from include.analytics.api.problems import DOCUMENTED, NOT_THERE
from include.analytics.api.values import Instant
from include.analytics.errors import NotThere
from include.analytics.queries import business, orders, values
from include.analytics.queries.versions import Change, Event, Version
from include.analytics.reading import Snapshot

router = APIRouter(tags=["time machine"])

Plain = str | int | bool | None
_MOST_MOMENTS = 2_000
_NOTHING_CHANGED: Sequence[Change | None] = (None,)


class OrdersQuestion(Question):
    """Which orders to list."""

    kind: orders.Kind = Field("sales", description="Sales orders or purchase orders.")
    id: int | None = Field(None, ge=1, le=2**31 - 1, description="The shop's number of the order.")
    counterparty: str | None = Field(None, max_length=200, description="A part of the firm's name, whatever the case.")
    limit: int = Field(50, ge=1, le=1000, description="The most orders.")


class OrderFound(BaseModel):
    """An order as it stands, deleted or not."""

    id: int
    versions: int = Field(description="How many versions of it there are.")
    seen_at: datetime.datetime = Field(description="When the latest was first seen.")
    is_deleted: bool
    created_date: datetime.date
    counterparty: str | None
    currency: str | None
    value: Decimal = Field(description="Units times price, in this row's currency.")


class OrderQuestion(Question):
    """Nothing besides the format: CSV has one line a change."""


class ChangeTold(BaseModel):
    """What changed in a column. A version in which none did has one row without a column."""

    subject: Literal["order", "payment"]
    id: int = Field(description="The order's or payment's number.")
    number: int = Field(description="The version, from 1.")
    event: Event
    seen_at: datetime.datetime = Field(description="When the pipeline first saw it, by the shop's clock.")
    column: str | None
    old: Plain
    new: Plain
    old_name: str | None = Field(description="What the dimension's member is called, where the column is its key.")
    new_name: str | None


class ColumnChanged(BaseModel):
    """A column that differs from the version before."""

    column: str
    old: Plain
    new: Plain
    old_name: str | None
    new_name: str | None


class VersionTold(BaseModel):
    """One version, and what makes it differ from the one before."""

    number: int
    event: Event
    seen_at: datetime.datetime
    until: datetime.datetime | None = Field(description="When another version was seen; null: it still stands.")
    is_stamped: bool = Field(description="Whether the shop's own `last_updated` moved with it.")
    value: Decimal = Field(description="Units times price of an order, the amount of a payment.")
    changes: list[ColumnChanged]
    row: dict[str, Plain] = Field(description="All columns of it.")
    names: dict[str, str] = Field(description="What the dimensions' members are called now, by column.")


class PaymentTold(BaseModel):
    """A payment of the order."""

    payment_id: int
    is_deleted: bool
    versions: list[VersionTold]


class TransactionTold(BaseModel):
    """What joins a payment to the order; of it the latest state alone is kept."""

    transaction_id: int
    transaction_type: str
    is_deleted: bool
    seen_at: datetime.datetime


class OrderTold(Answer[ChangeTold]):
    """All that was ever known of an order. ``rows`` are all changes, one after the other in time."""

    kind: orders.Kind
    id: int
    is_deleted: bool
    currency: str | None
    versions: list[VersionTold]
    transactions: list[TransactionTold]
    payments: list[PaymentTold]


class BusinessQuestion(Question):
    """As of when."""

    as_of: Instant | None = Field(
        None, description="As it was known at this instant, with what is known now beside it; now alone if left out."
    )


class BusinessRow(BaseModel):
    """What was known of one currency at one moment. Currencies are never summed."""

    known: Literal["then", "now"] = Field(description="As of the moment asked for, or now.")
    currency: str
    orders: int
    units: int
    revenue: Decimal
    purchases: int = Field(description="Purchase orders.")
    items: int
    spend: Decimal
    payments_paid: int
    payments_unpaid: int
    received: Decimal = Field(description="Paid receipts of sales and refunds of purchases.")
    to_receive: Decimal = Field(description="The same, unpaid.")
    paid_out: Decimal = Field(description="Paid payments of purchases and refunds of sales.")
    to_pay: Decimal = Field(description="The same, unpaid.")


class MomentsQuestion(Question):
    """Nothing besides the format."""


class Moment(BaseModel):
    """A load that changed a fact."""

    at: datetime.datetime = Field(description="The source's clock when it was read: what is known changes here.")
    table: str
    rows_new: int
    rows_revised: int
    rows_deleted: int


class Moments(Answer[Moment]):
    """The latest loads, oldest first."""

    first: datetime.datetime | None = Field(
        description="The first load: nothing is known as of before. The shop is older than that."
    )


@router.get("/orders", response_model=Answer[OrderFound], responses=DOCUMENTED)
def read_orders(asked: Asked, question: Annotated[OrdersQuestion, Query()]) -> Response:
    """Orders: those with more than one version first, the latest seen first among each."""
    statement = orders.found(question.kind, question.id, question.counterparty, question.limit)
    return asked.rows(question, orders.tables(question.kind), statement, OrderFound)


@router.get("/orders/{kind}/{id}", response_model=OrderTold, responses={**DOCUMENTED, **NOT_THERE})
def read_order(
    asked: Asked,
    kind: Annotated[orders.Kind, Path(description="sales or purchase", examples=["sales"])],
    id: Annotated[int, Path(ge=1, le=2**31 - 1, description="The shop's number of the order.", examples=[2])],  # noqa: A002  the address's word
    question: Annotated[OrderQuestion, Query()],
) -> Response:
    """An order with every version of it and of its payments: what changed, when, from what to what."""

    def compose(snapshot: Snapshot, version: str) -> OrderTold:
        found = orders.order(snapshot, kind, id)
        if found is None:
            raise NotThere(
                f"No {kind} order {id} was ever seen. /orders?kind={kind} lists those that are there; an order that the"
                " shop made and deleted between two looks at it was never seen."
            )
        return _told(kind, id, found, version)

    return asked.composed(question, orders.tables(kind), compose)


@router.get("/business", response_model=Answer[BusinessRow], responses=DOCUMENTED)
def read_business(asked: Asked, question: Annotated[BusinessQuestion, Query()]) -> Response:
    """The whole business by currency, as it was known at a past moment, and now."""

    def compose(snapshot: Snapshot, version: str) -> Answer[BusinessRow]:
        now = business.by_currency(snapshot, None)
        then = business.by_currency(snapshot, question.as_of) if question.as_of else []
        rows = [("then", row) for row in then] + [("now", row) for row in now]
        return Answer[BusinessRow](
            version=version, rows=[BusinessRow.model_validate({"known": known, **row}) for known, row in rows]
        )

    return asked.composed(question, business.TABLES, compose)


@router.get("/business/moments", response_model=Moments, responses=DOCUMENTED)
def read_moments(asked: Asked, question: Annotated[MomentsQuestion, Query()]) -> Response:
    """The moments that can be asked for: since the first load, and the loads at which something changed."""

    def compose(snapshot: Snapshot, version: str) -> Moments:
        first, loads = business.moments(snapshot, _MOST_MOMENTS)
        return Moments(version=version, first=first, rows=[Moment.model_validate(load) for load in loads])

    return asked.composed(question, business.FACTS, compose)


def _told(kind: orders.Kind, number: int, order: orders.Order, version: str) -> OrderTold:
    shape = orders.SHAPES[kind]
    latest = order.versions[-1]
    changes = _rows("order", number, order.versions)
    for payment, versions in order.payments.items():
        changes += _rows("payment", payment, versions)
    return OrderTold(
        version=version,
        kind=kind,
        id=number,
        is_deleted=latest.event == "deleted",
        currency=latest.names.get("currency_id"),
        versions=[_version(one, one.row[shape.units] * one.row[shape.price]) for one in order.versions],
        transactions=[TransactionTold.model_validate(row) for row in order.transactions],
        payments=[_payment(payment, versions) for payment, versions in order.payments.items()],
        rows=sorted(changes, key=lambda row: row.seen_at),
    )


def _payment(number: int, versions: Sequence[Version]) -> PaymentTold:
    return PaymentTold(
        payment_id=number,
        is_deleted=versions[-1].event == "deleted",
        versions=[_version(one, one.row["payment_amount"]) for one in versions],
    )


def _version(version: Version, value: Decimal) -> VersionTold:
    return VersionTold(
        number=version.number,
        event=version.event,
        seen_at=version.seen_at,
        until=version.until,
        is_stamped=version.is_stamped,
        value=value,
        changes=[ColumnChanged(**_plain(change)) for change in version.changes],
        row={name: values.plain(value) for name, value in version.row.items()},
        names=version.names,
    )


def _rows(subject: Literal["order", "payment"], number: int, versions: Sequence[Version]) -> list[ChangeTold]:
    return [
        ChangeTold(
            subject=subject, id=number, number=one.number, event=one.event, seen_at=one.seen_at, **_plain(change)
        )
        for one in versions
        for change in one.changes or _NOTHING_CHANGED
    ]


def _plain(change: Change | None) -> dict[str, Any]:
    """A change as JSON has it; of none, nothing in every field."""
    if change is None:
        return dict.fromkeys(ColumnChanged.model_fields)
    told = asdict(change)
    return {**told, "old": values.plain(change.old), "new": values.plain(change.new)}
