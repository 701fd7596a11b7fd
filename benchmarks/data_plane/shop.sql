-- A shop of the real one's shape with :rows sales orders over three years, what they refer to beside them.
INSERT INTO address
SELECT id, id || ' Quay', NULL, NULL, 'City ' || id, lpad(id::text, 5, '0'), 'Country ' || id % 12, '1803 637401', now(), now()
FROM generate_series(1, 30) AS id;
INSERT INTO counterparty
SELECT id, 'Firm ' || id, 1 + id % 30, 'Ada Quay', NULL, now(), now() FROM generate_series(1, 20) AS id;
INSERT INTO currency SELECT id, (ARRAY['GBP', 'USD', 'EUR'])[id], now(), now() FROM generate_series(1, 3) AS id;
INSERT INTO department SELECT id, 'Department ' || id, 'Leeds', NULL, now(), now() FROM generate_series(1, 8) AS id;
INSERT INTO design
SELECT id, now(), 'Design ' || id % 150, '/usr/ports', 'design-' || id || '.json', now() FROM generate_series(1, 473) AS id;
INSERT INTO staff
SELECT id, 'First' || id, 'Last' || id, 1 + id % 8, 'first' || id || '@totes.example', now(), now()
FROM generate_series(1, 20) AS id;
-- The orders' own references hold by construction; checking each of them would only take the benchmark's time.
SET LOCAL session_replication_role = replica;
INSERT INTO sales_order
SELECT id, at, at, 1 + (id * 13) % 473, 1 + id % 20, 1 + (id * 7) % 20, 1000 + (id * 7919) % 99000, 2 + (id * 31) % 200 / 100.0,
       1 + id % 3, (at::date + (id % 14)::int)::text, (at::date + 1 + (id % 30)::int)::text, 1 + id % 30
FROM generate_series(1, :rows::bigint) AS id
CROSS JOIN LATERAL (
  SELECT timestamp '2022-11-03 09:00:00.123' + id * (interval '1096 days' / :rows) + (id % 997) * interval '1 millisecond'
) AS made (at);
