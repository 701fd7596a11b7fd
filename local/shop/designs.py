"""The totes' designs: ten at the opening, then one about every second day."""

from datetime import date, timedelta

from local.shop import words
from local.shop.dice import Dice, code
from local.shop.rows import Design
from local.shop.working_days import FIRST_DAY, OPENING, instant_on, working_days

DESIGNS, DESIGNS_AT_OPENING = 473, 10


def draw_designs(chance: Dice, until: date) -> list[Design]:
    """Draw the designs made from the opening to `until`; ids in the order in which they were made."""
    days = list(working_days(FIRST_DAY, until))
    later = sorted(instant_on(chance, chance.choice(days)) for _ in range(DESIGNS - DESIGNS_AT_OPENING))
    instants = [OPENING] * DESIGNS_AT_OPENING + later
    return [
        Design(number, made_at, *draw_design(chance, made_at.date()), made_at)
        for number, made_at in enumerate(instants, start=1)
    ]


def draw_design(chance: Dice, day: date) -> tuple[str, str, str]:
    """Draw a design made before `day`: its name, the folder and the name of its file."""
    name = chance.choice(words.MATERIALS)
    drawn_on = day - timedelta(days=chance.randint(1, 400))
    return name, chance.choice(words.FOLDERS), f"{name.lower()}-{drawn_on:%Y%m%d}-{code(chance, 4).lower()}.json"
