"""The files that `make env` writes for Compose: choices, passwords, and what each container is told.

`.env` is the one place of the choices and the passwords: a second `make env` keeps them, and whatever else somebody
wrote into it. The others are derived.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from local import airflow_settings, aws, postgres, redis, secrets_store, settings
from local.compose import places
from local.errors import StackError
from local.secrets_store import Secrets
from local.settings import ROOT, Settings

FILE = ".env"
_PREFIX = "TOTES_SECRET_"
_AIRFLOW_UID = 50000  # of the image's own user, where the clone is root's; else its owner reads what is mounted
_INSIDE = frozenset({"SMTP_PORT", "REDIS_PORT", "DASHBOARD_PORT"})  # what Compose publishes no port for


@dataclass(frozen=True)
class Choices:
    """What a Compose stack is set up with: the embedded stack's settings, and what only Compose has.

    `bi` says whether Metabase is started too.
    """

    settings: Settings
    mailpit_port: int = 8029
    metabase_port: int = 3000
    bi: bool = False

    def __post_init__(self) -> None:
        """Refuse one port for two services."""
        names = self.published()
        for name, port in names.items():
            if twin := next((other for other in names if other != name and names[other] == port), None):
                raise StackError(f"{name} and {twin} are both {port}; give each a port of its own.")

    def published(self) -> dict[str, int]:
        """The ports of this machine that Compose is to publish, by the name of the variable that changes each."""
        own = {"MAILPIT_PORT": self.mailpit_port, **({"METABASE_PORT": self.metabase_port} if self.bi else {})}
        return {name: port for name, port in self.settings.ports().items() if name not in _INSIDE} | own

    def as_texts(self) -> dict[str, str]:
        """By name, as the environment holds them."""
        own = {"mailpit_port": self.mailpit_port, "metabase_port": self.metabase_port, "bi": int(self.bi)}
        folders = {name: _in_the_clone(getattr(self.settings, name)) for name in ("state_dir", "dags_folder")}
        return {name.upper(): str(value) for name, value in {**self.settings.as_texts(), **folders, **own}.items()}

    def profiles(self) -> list[str]:
        """Compose's profiles that these choices need."""
        return [*(["celery"] if self.settings.executor == "celery" else []), *(["bi"] if self.bi else [])]


def write(folder: Path, environ: Mapping[str, str] = os.environ) -> Choices:
    """Write every file, each readable by its owner alone; passwords and choices that are there are kept.

    Choices in `environ` beat those in the file. Raises `StackError` for one that cannot be.
    """
    found = read(folder) if (folder / FILE).exists() else {}
    choices, secrets = choices_of(found, environ), _secrets(found)
    files = _files(choices, secrets)
    files[FILE] = {**found, **files[FILE], "AIRFLOW_UID": str(folder.stat().st_uid or _AIRFLOW_UID)}
    for name, values in files.items():
        secrets_store.write_private(folder / name, _text(values))
    return choices


def read(folder: Path) -> dict[str, str]:
    """The variables of `.env`. Raises `StackError` if there is no such file."""
    try:
        lines = (folder / FILE).read_text().splitlines()
    except FileNotFoundError:
        raise StackError(f"There is no {folder / FILE}; write it with `make env`.") from None
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value.strip("'") for name, _, value in pairs}


def choices_of(found: Mapping[str, str], environ: Mapping[str, str]) -> Choices:
    """The choices of a file's variables, and of the environment's, which beat them."""
    own = {**found, **{name: value for name, value in environ.items() if value}}
    folders = {"STATE_DIR": own.get("STATE_DIR") or ".state/compose", "DAGS_FOLDER": own.get("DAGS_FOLDER") or "dags"}
    return Choices(
        settings.from_environment(
            {**own, **{name: str(ROOT / Path(folder).expanduser()) for name, folder in folders.items()}}
        ),
        mailpit_port=_port("MAILPIT_PORT", own, Choices.mailpit_port),
        metabase_port=_port("METABASE_PORT", own, Choices.metabase_port),
        bi=own.get("BI") == "1",
    )


def secrets_of(values: Mapping[str, str]) -> Secrets:
    """The secrets that `.env`, or the environment of a container with it, holds.

    Raises `StackError` where one is missing.
    """
    wanted = {field.name: values.get(f"{_PREFIX}{field.name.upper()}", "") for field in fields(Secrets)}
    if missing := [name for name, value in wanted.items() if not value]:
        raise StackError(f"{FILE} lacks {', '.join(missing)}; call `make env`, which adds what is missing.")
    return Secrets(**wanted)


def _secrets(found: Mapping[str, str]) -> Secrets:
    fresh = asdict(secrets_store.generate_all())
    return Secrets(**{name: found.get(f"{_PREFIX}{name.upper()}") or value for name, value in fresh.items()})


def _files(choices: Choices, secrets: Secrets) -> dict[str, dict[str, str]]:
    """What is in each file, by its name."""
    chosen = choices.settings
    clients = places.AWS.environment(secrets)
    return {
        FILE: {
            **choices.as_texts(),
            **{f"{_PREFIX}{name.upper()}": value for name, value in asdict(secrets).items()},
            "COMPOSE_PROFILES": ",".join(choices.profiles()),
            "POSTGRES_OPTIONS": shlex.join(postgres.as_options(postgres.SETTINGS)),
            "POSTGRES_INITDB_ARGS": shlex.join(postgres.INITDB),
            "REDIS_OPTIONS": " ".join(f"--{name} {value}" for name, value in redis.SETTINGS.items()),
        },
        ".env.airflow": airflow_settings.environment(places.ground(chosen), secrets, places.celery(chosen, secrets)),
        ".env.aws": aws.server_environment(places.DATA, places.AWS.port, bind=places.EVERYWHERE),
        ".env.inbox": {
            **clients,
            "LISTEN_ON": places.EVERYWHERE,
            "INBOX_HOME": str(places.KEPT),
            "INBOX_RUNBOOK": str(places.ROOT / "docs" / "runbook.md"),
            "INBOX_PORT": str(places.INBOX_PORT),
        },
        ".env.covid": {
            "LISTEN_ON": places.EVERYWHERE,
            "COVID_HOME": str(places.KEPT),
            "COVID_PORT": str(places.COVID.port),
        },
    }


def _text(values: Mapping[str, str]) -> str:
    """A file's text; between single quotes Compose takes every character as it is, but a single quote."""
    if quoted := [name for name, value in values.items() if "'" in value or "\n" in value]:
        raise StackError(f"{', '.join(quoted)}: a single quote or a line's end, which an env file cannot hold.")
    lines = [f"{name}='{value}'" for name, value in values.items()]
    return "\n".join(["# Written by `make env`, never committed.", *lines, ""])


def _in_the_clone(folder: Path) -> str:
    """A folder as `.env` names it: where it is in the clone, so that a moved or copied clone means its own."""
    return f"./{folder.relative_to(ROOT)}" if folder.is_relative_to(ROOT) else str(folder)


def _port(name: str, values: Mapping[str, str], default: int) -> int:
    text = values.get(name) or str(default)
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise StackError(f"{name} is '{text}'; expected a port number from 1 to 65535.")
    return int(text)
