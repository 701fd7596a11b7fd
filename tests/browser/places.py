"""Where the pages are served, how one gets in, and how a page is opened and waited for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page

from local.program import HOST

SETTLED = """() => {
  const shown = [...document.querySelectorAll(".panel")].filter((panel) => panel.offsetParent !== null);
  return shown.every((panel) => panel.dataset.state !== "loading" && !panel.hasAttribute("aria-busy"));
}"""
BROKEN = """() => [...document.querySelectorAll(".panel[data-state=error]")]
  .map((panel) => `${panel.id}: ${panel.querySelector(".message").textContent}`)"""


@dataclass(frozen=True, repr=False)
class Place:
    """One of the servers: its address (with a slash at the end), and the headers and the cookie of who may look."""

    name: str
    url: str
    headers: Mapping[str, str]
    cookie: tuple[str, str]

    def enter(self, context: BrowserContext) -> None:
        """Let the context in, as a browser that logged in earlier."""
        name, value = self.cookie
        context.add_cookies([{"name": name, "value": value, "domain": HOST, "path": "/"}])

    def open(self, page: Page, name: str, **params: Any) -> Page:
        """Show a page and wait until all its panels have answered."""
        page.goto(f"{self.url}{name}{'?' if params else ''}{urlencode(params, doseq=True)}")
        settle(page)
        return page


def settle(page: Page) -> None:
    """Wait until every panel has its rows; one that says an error fails the test."""
    page.wait_for_function(SETTLED)
    assert page.evaluate(BROKEN) == []


def look_again(page: Page) -> None:
    """What happens when a reader comes back to the tab: the page asks at once whether anything was loaded."""
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
