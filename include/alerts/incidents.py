"""Which failures of a run are one incident: those with one cause."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from include.alerts.model import Alert, Event, Facts, Failed, Failure, Recovered

SHARED = frozenset({"source", "lake", "warehouse", "killed", "timeout"})
"""Causes that lie with what all tables share: however many of them it hits, it is one incident."""

PUBLISH = "publish"
"""The task that concerns no table of the warehouse: what it failed to publish stands in for one."""

_NAMES_AND_NUMBERS = re.compile(r"\"[^\"]*\"|'[^']*'|\d+")


@dataclass(frozen=True, kw_only=True)
class Run:
    """The run that is told of; ``one_off`` is one that no later run repeats: a backfill, a replay.

    ``started_at`` is when its latest try began.
    """

    dag_id: str
    run_id: str
    environment: str
    run_type: str
    one_off: bool = False
    window: tuple[datetime, datetime] | None = None
    url: str | None = None
    started_at: datetime | None = None

    @property
    def incident_prefix(self) -> str:
        """What its incidents' names start with: nothing, where the next run may heal them."""
        return f"run/{self.run_id}/" if self.one_off else ""

    def alert(
        self,
        alert_id: str,
        event: Event,
        tables: tuple[str, ...],
        facts: Facts,
        at: datetime,
        *,
        incident: str | None = None,
    ) -> Alert:
        """An alert about this run."""
        return Alert(
            alert_id=alert_id,
            event=event,
            environment=self.environment,
            dag_id=self.dag_id,
            run_id=self.run_id,
            happened_at=at,
            tables=tables,
            facts=facts,
            incident=incident,
        )


def failed_alerts(
    run: Run,
    failures: Iterable[Failure],
    *,
    waiting: Mapping[str, str],
    stands: Mapping[str, datetime | None],
    requested: Iterable[str],
    at: datetime,
) -> list[Alert]:
    """One alert for each incident among a run's failures.

    ``waiting`` are the tasks that did not start, each with the task that it waited for; ``stands`` says up
    to when the warehouse holds everything, by table; ``requested`` are the run's tables, all of which a
    failure outside of the groups concerns; one to publish concerns nothing else.
    """
    by_incident: defaultdict[str, list[Failure]] = defaultdict(list)
    for failure in failures:
        by_incident[_incident(failure)].append(failure)
    return [
        _alert(run, incident, found, waiting, stands, tuple(requested), at)
        for incident, found in sorted(by_incident.items())
    ]


def recovered_alert(run: Run, failed: Alert, stands: Mapping[str, datetime | None], at: datetime) -> Alert:
    """The news that an incident is over."""
    facts = failed.facts
    assert isinstance(facts, Failed)  # noqa: S101  the outbox gives failures
    over = Recovered(
        cause=facts.cause,
        failed_alert=failed.alert_id,
        failed_at=failed.happened_at,
        failed_run=failed.run_id,
        stands={table: stands.get(table) for table in failed.tables if table != PUBLISH},
        run_url=run.url,
    )
    alert_id = f"recovered/{failed.alert_id}"
    return run.alert(alert_id, Event.RECOVERED, failed.tables, over, at, incident=failed.incident)


def retrying_alert(run: Run, failure: Failure) -> Alert:
    """The news that a task failed and will be tried again."""
    tables = (failure.table,) if failure.table else ()
    facts = Failed(
        cause=failure.cause,
        failures=(failure,),
        stands=dict.fromkeys(tables),
        run_type=run.run_type,
        window=run.window,
        run_url=run.url,
    )
    alert_id = f"retrying/{run.run_id}/{failure.task_id}/{failure.try_number}/{failure.failed_at.isoformat()}"
    return run.alert(alert_id, Event.RETRYING, tables, facts, failure.failed_at)


def _incident(failure: Failure) -> str:
    """The cause and, unless it is shared by all tables, whose trouble or which words it is."""
    if failure.cause in SHARED:
        return failure.cause
    if failure.cause in {"unexpected", "setting"}:
        words = _NAMES_AND_NUMBERS.sub("…", failure.error_lines[0]) if failure.error_lines else ""
        return f"{failure.cause}/{failure.error_type}/{words}"
    return f"{failure.cause}/{failure.table or failure.task_id}"


def _alert(
    run: Run,
    incident: str,
    failures: list[Failure],
    waiting: Mapping[str, str],
    stands: Mapping[str, datetime | None],
    requested: tuple[str, ...],
    at: datetime,
) -> Alert:
    concerned = {failure.table or failure.task_id for failure in failures}
    everything = any(failure.table is None and failure.task_id != PUBLISH for failure in failures)
    tables = (*requested, *(concerned & {PUBLISH})) if everything else tuple(sorted(concerned))
    if concerned != {PUBLISH}:  # the next publishing makes good what any run's failed to publish
        incident = run.incident_prefix + incident
    failed_tasks = {failure.task_id for failure in failures}
    facts = Failed(
        cause=failures[0].cause,
        failures=tuple(sorted(failures, key=lambda failure: failure.task_id)),
        waiting=tuple(sorted(task for task, behind in waiting.items() if behind in failed_tasks)),
        stands={table: stands.get(table) for table in tables if table != PUBLISH},
        run_type=run.run_type,
        window=run.window,
        run_url=run.url,
    )
    alert_id = f"failed/{run.run_id}/{digest(incident)}/{max(f.failed_at for f in failures).isoformat()}"
    return run.alert(alert_id, Event.FAILED, tables, facts, at, incident=incident)


def digest(text: str) -> str:
    """A short name for a long text, in the id of an alert."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
