"""The alerts of a broken promise, and which of them has to be told now."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from include.alerts.model import Alert, DeadlineMissed, Event, Recovered
from include.environment import DAG_ID, PRODUCTION
from include.freshness.standing import Verdict

INCIDENT = "freshness"
"""What has to recover."""

LEASE = timedelta(minutes=2)
"""How long a check may take to publish an alert that it claimed; it is longer than all of its tries."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The last alert that was told or, until ``sent_at``, is being told, by whoever claimed it."""

    alert: Alert
    claimed_at: datetime
    sent_at: datetime | None


def breach(verdict: Verdict) -> Alert | None:
    """The alert of a verdict that breaks the promise; None if it does not."""
    if not verdict.late:
        return None
    stood = [standing.stands for standing in verdict.late]
    known = [stands for stands in stood if stands is not None]
    facts = DeadlineMissed(
        watcher=INCIDENT,
        due_at=verdict.at if None in stood else min(known) + verdict.limit,
        limit_minutes=_minutes(verdict.limit),
        done=tuple(one.table for one in verdict.standings if not verdict.is_late(one)),
        waiting=tuple(one.table for one in verdict.late),
        behind_s={one.table: one.behind_s for one in verdict.standings},
    )
    since = min(known).isoformat() if known else f"never/{verdict.at.isoformat()}"
    return _missed(f"{Event.DEADLINE_MISSED}/{INCIDENT}/{since}", verdict.at, facts)


def unasked(limit: timedelta, at: datetime) -> Alert:
    """The alert that the warehouse could not be asked: no table is known to be late, none to be done."""
    facts = DeadlineMissed(
        watcher=INCIDENT,
        due_at=at,
        limit_minutes=_minutes(limit),
        done=(),
        waiting=(),
        behind_s={},
    )
    return _missed(f"{Event.DEADLINE_MISSED}/{INCIDENT}/unasked/{at.isoformat()}", at, facts)


def recovered(verdict: Verdict, told: Alert) -> Alert:
    """The alert that the promise is kept again, after ``told``; of all tables, if those late were not known."""
    tables = told.tables or tuple(one.table for one in verdict.standings)
    return Alert(
        alert_id=f"{Event.RECOVERED}/{told.alert_id}",
        event=Event.RECOVERED,
        environment=PRODUCTION.name,
        dag_id=DAG_ID,
        run_id="",
        happened_at=verdict.at,
        tables=tables,
        incident=INCIDENT,
        facts=Recovered(
            cause=INCIDENT,
            failed_alert=told.alert_id,
            failed_at=told.happened_at,
            failed_run="",
            stands={one.table: one.stands for one in verdict.standings if one.table in tables},
        ),
    )


def to_tell(found: Verdict | Alert, last: Entry | None, at: datetime | None = None) -> Alert | None:
    """What has to be told now, of what was found (an alert: it could not be asked) and what was told last.

    An alert that was claimed and not sent within ``LEASE`` is told again, whatever was found since.
    """
    if last is not None and last.sent_at is None:
        return last.alert if (at or datetime.now(UTC)) - last.claimed_at > LEASE else None
    told = last.alert if last is not None and last.alert.event is Event.DEADLINE_MISSED else None
    broken = found if isinstance(found, Alert) else breach(found)
    if told is None:
        return broken
    return recovered(found, told) if isinstance(found, Verdict) and broken is None else None


def _missed(alert_id: str, at: datetime, facts: DeadlineMissed) -> Alert:
    return Alert(
        alert_id=alert_id,
        event=Event.DEADLINE_MISSED,
        environment=PRODUCTION.name,
        dag_id=DAG_ID,
        run_id="",
        happened_at=at,
        tables=facts.waiting,
        incident=INCIDENT,
        facts=facts,
    )


def _minutes(limit: timedelta) -> int:
    return ceil(limit / timedelta(minutes=1))
