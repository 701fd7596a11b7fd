"""A batch of a table's raw rows, joined with its lookups and typed as declared."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from include.catalog.model import Lookup, Table
from include.processed.parse import parse
from include.processed.schema import arrow_schema


def conform(table: Table, rows: pa.RecordBatch, lookups: Mapping[str, pa.Table]) -> pa.RecordBatch:
    """The batch in the table's Arrow schema.

    ``rows`` are the driving table's, all columns text; ``lookups`` the whole of each lookup table
    that the batch refers to, by its name. Raises ``ContractError`` for a row that breaks the
    declaration.
    """
    texts = _joined(table, rows, lookups)
    if table.transform is not None:
        texts = _transformed(table, texts)
    values = [parse(table, column, _text(texts, column.source_name)) for column in table.columns]
    return pa.RecordBatch.from_arrays(values, schema=arrow_schema(table))


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
