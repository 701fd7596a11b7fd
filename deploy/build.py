"""`make package`: the package on disk, and its checksums."""

import hashlib
import shutil
from pathlib import Path

from deploy.contents import Package

SUMS = "SHA256SUMS"
"""Beside the files; `sha256sum --check` reads it. It stays here."""


def write(package: Package, folder: Path) -> str:
    """Write the package to ``folder``, which then holds nothing else; returns the digest of the whole."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in package.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o644)
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(package.files.items())
    )
    (folder / SUMS).write_text(sums)
    return hashlib.sha256(sums.encode()).hexdigest()


def read(folder: Path) -> Package:
    """The package that lies in ``folder``."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / SUMS]
    return Package({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})
