"""`make terraform`: format, validity, Terraform's own tests and checkov, as far as the tools are at hand.

What cannot be looked at is said loudly; with TOTES_TERRAFORM=required (ci.yml) it is a failure.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from local.settings import ROOT
from tests.terraform import tools

CHECKOV = "3.3.30"
"""The version that is installed, on demand, in an environment of its own: it pins what the project has newer."""

_HOME = ROOT / ".test-state" / "checkov"


def main() -> int:
    """Look at everything; the exit code."""
    left_out = [_configuration(), _posture()]
    for why in filter(None, left_out):
        sys.stderr.write(f"\n!!! LEFT OUT: {why}\n")
    return 1 if any(left_out) and tools.REQUIRED else 0


def _configuration() -> str | None:
    """Format, validity and tests; why not, where Terraform is not at hand."""
    if why := tools.missing():
        return f"format, validity and tests of terraform/: {why}"
    tools.terraform(tools.FOLDER, "fmt", "-check", "-recursive")
    with tempfile.TemporaryDirectory(prefix="totes-terraform-") as folder:
        root = tools.initialised(tools.copy(Path(folder)))
        tools.terraform(root, "validate")
        sys.stdout.write(tools.terraform(root, "test"))
    return None


def _posture() -> str | None:
    """Checkov's view; why not, where it cannot be installed. Raises ``CalledProcessError`` for what it finds."""
    checkov = _HOME / "bin" / "checkov"
    if not checkov.exists() and not _installed():
        return "checkov could not be installed: does the network reach a package index?"
    asked = ("--framework", "terraform", "--quiet", "--compact", "--download-external-modules", "false")
    where = (f"--directory={tools.FOLDER}", f"--var-file={tools.FOLDER / 'environments' / 'prod.tfvars'}")
    # It asks a server for guidelines, and warns at length where it reaches none.
    subprocess.run([checkov, *where, *asked], env={**os.environ, "LOG_LEVEL": "ERROR"}, check=True)
    return None


def _installed() -> bool:
    uv = str(Path(sys.executable).parent / "uv")
    commands = (
        [uv, "venv", "--quiet", "--clear", f"--python={sys.executable}", str(_HOME)],
        [uv, "pip", "install", "--quiet", f"--python={_HOME / 'bin' / 'python'}", f"checkov=={CHECKOV}"],
    )
    return all(subprocess.run(command, check=False).returncode == 0 for command in commands)


if __name__ == "__main__":
    sys.exit(main())
