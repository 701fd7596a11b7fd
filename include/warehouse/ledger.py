"""The ledger and the watermarks: the authority on what the warehouse holds."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg import sql

from include.errors import GapError, SupersededError
from include.manifest import Manifest, Origin, snapshot_age
from include.warehouse.connection import Connection

# How a position takes a new value: an instant never moves back, a watermark may (after a restore of the source).
_NEW = {
    "watermark": "coalesce(excluded.{name}, held.{name})",
    **dict.fromkeys(("proven_at", "horizon", "fresh_at", "keys_at"), "greatest(excluded.{name}, held.{name})"),
}


@dataclass(frozen=True, kw_only=True)
class Watermark:
    """Where a table stands.

    ``watermark`` is the transaction id of the source that the next read starts from (None after
    nothing but backfills); ``snapshot`` the latest one loaded by any mode; ``fresh_at`` the instant
    before which every committed change is in. ``horizon`` and ``proven_at`` are for tables read by
    `last_updated`; ``keys_at`` is when the keys were last compared, which is how deletes are found.
    """

    table_name: str
    watermark: int | None
    system_identifier: str
    snapshot: str
    snapshot_at: datetime
    fresh_at: datetime | None
    horizon: datetime | None = None
    proven_at: datetime | None = None
    keys_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What a load did to rows."""

    rows_new: int
    rows_revised: int
    rows_deleted: int
    rows_withheld: int
    rows_quarantined: int


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
    rows_deleted: int
    rows_withheld: int
    rows_quarantined: int
    bytes_read: int
    seconds: float
    watermark: int | None
    lag_s: float


def watermarks(connection: Connection) -> dict[str, Watermark]:
    """Where every table stands that was ever loaded, by name."""
    columns = tuple(Watermark.__dataclass_fields__)
    rows = connection.execute(
        sql.SQL("SELECT {columns} FROM etl_watermark").format(columns=sql.SQL(", ").join(map(sql.Identifier, columns)))
    )
    return {row[0]: Watermark(**dict(zip(columns, row, strict=True))) for row in rows}


def freshness(connection: Connection) -> dict[str, tuple[str, datetime]]:
    """By table the load that it stands at, and the instant before which every committed change is in."""
    rows = connection.execute("SELECT table_name, load_id, fresh_at FROM etl_watermark WHERE fresh_at IS NOT NULL")
    return {name: (load_id, fresh_at) for name, load_id, fresh_at in rows}


def latest_manifest(connection: Connection, table: str) -> str | None:
    """The key of the processed manifest of the load that moved a table last."""
    row = connection.execute(
        "SELECT l.manifest FROM etl_watermark AS w JOIN etl_ledger AS l USING (load_id) WHERE w.table_name = %s",
        [table],
    ).fetchone()
    return str(row[0]) if row else None


def is_loaded(connection: Connection, load_id: str) -> bool:
    """Whether the load with this id committed."""
    return connection.execute("SELECT FROM etl_ledger WHERE load_id = %s", [load_id]).fetchone() is not None


def outcome(connection: Connection, load_id: str) -> Loaded:
    """What the load with this id did."""
    row = connection.execute(
        """
        SELECT load_id, table_name, mode, rows_read, rows_new, rows_revised, rows_deleted, rows_withheld,
               rows_quarantined, bytes_read, seconds,
               (SELECT w.watermark FROM etl_watermark AS w WHERE w.table_name = l.table_name),
               extract(epoch FROM loaded_at - snapshot_at)::double precision
        FROM etl_ledger AS l WHERE load_id = %s
        """,
        [load_id],
    ).fetchone()
    return Loaded(**dict(zip(Loaded.__dataclass_fields__, row or (), strict=True)))


def forget(connection: Connection, table: str) -> None:
    """Remove a table's ledger rows, position and quarantine, before it is replayed."""
    for name in ("etl_ledger", "etl_watermark", "etl_quarantine"):
        connection.execute(
            sql.SQL("DELETE FROM {name} WHERE table_name = %s").format(name=sql.Identifier(name)), [table]
        )


def refuse_older(connection: Connection, origin: Origin) -> None:
    """Raise ``SupersededError`` if a later snapshot of the source is already loaded.

    A task that was paused, or cleared long after, must not lay an old row over a newer one.
    """
    latest = watermarks(connection).get(origin.table)
    if latest is None or not is_older(origin, latest):
        return
    raise SupersededError(
        f"{origin.table}, load {origin.load_id}",
        found=f"rows read from the source at {origin.snapshot_at}",
        expected=f"none older than those already loaded, of {latest.snapshot_at.isoformat()}",
        remedy="nothing is missing: the later read had them; to read again, clear this table's whole task group",
    )


def refuse_gap(connection: Connection, origin: Origin) -> None:
    """Raise ``GapError`` if a read of what changed starts after where the table stands.

    So it is when the warehouse was emptied, or restored from a backup, after the rows were read: the
    watermark must not jump over what lies between.
    """
    if origin.mode not in {"incremental", "stamped", "proof"}:
        return
    stands = watermarks(connection).get(origin.table)
    if stands is None or stands.watermark is None or _starts_after(origin, stands):
        raise GapError(
            f"{origin.table}, load {origin.load_id}",
            found=f"rows stamped since {origin.window_start}"
            if origin.since is None
            else f"rows written since transaction {origin.since}",
            expected=f"a read from where the table stands, {_position(stands)}",
            remedy="clear this table's whole task group: it reads from there",
        )


def _starts_after(origin: Origin, stands: Watermark) -> bool:
    """Whether a read leaves out something between where the table stands and where the read starts."""
    if origin.since is not None:
        return stands.watermark is None or stands.watermark < origin.since
    if origin.window_start is None:
        return False
    return stands.horizon is None or stands.horizon < datetime.fromisoformat(origin.window_start)


def _position(stands: Watermark | None) -> str:
    if stands is None or stands.watermark is None:
        return "nothing"
    return f"transaction {stands.watermark}" + (f" and stamp {stands.horizon.isoformat()}" if stands.horizon else "")


def is_older(origin: Origin, latest: Watermark) -> bool:
    """Whether a read was made before the latest one that is loaded."""
    if origin.mode == "full" or origin.system_identifier != latest.system_identifier:
        # Another server, or one whose transaction ids went back: they cannot be compared, its clock decides.
        return datetime.fromisoformat(origin.snapshot_at) < latest.snapshot_at
    return snapshot_age(origin.snapshot) < snapshot_age(latest.snapshot)


def record(
    connection: Connection, manifest: Manifest, *, manifest_key: str, run_id: str, counts: Counts, seconds: float
) -> None:
    """Write the ledger row, in the transaction that loaded the rows."""
    origin = manifest.origin
    values = {
        "load_id": origin.load_id,
        "table_name": origin.table,
        "mode": origin.mode,
        "run_id": run_id,
        "window_start": origin.window_start,
        "window_end": origin.window_end,
        "rows_read": manifest.rows(origin.table),
        **asdict(counts),
        "bytes_read": manifest.size,
        "manifest": manifest_key,
        "system_identifier": origin.system_identifier,
        "snapshot": origin.snapshot,
        "since": origin.since,
        "watermark": origin.watermark,
        "snapshot_at": origin.snapshot_at,
        "bounded": origin.bounded,
        "seconds": seconds,
    }
    connection.execute(
        sql.SQL("INSERT INTO etl_ledger ({names}, loaded_at) VALUES ({values}, statement_timestamp())").format(
            names=sql.SQL(", ").join(map(sql.Identifier, values)),
            values=sql.SQL(", ").join(map(sql.Placeholder, values)),
        ),
        values,
    )


def advance(connection: Connection, origin: Origin, *, keys_compared: bool) -> None:
    """Move the table's position to what this load read.

    A backfill moves the snapshot only; a read by `last_updated` the horizon, not the watermark. After a split
    read nothing older than its newest range may be laid over it, and the next read starts at its oldest.
    """
    snapshot, snapshot_at = origin.seen_until
    by_ids = origin.mode in {"incremental", "proof", "full"}
    everything = origin.mode in {"incremental", "stamped", "proof", "full"}
    values = {
        "table_name": origin.table,
        "snapshot": snapshot,
        "snapshot_at": snapshot_at,
        "system_identifier": origin.system_identifier,
        "load_id": origin.load_id,
        "watermark": origin.watermark if by_ids else None,
        "proven_at": origin.snapshot_at if by_ids else None,
        "horizon": origin.horizon if everything else None,
        "fresh_at": origin.snapshot_at if everything else None,
        "keys_at": origin.snapshot_at if keys_compared else None,
    }
    replacements = {name: _NEW.get(name, "excluded.{name}") for name in values}
    if not everything:
        replacements["system_identifier"] = "held.{name}"
    connection.execute(
        sql.SQL(
            "INSERT INTO etl_watermark AS held ({names}) VALUES ({values})"
            " ON CONFLICT (table_name) DO UPDATE SET {replacements}"
        ).format(
            names=sql.SQL(", ").join(map(sql.Identifier, values)),
            values=sql.SQL(", ").join(map(sql.Placeholder, values)),
            replacements=sql.SQL(", ").join(
                sql.SQL("{name} = " + form).format(name=sql.Identifier(name)) for name, form in replacements.items()
            ),
        ),
        values,
    )


def confirm_fresh(connection: Connection, tables: Iterable[str], at: datetime) -> None:
    """Note that these tables were seen to hold everything the source had at this instant."""
    connection.execute(
        "UPDATE etl_watermark SET fresh_at = greatest(fresh_at, %s) WHERE table_name = ANY(%s)", [at, list(tables)]
    )
