"""No secret survives, and what is left can still be read."""

import base64
import json
import re
import string
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.alerts.scrub import MASK, MOST_LINES, WIDEST, last_lines, scrub
from include.errors import WarehouseUnavailable

# Any secret of at least eight characters that the mask and the rest of these tests' texts do not hold.
CANARIES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=8, max_size=60).map(
    lambda text: f"Zq{text}9x"
)
PLAIN = st.text(string.ascii_letters + string.digits + "!#$%&()+,-./;<=>?@[]^_{|}~", min_size=6, max_size=40).map(
    lambda text: f"Zq{text}9x"
)
SPELLINGS = (
    str,
    quote,
    quote_plus,
    lambda secret: quote(secret, safe=""),
    lambda secret: re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quote(secret)),
    lambda secret: json.dumps(secret)[1:-1],
    lambda secret: repr(secret)[1:-1],
)


@settings(deadline=None)
@given(secret=CANARIES, before=st.text(max_size=40), after=st.text(max_size=40), spell=st.sampled_from(SPELLINGS))
def test_a_known_secret_never_survives_in_any_spelling(secret, before, after, spell):
    scrubbed = scrub(f"{before}{spell(secret)}{after}", [secret])
    assert secret not in scrubbed
    assert spell(secret) not in scrubbed


@settings(deadline=None)
@given(
    secret=PLAIN,
    form=st.sampled_from(
        [
            "password={} host=x",
            "host=x password = '{}' port=1",
            'connect(user="u", password="{}")',
            '{{"password": "{}", "port": 1}}',
            "PGPASSWORD={} psql",
            "api_key: {}",
            "AWS_SECRET_ACCESS_KEY={}",
            "aws_session_token = {}",
            "'SecretAccessKey': '{}'",
            "Authorization: Bearer {}",
            "{{'authorization': 'AWS4-HMAC-SHA256 Credential=a, Signature={}'}}",
            "X-Amz-Security-Token: {}",
            "https://bucket.s3/key?X-Amz-Signature={}&x=1",
        ]
    ),
)
def test_an_unknown_secret_is_found_by_what_stands_before_it(secret, form):
    assert secret not in scrub(f"it broke: {form.format(secret)}")


@settings(deadline=None)
@given(secret=PLAIN)
def test_a_password_in_a_url_is_found(secret):
    scrubbed = scrub(
        f"cannot connect to postgresql://totes_etl:{quote(secret, safe='')}@db.example:5432/warehouse at all"
    )
    assert scrubbed == f"cannot connect to postgresql://totes_etl:{MASK}@db.example:5432/warehouse at all"


def test_a_password_with_an_at_in_a_url_is_found_whole():
    assert scrub("amqp://me:p@ss/w@rd@host/v") == f"amqp://me:{MASK}@host/v"


def test_aws_keys_and_tokens_are_found_without_a_name():
    key = base64.b64encode(bytes(range(200, 230))).decode()
    assert len(key) == 40
    assert scrub(f"signed with {key} just now") == f"signed with {MASK} just now"
    assert scrub(f"IQoJb3JpZ2luX2VjE{key}{key}== expired") == f"{MASK} expired"
    assert scrub("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1 is no token") == f"{MASK} is no token"


@pytest.mark.parametrize(
    "text",
    [
        'connection to server at "127.0.0.1" failed: FATAL:  password authentication failed for user "analyst"',
        "http://127.0.0.1:8080/dags/totes_etl/runs/scheduled__2024-11-14T14:05:00+00:00 @ 14:05",
        "postgresql://totes_reader@127.0.0.1:55432/totesys",
        "s3://totes-raw/raw/totesys/payment/date=2024-11-14/load_id=0f3b1c2d4e5f60718293a4b5c6d7e8f901234567/manifest.json",
        "found 100 bytes with SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "commit 356a192b7913b04c54574d18c28d46e6395428ab of today",
        "totesys.sales_order: agreed_payment_date is '2024-13-01' in 3 of 500 rows; expected YYYY-MM-DD",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text):
    assert scrub(text) == text


def test_an_empty_secret_takes_nothing_away():
    assert scrub("a b c", [""]) == "a b c"


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    error.__cause__ = cause
    return error


def test_an_error_is_told_with_what_caused_it():
    error = raised(RuntimeError("the step failed\nat line 2"), raised(OSError(28, "No space left on device")))
    assert last_lines(error) == (
        "the step failed",
        "at line 2",
        "caused by OSError: [Errno 28] No space left on device",
    )


def test_a_cause_that_the_error_quotes_is_not_told_twice():
    error = WarehouseUnavailable("warehouse", found="OSError: gone", expected="an answer", remedy="wait")
    assert last_lines(raised(error, OSError("gone"))) == ("warehouse: OSError: gone; expected an answer; wait",)


def test_a_long_error_keeps_its_beginning_and_its_end():
    lines = last_lines(ValueError("\n".join(f"line {n} {'x' * 500}" for n in range(100))))
    assert len(lines) == MOST_LINES
    assert lines[0].startswith("line 0 ")
    assert lines[6] == "… 89 lines …"
    assert lines[-1].startswith("line 99 ")
    assert max(map(len, lines)) == WIDEST


def test_an_error_without_a_word_has_no_lines():
    assert last_lines(MemoryError()) == ()


@settings(deadline=None)
@given(secret=CANARIES, padding=st.integers(0, WIDEST + 20), lines=st.integers(0, 15))
def test_no_cut_leaves_a_part_that_could_be_put_together(secret, padding, lines):
    error = ValueError("\n".join(["-" * padding + secret] * lines) + secret)
    told = "\n".join(last_lines(raised(RuntimeError(secret), error), [secret]))
    assert secret not in told
    assert secret[: len(secret) // 2 + 1] not in told.replace(MASK, "")


@settings(deadline=None)
@given(st.text(st.characters()))
def test_whatever_an_error_says_can_be_written_in_lines(text):
    for line in last_lines(ValueError(text)):
        assert line.encode()
        assert line.splitlines() == [line]


@pytest.mark.parametrize("piece", ["x", "-", "a.", "password", "u://u:", "x=", "eyJ.", "é ", "\n", "Aa1/"])
def test_an_endless_error_is_told_at_once(piece):
    error = ValueError(piece * 1_000_000)
    started = time.process_time()
    lines = last_lines(error, ["canary-canary"])
    assert time.process_time() - started < 3
    assert sum(map(len, lines)) <= MOST_LINES * WIDEST


@settings(deadline=None)
@given(secret=PLAIN, before=st.integers(0, 200))
def test_a_cut_leaves_no_half_of_what_only_looks_like_a_secret(secret, before):
    line = f"{'word ' * (before // 5)}postgresql://me:{quote(secret, safe='')}@db/x {'more ' * WIDEST}"
    told = "\n".join(last_lines(ValueError(f"password={'p' * 1000} {line}")))
    assert quote(secret, safe="")[:4] not in told
