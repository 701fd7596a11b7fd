"""What a page asks, found out by opening it in a browser: so that the load is the page's own, and stays so."""

from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.browser.places import SETTLED

Call = tuple[str, tuple[tuple[str, str], ...]]
"""A path below `/api/v1` and its parameters."""


def calls(url: str, token: str, page_name: str) -> list[Call]:
    """The questions to the API that one opening of a page puts."""
    path = chromium.found()
    if path is None:
        raise SystemExit(chromium.MISSING)
    asked: list[Call] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(chromium.ARGUMENTS))
        page = browser.new_page()
        page.on("request", lambda request: asked.extend(_call(request.url)))
        page.goto(f"{url}{page_name}?token={token}")
        page.wait_for_function(SETTLED, timeout=120_000)
        browser.close()
    return list(dict.fromkeys(asked))


def _call(url: str) -> list[Call]:
    parts = urlsplit(url)
    if not parts.path.startswith("/api/v1/"):
        return []
    return [(parts.path, tuple(parse_qsl(parts.query)))]
