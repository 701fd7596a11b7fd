"""Tell of a broken promise, and of its end, once each."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from include.alerts.model import Alert
from include.errors import LakeUnavailable
from include.freshness.alerting import Entry, breach, to_tell
from include.freshness.memory import Memory, S3Memory
from include.freshness.standing import Verdict
from include.settings import AlertSettings, Settings

_CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
_MOST = 3  # an alert that was not sent, the one after it, and its end

Publish = Callable[[Alert], object]


def tell(found: Verdict | Alert, settings: AlertSettings, environment: Mapping[str, str]) -> list[str]:
    """Publish what has to be told of what was found (an alert: it could not be asked); returns what went wrong.

    boto3 finds the AWS account as it always does: its variables, a profile, a role.
    """
    bucket = Settings.from_environment(environment).processed_bucket
    try:
        session = boto3.Session()
        memory = S3Memory(session.client("s3", config=_CONFIG), bucket)
        return tell_once(found, memory, lambda alert: _publish(session, alert, settings))
    except (BotoCoreError, ClientError) as error:
        return [f"nobody was told: {type(error).__name__}: {error}; a later check tries again"]


def _publish(session: boto3.Session, alert: Alert, settings: AlertSettings) -> None:
    from include.alerts.sns import Topic  # slow, and needed only when something is wrong

    client = session.client("sns", region_name=settings.topic_region, config=_CONFIG)
    Topic(client, settings.topic).publish(alert, settings.runbook_url)


def tell_once(found: Verdict | Alert, memory: Memory, publish: Publish) -> list[str]:
    """As ``tell``, with any memory and any way of publishing; raises what ``publish`` raises.

    Where the memory does not answer, a broken promise is told without it: better twice than never.
    """
    for _ in range(_MOST):
        try:
            claimed = _claimed(found, memory)
        except LakeUnavailable as error:
            broken = found if isinstance(found, Alert) else breach(found)
            if broken:
                publish(broken)
            return [f"what was told before is not known: {error}"]
        if claimed is None:
            break
        publish(claimed.alert)
        try:
            memory.mark_sent(claimed, datetime.now(UTC))
        except LakeUnavailable as error:
            return [f"it was told, and will be once more: {error}"]
    return []


def _claimed(found: Verdict | Alert, memory: Memory) -> Entry | None:
    """The alert that this check, and no other one, tells now."""
    last = memory.last()
    alert = to_tell(found, last)
    return memory.claim(alert, last, datetime.now(UTC)) if alert else None
