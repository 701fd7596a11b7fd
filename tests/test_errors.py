"""The errors: four parts each, one tree, and never a password."""

import inspect

import psycopg
import pytest
import sqlalchemy.exc

from include import errors
from include.errors import PermanentError, RetryableError, TotesError
from include.warehouse import migrate
from tests.ports import free_port

LEAVES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, TotesError) and not kind.__subclasses__()
]


def test_there_are_leaves():
    assert len(LEAVES) == 11


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_an_error_says_its_four_parts_and_keeps_them(kind: type[TotesError]):
    error = kind("table t", found="2 rows", expected="3 rows", remedy="look again")
    assert str(error) == "table t: 2 rows; expected 3 rows; look again"
    assert (error.where, error.found, error.expected, error.remedy) == ("table t", "2 rows", "3 rows", "look again")


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_an_error_is_retried_or_permanent_never_both(kind: type[TotesError]):
    assert issubclass(kind, RetryableError) != issubclass(kind, PermanentError)
    assert issubclass(kind, RetryableError) == kind.__name__.endswith("Unavailable")


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_the_tree_in_the_docstring_names_every_error_with_what_it_means(kind: type[TotesError]):
    assert kind.__name__ in str(errors.__doc__)
    assert kind.__doc__


def refusal(dsn: str) -> str:
    """Everything that a failed login says, with its causes."""
    with pytest.raises((psycopg.Error, sqlalchemy.exc.SQLAlchemyError)) as caught:
        migrate.upgrade(dsn)
    said = []
    error: BaseException | None = caught.value
    while error is not None:
        said.append(f"{error} {error!r}")
        error = error.__cause__ or error.__context__
    return "\n".join(said)


def test_a_refused_login_tells_no_password(warehouse_db):
    wrong = "correct-horse-battery"
    said = refusal(psycopg.conninfo.make_conninfo(warehouse_db.loader, password=wrong))
    assert "password authentication failed" in said
    assert wrong not in said


def test_a_dead_server_tells_no_password(warehouse_db):
    secret = psycopg.conninfo.conninfo_to_dict(warehouse_db.loader)["password"]
    said = refusal(psycopg.conninfo.make_conninfo(warehouse_db.loader, port=free_port()))
    assert "refused" in said
    assert str(secret) not in said
