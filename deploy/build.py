"""`make package`: the package on disk, with its checksums, and back from there."""

import shutil
from pathlib import Path

from deploy.contents import Package
from deploy.errors import DeployError

SUMS = "SHA256SUMS"
"""Beside the files; `sha256sum --check` reads it. It stays here."""


def write(package: Package, folder: Path) -> None:
    """Write the package to ``folder``, which then holds nothing else; its checksums last."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in package.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o644)
    (folder / SUMS).write_text(package.sums, encoding="utf-8")


def read(folder: Path) -> Package:
    """The package that lies in ``folder``. Raises ``DeployError`` unless it is whole: what lacks would be removed."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / SUMS]
    package = Package({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})
    sums = folder / SUMS
    if not sums.is_file() or sums.read_text(encoding="utf-8") != package.sums:
        raise DeployError(
            f"the package {folder}",
            found="other files than its SHA256SUMS says" if sums.is_file() else "none",
            expected="what `make package` wrote",
            remedy="build it again, and leave it as it is",
        )
    return package
