"""`python -m include.smoke`: the smoke test as a program.

Exit code 0: all is well; 1: something is wrong; 2: it could not be tried, or not to its end.
"""

import argparse
import signal
import sys
import time
from collections.abc import Sequence

from include.errors import TotesError
from include.smoke import ground
from include.smoke.deployment import Deployment, deployment
from include.smoke.runs import Runs
from include.smoke.trial import Trial
from include.smoke.verdict import Verdict, as_text

WELL, WRONG, NOT_TRIED = 0, 1, 2

_STARTED = time.monotonic()


def main(arguments: Sequence[str] | None = None) -> int:
    """Try, say, clean up; returns the exit code."""
    asked = _parser().parse_args(arguments)
    verdict = Verdict(_step)
    try:
        given = deployment(airflow_url=asked.airflow_url or "", mwaa=asked.mwaa or "", topic=asked.topic_arn or "")
        _try(given, verdict, asked)
    except ground.NO_ANSWER as error:
        return _not_tried(verdict, _words(error))
    except KeyboardInterrupt:
        return _not_tried(verdict, "interrupted")
    _say(f"\n{as_text(verdict)}")
    return WRONG if verdict.wrong else WELL


def _try(given: Deployment, verdict: Verdict, asked: argparse.Namespace) -> None:
    runs = Runs(given.airflow, _step, patience_s=asked.minutes * 60)
    with ground.claimed(given) as connection:
        ground.check_airflow(given.airflow)
        try:
            _step("preparing the testing environment")
            listener = ground.prepare(given, connection, _step)
            Trial(connection, listener, runs, verdict, arrive_s=asked.arrive).run()
        finally:
            if asked.keep:
                _step(f"kept: the rows in testing, its source, the prefix testing/ in {given.buckets}, the queue")
            else:
                verdict.check("clean-up", "nothing left", lambda: ground.clean_up(given, runs.abandon))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m include.smoke",
        description="Does a deployment work? Tries it in the testing environment; production is not touched."
        " Exit code 0: all is well, 1: something is wrong, 2: it could not be tried.",
    )
    airflow = parser.add_mutually_exclusive_group(required=True)
    airflow.add_argument("--airflow-url", metavar="URL", help="where Airflow is; the login by TOTES_AIRFLOW_…")
    airflow.add_argument("--mwaa", metavar="NAME", help="the MWAA environment that Airflow is")
    parser.add_argument("--topic-arn", metavar="ARN", help="the topic of the alerts (default: totes.alert_topic)")
    parser.add_argument("--minutes", type=float, default=30, help="a run may take so long, with its wait (default: 30)")
    parser.add_argument("--arrive", type=float, default=60, metavar="SECONDS", help="and a notification (default: 60)")
    parser.add_argument("--keep", action="store_true", help="leave everything in place to look at")
    return parser


def _not_tried(verdict: Verdict, why: str) -> int:
    if verdict.checks:
        _say(f"\n{as_text(verdict, ended=False)}")
    sys.stderr.write(f"\nNot tried to the end: {why}\n")
    return NOT_TRIED


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, TotesError) else " ".join(f"{type(error).__name__}: {error}".split())


def _step(text: str) -> None:
    _say(f"[{time.monotonic() - _STARTED:4.0f} s] {text}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it cleans up, as after Ctrl-C
    sys.exit(main())
