"""What the questions about the pipeline have in common."""

from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Request
from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from include.alerts import links
from include.catalog import FED
from include.environment import DAG_ID
from include.settings import AlertSettings

RowModel = TypeVar("RowModel", bound=BaseModel)
_TABLES = [table.name for table in FED]


class Listing(BaseModel, Generic[RowModel]):
    """Rows of the pipeline's books. They change without any load, so only their ETag says whether they did."""

    rows: list[RowModel]


def _known(table: str) -> str:
    if table not in _TABLES:
        raise PydanticCustomError("table", "Input should be {names}", {"names": ", ".join(_TABLES)})
    return table


TableName = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": _TABLES})]
"""A table that a source feeds."""
RunId = Annotated[str, Field(min_length=1, max_length=250, pattern=r"^[^\x00]+$")]
"""What Airflow calls a run."""
Limit = Annotated[int, Field(ge=1, le=1000, description="At most so many rows.")]
Hours = Annotated[int, Field(ge=1, le=168, description="So many hours back, the current one included.")]


def _run_urls(request: Request) -> Callable[[str], str | None]:
    base_url = request.app.state.airflow_url
    return lambda run_id: links.run_url(base_url, DAG_ID, run_id) if base_url else None


RunUrls = Annotated[Callable[[str], str | None], Depends(_run_urls)]
"""Where Airflow shows a run; None where this application does not know where Airflow is."""


def runbook_url(anchor: str) -> str | None:
    """The address of a section of the runbook, where the setting `totes.runbook_url` is one."""
    url = AlertSettings.from_environment().runbook_url
    return f"{url}#{anchor}" if url.startswith(("http://", "https://")) else None
