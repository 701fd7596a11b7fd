"""The pages: a shell of HTML each; their scripts ask the API. All links are relative, wherever they are mounted."""

from include.analytics.pages.catalogue import PAGES, Page
from include.analytics.pages.routes import router
from include.analytics.pages.shell import rendered
from include.analytics.pages.static_files import asset_routes, assets_version

__all__ = ["PAGES", "Page", "asset_routes", "assets_version", "rendered", "router"]
