"""The runbook as a web page, with the anchors that its headings have on GitHub."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="/static/icon.svg"><link rel="stylesheet" href="/static/style.css"></head>
<body class="document"><main>
{body}</main></body>
</html>
"""


def as_page(markdown: str) -> str:
    """A whole HTML page; HTML inside the Markdown is shown, not obeyed."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(markdown)
    seen: Counter[str] = Counter()
    title = ""
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            heading = _shown(inline.children)
            opening.attrSet("id", _anchor(heading, seen))
            title = title or heading
    body = parser.renderer.render(tokens, parser.options, {})
    return _PAGE.format(title=escape(title or "Runbook"), body=body)


def _shown(parts: Sequence[Token] | None) -> str:
    """The text of a heading without its markup."""
    return "".join(part.content for part in parts or () if part.type in {"text", "code_inline"})


def _anchor(heading: str, seen: Counter[str]) -> str:
    """A heading as GitHub names it: in small letters, without punctuation, hyphens for blanks, numbered if repeated."""
    slug = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
    seen[slug] += 1
    return slug if seen[slug] == 1 else f"{slug}-{seen[slug] - 1}"
