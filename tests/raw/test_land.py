"""What lands: the source's bytes, under the documented keys, the manifest last."""

import csv
import io

import psycopg
import pytest
import zstandard

from include.errors import LakeUnavailable, SchemaDriftError
from include.manifest import Manifest
from include.object_store import ObjectStore
from include.raw import parts
from include.source import copy_out
from tests.pipeline import Pipeline


def keys(store: ObjectStore) -> list[str]:
    return [item["Key"] for item in store._client.list_objects_v2(Bucket=store.bucket).get("Contents", [])]


def landed(pipeline: Pipeline, table: str) -> Manifest:
    return pipeline.raw.manifest(pipeline.extract(table)["manifests"][-1])


def text(pipeline: Pipeline, manifest: Manifest, table: str) -> str:
    (file,) = [file for file in manifest.files if file.table == table]
    with pipeline.raw.open(file) as body:
        return zstandard.ZstdDecompressor().stream_reader(body).read().decode()


def test_a_load_lies_under_the_documented_keys(small: Pipeline):
    manifest = landed(small, "dim_staff")
    day, load_id = manifest.origin.landed_on.isoformat(), manifest.origin.load_id
    assert sorted(keys(small.raw)) == [
        f"raw/totesys/department/date={day}/load_id={load_id}/part-00000.csv.zst",
        f"raw/totesys/staff/date={day}/load_id={load_id}/keys.csv.zst",
        f"raw/totesys/staff/date={day}/load_id={load_id}/manifest.json",
        f"raw/totesys/staff/date={day}/load_id={load_id}/part-00000.csv.zst",
    ]
    assert [(file.table, file.rows) for file in manifest.files] == [("staff", 3), ("department", 2)]


def test_every_column_of_the_source_lands_as_the_source_spells_it(small: Pipeline):
    rows = list(csv.DictReader(io.StringIO(text(small, landed(small, "dim_location"), "address"))))
    assert rows[1] | {"created_at": ""} == {
        "address_id": "2",
        "address_line_1": "2 Low St",
        "address_line_2": "Flat 2",
        "district": "North",
        "city": "York",
        "postal_code": "00456",
        "country": "UK",
        "phone": "0114",
        "created_at": "",
        "last_updated": "2024-11-01 09:00:00.123",
    }


def test_null_lands_as_nothing_and_an_empty_text_as_quotes(small: Pipeline):
    first = text(small, landed(small, "dim_location"), "address").splitlines()[1]
    assert first.startswith('1,1 High St,,"",Leeds,00123,')


def test_a_read_again_is_a_load_of_its_own_even_if_nothing_changed(small: Pipeline):
    first, second = landed(small, "dim_staff"), landed(small, "dim_staff")
    assert [file.sha256 for file in first.files] == [file.sha256 for file in second.files]
    assert first.origin.load_id != second.origin.load_id
    assert sum(key.endswith("part-00000.csv.zst") for key in keys(small.raw)) == 4


def test_an_empty_table_lands_with_its_header(pipeline: Pipeline):
    manifest = landed(pipeline, "dim_design")
    assert manifest.rows("design") == 0
    assert text(pipeline, manifest, "design").startswith("design_id,created_at,design_name")


def test_the_manifest_says_where_the_source_stood(small: Pipeline):
    first = landed(small, "dim_design").origin
    assert (first.mode, first.since, first.window_start) == ("full", None, None)
    small.run()
    small.shop("UPDATE design SET file_name = 'x' WHERE design_id = 1")
    second = landed(small, "dim_design").origin
    assert second.mode == "incremental"
    assert second.since is not None
    assert first.watermark <= second.since < second.watermark
    assert f"{second.watermark}:" in second.snapshot


class FailingSecondPart(ObjectStore):
    """A store whose bucket stops answering after the first part."""

    def put(self, key, body, *, table, rows):
        if table == "department":
            raise LakeUnavailable(key, found="silence", expected="an answer", remedy="wait")
        return super().put(key, body, table=table, rows=rows)


def test_a_part_that_fails_leaves_no_manifest_and_a_retry_completes_it(small: Pipeline):
    working = small.raw
    failing = Pipeline(
        small.owner, small.reader, small.loader, FailingSecondPart(working._client, working.bucket), small.processed
    )
    with pytest.raises(LakeUnavailable):
        failing.extract("dim_staff")
    (part,) = keys(working)
    assert part.endswith("part-00000.csv.zst")
    small.load(small.transform(small.extract("dim_staff")))
    assert small.held("dim_staff") == small.expected("dim_staff")
    assert sum(key.endswith("part-00000.csv.zst") for key in keys(working)) == 3, (
        "the part without a manifest is never read"
    )


def test_a_drifted_source_lands_nothing(small: Pipeline):
    with psycopg.connect(small.owner) as owner:
        owner.execute("ALTER TABLE department RENAME location TO place")
    with pytest.raises(SchemaDriftError):
        small.extract("dim_staff")
    assert keys(small.raw) == []


def test_long_reads_say_how_far_they_are(small: Pipeline, monkeypatch, caplog):
    monkeypatch.setattr(parts, "_PROGRESS_EVERY_S", -1)
    caplog.set_level("INFO", logger="include")
    small.extract("fact_payment")
    assert "reading payment: 0 MB so far" in caplog.messages


def test_a_large_table_lands_in_parts_that_can_each_be_read_by_themselves(small: Pipeline, monkeypatch):
    monkeypatch.setattr(copy_out, "_BLOCK", 1)  # a row at a time,
    monkeypatch.setattr(parts, "PART", -1)  # and a part for each
    manifest = landed(small, "fact_payment")
    assert [file.rows for file in manifest.files] == [0, 1, 1, 1, 1]
    for file in manifest.files[1:]:
        with small.raw.open(file) as body:
            lines = zstandard.ZstdDecompressor().stream_reader(body).read().decode().splitlines()
        assert len(lines) == 2
        assert lines[0].startswith("payment_id,created_at")
    small.load(small.transform(small.extract("fact_payment")))
    assert small.held("fact_payment") == small.expected("fact_payment")
    assert sum(small.held("fact_payment").values()) == 4
