"""A release: what goes to the bucket in which order, what it changed there, and how that is taken back."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.bucket import Bucket, Change
from deploy.contents import CONSTRAINTS, PLUGINS, REQUIREMENTS, Package
from deploy.errors import DeployError

RUNTIME = (CONSTRAINTS, REQUIREMENTS, PLUGINS)
"""What the environment's containers are made of; the constraints lie below `dags/`, but the requirements name them."""

_CODE, _SHARED_CODE = "dags/", "dags/include/"


@dataclass(frozen=True)
class Record:
    """The changes of a release, on disk after each: what is interrupted can be taken back too."""

    path: Path

    def begin(self) -> None:
        """Forget the release before."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._write([])

    def note(self, change: Change) -> None:
        """Add a change; of two of one key the first knows what lay there before the release."""
        if change.key not in {noted.key for noted in self.changes()}:
            self._write([*self.changes(), change])

    def changes(self) -> list[Change]:
        """In the order in which they were made. Raises ``DeployError`` where no release was recorded."""
        try:
            return [Change(**item) for item in json.loads(self.path.read_text())]
        except (OSError, ValueError, TypeError) as error:
            raise DeployError(
                f"the record {self.path}",
                found="none that can be read",
                expected="what `python -m deploy upload` wrote",
                remedy="put versions back by hand, as docs/operations.md says",
            ) from error

    def _write(self, changes: list[Change]) -> None:
        half = self.path.with_suffix(".partial")
        half.write_text(json.dumps([asdict(change) for change in changes], indent=1))
        half.replace(self.path)


def upload_runtime(package: Package, bucket: Bucket, record: Record) -> int:
    """Put plugins, requirements and constraints, which an update of the environment takes up; returns how many."""
    record.begin()
    bucket.put({key: package.files[key] for key in RUNTIME}, record.note)
    return len(record.changes())


def upload_code(package: Package, bucket: Bucket, record: Record) -> int:
    """Put the code of DAGs and tasks, which running workers take up; returns how many keys changed.

    What is imported goes before what imports it, and what is gone is removed last.
    """
    before = len(record.changes())
    code = {key: content for key, content in package.files.items() if key.startswith(_CODE) and key not in RUNTIME}
    bucket.put(dict(sorted(code.items(), key=lambda item: not item[0].startswith(_SHARED_CODE))), record.note)
    gone = [key for key in bucket.keys(_CODE) if key not in package.files]
    bucket.remove(gone, record.note)
    return len(record.changes()) - before


def take_back(bucket: Bucket, record: Record) -> int:
    """Put everything back that the release changed, the last change first; returns how many keys."""
    changes = record.changes()
    for change in reversed(changes):
        bucket.put_back(change)
    return len(changes)
