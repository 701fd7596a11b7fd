"""The MWAA environment: brought to the newest versions in its bucket, and waited for.

The service itself was never asked: requests and answers are those of botocore's description of it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deploy.bucket import Bucket
from deploy.contents import PLUGINS, REQUIREMENTS
from deploy.errors import DeployError

AVAILABLE = "AVAILABLE"
POLL_S = 20
_BEGIN_MINUTES = 5
_IN_MOTION = {"CREATING", "CREATING_SNAPSHOT", "UPDATING", "ROLLING_BACK", "PENDING", "MAINTENANCE"}


@dataclass(frozen=True)
class Environment:
    """An environment by its name; ``client`` is boto3's of `mwaa`."""

    client: Any
    name: str
    pause: Callable[[float], object] = time.sleep

    def update(self, bucket: Bucket) -> bool:
        """Have the newest plugins and requirements taken up; False where they are already.

        What runs is always the newest version, so that no rule on old versions removes it. Returns when the update
        has begun.
        """
        wanted = _wanted(bucket)
        if _running(self._found()) == wanted:
            return False
        self.client.update_environment(
            Name=self.name,
            PluginsS3Path=PLUGINS,
            RequirementsS3Path=REQUIREMENTS,
            **wanted,
        )
        self._until(lambda found: found["Status"] != AVAILABLE or _running(found) == wanted, _BEGIN_MINUTES)
        return True

    def wait(self, bucket: Bucket, minutes: float) -> None:
        """Return when the environment is available and runs the newest versions. Raises ``DeployError``."""
        found = self.settled(minutes)
        if found["Status"] != AVAILABLE or _running(found) != _wanted(bucket):
            raise self._failed(found)

    def settled(self, minutes: float) -> dict[str, Any]:
        """The environment once nothing is being done to it. Raises ``DeployError`` after ``minutes``."""
        return self._until(lambda found: found["Status"] not in _IN_MOTION, minutes)

    def _until(self, holds: Callable[[dict[str, Any]], bool], minutes: float) -> dict[str, Any]:
        for _ in range(max(1, round(minutes * 60 / POLL_S))):
            found = self._found()
            if holds(found):
                return found
            self.pause(POLL_S)
        raise DeployError(
            f"MWAA environment {self.name}",
            found=f"{found['Status']} after {minutes:g} minutes",
            expected="an end of it",
            remedy="see its page in the console; call `python -m deploy wait` again, or `rollback`",
        )

    def _found(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get_environment(Name=self.name)["Environment"]
        return found

    def _failed(self, found: dict[str, Any]) -> DeployError:
        last = found.get("LastUpdate", {})
        said = last.get("Error", {}).get("ErrorMessage", "without a word why")
        return DeployError(
            f"MWAA environment {self.name}",
            found=f"{found['Status']}, its last update {last.get('Status', 'unknown')}: {said}",
            expected=f"{AVAILABLE}, with the newest plugins and requirements",
            remedy=f"`python -m deploy rollback`; then see log group airflow-{self.name}-Scheduler, streams"
            " requirements_install and startup_script",
        )


def _wanted(bucket: Bucket) -> dict[str, str]:
    return {
        "PluginsS3ObjectVersion": bucket.newest(PLUGINS),
        "RequirementsS3ObjectVersion": bucket.newest(REQUIREMENTS),
    }


def _running(found: dict[str, Any]) -> dict[str, str]:
    names = ("PluginsS3ObjectVersion", "RequirementsS3ObjectVersion")
    return {name: found.get(name, "") for name in names}
