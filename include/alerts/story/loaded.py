"""The story of a run that changed something in the warehouse."""

from include.alerts.model import Alert, Loaded
from include.alerts.story.parts import Story, grid, identity, present, run_links, runbook
from include.alerts.story.phrases import clock, counted, counts, span

ANCHOR = "a-load-notification"


def story(alert: Alert, facts: Loaded, runbook_url: str) -> Story:
    """What was loaded: rows by table, and how old they were."""
    what = counts(
        sum(load.rows_new for load in facts.loads),
        sum(load.rows_revised for load in facts.loads),
        sum(load.rows_deleted for load in facts.loads),
        sum(load.rows_quarantined for load in facts.loads),
    )
    stands = min(load.stands for load in facts.loads)
    only = facts.loads[0].table if len(facts.loads) == 1 else counted(len(facts.loads), "table")
    return Story(
        label="LOADED",
        severity=alert.severity,
        environment=alert.environment,
        at=alert.happened_at,
        headline=f"{only}: {what}",
        lead=(
            f"{only} loaded: {what}. It was {span(facts.lag_s)} from the oldest read of the source to the last commit.",
        ),
        facts=present(
            [
                *identity(alert),
                ("Stands at", clock(stands, alert.happened_at)),
                ("Lag", span(facts.lag_s)),
                ("Mode", _modes(facts)),
                *((load.table, load.note) for load in facts.loads if load.note),
            ]
        ),
        grid=grid(
            ("Table", "New", "Revised", "Deleted", "Quarantined"),
            [
                (
                    load.table,
                    f"{load.rows_new:,}",
                    f"{load.rows_revised:,}",
                    f"{load.rows_deleted:,}",
                    f"{load.rows_quarantined:,}",
                )
                for load in facts.loads
            ],
        ),
        advice=_advice(facts),
        links=(runbook(runbook_url, ANCHOR), *run_links(facts.run_url)),
    )


def _modes(facts: Loaded) -> str:
    return ", ".join(sorted({load.mode for load in facts.loads}))


def _advice(facts: Loaded) -> tuple[tuple[str, str], ...]:
    if any(load.rows_quarantined for load in facts.loads):
        return (("Next step", "Correct the quarantined rows in the source; they load by themselves then."),)
    return (("Next step", "Nothing to do."),)
