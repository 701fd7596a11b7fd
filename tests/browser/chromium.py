"""Which browser the tests use, and what is said where there is none."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium: `apt-get install chromium`, or say where it is with CHROMIUM=/path/to/it"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def found() -> str | None:
    """The browser's path; None where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def is_required() -> bool:
    """Whether a run without browser tests is a failed one: in continuous integration."""
    return os.environ.get("CI", "").lower() == "true"
