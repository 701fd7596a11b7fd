"""A fault as a declaration: a name, what is done, and what is expected afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.faults.world import World

Category = Literal["writers", "crash", "storage", "source", "rows", "runs"]
SMALL = ("dim_staff", "dim_transaction", "fact_payment", "fact_sales_order")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`inject` starts with a warehouse that is level with the shop, and returns when the fault is over."""

    name: str
    category: Category
    inject: Callable[[World], None]
    tables: tuple[str, ...] = SMALL
    fast: bool = False
    within: int = 2
    """Cycles after the end of the fault in which everything must be right."""
    reread: float | None = None
    """The rows read for each version must stay under this."""
    regressions: int = 0
    """Watermarks that may move backwards (another source server has other ids)."""


FAULTS: dict[str, Fault] = {}
"""All of them by name, in the order of their declaration."""


def fault(
    category: Category,
    *,
    fast: bool = False,
    tables: tuple[str, ...] = SMALL,
    within: int = 2,
    reread: float | None = None,
    regressions: int = 0,
) -> Callable[[Callable[[World], None]], Callable[[World], None]]:
    """Declare the function below as a fault; its docstring's first line is its name."""

    def declare(inject: Callable[[World], None]) -> Callable[[World], None]:
        name = (inject.__doc__ or "").strip().splitlines()[0].rstrip(".")
        assert name not in FAULTS, f"two faults are called {name!r}"
        FAULTS[name] = Fault(
            name=name,
            category=category,
            inject=inject,
            fast=fast,
            tables=tables,
            within=within,
            reread=reread,
            regressions=regressions,
        )
        return inject

    return declare
