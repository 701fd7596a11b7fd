"""Over TLS: the certificate is verified against the name, and the connection goes to the address that was checked."""

import socket

import pytest

from include.errors import SettingError, SourceUnavailable
from tests.source.http.authority import Authority
from tests.source.http.conftest import fetched
from tests.source.http.server import CSV, redirect, serving

PUBLIC = "93.184.215.14"


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """A trusted authority."""
    found = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(found.path))
    return found


@pytest.fixture
def secure(authority):
    """A server with a certificate for data.example."""
    with serving(authority.server("data.example")) as told:
        yield told


def test_a_public_host_is_asked_at_its_checked_address(secure, internet):
    connections = internet({PUBLIC: secure.port}, data_example=[PUBLIC])
    answer, body = fetched("https://data.example/us.csv")
    assert (body, answer.final_url) == (CSV, "https://data.example/us.csv")
    assert secure.requests[0][1]["Host"] == "data.example"
    assert connections == [(PUBLIC, 443)]


def test_a_name_is_resolved_once_so_that_it_cannot_change_its_answer(secure, internet, monkeypatch):
    connections = internet({PUBLIC: secure.port}, data_example=[PUBLIC])
    look_up, asked = socket.getaddrinfo, []

    def rebinding(host, *rest, **more):
        asked.append(host)
        return look_up("127.0.0.1" if asked.count("data.example") > 1 else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    assert fetched("https://data.example/us.csv")[1] == CSV
    assert asked.count("data.example") == 1
    assert connections == [(PUBLIC, 443)]


def test_a_redirect_to_a_name_inside_is_refused(secure, internet):
    connections = internet({PUBLIC: secure.port}, data_example=[PUBLIC], inside_example=["10.0.0.5"])
    secure.answers["/us.csv"] = redirect("https://inside.example/us.csv")
    with pytest.raises(SettingError, match=r"inside\.example: the address 10\.0\.0\.5"):
        fetched("https://data.example/us.csv")
    assert connections == [(PUBLIC, 443)]


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ("http://data.example/us.csv", "a redirect to plain http"),
        ("https://127.0.0.1/us.csv", "a redirect to 127.0.0.1"),
        ("http://localhost/us.csv", "a redirect to localhost"),
    ],
)
def test_a_redirect_may_not_leave_tls_or_turn_to_this_machine(secure, internet, location, found):
    connections = internet({PUBLIC: secure.port}, data_example=[PUBLIC])
    secure.answers["/us.csv"] = redirect(location)
    with pytest.raises(SettingError) as caught:
        fetched("https://data.example/us.csv")
    assert found in caught.value.found
    assert connections == [(PUBLIC, 443)]


def test_a_redirect_on_this_machine_may_not_leave_tls_either(authority, server):
    with serving(authority.server("localhost")) as secure:
        secure.answers["/us.csv"] = redirect(server.url())
        with pytest.raises(SettingError, match="a redirect to plain http"):
            fetched(secure.url(scheme="https", host="localhost"))
    assert server.requests == []


def test_a_certificate_of_nobody_trusted_is_refused_at_once(tmp_path):
    with serving(Authority(tmp_path).server("localhost")) as secure:
        with pytest.raises(SourceUnavailable, match="a certificate that does not verify"):
            fetched(secure.url(scheme="https", host="localhost"))
        assert (secure.connections, secure.requests) == (1, [])


def test_a_certificate_for_another_name_is_refused(secure):
    with pytest.raises(SourceUnavailable, match="a certificate that does not verify"):
        fetched(secure.url(scheme="https", host="localhost"))
    assert secure.requests == []
