"""Two years and more of trade: every order with its transaction and its payment, 1:1:1."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from local.shop.dice import Dice
from local.shop.instants import draw_instants
from local.shop.orders import Choices, Order, Purchase, Sale, draw_purchase, draw_sale, draw_terms
from local.shop.rows import Design, Payment, PurchaseOrder, SalesOrder, Transaction, Written
from local.shop.working_days import FIRST_DAY, collection_on, working_days

SALES, PURCHASES = 11_187, 4_649


def draw_orders(chance: Dice, choices: Choices, designs: Sequence[Design], until: date) -> list[tuple[datetime, Order]]:
    """Draw every order with its instant, in the order of the commits; a sale refers to a design made before it."""
    kinds = [Sale] * SALES + [Purchase] * PURCHASES
    chance.shuffle(kinds)
    made_at = [design.created_at for design in designs]
    orders: list[tuple[datetime, Order]] = []
    for at, kind in zip(draw_instants(chance, len(kinds), until), kinds, strict=True):
        if kind is Sale:
            known = replace(choices, designs=choices.designs[: bisect_right(made_at, at)])
            orders.append((at, draw_sale(chance, known, at.date())))
        else:
            orders.append((at, draw_purchase(chance, choices, at.date())))
    return orders


def sales_orders(orders: Sequence[tuple[datetime, Order]]) -> list[SalesOrder]:
    """Number the sales from 1 in the order of the commits."""
    sales = [(at, order) for at, order in orders if isinstance(order, Sale)]
    return [SalesOrder(number, at, at, **vars(sale)) for number, (at, sale) in enumerate(sales, start=1)]


def purchase_orders(orders: Sequence[tuple[datetime, Order]]) -> list[PurchaseOrder]:
    """Number the purchases from 1 in the order of the commits."""
    purchases = [(at, order) for at, order in orders if isinstance(order, Purchase)]
    return [PurchaseOrder(number, at, at, **vars(purchase)) for number, (at, purchase) in enumerate(purchases, start=1)]


def transactions(orders: Sequence[tuple[datetime, Order]]) -> list[Transaction]:
    """Return the transaction of each order, with the order's time to the millisecond."""
    rows = []
    sales = purchases = 0
    for number, (at, order) in enumerate(orders, start=1):
        if isinstance(order, Sale):
            sales += 1
            rows.append(Transaction(number, "SALE", sales, None, at, at))
        else:
            purchases += 1
            rows.append(Transaction(number, "PURCHASE", None, purchases, at, at))
    return rows


def payments(chance: Dice, orders: Sequence[tuple[datetime, Order]]) -> list[Payment]:
    """Return the payment of each order, with the order's time to the millisecond, not paid yet."""
    return [
        Payment(number, at, at, number, **vars(draw_terms(chance, order)))
        for number, (at, order) in enumerate(orders, start=1)
    ]


def collect(chance: Dice, unpaid: Sequence[Payment], until: date) -> list[Written]:
    """Mark what was due as paid: at 07:55 of each working day to `until`, the payments of that day in one millisecond.

    Weekend-dated payments are never collected, nor those agreed later that same day.
    """
    collections = {day.isoformat(): collection_on(chance, day) for day in working_days(FIRST_DAY, until)}
    return [_collected(payment, collections.get(payment.payment_date)) for payment in unpaid]


def _collected(payment: Payment, at: datetime | None) -> Written:
    if at is None or at < payment.created_at:
        return Written(payment.created_at, payment)
    return Written(at, replace(payment, paid=True, last_updated=at))
