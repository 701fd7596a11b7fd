"""From a raw load to Parquet, on a real S3 API: every row, exactly, or none."""

import json
from dataclasses import replace
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest

from include import object_keys
from include.catalog import TABLES
from include.errors import DamagedObjectError, SchemaDriftError
from include.manifest import Manifest
from include.processed.write import write
from tests.pipeline import Pipeline

TEXTS = [
    "",
    " ",
    "'",
    '"',
    '""',
    "a,b",
    "line\nbreak",
    "line\r\nbreak",
    "\r",
    "\\N",
    "\\",
    "\\.",
    "NULL",
    "🧵 naïve Ω",
    '";--',
    "\t",
    "\ufeff",
    "x" * 100_000,
]


def test_every_text_arrives_in_the_warehouse_as_it_is(small: Pipeline):
    with psycopg.connect(small.owner) as owner:
        for text in TEXTS:
            owner.execute(
                "INSERT INTO design (design_name, file_location, file_name, last_updated)"
                " VALUES ('odd', %s, 'f', now())",
                [text],
            )
    small.load(small.transform(small.extract("dim_design")))
    arrived = small.query("SELECT file_location FROM dim_design WHERE design_name = 'odd' ORDER BY design_id")
    assert [text for (text,) in arrived] == TEXTS


def test_null_and_an_empty_text_arrive_as_two_things(small: Pipeline):
    small.load(small.transform(small.extract("dim_location")))
    assert small.query("SELECT address_line_2, district FROM dim_location ORDER BY location_id") == [
        (None, ""),
        ("Flat 2", "North"),
        (None, None),
    ]


def test_a_missing_location_of_a_department_arrives_in_words(small: Pipeline):
    small.load(small.transform(small.extract("dim_staff")))
    assert small.query("SELECT staff_id, location FROM dim_staff ORDER BY 1") == [
        (1, "Leds"),
        (2, "Leds"),
        (3, "Unknown"),
    ]


def test_parquet_lies_under_the_documented_key(small: Pipeline):
    transformed = small.transform(small.extract("dim_design"))
    manifest = small.processed.manifest(transformed["manifests"][-1])
    folder = object_keys.processed_folder("dim_design", manifest.origin.landed_on, manifest.origin.load_id)
    assert transformed["manifests"][-1] == f"{folder}/manifest.json"
    assert [file.key for file in manifest.files] == [f"{folder}/part-00000.parquet"]
    with small.processed.open(manifest.files[0]) as body:
        assert pq.ParquetFile(body).metadata.num_rows == 2


def test_an_empty_table_becomes_empty_parquet_and_an_empty_table(pipeline: Pipeline):
    record = pipeline.load(pipeline.transform(pipeline.extract("dim_staff")))
    assert (record["rows_read"], record["rows_new"], record["rows_revised"]) == (0, 0, 0)
    assert pipeline.query("SELECT count(*) FROM dim_staff") == [(0,)]


def test_transforming_again_reuses_the_same_parquet(small: Pipeline):
    extracted = small.extract("dim_design")
    assert small.transform(extracted) == small.transform(extracted)


def test_a_bad_row_lies_in_the_quarantine_and_the_others_in_parquet(small: Pipeline):
    small.shop("UPDATE sales_order SET agreed_payment_date = '2024-13-01' WHERE sales_order_id = 3")
    transformed = small.transform(small.extract("fact_sales_order"))
    manifest = small.processed.manifest(transformed["manifests"][-1])
    origin = manifest.origin
    assert (transformed["rows_read"], transformed["rows_quarantined"]) == (3, 1)
    assert manifest.rows("fact_sales_order") == 3
    folder = object_keys.quarantine_folder("fact_sales_order", origin.landed_on, origin.load_id)
    assert manifest.quarantine.key == f"{folder}/part-00000.jsonl"
    assert manifest.quarantine.rows == 1
    with small.processed.open(manifest.quarantine) as body:
        (line,) = [json.loads(line) for line in body]
    assert line["natural_key"] == "3"
    assert line["rules"] == ["agreed_payment_date is '2024-13-01', expected a day as YYYY-MM-DD, never NULL"]
    with psycopg.connect(small.reader, row_factory=psycopg.rows.dict_row) as source:
        columns = source.execute("SELECT * FROM sales_order WHERE sales_order_id = 3").fetchone()
    assert set(line["row"]) == set(columns)
    assert line["row"]["last_updated"] == "2024-11-01 09:00:00.123"
    assert line["row"]["unit_price"] == "2.50"


def test_no_bad_row_is_no_quarantine(small: Pipeline):
    transformed = small.transform(small.extract("fact_sales_order"))
    assert small.processed.manifest(transformed["manifests"][-1]).quarantine is None
    assert list(small.processed.listed("quarantine/")) == []


def relanded(small: Pipeline, read: str, **changed: Any) -> str:
    """The key of a raw manifest whose first file is described otherwise than it is."""
    manifest = small.raw.manifest(small.extract(read)["manifests"][-1])
    files = (replace(manifest.files[0], **changed), *manifest.files[1:])
    return small.raw.put_manifest("raw/other", Manifest(origin=manifest.origin, files=files))


@pytest.mark.parametrize("rows", [2, 4])
def test_a_raw_part_with_other_rows_than_its_manifest_says_is_refused(small: Pipeline, rows: int):
    key = relanded(small, "dim_staff", rows=rows)
    with pytest.raises(DamagedObjectError) as caught:
        write(TABLES["dim_staff"], key, raw=small.raw, processed=small.processed)
    assert caught.value.found == "3 rows in the raw files"
    assert caught.value.expected == f"{rows} rows, as the manifest says"


def test_a_raw_part_with_another_checksum_is_refused(small: Pipeline):
    key = relanded(small, "dim_staff", sha256="0" * 64)
    with pytest.raises(DamagedObjectError, match="SHA-256"):
        write(TABLES["dim_staff"], key, raw=small.raw, processed=small.processed)


def test_a_raw_part_without_a_declared_column_is_refused(small: Pipeline):
    key = relanded(small, "dim_design", table="staff")  # its columns are a design's
    with pytest.raises(SchemaDriftError) as caught:
        write(TABLES["dim_staff"], key, raw=small.raw, processed=small.processed)
    assert "no column staff_id, first_name" in caught.value.found
    assert "part-00000.csv.zst" in caught.value.where


def test_a_row_longer_than_a_block_is_read_whole(small: Pipeline):
    small.shop("UPDATE design SET design_name = repeat('wide ', 600000) WHERE design_id = 2")
    small.load(small.transform(small.extract("dim_design")))
    assert small.held("dim_design") == small.expected("dim_design")
    assert small.query("SELECT count(*), max(length(design_name)) FROM dim_design") == [(2, 3_000_000)]
