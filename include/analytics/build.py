"""Which build of pages and API this is: what it answers may differ from what another one answered."""

import hashlib
from functools import cache
from pathlib import Path

_SUFFIXES = {".py", ".html", ".js", ".css"}


@cache
def build() -> str:
    """A digest of the code that makes answers and pages."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in _SUFFIXES:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
