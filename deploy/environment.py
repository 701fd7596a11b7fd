"""The MWAA environment: brought to the newest versions in its bucket, and waited for.

The service itself was never asked: requests, answers and states are those of botocore's description of it.
"""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.bucket import Bucket
from deploy.contents import PLUGINS, REQUIREMENTS
from deploy.errors import DeployError

VERSIONS = {"PluginsS3ObjectVersion": PLUGINS, "RequirementsS3ObjectVersion": REQUIREMENTS}
"""What the environment says which version it runs of, by the name under which it says so."""

AVAILABLE = "AVAILABLE"
POLL_S = 20.0
_BEGIN_MINUTES = 5
IN_MOTION = {"CREATING", "CREATING_SNAPSHOT", "UPDATING", "ROLLING_BACK", "PENDING", "MAINTENANCE"}


@dataclass(frozen=True)
class Environment:
    """An environment by its name; ``client`` is boto3's of `mwaa`."""

    client: Any
    name: str

    def update(self, bucket: Bucket, minutes: float) -> bool:
        """Have the newest plugins and requirements taken up; False where the environment is well and has them.

        What runs is always the newest version, so that no rule on old versions removes it. Waits up to ``minutes``
        for the end of whatever is being done to the environment, in which it takes no update, and for the beginning
        of its own.
        """
        wanted, before = _wanted(bucket), self._settled(minutes)
        if before["Status"] == AVAILABLE and _running(before) == wanted:
            return False
        self.client.update_environment(
            Name=self.name,
            PluginsS3Path=PLUGINS,
            RequirementsS3Path=REQUIREMENTS,
            **wanted,
        )
        self._until(lambda found: found["Status"] in IN_MOTION or _updated_since(before, found), _BEGIN_MINUTES)
        return True

    def wait(self, bucket: Bucket, minutes: float) -> None:
        """Return when the environment is available and runs the newest versions. Raises ``DeployError``."""
        found = self._settled(minutes)
        if found["Status"] != AVAILABLE or _running(found) != _wanted(bucket):
            raise self._failed(found)

    def _settled(self, minutes: float) -> Mapping[str, Any]:
        """The environment once nothing is being done to it. Raises ``DeployError`` after ``minutes``."""
        return self._until(lambda found: found["Status"] not in IN_MOTION, minutes)

    def _until(self, holds: Callable[[Mapping[str, Any]], bool], minutes: float) -> Mapping[str, Any]:
        patient_until, told = time.monotonic() + minutes * 60, ""
        while not holds(found := self._found()):
            if found["Status"] != told:
                told = found["Status"]
                sys.stderr.write(f"{time.strftime('%H:%M:%S')} {self.name} is {told}\n")
            if time.monotonic() > patient_until:
                raise DeployError(
                    f"MWAA environment {self.name}",
                    found=f"{found['Status']} after {minutes:g} minutes",
                    expected="an end of it",
                    remedy="see its page in the console; call `python -m deploy wait` again, or `rollback`",
                )
            time.sleep(POLL_S)
        return found

    def _found(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.client.get_environment(Name=self.name)["Environment"]
        return found

    def _failed(self, found: Mapping[str, Any]) -> DeployError:
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
    return {name: bucket.newest(key) for name, key in VERSIONS.items()}


def _running(found: Mapping[str, Any]) -> dict[str, str]:
    return {name: found.get(name, "") for name in VERSIONS}


def _updated_since(before: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether an update has come to its end meanwhile, well or not, between two questions."""
    last, former = found.get("LastUpdate", {}), before.get("LastUpdate", {})
    return bool(last.get("CreatedAt") != former.get("CreatedAt") and last.get("Status") != "PENDING")
