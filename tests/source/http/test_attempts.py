"""What may pass in a moment is asked again: a few times, later each time, and never beyond the total time."""

import gzip
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from include.errors import SourceUnavailable
from include.source.http.attempts import retry_after_s
from tests.source.http.conftest import fetched
from tests.source.http.server import CSV, broken_off, drip, redirect, status, whole


@pytest.mark.parametrize("number", [408, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(server, number):
    server.answers["/us.csv"] = [status(number), status(number), whole(CSV)]
    assert fetched(server.url())[1] == CSV
    assert len(server.requests) == 3


def test_a_server_that_stays_busy_is_asked_as_often_as_allowed(server):
    server.answers["/us.csv"] = status(503)
    with pytest.raises(SourceUnavailable, match="HTTP 503"):
        fetched(server.url())
    assert len(server.requests) == 3


def test_a_server_is_not_asked_again_before_the_time_it_names(server):
    server.answers["/us.csv"] = [status(429, Retry_After="1"), whole(CSV)]
    began = time.monotonic()
    assert fetched(server.url())[1] == CSV
    assert 1 <= time.monotonic() - began < 2


def test_a_time_beyond_the_total_is_not_waited_for(server):
    server.answers["/us.csv"] = status(429, Retry_After="3600")
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match="HTTP 429"):
        fetched(server.url())
    assert time.monotonic() - began < 1
    assert len(server.requests) == 1


def test_a_time_to_wait_is_a_number_a_date_or_nothing():
    later = datetime.now(UTC) + timedelta(seconds=90)
    assert retry_after_s({"retry-after": "7"}) == 7
    assert 85 < retry_after_s({"retry-after": format_datetime(later, usegmt=True)}) <= 90
    assert 85 < retry_after_s({"retry-after": f"{later:%a, %d %b %Y %H:%M:%S}"}) <= 90
    assert retry_after_s({"retry-after": "Mon, 14 Sep 2020 06:10:00 GMT"}) == 0
    assert [retry_after_s(given) for given in ({}, {"retry-after": "soon"}, {"retry-after": "-5"})] == [0, 0, 0]


def test_waits_grow_and_differ(server, monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    server.answers["/us.csv"] = status(503)
    for _ in range(30):
        with pytest.raises(SourceUnavailable):
            fetched(server.url(), backoff_s=1.0)
    first, second = waited[::2], waited[1::2]
    assert len(first) == len(second) == 30
    assert 0.5 < max(first) <= 1 < max(second) <= 2
    assert min(waited) < 0.5


@pytest.mark.parametrize(
    "broken",
    [
        broken_off(b"x" * 200, 300),
        broken_off(b"", len(CSV)),
        whole(gzip.compress(CSV)[:-9], Content_Encoding="gzip"),
        whole(CSV, Content_Encoding="gzip"),
        lambda request: request.wfile.write(b"220 smtp.example ready\r\n\r\n"),
        lambda _: None,
    ],
    ids=["half", "nothing of it", "half a gzip", "no gzip", "no HTTP", "hung up"],
)
def test_an_answer_that_breaks_off_is_asked_for_again_and_leaves_nothing(server, broken):
    server.answers["/us.csv"] = [broken, whole(CSV)]
    assert fetched(server.url())[1] == CSV
    server.answers["/us.csv"] = broken
    with pytest.raises(SourceUnavailable):
        fetched(server.url())
    assert len(server.requests) == 5


def test_silence_is_asked_again(server):
    server.answers["/us.csv"] = [drip(30, server), whole(CSV)]
    assert fetched(server.url(), read_s=0.2)[1] == CSV


def test_every_try_starts_at_the_url_itself(server):
    server.answers |= {"/a": [redirect("/b"), whole(CSV)], "/b": status(503)}
    assert fetched(server.url("/a"))[1] == CSV
    assert [path for path, _ in server.requests] == ["/a", "/b", "/a"]
