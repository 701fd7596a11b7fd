"""A release: what goes to the bucket in which order, and how that is taken back."""

from fnmatch import fnmatch

from deploy.bucket import Bucket
from deploy.contents import CONSTRAINTS, PLUGINS, REQUIREMENTS, Package
from deploy.record import Record

RUNTIME = (CONSTRAINTS, REQUIREMENTS, PLUGINS)
"""What the environment's containers are made of; the constraints lie below `dags/`, but the requirements name them."""

_CODE, _SHARED, _IGNORED = "dags/", "dags/include/", "dags/.airflowignore"


def upload_runtime(package: Package, bucket: Bucket, record: Record) -> int:
    """Put plugins, requirements and constraints, which an update of the environment takes up; returns how many."""
    record.begin(bucket.name, package.digest)
    return bucket.put({key: package.files[key] for key in RUNTIME}, record.note)


def upload_code(package: Package, bucket: Bucket, record: Record) -> int:
    """Put the code of DAGs and tasks, which running workers take up; returns how many keys changed.

    What is imported goes before what imports it, and what is gone is removed last.
    """
    record.of(bucket.name, package.digest)
    changed = bucket.put({key: package.files[key] for key in _code(package)}, record.note)
    gone = [key for key in bucket.keys(_CODE) if key not in package.files]
    return changed + bucket.remove(gone, record.note)


def take_back(bucket: Bucket, record: Record) -> int:
    """Put everything back that the release changed, the last change first; returns how many keys."""
    changes = record.of(bucket.name).changes
    for change in reversed(changes):
        bucket.put_back(change)
    return len(changes)


def _code(package: Package) -> list[str]:
    """The keys of DAGs and tasks: first what Airflow is not to take for DAG files, `include` before the rest of it."""
    keys = [key for key in package.files if key.startswith(_CODE) and key not in RUNTIME]
    imported = package.files.get(_IGNORED, b"").decode().split("\n")

    def rank(key: str) -> tuple[bool, bool, bool]:
        name = key.removeprefix(_CODE)
        return key != _IGNORED, not key.startswith(_SHARED), not any(fnmatch(name, line) for line in imported)

    return sorted(sorted(keys), key=rank)
