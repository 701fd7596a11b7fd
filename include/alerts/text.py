"""A story as plain text: the mail's first part, and what e-mail subscribers of the topic read."""

import textwrap

from include.alerts.scrub import printable
from include.alerts.story import Grid, Link, Quote, Story
from include.alerts.story.phrases import clock

WIDTH = 76


def as_text(story: Story) -> str:
    """The story in lines of at most 76 characters, but for what an error said and for addresses."""
    blocks = [
        f"{story.label}: {story.environment}, {story.at:%Y-%m-%d} {clock(story.at)}",
        *map(_wrapped, story.lead),
        _grid(story.grid) if story.grid else "",
        _pairs(story.facts),
        *map(_quote, story.quotes),
        *(_wrapped(f"{name}{'' if name.endswith('?') else ':'} {sentence}") for name, sentence in story.advice),
        _links(story.links),
    ]
    return printable("\n\n".join(block for block in blocks if block) + "\n")


def _wrapped(paragraph: str, indent: str = "") -> str:
    return textwrap.fill(paragraph, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _pairs(pairs: tuple[tuple[str, str], ...]) -> str:
    width = max((len(name) for name, _ in pairs), default=0) + 2
    return "\n".join(_wrapped(f"{name.ljust(width)}{value}", " " * width) for name, value in pairs)


def _links(links: tuple[Link, ...]) -> str:
    width = max((len(link.name) for link in links), default=0) + 2
    return "\n".join(f"{link.name.ljust(width)}{link.url}" for link in links)


def _quote(quote: Quote) -> str:
    return "\n".join([quote.heading, *(f"  {line}" for line in quote.lines)])


def _grid(grid: Grid) -> str:
    rows = (grid.headers, *grid.rows)
    widths = [max(len(row[column]) for row in rows) for column in range(len(grid.headers))]
    return "\n".join(_row(row, widths, grid.numbers_from) for row in rows)


def _row(row: tuple[str, ...], widths: list[int], numbers_from: int) -> str:
    cells = [
        cell.rjust(width) if column >= numbers_from else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
