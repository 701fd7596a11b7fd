"""`/sales`: orders, units and revenue by period and by whom, where and what."""

import datetime
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from include.analytics.api.asking import Answer, Asked, Question
from include.analytics.api.instants import Instant
from include.analytics.api.problems import DOCUMENTED
from include.analytics.queries import cube, sales

router = APIRouter(prefix="/sales", tags=["sales"])

Dimension = Literal[
    "currency", "design", "counterparty", "counterparty_country", "delivery_country", "staff", "department", "office"
]
Period = Literal["day", "week", "month", "quarter", "year"]


class SalesQuestion(Question):
    """What is asked about sales. Filters combine; several values of one filter are alternatives."""

    by: list[Dimension] = Field([], description="Group by these. The currency always is one: none is ever summed.")
    period: Period | None = Field(None, description="Group by days, weeks (from Monday), months, quarters or years …")
    date: Literal["created", "delivery", "payment"] = Field("created", description="… of this date of the order.")
    since: datetime.date | None = Field(None, description="The first day of that date.")
    until: datetime.date | None = Field(None, description="The last day of that date.")
    currency: list[str] = Field([], description="Only these currencies, for example GBP.")
    design: list[str] = Field([])
    counterparty: list[str] = Field([])
    counterparty_country: list[str] = Field([])
    delivery_country: list[str] = Field([])
    staff: list[str] = Field([], description="First and last name.")
    department: list[str] = Field([])
    office: list[str] = Field([])
    as_of: Instant | None = Field(None, description="As it was known at this instant; now, if it is left out.")
    order: Literal["revenue", "units", "orders", "average_price"] = "revenue"
    top: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="The greatest so many groups of each currency by `order`."
    )

    def asked(self) -> cube.Asked:
        """The same, as the cube takes it."""
        filters = ("currency", "design", "counterparty", "counterparty_country", "delivery_country")
        return cube.Asked(
            by=tuple(dict.fromkeys(self.by)),
            period=self.period,
            date=self.date,
            since=self.since,
            until=self.until,
            where={name: getattr(self, name) for name in (*filters, "staff", "department", "office")},
            as_of=self.as_of,
            order=self.order,
            top=self.top,
        )


class SalesRow(BaseModel):
    """One group. What was not asked for by `by` or `period` is left out."""

    currency: str
    period: datetime.date | None = Field(None, description="The first day of the period.")
    design: str | None = None
    counterparty: str | None = None
    counterparty_country: str | None = None
    delivery_country: str | None = None
    staff: str | None = None
    department: str | None = None
    office: str | None = None
    orders: int
    units: int
    revenue: Decimal = Field(description="Units times price, in this row's currency.")
    average_price: Decimal | None = Field(description="Revenue by units.")


@router.get("", response_model=Answer[SalesRow], responses=DOCUMENTED)
def read_sales(asked: Asked, question: Annotated[SalesQuestion, Query()]) -> Response:
    """Orders, units, revenue and average price, by currency and whatever else is asked for."""
    return asked.rows(question, sales.TABLES, cube.aggregated(sales.base, question.asked()), SalesRow)
