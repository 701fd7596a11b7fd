"""The story of an incident that is over."""

from include.alerts.causes import CAUSES
from include.alerts.model import Alert, Recovered
from include.alerts.story.parts import Story, identity, present, run_links, runbook
from include.alerts.story.phrases import clock, counted, listed, span, standing

BEHIND = "the-warehouse-is-behind"


def story(alert: Alert, facts: Recovered, runbook_url: str) -> Story:
    """What is well again, after how long, and where it stands."""
    lasted = span((alert.happened_at - facts.failed_at).total_seconds())
    cause = CAUSES.get(facts.cause)
    title = cause.title if cause else "the warehouse was behind its source"
    return Story(
        label="RECOVERED",
        severity=alert.severity,
        environment=alert.environment,
        at=alert.happened_at,
        headline=f"{_tables(alert)} after {lasted}",
        lead=(
            f"It is over: what was told at {clock(facts.failed_at, alert.happened_at)} ({title}) ended {lasted} later.",
            f"{standing(facts.stands, alert.happened_at)} There is nothing to do.".strip(),
        ),
        facts=present([*identity(alert), ("Failed run", facts.failed_run), ("Tables", listed(alert.tables))]),
        links=(runbook(runbook_url, cause.anchor if cause else BEHIND), *run_links(facts.run_url)),
    )


def _tables(alert: Alert) -> str:
    return alert.tables[0] if len(alert.tables) == 1 else counted(len(alert.tables), "table")
