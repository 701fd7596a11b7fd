"""`make audit`: known vulnerabilities in requirements.lock, and plain words where they could not be looked up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from local.console import say
from local.settings import ROOT

_COMMAND = ("-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json")


def main() -> int:
    """Look every locked package up; 1 if one is vulnerable, or (AUDIT=strict) could not be looked up."""
    done = subprocess.run(  # noqa: S603 # our own command
        (sys.executable, *_COMMAND, "--requirement", str(ROOT / "requirements.lock")),
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        packages = []
        say(done.stderr.strip().rpartition("\n")[2])
    clean, told = verdict(packages, strict=os.environ.get("AUDIT") == "strict")
    say(told)
    return 0 if clean else 1


def verdict(packages: Sequence[Mapping[str, Any]], *, strict: bool) -> tuple[bool, str]:
    """Whether the audit passes, and what to say: `packages` is what pip-audit reports of each."""
    vulnerable = [
        f"  {one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none yet'}"
        for one in packages
        for flaw in one.get("vulns", ())
    ]
    if vulnerable:
        return False, "Vulnerable packages; raise them with `make lock`:\n" + "\n".join(vulnerable)
    looked_up = sum("skip_reason" not in one for one in packages)
    if packages and looked_up == len(packages):
        return True, f"No known vulnerability in {looked_up} packages."
    return not strict, (
        f"NOT AUDITED: the advisories of {len(packages) - looked_up} of {len(packages)} packages could not be had "
        "from here. Call `make audit` where the network has the package index's advisories."
    )


if __name__ == "__main__":
    sys.exit(main())
