"""The deadline of a run: counted from when the run was due, told by SNS when it passes.

Airflow asks `RunDue` when it makes a run, and calls `tell_that_it_is_late` in the triggerer. Every component imports
this file when it starts, and tasks are forked from one of them. So nothing heavy is imported at the top, and nothing
of `include`, which a task would then see as it was when the scheduler started.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk.definitions.deadline import BaseDeadlineReference

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from include.alerts.model import Alert
    from include.object_store import ObjectStore
    from include.settings import AlertSettings

log = logging.getLogger(__name__)

CONNECTION = "totes_aws"
CLAIM_TRIES = 3
WAITS_S = (2, 10, 30)  # before the second try to publish, the third, the fourth

_CLIENT = {"connect_timeout": 5, "read_timeout": 10, "retries": {"mode": "standard", "max_attempts": 2}}


class RunDue(BaseDeadlineReference):
    """When a run was due: when it might have started, or when the change was noticed that starts it.

    A backfill, late by nature, has no deadline.
    """

    required_kwargs: ClassVar[set[str]] = {"dag_id", "run_id"}

    def _evaluate_with(self, *, session: Session, dag_id: str, run_id: str) -> datetime | None:
        from airflow.models import DagRun
        from sqlalchemy import select

        of_this_run = (DagRun.dag_id == dag_id, DagRun.run_id == run_id)
        run_after, run_type = session.execute(select(DagRun.run_after, DagRun.run_type).where(*of_this_run)).one()
        return None if run_type == "backfill" else run_after


class TotesDeadline(AirflowPlugin):
    """Makes the reference known to every component."""

    name = "totes_deadline"
    deadline_references = [RunDue]  # noqa: RUF012 # as Airflow declares it


async def tell_that_it_is_late(context: Mapping[str, Any], limit_minutes: int) -> str:
    """Publish, at most once a run, that a run is not done ``limit_minutes`` after it was due; returns what was done.

    A run that has ended by now is not told of. Raises what keeps an alert from being kept that SNS did not take.
    """
    outcome = await _outcome(context, limit_minutes)
    log.info("deadline of %s: %s", context["dag_run"]["dag_run_id"], outcome)
    return outcome


async def _outcome(context: Mapping[str, Any], limit_minutes: int) -> str:
    from include.alerts import late
    from include.settings import AlertSettings

    run = context["dag_run"]
    # What follows waits for answers, in threads: the triggerer's loop has other triggers to serve.
    state, states = await asyncio.to_thread(_states, run["dag_id"], run["dag_run_id"])
    if reason := late.silence(run, state):
        return f"nothing to tell, {reason}"
    settings = AlertSettings.from_environment()
    if not settings.topic:
        return f"the run is {state} and late, but nobody listens: AIRFLOW__TOTES__ALERT_TOPIC is not set"
    passed_at = context["deadline"]["deadline_time"]
    alert = late.alert(
        run,
        state,
        states,
        passed_at=passed_at,
        limit_minutes=limit_minutes,
        run_url=_url(run["dag_id"], run["dag_run_id"]),
    )
    if not await asyncio.to_thread(_claim, alert):
        return "told already"
    return await _told(alert, settings)


def _states(dag_id: str, run_id: str) -> tuple[str, dict[str, str | None]]:
    """The state of a run now, and of each of its tasks."""
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
    from airflow.utils.state import DagRunState

    state = RuntimeTaskInstance.get_dagrun_state(dag_id, run_id)
    states = RuntimeTaskInstance.get_task_states(dag_id, run_ids=[run_id])
    return DagRunState(state).value, states.get(run_id, {})  # it comes as a member of another enumeration


def _claim(alert: Alert) -> bool:
    """Whether the alert is this call's to tell. Without an answer from S3 it is: better told twice than never."""
    import time
    import uuid

    from include.errors import LakeUnavailable, TotesError

    claimant = uuid.uuid4().hex.encode()
    for number in range(1, CLAIM_TRIES + 1):
        try:
            return _claimed(alert, claimant)
        except LakeUnavailable as error:  # also S3's answer to one of two puts at the same instant
            log.warning("try %d of %d to claim %s: %s", number, CLAIM_TRIES, alert.alert_id, error)
            time.sleep(0.5 * number)
        except TotesError as error:
            log.warning("%s cannot be claimed: %s", alert.alert_id, error)
            break
    log.warning("%s is told without a claim; it may be told twice", alert.alert_id)
    return True


def _claimed(alert: Alert, claimant: bytes) -> bool:
    """Put the claim, which is never removed; whether the one that lies there is this call's."""
    from include import object_keys

    store, key = _processed_bucket(alert.environment), object_keys.deadline(alert.run_id)
    # A put whose answer got lost is made again, by boto or by the next try, and finds its own claim.
    return store.claim(key, claimant) or store.read(key) == claimant


def _processed_bucket(environment: str) -> ObjectStore:
    from airflow.providers.amazon.aws.hooks.s3 import S3Hook

    from include.environment import environment_named
    from include.object_store import ObjectStore
    from include.settings import Settings

    bucket, prefix = Settings.from_environment().processed_bucket, environment_named(environment).prefix
    return ObjectStore(S3Hook(aws_conn_id=CONNECTION, config=_CLIENT).get_conn(), bucket, prefix)


async def _told(alert: Alert, settings: AlertSettings) -> str:
    """Publish the alert with some patience; what SNS never takes is left to the next report."""
    from botocore.exceptions import BotoCoreError, ClientError

    for wait_s in (*WAITS_S, None):
        try:
            return f"told as SNS message {await asyncio.to_thread(_publish, alert, settings)}"
        except (BotoCoreError, ClientError) as error:
            log.warning("SNS did not take %s: %s", alert.alert_id, error)
        if wait_s is not None:
            await asyncio.sleep(wait_s)
    await asyncio.to_thread(_keep, alert)
    return "SNS did not take it; the next report sends it"


def _publish(alert: Alert, settings: AlertSettings) -> str:
    from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook

    from include.alerts import sns

    region = settings.topic_region
    hook = AwsBaseHook(aws_conn_id=CONNECTION, client_type="sns", region_name=region, config=_CLIENT)
    return str(sns.Topic(hook.get_conn(), settings.topic).publish(alert, runbook_url=settings.runbook_url))


def _keep(alert: Alert) -> None:
    """Write the alert down where the next report finds what was not sent."""
    from include.alerts import spool

    spool.claim(_processed_bucket(alert.environment), alert)


def _url(dag_id: str, run_id: str) -> str:
    from airflow.configuration import conf

    from include.alerts import links

    return links.run_url(conf.get("api", "base_url"), dag_id, run_id)
