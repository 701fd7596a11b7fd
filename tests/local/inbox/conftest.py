"""The real inbox beside the real AWS stand-in, and how one writes to it and reads it."""

from __future__ import annotations

import json
import smtplib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import program, secrets_store
from local.aws import ALERTS_TOPIC_ARN, Aws
from local.inbox.server import Inbox
from tests.ports import free_port

RUNBOOK = """# Runbook
## The disk is full: `load` fails
What <script>alert(1)</script> it means.
## Again
| a | b |
|---|---|
| 1 | 2 |
## Again
"""


@dataclass(frozen=True)
class Post:
    """An inbox that runs, or is started again, with both ends of it."""

    inbox: Inbox
    folder: Path

    @contextmanager
    def running(self) -> Iterator[Any]:
        """The inbox while the block runs; gives its process."""
        with program.running(self.inbox.program(), self.folder / "inbox.log", self.inbox.is_ready) as started:
            yield started

    @contextmanager
    def stand_in(self) -> Iterator[Any]:
        """The AWS stand-in while the block runs, with nothing made in it; gives its process."""
        aws = self.inbox.aws
        with program.running(aws.program(), self.folder / "aws.log", aws.is_ready) as started:
            yield started

    def mail(self, subject: str, text: str = "", html: str = "", **headers: str) -> bytes:
        """Send a mail with the parts that are given; returns it as it was sent."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "totes-etl@totes.example", "data-team@totes.example", subject
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        if text:
            mail.set_content(text)
        if html:
            (mail.add_alternative if text else mail.set_content)(html, subtype="html")
        sent = mail.as_bytes(policy=SMTP)
        with smtplib.SMTP("127.0.0.1", self.inbox.smtp_port) as smtp:
            smtp.sendmail(mail["From"], [mail["To"]], sent)
        return sent

    def publish(self, message: dict[str, str] | str, subject: str = "a subject", **attributes: str) -> str:
        """Publish to the alerts' topic, one text for each protocol if it is a dict; returns the message's id."""
        structured = {"Message": json.dumps(message), "MessageStructure": "json"}
        return self.inbox.aws.sns(self.inbox.secrets).publish(
            TopicArn=ALERTS_TOPIC_ARN,
            Subject=subject,
            MessageAttributes={name: {"DataType": "String", "StringValue": v} for name, v in attributes.items()},
            **(structured if isinstance(message, dict) else {"Message": message}),
        )["MessageId"]

    def ask(self, path: str, **headers: str) -> httpx.Response:
        """The answer to GET `path`."""
        return httpx.get(f"{self.inbox.url}{path}", headers=headers, trust_env=False)

    def shown(self, kind: str) -> list[dict[str, Any]]:
        """The list of `mails` or `messages`, newest first."""
        return self.ask(f"/api/{kind}").json()

    def whole(self, kind: str, subject: str) -> dict[str, Any]:
        """The one mail or message of that subject, as soon as it is there."""
        found = eventually(lambda: [one for one in self.shown(kind) if one["subject"] == subject])
        assert len(found) == 1
        return self.ask(f"/api/{kind}/{found[0]['id']}").json()


def eventually(ask: Callable[[], Any], seconds: float = 20) -> Any:
    """What `ask` answers, as soon as it is something."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return answer


def make_post(folder: Path) -> Post:
    """An inbox and a stand-in that are not started yet."""
    (folder / "docs").mkdir()
    (folder / "docs" / "runbook.md").write_text(RUNBOOK)
    (folder / "docs" / "neighbour.md").write_text("# Neighbour\n")
    aws = Aws(folder / "aws", free_port())
    secrets = secrets_store.generate_all()
    return Post(Inbox(folder / "inbox", free_port(), free_port(), aws, secrets, folder / "docs" / "runbook.md"), folder)


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """An inbox that runs, of the module's tests together; the stand-in was provisioned as the stack does it."""
    made = make_post(tmp_path_factory.mktemp("post"))
    with made.stand_in():
        made.inbox.aws.provision(made.inbox.secrets, [])
        with made.running():
            yield made
