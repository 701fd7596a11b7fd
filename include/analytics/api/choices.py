"""`/choices`: what the filters of `/sales`, `/purchases` and `/payments` can be set to."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from include.analytics.api.asking import Answer, Asked, Question
from include.analytics.api.problems import DOCUMENTED
from include.analytics.queries import choices

router = APIRouter(prefix="/choices", tags=["choices"])

Filter = Literal[
    "currency",
    "counterparty_id",
    "counterparty_country",
    "delivery_country",
    "staff_id",
    "department",
    "office",
    "design",
]


class Choice(BaseModel):
    """One value of a filter. A `supplier_id` is a `counterparty_id`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"filter": "staff_id", "value": "7", "label": "Greta O'Dell (Purchasing)"}]}
    )

    filter: Filter
    value: str = Field(description="What the parameter takes.")
    label: str = Field(description="What people know it by.")


@router.get("", response_model=Answer[Choice], responses=DOCUMENTED)
def read_choices(asked: Asked, question: Annotated[Question, Query()]) -> Response:
    """The currencies, firms, countries, people, departments, offices and designs that there are."""
    return asked.rows(question, choices.TABLES, choices.statement(), Choice)
