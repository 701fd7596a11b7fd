"""`python -m local.inbox`: the process that the supervisor keeps running; it ends at SIGTERM.

Without `SMTP_PORT` it takes no mails, for where another server does; messages and runbook it shows all the same.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from threading import Thread

import boto3
from botocore.config import Config

from local.inbox import collector
from local.inbox.page import page
from local.inbox.store import Folder
from local.program import HOST
from local.web import server

ONCE = Config(proxies={}, retries={"total_max_attempts": 1})
"""Straight to our loopback port; the collector itself tries again."""


async def serve(home: Path, runbook: Path, smtp_port: int | None, page_port: int) -> None:
    """Take mails and messages and show them until the process is told to end."""
    mails, messages = Folder(home / "mail", ".eml"), Folder(home / "sns", ".json")
    for folder in (mails, messages):
        folder.prepare()
    clients = (boto3.client("sns", config=ONCE), boto3.client("sqs", config=ONCE))
    # a daemon: what it was about to fetch stays in the queue
    Thread(target=collector.collect_for_ever, args=(*clients, messages), daemon=True).start()
    if smtp_port:
        from local.inbox import mail_server  # here, because an image that takes no mails has no library for it

        await asyncio.get_running_loop().create_server(mail_server.protocol(mails), HOST, smtp_port)
    await server(page(mails, messages, runbook), page_port).serve()


if __name__ == "__main__":
    given = os.environ
    asyncio.run(
        serve(
            Path(given["INBOX_HOME"]),
            Path(given["INBOX_RUNBOOK"]),
            int(given["SMTP_PORT"]) if "SMTP_PORT" in given else None,
            int(given["INBOX_PORT"]),
        )
    )
