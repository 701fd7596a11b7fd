"""The pipeline's settings: few, named, and checked before anything else is done.

They are read from environment variables named as Airflow names its configuration options
(section ``totes``), so that one and the same setting is an environment variable locally and in
Docker, and a configuration option (``totes.raw_bucket``) on Amazon MWAA.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from include.errors import SettingError

_PREFIX = "AIRFLOW__TOTES__"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True)
class Settings:
    """Where the lake is. Raises ``SettingError`` when a bucket's name is missing or malformed."""

    raw_bucket: str
    processed_bucket: str

    def __post_init__(self) -> None:
        for name in ("raw_bucket", "processed_bucket"):
            _check_bucket(name, getattr(self, name))
        if self.raw_bucket == self.processed_bucket:
            raise SettingError(
                f"setting {_PREFIX}PROCESSED_BUCKET",
                found=f"{self.processed_bucket!r}, which is the raw bucket too",
                expected="two different buckets",
                remedy="name another bucket and run again",
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings of this deployment."""
        return cls(
            raw_bucket=environment.get(f"{_PREFIX}RAW_BUCKET", ""),
            processed_bucket=environment.get(f"{_PREFIX}PROCESSED_BUCKET", ""),
        )


def _check_bucket(name: str, value: str) -> None:
    if not _BUCKET.fullmatch(value):
        raise SettingError(
            f"setting {_PREFIX}{name.upper()}",
            found=repr(value) if value else "nothing",
            expected="the name of an S3 bucket (3 to 63 of a-z, 0-9, '.', '-')",
            remedy=f"set it as an environment variable, or on MWAA as the configuration option totes.{name}",
        )
