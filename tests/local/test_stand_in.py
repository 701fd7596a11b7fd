"""The AWS stand-in asks nobody for a password: no web page may use it, whatever a browser on this machine shows."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest

from tests.conftest import AwsServer, LakeBuckets

EVIL = "http://evil.example"


def status(aws: AwsServer, method: str, path: str, **headers: str) -> int:
    """What the stand-in answers to a request with these headers (`_` for `-`); its own address is the host."""
    address = urlsplit(aws.aws.endpoint_url).netloc
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    assert answer.status != 403 or "access-control-allow-origin" not in answer.headers
    return answer.status


@pytest.fixture
def lake(lake_buckets: LakeBuckets) -> str:
    lake_buckets.client.put_object(Bucket=lake_buckets.raw, Key="page.html", Body=b"here")
    return f"/{lake_buckets.raw}"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "POST"])
def test_no_other_site_reads_or_changes_the_lake(aws: AwsServer, lake: str, method: str) -> None:
    for origin in (EVIL, "null", "http://127.0.0.1:1"):
        assert status(aws, method, f"{lake}/page.html", Origin=origin) == 403
    assert status(aws, "GET", f"{lake}/page.html") == 200


def test_a_name_that_was_made_to_lead_here_is_not_answered(aws: AwsServer, lake: str) -> None:
    assert status(aws, "GET", f"{lake}/page.html", Host="evil.example:4566") == 403
    assert status(aws, "GET", f"{lake}/page.html", Host="aws:4566") == 200


def test_a_link_from_elsewhere_opens_a_page_and_does_nothing(aws: AwsServer, lake: str) -> None:
    linked = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    assert status(aws, "GET", f"{lake}/page.html", **linked) == 200
    assert status(aws, "GET", "/?Action=Publish", **linked) == 403
    assert status(aws, "GET", f"{lake}/page.html", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors") == 403


def test_a_page_of_its_own_reads_what_lies_beside_it(aws: AwsServer, lake: str) -> None:
    own = {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "cors", "Origin": aws.aws.endpoint_url}
    assert status(aws, "GET", f"{lake}/page.html", **own) == 200
