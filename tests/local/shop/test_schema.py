"""The shop's schema, asked of PostgreSQL's own catalogue."""

from __future__ import annotations

import psycopg
import pytest

from local.shop import rows, schema
from local.shop.errors import ShopError
from tests.local.shop.conftest import Conn

INT, TEXT, TIME, PRICE = "integer!", "text!", "timestamp(3) without time zone!", "numeric(10,2)!"
# `!` is NOT NULL.
EXPECTED = {
    "address": {
        "address_id": INT, "address_line_1": TEXT, "address_line_2": "text", "district": "text", "city": TEXT,
        "postal_code": TEXT, "country": TEXT, "phone": TEXT, "created_at": TIME, "last_updated": TIME,
    },
    "counterparty": {
        "counterparty_id": INT, "counterparty_legal_name": TEXT, "legal_address_id": INT,
        "commercial_contact": "text", "delivery_contact": "text", "created_at": TIME, "last_updated": TIME,
    },
    "currency": {
        "currency_id": INT, "currency_code": "character varying(3)!", "created_at": TIME, "last_updated": TIME,
    },
    "department": {
        "department_id": INT, "department_name": TEXT, "location": "text", "manager": "text", "created_at": TIME,
        "last_updated": TIME,
    },
    "design": {
        "design_id": INT, "created_at": TIME, "design_name": TEXT, "file_location": TEXT, "file_name": TEXT,
        "last_updated": TIME,
    },
    "staff": {
        "staff_id": INT, "first_name": TEXT, "last_name": TEXT, "department_id": INT, "email_address": TEXT,
        "created_at": TIME, "last_updated": TIME,
    },
    "sales_order": {
        "sales_order_id": INT, "created_at": TIME, "last_updated": TIME, "design_id": INT, "staff_id": INT,
        "counterparty_id": INT, "units_sold": INT, "unit_price": PRICE, "currency_id": INT,
        "agreed_delivery_date": TEXT, "agreed_payment_date": TEXT, "agreed_delivery_location_id": INT,
    },
    "purchase_order": {
        "purchase_order_id": INT, "created_at": TIME, "last_updated": TIME, "staff_id": INT, "counterparty_id": INT,
        "item_code": TEXT, "item_quantity": INT, "item_unit_price": PRICE, "currency_id": INT,
        "agreed_delivery_date": TEXT, "agreed_payment_date": TEXT, "agreed_delivery_location_id": INT,
    },
    "payment_type": {
        "payment_type_id": INT, "payment_type_name": '"PaymentTypeName"!', "created_at": TIME, "last_updated": TIME,
    },
    "transaction": {
        "transaction_id": INT, "transaction_type": '"TransactionType"!', "sales_order_id": "integer",
        "purchase_order_id": "integer", "created_at": TIME, "last_updated": TIME,
    },
    "payment": {
        "payment_id": INT, "created_at": TIME, "last_updated": TIME, "transaction_id": INT, "counterparty_id": INT,
        "payment_amount": PRICE, "currency_id": INT, "payment_type_id": INT, "paid": "boolean!", "payment_date": TEXT,
        "company_ac_number": INT, "counterparty_ac_number": INT,
    },
    "_prisma_migrations": {
        "id": "character varying(36)!", "checksum": "character varying(64)", "finished_at": "timestamp with time zone",
        "migration_name": "character varying(255)", "logs": "text", "rolled_back_at": "timestamp with time zone",
        "started_at": "timestamp with time zone", "applied_steps_count": "integer",
    },
}  # fmt: skip

SALES_FKS = {"design_id": "design", "staff_id": "staff"}
ORDER_FKS = {"counterparty_id": "counterparty", "currency_id": "currency", "agreed_delivery_location_id": "address"}
FOREIGN_KEYS = (
    {("counterparty", "legal_address_id", "address", "c", "r"), ("staff", "department_id", "department", "c", "r")}
    | {("sales_order", column, table, "c", "r") for column, table in (SALES_FKS | ORDER_FKS).items()}
    | {("purchase_order", column, table, "c", "r") for column, table in ({"staff_id": "staff"} | ORDER_FKS).items()}
    | {("transaction", f"{table}_id", table, "c", "n") for table in ("sales_order", "purchase_order")}
    | {
        ("payment", f"{table}_id", table, "c", "r")
        for table in ("transaction", "counterparty", "currency", "payment_type")
    }
)


def columns(conn: Conn) -> list[tuple[str, str, str, str | None]]:
    return conn.execute(
        "SELECT c.relname, a.attname,"
        " format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN '!' ELSE '' END,"
        " pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname, a.attnum"
    ).fetchall()


def test_columns_have_the_names_types_and_order_of_the_real_shop(empty_shop: Conn) -> None:
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind, _ in columns(empty_shop):
        found.setdefault(table, []).append((column, kind))
    assert found == {table: list(expected.items()) for table, expected in EXPECTED.items()}


def test_ids_come_from_sequences_and_created_at_from_the_clock_and_nothing_else_has_a_default(empty_shop: Conn) -> None:
    defaults = {(table, column): default for table, column, _, default in columns(empty_shop) if default}
    expected = {(t, f"{t}_id"): f"nextval('{t}_{t}_id_seq'::regclass)" for t in schema.TABLES}
    expected |= {(t, "created_at"): "CURRENT_TIMESTAMP" for t in schema.TABLES}
    assert defaults == expected


def test_the_enums_have_their_labels_in_order(empty_shop: Conn) -> None:
    found = empty_shop.execute(
        "SELECT typname, array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum"
        " JOIN pg_type t ON t.oid = enumtypid GROUP BY 1"
    ).fetchall()
    assert dict(found) == {
        "PaymentTypeName": ["SALES_RECEIPT", "SALES_REFUND", "PURCHASE_PAYMENT", "PURCHASE_REFUND"],
        "TransactionType": ["SALE", "PURCHASE"],
    }


def test_foreign_keys_cascade_on_update_and_restrict_or_set_null_on_delete(empty_shop: Conn) -> None:
    found = empty_shop.execute(
        "SELECT c.relname, a.attname, f.relname, confupdtype::text, confdeltype::text FROM pg_constraint k"
        " JOIN pg_class c ON c.oid = conrelid JOIN pg_class f ON f.oid = confrelid"
        " JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1] WHERE contype = 'f'"
    ).fetchall()
    assert len(found) == len(FOREIGN_KEYS)
    assert set(found) == FOREIGN_KEYS


def test_there_is_no_index_but_those_of_keys_and_no_trigger(empty_shop: Conn) -> None:
    found = empty_shop.execute(
        "SELECT tablename, array_agg(indexname::text ORDER BY 1) FROM pg_indexes WHERE schemaname = 'public' GROUP BY 1"
    ).fetchall()
    expected = {table: [f"{table}_pkey"] for table in EXPECTED}
    expected["payment"].append("payment_transaction_id_key")
    expected["transaction"] += ["transaction_purchase_order_id_key", "transaction_sales_order_id_key"]
    assert {table: sorted(names) for table, names in found} == {t: sorted(names) for t, names in expected.items()}
    assert empty_shop.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal").fetchall() == []


def test_the_migrations_table_has_rows_and_the_business_tables_none(empty_shop: Conn) -> None:
    assert empty_shop.execute("SELECT migration_name FROM _prisma_migrations").rowcount == 2
    assert schema.count_rows(empty_shop) == dict.fromkeys(schema.TABLES, 0)


def test_the_row_classes_have_the_columns_of_their_tables(empty_shop: Conn) -> None:
    classes = {kind.table: kind.columns() for kind in rows.Row.__subclasses__()}
    assert classes == {table: schema.columns(empty_shop, table) for table in schema.TABLES}


def test_exists_tells_a_shop_from_a_bare_database(shop_db: Conn) -> None:
    assert not schema.exists(shop_db)
    with pytest.raises(ShopError, match=r"tables are not there.*schema\.create"):
        schema.require_empty(shop_db)
    schema.create(shop_db)
    assert schema.exists(shop_db)


def test_a_second_create_changes_nothing(empty_shop: Conn) -> None:
    with pytest.raises(psycopg.errors.DuplicateObject):
        schema.create(empty_shop)
    assert empty_shop.execute("SELECT FROM _prisma_migrations").rowcount == 2
