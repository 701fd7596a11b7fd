"""Say to CloudWatch how a run went and how far each table is behind."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from include.freshness.standing import Standing, read, standings
from include.metrics import emit, metrics
from include.steps.records import Record
from include.warehouse.connection import Connection, transaction

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient


def emit_metrics(
    client: "CloudWatchClient",
    namespace: str,
    *,
    warehouse: Connection | None,
    loads: Sequence[Record],
    environment: str,
    seconds: float,
) -> int:
    """Put the metrics of a run that took ``seconds`` and did ``loads``; returns how many were put.

    In a run without changes too, so that missing ones mean a dead pipeline; without a warehouse to ask (None)
    there is no lag among them. Nothing of CloudWatch's fails it; raises ``WarehouseUnavailable``.
    """
    stands: tuple[Standing, ...] = ()
    if warehouse is not None:
        with transaction(warehouse):
            stands = standings(*read(warehouse))
    points = metrics(stands, loads, environment=environment, seconds=seconds, at=datetime.now(UTC))
    return emit(client, namespace, points)
