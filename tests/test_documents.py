"""Links between the project's documents lead to files, and to headings, that are there."""

import re
import subprocess
from pathlib import Path

import pytest

from local.settings import ROOT

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
DOCUMENTS = subprocess.run(("git", "ls-files", "*.md"), cwd=ROOT, capture_output=True, text=True, check=True).stdout


def headings(document: Path) -> set[str]:
    """The names by which a document's headings can be linked to, as GitHub makes them, and those given by hand."""
    text = document.read_text()
    lines = re.findall(r"(?m)^#+ (.*)$", text)
    made = {re.sub(r"[^\w\- ]", "", line.strip().lower()).replace(" ", "-") for line in lines}
    return made | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


@pytest.mark.parametrize("name", DOCUMENTS.split())
def test_its_links_lead_somewhere(name: str):
    document = ROOT / name
    for path, heading in LINK.findall(document.read_text()):
        target = document.parent / path if path else document
        assert target.exists(), path
        assert not heading or heading in headings(target), f"{path}#{heading}"
