"""Links between the project's documents lead to files, and to headings, that are there."""

import re
from pathlib import Path

import pytest

from local.settings import ROOT

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
DOCUMENTS = sorted(path for glob in ("*.md", "docs/**/*.md", "terraform/*.md") for path in ROOT.glob(glob))


def headings(document: Path) -> set[str]:
    """The names by which a document's headings can be linked to, as GitHub makes them, and those given by hand."""
    text = document.read_text()
    lines = re.findall(r"(?m)^#+ (.*)$", text)
    made = {re.sub(r"[^\w\- ]", "", line.strip().lower()).replace(" ", "-") for line in lines}
    return made | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_its_links_lead_somewhere(document: Path):
    for path, heading in LINK.findall(document.read_text()):
        target = document.parent / path if path else document
        assert target.exists(), path
        assert not heading or heading in headings(target), f"{path}#{heading}"
