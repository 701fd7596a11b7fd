"""The inbox as a server of the stack: where it listens, what it is told."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from local.aws import REGION, Aws
from local.program import HOST, Program, answers
from local.secrets_store import Secrets
from local.settings import ROOT


@dataclass(frozen=True, slots=True)
class Inbox:
    """One inbox: the folder that holds what arrived, its two ports, and the AWS whose topic it hears.

    `runbook` is the Markdown file served at `runbook_url`.
    """

    home: Path
    smtp_port: int
    page_port: int
    aws: Aws
    secrets: Secrets = field(repr=False)
    runbook: Path = ROOT / "docs" / "runbook.md"

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.page_port}"

    @property
    def runbook_url(self) -> str:
        """Where the runbook can be read, so that the links of mails and messages work locally."""
        return f"{self.url}/runbook"

    def program(self) -> Program:
        """Mail server, collector of messages and page, in one process."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Program(
            name="inbox",
            command=(sys.executable, "-m", "local.inbox"),
            env={
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": str(ROOT),
                "PYTHONDONTWRITEBYTECODE": "1",
                "INBOX_HOME": str(self.home),
                "INBOX_RUNBOOK": str(self.runbook),
                "INBOX_PORT": str(self.page_port),
                "SMTP_PORT": str(self.smtp_port),
                "AWS_ENDPOINT_URL": self.aws.endpoint_url,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_ACCESS_KEY_ID": self.secrets.aws_access_key_id,
                "AWS_SECRET_ACCESS_KEY": self.secrets.aws_secret_access_key,
            },
            cwd=self.home,
        )

    def is_ready(self) -> bool:
        """Whether it takes mails and shows them (the page comes up last)."""
        return answers(f"{self.url}/api/mails")
