"""A folder of CSVs loads whole, or not at all with a sentence that says what to correct."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from local.settings import ROOT
from local.shop import schema, snapshot
from local.shop.errors import ShopError, SnapshotError
from tests.local.shop.conftest import Conn, value

REAL = ROOT.parent / "shared" / "data" / "totes_2024-08-22"
AT = "2024-08-22 09:13:10.366,2024-08-22 09:13:10.366"
SMALL = {
    "address": "address_id,address_line_1,address_line_2,district,city,postal_code,country,phone,"
    "created_at,last_updated\n"
    f'7,1 Mill Lane,,"",Dunmarsh,02813,Côte d\'Ivoire,0081 009772,{AT}\n'
    f'3,"Unit 4, ""Old"" House",Rear Gate,,Longmere,89360,Japan,0730 783349,{AT}\n',
    "counterparty": "counterparty_id,counterparty_legal_name,legal_address_id,commercial_contact,delivery_contact,"
    f'created_at,last_updated\n1,"Crake, Varley and Zeal",7,,Orla O\'Dell,{AT}\n',
    "currency": f"currency_id,currency_code,created_at,last_updated\n1,GBP,{AT}\n",
    "department": f"department_id,department_name,location,manager,created_at,last_updated\n4,Dispatch,Leds,,{AT}\n",
    "design": "design_id,created_at,design_name,file_location,file_name,last_updated\n"
    "9,2024-08-22 09:13:10.366,Cork,/usr,cork.json,2024-08-22 09:13:10.366\n",
    "staff": "staff_id,first_name,last_name,department_id,email_address,created_at,last_updated\n"
    f"2,Ilse,Crake,4,i@t,{AT}\n",
    "payment_type": f"payment_type_id,payment_type_name,created_at,last_updated\n1,SALES_RECEIPT,{AT}\n",
    "sales_order": "sales_order_id,created_at,last_updated,design_id,staff_id,counterparty_id,units_sold,unit_price,"
    "currency_id,agreed_delivery_date,agreed_payment_date,agreed_delivery_location_id\n"
    f"5,{AT},9,2,1,49659,2.41,1,2022-11-06,2022-11-08,3\n",
    "purchase_order": "purchase_order_id,created_at,last_updated,staff_id,counterparty_id,item_code,item_quantity,"
    "item_unit_price,currency_id,agreed_delivery_date,agreed_payment_date,agreed_delivery_location_id\n",
    "transaction": "transaction_id,transaction_type,sales_order_id,purchase_order_id,created_at,last_updated\n"
    f"11,SALE,5,,{AT}\n",
    "payment": "payment_id,created_at,last_updated,transaction_id,counterparty_id,payment_amount,currency_id,"
    "payment_type_id,paid,payment_date,company_ac_number,counterparty_ac_number\n"
    f"11,{AT},11,1,119678.19,1,1,True,2022-11-08,67305075,31622269\n",
}
SMALL_SIZE = dict.fromkeys(schema.TABLES, 1) | {"address": 2, "purchase_order": 0}
NONE = dict.fromkeys(schema.TABLES, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert list(SMALL) == list(schema.TABLES)
    for table, text in SMALL.items():
        (tmp_path / f"{table}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def rewrite(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_every_row_and_value_arrives(empty_shop: Conn, folder: Path) -> None:
    assert snapshot.load(empty_shop, folder) == SMALL_SIZE
    assert schema.count_rows(empty_shop) == SMALL_SIZE
    address = "SELECT address_line_1, address_line_2, district, postal_code, country FROM address ORDER BY address_id"
    assert empty_shop.execute(address.encode()).fetchall() == [
        ('Unit 4, "Old" House', "Rear Gate", None, "89360", "Japan"),
        ("1 Mill Lane", None, "", "02813", "Côte d'Ivoire"),
    ]
    payment = empty_shop.execute("SELECT payment_amount, paid, created_at::text FROM payment").fetchone()
    assert payment == (Decimal("119678.19"), True, "2024-08-22 09:13:10.366")


def test_the_next_ids_come_after_the_last_and_from_1_where_there_is_none(empty_shop: Conn, folder: Path) -> None:
    snapshot.load(empty_shop, folder)
    found = {
        t: value(empty_shop, f"SELECT nextval('{t}_{t}_id_seq')") for t in ("address", "payment", "purchase_order")
    }
    assert found == {"address": 8, "payment": 12, "purchase_order": 1}


def test_columns_may_stand_in_another_order_and_the_file_may_start_with_a_bom(empty_shop: Conn, folder: Path) -> None:
    text = "last_updated,created_at,currency_code,currency_id\n2024-08-22 09:00:00,2024-08-22 08:00:00,GBP,1\n"
    (folder / "currency.csv").write_text(text, encoding="utf-8-sig")
    snapshot.load(empty_shop, folder)
    found = empty_shop.execute("SELECT currency_id, currency_code, created_at::text FROM currency").fetchall()
    assert found == [(1, "GBP", "2024-08-22 08:00:00")]


def test_missing_files_are_named(empty_shop: Conn, folder: Path) -> None:
    (folder / "staff.csv").unlink()
    (folder / "payment.csv").unlink()
    with pytest.raises(SnapshotError, match=r"2 of 11 files are missing: staff\.csv, payment\.csv; expected"):
        snapshot.load(empty_shop, folder)
    with pytest.raises(SnapshotError, match="2 of 11 files"):
        snapshot.check(folder)
    with pytest.raises(SnapshotError, match="no such folder"):
        snapshot.check(folder / "nowhere")


@pytest.mark.parametrize(
    ("table", "before", "after", "message"),
    [
        ("staff", "email_address", "email", r"staff\.csv: the header.* email, .*expected .*email_address.*nothing was"),
        ("staff", "staff_id,", "staff_id,staff_id,", r"staff\.csv: the header's columns are staff_id, staff_id"),
        ("currency", SMALL["currency"], "", r"currency\.csv: the header's columns are none, the file is empty"),
        ("payment", "119678.19", "much", r'payment\.csv: .*numeric: "much"; .*line 2, column payment_amount: "much"'),
        ("payment", "True", "maybe", r"payment\.csv: .*boolean.*maybe"),
        ("payment", ",67305075,31622269", "", r'payment\.csv: missing data for column "company_ac_number"'),
        ("payment", "11,2024", "11,2024-13", r"payment\.csv: .*2024-13"),
        ("payment_type", "SALES_RECEIPT", "GIFT", r"payment_type\.csv: invalid input value for enum .*GIFT"),
        ("currency", "GBP", "POUND", r"currency\.csv: value too long"),
        ("staff", ",4,", ",5,", r"staff\.csv: .*foreign key.*\(department_id\)=\(5\) is not present"),
        ("address", "\n3,", "\n7,", r"address\.csv: duplicate key.*\(address_id\)=\(7\)"),
    ],
)
def test_a_file_at_fault_is_named_and_nothing_is_loaded(
    empty_shop: Conn, folder: Path, table: str, before: str, after: str, message: str
) -> None:
    rewrite(folder / f"{table}.csv", before, after)
    with pytest.raises(SnapshotError, match=message):
        snapshot.load(empty_shop, folder)
    assert schema.count_rows(empty_shop) == NONE


def test_a_file_in_another_encoding_is_named(empty_shop: Conn, folder: Path) -> None:
    (folder / "address.csv").write_bytes(SMALL["address"].encode("latin-1"))
    with pytest.raises(SnapshotError, match=r"address\.csv: .*UTF"):
        snapshot.load(empty_shop, folder)
    assert schema.count_rows(empty_shop) == NONE


def test_a_filled_shop_and_a_bare_database_are_refused(shop_db: Conn, folder: Path) -> None:
    with pytest.raises(ShopError, match=r"schema\.create"):
        snapshot.load(shop_db, folder)
    schema.create(shop_db)
    snapshot.load(shop_db, folder)
    with pytest.raises(ShopError, match="has rows already"):
        snapshot.load(shop_db, folder)
    assert schema.count_rows(shop_db) == SMALL_SIZE


@pytest.mark.skipif(not REAL.is_dir(), reason="the real snapshot does not lie beside this checkout")
def test_the_real_snapshot_has_its_published_rows_and_revenue(empty_shop: Conn) -> None:
    assert snapshot.load(empty_shop, REAL) == {
        "address": 30, "counterparty": 20, "currency": 3, "department": 8, "design": 424, "staff": 20,
        "payment_type": 4, "sales_order": 9_845, "purchase_order": 4_114, "transaction": 13_959, "payment": 13_959,
    }  # fmt: skip
    revenue = empty_shop.execute(
        "SELECT currency_code, sum(units_sold * unit_price)"
        " FROM sales_order JOIN currency USING (currency_id) GROUP BY 1"
    ).fetchall()
    assert dict(revenue) == {
        "GBP": Decimal("473993293.87"),
        "USD": Decimal("508402826.80"),
        "EUR": Decimal("497733092.20"),
    }
