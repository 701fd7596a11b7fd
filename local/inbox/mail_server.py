"""The mail server: takes every mail, for whomever, and keeps it as it came."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

from aiosmtpd.smtp import SMTP, Envelope, Session

from local.inbox.store import Folder, arrival_id

LARGEST_MAIL = 5 * 1024 * 1024
"""Bytes; larger ones are refused."""

_numbers = count(1)


class _Keeper:
    """Keeps each mail with the lines that a mail server adds: whom it came from and was delivered to."""

    def __init__(self, mails: Folder) -> None:
        self._mails = mails

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 # aiosmtpd's
        lines = [f"Return-Path: <{envelope.mail_from}>", *(f"Delivered-To: {to}" for to in envelope.rcpt_tos)]
        added = "".join(f"{line}\r\n" for line in lines).encode()
        try:
            self._mails.add(arrival_id(datetime.now(UTC), f"{next(_numbers):04}"), added + _content(envelope))
        except OSError:
            logging.exception("A mail could not be kept in %s", self._mails.path)
            return "451 4.3.0 The mail could not be kept; try again later"
        return "250 2.0.0 Kept"


def _content(envelope: Envelope) -> bytes:
    content = envelope.original_content
    return content if content is not None else b""


def protocol(mails: Folder) -> Callable[[], SMTP]:
    """What makes the server's side of each connection; every mail ends in `mails`."""
    keeper = _Keeper(mails)
    return lambda: SMTP(keeper, hostname="inbox", ident="inbox", data_size_limit=LARGEST_MAIL, enable_SMTPUTF8=True)
