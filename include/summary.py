"""The one line that each task leaves in its log, in stable `name=value` fields."""

import logging
from collections.abc import Mapping

log = logging.getLogger(__name__)

UNKNOWN = "-"


def log_summary(
    step: str,
    *,
    table: str,
    rows_read: int,
    size: int,
    seconds: float,
    watermark: int | None,
    rows_new: int | None = None,
    rows_revised: int | None = None,
    rows_deleted: int | None = None,
    rows_quarantined: int | None = None,
) -> None:
    """Log what a step did with a table: rows, ``size`` in bytes, and where the table stands; `-` for not known."""
    line = {
        "table": table,
        "rows_read": rows_read,
        "rows_new": rows_new,
        "rows_revised": rows_revised,
        "rows_deleted": rows_deleted,
        "rows_quarantined": rows_quarantined,
        "bytes": size,
        "seconds": f"{seconds:.3f}",
        "watermark": watermark,
    }
    log.info("step=%s %s", step, fields(line))


def fields(line: Mapping[str, object]) -> str:
    """`name=value` pairs; a list as its length."""
    return " ".join(f"{name}={_shown(value)}" for name, value in line.items())


def _shown(value: object) -> str:
    if value is None:
        return UNKNOWN
    return str(len(value)) if isinstance(value, list) else str(value)
