"""Passwords and keys of one stack: made at first start, kept in one file that only its owner can read."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from local.errors import StackError

FILE = "secrets.json"
"""Name of the file in the state folder."""


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Every secret of the stack. It has no repr, so that none can end in a log or a traceback."""

    postgres: str
    shop: str
    totes_reader: str
    warehouse_owner: str
    totes_etl: str
    analyst: str
    airflow: str
    airflow_admin: str
    airflow_fernet_key: str
    airflow_jwt_secret: str
    airflow_api_secret_key: str
    aws_access_key_id: str
    aws_secret_access_key: str
    dashboard_token: str
    redis: str
    metabase: str


def load_or_generate(state_dir: Path) -> Secrets:
    """The secrets of `state_dir`, generated (and those that are missing added) in a file of mode 0600.

    Raises `StackError` if the file is there and cannot be read.
    """
    path = state_dir / FILE
    found = _read(path)
    wanted = {f.name: found.get(f.name) or _generate(f.name) for f in fields(Secrets)}
    if wanted != found:
        write_private(path, json.dumps(wanted, indent=2) + "\n")
    return Secrets(**wanted)


def write_private(path: Path, text: str) -> None:
    """Replace `path` by `text` in one step, readable by the owner alone from its first byte on."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
    half.replace(path)


def generate_all() -> Secrets:
    """Fresh secrets that are kept nowhere (for servers that live as long as a test)."""
    return Secrets(**{f.name: _generate(f.name) for f in fields(Secrets)})


def as_texts(known: Secrets) -> list[str]:
    """Every secret value, for a search that must find none of them."""
    return list(asdict(known).values())


def _generate(name: str) -> str:
    if name == "airflow_fernet_key":
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    if name == "aws_access_key_id":
        return "TOTES" + secrets.token_hex(8).upper()  # 12 bare digits would name another account
    return secrets.token_hex(32 if "secret" in name else 16)  # hex: safe in URLs, JSON and connection strings


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StackError(
            f"{path} cannot be read ({type(error).__name__}); expected the stack's passwords as JSON. "
            "Restore it, or start over with `make reset`."
        ) from None
    return {str(name): str(value) for name, value in found.items()}
