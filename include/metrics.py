"""What a run says to CloudWatch: lag, rows and its duration, so that an alarm can watch the pipeline itself."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from include.freshness.standing import Standing

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDatumTypeDef

log = logging.getLogger(__name__)

_ROWS = {
    "RowsNew": "rows_new",
    "RowsRevised": "rows_revised",
    "RowsDeleted": "rows_deleted",
    "RowsQuarantined": "rows_quarantined",
}
_A_REQUEST = 1000  # metrics, by the API; with names as short as ours they take a third of its 1 MB


def metrics(
    standings: Sequence[Standing],
    loads: Sequence[Mapping[str, Any]],
    *,
    environment: str,
    seconds: float,
    at: datetime,
) -> "list[MetricDatumTypeDef]":
    """A run's points: `LagSeconds` of every table, `Rows…` of those loaded, all of them and `DurationSeconds` overall.

    A table's points have the dimensions `Environment` and `Table`, the overall ones `Environment` alone. While a
    table was never loaded there is no overall lag.
    """
    overall = {"Environment": environment}
    lags = [one.behind_s for one in standings if one.behind_s is not None]
    points = [
        _point("LagSeconds", one.behind_s, "Seconds", overall | {"Table": one.table}, at)
        for one in standings
        if one.behind_s is not None
    ]
    for load in loads:
        points += _rows([load], overall | {"Table": load["table"]}, at)
    if lags and len(lags) == len(standings):
        points.append(_point("LagSeconds", max(lags), "Seconds", overall, at))
    return [*points, *_rows(loads, overall, at), _point("DurationSeconds", seconds, "Seconds", overall, at)]


def emit(client: "CloudWatchClient", namespace: str, points: "Sequence[MetricDatumTypeDef]") -> int:
    """Put the points, as few requests as there may be; returns how many were put.

    CloudWatch being down costs one warning and its time-outs, never the run.
    """
    put = 0
    try:
        for batch in _batches(points):
            client.put_metric_data(Namespace=namespace, MetricData=batch)
            put += len(batch)
    except (BotoCoreError, ClientError) as error:
        log.warning("%d of %d metrics were put: %s: %s", put, len(points), type(error).__name__, error)
    return put


def _rows(loads: Sequence[Mapping[str, Any]], dimensions: Mapping[str, str], at: datetime) -> Any:
    return [
        _point(name, sum(load.get(field, 0) for load in loads), "Count", dimensions, at)
        for name, field in _ROWS.items()
    ]


def _point(name: str, value: float, unit: Any, dimensions: Mapping[str, str], at: datetime) -> "MetricDatumTypeDef":
    return {
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": text} for key, text in dimensions.items()],
        "Timestamp": at,
        "Value": value,
        "Unit": unit,
    }


def _batches(points: "Sequence[MetricDatumTypeDef]") -> "Iterator[list[MetricDatumTypeDef]]":
    rest = iter(points)
    while batch := list(islice(rest, _A_REQUEST)):
        yield batch
