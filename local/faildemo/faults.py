"""The faults that can be chosen."""

from __future__ import annotations

from local.errors import StackError
from local.faildemo.fault import Fault
from local.faildemo.of_rows import BadRow, MassDelete
from local.faildemo.of_servers import ColumnRenamed, MailServerDown, SourceDown, WarehouseDown
from local.faildemo.of_tasks import TaskKilled

_ALL = (ColumnRenamed, SourceDown, WarehouseDown, TaskKilled, BadRow, MassDelete, MailServerDown)

FAULTS: dict[str, type[Fault]] = {fault.name: fault for fault in _ALL}
"""By name; the first one is what is broken where nobody chose."""


def fault_named(name: str | None) -> Fault:
    """The fault of this name, by default the first one. Raises `StackError` for an unknown name."""
    if name is None:
        return _ALL[0]()
    if name not in FAULTS:
        raise StackError(f"FAULT is '{name}'; expected one of these:\n{choices()}")
    return FAULTS[name]()


def choices() -> str:
    """The faults as a list for the terminal."""
    width = max(map(len, FAULTS))
    return "\n".join(f"  {name.ljust(width)}  {fault.description}" for name, fault in FAULTS.items())
