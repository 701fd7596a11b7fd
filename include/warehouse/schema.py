"""The warehouse's tables as SQLAlchemy metadata, derived from the catalogue.

Alembic's migrations are made and checked against it. The published columns come first, in their
published order; the bookkeeping columns follow.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from include.catalog import TABLES
from include.catalog.model import Column, ColumnType, Kind, Table
from include.warehouse import alert_tables, run_tables

_NAMES = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "ix": "%(table_name)s_%(column_0_name)s_idx",
}


def metadata() -> sa.MetaData:
    """Every table of the warehouse: the catalogue's, and those that the pipeline keeps its books in."""
    tables = sa.MetaData(naming_convention=_NAMES)
    for table in TABLES.values():
        sa.Table(table.name, tables, *_columns(table), *_indexes(table), comment=f"{table.description} {_grain(table)}")
    _ledger(tables)
    _watermark(tables)
    _quarantine(tables)
    _source_column(tables)
    _check(tables)
    alert_tables.add(tables)
    run_tables.add(tables)
    return tables


def _grain(table: Table) -> str:
    return f"One row: {table.grain}."


def _columns(table: Table) -> list[sa.Column[Any]]:
    surrogate: list[sa.Column[Any]] = []
    if table.record_id is not None:
        surrogate = [
            sa.Column(table.record_id, sa.Integer, primary_key=True, comment="The version's own key, in load order.")
        ]
    return [*surrogate, *(_published(table, column) for column in table.columns), *_bookkeeping(table)]


def _published(table: Table, column: Column) -> sa.Column[Any]:
    references = []
    if column.references is not None:
        (key,) = TABLES[column.references].natural_key
        references = [sa.ForeignKey(f"{column.references}.{key}")]
    return sa.Column(
        column.name,
        _sql_type(column.type),
        *references,
        primary_key=table.record_id is None and column.name in table.natural_key,
        autoincrement=False,
        nullable=column.nullable,
        comment=column.description,
    )


def _sql_type(column_type: ColumnType) -> sa.types.TypeEngine[Any]:
    if column_type.sql == "numeric":
        return sa.Numeric()
    if column_type.kind is Kind.NUMERIC:
        return sa.Numeric(column_type.precision, column_type.scale)
    simple: dict[Kind, sa.types.TypeEngine[Any]] = {
        Kind.INTEGER: sa.Integer(),
        Kind.TEXT: sa.String(),
        Kind.BOOLEAN: sa.Boolean(),
        Kind.DATE: sa.Date(),
        Kind.TIME: sa.Time(),
        Kind.TIMESTAMP: sa.TIMESTAMP(),
    }
    return simple[column_type.kind]


def _bookkeeping(table: Table) -> list[sa.Column[Any]]:
    if not table.is_fed:
        return []
    if table.history == "versions":
        own = _flag("is_current", "Whether this is the latest version of its natural key.")
    else:
        own = _flag("is_inferred", "Whether a fact came before it: the key is right, the rest is not known yet.")
    return [
        own,
        _flag("is_deleted", "Whether the source no longer has it."),
        sa.Column("_load_id", sa.Text, nullable=False, comment="The load that wrote the row (etl_ledger)."),
        sa.Column("_loaded_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When it was written."),
        sa.Column(
            "_seen_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="The source's clock when it was read."
        ),
    ]


def _flag(name: str, comment: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, nullable=False, comment=comment)


def _indexes(table: Table) -> list[sa.Index]:
    if table.history == "latest":
        return []
    return [
        # Exactly one current version a natural key: enforced, not hoped for.
        sa.Index(f"{table.name}_current_key", *table.natural_key, unique=True, postgresql_where=sa.text("is_current")),
        sa.Index(f"{table.name}_history_idx", *table.natural_key, str(table.record_id)),
    ]


def _ledger(tables: sa.MetaData) -> None:
    """One row a load, written in the transaction that loaded the rows."""
    sa.Table(
        "etl_ledger",
        tables,
        sa.Column("load_id", sa.Text, primary_key=True, comment="Digest of what was read; a load happens once."),
        sa.Column("table_name", sa.Text, nullable=False, comment="The warehouse table."),
        sa.Column("mode", sa.Text, nullable=False, comment="incremental, stamped, proof, full or backfill."),
        sa.Column("run_id", sa.Text, nullable=False, comment="The Airflow run that loaded it."),
        sa.Column("window_start", sa.TIMESTAMP(timezone=True), comment="A backfill's window, from (inclusive)."),
        sa.Column("window_end", sa.TIMESTAMP(timezone=True), comment="A backfill's window, to (exclusive)."),
        sa.Column("rows_read", sa.BigInteger, nullable=False, comment="Rows read from the driving source table."),
        sa.Column("rows_new", sa.BigInteger, nullable=False, comment="Rows whose natural key was not there."),
        sa.Column("rows_revised", sa.BigInteger, nullable=False, comment="Rows that differ from the current ones."),
        sa.Column("rows_deleted", sa.BigInteger, nullable=False, comment="Rows that the source no longer has."),
        sa.Column("rows_withheld", sa.BigInteger, nullable=False, comment="Rows that seem gone; too many to believe."),
        sa.Column("rows_quarantined", sa.BigInteger, nullable=False, comment="Rows that break the declaration."),
        sa.Column("bytes_read", sa.BigInteger, nullable=False, comment="Bytes of Parquet loaded."),
        sa.Column("manifest", sa.Text, nullable=False, comment="The processed manifest's key in S3."),
        sa.Column("system_identifier", sa.Text, nullable=False, comment="The source server."),
        sa.Column("snapshot", sa.Text, nullable=False, comment="The source snapshot that was read."),
        sa.Column("since", sa.BigInteger, comment="The watermark that the read started from."),
        sa.Column("watermark", sa.BigInteger, nullable=False, comment="The watermark that the read reached."),
        sa.Column("snapshot_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="The source's clock then."),
        sa.Column(
            "bounded", sa.Boolean, nullable=False, comment="Other sessions could not be seen: a cautious horizon."
        ),
        sa.Column("loaded_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When the load began to commit."),
        sa.Column("seconds", postgresql.DOUBLE_PRECISION, nullable=False, comment="The load's duration."),
        alert_tables.told_by(),
        sa.Index("etl_ledger_table_name_idx", "table_name", "loaded_at"),
        sa.Index("etl_ledger_run_id_idx", "run_id"),
        sa.Index("etl_ledger_untold_idx", "run_id", postgresql_where=sa.text("alert_id IS NULL")),
        sa.Index("etl_ledger_withheld_idx", "table_name", "snapshot_at", postgresql_where=sa.text("rows_withheld > 0")),
        sa.Index("etl_ledger_loaded_at_idx", "loaded_at"),
        sa.Index("etl_ledger_snapshot_at_idx", "snapshot_at"),
        comment="What was loaded, when, from where. The authority on what the warehouse holds.",
    )


def _watermark(tables: sa.MetaData) -> None:
    """Where each table stands."""
    sa.Table(
        "etl_watermark",
        tables,
        sa.Column("table_name", sa.Text, primary_key=True, comment="The warehouse table."),
        sa.Column("watermark", sa.BigInteger, comment="Transaction id of the source that the next read starts from."),
        sa.Column("system_identifier", sa.Text, nullable=False, comment="The source server that it belongs to."),
        sa.Column("snapshot", sa.Text, nullable=False, comment="The latest snapshot loaded; none older may follow."),
        sa.Column("snapshot_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="The source's clock then."),
        sa.Column(
            "fresh_at",
            sa.TIMESTAMP(timezone=True),
            comment="Whatever the source had committed before this instant stands in the warehouse.",
        ),
        sa.Column("load_id", sa.Text, nullable=False, comment="The load that moved it."),
        sa.Column("horizon", sa.TIMESTAMP(timezone=True), comment="Where the next read by last_updated starts."),
        sa.Column("proven_at", sa.TIMESTAMP(timezone=True), comment="When transaction ids last proved the table."),
        sa.Column(
            "keys_at", sa.TIMESTAMP(timezone=True), comment="When its keys were last compared with the source's."
        ),
        comment="Where each table stands: the position in the source that its next read starts from.",
    )


def _quarantine(tables: sa.MetaData) -> None:
    """The rows set aside, with the rules that they break; one open entry a row."""
    sa.Table(
        "etl_quarantine",
        tables,
        sa.Column("quarantine_id", sa.Integer, primary_key=True, comment="The entry's own key."),
        sa.Column("table_name", sa.Text, nullable=False, comment="The warehouse table."),
        sa.Column("natural_key", sa.Text, nullable=False, comment="The row's key, as the source writes it."),
        sa.Column("rules", sa.Text, nullable=False, comment="What it breaks: column, value, what was expected."),
        sa.Column("object_key", sa.Text, nullable=False, comment="Where in the processed bucket the whole row lies."),
        sa.Column("load_id", sa.Text, nullable=False, comment="The load that last met it."),
        sa.Column("found_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When it was first set aside."),
        sa.Column("resolved_at", sa.TIMESTAMP(timezone=True), comment="When the row loaded or went; NULL: still open."),
        alert_tables.told_by(),
        sa.Index(
            "etl_quarantine_open_key",
            "table_name",
            "natural_key",
            unique=True,
            postgresql_where=sa.text("resolved_at IS NULL"),
        ),
        comment="Rows that break their table's declaration. They load by themselves once the source is corrected.",
    )


def _source_column(tables: sa.MetaData) -> None:
    """Columns that the source has and nobody declared."""
    sa.Table(
        "etl_source_column",
        tables,
        sa.Column("column_name", sa.Text, primary_key=True, comment="The column, as source.table.column."),
        sa.Column("noticed_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When it was first met."),
        alert_tables.told_by(),
        comment="Source columns that the catalogue does not declare; each is reported once.",
    )


def _check(tables: sa.MetaData) -> None:
    """Comparisons of source and warehouse."""
    sa.Table(
        "etl_check",
        tables,
        sa.Column("check_id", sa.Integer, primary_key=True, comment="The check's own key."),
        sa.Column("table_name", sa.Text, nullable=False, comment="The warehouse table."),
        sa.Column("checked_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="The source's clock then."),
        sa.Column(
            "outcome", sa.Text, nullable=False, comment="equal, different, or moved on (the source has changes)."
        ),
        sa.Column("source_rows", sa.BigInteger, comment="Rows that the source holds, less the quarantined."),
        sa.Column(
            "warehouse_rows", sa.BigInteger, comment="Current rows that the warehouse holds, less the quarantined."
        ),
        sa.Column("source_checksum", sa.Numeric, comment="Sum of the hashes of the source's rows."),
        sa.Column("warehouse_checksum", sa.Numeric, comment="Sum of the hashes of the warehouse's rows."),
        sa.Column("after_key", sa.BigInteger, comment="Of a large table one slice was compared: keys behind this one"),
        sa.Column("upto_key", sa.BigInteger, comment="up to this one; NULL: no bound."),
        alert_tables.told_by(),
        sa.Index("etl_check_table_name_idx", "table_name", "checked_at"),
        sa.Index("etl_check_checked_at_idx", "checked_at"),
        sa.Index("etl_check_untold_idx", "check_id", postgresql_where=sa.text("alert_id IS NULL")),
        comment="Does the warehouse hold what the source holds? Counts and checksums, compared now and then.",
    )
