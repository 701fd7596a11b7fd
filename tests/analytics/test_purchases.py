"""What the API says of purchases is what the shop says."""

from typing import get_args

import pytest

from include.analytics.api.purchases import Dimension
from tests.analytics.trading import Told, Traded, exact

BOUGHT = """
SELECT currency_code AS currency, counterparty_legal_name AS supplier, p.counterparty_id AS supplier_id,
       legal.country AS supplier_country, item_code AS item, place.country AS delivery_country,
       concat_ws(' ', first_name, last_name) AS staff, p.staff_id, department_name AS department,
       coalesce(location, 'Unknown') AS office, p.created_at::date AS created,
       agreed_delivery_date::date AS delivery, agreed_payment_date::date AS payment, item_quantity, item_unit_price
FROM purchase_order AS p JOIN currency USING (currency_id)
JOIN counterparty USING (counterparty_id) JOIN address AS legal ON legal.address_id = legal_address_id
JOIN address AS place ON place.address_id = agreed_delivery_location_id
JOIN staff USING (staff_id) JOIN department USING (department_id)
"""
MEASURES = ["orders", "quantity", "spend", "average_price"]
TOTALS = (
    "count(*) AS orders, sum(item_quantity) AS quantity, sum(item_quantity * item_unit_price) AS spend,"
    " round(sum(item_quantity * item_unit_price) / sum(item_quantity), 4) AS average_price"
)
GROUPS = {
    "currency": [],
    "supplier": ["supplier", "supplier_id"],
    "supplier_country": ["supplier_country"],
    "item": ["item"],
    "delivery_country": ["delivery_country"],
    "staff": ["staff", "staff_id"],
    "department": ["department"],
    "office": ["office"],
}


def told(traded: Traded, keys: list[str], where: str = "true", *, then: bool = False, **values: object) -> Told:
    """The measures by key, of the shop's own rows."""
    statement = f"SELECT {', '.join(keys)}, {TOTALS} FROM ({BOUGHT}) AS bought WHERE {where} GROUP BY {', '.join(keys)}"
    return exact(traded.sql(statement, then=then, **values), keys, MEASURES)


def asked(traded: Traded, keys: list[str], **params: object) -> Told:
    """The measures by key, of the API."""
    return exact(traded.rows("purchases", **params), keys, MEASURES)


def test_every_group_of_the_api_is_one_that_is_tested():
    assert set(get_args(Dimension)) == set(GROUPS)


@pytest.mark.parametrize("by", GROUPS)
def test_a_group_sums_to_what_the_shop_sums_to(traded, by):
    keys = ["currency", *GROUPS[by]]
    expected = told(traded, keys)
    assert len(expected) >= 3
    assert asked(traded, keys, by=by) == expected


def test_a_supplier_sums_to_what_the_shop_summed_to_then(traded):
    keys = ["currency", "supplier_id"]
    expected = told(traded, keys, then=True)
    assert expected != told(traded, keys)
    assert asked(traded, keys, by="supplier", as_of=traded.moment.isoformat()) == expected


@pytest.mark.parametrize("date", ["created", "delivery", "payment"])
def test_a_month_sums_to_what_the_shop_sums_to(traded, date):
    rows = traded.sql(
        f"SELECT currency, date_trunc('month', {date})::date AS period, {TOTALS} FROM ({BOUGHT}) AS bought"
        " GROUP BY 1, 2"
    )
    keys = ["currency", "period"]
    assert asked(traded, keys, period="month", date=date) == exact(rows, keys, MEASURES)


@pytest.mark.parametrize(
    "name", ["currency", "supplier", "supplier_id", "supplier_country", "item", "delivery_country", "staff", "staff_id"]
)
def test_a_filter_leaves_what_it_names(traded, name):
    (value,) = (row["value"] for row in traded.sql(f"SELECT max({name}) AS value FROM ({BOUGHT}) AS bought"))
    expected = told(traded, ["currency"], f"{name} = %(value)s", value=value)
    assert expected
    assert asked(traded, ["currency"], **{name: value}) == expected


def test_filters_combine(traded):
    where = "office = 'Leeds' AND department = 'Communications' AND payment >= '2024-01-01' AND currency = 'EUR'"
    expected = told(traded, ["currency", "supplier_id"], where)
    params = {"office": "Leeds", "department": "Communications", "date": "payment", "since": "2024-01-01"}
    assert len(expected) > 2
    assert asked(traded, ["currency", "supplier_id"], by="supplier", currency="EUR", **params) == expected


def test_the_greatest_suppliers_are_those_of_each_currency(traded):
    spent = told(traded, ["currency", "supplier_id"])
    rows = traded.rows("purchases", by="supplier", top=5)
    assert len(rows) == 15
    for currency in ("EUR", "GBP", "USD"):
        ordered = sorted((key for key in spent if key[0] == currency), key=lambda key: -spent[key][2])
        assert [str(row["supplier_id"]) for row in rows if row["currency"] == currency] == [
            key[1] for key in ordered[:5]
        ]
