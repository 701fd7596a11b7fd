"""`/purchases`: orders, quantity and spend by period, supplier, item, people and place."""

import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from include.analytics.api import cubes
from include.analytics.api.asking import Answer, Asked
from include.analytics.api.problems import DOCUMENTED
from include.analytics.api.values import Money, Number, Text
from include.analytics.queries import cube, purchases

router = APIRouter(prefix="/purchases", tags=["purchases"])

Dimension = Literal[
    "currency", "supplier", "supplier_country", "item", "delivery_country", "staff", "department", "office"
]


class PurchasesQuestion(cubes.CubeQuestion):
    """What is asked about purchases. Filters combine; several values of one filter are alternatives."""

    by: list[Dimension] = Field(
        [],
        description="Group by these. The currency always is one: none is ever summed. People and firms of one name stay"
        " apart, by their ids.",
        examples=[["supplier"]],
    )
    date: Literal["created", "delivery", "payment"] = Field("created", description="… of this date of the order.")
    currency: list[Text] = Field([], description="Only these currencies.", examples=[["GBP"]])
    supplier: list[Text] = Field([], description="Only firms of these legal names.")
    supplier_id: list[Number] = Field([], description="Only these firms.")
    supplier_country: list[Text] = Field([], description="Only firms with a legal address in these countries.")
    item: list[Text] = Field([], description="Only these item codes.")
    delivery_country: list[Text] = Field([], description="Only what is delivered to these countries.")
    staff: list[Text] = Field([], description="Only bought by people of these names: first and last name.")
    staff_id: list[Number] = Field([], description="Only bought by these people.")
    department: list[Text] = Field([], description="Only bought by people who are now of these departments.")
    office: list[Text] = Field([], description="Only bought by people whose departments are there.")
    order: Literal["spend", "quantity", "orders", "average_price"] = Field(
        "spend", description="What `top` is the greatest of."
    )


class PurchasesRow(BaseModel):
    """One group. What was not asked for by `by` or `period` is left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "currency": "GBP",
                    "supplier": "Fenwold & Daughters",
                    "supplier_id": 4,
                    "orders": 71,
                    "quantity": 36120,
                    "spend": "18113410.55",
                    "average_price": "501.4787",
                    "share": "0.044107",
                }
            ]
        }
    )

    currency: str
    period: datetime.date | None = Field(None, description="The first day of the period.")
    supplier: str | None = None
    supplier_id: int | None = None
    supplier_country: str | None = None
    item: str | None = None
    delivery_country: str | None = None
    staff: str | None = None
    staff_id: int | None = None
    department: str | None = None
    office: str | None = None
    orders: int
    quantity: int
    spend: Money = Field(description="Quantity times price, in this row's currency.")
    average_price: Money | None = Field(description="Spend by quantity, to four decimals.")
    share: Money | None = Field(description="The spend's part of all that matches in this currency and period.")


@router.get("", response_model=Answer[PurchasesRow], responses=DOCUMENTED)
def read_purchases(asked: Asked, question: Annotated[PurchasesQuestion, Query()]) -> Response:
    """Orders, quantity, spend and average price, by currency and whatever else is asked for."""
    statement = cube.aggregated(purchases.base(question.as_of), question.wanted())
    return cubes.answered(asked, question, purchases.TABLES, statement, PurchasesRow)
