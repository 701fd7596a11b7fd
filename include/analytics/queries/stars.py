"""The warehouse's tables and views as SQLAlchemy knows them, and a fact as it was known at a moment."""

from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from include.catalog import TABLES
from include.catalog.model import Table
from include.warehouse import schema


@cache
def table(name: str) -> sa.Table:
    """A table of the warehouse, bookkeeping columns included: of a fact every version, deleted ones too."""
    return _metadata().tables[name]


@cache
def current(name: str) -> sa.TableClause:
    """The view of a table's current state: one row a natural key, none that was deleted."""
    declared = TABLES[name]
    own: list[sa.ColumnClause[Any]] = [sa.column("valid_from", sa.TIMESTAMP(timezone=True))]
    if declared.history == "latest":
        own = [sa.column("is_inferred", sa.Boolean())]
    return sa.table(f"{name}_current", *_published(declared), *own)


@cache
def history(name: str) -> sa.TableClause:
    """The view of a fact's versions, each with its number and period."""
    own: list[sa.ColumnClause[Any]] = [
        sa.column("version", sa.BigInteger()),
        sa.column("valid_from", sa.TIMESTAMP(timezone=True)),
        sa.column("valid_to", sa.TIMESTAMP(timezone=True)),
        sa.column("is_current", sa.Boolean()),
        sa.column("is_deleted", sa.Boolean()),
    ]
    return sa.table(f"{name}_history", *_published(TABLES[name]), *own)


def currency_code() -> sa.ColumnElement[Any]:
    """What tells currencies apart: the code; of those whose own rows have not arrived yet, and share one, the id."""
    currency = table("dim_currency")
    number = sa.cast(currency.c.currency_id, sa.Text())
    unknown: sa.ColumnElement[Any] = sa.literal_column("'(currency '") + number + sa.literal_column("')'")
    return sa.case((currency.c.is_inferred, unknown), else_=currency.c.currency_code)


def as_of(name: str, moment: datetime | None) -> sa.FromClause:
    """A fact's rows as they were known at a moment (None: now): one a natural key, none deleted by then.

    Most keys have one version, so those whose current one was known by then are taken as they are; only keys
    that were superseded later are looked up among the versions before.
    """
    if moment is None:
        return current(name)
    versions = table(name)
    (key,) = TABLES[name].natural_key
    published = [versions.c[column] for column in TABLES[name].column_names]
    known = versions.c._seen_at <= moment
    standing = sa.select(*published).where(known, versions.c.is_current, ~versions.c.is_deleted)
    later = versions.alias("later")
    revised_since = sa.select(later.c[key]).where(later.c.is_current, later.c._seen_at > moment)
    then = (
        sa.select(*published, versions.c.is_deleted)
        .where(known, ~versions.c.is_current, versions.c[key].in_(revised_since))
        .distinct(versions.c[key])
        .order_by(versions.c[key], versions.c[str(TABLES[name].record_id)].desc())
        .subquery("then")
    )
    replaced = sa.select(*(then.c[column] for column in TABLES[name].column_names)).where(~then.c.is_deleted)
    return sa.union_all(standing, replaced).subquery(f"{name}_as_of")


@cache
def _metadata() -> sa.MetaData:
    return schema.metadata()


def _published(declared: Table) -> list[sa.ColumnClause[Any]]:
    names = (*([declared.record_id] if declared.record_id else []), *declared.column_names)
    types = table(declared.name).c
    return [sa.column(name, types[name].type) for name in names]
