"""Who hears of a run: `report` tells, and Airflow's callbacks are the net below it.

`report` always runs, and tells of every incident of its run at once. `run_failed` speaks where `report` could
not: it was killed, or the run timed out. Both use the same outbox, so that nothing is told twice.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import totes_failures
from include.settings import AlertSettings

if TYPE_CHECKING:
    from include.alerts.incidents import Run
    from include.alerts.model import Failure

log = logging.getLogger(__name__)


def tell(
    context: Mapping[str, Any],
    states: Mapping[str, str | None],
    failures: "Iterable[Failure]",
    stalls: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Tell what a run did; `states` are those of its tasks."""
    from include import steps

    outcome = steps.Outcome.of(states, failures, context["params"]["tables"], stalls)
    steps.tell(_run(context), outcome, **_ends(context))


def emit_metrics(context: Mapping[str, Any], loads: Sequence[Mapping[str, Any]]) -> None:
    """Put lag, rows and duration where CloudWatch can watch them, if a namespace is set; fails nothing."""
    from include import steps
    from include.errors import TotesError
    from totes_connections import cloudwatch, warehouse

    namespace = AlertSettings.from_environment().cloudwatch_namespace
    if not namespace:
        return
    try:
        client = cloudwatch()
    except Exception as error:  # a metric is no reason to fail a run
        log.warning("no metrics: %s: %s", type(error).__name__, error)
        return
    environment = totes_failures.environment_of(context)
    seconds = (datetime.now(UTC) - context["dag_run"].start_date).total_seconds()
    told = {"loads": loads, "environment": environment.name, "seconds": seconds}
    try:
        with warehouse(environment) as stars:
            steps.emit_metrics(client, namespace, warehouse=stars, **told)
    except TotesError as error:
        log.warning("the metrics have no lag: %s", error)
        steps.emit_metrics(client, namespace, warehouse=None, **told)


def run_failed(context: Mapping[str, Any]) -> None:
    """Airflow's callback of a failed run, in the dag-processor: tells what `report` could not."""
    states = totes_failures.states(context)
    # Of a run that timed out `report` is skipped; what it "told" may be of an attempt before a clear.
    if states.get("report") == "failed" and totes_failures.xcom(context, "report", "told"):
        return
    failed = [totes_failures.failure(context, task_id) for task_id, state in states.items() if state == "failed"]
    if context.get("reason") == "timed_out":
        # Airflow calls skipped what it stopped: nothing of that is known to be well.
        states = {task_id: None if state == "skipped" else state for task_id, state in states.items()}
        failed.append(totes_failures.timed_out(context))
    tell(context, states, failed or [totes_failures.timed_out(context)])


def try_failed(context: Mapping[str, Any]) -> None:
    """Airflow's callback of a task that will be tried again: a mail, where the settings ask for one."""
    from include import steps

    if AlertSettings.from_environment().mail_on_retry:
        steps.tell_retry(
            _run(context), totes_failures.failure(context, totes_failures.name_of(context)), **_ends(context)
        )


def _ends(context: Mapping[str, Any]) -> dict[str, Any]:
    from totes_channels import channels
    from totes_connections import lake, warehouse

    environment = totes_failures.environment_of(context)
    return {
        "warehouse": lambda: warehouse(environment),
        "lake": lambda: lake(environment)[1],
        "channels": channels(AlertSettings.from_environment(), environment),
    }


def _run(context: Mapping[str, Any]) -> "Run":
    from include.alerts.incidents import Run

    dag_run, params = context["dag_run"], context["params"]
    start, end = context.get("data_interval_start"), context.get("data_interval_end")
    return Run(
        dag_id=context["dag"].dag_id,
        run_id=context["run_id"],
        environment=totes_failures.environment_of(context).name,
        run_type=dag_run.run_type.value,
        one_off=dag_run.run_type == "backfill" or params["mode"] == "replay",
        window=(start, end) if start and end else None,
        url=totes_failures.run_url(context),
        started_at=dag_run.start_date,
    )
