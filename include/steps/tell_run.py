"""Tell people what a run did: its failures and recoveries, what it loaded, what it found in the data; and note it."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from include.alerts import deliver, news, outbox
from include.alerts.incidents import PUBLISH, Run, failed_alerts, recovered_alert, retrying_alert
from include.alerts.late import progress
from include.alerts.model import Alert, Failure
from include.object_store import ObjectStore
from include.warehouse import ledger, runs
from include.warehouse.connection import Connection, transaction

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended: the tables asked for, those that are well, what failed, and which task waited for which.

    ``is_published``: its publishing succeeded; False where it was skipped, too.
    """

    requested: tuple[str, ...]
    well: tuple[str, ...]
    failures: tuple[Failure, ...] = ()
    waiting: Mapping[str, str] = field(default_factory=dict)
    stalls: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    is_published: bool = False

    @classmethod
    def of(
        cls,
        states: Mapping[str, str | None],
        failures: Iterable[Failure],
        requested: Sequence[str],
        stalls: Mapping[str, Mapping[str, str]] | None = None,
    ) -> "Outcome":
        """The outcome by the states of the run's tasks, named `plan`, `publish`, `report` and `<table>.<step>`.

        ``stalls`` are sentences about sources that stand still, by table and by source and day.
        """
        done, _ = progress(states) if states.get("plan") == "success" else ((), ())
        failures = tuple(failures)
        failed = {failure.task_id for failure in failures}
        waiting = [task for task, state in states.items() if state == "upstream_failed"]
        return cls(
            requested=tuple(requested),
            well=tuple(table for table in requested if table in done),
            failures=failures,
            waiting={task: _waits_for(task, failed) for task in waiting},
            stalls=stalls or {},
            is_published=states.get(PUBLISH) == "success",
        )

    @property
    def healed(self) -> tuple[str, ...]:
        """What may have been ailing and is well: tables, and the publishing."""
        return (*self.well, PUBLISH) if self.is_published else self.well


def tell(
    run: Run,
    outcome: Outcome,
    *,
    warehouse: Callable[[], AbstractContextManager[Connection]],
    lake: Callable[[], ObjectStore],
    channels: Sequence[deliver.Channel],
) -> None:
    """Write the run's alerts down and send them, with whatever earlier ones still wait. Never raises for a server.

    The run itself is noted in `etl_run`. Without the warehouse the failures are told by way of S3 (`lake` gives the
    bucket); without both at once.
    """
    at = datetime.now(UTC)
    try:
        with warehouse() as connection:
            deliver.adopt_spooled(connection, lake, channels)
            _write_down(connection, run, outcome, channels, at)
            _note(connection, run, outcome, at)
            deliver.flush(connection, channels)
    except Exception as error:  # whatever it is, somebody hears of it
        log.warning("the failures of this run are told without the warehouse: %s: %s", type(error).__name__, error)
        _spooled(lake, _failed(run, outcome, {}, at), channels)


def tell_retry(
    run: Run,
    failure: Failure,
    *,
    warehouse: Callable[[], AbstractContextManager[Connection]],
    lake: Callable[[], ObjectStore],
    channels: Sequence[deliver.Channel],
) -> None:
    """Tell of a task that failed and will be tried again."""
    alert = retrying_alert(run, failure)
    try:
        with warehouse() as connection:
            with transaction(connection):
                outbox.add(connection, alert, deliver.channels_for(alert, channels))
            deliver.flush(connection, channels)
    except Exception as error:  # whatever it is, somebody hears of it
        log.warning("the retry is told without the warehouse: %s: %s", type(error).__name__, error)
        _spooled(lake, [alert], channels)


def _write_down(
    connection: Connection, run: Run, outcome: Outcome, channels: Sequence[deliver.Channel], at: datetime
) -> None:
    with transaction(connection):
        stands = {name: watermark.fresh_at for name, watermark in ledger.watermarks(connection).items()}
        alerts = [
            *_failed(run, outcome, stands, at),
            *(recovered_alert(run, over, stands, at) for over in outbox.recover(connection, run, outcome.healed, at)),
            *news.loaded_alerts(connection, run, at),
            *news.quality_alerts(connection, run, at),
            *(alert for table, found in outcome.stalls.items() for alert in news.stall_alerts(run, table, found, at)),
        ]
        for alert in alerts:
            outbox.add(connection, alert, deliver.channels_for(alert, channels))


def _note(connection: Connection, run: Run, outcome: Outcome, at: datetime) -> None:
    ended = runs.EndedRun(
        run_id=run.run_id,
        run_type=run.run_type,
        started_at=run.started_at or at,
        ended_at=at,
        well=outcome.well,
        tables_failed=len(set(outcome.requested) - set(outcome.well)),
        tasks_failed=[failure.task_id for failure in outcome.failures],
    )
    try:
        with transaction(connection):
            runs.record(connection, ended)
    except Exception as error:  # it keeps nothing from being told
        log.warning("this run is not in the list of runs: %s: %s", type(error).__name__, error)


def _spooled(lake: Callable[[], ObjectStore], alerts: Sequence[Alert], channels: Sequence[deliver.Channel]) -> None:
    try:
        deliver.tell_by_spool(lake(), alerts, channels)
    except Exception as error:  # whatever it is, somebody hears of it
        log.warning("told without S3, and perhaps told again: %s: %s", type(error).__name__, error)
        deliver.tell_at_once(alerts, channels)


def _failed(run: Run, outcome: Outcome, stands: Mapping[str, datetime | None], at: datetime) -> list[Alert]:
    return failed_alerts(
        run, outcome.failures, waiting=outcome.waiting, stands=stands, requested=outcome.requested, at=at
    )


def _waits_for(task: str, failed: set[str]) -> str:
    """The failed task that another one waits for: one of its group, or else `plan`."""
    table = task.rpartition(".")[0]
    return next((other for other in sorted(failed) if table and other.startswith(f"{table}.")), "plan")
