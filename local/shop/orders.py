"""What staff and customers agree on: sales, purchases and the payment that goes with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from local.shop.dice import Dice, code, favourite, money

_CENT = Decimal("0.01")
# Chances of 0, 1, 2 … days after the order, as counted in the real shop.
_PAYMENT_CHANCES = (7, 17, 16, 16, 17, 17, 10)
_DELIVERY_CHANCES = (5, 14, 14, 15, 15, 15, 14, 8)


@dataclass(frozen=True)
class Choices:
    """The ids that an order or an edit may refer to."""

    designs: Sequence[int]
    staff: Sequence[int]
    counterparties: Sequence[int]
    addresses: Sequence[int]
    currencies: Sequence[int]
    departments: Sequence[int]


@dataclass(frozen=True)
class Sale:
    """The agreed part of a sales order: the columns of `sales_order` without id and times."""

    design_id: int
    staff_id: int
    counterparty_id: int
    units_sold: int
    unit_price: Decimal
    currency_id: int
    agreed_delivery_date: str
    agreed_payment_date: str
    agreed_delivery_location_id: int

    @property
    def amount(self) -> Decimal:
        """The price of the whole order, in its currency, to the cent."""
        return (self.units_sold * self.unit_price).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Purchase:
    """The agreed part of a purchase order: the columns of `purchase_order` without id and times."""

    staff_id: int
    counterparty_id: int
    item_code: str
    item_quantity: int
    item_unit_price: Decimal
    currency_id: int
    agreed_delivery_date: str
    agreed_payment_date: str
    agreed_delivery_location_id: int

    @property
    def amount(self) -> Decimal:
        """The price of the whole order, in its currency, to the cent."""
        return (self.item_quantity * self.item_unit_price).quantize(_CENT, ROUND_HALF_UP)


Order = Sale | Purchase


@dataclass(frozen=True)
class Terms:
    """How an order is paid: the columns of `payment` that neither the ids nor the times fill."""

    counterparty_id: int
    payment_amount: Decimal
    currency_id: int
    payment_type_id: int
    paid: bool
    payment_date: str
    company_ac_number: int
    counterparty_ac_number: int


SALES_RECEIPT, PURCHASE_PAYMENT = 1, 3
"""The two of the four payment types that occur."""


def draw_sale(chance: Dice, choices: Choices, day: date) -> Sale:
    """Draw a sale agreed on `day`."""
    return Sale(
        design_id=favourite(chance, choices.designs),
        staff_id=chance.choice(choices.staff),
        counterparty_id=favourite(chance, choices.counterparties),
        units_sold=chance.randint(1_001, 99_973),
        unit_price=money(chance, "2.00", "4.00"),
        currency_id=chance.choice(choices.currencies),
        agreed_delivery_date=draw_delivery_date(chance, day),
        agreed_payment_date=_days_after(chance, day, _PAYMENT_CHANCES),
        agreed_delivery_location_id=chance.choice(choices.addresses),
    )


def draw_purchase(chance: Dice, choices: Choices, day: date) -> Purchase:
    """Draw a purchase agreed on `day`."""
    return Purchase(
        staff_id=chance.choice(choices.staff),
        counterparty_id=favourite(chance, choices.counterparties),
        item_code=code(chance, 7),
        item_quantity=chance.randint(1, 999),
        item_unit_price=money(chance, "3.32", "999.07"),
        currency_id=chance.choice(choices.currencies),
        agreed_delivery_date=draw_delivery_date(chance, day),
        agreed_payment_date=_days_after(chance, day, _PAYMENT_CHANCES),
        agreed_delivery_location_id=chance.choice(choices.addresses),
    )


def draw_terms(chance: Dice, order: Order) -> Terms:
    """Draw the payment of an order: its amount, due on its agreed date, not paid yet."""
    return Terms(
        counterparty_id=order.counterparty_id,
        payment_amount=order.amount,
        currency_id=order.currency_id,
        payment_type_id=SALES_RECEIPT if isinstance(order, Sale) else PURCHASE_PAYMENT,
        paid=False,
        payment_date=order.agreed_payment_date,
        company_ac_number=chance.randint(10_000_000, 99_999_999),
        counterparty_ac_number=chance.randint(10_000_000, 99_999_999),
    )


def draw_delivery_date(chance: Dice, day: date) -> str:
    """Draw a delivery date, `yyyy-mm-dd`, 0 to 7 days after `day`."""
    return _days_after(chance, day, _DELIVERY_CHANCES)


def _days_after(chance: Dice, day: date, chances: Sequence[int]) -> str:
    (days,) = chance.choices(range(len(chances)), weights=chances)
    return (day + timedelta(days=days)).isoformat()
