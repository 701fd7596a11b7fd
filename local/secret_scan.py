"""`make secrets`: nothing in git looks like a secret, but what was looked at and is none (.secrets.baseline)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import configure_settings_from_baseline

from local.console import say
from local.settings import ROOT

BASELINE = ".secrets.baseline"

_REMEDY = f"""Take it out of the file, and out of git's history if it was committed; change it where it is valid.
What is no secret is added by:
  .venv/bin/detect-secrets scan --baseline {BASELINE} && .venv/bin/detect-secrets audit {BASELINE}"""


@dataclass(frozen=True)
class Suspect:
    """Where something looks like a secret, and like which kind; never what it is."""

    name: str
    line: int
    kind: str


def main() -> int:
    """Look through every file that git knows or would add; 1 if something new looks like a secret."""
    files = _files(ROOT)
    found = new_in(ROOT, files)
    for one in found:
        say(f"{one.name}:{one.line}: {one.kind}")
    say(_REMEDY if found else f"No secret in {len(files)} files.")
    return 1 if found else 0


def new_in(root: Path, files: Iterable[str]) -> list[Suspect]:
    """What looks like a secret in ``files`` (names below ``root``) and is not in the baseline."""
    baseline = json.loads((ROOT / BASELINE).read_text())
    configure_settings_from_baseline(baseline)
    known = {(name, one["hashed_secret"]) for name, listed in baseline["results"].items() for one in listed}
    return [
        Suspect(name, one.line_number, one.type)
        for name in files
        for one in scan_file(str(root / name))
        if (name, one.secret_hash) not in known
    ]


def _files(root: Path) -> list[str]:
    command = ("git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  constants
    return sorted(name for name in listed.split("\0") if (root / name).is_file())


if __name__ == "__main__":
    sys.exit(main())
