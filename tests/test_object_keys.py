"""The keys, to the letter as documented."""

import re
from datetime import date

import pytest

from include import object_keys

DAY = date(2024, 2, 9)


def test_raw_keys_are_as_documented():
    folder = object_keys.raw_folder("totesys", "sales_order", DAY, "abc123")
    assert folder == "raw/totesys/sales_order/date=2024-02-09/load_id=abc123"
    assert object_keys.part(folder, 0, "csv.zst") == f"{folder}/part-00000.csv.zst"
    assert object_keys.manifest(folder) == f"{folder}/manifest.json"


def test_processed_keys_are_as_documented():
    folder = object_keys.processed_folder("fact_sales_order", DAY, "abc123")
    assert folder == "processed/fact_sales_order/date=2024-02-09/load_id=abc123"
    assert object_keys.part(folder, 12345, "parquet") == f"{folder}/part-12345.parquet"


def test_a_key_range_has_a_folder_within_its_loads():
    whole = object_keys.processed_folder("fact_sales_order", DAY, "abc123")
    folder = object_keys.processed_folder("fact_sales_order", DAY, "abc123", 2)
    assert folder == f"{whole}/range-00002"
    assert object_keys.whole_of(object_keys.manifest(folder)) == whole
    assert object_keys.whole_of(object_keys.manifest(whole)) is None


@pytest.mark.parametrize(
    ("number", "key"),
    [(1, "raw/a.b/part-00000.csv.zst"), (2, "raw/a.b/part-00000.attempt-2.csv.zst")],
)
def test_the_first_attempt_has_the_plain_key_and_the_next_its_number(number: int, key: str):
    assert object_keys.attempt("raw/a.b/part-00000.csv.zst", number) == key


def test_a_manifests_second_attempt_keeps_its_suffix():
    assert object_keys.attempt("raw/t/manifest.json", 2) == "raw/t/manifest.attempt-2.json"


def test_what_a_watcher_told_last_has_one_key():
    assert object_keys.told("freshness") == "alerts/freshness.json"


def test_a_deadline_is_claimed_under_one_key_whatever_the_runs_id_holds():
    key = object_keys.deadline("manual__ü/?2024-11-14T14:05:00+00:00")
    assert key == object_keys.deadline("manual__ü/?2024-11-14T14:05:00+00:00")
    assert re.fullmatch(r"alerts/deadline_missed/[0-9a-f]{32}\.json", key)
    assert key != object_keys.deadline("scheduled__2024-11-14T14:10:00+00:00")
