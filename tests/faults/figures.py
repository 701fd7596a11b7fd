"""What a fault cost, in figures: the warehouse compared with the truth, key by key and version by version."""

from dataclasses import dataclass, fields
from typing import Any

import psycopg

from tests.expected import HELD
from tests.faults.histories import DELETED, difference, distinct
from tests.faults.polls import Polls
from tests.faults.truth import ever, state_now

RECORD_IDS = {
    "fact_payment": "payment_record_id",
    "fact_purchase_order": "purchase_record_id",
    "fact_sales_order": "sales_record_id",
}
Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Figures:
    """Versions lost, doubled, never in the source (ghost); rows that are not as the source has them (stale)."""

    lost: int = 0
    doubled: int = 0
    stale: int = 0
    ghost: int = 0
    where: str = ""
    """The first differences in words, for whoever must look."""

    @property
    def clean(self) -> bool:
        """Whether the warehouse is exactly right."""
        return not (self.lost or self.doubled or self.stale or self.ghost)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            **{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name != "where"},
            where="; ".join(filter(None, (self.where, other.where)))[:1500],
        )


def compare(source: Connection, warehouse: Connection, polls: Polls, tables: tuple[str, ...]) -> Figures:
    """Compare the warehouse with the source's truth; the source must be quiet and polled."""
    polls.note()
    total = Figures()
    for table in tables:
        compared = _fact if table in RECORD_IDS else _dimension
        total += compared(source, warehouse, polls, table)
    return total


def _fact(source: Connection, warehouse: Connection, polls: Polls, table: str) -> Figures:
    held = _held_histories(warehouse, table)
    expected, odd = polls.histories(table)
    now = state_now(source, table)
    known = ever(source, table) | expected.keys()
    total = Figures()
    for key in held.keys() | expected.keys() | now.keys():
        has = held.get(key, [])
        if key not in known:
            total += Figures(ghost=len(has), where=f"{table} {key}: never in the source")
            continue
        found = difference(expected.get(key, []), has)
        stale = int(now.get(key, DELETED) not in (None, has[-1] if has else DELETED))
        figures = Figures(
            lost=found.lost,
            # What became of odd values (loaded as they are, or quarantined) the fault itself asserts.
            doubled=_repeats(has) if key in odd else found.doubled,
            ghost=0 if key in odd else found.ghost,
            stale=stale,
        )
        if not figures.clean:
            where = f"{table} {key}: expected {expected.get(key, [])[-3:]} held {has[-3:]} now {now.get(key)}"
            total += figures + Figures(where=where)
    return total


def _dimension(source: Connection, warehouse: Connection, polls: Polls, table: str) -> Figures:
    del polls  # a dimension keeps the latest alone
    now = state_now(source, table)
    known = ever(source, table)
    held = _held_members(warehouse, table)
    total = Figures()
    for key in held.keys() | now.keys():
        is_known = key in known
        figures = Figures(
            lost=int(key in now and now[key] is not None and key not in held),
            ghost=int(not is_known),
            stale=int(key in held and is_known and now.get(key, DELETED) not in (None, held[key])),
        )
        if not figures.clean:
            total += figures + Figures(where=f"{table} {key}: held {held.get(key)}, now {now.get(key)}")
    return total


def _held_histories(warehouse: Connection, table: str) -> dict[int, list[str]]:
    """Every version of a fact by key, in the order of its records."""
    columns = HELD[table].rsplit("FROM", 1)[0]
    rows = warehouse.execute(
        f"SELECT shown.key, CASE WHEN is_deleted THEN '{DELETED}' ELSE shown::text END"
        f" FROM {table} AS held, LATERAL ({columns}) AS shown (key) ORDER BY {RECORD_IDS[table]}"
    )
    histories: dict[int, list[str]] = {}
    for key, version in rows:
        histories.setdefault(key, []).append(version)
    return histories


def _held_members(warehouse: Connection, table: str) -> dict[int, str]:
    """Every member of a dimension by key; an inferred one as such."""
    columns = HELD[table].rsplit("FROM", 1)[0]
    rows = warehouse.execute(
        f"SELECT shown.key, CASE WHEN is_deleted THEN '{DELETED}' WHEN is_inferred THEN '(inferred)'"
        f" ELSE shown::text END FROM {table} AS held, LATERAL ({columns}) AS shown (key)"
    )
    return dict(rows.fetchall())


def _repeats(versions: list[str]) -> int:
    return len(versions) - len(distinct(versions))


def regressions(warehouse: Connection) -> int:
    """How often the ledger shows a watermark below the one before, on one source server."""
    (row,) = warehouse.execute("""
        SELECT count(*) FROM (
          SELECT watermark < lag(watermark) OVER loads AND system_identifier = lag(system_identifier) OVER loads AS fell
          FROM etl_ledger WHERE mode <> 'backfill'
          WINDOW loads AS (PARTITION BY table_name ORDER BY loaded_at)) AS compared
        WHERE fell""").fetchall()
    return int(row[0])
