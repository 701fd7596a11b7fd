"""The ledger and the watermarks: the authority on what the warehouse holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from include.errors import GapError, SupersededError
from include.manifest import Manifest, Origin
from include.warehouse.connection import Connection


@dataclass(frozen=True, kw_only=True)
class Watermark:
    """Where a table stands.

    ``watermark`` is the transaction id of the source that the next read starts from (None after
    nothing but backfills); ``snapshot`` the latest one loaded by any mode; ``fresh_at`` the instant
    before which every committed change is in.
    """

    table_name: str
    watermark: int | None
    system_identifier: str
    snapshot: str
    snapshot_at: datetime
    fresh_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a load did, as its ledger row says.

    ``watermark`` is where the table stands now; ``lag_s`` the seconds from the source snapshot to the
    load's commit.
    """

    load_id: str
    table: str
    mode: str
    rows_read: int
    rows_new: int
    rows_revised: int
    bytes_read: int
    seconds: float
    watermark: int | None
    lag_s: float


def watermarks(connection: Connection) -> dict[str, Watermark]:
    """Where every table stands that was ever loaded, by name."""
    rows = connection.execute(
        "SELECT table_name, watermark, system_identifier, snapshot, snapshot_at, fresh_at FROM etl_watermark"
    )
    columns = ("table_name", "watermark", "system_identifier", "snapshot", "snapshot_at", "fresh_at")
    return {row[0]: Watermark(**dict(zip(columns, row, strict=True))) for row in rows}


def is_loaded(connection: Connection, load_id: str) -> bool:
    """Whether the load with this id committed."""
    return connection.execute("SELECT FROM etl_ledger WHERE load_id = %s", [load_id]).fetchone() is not None


def outcome(connection: Connection, load_id: str) -> Loaded:
    """What the load with this id did."""
    row = connection.execute(
        """
        SELECT load_id, table_name, mode, rows_read, rows_new, rows_revised, bytes_read, seconds,
               (SELECT w.watermark FROM etl_watermark AS w WHERE w.table_name = l.table_name),
               extract(epoch FROM loaded_at - snapshot_at)::double precision
        FROM etl_ledger AS l WHERE load_id = %s
        """,
        [load_id],
    ).fetchone()
    return Loaded(**dict(zip(Loaded.__dataclass_fields__, row or (), strict=True)))


def refuse_older(connection: Connection, origin: Origin) -> None:
    """Raise ``SupersededError`` if a later snapshot of the source is already loaded.

    A task that was paused, or cleared long after, must not lay an old row over a newer one.
    """
    latest = watermarks(connection).get(origin.table)
    if latest is None or not _is_older(origin, latest):
        return
    raise SupersededError(
        f"{origin.table}, load {origin.load_id}",
        found=f"rows read from the source at {origin.snapshot_at}",
        expected=f"none older than those already loaded, of {latest.snapshot_at.isoformat()}",
        remedy="nothing is missing: the later read had them; to read again, clear this table's whole task group",
    )


def refuse_gap(connection: Connection, origin: Origin) -> None:
    """Raise ``GapError`` if an incremental read starts after where the table stands.

    So it is when the warehouse was emptied, or restored from a backup, after the rows were read: the
    watermark must not jump over what lies between.
    """
    if origin.mode != "incremental" or origin.since is None:
        return
    stands = watermarks(connection).get(origin.table)
    held = stands.watermark if stands else None
    if held is None or held < origin.since:
        raise GapError(
            f"{origin.table}, load {origin.load_id}",
            found=f"rows written since transaction {origin.since}",
            expected=f"a read from where the table stands, {'nothing' if held is None else f'transaction {held}'}",
            remedy="clear this table's whole task group: it reads from there",
        )


def _is_older(origin: Origin, latest: Watermark) -> bool:
    if origin.mode == "full" or origin.system_identifier != latest.system_identifier:
        # Another server, or one whose transaction ids went back: they cannot be compared, its clock decides.
        return datetime.fromisoformat(origin.snapshot_at) < latest.snapshot_at
    return _age(origin.snapshot) < _age(latest.snapshot)


def _age(snapshot: str) -> tuple[int, int, int]:
    """Sorts the snapshots of one server: neither bound ever falls, and between equal ones transactions only end."""
    xmin, xmax, in_progress = snapshot.split(":")
    return int(xmax), int(xmin), -len([xid for xid in in_progress.split(",") if xid])


def record(
    connection: Connection,
    manifest: Manifest,
    *,
    manifest_key: str,
    run_id: str,
    rows_new: int,
    rows_revised: int,
    seconds: float,
) -> None:
    """Write the ledger row, in the transaction that loaded the rows."""
    origin = manifest.origin
    connection.execute(
        """
        INSERT INTO etl_ledger (load_id, table_name, mode, run_id, window_start, window_end, rows_read, rows_new,
          rows_revised, bytes_read, manifest, system_identifier, snapshot, since, watermark, snapshot_at, loaded_at,
          seconds)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, statement_timestamp(), %s)
        """,
        [
            origin.load_id,
            origin.table,
            origin.mode,
            run_id,
            origin.window_start,
            origin.window_end,
            manifest.rows(origin.table),
            rows_new,
            rows_revised,
            manifest.size,
            manifest_key,
            origin.system_identifier,
            origin.snapshot,
            origin.since,
            origin.watermark,
            origin.snapshot_at,
            seconds,
        ],
    )


def advance(connection: Connection, origin: Origin) -> None:
    """Move the table's position to what this load read; a backfill moves the snapshot only."""
    moves = origin.mode != "backfill"
    connection.execute(
        """
        INSERT INTO etl_watermark AS w
          (table_name, watermark, system_identifier, snapshot, snapshot_at, fresh_at, load_id)
        VALUES (%(table)s, %(watermark)s, %(system)s, %(snapshot)s, %(snapshot_at)s, %(fresh_at)s, %(load_id)s)
        ON CONFLICT (table_name) DO UPDATE SET
          watermark = coalesce(excluded.watermark, w.watermark),
          system_identifier = CASE WHEN %(moves)s THEN excluded.system_identifier ELSE w.system_identifier END,
          snapshot = excluded.snapshot,
          snapshot_at = excluded.snapshot_at,
          fresh_at = coalesce(excluded.fresh_at, w.fresh_at),
          load_id = excluded.load_id
        """,
        {
            "table": origin.table,
            "watermark": origin.watermark if moves else None,
            "system": origin.system_identifier,
            "snapshot": origin.snapshot,
            "snapshot_at": origin.snapshot_at,
            "fresh_at": origin.snapshot_at if moves else None,
            "load_id": origin.load_id,
            "moves": moves,
        },
    )


def confirm_fresh(connection: Connection, tables: Iterable[str], at: datetime) -> None:
    """Note that these tables were seen to hold everything the source had at this instant."""
    connection.execute(
        "UPDATE etl_watermark SET fresh_at = greatest(fresh_at, %s) WHERE table_name = ANY(%s)", [at, list(tables)]
    )
