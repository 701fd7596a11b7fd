"""Alerts as mails: plain text and HTML, the same each time they are made."""

import hashlib
from collections.abc import Sequence
from datetime import UTC
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.alerts.model import Alert, Recovered
from include.alerts.scrub import printable
from include.alerts.story import Story, tell
from include.alerts.story.phrases import clock
from include.alerts.text import as_text

LONGEST_SUBJECT = 200
_LONGEST_LINE = 998  # what mail servers have to take
_TEMPLATES = Path(__file__).parent / "templates"


def compose(alert: Alert, *, sender: str, to: Sequence[str], runbook_url: str) -> EmailMessage:
    """The mail that tells of an alert; the same alert gives the same mail, `Message-ID` and all.

    A recovery answers the mail of its failure, so that mail programs show them together. Raises
    ``ValueError`` for a sender or recipient with a line end in it.
    """
    story = tell(alert, runbook_url)
    message = EmailMessage()
    message["Subject"] = subject(story)
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Date"] = format_datetime(alert.happened_at.astimezone(UTC))
    message["Message-ID"] = message_id(alert.environment, alert.alert_id, sender)
    if isinstance(alert.facts, Recovered):
        failed = message_id(alert.environment, alert.facts.failed_alert, sender)
        message["In-Reply-To"] = failed
        message["References"] = failed
    message["Auto-Submitted"] = "auto-generated"
    message["X-Totes-Event"] = alert.event.value
    message["X-Totes-Environment"] = _one_line(alert.environment)
    message.set_content(as_text(story))
    message.add_alternative(as_html(story), subtype="html")
    message.set_boundary(f"totes-{_digest(alert.environment, alert.alert_id)}")
    # Folded at 78 characters, a subject can come out with two spaces before its dash.
    message.policy = message.policy.clone(max_line_length=_LONGEST_LINE)
    return message


def subject(story: Story) -> str:
    """The story's subject, in one line of at most 200 characters."""
    line = _one_line(story.subject)
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"


def as_html(story: Story) -> str:
    """The story as a page that needs nothing from elsewhere: no picture, no script, no style sheet."""
    return printable(_environment().get_template("mail.html.j2").render(story=story, clock=clock))


def message_id(environment: str, alert_id: str, sender: str) -> str:
    """The `Message-ID` of an alert's mail, in the sender's domain."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "totes.invalid"
    return f"<{_digest(environment, alert_id)}@{domain}>"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _digest(environment: str, alert_id: str) -> str:
    return hashlib.sha256(f"{environment}/{alert_id}".encode(errors="surrogatepass")).hexdigest()[:32]


def _one_line(text: str) -> str:
    """No header can be smuggled in by a name: line ends become spaces."""
    return " ".join(printable(text).split())
