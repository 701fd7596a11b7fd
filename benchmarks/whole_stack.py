"""A stack of the benchmark's own, as `make run` makes it: its shop filled, its DAG unpaused, its first run done."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from include.warehouse import migrate
from local import accounts, first_run, source
from local.databases import OWNERS
from local.program import HOST
from local.settings import Settings
from local.stack import Stack


@contextmanager
def whole_stack(watch: str = "off") -> Iterator[Stack]:
    """The running stack, started with that `WATCH`; it is gone at the end, with all its data."""
    folder = Path(tempfile.mkdtemp(prefix="totes-bench-", dir="/var/tmp"))
    stack = Stack(Settings(state_dir=folder, watch=watch, **_free_ports()))
    try:
        stack.start_servers()
        source.fill(stack.conninfo("totesys", "shop"), None)
        source.notify(stack.conninfo("totesys", "shop"), wanted=watch == "notify")
        migrate.upgrade_all(stack.conninfo("warehouse", OWNERS["warehouse"]))
        stack.start_airflow()
        first_run.ensure(stack.api, stack.task_logs)
        yield stack
    finally:
        stack.down()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(accounts.outside(folder), ignore_errors=True)


def _free_ports() -> dict[str, Any]:
    names = [field.name for field in fields(Settings) if field.name.endswith("_port")]
    with ExitStack() as held:
        probes = {name: held.enter_context(socket.socket()) for name in names}
        for probe in probes.values():
            probe.bind((HOST, 0))
        return {name: int(probe.getsockname()[1]) for name, probe in probes.items()}
