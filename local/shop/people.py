"""Who works for the shop and who trades with it."""

from datetime import timedelta

from local.shop import words
from local.shop.dice import Dice
from local.shop.places import ADDRESSES
from local.shop.rows import Counterparty, Currency, Department, PaymentType, Staff
from local.shop.working_days import OPENING

STAFF, COUNTERPARTIES = 20, 20
CURRENCY_CODES = ("GBP", "USD", "EUR")
PAYMENT_TYPE_NAMES = ("SALES_RECEIPT", "SALES_REFUND", "PURCHASE_PAYMENT", "PURCHASE_REFUND")

_WITHOUT_MANAGER = "Facilities"
# Staff and firms were entered 1.6 s after the tables that they refer to.
_ENTERED = OPENING + timedelta(milliseconds=1_601)


def draw_departments(chance: Dice) -> list[Department]:
    """Draw the eight departments; one lies in 'Leds', one has no manager."""
    return [
        Department(number, name, town, None if name == _WITHOUT_MANAGER else draw_name(chance), OPENING, OPENING)
        for number, (name, town) in enumerate(
            zip(words.DEPARTMENT_NAMES, words.DEPARTMENT_LOCATIONS, strict=True), start=1
        )
    ]


def draw_staff(chance: Dice) -> list[Staff]:
    """Draw the staff, no two with one name; e-mail addresses keep a name's apostrophe."""
    first_names = chance.sample(words.FIRST_NAMES, STAFF)
    last_names = ["O'Dell", *chance.sample([name for name in words.LAST_NAMES if name != "O'Dell"], STAFF - 1)]
    return [
        Staff(
            staff_id=number,
            first_name=first,
            last_name=last,
            department_id=chance.randint(1, len(words.DEPARTMENT_NAMES)),
            email_address=f"{first}.{last}@terrifictotes.example".lower(),
            created_at=_ENTERED,
            last_updated=_ENTERED,
        )
        for number, (first, last) in enumerate(zip(first_names, last_names, strict=True), start=1)
    ]


def draw_counterparties(chance: Dice) -> list[Counterparty]:
    """Draw the firms, each with its legal address and two contacts."""
    founders = chance.sample(words.LAST_NAMES, COUNTERPARTIES)
    return [
        Counterparty(
            counterparty_id=number,
            counterparty_legal_name=f"{founder} {chance.choice(words.FIRM_TAILS)}",
            legal_address_id=chance.randint(1, ADDRESSES),
            commercial_contact=draw_name(chance),
            delivery_contact=draw_name(chance),
            created_at=_ENTERED,
            last_updated=_ENTERED,
        )
        for number, founder in enumerate(founders, start=1)
    ]


def currencies() -> list[Currency]:
    """Return the three currencies that the shop trades in."""
    return [Currency(number, code, OPENING, OPENING) for number, code in enumerate(CURRENCY_CODES, start=1)]


def payment_types() -> list[PaymentType]:
    """Return the four types of payment, of which the shop uses two."""
    return [PaymentType(number, name, OPENING, OPENING) for number, name in enumerate(PAYMENT_TYPE_NAMES, start=1)]


def draw_name(chance: Dice) -> str:
    """Draw a first and a last name."""
    return f"{chance.choice(words.FIRST_NAMES)} {chance.choice(words.LAST_NAMES)}"
