"""`/tables`: every table's rows, filtered, sorted, a page at a time or all in one stream."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from include.analytics.api.asking import Asked, Question
from include.analytics.api.problems import DOCUMENTED, NOT_THERE
from include.analytics.api.values import Instant
from include.analytics.errors import AskingError
from include.analytics.queries import tables
from include.catalog import TABLES, Table
from include.catalog.model import Column

router = APIRouter(prefix="/tables", tags=["tables"])

MOST_ROWS = 1_000_000


class ColumnDescribed(BaseModel):
    """A column of a table's rows."""

    name: str
    type: str = Field(description="As PostgreSQL names it.")
    nullable: bool
    description: str
    references: str | None = Field(description="The dimension whose key it holds.")


class TableDescribed(BaseModel):
    """A table: what its rows are, and which columns they have in each state that it can be asked for."""

    name: str
    description: str
    grain: str
    natural_key: list[str]
    sources: list[str] = Field(description="What it is made of.")
    columns: dict[tables.State, list[ColumnDescribed]] = Field(
        description="By state. `history` and `as_of` are there for tables that keep every version."
    )


class Catalogue(BaseModel):
    """Every table."""

    tables: list[TableDescribed]


class TableQuestion(Question):
    """Which rows of a table. Conditions all hold."""

    state: Literal["current", "history"] = Field(
        "current",
        description="`current`: one row a natural key, none deleted. `history`: every version, with its number and"
        " period; never sum over it. Facts and `covid_us_daily` keep versions.",
    )
    as_of: Instant | None = Field(
        None, description="As it was known at this instant (instead of `state`): one row a natural key."
    )
    where: list[str] = Field(
        [],
        max_length=20,
        description="`column:operator:value`, repeated for each condition. Operators: `eq`, `ne`, `lt`, `le`, `gt`,"
        ' `ge`, `in` (values as a line of CSV: `currency_id:in:1,2`, `city:in:"a, b",c`), `contains` (texts, whatever'
        " the case), `is_null` (`true` or `false`). Values as the column's type has them: `3.50`, `2024-11-30`,"
        " `14:05:00`, `true`.",
        examples=[["units_sold:ge:50000", "agreed_payment_date:lt:2024-02-01"]],
    )
    sort: str = Field(
        "",
        max_length=500,
        description="Columns with commas between, `-` before one that descends; NULLs come last. The natural key"
        " decides among equals, and alone if nothing is said.",
        examples=["-units_sold,created_date"],
    )
    fields: str = Field(
        "", max_length=2_000, description="Columns of the answer with commas between; all if nothing is said."
    )
    limit: int = Field(100, ge=1, le=MOST_ROWS, description="The most rows of this page.")
    cursor: str | None = Field(
        None,
        max_length=4_000,
        description="`next` of the page before (its `Link` header has the whole address). It says after which row to"
        " go on, so loads in between shift nothing; for the very same rows throughout ask with `as_of`.",
    )

    def wanted(self, table: str) -> tables.Asked:
        """The same, as the query takes it."""
        if self.as_of is not None and self.state == "history":
            raise AskingError("as_of: it is a state of its own; leave out state=history")
        return tables.Asked(
            table=table,
            state="as_of" if self.as_of is not None else self.state,
            as_of=self.as_of,
            where=self.where,
            sort=_names(self.sort),
            fields=_names(self.fields),
            limit=self.limit,
            cursor=self.cursor,
        )


class TableRows(BaseModel):
    """A page of rows. Decimals are strings: exact."""

    version: str = Field(description="Changes whenever a load changed what this answer depends on.")
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")
    rows: list[dict[str, str | int | bool | None]] = Field(
        examples=[[{"sales_order_id": 2, "units_sold": 42972, "unit_price": "3.94", "created_date": "2024-01-03"}]]
    )


@router.get("", response_model=Catalogue)
def read_tables() -> Catalogue:
    """Every table with its description, grain and columns."""
    return Catalogue(tables=[_described(table) for table in TABLES.values()])


@router.get("/{table}", response_model=TableRows, responses={**DOCUMENTED, **NOT_THERE})
def read_table(
    asked: Asked,
    table: Annotated[
        str,
        Path(description="A table's name.", examples=["fact_sales_order"], json_schema_extra={"enum": list(TABLES)}),
    ],
    question: Annotated[TableQuestion, Query()],
) -> Response:
    """Rows of a table: current, as of an instant, or every version; filtered, sorted, paged, streamed."""
    page = tables.page(question.wanted(table))
    return asked.streamed(question, tables.depends_on(tables.named(table)), page.rows, following=page.cursor)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _described(table: Table) -> TableDescribed:
    states: tuple[tables.State, ...] = ("current", "history", "as_of") if table.history == "versions" else ("current",)
    return TableDescribed(
        name=table.name,
        description=table.description,
        grain=table.grain,
        natural_key=list(table.natural_key),
        sources=[f"{source.source}.{source.name}" for source in table.sources],
        columns={state: [_column(one) for one in tables.columns(table, state).values()] for state in states},
    )


def _column(column: Column) -> ColumnDescribed:
    return ColumnDescribed(
        name=column.name,
        type=column.type.sql,
        nullable=column.nullable,
        description=column.description,
        references=column.references,
    )
