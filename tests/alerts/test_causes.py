"""Every error class has its cause, and every error finds one."""

import inspect

import psycopg
import pytest

from include import errors
from include.alerts.causes import CAUSES, cause_called, cause_of

GROUPS = (errors.TotesError, errors.RetryableError, errors.PermanentError)
CLASSES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.TotesError) and kind not in GROUPS
]
KEYS = [
    *(
        "source",
        "file",
        "lake",
        "warehouse",
        "setting",
        "declaration",
        "drift",
        "contract",
        "damaged",
        "superseded",
        "gap",
    ),
    *("mass_delete", "killed", "timeout", "unexpected"),
]


def made(kind: type[errors.TotesError]) -> errors.TotesError:
    return kind("table t", found="2 rows", expected="3 rows", remedy="look again")


class AirflowTaskTimeout(BaseException):
    """Airflow's own, by its name."""


def test_the_causes_are_those_that_the_runbook_is_written_for():
    assert list(CAUSES) == KEYS
    assert all(cause.key == key for key, cause in CAUSES.items())


def test_every_error_class_has_a_cause_of_its_own():
    assert len(CLASSES) == 12
    assert {cause_of(made(kind)) for kind in CLASSES} == set(KEYS) - {"killed", "timeout", "unexpected"}


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES)
def test_titles_complete_a_sentence_and_sentences_end(cause):
    assert cause.title[-1] not in ".:;"
    assert cause.means.endswith(".")
    assert cause.next_step.endswith(".")
    assert cause.clear_is_safe.startswith("Yes")


def test_a_time_out_of_airflow_is_known_by_its_name():
    assert cause_of(AirflowTaskTimeout("Timeout, PID: 42")) == "timeout"
    assert cause_of(TimeoutError("a socket's")) == "unexpected"


@pytest.mark.parametrize(
    "error",
    [psycopg.OperationalError("gone"), KeyError("x"), errors.PermanentError("w", found="", expected="", remedy="")],
)
def test_whatever_is_not_ours_is_unexpected(error):
    assert cause_of(error) == "unexpected"


def test_the_cause_is_looked_for_in_what_an_error_was_raised_from():
    wrapped = RuntimeError("the step failed")
    wrapped.__cause__ = made(errors.WarehouseUnavailable)
    assert cause_of(wrapped) == "warehouse"


def test_an_error_that_was_being_handled_by_chance_is_no_cause():
    error = KeyError("missing")
    error.__context__ = made(errors.SourceUnavailable)
    assert cause_of(error) == "unexpected"


def test_an_error_that_is_its_own_cause_ends():
    error = RuntimeError("round")
    error.__cause__ = error
    assert cause_of(error) == "unexpected"


def test_a_cause_of_another_version_is_unexpected():
    assert cause_called("of tomorrow") is CAUSES["unexpected"]
