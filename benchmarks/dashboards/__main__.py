"""How fast the heaviest page is answered: `make bench-dashboards`, ORDERS=16000,2000000 SECONDS=30 READERS=8 LOADS=10.

The questions are those that the Sales page puts, as it stands and with filters; a load every `LOADS` seconds makes
every kept answer worthless: by default thirty times as often as the pipeline does.
"""

import itertools
import os

from benchmarks.dashboards.ground import TOKEN, Ground, ground
from benchmarks.dashboards.load import once, put
from benchmarks.dashboards.pages import Call, calls

PAGE = "sales"
FILTERS = {
    "department": ["", "Department 1", "Department 2", "Department 3", "Department 4"],
    "counterparty_country": ["", "Kenya", "France", "Japan"],
    "since": ["", "2024-01-01"],
}


def main() -> None:
    """Measure every size, over the warehouse and over its extracts, and print a line each."""
    for orders in map(int, os.environ.get("ORDERS", "16000,2000000").split(",")):
        with ground(orders) as ready:
            ready.publish()
            for source in ("warehouse", "extracts"):
                _measure(ready, orders, source)


def _measure(ready: Ground, orders: int, source: str) -> None:
    seconds, readers = float(os.environ.get("SECONDS", "30")), int(os.environ.get("READERS", "8"))
    every_s = float(os.environ.get("LOADS", "10"))
    loaded = ready.load if source == "warehouse" else ready.publish
    with ready.pages(source) as url:
        views = _views(calls(url, TOKEN, PAGE))
        title = f"{orders:9,} orders, {source:9}"
        _say(f"{title} one reader, every answer composed anew: {once(url, TOKEN, views)}")
        answers = put(url, TOKEN, views, readers=readers, seconds=seconds, loaded=loaded, every_s=every_s)
        _say(f"{title} {readers} readers, a load every {every_s:.0f} s:           {answers}")


def _views(asked: list[Call]) -> list[list[Call]]:
    """The page's questions with each combination of filters, but for those that no filter changes."""
    combinations = [dict(zip(FILTERS, values, strict=True)) for values in itertools.product(*FILTERS.values())]
    return [[_filtered(call, chosen) for call in asked] for chosen in combinations]


def _filtered(call: Call, chosen: dict[str, str]) -> Call:
    path, params = call
    if path in {"/api/v1/state", "/api/v1/choices"}:
        return call
    given = dict(params) | {name: value for name, value in chosen.items() if value}
    repeated = tuple((name, value) for name, value in params if name not in chosen)
    return path, (*repeated, *((name, value) for name, value in given.items() if name in chosen))


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
