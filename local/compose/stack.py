"""The stack of `docker-compose.yaml`, as the commands see it: by the ports that it publishes on loopback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil

from local.accounts import Place
from local.compose import env_files, places
from local.compose.containers import Containers
from local.compose.env_files import Choices
from local.errors import StackError
from local.log_files import KEEP_DAYS
from local.ports import require_free
from local.postgres import Postgres
from local.program import HOST, answers
from local.secrets_store import Secrets
from local.settings import ROOT
from local.stack import Stack


@dataclass(frozen=True)
class ComposeStack(Stack):
    """The same servers on the same ports, kept by Docker instead of by our supervisor."""

    choices: Choices

    def start_servers(self) -> None:
        """Start everything; Compose knows the order, `airflow-init` does the rest.

        Raises `StackError` for a port in use, and with the last words of what did not start.
        """
        ours = self.supervisor.published_ports()
        require_free({name: port for name, port in self.choices.published().items() if port not in ours})
        try:
            self.supervisor.call("up", "--detach", "--build", "--wait", "--wait-timeout", "600")
        except StackError as error:
            raise StackError(f"{error}{self.supervisor.last_words()}") from None

    def start_airflow(self) -> None:
        """It is started; return when it serves tasks and all its components report healthy."""
        self._wait("api-server", self.api.serves_tasks, seconds=180)
        self._wait("api-server", self.api.healthy, seconds=180)

    def down(self) -> int:
        """End every container and the network; the volumes stay. Returns how many containers there were."""
        before = len(self.supervisor.programs())
        self.supervisor.call("--profile", "*", "down", "--remove-orphans")
        return before

    def processes(self) -> list[psutil.Process]:
        """None of this machine's: they are the containers'."""
        return []

    def memory_mib(self) -> float:
        """What the containers occupy."""
        return self.supervisor.memory_mib()

    def kill_task(self, host: str, pid: int) -> bool:
        """Kill (-9) a task's process in its container, whose id its host name is."""
        return self.supervisor.kill(host, pid)

    def takes_mails(self) -> bool:
        """Whether Mailpit is there."""
        return answers(f"{self.mailpit_url}/readyz")

    @property
    def task_logs(self) -> None:
        """None: they are in a volume."""
        return None

    def prune_task_logs(self, days: float = KEEP_DAYS) -> int:
        """Remove old ones where they are; returns how many files."""
        pruning = ("python", "-m", "local.log_files", str(places.HOME / "logs"), str(days))
        return int(self.supervisor.ask("exec", "--no-TTY", "scheduler", *pruning))

    @cached_property
    def secrets(self) -> Secrets:
        """Passwords and keys, as `.env` has them."""
        return env_files.secrets_of(env_files.read(ROOT))

    @cached_property
    def supervisor(self) -> Containers:  # type: ignore[override] # what the commands ask of one, this answers too
        """Whoever keeps the programs running."""
        return Containers(self.settings.state_dir / "logs")

    @cached_property
    def postgres(self) -> Postgres:
        """The database server; its files are a volume's."""
        nowhere = Place(Path("/nonexistent"), Path("/nonexistent"), None)
        return Postgres(nowhere, self.settings.postgres_port, self.secrets.postgres)

    @property
    def secrets_file(self) -> Path:
        """The file that `make env` keeps every password in."""
        return ROOT / env_files.FILE

    @property
    def mail_program(self) -> str:
        """The service that takes mails."""
        return "mailpit"

    @property
    def mailpit_url(self) -> str:
        """Where Mailpit is."""
        return f"http://{HOST}:{self.choices.mailpit_port}"

    @property
    def metabase_url(self) -> str | None:
        """Where Metabase is, if it was chosen."""
        return f"http://{HOST}:{self.choices.metabase_port}" if self.choices.bi else None

    @property
    def ports(self) -> Mapping[str, int]:
        """The published ports by service."""
        own = {"mailpit": self.choices.mailpit_port, "metabase": self.choices.metabase_port}
        return {**super().ports, **own}
