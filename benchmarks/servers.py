"""What a benchmark runs on: a folder of its own, and a PostgreSQL and an S3 in it, set up as `make run` does."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from local import accounts, databases, program, secrets_store
from local.aws import Aws
from local.postgres import Postgres
from tests.ports import free_port


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder on disk, gone at the end with what its servers wrote elsewhere."""
    folder = Path(tempfile.mkdtemp(prefix="totes-bench-", dir="/var/tmp"))
    folder.chmod(0o755)  # PostgreSQL may run as another user
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(accounts.outside(folder), ignore_errors=True)


@dataclass(frozen=True, repr=False)
class Servers:
    """The running servers, with the stack's databases and roles; there is no bucket yet."""

    folder: Path
    postgres: Postgres
    aws: Aws
    secrets: secrets_store.Secrets
    _running_s3: ExitStack = field(default_factory=ExitStack)

    def conninfo(self, database: str, role: str) -> str:
        """The connection string of one of the stack's roles to a database."""
        return self.postgres.conninfo(database, role, getattr(self.secrets, role))

    def admin(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A superuser's connection to a database, in autocommit mode."""
        return psycopg.connect(self.postgres.admin(database), autocommit=True)

    def restart_s3(self) -> None:
        """Let the stand-in read again what lies in its folder."""
        self._running_s3.close()
        self._running_s3.enter_context(program.running(self.aws.program(), self.folder / "aws.log", self.aws.is_ready))


@contextmanager
def servers() -> Iterator[Servers]:
    """Both servers, in a folder of their own."""
    with own_folder() as folder:
        secrets = secrets_store.generate_all()
        postgres = Postgres(accounts.postgres_place(folder), free_port(), secrets.postgres)
        postgres.prepare()
        ready = Servers(folder, postgres, Aws(folder / "aws", free_port()), secrets)
        with (
            program.running(postgres.program(), folder / "postgres.log", postgres.is_ready),
            ready._running_s3,
        ):
            databases.create_all(postgres.admin(), secrets)
            ready.restart_s3()
            yield ready
