"""Origins and manifests for tests that need one without a source."""

from typing import Any

from include.manifest import Manifest, Origin, StoredFile

_FIELDS: dict[str, Any] = {
    "table": "fact_payment",
    "mode": "incremental",
    "since": 100,
    "window_start": None,
    "window_end": None,
    "system_identifier": "7300000000000000001",
    "snapshot": "150:160:152",
    "watermark": 150,
    "snapshot_at": "2024-11-15T23:59:59.123456+00:00",
}


def origin(**changed: Any) -> Origin:
    """An incremental read of payments from transaction 100 to 150, with some fields changed."""
    return Origin(**(_FIELDS | changed))


def manifest(**changed: Any) -> Manifest:
    """A manifest of two files of payments (3 rows, 30 bytes) and one of transactions (4 rows, 40 bytes)."""
    files = (
        StoredFile(key="a", table="payment", rows=1, size=10, sha256="0" * 64),
        StoredFile(key="b", table="payment", rows=2, size=20, sha256="1" * 64),
        StoredFile(key="c", table="transaction", rows=4, size=40, sha256="2" * 64),
    )
    return Manifest(origin=origin(**changed), files=files)
