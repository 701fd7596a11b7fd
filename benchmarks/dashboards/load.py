"""Readers who open one view after the other, each with a browser's memory of ETags."""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import httpx

from benchmarks.dashboards.pages import Call

LOOKS_S = 1.0
"""How long a reader looks at a view before the next one is opened: far shorter than anybody does."""


@dataclass
class Answers:
    """What came back: seconds of each answer, and how many were 304."""

    seconds: list[float] = field(default_factory=list)
    unchanged: int = 0
    took_s: float = 0.0

    def __str__(self) -> str:
        count, p95 = len(self.seconds), statistics.quantiles(self.seconds, n=20)[-1]
        shown = {"p50": statistics.median(self.seconds), "p95": p95, "max": max(self.seconds)}
        times = "  ".join(f"{name} {seconds * 1000:5.0f} ms" for name, seconds in shown.items())
        return f"{count:6,} answers ({self.unchanged / count:4.0%} 304) {count / self.took_s:6.0f}/s  {times}"


def put(
    url: str,
    token: str,
    views: Sequence[Sequence[Call]],
    *,
    readers: int,
    seconds: float,
    loaded: Callable[[], None],
    every_s: float,
) -> Answers:
    """Let ``readers`` open random views for ``seconds``; ``loaded`` is called every so many seconds."""
    return asyncio.run(_put(url, token, views, readers, seconds, partial(_load, loaded, every_s)))


def once(url: str, token: str, views: Sequence[Sequence[Call]]) -> Answers:
    """Every view opened once by one reader who knows nothing, its questions put at once, as a browser does."""
    return asyncio.run(_once(url, token, views))


async def _put(
    url: str,
    token: str,
    views: Sequence[Sequence[Call]],
    readers: int,
    seconds: float,
    load: Callable[[float], Awaitable[None]],
) -> Answers:
    answers, until = Answers(), time.monotonic() + seconds
    loads = asyncio.ensure_future(load(until))
    async with _client(url, token) as client:
        await asyncio.gather(*(_read(client, views, answers, until, seed) for seed in range(readers)))
    await loads
    answers.took_s = seconds
    return answers


async def _once(url: str, token: str, views: Sequence[Sequence[Call]]) -> Answers:
    answers, began = Answers(), time.monotonic()
    async with _client(url, token) as client:
        for view in views:
            await asyncio.gather(*(_ask(client, call, {}, answers) for call in view))
    answers.took_s = time.monotonic() - began
    return answers


async def _read(
    client: httpx.AsyncClient, views: Sequence[Sequence[Call]], answers: Answers, until: float, seed: int
) -> None:
    chosen, known = random.Random(seed), {}  # noqa: S311  no secret
    while time.monotonic() < until:
        await asyncio.gather(*(_ask(client, call, known, answers) for call in chosen.choice(views)))
        await asyncio.sleep(LOOKS_S)


async def _ask(client: httpx.AsyncClient, call: Call, known: dict[Call, str], answers: Answers) -> None:
    path, params = call
    headers = {"If-None-Match": known[call]} if call in known else {}
    began = time.monotonic()
    answer = await client.get(path, params=list(params), headers=headers)
    answers.seconds.append(time.monotonic() - began)
    if answer.status_code == 304:
        answers.unchanged += 1
        return
    answer.raise_for_status()
    known[call] = answer.headers.get("etag", "")


async def _load(loaded: Callable[[], None], every_s: float, until: float) -> None:
    while time.monotonic() + every_s < until:
        await asyncio.sleep(every_s)
        await asyncio.to_thread(loaded)


def _client(url: str, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=120, trust_env=False)
