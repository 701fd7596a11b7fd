"""What an alert is: one thing that happened, with the facts that its mail and its message are worded from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Event(StrEnum):
    """What happened; subscribers of the topic filter on it. `retrying` is told by mail only, if at all."""

    LOADED = "loaded"
    FAILED = "failed"
    RETRYING = "retrying"
    DEADLINE_MISSED = "deadline_missed"
    DATA_QUALITY = "data_quality"
    RECOVERED = "recovered"


SEVERITY = {
    Event.LOADED: "info",
    Event.RECOVERED: "info",
    Event.RETRYING: "warning",
    Event.DATA_QUALITY: "warning",
    Event.FAILED: "error",
    Event.DEADLINE_MISSED: "error",
}

MAILED = frozenset({Event.FAILED, Event.RETRYING, Event.RECOVERED})
PUBLISHED = frozenset(Event) - {Event.RETRYING}


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A task that failed, as its own process saw it; a killed one saw nothing (no ``error_type``, no lines).

    ``cause`` is a key of ``causes.CAUSES``; ``rows_read`` the rows of its table read so far; ``error_lines``
    the last lines of the error, without secrets; ``try_number`` of ``tries`` is the one that failed.
    """

    task_id: str
    cause: str
    try_number: int
    tries: int
    failed_at: datetime
    host: str | None = None
    error_type: str | None = None
    error_lines: tuple[str, ...] = ()
    remedy: str | None = None
    rows_read: int | None = None
    log_url: str | None = None

    @property
    def table(self) -> str | None:
        """The warehouse table whose group the task is in; None for `plan`, `publish` and `report`."""
        return self.task_id.rpartition(".")[0] or None


@dataclass(frozen=True, kw_only=True)
class Failed:
    """One incident of a run: tasks that failed for one cause; also the facts of `retrying`, with one task.

    ``stands`` says for each table concerned up to when the warehouse holds everything (None: not known);
    ``waiting`` are the tasks that did not start because of it.
    """

    cause: str
    failures: tuple[Failure, ...]
    waiting: tuple[str, ...] = ()
    stands: Mapping[str, datetime | None]
    run_type: str
    window: tuple[datetime, datetime] | None = None
    run_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """The end of an incident that was told of before, or of a broken freshness promise."""

    cause: str
    failed_alert: str
    failed_at: datetime
    failed_run: str
    stands: Mapping[str, datetime | None]
    run_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class TableLoad:
    """What a run did to one table; ``note`` says more of a table of which there is more to say."""

    table: str
    mode: str
    rows_new: int
    rows_revised: int
    rows_deleted: int
    rows_quarantined: int
    stands: datetime
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a run changed in the warehouse; ``lag_s`` from the oldest of its snapshots to its last commit."""

    loads: tuple[TableLoad, ...]
    lag_s: float
    run_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeadlineMissed:
    """A run, or the warehouse as a whole, is late.

    ``watcher`` is `run` (Airflow's deadline of one run) or `freshness` (the ledger, seen from outside of
    Airflow). ``behind_s`` are seconds behind the source by table, where known.
    """

    watcher: str
    due_at: datetime
    limit_minutes: int
    done: tuple[str, ...]
    waiting: tuple[str, ...]
    behind_s: Mapping[str, float | None]
    run_state: str | None = None
    run_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """Rows of a table that went to quarantine, with one of them as an example."""

    table: str
    rows: int
    example_key: str
    example_rules: str


@dataclass(frozen=True, kw_only=True)
class DataQuality:
    """What a run found in the data: rows set aside, tables that differ from the source, undeclared columns.

    ``stalled`` are sentences about sources that stand still while another one of the same table moves.
    """

    set_aside: tuple[SetAside, ...] = ()
    different: tuple[str, ...] = ()
    columns_undeclared: tuple[str, ...] = ()
    stalled: tuple[str, ...] = ()
    run_url: str | None = None


Facts = Failed | Recovered | Loaded | DeadlineMissed | DataQuality


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One thing that happened. ``alert_id`` is made from what happened, so that it is told once.

    ``incident`` says what has to recover (None where nothing does): at most one `failed` alert of an
    incident is open.
    """

    alert_id: str
    event: Event
    environment: str
    dag_id: str
    run_id: str
    happened_at: datetime
    tables: tuple[str, ...]
    facts: Facts
    incident: str | None = None

    @property
    def severity(self) -> str:
        """`info`, `warning` or `error`."""
        return SEVERITY[self.event]
