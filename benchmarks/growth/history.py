"""A past of five-minute runs: their rows in ledger, runs, checks and alerts, and their objects in the lake."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.growth.ground import Ground
from include import object_keys
from include.manifest import Manifest, Origin, StoredFile
from local.aws import RAW_BUCKET

EVERY = timedelta(minutes=5)
_ACCOUNT = "000000000000"
_LEDGER = """
COPY etl_ledger (load_id, table_name, mode, run_id, rows_read, rows_new, rows_revised, rows_deleted, rows_withheld,
  rows_quarantined, bytes_read, manifest, system_identifier, snapshot, since, watermark, snapshot_at, bounded,
  loaded_at, seconds, alert_id) FROM STDIN
"""
# A sale touches three tables; every half hour all ten are compared; in a hundredth of the runs a row was set aside.
_OTHERS = """
INSERT INTO etl_ledger SELECT (jsonb_populate_record(l, jsonb_build_object(
  'table_name', other, 'load_id', md5(l.load_id || other)))).*
FROM etl_ledger AS l CROSS JOIN unnest(ARRAY['dim_transaction', 'fact_payment']) AS other
WHERE l.run_id LIKE 'scheduled__past%';
INSERT INTO etl_run
SELECT run_id, 'scheduled', loaded_at - interval '6 s', loaded_at, 'success', 3, 7, 0, '', 3, 1, 0, 0
FROM etl_ledger WHERE run_id LIKE 'scheduled__past%' AND table_name = 'fact_sales_order';
INSERT INTO etl_run_table SELECT run_id, table_name, ended_at - interval '5 s' FROM etl_run CROSS JOIN etl_watermark
WHERE ended_at > now() - interval '90 days';
INSERT INTO etl_check (table_name, checked_at, outcome, source_rows, warehouse_rows, source_checksum,
  warehouse_checksum, alert_id)
SELECT w.table_name, r.ended_at, CASE WHEN random() < 0.3 THEN 'moved on' ELSE 'equal' END, 11187, 11187, 1, 1, 'told'
FROM etl_run AS r CROSS JOIN etl_watermark AS w
WHERE r.run_id LIKE 'scheduled__past%' AND extract(minute FROM r.ended_at)::int % 30 < 5 ORDER BY r.ended_at;
INSERT INTO etl_alert SELECT 'loaded/' || run_id, 'loaded', run_id, ended_at, jsonb_build_object('facts',
  repeat('{"rows_new": 3, "table": "fact_sales_order"}', 20)), NULL, '{}', NULL
FROM etl_run WHERE run_id LIKE 'scheduled__past%';
INSERT INTO etl_delivery
SELECT alert_id, 'sns', happened_at FROM etl_alert WHERE alert_id LIKE 'loaded/scheduled__past%';
INSERT INTO etl_quarantine (table_name, natural_key, rules, object_key, load_id, found_at, resolved_at, alert_id)
SELECT 'fact_payment', (row_number() OVER ())::text, 'payment_date ''2024-13-01'', expected YYYY-MM-DD',
       'quarantine/…', run_id, ended_at, ended_at + interval '1 hour', 'told'
FROM etl_run WHERE run_id LIKE 'scheduled__past%' AND hashtext(run_id) % 100 = 0;
"""


def add_ledger(ground: Ground, loads: int) -> None:
    """So many loads of sales orders, with everything that the warehouse notes of their runs."""
    with ground.servers.admin("warehouse") as warehouse:
        with warehouse.cursor() as cursor, cursor.copy(_LEDGER) as rows:
            for origin, number in _origins(ground, loads):
                rows.write_row(_ledger_row(origin, number))
        warehouse.execute(_OTHERS.encode())
        warehouse.execute("VACUUM ANALYZE")


def _ledger_row(origin: Origin, number: int) -> list[object]:
    loaded = [f"scheduled__past-{number}", 4, 3, 1, 0, 0, 0, 9_000, f"processed/{origin.load_id}"]
    read = [origin.system_identifier, origin.snapshot, origin.since, origin.watermark, origin.snapshot_at]
    return [
        origin.load_id,
        origin.table,
        origin.mode,
        *loaded,
        *read,
        False,
        origin.snapshot_at,
        0.2,
        f"loaded/{number}",
    ]


def add_lake(ground: Ground, loads: int) -> None:
    """The raw objects of so many loads of sales orders, where the stand-in keeps them; it has to be started again."""
    root = ground.servers.aws.home / "s3" / _ACCOUNT / RAW_BUCKET
    for origin, _ in _origins(ground, loads):
        folder = object_keys.raw_folder("totesys", "sales_order", origin.landed_on, origin.load_id)
        part = b"sales_order_id\n" * 20
        file = StoredFile(
            key=object_keys.part(folder, 0, "csv.zst"),
            table="sales_order",
            rows=4,
            size=len(part),
            sha256=hashlib.sha256(part).hexdigest(),
        )
        _store(root, file.key, part, origin.snapshot_at)
        manifest = Manifest(origin=origin, files=(file,)).to_json()
        _store(root, object_keys.manifest(folder), manifest, origin.snapshot_at)


def _store(root: Path, key: str, body: bytes, at: str) -> None:
    path = root / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    stored_at = datetime.fromisoformat(at).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    described = {"size": len(body), "etag": f'"{etag}"', "last_modified": stored_at}
    path.with_name(f"{path.name}.meta.json").write_text(json.dumps(described))


def _origins(ground: Ground, loads: int) -> Iterator[tuple[Origin, int]]:
    """One load every five minutes, the last one before the real ones; the same ones each time."""
    ((system, last),) = ground.pipeline.query(
        "SELECT system_identifier, min(snapshot_at) FROM etl_ledger WHERE run_id NOT LIKE 'scheduled__past%%'"
        " AND table_name = 'fact_sales_order' GROUP BY 1"
    )
    for number in range(1, loads + 1):
        at = (last - number * EVERY).astimezone(UTC)
        yield (
            Origin(
                table="fact_sales_order",
                mode="incremental",
                since=1,
                window_start=None,
                window_end=None,
                system_identifier=system,
                snapshot="1:1:",
                watermark=1,
                snapshot_at=at.isoformat(),
            ),
            number,
        )
