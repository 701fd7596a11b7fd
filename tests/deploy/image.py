"""A Python with what MWAA's image of Airflow 3.3.1 brings, and our requirements as MWAA installs them there."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.contents import AIRFLOW_HOME
from local.settings import ROOT
from tests.tools import leave_out

# The image's bill of materials: https://github.com/aws/amazon-mwaa-docker-images, images/airflow/3.3.1
IMAGE = """
apache-airflow==3.3.1
apache-airflow-providers-amazon[aiobotocore]
apache-airflow-providers-celery
apache-airflow-providers-common-compat
apache-airflow-providers-common-io
apache-airflow-providers-common-sql
apache-airflow-providers-fab
apache-airflow-providers-http
apache-airflow-providers-postgres
apache-airflow-providers-smtp
apache-airflow-providers-standard
psycopg2-binary
"""


def python(requirements: Path, home: Path) -> Path:
    """The folder of a virtual environment made for this package; kept in `.test-state` for the next run.

    ``home`` stands for `/usr/local/airflow`. Left out where the packages cannot be had.
    """
    constraints = home / "dags" / "constraints.txt"
    inputs = (IMAGE.encode(), requirements.read_bytes(), constraints.read_bytes(), sys.version.encode())
    folder = ROOT / ".test-state" / f"mwaa-image-{hashlib.sha256(b''.join(inputs)).hexdigest()[:12]}"
    if not (folder / "complete").exists():
        for former in folder.parent.glob("mwaa-image-*"):
            shutil.rmtree(former)
        _make(folder, constraints, requirements.read_text().replace(AIRFLOW_HOME, str(home)))
    return folder


def _make(folder: Path, constraints: Path, requirements: str) -> None:
    folder.parent.mkdir(exist_ok=True)
    _uv("venv", "--python", sys.executable, str(folder))
    _install(folder, IMAGE, "--constraint", str(constraints))
    brought = _installed(folder)
    assert "pandas" not in brought
    _install(folder, requirements)
    now = _installed(folder)
    changed = {name: (version, now.get(name)) for name, version in brought.items() if now.get(name) != version}
    assert changed == {}, "MWAA's image pins what it brings"
    (folder / "complete").touch()


def _install(folder: Path, requirements: str, *arguments: str) -> None:
    listed = folder / "wanted.txt"
    listed.write_text(requirements)
    _uv("pip", "install", "--system-certs", "--python", _python(folder), *arguments, "--requirement", str(listed))


def _installed(folder: Path) -> dict[str, str]:
    lines = _uv("pip", "freeze", "--python", _python(folder)).splitlines()
    return dict(line.split("==") for line in lines)


def _python(folder: Path) -> str:
    return str(folder / "bin" / "python")


def _uv(*arguments: str) -> str:
    uv = str(Path(sys.executable).with_name("uv"))
    done = subprocess.run((uv, *arguments), env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode and any(word in done.stderr for word in ("Failed to fetch", "error sending request", "dns")):
        leave_out("The package for MWAA was not run: the packages of MWAA's image could not be downloaded")
    assert done.returncode == 0, done.stderr
    return done.stdout


def _environment() -> dict[str, str]:
    """uv reads other settings than pip: whoever set an index for pip means uv too, as local/setup.sh has it."""
    asked = (sys.executable, "-m", "pip", "config", "get", "global.index-url")
    index = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return {**os.environ, **({"UV_DEFAULT_INDEX": index} if index and "UV_DEFAULT_INDEX" not in os.environ else {})}
