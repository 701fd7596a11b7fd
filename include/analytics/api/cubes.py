"""What questions that are answered by a cube have in common."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi.responses import Response
from pydantic import Field

from include.analytics.api.asking import Answer, Asking, Question, RowModel
from include.analytics.api.values import AsOf, Day
from include.analytics.errors import AskingError
from include.analytics.queries import cube
from include.analytics.reading import Snapshot

Period = Literal["day", "week", "month", "quarter", "year"]
_NOT_FILTERS = ("by",)

MOST_ROWS = 20_000
"""What an answer may have: it is held in memory, and remembered."""


class CubeQuestion(Question):
    """What is asked of a cube. Filters combine; several values of one filter are alternatives."""

    period: Period | None = Field(None, description="Group by days, weeks (from Monday), months, quarters or years …")
    since: Day | None = Field(None, description="The first day of `date` that counts.", examples=["2024-01-01"])
    until: Day | None = Field(None, description="The last day of `date` that counts.", examples=["2024-12-31"])
    as_of: AsOf | None = None
    top: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="Keep the greatest so many groups of each currency by `order`, over all periods together."
    )

    def wanted(self, **more: Any) -> cube.Wanted:
        """The same, as the cube takes it; ``more`` is what only this kind of question has."""
        named: Mapping[str, Any] = dict(self)
        return cube.Wanted(
            by=tuple(dict.fromkeys(named["by"])),
            period=self.period,
            date=named["date"],
            since=self.since,
            until=self.until,
            where=self.filters(),
            order=named["order"],
            top=self.top,
            **more,
        )

    def filters(self) -> dict[str, Sequence[Any]]:
        """Every list among the parameters but `by`, by the name of its dimension."""
        return {name: value for name, value in self if isinstance(value, list) and name not in _NOT_FILTERS}


def answered(
    asked: Asking,
    question: CubeQuestion,
    tables: Collection[str],
    statement: sa.Select[Any],
    model: type[RowModel],
    day: datetime.date | None = None,
) -> Response:
    """The rows of a cube's statement. Raises ``AskingError`` where there are more than anybody looks at."""

    def compose(snapshot: Snapshot, version: str) -> Answer[RowModel]:
        rows = snapshot.rows(statement.limit(MOST_ROWS + 1))
        if len(rows) > MOST_ROWS:
            raise AskingError(
                f"The answer has more than {MOST_ROWS:,} rows. Ask for fewer groups (`by`), longer periods (`period`),"
                " fewer days (`since`, `until`) or the greatest only (`top`)."
            )
        return Answer[model](version=version, rows=rows)  # type: ignore[valid-type]  # pydantic validates rows

    return asked.composed(question, tables, compose, day=day)


_FIRST_DAY = datetime.date(1900, 1, 1)
"""As `values.Day`: what is counted back from it is a day, too."""


def today(asked: datetime.date | None, as_of: datetime.datetime | None) -> datetime.date:
    """The day that a state is looked at on: the one asked for, else that of the moment (UTC)."""
    moment = as_of or datetime.datetime.now(datetime.UTC)
    return asked or max(moment.astimezone(datetime.UTC).date(), _FIRST_DAY)
