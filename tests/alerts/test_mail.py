"""Mails: the same each time, whole on every phone, and closed to whatever an error may say."""

from dataclasses import replace
from datetime import timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.alerts.mail import LONGEST_SUBJECT, compose
from include.alerts.model import Alert, Failed
from tests.alerts import samples

RUNBOOK = "https://docs.example/runbook.md"
HOSTILE = '<script>alert("1")</script>\r\nBcc: everybody@example.com\r\n\r\n<img src=x onerror=a()>\x00\u202e\ud800'


def mailed(alert: Alert) -> EmailMessage:
    return compose(alert, sender="Totes <totes@totes.example>", to=["a@x.example", "b@x.example"], runbook_url=RUNBOOK)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def of(failure_text: str) -> Alert:
    """A failure all texts of which are this one."""
    alert = samples.failed(
        replace(
            samples.FAILURE,
            task_id=failure_text,
            host=failure_text,
            error_type=failure_text,
            error_lines=(failure_text, failure_text),
            log_url=failure_text,
        )
    )
    assert isinstance(alert.facts, Failed)
    facts = replace(alert.facts, run_url=failure_text, waiting=(failure_text,), stands={failure_text: None})
    return replace(alert, run_id=failure_text, dag_id=failure_text, environment=failure_text, facts=facts)


class Page(HTMLParser):
    """The tags and the addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]


@pytest.mark.parametrize("make", samples.ALL.values(), ids=samples.ALL)
def test_the_same_alert_gives_the_same_mail(make):
    assert mailed(make()).as_bytes() == mailed(make()).as_bytes()


@pytest.mark.parametrize("make", samples.ALL.values(), ids=samples.ALL)
def test_a_page_needs_nothing_from_elsewhere(make):
    page = Page(body(mailed(make()), "html"))
    assert not {"script", "img", "link", "iframe", "form", "object"} & set(page.tags)
    assert page.links
    assert all(link.startswith(("http://", "https://")) for link in page.links)


@pytest.mark.parametrize("make", samples.ALL.values(), ids=samples.ALL)
def test_plain_text_and_page_say_the_same(make):
    mail = mailed(make())
    page, text = body(mail, "html"), body(mail, "plain")
    links = Page(page).links
    assert [link for link in links if link not in text] == []
    assert text.split(":")[0] in page  # the label, in words and not by colour alone


def test_two_mails_of_one_event_have_one_id_and_others_another():
    first, again, other = mailed(samples.failed()), mailed(samples.failed()), mailed(samples.grouped())
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    testing = mailed(replace(samples.failed(), environment="testing"))
    assert testing["Message-ID"] != first["Message-ID"]
    assert first["Message-ID"].endswith("@totes.example>")


def test_a_recovery_answers_the_mail_of_its_failure():
    assert samples.recovered().facts.failed_alert == samples.failed().alert_id
    assert mailed(samples.recovered())["In-Reply-To"] == mailed(samples.failed())["Message-ID"]


def test_the_date_is_when_it_happened_in_utc():
    elsewhere = samples.AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    mail = mailed(replace(samples.failed(), happened_at=elsewhere))
    assert mail["Date"] == "Thu, 14 Nov 2024 14:05:12 +0000"
    assert mail["Subject"].endswith("14:05 UTC")


def test_programs_know_it_by_its_headers():
    mail = mailed(samples.failed())
    assert (mail["Auto-Submitted"], mail["X-Totes-Event"], mail["X-Totes-Environment"]) == (
        "auto-generated",
        "failed",
        "production",
    )


def test_a_runbook_that_is_a_path_is_no_link():
    mail = compose(samples.failed(), sender="t@x.example", to=["a@x.example"], runbook_url="docs/runbook.md")
    assert "docs/runbook.md#an-unexpected-error" in body(mail, "html")
    assert not [link for link in Page(body(mail, "html")).links if "runbook" in link]


@pytest.mark.parametrize("hostile", [HOSTILE, "javascript:alert(1)", "a\nBcc: x@example.com", "</pre></td><style>*{}"])
def test_no_text_becomes_a_header_or_a_tag(hostile):
    mail = message_from_bytes(mailed(of(hostile)).as_bytes(policy=policy.SMTP), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail["Bcc"] is None
    assert set(mail.keys()) == {*mailed(samples.failed()).keys()}
    ours = Page(body(mailed(samples.failed()), "html"))
    page = Page(body(mail, "html"))
    assert set(page.tags) <= set(ours.tags) | {"span", "wbr"}
    assert page.attributes <= ours.attributes
    assert [link for link in page.links if not link.startswith("https://docs.example/")] == []


@settings(deadline=None)
@given(st.text(st.characters(), max_size=400))
def test_any_text_makes_a_mail(text):
    mail = message_from_bytes(mailed(of(text)).as_bytes(policy=policy.SMTP), policy=policy.default)
    assert set(mail.keys()) == {*mailed(samples.failed()).keys()}
    assert len(mail["Subject"]) <= LONGEST_SUBJECT
    assert "\n" not in mail["Subject"]


@pytest.mark.parametrize("address", ["a@x.example\nBcc: b@x.example", "a@x.example\r\n\r\nbody"])
def test_an_address_with_a_line_end_is_refused(address):
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        compose(samples.failed(), sender=address, to=["a@x.example"], runbook_url=RUNBOOK)
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        compose(samples.failed(), sender="a@x.example", to=[address], runbook_url=RUNBOOK)


@pytest.mark.parametrize("length", range(1, 90, 3))
def test_a_subject_of_any_length_arrives_as_it_was_written(length):
    mail = mailed(samples.failed(replace(samples.FAILURE, task_id="x" * length)))
    arrived = message_from_bytes(mail.as_bytes(), policy=policy.default)
    assert arrived["Subject"] == mail["Subject"]
    assert "  " not in arrived["Subject"]
