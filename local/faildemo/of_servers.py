"""Faults of the servers that the pipeline stands on, and of the shape of one."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from local.faildemo.fault import Fault, News, Tasks
from local.program import wait_until
from local.stack import Stack


class ColumnRenamed(Fault):
    """A declared column of the shop is called otherwise: its table alone fails, at once."""

    name = "column-renamed"
    description = "the shop calls design.file_name otherwise: dim_design fails at once, nine tables go on"
    takes_s = 10

    def break_(self, stack: Stack) -> str:
        """Rename the column."""
        _rename(stack, "file_name", "file")
        return "design.file_name is called file now"

    def repair(self, stack: Stack) -> str:
        """Name it as before."""
        _rename(stack, "file", "file_name")
        return "design.file_name has its name again"


class SourceDown(Fault):
    """Nobody is let in to read the shop: tried three times, then told."""

    name = "source-down"
    description = "the shop's database refuses the pipeline's role: tried three times, then told"
    takes_s = 75

    def break_(self, stack: Stack) -> str:
        """Refuse the role its login."""
        _admin(stack, "ALTER ROLE totes_reader NOLOGIN")
        return "the role totes_reader may not log in"

    def repair(self, stack: Stack) -> str:
        """Let it in again."""
        _admin(stack, "ALTER ROLE totes_reader LOGIN")
        return "the role totes_reader may log in again"


class WarehouseDown(Fault):
    """The warehouse closes in the middle of a run: ten tables fail for one cause, told by one mail."""

    name = "warehouse-down"
    description = "the warehouse closes in the middle of a run: every table fails, one mail tells of it, by way of S3"
    takes_s = 100
    conf = {"mode": "full"}  # noqa: RUF012 # a constant; Fault says that it is the class's

    def break_(self, stack: Stack) -> None:
        """Nothing yet: with the warehouse closed from the start, `plan` alone would fail."""

    def meddle(self, stack: Stack, tasks: Tasks) -> str | None:
        """Close the warehouse once the tables are being read."""
        if tasks.get("plan", {}).get("state") != "success" or not _is_open(stack):
            return None
        # the database, not the server: Airflow's own database is on it too
        _admin(stack, "ALTER DATABASE warehouse ALLOW_CONNECTIONS false")
        _admin(stack, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'warehouse'")
        return "The warehouse lets nobody in, and those who were in are out"

    def repair(self, stack: Stack) -> str:
        """Open it again."""
        _admin(stack, "ALTER DATABASE warehouse ALLOW_CONNECTIONS true")
        return "the warehouse is open again"


class MailServerDown(Fault):
    """A failure while mails cannot be sent: kept, and sent once they can."""

    name = "mail-server-down"
    description = "the mail server is away while dim_design fails: the mail is kept, and sent once it is back"
    takes_s = 15
    told = News()  # the inbox, which would show it, is away itself

    def break_(self, stack: Stack) -> str:
        """Stop the inbox, and break something to tell of."""
        stack.supervisor.stop_program(stack.mail_program)
        return f"the mail server ({stack.mail_program}) is stopped, and {ColumnRenamed().break_(stack)}"

    def repair(self, stack: Stack) -> str:
        """Mend it, and start the inbox."""
        mended = ColumnRenamed().repair(stack)
        stack.supervisor.start_program(stack.mail_program)
        wait_until(stack.takes_mails, lambda: True, stack.mail_program, stack.supervisor.log(stack.mail_program))
        return f"the mail server takes mails again, and {mended}"

    def evidence(self, stack: Stack) -> str:
        """What waits in the outbox."""
        with psycopg.connect(stack.conninfo("warehouse", "totes_etl")) as warehouse:
            found = warehouse.execute(_WAITING).fetchall()
        kept = "; ".join(f"{alert_id} ({error})" for alert_id, error in found)
        return f"Mails that wait in the warehouse's outbox: {kept or 'none'}."


_WAITING = """
SELECT a.event, d.last_error FROM etl_delivery AS d JOIN etl_alert AS a USING (alert_id)
WHERE d.sent_at IS NULL ORDER BY a.happened_at
"""
_HAS = "SELECT FROM pg_attribute WHERE attrelid = 'public.design'::regclass AND attname = %s AND NOT attisdropped"


def _rename(stack: Stack, old: str, new: str) -> None:
    """Rename a column of `design`, unless it has that name already."""
    with psycopg.connect(stack.conninfo("totesys", "shop"), options="-c lock_timeout=20s") as shop:
        if shop.execute(_HAS, [old]).rowcount:
            shop.execute(
                sql.SQL("ALTER TABLE public.design RENAME COLUMN {} TO {}").format(
                    sql.Identifier(old), sql.Identifier(new)
                )
            )


def _admin(stack: Stack, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(stack.postgres.admin(), autocommit=True) as admin:
        done = admin.execute(statement.encode())
        return done.fetchall() if done.description else []


def _is_open(stack: Stack) -> bool:
    return _admin(stack, "SELECT datallowconn FROM pg_database WHERE datname = 'warehouse'") == [(True,)]
