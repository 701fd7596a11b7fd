"""What travels to MWAA: every file by its name there, with its bytes. Nothing is written here.

MWAA lays `dags/` of the bucket to `/usr/local/airflow/dags`, which tasks, callbacks and DAG files can import from, and
unpacks `plugins.zip` to `/usr/local/airflow/plugins`, which every component can. So `include` travels twice: below
`dags/`, where a changed task takes effect within a minute, and beside the plugins for triggerer and web server
(plugins/totes_include.py).
"""

import hashlib
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.archive import archive
from deploy.errors import DeployError

AIRFLOW_HOME = "/usr/local/airflow"
"""MWAA's own, on every component."""

PLUGINS, REQUIREMENTS, CONSTRAINTS = "plugins.zip", "requirements.txt", "dags/constraints.txt"
CERTIFICATE = "certificates/database.pem"
"""Below `plugins/`: the authority of the databases' certificates, where one is given."""

_TRAVELS = ("dags", "include", "plugins", "constraints.txt", "requirements.txt")
_FOUND_LOCALLY = "--constraint constraints.txt\n"


@dataclass(frozen=True)
class Package:
    """The files by their name in the bucket."""

    files: Mapping[str, bytes]

    @property
    def sums(self) -> str:
        """The files' digests, as `sha256sum` writes them."""
        return "".join(f"{hashlib.sha256(self.files[name]).hexdigest()}  {name}\n" for name in sorted(self.files))

    @property
    def digest(self) -> str:
        """The digest of the whole."""
        return hashlib.sha256(self.sums.encode()).hexdigest()


def collect(root: Path, certificate: Path | None = None) -> Package:
    """The package of the project at ``root``; the same tree always gives the same bytes.

    Of `dags/`, `include/` and `plugins/` everything travels that git does not ignore. Raises ``DeployError``.
    """
    code = {f"include/{name}": content for name, content in _folder(root, "include").items()}
    plugins = _folder(root, "plugins") | {f"shared/{name}": content for name, content in code.items()}
    if certificate:
        plugins[CERTIFICATE] = _certificate(certificate)
    dags = {f"dags/{name}": content for name, content in (_folder(root, "dags") | code).items()}
    return Package(
        {
            **dags,
            CONSTRAINTS: (root / "constraints.txt").read_bytes(),
            PLUGINS: archive(plugins),
            REQUIREMENTS: _requirements(root / "requirements.txt").encode(),
        }
    )


def uncommitted(root: Path) -> list[str]:
    """What travels and is in no commit, in the words of `git status --short`."""
    return _git(root, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", *_TRAVELS)


def _folder(root: Path, name: str) -> dict[str, bytes]:
    """What git knows of a folder, or would add to it, by its name within the folder."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", name)
    paths = [root / line for line in listed]
    found = {path.relative_to(root / name).as_posix(): path.read_bytes() for path in paths if path.is_file()}
    if not found:
        raise DeployError(f"the folder {root / name}", found="no file", expected="code", remedy="see `git status`")
    return found


def _git(root: Path, *arguments: str) -> list[str]:
    """What git lists, whatever the machine's locale. Raises ``DeployError`` with git's own words."""
    command = ("git", "-C", str(root), *arguments)
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603  our arguments
        said, listed = ("" if done.returncode == 0 else done.stderr.strip() or "an error"), done.stdout
    except OSError as error:
        said, listed = f"no git ({error})", ""
    if said:
        raise DeployError(
            f"the files of {root}",
            found=f"no list of them from git: {said}",
            expected="a clone of the repository, and git",
            remedy="build the package in a clone: what git ignores must not travel",
        )
    return [line for line in listed.split("\0") if line]


def _requirements(path: Path) -> str:
    """The requirements as MWAA takes them: with the constraints where they lie there, else it adds its own."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith(_FOUND_LOCALLY):
        raise DeployError(
            str(path),
            found=repr(text.partition("\n")[0]),
            expected=f"{_FOUND_LOCALLY.strip()!r} as its first line",
            remedy="put it back: without it MWAA installs other versions than were tested",
        )
    return f'--constraint "{AIRFLOW_HOME}/{CONSTRAINTS}"\n{text.removeprefix(_FOUND_LOCALLY)}'


def _certificate(path: Path) -> bytes:
    content = path.read_bytes() if path.is_file() else b""
    if b"-----BEGIN CERTIFICATE-----" not in content or b"PRIVATE KEY-----" in content:
        raise DeployError(
            f"the certificate {path}",
            found="no certificate" if b"PRIVATE KEY-----" not in content else "a private key",
            expected="a PEM file of certificates alone",
            remedy="for RDS take its public bundle (docs/operations.md)",
        )
    return content
