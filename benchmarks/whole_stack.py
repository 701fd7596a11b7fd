"""A stack of the benchmark's own, as `make run` makes it: its shop filled, its DAG unpaused, its first run done."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.servers import own_folder
from local import contents, first_run
from local.databases import OWNERS
from local.settings import Settings
from local.stack import Stack
from tests.ports import free_ports


@contextmanager
def whole_stack(watch: str = "off") -> Iterator[Stack]:
    """The running stack, started with that `WATCH`; it is gone at the end, with all its data."""
    with own_folder() as folder:
        stack = Stack(Settings(state_dir=folder, watch=watch, **free_ports()))
        try:
            stack.start_servers()
            shop, warehouse = (stack.conninfo(name, OWNERS[name]) for name in ("totesys", "warehouse"))
            contents.prepare(shop, warehouse, None, notifies=watch == "notify")
            stack.start_airflow()
            first_run.ensure(stack.api, stack.task_logs)
            yield stack
        finally:
            stack.down()
