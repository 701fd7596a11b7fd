"""The public COVID-19 page as files: whole, the same each time, and nothing internal among them."""

import json
import posixpath
import re

import psycopg
import pytest

from include.analytics.pages import PAGES
from include.analytics.reading.postgres import PostgresReader
from include.analytics.static_site import INDEX, files


@pytest.fixture
def reader(filled_db):
    opened = PostgresReader(filled_db.analyst)
    yield opened
    opened.close()


@pytest.fixture
def site(reader):
    with reader.snapshot() as snapshot:
        return {file.path: file for file in files(snapshot)}


def text(site, path):
    return site[path].body.decode()


def test_every_file_that_the_page_and_its_scripts_name_is_there(site):
    linked = re.findall(r'(?:src|href)="([^"#]+)"', text(site, INDEX))
    own = [link for link in linked if not link.startswith("https://")]
    assert len(own) >= 5
    imported = [
        posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        for path in site
        if path.endswith(".js") and not path.endswith("plotly.min.js")
        for name in re.findall(r'from "([^"]+)"', text(site, path))
    ]
    assert len(imported) > 20
    assert {*own, *imported} <= set(site)
    assert list(site)[-1] == INDEX


def test_its_data_are_those_of_the_api(site, client):
    assert json.loads(site["covid.json"].body) == client.get("/api/v1/covid/versions").json()
    assert 'data-source="covid.json"' in text(site, INDEX)


def test_nothing_internal_is_in_it(site):
    page = text(site, INDEX)
    assert "<nav" not in page
    assert 'id="state"' not in page
    assert "api/v1" not in page
    others = [one.name for one in PAGES if one.name != "covid"]
    assert others
    assert not [path for path in site for name in others if f"/{name}/" in path]
    assert not [name for name in others if re.search(rf'(?:src|href)="[^"]*{name}', page)]


def test_it_says_who_counted_and_what_a_page_may_do(site):
    page = text(site, INDEX)
    for credited in ("The New York Times", "Johns Hopkins University", "CC BY 4.0", "non-commercial"):
        assert credited in page
    assert re.search(r'http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src', page)


def test_it_is_the_same_until_the_table_is_loaded(site, reader, filled_db):
    def again():
        with reader.snapshot() as snapshot:
            return {file.path: file for file in files(snapshot)}

    assert again() == site
    with psycopg.connect(filled_db.loader) as connection:
        connection.execute("UPDATE etl_ledger SET loaded_at = now() WHERE table_name = 'fact_payment'")
    assert again() == site
    with psycopg.connect(filled_db.loader) as connection:
        connection.execute("UPDATE etl_ledger SET loaded_at = now() WHERE table_name = 'covid_us_daily'")
    changed = again()
    assert [path for path in site if changed[path] != site[path]] == ["covid.json"]


def test_its_types_are_those_that_browsers_run(site):
    types = {path.rpartition(".")[2]: file.content_type for path, file in site.items()}
    assert types == {
        "js": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "svg": "image/svg+xml",
        "json": "application/json",
        "html": "text/html; charset=utf-8",
    }
