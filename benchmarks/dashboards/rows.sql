-- Stars of any size, made up but of the shop's shape: :orders sales orders over three years, two purchases for five of
-- them, a transaction and a payment each, and a second version of every thirty-third order.
INSERT INTO dim_counterparty
SELECT id, 'Firm ' || id, id || ' High Street', NULL, NULL, 'City ' || id, lpad(id::text, 5, '0'),
       (ARRAY['France', 'Japan', 'Chile', 'Kenya', 'Norway', 'Peru', 'Iceland', 'Cote d''Ivoire'])[1 + id % 8], '1803 637401',
       false, false, 'bench', now(), now()
FROM generate_series(1, 20) AS id;
INSERT INTO dim_currency
SELECT id, (ARRAY['GBP', 'USD', 'EUR'])[id], (ARRAY['Pound Sterling', 'US Dollar', 'Euro'])[id], false, false, 'bench', now(), now()
FROM generate_series(1, 3) AS id;
INSERT INTO dim_design
SELECT id, 'Design ' || id % 150, '/usr/ports', 'design-' || id || '.json', false, false, 'bench', now(), now()
FROM generate_series(1, 473) AS id;
INSERT INTO dim_location
SELECT id, id || ' Quay', NULL, NULL, 'City ' || id, lpad(id::text, 5, '0'), 'Country ' || id % 12, '1803 637401',
       false, false, 'bench', now(), now()
FROM generate_series(1, 30) AS id;
INSERT INTO dim_payment_type
SELECT id, (ARRAY['SALES_RECEIPT', 'SALES_REFUND', 'PURCHASE_PAYMENT', 'PURCHASE_REFUND'])[id], false, false, 'bench', now(), now()
FROM generate_series(1, 4) AS id;
INSERT INTO dim_staff
SELECT id, 'First' || id, 'Last' || id, 'Department ' || id % 8, (ARRAY['Leeds', 'Manchester', 'Unknown'])[1 + id % 3],
       'first' || id || '@totes.example', false, false, 'bench', now(), now()
FROM generate_series(1, 20) AS id;
INSERT INTO fact_sales_order (sales_order_id, created_date, created_time, last_updated_date, last_updated_time,
  sales_staff_id, counterparty_id, units_sold, unit_price, currency_id, design_id, agreed_payment_date,
  agreed_delivery_date, agreed_delivery_location_id, is_current, is_deleted, _load_id, _loaded_at, _seen_at)
SELECT id, day, '10:00', day, '10:00', 1 + id % 20, 1 + (id * 7) % 20,
       CASE WHEN version = 1 THEN 1000 + (id * 7919) % 99000 ELSE 1000 + (id * 104729) % 99000 END,
       2 + ((id * 31) % 200) / 100.0, 1 + id % 3, 1 + (id * 13) % 473, day + 1 + (id % 30)::int, day + (id % 14)::int, 1 + id % 30,
       version = 2 OR id % 33 <> 0, false, 'bench', now() - version * interval '-1 day', now() + (version - 3) * interval '1 day'
FROM generate_series(1, :orders::bigint) AS id
CROSS JOIN LATERAL (SELECT date '2022-11-03' + (id * 1096 / (:orders + 1))::int AS day) AS made
CROSS JOIN LATERAL generate_series(1, CASE WHEN id % 33 = 0 THEN 2 ELSE 1 END) AS version;
INSERT INTO fact_purchase_order (purchase_order_id, created_date, created_time, last_updated_date, last_updated_time, staff_id,
  counterparty_id, item_code, item_quantity, item_unit_price, currency_id, agreed_delivery_date, agreed_payment_date,
  agreed_delivery_location_id, is_current, is_deleted, _load_id, _loaded_at, _seen_at)
SELECT id, day, '11:00', day, '11:00', 1 + id % 20, 1 + (id * 3) % 20, 'ITEM' || lpad((id % 400)::text, 3, '0'), 1 + id % 999,
       round(3 + (id * 17 % 99000) / 100.0, 2), 1 + id % 3, day + (id % 14)::int, day + 1 + (id % 30)::int, 1 + id % 30, true, false, 'bench', now(), now() - interval '1 day'
FROM generate_series(1, :orders::bigint * 2 / 5) AS id
CROSS JOIN LATERAL (SELECT date '2022-11-03' + (id * 1096 / (:orders * 2 / 5 + 1))::int AS day) AS made;
INSERT INTO dim_transaction
SELECT id, CASE WHEN id <= :orders THEN 'SALE' ELSE 'PURCHASE' END, CASE WHEN id <= :orders THEN id END,
       CASE WHEN id > :orders THEN id - :orders END, false, false, 'bench', now(), now()
FROM generate_series(1, :orders::bigint * 7 / 5) AS id;
INSERT INTO fact_payment (payment_id, created_date, created_time, last_updated_date, last_updated_time, transaction_id,
  counterparty_id, payment_amount, currency_id, payment_type_id, paid, payment_date, is_current, is_deleted, _load_id, _loaded_at, _seen_at)
SELECT transaction_id, day, '12:00', day, '12:00', transaction_id, 1 + transaction_id % 20, round((transaction_id::bigint * 7919 % 30000000) / 100.0, 2),
       1 + transaction_id % 3, CASE WHEN transaction_type = 'SALE' THEN 1 ELSE 3 END, transaction_id % 11 <> 0, day + (transaction_id % 30)::int,
       true, false, 'bench', now(), now() - interval '1 day'
FROM dim_transaction
CROSS JOIN LATERAL (SELECT date '2022-11-03' + (coalesce(sales_order_id, purchase_order_id * 5 / 2)::bigint * 1096 / (:orders + 2))::int AS day) AS made;
INSERT INTO etl_ledger (load_id, table_name, mode, run_id, rows_read, rows_new, rows_revised, rows_deleted, rows_withheld,
  rows_quarantined, bytes_read, manifest, system_identifier, snapshot, watermark, snapshot_at, bounded, loaded_at, seconds)
SELECT 'bench-' || name, name, 'full', 'bench', 0, 0, 0, 0, 0, 0, 0, '', '', '', 0, now(), false, now(), 1
FROM unnest(ARRAY['dim_counterparty', 'dim_currency', 'dim_design', 'dim_location', 'dim_payment_type', 'dim_staff',
  'dim_transaction', 'fact_payment', 'fact_purchase_order', 'fact_sales_order']) AS name;
INSERT INTO etl_watermark (table_name, watermark, system_identifier, snapshot, snapshot_at, fresh_at, load_id)
SELECT table_name, 0, '', '', now(), now(), load_id FROM etl_ledger;
