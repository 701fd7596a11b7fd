"""Faults of the shop's rows. The rows as they were are kept in a schema beside the shop's, in the same transaction."""

from __future__ import annotations

from typing import Any

import psycopg

from local.faildemo.fault import Fault, News
from local.stack import Stack

_KEEP = """
CREATE SCHEMA fail_demo;
CREATE TABLE fail_demo.payment (LIKE public.payment)
"""
_SPOIL = """
WITH spoilt AS (SELECT * FROM payment ORDER BY payment_id DESC LIMIT 1),
     kept AS (INSERT INTO fail_demo.payment SELECT * FROM spoilt)
UPDATE payment SET payment_date = '2024-13-01' FROM spoilt WHERE payment.payment_id = spoilt.payment_id
RETURNING payment.payment_id
"""
_TAKE_AWAY = """
WITH gone AS (DELETE FROM payment WHERE payment_id % 5 = 0 RETURNING *)
INSERT INTO fail_demo.payment SELECT * FROM gone
"""
_PUT_BACK = """
INSERT INTO payment SELECT * FROM fail_demo.payment
ON CONFLICT (payment_id) DO UPDATE SET payment_date = excluded.payment_date
"""


class BadRow(Fault):
    """One row breaks its contract: it goes to quarantine, nothing fails."""

    name = "bad-row"
    description = "a payment gets the date 2024-13-01: set aside, told as data_quality, and no run fails"
    takes_s = 10
    told = News(messages=("data_quality",))
    told_at_last = told

    def break_(self, stack: Stack) -> str:
        """Spoil the newest payment's date."""
        with _shop(stack) as shop:
            shop.execute(_KEEP)
            (payment_id,) = shop.execute(_SPOIL).fetchone() or (None,)
        return f"the payment_date of payment {payment_id} is 2024-13-01 now"

    def repair(self, stack: Stack) -> str:
        """Correct the date."""
        return f"the date is corrected ({_put_back(stack)} row)"

    def evidence(self, stack: Stack) -> str:
        """How many rows are in quarantine."""
        rows = _asked(
            stack, "SELECT count(*) FROM etl_quarantine WHERE table_name = 'fact_payment' AND resolved_at IS NULL"
        )
        return f"Rows of fact_payment in quarantine: {rows}."


class MassDelete(Fault):
    """A fifth of a table's rows vanish: none of them is deleted in the warehouse."""

    name = "mass-delete"
    description = "a fifth of the payments vanish from the shop: withheld, until they are back"
    takes_s = 10

    def break_(self, stack: Stack) -> str:
        """Move every fifth payment away."""
        with _shop(stack) as shop:
            shop.execute(_KEEP)
            rows = shop.execute(_TAKE_AWAY).rowcount
        return f"{rows:,} payments are gone from the shop"

    def repair(self, stack: Stack) -> str:
        """Move them back."""
        return f"{_put_back(stack):,} payments are back"

    def evidence(self, stack: Stack) -> str:
        """How many payments each side has."""
        with _shop(stack) as shop:
            (rows,) = shop.execute("SELECT count(*) FROM payment").fetchone() or (0,)
        return f"Payments in the shop: {rows:,}; in the warehouse: {_asked(stack, _CURRENT):,}."


_CURRENT = "SELECT count(*) FROM fact_payment_current"


def _put_back(stack: Stack) -> int:
    """Put back the rows that are kept, if any; returns how many."""
    with _shop(stack) as shop:
        (kept,) = shop.execute("SELECT to_regclass('fail_demo.payment') IS NOT NULL").fetchone() or (False,)
        if not kept:
            return 0
        rows = shop.execute(_PUT_BACK).rowcount
        shop.execute("DROP SCHEMA fail_demo CASCADE")
    return rows


def _shop(stack: Stack) -> psycopg.Connection[Any]:
    """The shop's database as its owner; as a block one transaction, then closed."""
    return psycopg.connect(stack.conninfo("totesys", "shop"), options="-c lock_timeout=20s")


def _asked(stack: Stack, query: str) -> int:
    with psycopg.connect(stack.conninfo("warehouse", "totes_etl")) as warehouse:
        (found,) = warehouse.execute(query.encode()).fetchone() or (0,)
    return int(found)
