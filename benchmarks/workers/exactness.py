"""Source against warehouse, order by order: what is lost, doubled, or not as it is in the shop."""

from dataclasses import dataclass

import psycopg

_SOURCE = """
COPY (SELECT sales_order_id, design_id, staff_id, counterparty_id, units_sold, unit_price, currency_id,
             agreed_delivery_location_id, created_at FROM sales_order) TO STDOUT
"""
_EXPECTED = """
CREATE TEMPORARY TABLE expected (sales_order_id integer PRIMARY KEY, design_id integer, staff_id integer,
  counterparty_id integer, units_sold integer, unit_price numeric, currency_id integer,
  agreed_delivery_location_id integer, created_at timestamp)
"""
_COMPARED = """
SELECT count(*) FILTER (WHERE held.sales_order_id IS NULL),
       count(*) FILTER (WHERE held.versions > 1),
       count(*) FILTER (WHERE held.sales_order_id IS NOT NULL AND NOT held.same)
FROM expected LEFT JOIN LATERAL (
  SELECT fact.sales_order_id, count(*) AS versions,
         bool_and((fact.design_id, fact.sales_staff_id, fact.counterparty_id, fact.units_sold, fact.unit_price,
                   fact.currency_id, fact.agreed_delivery_location_id, fact.created_date + fact.created_time)
                  IS NOT DISTINCT FROM
                  (expected.design_id, expected.staff_id, expected.counterparty_id, expected.units_sold,
                   expected.unit_price, expected.currency_id, expected.agreed_delivery_location_id,
                   expected.created_at)) AS same
  FROM fact_sales_order AS fact
  WHERE fact.sales_order_id = expected.sales_order_id AND fact.is_current AND NOT fact.is_deleted
  GROUP BY 1) AS held ON true
"""
_TOO_MANY = """
SELECT count(*) FROM fact_sales_order AS fact
WHERE is_current AND NOT is_deleted AND NOT EXISTS (SELECT FROM expected USING_KEY)
""".replace("USING_KEY", "WHERE expected.sales_order_id = fact.sales_order_id")


@dataclass(frozen=True)
class Difference:
    """Orders that the warehouse lacks, that it holds more than once as current, that differ, and that nobody made."""

    lost: int
    doubled: int
    different: int
    invented: int

    def __str__(self) -> str:
        return f"lost {self.lost}, doubled {self.doubled}, different {self.different}, invented {self.invented}"


def compare(shop: str, warehouse: str) -> Difference:
    """Compare every order of the shop with what the warehouse holds as current."""
    with psycopg.connect(shop) as source, psycopg.connect(warehouse) as held:
        held.execute(_EXPECTED)
        with source.cursor().copy(_SOURCE) as out, held.cursor().copy("COPY expected FROM STDIN") as into:
            for chunk in out:
                into.write(chunk)
        held.execute("ANALYZE expected")
        found = held.execute(_COMPARED).fetchone() or (0, 0, 0)
        (invented,) = held.execute(_TOO_MANY).fetchone() or (0,)
        return Difference(*found, invented)
