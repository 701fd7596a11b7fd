"""The dummy rows of the testing source: few, whole, and each reference among them leads somewhere."""

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]

STAMP = "2024-11-01 09:00:00.123"
"""When every row was made and last updated (UTC)."""


def _rows(columns: str, *values: tuple[Any, ...]) -> list[Row]:
    names = columns.split()
    return [dict(zip(names, row, strict=True)) for row in values]


ROWS: dict[str, list[Row]] = {
    "address": _rows(
        "address_id address_line_1 address_line_2 district city postal_code country phone",
        (1, "1 Dummy Street", None, None, "Testham", "TE1 1ST", "United Kingdom", "01130 000001"),
        (2, "2 Sample Road", "Unit 2", "North", "Trialton", "TR1 4LS", "United Kingdom", "01130 000002"),
        (3, "3 Mock Lane", None, "South", "Checkford", "00456", "Ireland", "01130 000003"),
    ),
    "counterparty": _rows(
        "counterparty_id counterparty_legal_name legal_address_id commercial_contact delivery_contact",
        (1, "Dummy & Sons", 1, "Ada Test", "Bob Trial"),
        (2, "Sample Ltd", 2, None, None),
    ),
    "currency": _rows("currency_id currency_code", (1, "GBP"), (2, "USD"), (3, "EUR")),
    "department": _rows(
        "department_id department_name location manager",
        (1, "Sales", "Testham", "Mo Mock"),
        (2, "Purchasing", None, None),
    ),
    "design": _rows(
        "design_id design_name file_location file_name",
        (1, "Plain", "/dummy", "plain.json"),
        (2, "Bold", "/dummy", "bold.json"),
    ),
    "staff": _rows(
        "staff_id first_name last_name department_id email_address",
        (1, "Ann", "O'Test", 1, "ann.otest@example.com"),
        (2, "Ben", "Dummy", 2, "ben.dummy@example.com"),
    ),
    "sales_order": _rows(
        "sales_order_id design_id staff_id counterparty_id units_sold unit_price currency_id agreed_delivery_date"
        " agreed_payment_date agreed_delivery_location_id",
        (1, 1, 1, 1, 1000, "2.50", 1, "2024-11-10", "2024-11-08", 1),
        (2, 2, 1, 2, 2000, "3.75", 2, "2024-11-11", "2024-11-09", 2),
        (3, 1, 2, 1, 3000, "1.99", 3, "2024-11-12", "2024-11-10", 3),
    ),
    "purchase_order": _rows(
        "purchase_order_id staff_id counterparty_id item_code item_quantity item_unit_price currency_id"
        " agreed_delivery_date agreed_payment_date agreed_delivery_location_id",
        (1, 2, 2, "DUMMY01", 10, "19.99", 1, "2024-11-12", "2024-11-09", 2),
        (2, 2, 1, "DUMMY02", 20, "5.00", 2, "2024-11-13", "2024-11-10", 3),
    ),
    "payment_type": _rows(
        "payment_type_id payment_type_name",
        (1, "SALES_RECEIPT"),
        (2, "SALES_REFUND"),
        (3, "PURCHASE_PAYMENT"),
        (4, "PURCHASE_REFUND"),
    ),
    "transaction": _rows(
        "transaction_id transaction_type sales_order_id purchase_order_id",
        (1, "SALE", 1, None),
        (2, "SALE", 2, None),
        (3, "PURCHASE", None, 1),
    ),
    "payment": _rows(
        "payment_id transaction_id counterparty_id payment_amount currency_id payment_type_id paid payment_date"
        " company_ac_number counterparty_ac_number",
        (1, 1, 1, "2500.00", 1, 1, True, "2024-11-08", 10000001, 20000001),
        (2, 2, 2, "7500.00", 2, 1, False, "2024-11-09", 10000001, 20000002),
        (3, 3, 2, "199.90", 1, 3, False, "2024-11-09", 10000001, 20000002),
    ),
}
"""By source table; a table that is not here is made without rows."""
