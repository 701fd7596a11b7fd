"""Where the shop's firms reside: thirty addresses with the gaps and oddities of the real ones."""

from local.shop import words
from local.shop.dice import Dice, one_in
from local.shop.rows import Address
from local.shop.working_days import OPENING

ADDRESSES, WITHOUT_LINE_2, WITHOUT_DISTRICT = 30, 20, 14


def draw_addresses(chance: Dice) -> list[Address]:
    """Draw the addresses; of 30, 20 lack a second line and 14 a district; every third postal code starts with 0."""
    without_line_2 = set(chance.sample(range(ADDRESSES), WITHOUT_LINE_2))
    without_district = set(chance.sample(range(ADDRESSES), WITHOUT_DISTRICT))
    return [
        Address(
            address_id=place + 1,
            address_line_1=draw_line_1(chance),
            address_line_2=None if place in without_line_2 else chance.choice(words.SECOND_LINES),
            district=None if place in without_district else chance.choice(words.DISTRICTS),
            city=chance.choice(words.CITIES),
            postal_code=draw_postal_code(chance, leading_zero=place % 3 == 0),
            country=words.COUNTRIES[place % len(words.COUNTRIES)],
            phone=draw_phone(chance),
            created_at=OPENING,
            last_updated=OPENING,
        )
        for place in range(ADDRESSES)
    ]


def draw_line_1(chance: Dice) -> str:
    """Draw a house number and a street."""
    return f"{chance.randint(1, 999)} {chance.choice(words.STREETS)} {chance.choice(words.STREET_TAILS)}"


def draw_postal_code(chance: Dice, *, leading_zero: bool = False) -> str:
    """Draw a postal code of five digits, sometimes with four more; text, for the leading zero counts."""
    code = f"0{chance.randint(0, 9999):04}" if leading_zero else str(chance.randint(10_000, 99_999))
    return f"{code}-{chance.randint(0, 9999):04}" if one_in(chance, 3) else code


def draw_phone(chance: Dice) -> str:
    """Draw a phone number of four and six digits."""
    return f"{chance.randint(0, 9999):04} {chance.randint(0, 999_999):06}"
