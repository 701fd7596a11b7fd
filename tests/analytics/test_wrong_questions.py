"""Whatever is asked of sales, purchases and payments is answered, or refused with what would be allowed."""

import pytest

from include.analytics.api import cubes

PATHS = ("sales", "purchases", "payments")
WRONG = {
    "a NUL": {"currency": "G\0P"},
    "an id that is no number": {"counterparty_id": "x", "supplier_id": "x"},
    "an id that no integer holds": {"staff_id": 2**70, "counterparty_id": 2**70},
    "a negative id": {"staff_id": -1, "counterparty_id": -1},
    "a day before all days": {"since": "0001-01-01"},
    "no day": {"until": "2024-02-30"},
    "a moment without its offset": {"as_of": "2024-11-15T09:00:00"},
    "a moment before all days": {"as_of": "0001-01-01T00:00:00+14:00"},
    "a moment after all days": {"as_of": "9999-12-31T23:59:59-14:00"},
    "too many": {"top": 1001},
    "none": {"top": 0},
    "a group that is a statement": {"by": "currency; DROP TABLE dim_staff"},
    "a period that is a statement": {"period": "day'); SELECT 1 --"},
    "an order that is a statement": {"order": "1; SELECT 1"},
    "a date that is a column": {"date": "last_updated_date"},
    "a filter that there is not": {"departement": "Sales"},
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("params", WRONG.values(), ids=WRONG)
def test_it_is_refused(traded, path, params):
    answer = traded.api.get(f"/api/v1/{path}", params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert next(iter(params)) in answer.json()["detail"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("value", ["'", "\\", "%", "%s", "$1", ":x", "Ünïcödé 🛍", "'; DROP TABLE dim_staff; --", ""])
def test_a_value_is_a_value(traded, path, value):
    assert traded.rows(path, currency=value) == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00Z", "1900-01-01T00:00:00Z", "9998-12-30T00:00:00Z", "2024-11-15T09:00:00+05:30"],
)
def test_any_moment_in_between_is_answered(traded, path, moment):
    assert traded.api.get(f"/api/v1/{path}", params={"as_of": moment, "period": "day"}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_that_nobody_looks_at_is_refused(traded, path, monkeypatch):
    params = {"period": "day", "format": "csv"}
    count = traded.api.get(f"/api/v1/{path}", params=params).text.count("\n") - 1
    monkeypatch.setattr(cubes, "MOST_ROWS", count - 1)
    answer = traded.api.get(f"/api/v1/{path}", params={**params, "top": 1000})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert f"more than {count - 1:,} rows" in answer.json()["detail"]
    monkeypatch.setattr(cubes, "MOST_ROWS", count)
    assert traded.api.get(f"/api/v1/{path}", params={**params, "top": 999}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_a_csv_without_rows_has_its_header(traded, path):
    text = traded.api.get(f"/api/v1/{path}", params={"currency": "XXX", "format": "csv"}).text
    assert text.startswith("currency,period,")
    assert text.count("\n") == 1
