"""Nothing is asked of a host, a port of call or an address that is not allowed, on no redirect either."""

import socket

import pytest

from include.errors import SettingError, SourceUnavailable
from include.source.http import Validators
from include.source.http.addresses import resolve
from tests.source.http.conftest import fetched, not_modified
from tests.source.http.server import CSV, redirect, versioned

PUBLIC = "93.184.215.14"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://data.example/us.csv", "plain http"),
        ("https://other.example/us.csv", "the host other.example"),
        ("https://data.example.other.example/us.csv", "the host data.example.other"),
        ("https://169.254.169.254/latest/meta-data/", "the host 169.254"),
        ("http://127.1/us.csv", "the host 127.1"),
        ("http://2130706433/us.csv", "the host 2130706433"),
        ("https://[::1]/us.csv", "the host ::1"),
        ("file:///etc/passwd", "file://"),
        ("ftp://data.example/us.csv", "ftp://data.example"),
        ("/us.csv", "no scheme"),
        ("", "no scheme"),
        ("https://user:hunter2@data.example/us.csv", "a user or password"),
        ("https://other.example\\@data.example/us.csv", "a user or password"),
        ("https://data.example:port/us.csv", "cannot be read"),
        ("https://[data.example/us.csv", "cannot be read"),
    ],
)
def test_a_url_that_may_not_be_asked_is_refused(internet, url, found):
    connections = internet()
    with pytest.raises(SettingError) as caught:
        fetched(url)
    assert found in caught.value.found
    assert "hunter2" not in str(caught.value)
    assert connections == []


def test_redirects_are_followed_and_the_last_answers(server):
    server.answers |= {
        "/a": redirect("/b", 301),
        "/b": redirect("c?token=hunter2", 307),
        "/c": redirect(server.url("/us.csv", host="localhost"), 308),
    }
    answer, body = fetched(server.url("/a"))
    assert [path for path, _ in server.requests] == ["/a", "/b", "/c?token=hunter2", "/us.csv"]
    assert [headers["Host"].split(":")[0] for _, headers in server.requests] == ["127.0.0.1"] * 3 + ["localhost"]
    assert (answer.url, answer.final_url) == (server.url("/a"), server.url(host="localhost"))
    assert body == CSV


def test_validators_are_shown_where_a_redirect_leads(server):
    server.answers |= {"/a": redirect("/b"), "/b": versioned(CSV, etag='"1"')}
    assert not_modified(server.url("/a"), Validators('"1"')).final_url == server.url("/b")


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ("http://169.254.169.254/latest/meta-data/", "the host 169.254.169.254"),
        ("//169.254.169.254/", "the host 169.254.169.254"),
        ("https://other.example/us.csv", "the host other.example"),
        ("https://data.example/us.csv", "a redirect to data.example"),
        ("http://data.example/us.csv", "a redirect to data.example"),
        ("http://[::ffff:169.254.169.254]/", "the host ::ffff"),
        ("file:///etc/passwd", "file://"),
        ("gopher://127.0.0.1/", "gopher://127.0.0.1"),
        ("http://user:hunter2@127.0.0.1/", "a user or password"),
    ],
)
def test_a_redirect_that_may_not_be_followed_is_refused(server, internet, location, found):
    connections = internet(data_example=[PUBLIC])
    server.answers["/us.csv"] = redirect(location)
    with pytest.raises(SettingError) as caught:
        fetched(server.url())
    assert found in caught.value.found
    assert server.url() in caught.value.where
    assert "hunter2" not in str(caught.value)
    assert connections == [("127.0.0.1", server.port)]


def test_a_circle_of_redirects_ends(server):
    server.answers["/us.csv"] = redirect("/us.csv")
    with pytest.raises(SettingError, match="more than 3 redirects"):
        fetched(server.url())
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.5",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "0.0.0.0",  # noqa: S104  an address that is refused
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%lo",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:100.64.0.1",
        "::ffff:168.63.129.16",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::1",
        "::127.0.0.1",
    ],
)
def test_a_public_name_with_any_address_that_is_not_public_is_refused(server, internet, address):
    connections = internet(data_example=[PUBLIC, address])
    with pytest.raises(SettingError) as caught:
        fetched(server.url(scheme="https", host="data.example"))
    assert caught.value.found == f"the address {address}"
    assert connections == []
    assert server.connections == 0


@pytest.mark.parametrize("address", [PUBLIC, "185.199.108.133", "2606:50c0:8000::154", "::ffff:93.184.215.14"])
def test_public_addresses_may_be_connected_to(internet, address):
    internet(data_example=[address])
    assert resolve("data.example", loopback=False, timeout_s=1) == [address]


def test_a_loopback_name_that_leads_away_is_refused(server, internet):
    connections = internet(localhost=["127.0.0.1", "10.0.0.5"])
    with pytest.raises(SettingError, match=r"the address 10\.0\.0\.5"):
        fetched(server.url(host="localhost"))
    assert connections == []


def test_a_name_without_an_address_is_no_answer(internet):
    internet(data_example=[])
    with pytest.raises(SourceUnavailable, match="the name has no address"):
        fetched("https://data.example/us.csv")


@pytest.mark.parametrize("failure", [socket.gaierror(-3, "Temporary failure"), UnicodeError("label too long")])
def test_a_name_that_does_not_resolve_is_no_answer(monkeypatch, failure):
    asked = []

    def fail(host, *_, **__):
        asked.append(host)
        raise failure

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(SourceUnavailable, match="the name does not resolve"):
        fetched("https://data.example/us.csv")
    assert asked == ["data.example"] * 3


def test_the_next_address_is_tried_where_one_does_not_answer(server, internet):
    connections = internet(localhost=["127.0.0.2", "127.0.0.1"])  # the server listens on the second alone
    assert fetched(server.url(host="localhost"))[1] == CSV
    assert connections == [("127.0.0.2", server.port), ("127.0.0.1", server.port)]
