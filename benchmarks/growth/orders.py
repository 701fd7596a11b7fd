"""Sales orders in the shop, so many."""

from benchmarks.growth.ground import Ground

_ORDERS = """
INSERT INTO sales_order (sales_order_id, created_at, last_updated, design_id, staff_id, counterparty_id, units_sold,
  unit_price, currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
SELECT n, stamp, stamp, 1 + n %% 2, 1 + n %% 3, 1 + n %% 3, 1000 + n %% 99000, 2 + (n %% 200) / 100.0, 1 + n %% 2,
       to_char(stamp + interval '9 days', 'YYYY-MM-DD'), to_char(stamp + interval '7 days', 'YYYY-MM-DD'), 1 + n %% 3
FROM generate_series((SELECT max(sales_order_id) + 1 FROM sales_order), %(orders)s) AS n
CROSS JOIN LATERAL (SELECT timestamp '2022-11-03' + n * interval '3 years' / %(orders)s AS stamp) AS placed
"""


def grow_to(ground: Ground, orders: int) -> None:
    """Let the shop have so many orders, all of them in the warehouse; both vacuumed, as autovacuum would."""
    with ground.servers.admin("totesys") as shop:
        shop.execute(_ORDERS.encode(), {"orders": orders})
        shop.execute("VACUUM ANALYZE")
    ground.pipeline.run()
    with ground.servers.admin("warehouse") as warehouse:
        warehouse.execute("VACUUM ANALYZE")
    with ground.servers.admin("postgres") as server:
        server.execute("CHECKPOINT")
