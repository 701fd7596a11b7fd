"""A shop of a few rows, whose every value a test can know by heart."""

STAMP = "'2024-11-01 09:00:00.123'"

ROWS = (
    f"""INSERT INTO address (address_line_1, address_line_2, district, city, postal_code, country, phone, last_updated)
        VALUES ('1 High St', NULL, '', 'Leeds', '00123', 'UK', '0113', {STAMP}),
               ('2 Low St', 'Flat 2', 'North', 'York', '00456', 'UK', '0114', {STAMP}),
               ('3 Mid St', NULL, NULL, 'Hull', '00789', 'UK', '0115', {STAMP})""",
    f"""INSERT INTO department (department_name, location, last_updated)
        VALUES ('Sales', 'Leds', {STAMP}), ('Purchasing', NULL, {STAMP}), ('Legal', 'Hull', {STAMP})""",
    f"""INSERT INTO currency (currency_code, last_updated) VALUES ('GBP', {STAMP}), ('USD', {STAMP})""",
    f"""INSERT INTO design (design_name, file_location, file_name, last_updated)
        VALUES ('Bold', '/a', 'bold.json', {STAMP}), ('Plain', '/b', 'plain.json', {STAMP})""",
    f"""INSERT INTO staff (first_name, last_name, department_id, email_address, last_updated)
        VALUES ('Ann', 'O''Hara', 1, 'ann@t.com', {STAMP}), ('Bob', 'Low', 1, 'bob@t.com', {STAMP}),
               ('Cy', 'Ng', 2, 'cy@t.com', {STAMP})""",
    f"""INSERT INTO counterparty (counterparty_legal_name, legal_address_id, last_updated)
        VALUES ('Ace', 1, {STAMP}), ('Bolt', 2, {STAMP}), ('Cog', 2, {STAMP})""",
    f"""INSERT INTO payment_type (payment_type_name, last_updated) VALUES ('SALES_RECEIPT', {STAMP})""",
    f"""INSERT INTO sales_order (created_at, last_updated, design_id, staff_id, counterparty_id, units_sold, unit_price,
          currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
        SELECT {STAMP}, {STAMP}, 1 + n % 2, 1 + n % 3, 1 + n % 3, 1000 * n, 2.50, 1 + n % 2, '2024-11-10', '2024-11-08',
               1 + n % 3
        FROM generate_series(1, 4) AS n""",
    f"""INSERT INTO purchase_order (created_at, last_updated, staff_id, counterparty_id, item_code, item_quantity,
          item_unit_price, currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
        SELECT {STAMP}, {STAMP}, 3, 1, 'ITEM00' || n, 10 * n, 3.99, 1, '2024-11-12', '2024-11-09', 2
        FROM generate_series(1, 2) AS n""",
    f"""INSERT INTO "transaction" (transaction_type, sales_order_id, last_updated)
        SELECT 'SALE', n, {STAMP} FROM generate_series(1, 4) AS n""",
    f"""INSERT INTO payment (created_at, last_updated, transaction_id, counterparty_id, payment_amount, currency_id,
          payment_type_id, paid, payment_date, company_ac_number, counterparty_ac_number)
        SELECT {STAMP}, {STAMP}, n, 1 + n % 3, 2500.00 * n, 1 + n % 2, 1, false, '2024-11-08', 1, 2
        FROM generate_series(1, 4) AS n""",
)
"""Statements that fill it: three addresses, departments, staff and firms, four sales
with their payments, two purchases."""
