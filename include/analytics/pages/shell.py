"""A page's HTML."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.analytics.headers import POLICY
from include.analytics.pages.catalogue import PAGES, Page
from include.analytics.pages.static_files import assets_version


def rendered(page: Page, *, is_public: bool = False) -> str:
    """A page's HTML; ``is_public`` for one that stands alone, without navigation and without an API behind it."""
    template = _templates().get_template(f"{page.name}.html")
    return template.render(page=page, pages=PAGES, assets=_assets(), is_public=is_public, policy=POLICY)


def refused(title: str, text: str, login: str) -> str:
    """The HTML that tells somebody who may not look how to get in; ``login`` is an address, or empty."""
    return _templates().get_template("refused.html").render(title=title, text=text, login=login, assets=_assets())


def _assets() -> str:
    return f"static/{assets_version()}"


@cache
def _templates() -> Environment:
    folder = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
