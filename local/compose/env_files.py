"""The files that `make env` writes for Compose: choices, passwords, and what each container is told.

`.env` is the one place of the choices and the passwords: a second `make env` keeps them. The others are derived.
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
_AIRFLOW_UID = 50000  # of the image's own user


@dataclass(frozen=True)
class Choices:
    """What a Compose stack is set up with: the embedded stack's settings, and what only Compose has.

    `bi` says whether Metabase is started too.
    """

    settings: Settings
    mailpit_port: int = 8029
    metabase_port: int = 3000
    bi: bool = False

    def as_texts(self) -> dict[str, str]:
        """By name, as the environment holds them."""
        own = {"mailpit_port": self.mailpit_port, "metabase_port": self.metabase_port, "bi": int(self.bi)}
        return {name.upper(): str(value) for name, value in {**self.settings.as_texts(), **own}.items()}

    def profiles(self) -> list[str]:
        """Compose's profiles that these choices need."""
        return [*(["celery"] if self.settings.executor == "celery" else []), *(["bi"] if self.bi else [])]


def write(folder: Path, environ: Mapping[str, str] = os.environ) -> Choices:
    """Write every file, each readable by its owner alone; passwords and choices that are there are kept.

    Choices in `environ` beat those in the file. Raises `StackError` for one that cannot be.
    """
    found = read(folder) if (folder / FILE).exists() else {}
    choices, secrets = choices_of(found, environ), _secrets(found)
    for name, values in _files(choices, secrets).items():
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
    state_dir = own.get("STATE_DIR") or str(ROOT / ".state" / "compose")
    return Choices(
        settings.from_environment({**own, "STATE_DIR": state_dir}),
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
            "AIRFLOW_UID": str(os.getuid() or _AIRFLOW_UID),
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
    """A file's text; between single quotes Compose takes every character as it is."""
    lines = [f"{name}='{value}'" for name, value in values.items()]
    return "\n".join(["# Written by `make env`, never committed.", *lines, ""])


def _port(name: str, values: Mapping[str, str], default: int) -> int:
    text = values.get(name) or str(default)
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise StackError(f"{name} is '{text}'; expected a port number from 1 to 65535.")
    return int(text)
