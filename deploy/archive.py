"""A zip whose bytes depend on its contents alone."""

import io
from collections.abc import Mapping
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip knows no earlier time
_READABLE = 0o100644 << 16


def archive(files: Mapping[str, bytes]) -> bytes:
    """The zip of ``files``, by name: sorted, with fixed times and modes, unpressed (versions of zlib differ)."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as written:
        for name in sorted(files):
            entry = ZipInfo(name, _EARLIEST)
            entry.create_system, entry.external_attr = 3, _READABLE  # Unix, whatever the machine
            written.writestr(entry, files[name])
    return packed.getvalue()
