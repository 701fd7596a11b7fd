"""What the API says of payments is what the shop says: cash in and out, paid, due and overdue."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import get_args

import pytest

from include.analytics.api.payments import Dimension
from tests.analytics.trading import Told, Traded, exact

TODAY = "2024-11-15"
PAID = """
SELECT currency_code AS currency, counterparty_legal_name AS counterparty, p.counterparty_id,
       legal.country AS counterparty_country, payment_type_name::text AS payment_type, paid,
       CASE WHEN payment_type_name IN ('SALES_RECEIPT', 'PURCHASE_REFUND') THEN 'in' ELSE 'out' END AS direction,
       CASE WHEN paid THEN 'paid' WHEN payment_date >= %(today)s THEN 'due' ELSE 'overdue' END AS status,
       CASE WHEN NOT paid AND payment_date < %(today)s THEN %(today)s::date - payment_date::date END AS days,
       payment_date::date AS payment, p.created_at::date AS created, payment_amount
FROM payment AS p JOIN currency USING (currency_id) JOIN payment_type USING (payment_type_id)
JOIN counterparty USING (counterparty_id) JOIN address AS legal ON legal.address_id = legal_address_id
"""
AGED = f"""
SELECT *, CASE WHEN days <= 30 THEN '1-30' WHEN days <= 60 THEN '31-60' WHEN days <= 90 THEN '61-90'
               WHEN days <= 180 THEN '91-180' WHEN days IS NOT NULL THEN 'over 180' END AS age FROM ({PAID}) AS paid
"""
MEASURES = ["payments", "cash_in", "cash_out", "net"]
TOTALS = """count(*) AS payments, coalesce(sum(payment_amount) FILTER (WHERE direction = 'in'), 0) AS cash_in,
coalesce(sum(payment_amount) FILTER (WHERE direction = 'out'), 0) AS cash_out,
sum(payment_amount * CASE direction WHEN 'in' THEN 1 ELSE -1 END) AS net"""
GROUPS = {
    "currency": [],
    "direction": ["direction"],
    "payment_type": ["payment_type"],
    "status": ["status"],
    "age": ["age"],
    "counterparty": ["counterparty", "counterparty_id"],
    "counterparty_country": ["counterparty_country"],
}


def told(traded: Traded, keys: list[str], where: str = "true", *, today: str = TODAY, then: bool = False) -> Told:
    """The measures by key, of the shop's own rows."""
    statement = f"SELECT {', '.join(keys)}, {TOTALS} FROM ({AGED}) AS aged WHERE {where} GROUP BY {', '.join(keys)}"
    return exact(traded.sql(statement, then=then, today=today), keys, MEASURES)


def asked(traded: Traded, keys: list[str], **params: object) -> Told:
    """The measures by key, of the API."""
    return exact(traded.rows("payments", **{"today": TODAY, **params}), keys, MEASURES)


def test_every_group_of_the_api_is_one_that_is_tested():
    assert set(get_args(Dimension)) == set(GROUPS)


@pytest.mark.parametrize("by", GROUPS)
def test_a_group_sums_to_what_the_shop_sums_to(traded, by):
    keys = ["currency", *GROUPS[by]]
    expected = told(traded, keys)
    assert len(expected) >= 3
    assert asked(traded, keys, by=by) == expected


def test_the_demo_has_every_kind_status_and_age(traded):
    found = {name: {row[name] for row in traded.rows("payments", by=name, today=TODAY)} for name in ("status", "age")}
    assert found["status"] == {"paid", "due", "overdue"}
    assert found["age"] == {None, "1-30", "31-60", "61-90", "91-180", "over 180"}
    assert len({row["payment_type"] for row in traded.rows("payments", by="payment_type")}) == 4


@pytest.mark.parametrize("today", ["2024-11-14", "2024-11-15", "2024-11-16", "1900-01-01", "9998-12-31"])
def test_what_is_overdue_depends_on_the_day(traded, today):
    keys = ["currency", "status", "age"]
    assert asked(traded, keys, by=["status", "age"], today=today) == told(traded, keys, today=today)


def test_what_was_paid_then(traded):
    keys = ["currency", "status"]
    expected = told(traded, keys, then=True)
    assert expected != told(traded, keys)
    assert asked(traded, keys, by="status", as_of=traded.moment.isoformat()) == expected


def test_today_is_the_day_of_the_moment_where_it_is_not_said(traded):
    keys = ["currency", "status"]
    before = datetime.now(UTC).date()
    now = exact(traded.rows("payments", by="status"), keys, MEASURES)
    after = datetime.now(UTC).date()  # another day, if midnight fell between
    assert now in [told(traded, keys, today=day.isoformat()) for day in (before, after)]
    then = exact(traded.rows("payments", by="status", as_of=traded.moment.isoformat()), keys, MEASURES)
    assert then == told(traded, keys, today=traded.moment.date().isoformat(), then=True)


def test_the_answer_of_another_day_is_another_one(traded):
    tags = [traded.api.get("/api/v1/payments", params={"today": day}) for day in ("2024-11-14", "2024-11-15")]
    assert tags[0].headers["etag"] != tags[1].headers["etag"]
    assert tags[0].json()["version"] != tags[1].json()["version"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("currency", ["GBP", "USD"]),
        ("direction", ["in"]),
        ("payment_type", ["SALES_REFUND"]),
        ("status", ["due", "overdue"]),
        ("age", ["1-30", "over 180"]),
        ("counterparty_id", [1, 3]),
    ],
)
def test_a_filter_leaves_what_it_names(traded, name, values):
    among = ", ".join(f"'{value}'" for value in values)
    expected = told(traded, ["currency", "counterparty_country"], f"{name} IN ({among})")
    assert len(expected) > 1
    assert asked(traded, ["currency", "counterparty_country"], by="counterparty_country", **{name: values}) == expected


def test_filters_combine(traded):
    expected = told(
        traded,
        ["currency", "counterparty_id"],
        "status = 'overdue' AND direction = 'out' AND payment >= '2024-08-01' AND currency = 'USD'",
    )
    assert len(expected) > 2
    found = asked(
        traded,
        ["currency", "counterparty_id"],
        by="counterparty",
        status="overdue",
        direction="out",
        since="2024-08-01",
        currency="USD",
    )
    assert found == expected


@pytest.mark.parametrize("date", ["payment", "created"])
def test_cash_by_month_sums_up(traded, date):
    rows = traded.sql(
        f"SELECT currency, date_trunc('month', {date})::date AS period, {TOTALS} FROM ({PAID}) AS paid WHERE paid"
        " GROUP BY 1, 2 ORDER BY 1, 2",
        today=TODAY,
    )
    keys = ["currency", "period"]
    found = traded.rows("payments", period="month", date=date, status="paid", today=TODAY)
    assert len(found) > 60
    assert exact(found, keys, MEASURES) == exact(rows, keys, MEASURES)
    so_far: dict[str, Decimal] = defaultdict(Decimal)
    for row in found:
        so_far[row["currency"]] += Decimal(row["net"])
        assert Decimal(row["net_to_date"]) == so_far[row["currency"]]


def test_a_sum_so_far_is_of_its_own_group(traded):
    rows = traded.rows("payments", period="year", by="direction", today=TODAY)
    last = {(row["currency"], row["direction"]): Decimal(row["net_to_date"]) for row in rows}
    whole = {
        (row["currency"], row["direction"]): Decimal(row["net"]) for row in traded.rows("payments", by="direction")
    }
    assert len(whole) == 6
    assert last == whole
