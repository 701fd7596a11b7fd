"""Airflow's connections, read without Airflow."""

import json

import pytest
from psycopg.conninfo import conninfo_to_dict

from include.connections import conninfo
from include.errors import SettingError

WANTED = {"host": "db.example", "port": "5433", "user": "totes_etl", "password": "p@ss/w#rd", "dbname": "warehouse"}
URI = "postgresql://totes_etl:p%40ss%2Fw%23rd@db.example:5433/warehouse"
PARTS = {
    "conn_type": "postgres",
    "host": "db.example",
    "port": 5433,
    "login": "totes_etl",
    "password": "p@ss/w#rd",
    "schema": "warehouse",
}


def read(text: str) -> dict[str, object]:
    """The connection string's parts, without those that every one has, or every one to another machine."""
    found = conninfo_to_dict(conninfo("warehouse", {"AIRFLOW_CONN_WAREHOUSE": text}))
    assert (found.pop("connect_timeout"), found.pop("application_name")) == ("5", "totes")
    for name in ("sslmode", "sslrootcert", "gssencmode"):
        found.pop(name, None)
    return found


@pytest.mark.parametrize("text", [URI, URI.replace("postgresql:", "postgres:"), json.dumps(PARTS)])
def test_both_forms_give_the_same_connection(text: str):
    assert read(text) == WANTED


@pytest.mark.parametrize(
    "text",
    [
        f"{URI}?sslsni=0&cursor=dictcursor",
        f"{URI}?__extra__=%7B%22sslsni%22%3A+%220%22%2C+%22iam%22%3A+false%7D",
        json.dumps(PARTS | {"extra": {"sslsni": "0", "iam": False}}),
        json.dumps(PARTS | {"extra": '{"sslsni": "0"}'}),
    ],
)
def test_of_the_extras_those_count_that_libpq_knows(text: str):
    assert read(text) == WANTED | {"sslsni": "0"}


def test_what_an_extra_says_holds_as_in_airflow_s_hook():
    assert read(f"{URI}?host=standby.example") == WANTED | {"host": "standby.example"}


def test_what_is_left_out_is_left_to_libpq():
    assert read("postgresql://db.example/warehouse") == {"host": "db.example", "dbname": "warehouse"}
    assert read("postgresql:///warehouse") == {"dbname": "warehouse"}


def test_no_connection_is_no_connection():
    assert conninfo("totesys", {}) == ""


@pytest.mark.parametrize(
    "text",
    [
        "warehouse",
        "mysql://u:canary@h/d",
        "postgresql://u:can/ary@h/d",
        "postgresql://u:1/canary@h/d",
        "postgresql://u:1?canary@h/d",
        '{"password": "canary"}',
        '{"conn_type": "postgres", "port": "canary"}',
        '{"conn_type": "postgres", "extra": "canary"}',
        "{canary",
    ],
)
def test_what_cannot_be_read_is_refused_and_not_shown(text: str):
    with pytest.raises(SettingError, match="setting AIRFLOW_CONN_WAREHOUSE: ") as caught:
        conninfo("warehouse", {"AIRFLOW_CONN_WAREHOUSE": text})
    assert "canary" not in str(caught.value)
    assert caught.value.__suppress_context__
