INSERT INTO sales_order (sales_order_id, created_at, last_updated, design_id, staff_id, counterparty_id, units_sold,
  unit_price, currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
SELECT last.id + n, '2024-01-01'::timestamp + n * interval '7 seconds', '2024-01-01'::timestamp + n * interval '7 seconds',
  1 + n % 20, 1 + n % 10, 1 + n % 15, 1 + n % 90000, 2 + (n % 200) / 100.0, 1 + n % 3, '2024-02-01', '2024-02-02',
  1 + n % 15
FROM generate_series(1, {rows}) AS n, (SELECT coalesce(max(sales_order_id), 0) AS id FROM sales_order) AS last
