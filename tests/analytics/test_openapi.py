"""The OpenAPI document keeps its word: whatever is asked, no 500, and answers of the shapes and types that it says."""

import base64
import json

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from include.analytics.api.document import document
from include.analytics.app import application
from include.analytics.queries import tables
from include.analytics.queries.conditions import OPERATORS
from include.analytics.reading.postgres import PostgresReader
from include.catalog import TABLES

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
DOCUMENT = document(application(lambda: None))
PATHS = sorted(DOCUMENT["paths"])
PARAMETERS = [path for path in PATHS if DOCUMENT["paths"][path]["get"].get("parameters")]
ASKED = [(path, GenerationMode.POSITIVE) for path in PATHS] + [(path, GenerationMode.NEGATIVE) for path in PARAMETERS]


@pytest.fixture(scope="module")
def reader(pg_server, filled_template):
    """A warehouse full of demo rows, which these tests only read."""
    with pg_server.copy_of(filled_template, "warehouse") as name:
        opened = PostgresReader(pg_server.conninfo(name, "analyst"))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def api(reader):
    """The document of the whole application, which is asked in this process."""
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", application(lambda: reader))


@pytest.fixture(scope="module")
def client(reader):
    with TestClient(application(lambda: reader)) as opened:
        yield opened


def test_it_says_what_there_is_with_examples(client):
    answer = client.get("/api/v1/openapi.json")
    assert {path.split("/")[3] for path in answer.json()["paths"]} >= {"state", "sales", "orders", "business", "tables"}
    for path, operations in answer.json()["paths"].items():
        assert operations["get"]["summary"], path
        assert operations["get"]["description"], path
    assert "422" not in answer.text  # what is wrong with a question is a 400


@pytest.mark.parametrize(("path", "mode"), ASKED, ids=str)
def test_every_question_is_answered_as_documented(api, path, mode):
    # Without its plugin of pytest, which looks for a name that this pytest no longer has.
    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=api[path]["GET"].as_strategy(generation_mode=mode))
    def ask(case):
        case.call_and_validate(checks=CHECKS)

    ask()


odd = st.one_of(
    st.text(max_size=20),
    st.integers().map(str),
    st.decimals().map(str),
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(str),
    st.sampled_from(
        ["", "null", "true", "1e999", "-0", "infinity", "0001-01-01", "9999-12-31T23:59:59-14:00", "\0", "%", "'"]
    ),
)
columns = st.sampled_from(sorted(TABLES)).flatmap(
    lambda table: st.tuples(st.just(table), st.sampled_from([*tables.columns(TABLES[table], "current"), "no_such"]))
)
words = st.one_of(odd, odd.map(lambda value: base64.urlsafe_b64encode(value.encode()).decode()))


@settings(max_examples=600, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(column=columns, operator=st.sampled_from([*OPERATORS, "is"]), value=odd, cursor=st.none() | words)
def test_no_value_of_a_condition_breaks_a_table(client, column, operator, value, cursor):
    table, name = column
    params = {
        "where": f"{name}:{operator}:{value}",
        "sort": f"-{name}",
        "limit": 2,
        **({"cursor": cursor} if cursor else {}),
    }
    answer = client.get(f"/api/v1/tables/{table}", params=params)
    assert answer.status_code in {200, 400}, params
    if answer.status_code == 200 and answer.json()["next"]:
        assert (
            client.get(f"/api/v1/tables/{table}", params={**params, "cursor": answer.json()["next"]}).status_code == 200
        )


@settings(max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    values=st.lists(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.none())), max_size=3
    )
)
def test_no_forged_cursor_breaks_a_table(client, values):
    for content in (values, [["date_id", value] for value in values], [["-year", value] for value in values]):
        cursor = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
        answer = client.get("/api/v1/tables/dim_date", params={"cursor": cursor})
        assert answer.status_code in {200, 400}, content
