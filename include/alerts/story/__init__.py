"""What happened, as a person reads it: the same story for the mail and for the message."""

from include.alerts.model import Alert, DataQuality, DeadlineMissed, Failed, Loaded
from include.alerts.story import deadline, failed, loaded, quality, recovered
from include.alerts.story.parts import Grid, Link, Quote, Story

__all__ = ["Grid", "Link", "Quote", "Story", "tell"]


def tell(alert: Alert, runbook_url: str) -> Story:
    """The story of an alert, with a link to the section of the runbook that fits it."""
    match alert.facts:
        case Failed() as facts:
            return failed.story(alert, facts, runbook_url)
        case Loaded() as facts:
            return loaded.story(alert, facts, runbook_url)
        case DeadlineMissed() as facts:
            return deadline.story(alert, facts, runbook_url)
        case DataQuality() as facts:
            return quality.story(alert, facts, runbook_url)
        case facts:
            return recovered.story(alert, facts, runbook_url)
