"""What is read of a table, and why, in words that stand in the log."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.catalog import TABLES
from include.errors import SettingError
from include.planning import COMPARE_KEYS_EVERY, PROVE_EVERY, Request, decide
from include.source.selection import ChangedSince, Everything, StampedSince, StampedWithin
from include.source.snapshot import Position
from include.warehouse.ledger import Watermark

NOW = datetime(2024, 11, 15, 12, tzinfo=UTC)
START, END = NOW - timedelta(days=2), NOW - timedelta(days=1)
HERE = Position("server", "150:160:", 150, 160, NOW)
INCREMENTAL = Request(tables=("fact_payment",))
FULL = Request(tables=("fact_payment",), mode="full")
REPLAY = Request(tables=("fact_payment",), mode="replay", allow_mass_delete=True)
BACKFILL = Request(tables=("fact_payment",), mode="backfill", window_start=START, window_end=END)


def stands(**changed: Any) -> Watermark:
    """Where a table stands: at transaction 150 of the server, with some fields changed."""
    fields: dict[str, Any] = {
        "table_name": "fact_payment",
        "watermark": 150,
        "system_identifier": "server",
        "snapshot": "150:150:",
        "snapshot_at": NOW,
        "fresh_at": NOW,
    }
    return Watermark(**(fields | changed))


CASES = {
    "as usual": (INCREMENTAL, stands(), "incremental", ChangedSince(150), "written since transaction 150"),
    "long ago": (INCREMENTAL, stands(watermark=3), "incremental", ChangedSince(3), "written since transaction 3"),
    "never": (INCREMENTAL, None, "full", Everything(), "first load"),
    "nothing but backfills": (INCREMENTAL, stands(watermark=None), "full", Everything(), "first load"),
    "another server": (
        INCREMENTAL,
        stands(system_identifier="other"),
        "full",
        Everything(),
        "the source is another server than before: everything is compared",
    ),
    "ids went back": (
        INCREMENTAL,
        stands(watermark=151),
        "full",
        Everything(),
        "the source's transaction ids went back: everything is compared",
    ),
    "everything": (FULL, stands(), "full", Everything(), "everything, as asked for"),
    "a window": (
        BACKFILL,
        stands(),
        "backfill",
        StampedWithin(START, END),
        "stamped within the backfill's window",
    ),
    "a window before the first load": (
        BACKFILL,
        None,
        "backfill",
        StampedWithin(START, END),
        "stamped within the backfill's window",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_table_is_read_from_where_it_stands(name: str):
    request, watermark, mode, selection, reason = CASES[name]
    (decision,) = decide(TABLES["fact_payment"], request, watermark, HERE)
    assert (decision.mode, decision.selection, decision.reason) == (mode, selection, reason)


STAMPED = replace(TABLES["fact_payment"], changes="last_updated")
HORIZON = NOW - timedelta(minutes=15)
SINCE = StampedSince(HORIZON)


@pytest.mark.parametrize(
    ("proven_at", "selections"),
    [
        (NOW, [("stamped", SINCE)]),
        (NOW - timedelta(minutes=24), [("stamped", SINCE)]),
        (NOW - PROVE_EVERY, [("stamped", SINCE), ("proof", ChangedSince(150))]),
        (None, [("stamped", SINCE), ("proof", ChangedSince(150))]),
    ],
    ids=["just proven", "not yet due", "due", "never proven"],
)
def test_a_table_read_by_last_updated_is_proven_when_it_is_due(proven_at, selections):
    decisions = decide(STAMPED, INCREMENTAL, stands(horizon=HORIZON, proven_at=proven_at), HERE)
    assert [(decision.mode, decision.selection) for decision in decisions] == selections


def test_the_proof_and_the_keys_keep_the_half_hour_that_is_promised():
    assert timedelta(minutes=30) - timedelta(minutes=4) > PROVE_EVERY
    assert timedelta(minutes=30) - timedelta(minutes=4) > COMPARE_KEYS_EVERY


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name][2] != "incremental"])
def test_a_table_read_by_last_updated_is_read_whole_where_any_other_is(name: str):
    request, watermark, mode, selection, reason = CASES[name]
    (decision,) = decide(STAMPED, request, watermark, HERE)
    assert (decision.mode, decision.selection, decision.reason) == (mode, selection, reason)


def test_without_a_horizon_it_is_read_by_transaction_ids():
    (decision,) = decide(STAMPED, INCREMENTAL, stands(horizon=None, proven_at=NOW), HERE)
    assert (decision.mode, decision.selection) == ("incremental", ChangedSince(150))


@pytest.mark.parametrize("window", [(None, None), (START, None), (None, END), (END, START), (START, START)], ids=repr)
def test_a_backfill_without_a_window_is_refused(window: tuple[datetime | None, datetime | None]):
    with pytest.raises(SettingError) as caught:
        Request(tables=("fact_payment",), mode="backfill", window_start=window[0], window_end=window[1])
    assert caught.value.found == f"the window {window[0]} to {window[1]}"
    assert caught.value.expected == "a start before an end"


@pytest.mark.parametrize("request_", [INCREMENTAL, FULL, BACKFILL, REPLAY], ids=lambda request: request.mode)
def test_a_request_travels_as_a_record(request_: Request):
    assert Request.from_record(request_.to_record()) == request_
