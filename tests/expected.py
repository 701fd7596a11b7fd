"""What each warehouse table must hold, as SQL over the source: written by hand, not derived from the catalogue."""

_ORDER_TIMES = "created_at::date, created_at::time, last_updated::date, last_updated::time"

EXPECTED = {
    "dim_counterparty": """
        SELECT counterparty_id, counterparty_legal_name, address_line_1, address_line_2, district, city, postal_code,
               country, phone
        FROM counterparty JOIN address ON address_id = legal_address_id""",
    "dim_currency": """
        SELECT currency_id, currency_code,
               CASE currency_code WHEN 'GBP' THEN 'Pound Sterling' WHEN 'USD' THEN 'US Dollar' WHEN 'EUR' THEN 'Euro'
                                  WHEN 'JPY' THEN 'Yen' END
        FROM currency""",
    "dim_design": "SELECT design_id, design_name, file_location, file_name FROM design",
    "dim_location": """
        SELECT address_id, address_line_1, address_line_2, district, city, postal_code, country, phone FROM address""",
    "dim_payment_type": "SELECT payment_type_id, payment_type_name::text FROM payment_type",
    "dim_staff": """
        SELECT staff_id, first_name, last_name, department_name, coalesce(location, 'Unknown'), email_address
        FROM staff JOIN department USING (department_id)""",
    "dim_transaction": """
        SELECT transaction_id, transaction_type::text, sales_order_id, purchase_order_id FROM "transaction" """,
    "fact_payment": f"""
        SELECT payment_id, {_ORDER_TIMES}, transaction_id, counterparty_id, payment_amount, currency_id,
               payment_type_id, paid, payment_date::date
        FROM payment""",
    "fact_purchase_order": f"""
        SELECT purchase_order_id, {_ORDER_TIMES}, staff_id, counterparty_id, item_code, item_quantity,
               item_unit_price, currency_id, agreed_delivery_date::date, agreed_payment_date::date,
               agreed_delivery_location_id
        FROM purchase_order""",
    "fact_sales_order": f"""
        SELECT sales_order_id, {_ORDER_TIMES}, staff_id, counterparty_id, units_sold, unit_price, currency_id,
               design_id, agreed_payment_date::date, agreed_delivery_date::date, agreed_delivery_location_id
        FROM sales_order""",
}

HELD = {
    "dim_counterparty": """
        SELECT counterparty_id, counterparty_legal_name, counterparty_legal_address_line_1,
               counterparty_legal_address_line_2, counterparty_legal_district, counterparty_legal_city,
               counterparty_legal_postal_code, counterparty_legal_country, counterparty_legal_phone_number
        FROM dim_counterparty_current""",
    "dim_currency": "SELECT currency_id, currency_code, currency_name FROM dim_currency_current",
    "dim_design": "SELECT design_id, design_name, file_location, file_name FROM dim_design_current",
    "dim_location": """
        SELECT location_id, address_line_1, address_line_2, district, city, postal_code, country, phone
        FROM dim_location_current""",
    "dim_payment_type": "SELECT payment_type_id, payment_type_name FROM dim_payment_type_current",
    "dim_staff": """
        SELECT staff_id, first_name, last_name, department_name, location, email_address FROM dim_staff_current""",
    "dim_transaction": """
        SELECT transaction_id, transaction_type, sales_order_id, purchase_order_id FROM dim_transaction_current""",
    "fact_payment": """
        SELECT payment_id, created_date, created_time, last_updated_date, last_updated_time, transaction_id,
               counterparty_id, payment_amount, currency_id, payment_type_id, paid, payment_date
        FROM fact_payment_current""",
    "fact_purchase_order": """
        SELECT purchase_order_id, created_date, created_time, last_updated_date, last_updated_time, staff_id,
               counterparty_id, item_code, item_quantity, item_unit_price, currency_id, agreed_delivery_date,
               agreed_payment_date, agreed_delivery_location_id
        FROM fact_purchase_order_current""",
    "fact_sales_order": """
        SELECT sales_order_id, created_date, created_time, last_updated_date, last_updated_time, sales_staff_id,
               counterparty_id, units_sold, unit_price, currency_id, design_id, agreed_payment_date,
               agreed_delivery_date, agreed_delivery_location_id
        FROM fact_sales_order_current""",
}

# An edit of one row that the demo data have in every source table, of a column that each warehouse table fed by it
# shows. Some move last_updated and some do not; those of `department` and `address` reach joined dimensions too.
EDITS = {
    "address": "UPDATE address SET phone = phone || '9', last_updated = now() WHERE address_id = 1",
    "counterparty": "UPDATE counterparty SET counterparty_legal_name = 'Bolt & Sons' WHERE counterparty_id = 2",
    "currency": "UPDATE currency SET currency_code = 'JPY' WHERE currency_id = 3",
    "department": "UPDATE department SET location = 'Wigan', manager = 'Di Marsh' WHERE department_id = 1",
    "design": "UPDATE design SET file_location = '/elsewhere' WHERE design_id = 4",
    "payment": "UPDATE payment SET paid = NOT paid, last_updated = now() WHERE payment_id = 10",
    "payment_type": "UPDATE payment_type SET payment_type_name = 'SALES_REFUND' WHERE payment_type_id = 1",
    "purchase_order": "UPDATE purchase_order SET item_code = 'SILENT1' WHERE purchase_order_id = 11",
    "sales_order": "UPDATE sales_order SET design_id = 5 WHERE sales_order_id = 12 AND design_id <> 5",
    "staff": "UPDATE staff SET last_name = 'O''Hara' WHERE staff_id = 6",
    "transaction": """
        UPDATE "transaction" SET transaction_type =
          CASE transaction_type WHEN 'SALE' THEN 'PURCHASE'::"TransactionType" ELSE 'SALE' END
        WHERE transaction_id = 13""",
}
