"""What a release changed in the bucket, kept on disk so that it can be taken back."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from deploy.bucket import Change
from deploy.errors import DeployError


@dataclass(frozen=True)
class Release:
    """The bucket's name, the package's digest, and the changes in the order in which they were made."""

    bucket: str
    package: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Record:
    """The release last begun, written anew with each change: what is interrupted can be taken back too."""

    path: Path

    def begin(self, bucket: str, package: str) -> None:
        """Forget the release before; one of the same package to the same bucket goes on, where it broke off."""
        found = self._found()
        if found is None or (found.bucket, found.package) != (bucket, package):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._write(Release(bucket, package))

    def note(self, change: Change) -> None:
        """Add a change; of two of one key the later knows what lies there now."""
        release = self.release()
        others = tuple(noted for noted in release.changes if noted.key != change.key)
        self._write(replace(release, changes=(*others, change)))

    def release(self) -> Release:
        """The release. Raises ``DeployError`` where none was recorded."""
        if found := self._found():
            return found
        raise DeployError(
            f"the record {self.path}",
            found="none that can be read",
            expected="what `python -m deploy upload` wrote",
            remedy="to release, begin with `upload`; to roll back without it, see docs/operations.md",
        )

    def of(self, bucket: str, package: str | None = None) -> Release:
        """The release, if it is that to this bucket and of this package (None: of any); else ``DeployError``."""
        release = self.release()
        if release.bucket != bucket:
            raise DeployError(
                f"the record {self.path}",
                found=f"a release to the bucket {release.bucket}",
                expected=f"one to {bucket}",
                remedy="name the bucket that was deployed to, or its own record by --record",
            )
        if package not in {None, release.package}:
            raise DeployError(
                f"the record {self.path}",
                found=f"a release of the package {release.package:.12}",
                expected=f"one of {package:.12}, which lies there now",
                remedy="begin with `upload`: plugins and DAGs of two packages do not fit together",
            )
        return release

    def _found(self) -> Release | None:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            return Release(found["bucket"], found["package"], tuple(Change(**item) for item in found["changes"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _write(self, release: Release) -> None:
        half = self.path.with_suffix(".partial")
        half.write_text(json.dumps(asdict(release), indent=1), encoding="utf-8")
        half.replace(self.path)
