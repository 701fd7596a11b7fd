"""Two small files as the sources write them, and changes to them."""

from datetime import date

GOOD_NYT = """date,cases,deaths
2020-01-21,1,0
2020-01-22,1,0
2020-01-23,3,0
2020-01-24,5,1
2020-01-25,8,1
2020-01-26,13,2
2020-01-27,21,2
2020-01-28,34,3
2020-01-29,55,3
2020-01-30,89,5"""

GOOD_JHU = """Date,Country/Region,Province/State,Confirmed,Recovered,Deaths
2020-01-22,Canada,Alberta,4,,1
2020-01-23,Canada,Alberta,4,,1
2020-01-22,"Korea, South",,7,0,0
2020-01-23,"Korea, South",,6,0,0
2020-01-22,US,,1,0,0
2020-01-23,US,,2,0,0
2020-01-24,US,,5,0,0
2020-01-25,US,,7,1,1
2020-01-26,US,,12,1,1
2020-01-27,US,,20,2,2
2020-01-28,US,,33,4,2
2020-01-29,US,,54,4,3
2020-01-30,US,,88,6,4
2020-01-22,Cote d'Ivoire,,0,0,0
"""

HTML = b"\n<!DOCTYPE html><html><title>Unicorn!</title></html>"

TODAY = date(2020, 1, 31)


def changed(text: str, *changes: tuple[str, str]) -> bytes:
    """The file with each of these texts, which must be there once, replaced by another."""
    for old, replacement in changes:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, replacement)
    return text.encode()


def without(text: str, *days: str) -> bytes:
    """The file without its US rows of these days of January."""
    dropped = tuple(f"2020-01-{day},{'US' if text is GOOD_JHU else ''}" for day in days)
    lines = text.splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(dropped)]
    assert len(lines) - len(kept) == len(days)
    return "".join(kept).encode()
