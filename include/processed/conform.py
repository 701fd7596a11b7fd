"""A batch of a table's raw rows, joined with its lookups, typed as declared; what breaks the declaration set aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from include.catalog.model import Lookup, Table
from include.processed.parse import parse
from include.processed.quarantine import Quarantined, set_aside
from include.processed.schema import arrow_schema


@dataclass(frozen=True)
class Conformed:
    """The rows of a batch in the table's Arrow schema, and those that break the declaration."""

    rows: pa.RecordBatch
    quarantined: list[Quarantined]


def conform(table: Table, rows: pa.RecordBatch, lookups: Mapping[str, pa.Table]) -> Conformed:
    """Type a batch as declared.

    ``rows`` are the driving table's, all columns text; ``lookups`` the whole of each lookup table
    that the batch refers to, by its name. Every row is in one of the two results.
    """
    texts = _joined(table, rows, lookups)
    if table.transform is not None:
        texts = _transformed(table, texts)
    columns = [parse(table, column, _text(texts, column.source_name)) for column in table.columns]
    refusals = [column.refused for column in columns if column.refused is not None]
    values = [column.values for column in columns]
    if not refusals:
        return Conformed(pa.RecordBatch.from_arrays(values, schema=arrow_schema(table)), [])
    refused = reduce(pc.or_, refusals)
    kept = pc.invert(refused)
    return Conformed(
        pa.RecordBatch.from_arrays([column.filter(kept) for column in values], schema=arrow_schema(table)),
        set_aside(table, texts, columns, refused),
    )


def _joined(table: Table, rows: pa.RecordBatch, lookups: Mapping[str, pa.Table]) -> pa.Table:
    """The driving rows with the columns of their lookup rows, named ``<lookup>.<column>``."""
    joined = pa.Table.from_batches([rows])
    for lookup in table.lookups:
        found = _looked_up(lookup, rows, lookups[lookup.table.name])
        for name in found.column_names:
            joined = joined.append_column(f"{lookup.table.name}.{name}", found[name])
    return joined


def _looked_up(lookup: Lookup, rows: pa.RecordBatch, lookup_rows: pa.Table) -> pa.Table:
    """One lookup row for each driving row; NULLs where there is none."""
    keys = lookup_rows[lookup.table.key].combine_chunks()
    return lookup_rows.take(pc.index_in(rows[lookup.foreign_key], value_set=keys))


def _transformed(table: Table, texts: pa.Table) -> pa.Table:
    # Imported here: only a table with a transform pays for pandas.
    import pandas as pd

    assert table.transform is not None  # noqa: S101  narrows the type; the caller has looked
    frame = table.transform(texts.to_pandas(types_mapper=pd.ArrowDtype))
    return pa.Table.from_pandas(frame, preserve_index=False)


def _text(texts: pa.Table, name: str) -> pa.Array:
    return pc.cast(texts[name].combine_chunks(), pa.string())
