"""`/payments`: cash in and out; what is paid, due and overdue, and for how long."""

import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from include.analytics.api import cubes
from include.analytics.api.asking import Answer, Asked
from include.analytics.api.problems import DOCUMENTED
from include.analytics.api.values import Day, Money, Number, Text
from include.analytics.queries import cube, payments

router = APIRouter(prefix="/payments", tags=["payments"])

Dimension = Literal["currency", "direction", "payment_type", "status", "age", "counterparty", "counterparty_country"]
Status = Literal["paid", "due", "overdue"]
Age = Literal["1-30", "31-60", "61-90", "91-180", "over 180"]


class PaymentsQuestion(cubes.CubeQuestion):
    """What is asked about payments. Filters combine; several values of one filter are alternatives."""

    by: list[Dimension] = Field(
        [],
        description="Group by these. The currency always is one: none is ever summed. `status` is paid, due or overdue,"
        " `age` for how many days overdue; firms of one name stay apart, by their ids.",
        examples=[["status"]],
    )
    date: Literal["payment", "created"] = Field("payment", description="… of this date of the payment.")
    today: Day | None = Field(
        None,
        description="The day on which payments are due or overdue: an unpaid one is due on and after this day, overdue"
        " before it. Left out: the day of `as_of`, or the current one (UTC).",
        examples=["2024-11-15"],
    )
    currency: list[Text] = Field([], description="Only these currencies.", examples=[["GBP"]])
    direction: list[Literal["in", "out"]] = Field(
        [], description="Only cash in (receipts of sales, refunds of purchases) or cash out."
    )
    payment_type: list[Text] = Field([], description="Only these kinds, for example SALES_RECEIPT.")
    status: list[Status] = Field([], description="Only paid, due or overdue ones.")
    age: list[Age] = Field([], description="Only those overdue for so many days.")
    counterparty: list[Text] = Field([], description="Only firms of these legal names.")
    counterparty_id: list[Number] = Field([], description="Only these firms.")
    counterparty_country: list[Text] = Field([], description="Only firms with a legal address in these countries.")
    order: Literal["cash_in", "cash_out", "net", "payments"] = Field(
        "cash_in", description="What `top` is the greatest of."
    )


class PaymentsRow(BaseModel):
    """One group. What was not asked for by `by` or `period` is left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "currency": "GBP",
                    "period": "2024-10-01",
                    "status": "paid",
                    "payments": 402,
                    "cash_in": "17911020.03",
                    "cash_out": "16040117.20",
                    "net": "1870902.83",
                    "net_to_date": "63177112.90",
                }
            ]
        }
    )

    currency: str
    period: datetime.date | None = Field(None, description="The first day of the period.")
    direction: str | None = Field(None, description="in or out; NULL for a kind of payment that is not known.")
    payment_type: str | None = None
    status: Status | None = None
    age: Age | None = Field(None, description="Days overdue; NULL where it is not overdue.")
    counterparty: str | None = None
    counterparty_id: int | None = None
    counterparty_country: str | None = None
    payments: int
    cash_in: Money = Field(description="Receipts of sales and refunds of purchases.")
    cash_out: Money = Field(description="Payments of purchases and refunds of sales.")
    net: Money = Field(description="Cash in less cash out.")
    net_to_date: Money | None = Field(
        None, description="With `period`: `net` summed up from the first period that matches to this one."
    )


@router.get("", response_model=Answer[PaymentsRow], responses=DOCUMENTED)
def read_payments(asked: Asked, question: Annotated[PaymentsQuestion, Query()]) -> Response:
    """Cash in and out, by currency and whatever else is asked for: paid, due and overdue; per period; by firm."""
    day = cubes.today(question.today, question.as_of)
    statement = cube.aggregated(payments.base(question.as_of, day), question.wanted())
    return cubes.answered(asked, question, payments.TABLES, statement, PaymentsRow, day)
