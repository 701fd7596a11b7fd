"""Payments on their way into the warehouse, and what it holds of them."""

from typing import Any

from include.planning import Request
from tests.pipeline import Pipeline

EVERYTHING = (
    "SELECT * FROM fact_payment ORDER BY 1",
    "SELECT * FROM dim_transaction ORDER BY 1",
    "SELECT * FROM etl_ledger ORDER BY 1",
    "SELECT * FROM etl_watermark ORDER BY 1",
)


def held(small: Pipeline) -> list[Any]:
    """All that a load of payments may change."""
    return [small.query(statement) for statement in EVERYTHING]


def pay(small: Pipeline, payment_id: int) -> None:
    """The shop turns `paid` of one payment round, without moving its stamp."""
    small.shop(f"UPDATE payment SET paid = NOT paid WHERE payment_id = {payment_id}")


def transformed(small: Pipeline, request: Request | None = None) -> dict[str, Any]:
    """Read what changed and conform it; the record to load."""
    return small.transform(small.extract("fact_payment", request))


def load_changes(small: Pipeline) -> dict[str, Any]:
    """Load what changed."""
    return small.load(transformed(small))


def watermark(small: Pipeline) -> tuple[Any, ...]:
    """Where payments stand: watermark, snapshot, freshness."""
    (row,) = small.query("SELECT watermark, snapshot, fresh_at FROM etl_watermark WHERE table_name = 'fact_payment'")
    return row
