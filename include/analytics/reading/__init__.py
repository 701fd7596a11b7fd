"""Where answers come from: one consistent look at the warehouse, or at what was extracted from it."""

from include.analytics.reading.reader import Batch, Reader, Row, Snapshot

__all__ = ["Batch", "Reader", "Row", "Snapshot"]
