"""The manifest: its load id is the question and the snapshot, and only a whole one is read."""

import json
from dataclasses import replace

import pytest

from include.errors import DamagedObjectError
from include.manifest import KeyRange, Manifest
from tests.origins import manifest, origin

DIFFERENCES = {
    "snapshot_at": "2024-11-15T08:00:00.000001+00:00",
    "table": "fact_sales_order",
    "mode": "full",
    "since": 101,
    "window_start": "2024-01-01T00:00:00+00:00",
    "window_end": "2024-02-01T00:00:00+00:00",
    "system_identifier": "7300000000000000002",
    "snapshot": "150:161:152",
    "watermark": 151,
}
LATER = {
    "horizon": "2024-11-15T07:45:00+00:00",
    "bounded": True,
    "allow_mass_delete": True,
    "key_range": KeyRange(load_id="c0ffee", split_at="2024-11-14T23:59:00+00:00", number=1, count=2, start=9, end=None),
    "latest_snapshot": "170:180:",
    "latest_snapshot_at": "2024-11-15T08:00:02+00:00",
}


def test_the_load_id_is_the_same_for_the_same_read():
    assert origin().load_id == origin().load_id


def test_the_load_id_never_changes_with_the_code():
    assert origin().load_id == "b292954bc548f25496f5478f239e75b5"


@pytest.mark.parametrize("name", DIFFERENCES)
def test_the_load_id_differs_for_any_other_read(name: str):
    assert origin(**{name: DIFFERENCES[name]}).load_id != origin().load_id


def test_all_that_was_asked_is_in_the_load_id():
    assert {*DIFFERENCES, *LATER} == set(origin().__dataclass_fields__)


@pytest.mark.parametrize("name", LATER)
def test_a_later_field_counts_where_it_is_set(name: str):
    assert origin(**{name: LATER[name]}).load_id != origin().load_id


def test_a_load_lies_in_the_folder_of_its_day_in_utc():
    assert origin().landed_on.isoformat() == "2024-11-15"


def test_rows_are_counted_by_table_and_bytes_over_all():
    landed = manifest()
    assert (landed.rows("payment"), landed.rows("transaction"), landed.rows("address")) == (3, 4, 0)
    assert landed.size == 70


def test_a_manifest_is_read_as_it_was_written():
    assert Manifest.from_json("key", manifest().to_json()) == manifest()
    whole = replace(manifest(**LATER), keys=manifest().files[0], quarantine=manifest().files[1])
    assert Manifest.from_json("key", whole.to_json()) == whole


def test_a_manifest_of_an_earlier_release_is_read():
    stored = json.loads(manifest().to_json())
    for name in LATER:
        del stored["origin"][name]
    for name in ("keys", "quarantine"):
        del stored[name]
    assert Manifest.from_json("key", json.dumps(stored).encode()) == manifest()


def test_a_manifest_names_its_load_id_for_whoever_opens_it():
    assert json.loads(manifest().to_json())["load_id"] == origin().load_id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        manifest().to_json()[:-20],
        b"[]",
        b"null",
        b'{"format": 1, "origin": {}, "files": []}',
        b'{"format": 1, "files": []}',
        b"\xff\xfe",
        manifest().to_json().replace(b'"format": 1', b'"format": 2'),
        json.dumps(
            {"format": 1, "origin": {**json.loads(manifest().to_json())["origin"], "colour": "red"}, "files": []}
        ).encode(),
    ],
    ids=["empty", "truncated", "list", "null", "no fields", "no origin", "no text", "another format", "a field more"],
)
def test_what_is_no_whole_manifest_is_refused_by_its_key(body: bytes):
    with pytest.raises(DamagedObjectError) as caught:
        Manifest.from_json("s3://raw/some/manifest.json", body)
    assert caught.value.where == "s3://raw/some/manifest.json"
    assert "no readable manifest" in caught.value.found
    assert "clear the table's whole task group" in caught.value.remedy


def test_all_ranges_of_a_split_read_share_the_load_and_its_day():
    ranged = origin(key_range=LATER["key_range"])
    assert (ranged.load_id, ranged.landed_on.isoformat(), ranged.range_number) == ("c0ffee", "2024-11-14", 1)
    assert origin().range_number is None


def test_a_range_is_read_back_as_it_was_written():
    written = replace(manifest(), origin=origin(key_range=LATER["key_range"]), quarantine_of_ranges=manifest().files)
    assert Manifest.from_json("k", written.to_json()) == written
