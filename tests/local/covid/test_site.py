"""What the running server answers."""

from __future__ import annotations

import gzip
import json
import os
import socket
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import httpx
import psutil
import pytest

from local import program
from local.covid import files
from local.covid.faults import FAULTS, PAGE
from local.covid.server import INTERNET, Covid
from local.errors import StackError
from tests.local.covid.conftest import Publisher
from tests.local.covid.reading import nyt_days, rows, us_days
from tests.ports import free_port


def test_the_addresses_end_as_the_real_ones_do(publisher: Publisher) -> None:
    for real, ours in zip(INTERNET, publisher.covid.urls, strict=True):
        assert httpx.URL(real).path == httpx.URL(ours).path
        assert publisher.ask(ours).status_code == 200


def test_it_serves_the_files_of_its_moment_byte_by_byte(publisher: Publisher, moment: datetime) -> None:
    for url, expected in zip(publisher.covid.urls, (files.nyt(moment), files.jhu(moment)), strict=True):
        answer = publisher.ask(url)
        assert answer.content == expected
        assert answer.headers["content-length"] == str(len(expected))
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert "content-encoding" not in answer.headers


def test_the_files_move_with_the_clock(publisher: Publisher, moment: datetime) -> None:
    before = [publisher.ask(url) for url in publisher.covid.urls]
    publisher.set_moment(moment + timedelta(days=1))
    after = [publisher.ask(url) for url in publisher.covid.urls]
    assert len(nyt_days(after[0].content)) == len(nyt_days(before[0].content)) + 1
    assert len(us_days(after[1].content)) == len(us_days(before[1].content)) + 1
    for old, new in zip(before, after, strict=True):
        assert new.headers["etag"] != old.headers["etag"]
        assert publisher.ask(str(new.url), If_None_Match=old.headers["etag"]).content == new.content


def test_whoever_has_the_file_gets_304_by_its_tag(publisher: Publisher) -> None:
    for url in publisher.covid.urls:
        tag = publisher.ask(url).headers["etag"]
        assert tag.startswith('"')
        for given in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            same = publisher.ask(url, If_None_Match=given)
            assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        assert publisher.ask(url, If_None_Match='"other"').status_code == 200


def test_whoever_has_the_file_gets_304_by_its_date(publisher: Publisher) -> None:
    for url in publisher.covid.urls:
        changed = publisher.ask(url).headers["last-modified"]
        earlier = format_datetime(parsedate_to_datetime(changed) - timedelta(seconds=1), usegmt=True)
        assert parsedate_to_datetime(changed) <= datetime.now(UTC)
        assert publisher.ask(url, If_Modified_Since=changed).status_code == 304
        assert publisher.ask(url, If_Modified_Since=earlier).status_code == 200
        assert publisher.ask(url, If_Modified_Since="nonsense").status_code == 200
        # the tag decides alone
        assert publisher.ask(url, If_Modified_Since=changed, If_None_Match='"other"').status_code == 200


def test_it_is_zipped_for_whoever_asks_and_then_has_a_tag_of_its_own(publisher: Publisher, moment: datetime) -> None:
    url = publisher.covid.urls.jhu
    with httpx.stream("GET", url, headers={"Accept-Encoding": "br, gzip;q=0.5"}, trust_env=False) as answer:
        received = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert len(received) == int(answer.headers["content-length"]) < len(files.jhu(moment)) / 2
    assert gzip.decompress(received) == files.jhu(moment)
    plain = publisher.ask(url, Accept_Encoding="gzip;q=0, identity")
    assert (plain.headers.get("content-encoding"), plain.headers["vary"]) == (None, "Accept-Encoding")
    assert plain.headers["etag"] != answer.headers["etag"]
    assert publisher.ask(url, Accept_Encoding="gzip", If_None_Match=answer.headers["etag"]).status_code == 304
    assert publisher.ask(url, If_None_Match=answer.headers["etag"]).status_code == 200


def test_head_tells_the_same_without_the_file(publisher: Publisher) -> None:
    for url in publisher.covid.urls:
        whole, head = publisher.ask(url), publisher.ask(url, "HEAD")
        assert (head.status_code, head.content) == (200, b"")
        for name in ("etag", "last-modified", "content-length", "content-type"):
            assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_changed(publisher: Publisher, method: str) -> None:
    for url in (publisher.covid.url, *publisher.covid.urls):
        assert publisher.ask(url, method).status_code == 405


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8027", "", "10.0.0.1"])
def test_another_name_is_refused(publisher: Publisher, host: str) -> None:
    for url in (publisher.covid.url, *publisher.covid.urls):
        assert publisher.ask(url, Host=host).status_code == 400
        assert publisher.ask(url, Host=f"localhost:{publisher.covid.port}").status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/nytimes/covid-19-data/master/", "/clock.json", "/..%2Fclock.json"])
def test_nothing_else_is_served(publisher: Publisher, path: str) -> None:
    assert publisher.ask(publisher.covid.url + path).status_code == 404


def test_the_bare_address_says_what_this_is(publisher: Publisher) -> None:
    text = publisher.ask(publisher.covid.url).text
    assert "No real person is counted" in text
    assert "2020-11-20 03:0" in text
    assert all(url in text for url in publisher.covid.urls)
    assert all(fault in text for fault in FAULTS)


@pytest.mark.parametrize("name", ["nyt", "jhu"])
def test_each_fault_of_the_content_is_served_while_it_is_asked_for(publisher: Publisher, name: str) -> None:
    url = getattr(publisher.covid.urls, name)
    good = publisher.ask(url)
    read = rows(good.content)
    day, cases, deaths = ("date", "cases", "deaths") if name == "nyt" else ("Date", "Confirmed", "Deaths")

    with publisher.fault("html"):
        page = publisher.ask(url)
        assert (page.content, page.headers["content-type"]) == (PAGE, "text/html; charset=utf-8")
    with publisher.fault("columns-swapped"):
        swapped = rows(publisher.ask(url).content)
        assert [row[cases] for row in swapped] == [row[deaths] for row in read]
        assert [row[deaths] for row in swapped] == [row[cases] for row in read]
    with publisher.fault("history-gone"):
        left = publisher.ask(url).content
        assert rows(left) == [row for row in read if row[day] == max(one[day] for one in read)]
        assert left.endswith(b"\n") is (name == "jhu")
    with publisher.fault("yyyy-dd-mm"):
        dates = [row[day] for row in rows(publisher.ask(url).content)]
        assert [datetime.strptime(text, "%Y-%d-%m").date() for text in dates] == [  # noqa: DTZ007 # a day
            date.fromisoformat(row[day]) for row in read
        ]
    assert publisher.ask(url).content == good.content


def test_a_fault_has_a_tag_and_a_date_of_its_own(publisher: Publisher) -> None:
    url = publisher.covid.urls.jhu
    os.utime(publisher.covid.home, (0, 0))  # as if no fault had ever been there
    good = publisher.ask(url).headers
    with publisher.fault("history-gone"):
        bad = publisher.ask(url, If_None_Match=good["etag"])
        assert bad.status_code == 200
        assert bad.headers["etag"] != good["etag"]
        assert publisher.ask(url, If_Modified_Since=good["last-modified"]).content == bad.content
    mended = publisher.ask(url, If_None_Match=bad.headers["etag"])
    assert (mended.status_code, mended.headers["etag"]) == (200, good["etag"])
    assert publisher.ask(url, If_Modified_Since=good["last-modified"]).status_code == 200


def test_a_service_that_is_unavailable_says_when_to_come_back(publisher: Publisher) -> None:
    with publisher.fault("503"):
        answer = publisher.ask(publisher.covid.urls.nyt)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_a_truncated_file_ends_before_its_announced_length(publisher: Publisher) -> None:
    for url in publisher.covid.urls:
        with (
            publisher.fault("truncated"),
            pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"),
        ):
            publisher.ask(url)
        assert publisher.ask(url).status_code == 200


def test_a_fault_may_be_of_one_file_alone(publisher: Publisher) -> None:
    with publisher.fault("503 jhu"):
        assert [publisher.ask(url).status_code for url in publisher.covid.urls] == [200, 503]


@pytest.mark.parametrize("words", ["hmtl", "", "html all", "html nyt jhu"])
def test_an_unknown_fault_is_told_to_whoever_asks(publisher: Publisher, words: str) -> None:
    with publisher.fault(words):
        answer = publisher.ask(publisher.covid.urls.nyt)
    assert answer.status_code == 500
    assert f"fault says '{words}'; expected one of html, columns-swapped" in answer.text


def test_it_listens_on_the_loopback_address_alone(publisher: Publisher) -> None:
    listening = [c.laddr for c in psutil.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert [one.ip for one in listening if one.port == publisher.covid.port] == ["127.0.0.1"]


def test_its_clock_goes_on_through_a_restart_and_it_ends_at_once(tmp_path: Path) -> None:
    own = Publisher(Covid(tmp_path / "home", free_port()))
    kept = []
    for _ in range(2):
        with own.running() as started:
            kept.append(json.loads((tmp_path / "home" / "clock.json").read_text()))
            with socket.create_connection(("127.0.0.1", own.covid.port)):  # a browser that stays
                started.terminate()
                started.wait(timeout=5)
    assert kept[0] == kept[1]
    assert datetime.now(UTC) - datetime.fromisoformat(kept[0]["started_at"]) < timedelta(minutes=5)


def test_a_damaged_clock_ends_it_with_a_sentence_in_its_log(tmp_path: Path) -> None:
    covid = Covid(tmp_path / "home", free_port())
    server = covid.program()
    (covid.home / "clock.json").write_text("{")
    with (
        pytest.raises(StackError, match="expected a file with the instant started_at"),
        program.running(server, tmp_path / "log", covid.is_ready),
    ):
        pass
