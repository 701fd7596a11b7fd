"""What the demo ends with: what was seen, whether it was right, where to read it."""

from __future__ import annotations

from include.environment import DAG_ID
from local.console import say
from local.faildemo.fault import Fault, News
from local.faildemo.watch import Watch
from local.stack import Stack


def close(stack: Stack, fault: Fault, watch: Watch) -> int:
    """Print the summary; returns the exit code: 0 if exactly what was expected came."""
    came = fault.came(watch.arrivals.news())
    is_right = came == fault.told_at_last
    say(f"\nWhat was seen of {fault.name}:")
    say(f"  tries that failed and were followed by another: {watch.retries}")
    for arrival in watch.arrivals.all:
        say(f"  {arrival.kind.ljust(7)}  {arrival.subject}\n           {arrival.url}")
    say(
        "Each came once, as it should."
        if is_right
        else f"WRONG. Expected: {said(fault.told_at_last)}; came: {said(came)}."
    )
    say(f"\nThe runs, with the tasks' logs: {stack.airflow.url}/dags/{DAG_ID}/runs")
    say(f"What to do when it is no demo:  {stack.inbox.runbook_url}")
    return 0 if is_right else 1


def said(news: News) -> str:
    """`mails failed, recovered; messages failed`."""
    return f"mails {', '.join(news.mails) or 'none'}; messages {', '.join(news.messages) or 'none'}"
