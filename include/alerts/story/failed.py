"""The story of tasks that failed for one cause, and of a task that is tried again."""

from include.alerts.causes import Cause, cause_called
from include.alerts.incidents import PUBLISH
from include.alerts.model import Alert, Event, Failed, Failure
from include.alerts.story.parts import Grid, Link, Quote, Story, grid, identity, present, run_links, runbook
from include.alerts.story.phrases import clock, counted, listed, period, standing, upper_first

_MOST_QUOTES = 3
_MOST_LOGS = 3
_MOST_TASKS = 6
_ONCE = "Only when it is over. Runs that fail for the same reason meanwhile say nothing."
_TRIGGER = " A full comparison, if this run was asked for one, has to be triggered again."


def story(alert: Alert, facts: Failed, runbook_url: str) -> Story:
    """What failed, why, what it means for the data and what to do."""
    cause = cause_called(facts.cause)
    retrying = alert.event is Event.RETRYING
    return Story(
        label="RETRYING" if retrying else "FAILED",
        severity=alert.severity,
        environment=alert.environment,
        at=alert.happened_at,
        headline=_headline(facts, cause),
        lead=_lead(alert, facts, cause),
        facts=_facts(alert, facts),
        grid=_grid(alert, facts),
        quotes=_quotes(facts),
        advice=_retrying() if retrying else _advice(alert, facts, cause),
        links=_links(facts, cause, runbook_url),
    )


def _headline(facts: Failed, cause: Cause) -> str:
    if len(facts.failures) == 1:
        failure = facts.failures[0]
        return f"{failure.task_id} \N{EN DASH} try {failure.try_number}/{failure.tries}"
    return f"{_how_many(facts)}: {cause.title}"


def _how_many(facts: Failed) -> str:
    tables = {failure.table for failure in facts.failures}
    if None in tables or len(tables) < 2:
        return counted(len(facts.failures), "task")
    return counted(len(tables), "table")


def _lead(alert: Alert, facts: Failed, cause: Cause) -> tuple[str, ...]:
    meaning = _still_trying(facts) if alert.event is Event.RETRYING else _meaning(alert, facts, cause)
    stands = standing(facts.stands, alert.happened_at)
    testing = (
        "" if alert.environment == "production" else f"Nothing of production is touched: this is {alert.environment}."
    )
    return tuple(filter(None, (_what(alert, facts, cause), f"{stands} {meaning}".strip(), testing)))


def _what(alert: Alert, facts: Failed, cause: Cause) -> str:
    if len(facts.failures) == 1:
        again = " and is tried again by itself" if alert.event is Event.RETRYING else ""
        return f"{facts.failures[0].task_id} failed{again}: {cause.title}."
    return f"{listed([failure.task_id for failure in facts.failures], 4)} failed: {cause.title}."


def _meaning(alert: Alert, facts: Failed, cause: Cause) -> str:
    """What it does to the data, and whether a later run mends it."""
    if all(failure.task_id == "report" for failure in facts.failures):
        return "What the run read is loaded; only its summary and its comparison of source and warehouse are missing."
    if all(failure.task_id == PUBLISH for failure in facts.failures):
        return (
            "What the run read is loaded; what is read from the site's bucket (the extracts, the public page) stays as"
            " it was until a publishing succeeds: the next run that loads anything publishes all that is missing."
        )
    if facts.run_type == "backfill":
        rows = f"the rows stamped {period(facts.window)}" if facts.window else "its rows"
        return (
            f"No schedule repeats a backfill: {rows} are read again only when its failed tasks are cleared."
            " What the scheduled runs load is not touched by it."
        )
    if is_one_off(alert):
        return "No schedule repeats this run: clear its failed tasks, or trigger it again. Until then all is as it was."
    nothing_read = "No table was read. " if any(failure.task_id == "plan" for failure in facts.failures) else ""
    # A mass delete is withheld when all else is done.
    again = _TRIGGER if facts.run_type == "manual" and cause.key != "mass_delete" else ""
    return f"{nothing_read}{cause.means}{again}"


def is_one_off(alert: Alert) -> bool:
    """Whether no later run does what this one did not: a backfill, a replay."""
    return (alert.incident or "").startswith("run/")


def _still_trying(facts: Failed) -> str:
    left = facts.failures[0].tries - facts.failures[0].try_number
    return f"Nothing is lost; {left} more {'try' if left == 1 else 'tries'} to come."


def _facts(alert: Alert, facts: Failed) -> tuple[tuple[str, str], ...]:
    failures = facts.failures
    single = failures[0] if len(failures) == 1 else None
    return present(
        [
            *identity(alert)[:1],
            ("Task", single.task_id if single else None),
            *identity(alert)[1:],
            ("Window", period(facts.window) if facts.window else None),
            ("Try", _tried(alert, single) if single else None),
            ("Host", listed(sorted({failure.host for failure in failures if failure.host})) or "not known"),
            ("Rows so far", (_rows(single) or "not known") if single and single.table else None),
            ("Waiting", _waiting(facts.waiting)),
        ]
    )


def _tried(alert: Alert, failure: Failure) -> str:
    """Which try failed; where tries were left and none follows, why: what has to be mended first is not tried again."""
    left = failure.tries - failure.try_number if alert.event is Event.FAILED else 0
    return f"{failure.try_number} of {failure.tries}{', the last: another one would fail likewise' if left else ''}"


def _waiting(tasks: tuple[str, ...]) -> str:
    if len(tasks) <= _MOST_TASKS:
        return listed(tasks) or "nothing"
    tables = sorted({task.rpartition(".")[0] for task in tasks} - {""})
    return f"{len(tasks)} tasks of {counted(len(tables), 'table')}: {listed(tables)}"


def _grid(alert: Alert, facts: Failed) -> Grid | None:
    if len(facts.failures) == 1:
        return None
    stands = {table: clock(at, alert.happened_at) if at else "not known" for table, at in facts.stands.items()}
    rows = [
        (
            failure.task_id,
            f"{failure.try_number}/{failure.tries}",
            _rows(failure) or "-",
            stands.get(failure.table or "", "-"),
        )
        for failure in facts.failures
    ]
    return grid(("Task", "Try", "Rows", "Stands at"), rows)


def _rows(failure: Failure) -> str:
    return "" if failure.rows_read is None else f"{failure.rows_read:,}"


def _quotes(facts: Failed) -> tuple[Quote, ...]:
    """What the errors said, each kind once."""
    kinds: dict[str, list[Failure]] = {}
    for failure in facts.failures:
        if failure.error_type:
            kinds.setdefault(failure.error_type, []).append(failure)
    return tuple(
        Quote(
            f"{kind} in {found[0].task_id}, likewise in {len(found) - 1} more" if found[1:] else kind,
            found[0].error_lines,
        )
        for kind, found in list(kinds.items())[:_MOST_QUOTES]
    )


def _advice(alert: Alert, facts: Failed, cause: Cause) -> tuple[tuple[str, str], ...]:
    remedies = {failure.remedy for failure in facts.failures}
    remedy = remedies.pop() if len(remedies) == 1 else None
    next_step = upper_first(remedy) if remedy and cause.defers else cause.next_step
    advice = [("Next step", next_step), ("Is clearing safe?", cause.clear_is_safe)]
    return tuple(advice if is_one_off(alert) else [*advice, ("Told again?", _ONCE)])


def _retrying() -> tuple[tuple[str, str], ...]:
    return (("Next step", "None yet. If its last try fails too, a FAILED mail follows."),)


def _links(facts: Failed, cause: Cause, runbook_url: str) -> tuple[Link, ...]:
    logs = [(failure.task_id, failure.log_url) for failure in facts.failures if failure.log_url]
    named = [Link("Log" if len(facts.failures) == 1 else f"Log of {task}", url) for task, url in logs[:_MOST_LOGS]]
    return (runbook(runbook_url, cause.anchor), *named, *run_links(facts.run_url))
