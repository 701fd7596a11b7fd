"""Reading a kept mail: in short, whole, and its HTML."""

from __future__ import annotations

import re
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import compat32, default

from local.inbox.entry import Entry


def entry(mail_id: str, content: bytes) -> Entry:
    """A mail in short, whatever state it is in."""
    headers = _headers(content)
    return Entry(
        id=mail_id,
        kind="mail",
        subject=_first(headers, "subject"),
        sender=_first(headers, "from"),
        to=_first(headers, "to"),
        event=_first(headers, "x-totes-event"),
        environment=_first(headers, "x-totes-environment"),
    )


def whole(mail_id: str, content: bytes) -> dict[str, object]:
    """A mail as the page shows it: its entry, `headers` (pairs), `text` and `html` (empty if it has no such part)."""
    return {
        **entry(mail_id, content).as_json(),
        "headers": _headers(content),
        "text": part(content, "plain"),
        "html": part(content, "html"),
    }


def part(content: bytes, subtype: str) -> str:
    """The first `text/<subtype>` that is meant to be read (no attachment); empty if there is none."""
    try:
        found = _parsed(content).get_body((subtype,))
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):  # its structure is broken
        return ""
    return _text(found) if found is not None else ""


def with_links_outside(html: str) -> str:
    """The HTML with its links opening in a tab of their own, not in the frame that shows it."""
    base = '<base target="_blank">'
    marked, done = re.subn(r"<head(\s[^>]*)?>", lambda head: head[0] + base, html, count=1, flags=re.IGNORECASE)
    return (
        marked if done else re.sub(r"^(\s*<!doctype[^>]*>)?", lambda start: start[0] + base, html, count=1, flags=re.I)
    )


def _parsed(content: bytes) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(content)


def _headers(content: bytes) -> list[tuple[str, str]]:
    """Every header, decoded; as it came where it cannot be."""
    raw = BytesParser(policy=compat32).parsebytes(content, headersonly=True)
    return [(name, _decoded(name, str(value))) for name, value in raw.items()]


def _decoded(name: str, value: str) -> str:
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", value)
    try:
        return str(default.header_factory(name, unfolded))
    except (AttributeError, IndexError, LookupError, TypeError, ValueError):  # the library's, for malformed ones
        return unfolded


def _first(headers: list[tuple[str, str]], wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")


def _text(found: Message) -> str:
    """A part's text, its lines ended by a newline; characters that its encoding does not have are replaced."""
    content = found.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        text = content.decode(found.get_content_charset("utf-8"), "replace")
    except LookupError:  # an encoding that nobody knows
        text = content.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")
