"""The filters offer what there is, and what they offer is what the questions take."""

import pytest

ASKED = {
    "currency": ["sales", "purchases", "payments"],
    "counterparty_id": ["sales", "payments"],
    "counterparty_country": ["sales", "payments"],
    "delivery_country": ["sales", "purchases"],
    "staff_id": ["sales", "purchases"],
    "department": ["sales", "purchases"],
    "office": ["sales", "purchases"],
    "design": ["sales"],
}
KNOWN = {
    "currency": "SELECT currency_code FROM currency",
    "counterparty_id": "SELECT counterparty_id FROM counterparty",
    "counterparty_country": "SELECT country FROM counterparty JOIN address ON address_id = legal_address_id",
    "delivery_country": "SELECT country FROM address",
    "staff_id": "SELECT staff_id FROM staff",
    "department": "SELECT department_name FROM department WHERE department_id IN (SELECT department_id FROM staff)",
    "office": "SELECT coalesce(location, 'Unknown') FROM department"
    " WHERE department_id IN (SELECT department_id FROM staff)",
    "design": "SELECT design_name FROM design",
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_filter_offers_what_the_shop_has(traded, name):
    offered = [row["value"] for row in traded.rows("choices") if row["filter"] == name]
    assert len(offered) == len(set(offered))
    assert set(offered) == {str(*row.values()) for row in traded.sql(KNOWN[name])}


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, paths in ASKED.items() for path in paths])
def test_what_is_offered_is_taken(traded, name, path):
    values = [row["value"] for row in traded.rows("choices") if row["filter"] == name]
    every, filtered = traded.rows(path), traded.rows(path, **{name: values})
    assert filtered == every


def test_people_of_one_name_are_told_apart_by_their_departments(traded):
    labels = {row["value"]: row["label"] for row in traded.rows("choices") if row["filter"] == "staff_id"}
    for row in traded.sql("SELECT staff_id, department_name FROM staff JOIN department USING (department_id)"):
        assert labels[str(row["staff_id"])].endswith(f"({row['department_name']})")


def test_a_name_of_several_designs_says_so(traded):
    labels = {row["value"]: row["label"] for row in traded.rows("choices") if row["filter"] == "design"}
    counts = traded.sql("SELECT design_name, count(*) AS count FROM design GROUP BY 1")
    assert max(row["count"] for row in counts) > 1
    for row in counts:
        shared = f" ({row['count']} designs)" if row["count"] > 1 else ""
        assert labels[row["design_name"]] == row["design_name"] + shared
