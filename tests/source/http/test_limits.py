"""No answer is longer than its limits, in bytes, time or memory."""

import gzip
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from include.errors import ContractError, SettingError, SourceUnavailable
from include.source.http import Limits
from tests.ports import free_port
from tests.source.http.conftest import fetched
from tests.source.http.server import CSV, bomb, broken_off, chunked, drip, endless, whole

ROOT = Path(__file__).parents[3]
# With the real limits. Not `ru_maxrss`: a program inherits that of the one that started it.
CHILD = """
import sys, tempfile
from pathlib import Path
from include.errors import ContractError
from include.source.http import Limits, Validators, fetch

def memory_kb(what):
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what)]
    return int(line.split()[1])

before = memory_kb("VmRSS")
with tempfile.SpooledTemporaryFile(32 * 1024 * 1024) as body:
    try:
        fetch(sys.argv[1], Validators(), Limits(hosts=frozenset({"127.0.0.1"})), body)
    except ContractError as error:
        print((memory_kb("VmHWM") - before) / 1024, error.found)
"""


@pytest.mark.parametrize(
    ("answer", "found"),
    [(endless, "more than 67,108,864 bytes of body"), (bomb(300), "more than 268,435,456 bytes of content")],
    ids=["endless", "bomb"],
)
def test_an_endless_stream_and_a_bomb_end_within_64_mb_of_memory(server, answer, found):
    server.answers["/us.csv"] = answer
    done = subprocess.run(
        [sys.executable, "-c", CHILD, server.url()], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    growth_mb, _, said = done.stdout.strip().partition(" ")
    assert said == found
    assert 0 < float(growth_mb) < 64


def test_a_body_is_refused_by_its_length_before_it_comes(server):
    server.answers["/us.csv"] = broken_off(b"", length=41)
    with pytest.raises(ContractError, match="more than 40 bytes of body"):
        fetched(server.url(), received_bytes=40)


def test_a_body_of_no_length_told_before_is_refused_as_it_comes(server):
    server.answers["/us.csv"] = chunked(CSV)
    with pytest.raises(ContractError, match="more than 40 bytes of body"):
        fetched(server.url(), received_bytes=40)


def test_a_body_and_its_content_may_be_as_large_as_their_limits(server):
    sent = gzip.compress(CSV)
    server.answers["/us.csv"] = whole(sent, Content_Encoding="gzip")
    answer, _ = fetched(server.url(), received_bytes=len(sent), content_bytes=len(CSV))
    assert answer.content_bytes == len(CSV)
    with pytest.raises(ContractError, match="bytes of content"):
        fetched(server.url(), content_bytes=len(CSV) - 1)
    with pytest.raises(ContractError, match="bytes of body"):
        fetched(server.url(), received_bytes=len(sent) - 1)


def seconds(url: str, found: str, **changed: object) -> float:
    """How long a fetch takes that ends with this."""
    began = time.monotonic()
    with pytest.raises(SourceUnavailable) as caught:
        fetched(url, **changed)
    assert found in caught.value.found
    return time.monotonic() - began


def test_silence_ends_after_the_read_time_out(server):
    server.answers["/us.csv"] = drip(30, server)
    assert 0.2 < seconds(server.url(), "silence for 0.2 s", read_s=0.2, tries=1) < 1


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nETag: "], ids=["body", "headers"])
def test_a_drip_ends_with_the_total_time_and_is_not_asked_again(server, start):
    server.answers["/us.csv"] = drip(0.05, server, start)
    assert 0.5 < seconds(server.url(), "no whole answer after 0.5 s", read_s=0.3, total_s=0.5) < 1.2
    assert len(server.requests) == 1


def test_a_handshake_that_never_comes_ends_after_the_connect_time_out():
    with socket.create_server(("127.0.0.1", 0)) as mute:  # connects, and says nothing
        url = f"https://localhost:{mute.getsockname()[1]}/us.csv"
        assert 0.2 < seconds(url, "no connection within 0.2 s", connect_s=0.2, tries=1) < 1


def test_a_name_server_that_never_answers_ends_after_the_connect_time_out(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(2) or [])
    assert 0.2 < seconds("https://data.example/us.csv", "no connection within 0.2 s", connect_s=0.2, tries=1) < 1


def test_nobody_listening_is_no_connection():
    assert seconds(f"http://127.0.0.1:{free_port()}/us.csv", "no connection (") < 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("hosts", frozenset()), ("tries", 0), ("total_s", 0), ("received_bytes", -1), ("redirects", -1)],
)
def test_a_limit_that_lets_nothing_through_is_refused(name, value):
    with pytest.raises(SettingError, match=f"limit {name} of a fetch"):
        Limits(**{"hosts": frozenset({"data.example"}), name: value})
