"""The story of what a run found in the data."""

from include.alerts.model import Alert, DataQuality
from include.alerts.story.parts import Link, Quote, Story, identity, present, run_links
from include.alerts.story.phrases import counted, listed

QUARANTINE = "rows-in-quarantine"
DIFFERENT = "source-and-warehouse-differ"
UNDECLARED = "undeclared-columns"
STALLED = "a-source-that-stalls"

_COMPARE = "Trigger a run of {tables} with Mode = full: it mends it. Then look for who wrote there."
_LOOK = "Look whether its publisher still publishes it. The table goes on as soon as both files do."
_CORRECT = "Correct the rows in the source; they load by themselves then."


def story(alert: Alert, facts: DataQuality, runbook_url: str) -> Story:
    """Rows set aside, tables that differ from the source, columns that nobody declared."""
    return Story(
        label="DATA QUALITY",
        severity=alert.severity,
        environment=alert.environment,
        at=alert.happened_at,
        headline=_headline(facts),
        lead=_lead(facts),
        facts=present(identity(alert)),
        quotes=tuple(
            Quote(f"{item.table}: {counted(item.rows, 'row')}, for example {item.example_key}", (item.example_rules,))
            for item in facts.set_aside
        ),
        advice=_advice(facts),
        links=(*_sections(facts, runbook_url), *run_links(facts.run_url)),
    )


def _headline(facts: DataQuality) -> str:
    rows = sum(item.rows for item in facts.set_aside)
    return ", ".join(
        filter(
            None,
            [
                f"{counted(rows, 'row')} set aside" if rows else "",
                f"{counted(len(facts.different), 'table')} not as in the source" if facts.different else "",
                f"{counted(len(facts.columns_undeclared), 'undeclared column')}" if facts.columns_undeclared else "",
                f"{counted(len(facts.stalled), 'source')} at a standstill" if facts.stalled else "",
            ],
        )
    )


def _lead(facts: DataQuality) -> tuple[str, ...]:
    rows = sum(item.rows for item in facts.set_aside)
    said = []
    if rows:
        said.append(
            f"{counted(rows, 'row')} of {listed([item.table for item in facts.set_aside])} broke"
            f" {'its' if rows == 1 else 'their'} declaration and went to quarantine; all other rows are loaded."
        )
    if facts.different:
        said.append(
            f"{listed(facts.different)} {'do' if facts.different[1:] else 'does'} not hold what the source holds."
        )
    if facts.columns_undeclared:
        said.append(
            f"The source has {listed(facts.columns_undeclared)}, which nobody declared. It stays in the raw zone."
        )
    return (*said, *facts.stalled)


def _advice(facts: DataQuality) -> tuple[tuple[str, str], ...]:
    return present(
        [
            ("Quarantine", _CORRECT if facts.set_aside else None),
            ("Difference", _COMPARE.format(tables=listed(facts.different)) if facts.different else None),
            ("Columns", "Nothing, or declare them in include/catalog." if facts.columns_undeclared else None),
            ("Standstill", _LOOK if facts.stalled else None),
        ]
    )


def _sections(facts: DataQuality, url: str) -> tuple[Link, ...]:
    found = {
        "Runbook: quarantine": (QUARANTINE, facts.set_aside),
        "Runbook: difference": (DIFFERENT, facts.different),
        "Runbook: columns": (UNDECLARED, facts.columns_undeclared),
        "Runbook: standstill": (STALLED, facts.stalled),
    }
    return tuple(Link(name, f"{url}#{anchor}") for name, (anchor, what) in found.items() if what)
