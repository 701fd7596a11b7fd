from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.inbox import mails
from local.inbox.store import arrival_id
from tests.local.inbox.test_store import AT

HEADER = st.sampled_from([b"Subject: ", b"To: ", b"From: ", b"Content-Type: ", b"Content-Transfer-Encoding: ", b"X: "])
VALUE = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"multipart/alternative; boundary=a", b"text/html; charset=nope", b"base64", b"=?x?q?=", b"a@[", b"<"]
    ),
)


@given(st.lists(st.tuples(HEADER, VALUE), max_size=5), st.binary(max_size=60))
def test_whatever_comes_can_be_shown(headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    content = b"".join(name + value + b"\r\n" for name, value in headers) + b"\r\n" + body
    shown = mails.whole(arrival_id(AT, "0001"), content)
    assert isinstance(shown["text"], str)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<html><HEAD lang=x><p>", '<html><HEAD lang=x><base target="_blank"><p>'),
        ("<!doctype html><p>", '<!doctype html><base target="_blank"><p>'),
        ("<header>x</header>", '<base target="_blank"><header>x</header>'),
        ("", '<base target="_blank">'),
    ],
)
def test_links_open_outside_of_the_frame(html: str, expected: str) -> None:
    assert mails.with_links_outside(html) == expected
