"""Read Parquet back, one row group at a time."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

_ROWS = 16_384


def batches(parquet: pq.ParquetFile, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a file, all columns or some; memory is bounded by a row group, which reading by batches is not."""
    for number in range(parquet.num_row_groups):
        yield from parquet.read_row_group(number, columns=columns, use_threads=False).to_batches(_ROWS)
