"""The story of a run that is late, and of a warehouse that is behind its source."""

from include.alerts.model import Alert, DeadlineMissed
from include.alerts.story.parts import Grid, Story, grid, identity, present, run_links, runbook
from include.alerts.story.phrases import clock, counted, listed, span
from include.alerts.story.recovered import BEHIND

LATE = "a-run-is-late"

_SAFE = "Nothing is lost: what waits is loaded when this run, or the next one, gets to it."
_ASK_AIRFLOW = "See whether Airflow's scheduler lives, whether the DAG is paused or broken, and how its last run ended."
_ASK_WAREHOUSE = "See that the warehouse's database runs and can be reached from where it is asked."
_OLD = "Whoever reads the warehouse sees old rows; nothing is lost as long as the source keeps it."


def story(alert: Alert, facts: DeadlineMissed, runbook_url: str) -> Story:
    """What is late, by how much, what is done and what is waited for."""
    return _late(alert, facts, runbook_url) if facts.watcher == "run" else _behind(alert, facts, runbook_url)


def _late(alert: Alert, facts: DeadlineMissed, runbook_url: str) -> Story:
    waiting = f"{counted(len(facts.waiting), 'table')} of {len(facts.done) + len(facts.waiting)}"
    verb = "waits" if len(facts.waiting) == 1 else "wait"
    due = clock(facts.due_at, alert.happened_at)
    return Story(
        label="LATE",
        severity=alert.severity,
        environment=alert.environment,
        at=alert.happened_at,
        headline=f"run of {due}: {waiting} {verb}",
        lead=(
            f"The run that was due at {due} is not done {facts.limit_minutes} minutes later.",
            f"{listed(facts.waiting) or 'Nothing'} {verb}; {_done(facts.done)} done. {_SAFE}",
        ),
        facts=present(
            [
                *identity(alert),
                ("State", facts.run_state),
                ("Due", due),
            ]
        ),
        grid=_ages(facts),
        advice=(
            (
                "Next step",
                "Look at the run: does a task run, wait for a slot, or try again? Do the scheduler and workers live?",
            ),
            ("Is clearing safe?", "Yes, at any time."),
        ),
        links=(runbook(runbook_url, LATE), *run_links(facts.run_url)),
    )


def _behind(alert: Alert, facts: DeadlineMissed, runbook_url: str) -> Story:
    since = clock(facts.due_at, alert.happened_at)
    known = {table: age for table, age in facts.behind_s.items() if table in facts.waiting and age is not None}
    return Story(
        label="LATE",
        severity=alert.severity,
        environment=alert.environment,
        at=alert.happened_at,
        headline=_headline(facts, known),
        lead=(
            _measured(facts, known),
            _promise(facts, since),
        ),
        facts=(("DAG", alert.dag_id), ("Promised", f"{facts.limit_minutes} min")),
        grid=_ages(facts),
        advice=(("Next step", _ASK_AIRFLOW if facts.waiting else _ASK_WAREHOUSE),),
        links=(runbook(runbook_url, BEHIND), *run_links(facts.run_url)),
    )


def _headline(facts: DeadlineMissed, known: dict[str, float]) -> str:
    if known:
        return f"the warehouse is {span(max(known.values()))} behind ({_tables(facts)})"
    return (
        f"how far the warehouse is behind is not known ({_tables(facts)})"
        if facts.waiting
        else "the warehouse could not be asked"
    )


def _tables(facts: DeadlineMissed) -> str:
    return facts.waiting[0] if len(facts.waiting) == 1 else counted(len(facts.waiting), "table")


def _measured(facts: DeadlineMissed, known: dict[str, float]) -> str:
    if not facts.waiting:
        return "How far the warehouse is behind its source could not be asked."
    if not known:
        return f"How far {listed(facts.waiting)} {_is(facts.waiting)} behind the source is not known."
    worst = max(known, key=lambda table: known[table])
    others = f", and {counted(len(facts.waiting) - 1, 'table')} more late" if len(facts.waiting) > 1 else ""
    return f"The warehouse's {worst} is {span(known[worst])} behind its source{others}."


def _ages(facts: DeadlineMissed) -> Grid | None:
    """How far behind each table is, the worst first."""
    if not facts.behind_s:
        return None
    order = sorted(facts.behind_s.items(), key=lambda item: (item[1] is not None, -(item[1] or 0), item[0]))
    rows = [
        (table, "not known" if age is None else span(age), "LATE" if table in facts.waiting else "ok")
        for table, age in order
    ]
    return grid(("Table", "Behind", ""), rows)


def _promise(facts: DeadlineMissed, since: str) -> str:
    if not facts.waiting:
        return f"Whether the promise of {facts.limit_minutes} minutes is kept is not known."
    return f"The promise of {facts.limit_minutes} minutes is broken since {since}. {_OLD}"


def _done(tables: tuple[str, ...]) -> str:
    return f"{listed(tables) or 'nothing'} {_is(tables)}"


def _is(tables: tuple[str, ...]) -> str:
    return "are" if len(tables) > 1 else "is"
