"""Every mail and message as it was last looked at and found right.

After a change that is wanted: ``UPDATE_GOLDEN=1 pytest tests/alerts/test_golden.py``, then look at the difference.
"""

import json
import os
from pathlib import Path

import pytest

from include.alerts.mail import compose
from include.alerts.model import PUBLISHED, Alert
from include.alerts.record import to_json
from include.alerts.sns import message
from tests.alerts import samples

GOLDEN = Path(__file__).parent / "golden"
RUNBOOK = "http://127.0.0.1:8026/runbook"
HEADERS = ("Subject", "From", "To", "Date", "Message-ID", "In-Reply-To", "Auto-Submitted", "X-Totes-Event")


def as_mail(alert: Alert) -> tuple[str, str]:
    """The headers with the plain text, and the HTML."""
    mail = compose(
        alert, sender="Totes ETL <totes-etl@totes.example>", to=["data-team@totes.example"], runbook_url=RUNBOOK
    )
    headers = "".join(f"{name}: {mail[name]}\n" for name in HEADERS if mail[name])
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return f"{headers}\n{plain.get_content()}", html.get_content()


def as_message(alert: Alert) -> str:
    """Subject, attributes and the parts of the body; those for programs as what they hold."""
    publication = message(alert, runbook_url=RUNBOOK)
    parts = json.loads(publication.body)
    shown = {
        "subject": publication.subject,
        "attributes": publication.attributes,
        "default and email": parts["default"].splitlines(),
        "sqs, lambda, http and https": json.loads(parts["sqs"]),
    }
    assert parts["email"] == parts["default"]
    assert {parts[name] for name in ("sqs", "lambda", "http", "https")} == {to_json(alert)}
    return json.dumps(shown, indent=1, ensure_ascii=False) + "\n"


def made(name: str) -> dict[str, str]:
    """The golden files of a sample."""
    alert = samples.ALL[name]()
    text, html = as_mail(alert)
    files = {f"{name}.txt": text, f"{name}.html": html}
    return files | {f"{name}.json": as_message(alert)} if alert.event in PUBLISHED else files


@pytest.mark.parametrize("name", samples.ALL)
def test_an_alert_reads_as_it_did(name):
    for file, text in made(name).items():
        if os.environ.get("UPDATE_GOLDEN"):
            (GOLDEN / file).write_text(text)
        assert (GOLDEN / file).read_text() == text, f"{file}: is it meant? UPDATE_GOLDEN=1 writes it anew"


def test_no_golden_file_is_without_a_sample():
    assert {path.name for path in GOLDEN.iterdir()} == {file for name in samples.ALL for file in made(name)}
