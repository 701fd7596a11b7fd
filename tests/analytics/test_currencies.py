"""Currencies whose own rows have not arrived share a placeholder for a code: they are not summed all the same."""

from decimal import Decimal

import psycopg

SPLIT = """
UPDATE dim_currency SET is_inferred = true, currency_code = '(not yet loaded)' WHERE currency_id IN (2, 3);
UPDATE etl_ledger SET loaded_at = now() WHERE table_name = 'dim_currency'
"""
TOTALS = """
SELECT currency_id, sum(units_sold * unit_price) FROM fact_sales_order_current
WHERE currency_id IN (2, 3) GROUP BY 1 ORDER BY 1
"""


def test_two_currencies_that_are_not_known_yet_stay_two(client, filled_db):
    with psycopg.connect(filled_db.loader) as connection:
        connection.execute(SPLIT)
        totals = connection.execute(TOTALS).fetchall()
    expected = [(f"(currency {number})", total) for number, total in totals]
    assert len(expected) == 2
    for path in ("sales", "business"):
        rows = client.get(f"/api/v1/{path}").json()["rows"]
        found = [(row["currency"], Decimal(row["revenue"])) for row in rows if row["currency"].startswith("(")]
        assert found == expected
