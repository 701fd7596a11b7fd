"""Chance that repeats: the same seed throws the same numbers on every machine."""

import random
import string
from collections.abc import Sequence
from decimal import Decimal

Dice = random.Random
"""A seeded source of chance; no secret ever depends on it."""

_CODE_CHARACTERS = string.ascii_uppercase + string.digits


def dice(seed: int) -> Dice:
    """Return dice that throw the same numbers whenever the seed is the same."""
    return Dice(seed)


def code(chance: Dice, length: int) -> str:
    """Return `length` capital letters and digits."""
    return "".join(chance.choice(_CODE_CHARACTERS) for _ in range(length))


def money(chance: Dice, low: str, high: str) -> Decimal:
    """Return an amount between `low` and `high` with two decimal places."""
    return Decimal(chance.randint(int(Decimal(low) * 100), int(Decimal(high) * 100))).scaleb(-2)


def one_in(chance: Dice, count: int) -> bool:
    """Tell, once in `count` times on average, True."""
    return chance.randrange(count) == 0


def favourite(chance: Dice, options: Sequence[int]) -> int:
    """Return one option; the first ones come up more often than the last ones."""
    return options[int(len(options) * chance.random() ** 1.5)]
