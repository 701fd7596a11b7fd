"""What the pages of sales and money say, read as a reader does."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

from playwright.sync_api import Page, expect

from tests.browser.places import settle

ROWS = "(panel) => [...panel.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
HEADS = "(panel) => [...panel.querySelectorAll('thead th')].map((head) => head.textContent)"


def rows(page: Page, panel: str, *titles: str) -> list[tuple[str, ...]]:
    """The columns of these titles of a panel's table."""
    element = page.locator(f"#{panel}")
    heads = element.evaluate(HEADS)
    places = [heads.index(title) for title in titles]
    return [tuple(row[place] for place in places) for row in element.evaluate(ROWS)]


def told(found: Sequence[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    """Rows of SQL as the pages spell them: amounts and numbers with commas, amounts with their cents."""
    return [tuple(_told(value) for value in row) for row in found]


def _told(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def shows(page: Page, name: str, value: str) -> None:
    """Wait until the address carries the value, and the page shows what it means."""
    expect(page).to_have_url(re.compile(rf"[?&]{name}={re.escape(quote_plus(value))}(&|$)"))
    settle(page)


def choose(page: Page, name: str, value: str) -> None:
    """Choose a value of a filter, as one does with the mouse."""
    choice = page.locator(f"details.choice[data-filter={name}]")
    choice.locator("summary").click()
    choice.locator(f'input[value="{value}"]').check()
    page.keyboard.press("Escape")
    shows(page, name, value)


def cards(page: Page) -> dict[str, str]:
    """The key figures by the names of their cards."""
    expect(page.locator("#cards:not([aria-busy])")).to_be_visible()
    found = page.locator("#cards .card")
    return {str(card.get_attribute("data-card")): card.locator(".value").inner_text() for card in found.all()}
