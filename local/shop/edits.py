"""What the shop's people change in rows that stand already, one column at a time."""

from collections.abc import Callable, Mapping
from datetime import date

from local.shop import words
from local.shop.dice import Dice, code, one_in
from local.shop.errors import ShopError
from local.shop.orders import Choices, draw_delivery_date
from local.shop.people import draw_name
from local.shop.places import draw_line_1, draw_phone, draw_postal_code

SILENT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sales_order": ("design_id", "staff_id", "agreed_delivery_date", "agreed_delivery_location_id"),
    "purchase_order": ("staff_id", "item_code", "agreed_delivery_date", "agreed_delivery_location_id"),
    "design": ("file_location",),
}
"""Columns that change while `last_updated` stays, by table: what the real source was seen to do."""

OPEN_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "department": ("department_name", "location", "manager"),
    "address": ("address_line_1", "address_line_2", "district", "city", "postal_code", "phone"),
    "counterparty": ("counterparty_legal_name", "legal_address_id", "commercial_contact", "delivery_contact"),
    "staff": ("last_name", "department_id", "email_address"),
}
"""Columns of the tables that orders refer to; some of their edits move `last_updated`, some do not."""

_Draw = Callable[[Dice, Choices, date], object]

_DRAWS: Mapping[str, _Draw] = {
    "design_id": lambda chance, choices, _: chance.choice(choices.designs),
    "staff_id": lambda chance, choices, _: chance.choice(choices.staff),
    "agreed_delivery_location_id": lambda chance, choices, _: chance.choice(choices.addresses),
    "legal_address_id": lambda chance, choices, _: chance.choice(choices.addresses),
    "department_id": lambda chance, choices, _: chance.choice(choices.departments),
    "agreed_delivery_date": lambda chance, _, day: draw_delivery_date(chance, day),
    "item_code": lambda chance, *_: code(chance, 7),
    "file_location": lambda chance, *_: chance.choice(words.FOLDERS),
    "department_name": lambda chance, *_: chance.choice(words.OTHER_DEPARTMENT_NAMES),
    "location": lambda chance, *_: chance.choice(words.TOWNS),
    "manager": lambda chance, *_: draw_name(chance),
    "address_line_1": lambda chance, *_: draw_line_1(chance),
    "address_line_2": lambda chance, *_: None if one_in(chance, 3) else chance.choice(words.SECOND_LINES),
    "district": lambda chance, *_: None if one_in(chance, 3) else chance.choice(words.DISTRICTS),
    "city": lambda chance, *_: chance.choice(words.CITIES),
    "postal_code": lambda chance, *_: draw_postal_code(chance),
    "phone": lambda chance, *_: draw_phone(chance),
    "counterparty_legal_name": lambda chance, *_: (
        f"{chance.choice(words.LAST_NAMES)} {chance.choice(words.FIRM_TAILS)}"
    ),
    "commercial_contact": lambda chance, *_: draw_name(chance),
    "delivery_contact": lambda chance, *_: draw_name(chance),
    "last_name": lambda chance, *_: chance.choice(words.LAST_NAMES),
    "email_address": lambda chance, *_: f"{code(chance, 6).lower()}@terrifictotes.example",
}


def draw_change(chance: Dice, choices: Choices, column: str, current: object, day: date) -> object:
    """Draw a value for `column` other than the `current` one, as agreed on `day`.

    Raises `ShopError` where there is no other to be had (an id with one row to refer to).
    """
    for _ in range(100):
        value = _DRAWS[column](chance, choices, day)
        if value != current:
            return value
    raise ShopError(
        f"totesys: no value for {column} other than {current!r} was found; expected two rows to choose from."
    )
