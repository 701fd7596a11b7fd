"""What docs/tableau.md promises: the role may read and nothing else, and file and notebook say what the stars say."""

import json
import re
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.conftest import PgServer, WarehouseDb

DOCS = Path(__file__).parents[2] / "docs"
TOTALS = """
SELECT currency_code, count(*), sum(units_sold * unit_price)
FROM fact_sales_order_current JOIN dim_currency USING (currency_id) GROUP BY 1 ORDER BY 1
"""


@pytest.fixture
def totals(filled_db: WarehouseDb) -> list[tuple[str, int, Decimal]]:
    """Orders and revenue by currency."""
    with psycopg.connect(filled_db.analyst) as connection:
        return connection.execute(TOTALS).fetchall()


def test_tableaus_file_has_every_order_once(filled_db, totals):
    relation = ElementTree.parse(DOCS / "tableau" / "totes-sales.tds").find(".//relation")  # noqa: S314  a file of ours
    with psycopg.connect(filled_db.analyst) as connection:
        found = connection.execute(
            f"SELECT currency_code, count(*), sum(revenue) FROM ({relation.text}) AS orders GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert len(totals) == 3
    assert found == totals


def test_the_notebook_reads_the_revenue(filled_db, totals, monkeypatch):
    parts = conninfo_to_dict(filled_db.analyst)
    for name in ("host", "port", "password", "user"):
        monkeypatch.setenv(f"PG{name.upper()}", str(parts[name]))
    monkeypatch.setenv("PGDATABASE", str(parts["dbname"]))
    cells = json.loads((DOCS / "tableau" / "warehouse.ipynb").read_text())["cells"]
    names: dict[str, object] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)  # noqa: S102  a notebook of ours
    revenue = names["revenue"]
    names["warehouse"].dispose()
    summed = revenue.groupby("currency_code").agg(orders=("orders", "sum"), revenue=("revenue", "sum"))
    assert [(code, row.orders, round(Decimal(str(row.revenue)), 2)) for code, row in summed.iterrows()] == totals
    assert len(names["chart"].data) == 3


def test_a_person_with_the_readers_role_and_the_documented_limits_reads_and_nothing_else(
    pg_server: PgServer, filled_db: WarehouseDb, totals
):
    (limits,) = re.findall(r"```sql\n(.*?)```", (DOCS / "tableau.md").read_text(), flags=re.DOTALL)
    with psycopg.connect(
        pg_server.conninfo(str(conninfo_to_dict(filled_db.owner)["dbname"])), autocommit=True
    ) as admin:
        admin.execute("CREATE ROLE somebody LOGIN IN ROLE analyst")
        try:
            admin.execute(limits.replace("analyst", "somebody"))
            found = admin.execute("SELECT rolconfig FROM pg_roles WHERE rolname = 'somebody'").fetchone()
            assert found == (["statement_timeout=60s", "idle_in_transaction_session_timeout=5min"],)
            admin.execute("SET ROLE somebody")
            assert admin.execute(TOTALS).fetchall() == totals
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                admin.execute("DELETE FROM etl_ledger")
        finally:
            admin.execute("RESET ROLE; DROP ROLE somebody")
