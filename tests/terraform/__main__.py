"""`make terraform-moto`: plan, apply, a second plan without changes, one of the wrong stage, destroy, on moto's server.

What moto cannot do is left out: MWAA (it has no API for it), budgets, and the size of objects in a rule of the raw
zone. What it forgets is in moto_overrides/. Everything else of the dev environment is made, with all that is optional.
"""

import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.ports import free_port
from tests.terraform import tools
from tests.terraform.moto_server import Moto, moto

_ASKED = (
    "-var-file=environments/dev.tfvars",
    "-var=mwaa_enabled=false",
    "-var=monthly_budget_usd=0",
    "-var=catalogue_enabled=true",
    '-var=alert_emails=["data-team@totes.example"]',
    '-var=github={repository="totes/etl",environment="dev"}',
)
_OVERRIDES = Path(__file__).parent / "moto_overrides"
"""What moto forgets, so that a second plan would bring it again; the state in a file."""


def main() -> int:
    """Do all of it, say what was done and how long it took; the exit code."""
    if why := tools.missing():
        sys.stderr.write(f"Not tried: {why}\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="totes-terraform-") as folder, moto(free_port(), Path(folder)) as server:
        _live_and_die(_prepared(Path(folder)), server)
    return 0


def _prepared(folder: Path) -> Path:
    root = tools.copy(folder)
    shutil.copytree(_OVERRIDES, root, dirs_exist_ok=True)
    _forget_sizes(folder / "include" / "retention" / "raw.json")
    return tools.initialised(root)


def _forget_sizes(path: Path) -> None:
    rules = json.loads(path.read_text())
    for rule in rules["Rules"]:
        rule["Filter"] = {"Prefix": rule["Filter"].get("Prefix") or rule["Filter"]["And"]["Prefix"]}
    path.write_text(json.dumps(rules))


def _live_and_die(root: Path, server: Moto) -> None:
    def run(*arguments: str) -> str:
        return tools.terraform(root, *arguments, environment=server.environment())

    def wrong() -> str:
        return tools.refused(
            root, "plan", "-var-file=environments/prod.tfvars", *_ASKED[1:], environment=server.environment()
        )

    _timed("plan", lambda: run("plan", "-out=plan", *_ASKED))
    _timed("apply", lambda: run("apply", "plan"))
    # Exit code 2, which fails here, would mean that there is something to change.
    _timed("second plan", lambda: run("plan", "-detailed-exitcode", *_ASKED))
    _timed("prod's plan", wrong)
    _timed("destroy", lambda: run("destroy", "-auto-approve", *_ASKED))


def _timed(what: str, does: Callable[[], str]) -> None:
    began = time.monotonic()
    said = does()
    found = re.findall(
        r"^(?:Plan:|Apply complete!|No changes\.|Destroy complete!|.*This state is that of).*$", said, re.MULTILINE
    )
    assert found, said[-3000:]
    sys.stdout.write(f"{what:12} {time.monotonic() - began:6.1f} s  {found[-1]}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
