"""A file is fetched whole, as it was sent, and only if it changed."""

import gzip
import hashlib
import io
from datetime import UTC, datetime, timedelta

import pytest

from include.errors import ContractError, SettingError
from include.source.http import Validators, content
from tests.source.http.conftest import fetched, limits, not_modified
from tests.source.http.server import CSV, chunked, status, versioned, whole

MONDAY = "Mon, 14 Sep 2020 06:10:00 GMT"


def test_a_file_comes_whole_with_where_when_and_what_it_is(server):
    server.answers["/us.csv"] = whole(CSV, Content_Type="text/plain; charset=utf-8", ETag='"1"', X_Served_By="cache-7")
    answer, body = fetched(server.url("/us.csv"))
    assert body == CSV
    assert (answer.url, answer.final_url, answer.status) == (server.url(), server.url(), 200)
    assert (answer.received_bytes, answer.content_bytes, answer.content_encoding) == (len(CSV), len(CSV), "identity")
    assert answer.sha256 == hashlib.sha256(CSV).hexdigest()
    assert timedelta(0) <= datetime.now(UTC) - answer.fetched_at < timedelta(seconds=10)
    assert answer.validators == Validators('"1"', None)
    assert {**answer.headers, "date": ""} == {
        "content-length": str(len(CSV)),
        "content-type": "text/plain; charset=utf-8",
        "date": "",
        "etag": '"1"',
    }


def test_a_changed_file_comes_anew(server):
    server.answers["/us.csv"] = versioned(CSV, etag='W/"2"')
    answer, body = fetched(server.url(), Validators('"1"', MONDAY))
    assert (body, answer.validators.etag) == (CSV, 'W/"2"')


def test_an_unchanged_file_does_not_come_by_its_etag(server):
    server.answers["/us.csv"] = versioned(CSV, etag='"caf\xe9"')
    answer = not_modified(server.url(), Validators('"caf\xe9"', MONDAY))
    assert answer.validators == Validators('"caf\xe9"', MONDAY)


def test_an_unchanged_file_does_not_come_by_its_date(server):
    server.answers["/us.csv"] = versioned(CSV, last_modified=MONDAY)
    first, _ = fetched(server.url())
    assert first.validators == Validators(None, MONDAY)
    assert not_modified(server.url(), first.validators).validators == Validators(None, MONDAY)
    assert server.requests[0][1]["If-Modified-Since"] is None


def test_not_modified_makes_no_sense_to_who_holds_nothing(server):
    server.answers["/us.csv"] = status(304)
    with pytest.raises(SettingError, match="HTTP 304"):
        fetched(server.url())


@pytest.mark.parametrize("named", ["gzip", "GZIP", "x-gzip"])
def test_a_compressed_file_is_kept_compressed_and_measured_decoded(server, named):
    sent = gzip.compress(CSV[:20]) + gzip.compress(CSV[20:])
    server.answers["/us.csv"] = whole(sent, Content_Encoding=named)
    answer, body = fetched(server.url())
    assert (body, answer.received_bytes, answer.content_encoding) == (sent, len(sent), "gzip")
    assert (answer.content_bytes, answer.sha256) == (len(CSV), hashlib.sha256(CSV).hexdigest())
    assert b"".join(content(io.BytesIO(body), "gzip", limits(), where="us.csv")) == CSV
    assert server.requests[0][1]["Accept-Encoding"] == "gzip"


def test_a_file_of_no_length_told_before_comes_whole(server):
    server.answers["/us.csv"] = chunked(CSV)
    answer, body = fetched(server.url())
    assert (body, answer.received_bytes) == (CSV, len(CSV))


def test_what_was_asked_with_a_query_is_told_without(server):
    answer, body = fetched(server.url("/us.csv?token=hunter2&day=a b"))
    assert server.requests[0][0] == "/us.csv?token=hunter2&day=a%20b"
    assert body == CSV
    assert answer.url == answer.final_url == f"{server.url()}?…"


@pytest.mark.parametrize("kind", ["text/html", "Text/HTML; charset=utf-8", "application/xhtml+xml"])
def test_a_web_page_is_refused_as_one(server, kind):
    server.answers["/us.csv"] = whole(b"<!DOCTYPE html>", Content_Type=kind)
    with pytest.raises(ContractError, match="web page"):
        fetched(server.url())
    assert len(server.requests) == 1


def test_an_encoding_that_was_not_asked_for_is_refused(server):
    server.answers["/us.csv"] = whole(CSV, Content_Encoding="br")
    with pytest.raises(ContractError, match="content encoding 'br'"):
        fetched(server.url())


@pytest.mark.parametrize("number", [204, 401, 403, 404, 410])
def test_any_other_answer_is_no_file_and_not_asked_for_again(server, number):
    server.answers["/us.csv"] = status(number)
    with pytest.raises(SettingError, match=f"HTTP {number}; expected a file"):
        fetched(server.url("/us.csv?token=hunter2"))
    assert len(server.requests) == 1


def test_no_message_holds_a_query(server):
    server.answers["/us.csv"] = status(404)
    with pytest.raises(SettingError) as caught:
        fetched(server.url("/us.csv?token=hunter2"))
    assert "hunter2" not in str(caught.value)
    assert caught.value.where == f"{server.url()}?…"


def test_the_environments_proxies_are_not_used(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetched(server.url())[1] == CSV
