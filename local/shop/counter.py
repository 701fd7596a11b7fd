"""The shop's till: orders placed and payments collected, as the real application does it."""

from datetime import date, datetime
from typing import Any

from psycopg import Connection

from local.shop import statements
from local.shop.designs import draw_design
from local.shop.dice import Dice
from local.shop.events import Event, Kind
from local.shop.orders import Choices, Order, Sale, draw_purchase, draw_sale, draw_terms
from local.shop.working_days import is_working_day


def place_sale(conn: Connection[Any], chance: Dice, choices: Choices) -> Event:
    """Insert a sales order with its transaction and payment, all with the transaction's instant."""
    at = statements.now(conn)
    sale = draw_sale(chance, choices, at.date())
    number = _place(conn, chance, sale, at)
    text = f"sales_order {number}: {sale.units_sold:,} of design {sale.design_id} at {sale.unit_price}"
    return Event(Kind.SALE, "sales_order", (number,), text)


def place_purchase(conn: Connection[Any], chance: Dice, choices: Choices) -> Event:
    """Insert a purchase order with its transaction and payment, all with the transaction's instant."""
    at = statements.now(conn)
    purchase = draw_purchase(chance, choices, at.date())
    number = _place(conn, chance, purchase, at)
    text = f"purchase_order {number}: {purchase.item_quantity:,} of {purchase.item_code} at {purchase.item_unit_price}"
    return Event(Kind.PURCHASE, "purchase_order", (number,), text)


def _place(conn: Connection[Any], chance: Dice, order: Order, at: datetime) -> int:
    kind, table = ("SALE", "sales_order") if isinstance(order, Sale) else ("PURCHASE", "purchase_order")
    times = {"created_at": at, "last_updated": at}
    number = statements.insert(conn, table, times | vars(order))
    transaction = statements.insert(conn, "transaction", times | {"transaction_type": kind, f"{table}_id": number})
    statements.insert(conn, "payment", times | {"transaction_id": transaction} | vars(draw_terms(chance, order)))
    return number


def collect_payments(conn: Connection[Any], *_: object) -> Event:
    """Mark the payments of one working day as paid, in one statement and with one millisecond.

    The day is today, or else the oldest one past that has something open; weekends are never collected.
    """
    at = statements.now(conn)
    due = _due_day(conn, at.date())
    if due is None:
        return Event(Kind.COLLECTION, "payment", (), "no payment is due")
    paid = conn.execute(
        "UPDATE public.payment SET paid = true, last_updated = %s WHERE NOT paid AND payment_date = %s"
        " RETURNING payment_id",
        [at, due],
    ).fetchall()
    ids = tuple(sorted(number for (number,) in paid))
    return Event(Kind.COLLECTION, "payment", ids, f"payment {_some(ids)}: paid, due on {due}", "paid")


def make_design(conn: Connection[Any], chance: Dice, _: Choices) -> Event:
    """Insert a design."""
    at = statements.now(conn)
    name, folder, file = draw_design(chance, at.date())
    row = {"created_at": at, "design_name": name, "file_location": folder, "file_name": file, "last_updated": at}
    number = statements.insert(conn, "design", row)
    return Event(Kind.DESIGN, "design", (number,), f"design {number}: {name}, {folder}/{file}")


def _due_day(conn: Connection[Any], today: date) -> str | None:
    open_days = conn.execute(
        "SELECT DISTINCT payment_date FROM public.payment WHERE NOT paid AND payment_date <= %s", [today.isoformat()]
    )
    due = sorted(day for (day,) in open_days if _is_collected(day))
    return today.isoformat() if today.isoformat() in due else next(iter(due), None)


def _is_collected(day: str) -> bool:
    # The column is text: what is no date is never due.
    try:
        return is_working_day(date.fromisoformat(day))
    except ValueError:
        return False


def _some(ids: tuple[int, ...]) -> str:
    return str(ids[0]) if len(ids) == 1 else f"{ids[0]} and {len(ids) - 1} more"
