"""`/sales`: orders, units and revenue by period and by whom, where and what."""

import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from include.analytics.api import cubes
from include.analytics.api.asking import Answer, Asked
from include.analytics.api.problems import DOCUMENTED
from include.analytics.api.values import Money, Number, Text
from include.analytics.queries import cube, sales

router = APIRouter(prefix="/sales", tags=["sales"])

Dimension = Literal[
    "currency",
    "design",
    "design_id",
    "counterparty",
    "counterparty_country",
    "delivery_country",
    "staff",
    "department",
    "office",
]


class SalesQuestion(cubes.CubeQuestion):
    """What is asked about sales. Filters combine; several values of one filter are alternatives."""

    by: list[Dimension] = Field(
        [],
        description="Group by these. The currency always is one: none is ever summed. People and firms of one name stay"
        " apart, by their ids; designs of one name are one group by `design`, and apart by `design_id`.",
        examples=[["department"]],
    )
    date: Literal["created", "delivery", "payment"] = Field("created", description="… of this date of the order.")
    currency: list[Text] = Field([], description="Only these currencies.", examples=[["GBP"]])
    design: list[Text] = Field([], description="Only designs of these names.")
    design_id: list[Number] = Field([], description="Only these designs.")
    counterparty: list[Text] = Field([], description="Only firms of these legal names.")
    counterparty_id: list[Number] = Field([], description="Only these firms.")
    counterparty_country: list[Text] = Field([], description="Only firms with a legal address in these countries.")
    delivery_country: list[Text] = Field([], description="Only what is delivered to these countries.")
    staff: list[Text] = Field([], description="Only sold by people of these names: first and last name.")
    staff_id: list[Number] = Field([], description="Only sold by these people.")
    department: list[Text] = Field([], description="Only sold by people who are now of these departments.")
    office: list[Text] = Field([], description="Only sold by people whose departments are there.")
    per_employee: bool = Field(
        False, description="Count the people who sold in each group as well, and divide its revenue by them."
    )
    order: Literal["revenue", "units", "orders", "average_price"] = Field(
        "revenue", description="What `top` is the greatest of."
    )


class SalesRow(BaseModel):
    """One group. What was not asked for by `by` or `period` is left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "currency": "GBP",
                    "period": "2024-10-01",
                    "department": "Sales",
                    "orders": 31,
                    "units": 1577350,
                    "revenue": "4733022.81",
                    "average_price": "3.0006",
                    "share": "0.251907",
                }
            ]
        }
    )

    currency: str
    period: datetime.date | None = Field(None, description="The first day of the period.")
    design: str | None = None
    design_id: int | None = None
    counterparty: str | None = None
    counterparty_id: int | None = None
    counterparty_country: str | None = None
    delivery_country: str | None = None
    staff: str | None = None
    staff_id: int | None = None
    department: str | None = None
    office: str | None = None
    orders: int
    units: int
    revenue: Money = Field(description="Units times price, in this row's currency.")
    employees: int | None = Field(None, description="How many people sold, with `per_employee`.")
    average_price: Money | None = Field(description="Revenue by units, to four decimals.")
    revenue_per_employee: Money | None = Field(None, description="Revenue by the people who sold, with `per_employee`.")
    share: Money | None = Field(description="The revenue's part of all that matches in this currency and period.")


@router.get("", response_model=Answer[SalesRow], responses=DOCUMENTED)
def read_sales(asked: Asked, question: Annotated[SalesQuestion, Query()]) -> Response:
    """Orders, units, revenue and average price, by currency and whatever else is asked for."""
    wanted = question.wanted(distinct=("employees",) if question.per_employee else ())
    statement = cube.aggregated(sales.base(question.as_of), wanted)
    return cubes.answered(asked, question, sales.TABLES, statement, SalesRow)
