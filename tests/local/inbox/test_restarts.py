"""What the inbox keeps when it, or the stand-in, ends and comes back."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from local import program
from local.errors import StackError
from tests.local.inbox.conftest import Post, eventually, make_post


def test_what_arrived_stays_and_what_is_sent_meanwhile_arrives(tmp_path: Path) -> None:
    post = make_post(tmp_path)
    with post.stand_in():
        with post.running():
            eventually(lambda: _subscribed(post))
            post.mail("first mail", "x")
            post.publish("x", "first message")
            post.whole("messages", "first message")
        post.publish("x", "while it did not run")
        (post.inbox.home / "mail" / ".20240101T000000.000000Z-0001").write_text("half of a mail")
        with post.running():
            post.whole("messages", "while it did not run")
            post.whole("mails", "first mail")
            post.mail("second mail", "x")
            assert [one["subject"] for one in post.shown("mails")] == ["second mail", "first mail"]
            assert len(post.shown("messages")) == 2
    assert len(list((post.inbox.home / "mail").iterdir())) == 2


def test_a_stand_in_that_was_killed_and_forgot_its_topic_gets_it_again(tmp_path: Path) -> None:
    post = make_post(tmp_path)
    with post.running():  # before the stand-in: it waits for it
        post.mail("a mail needs no stand-in", "x")
        with post.stand_in() as started:
            eventually(lambda: _subscribed(post))
            post.publish("x", "before")
            post.whole("messages", "before")
            started.kill()
            started.wait()
        with post.stand_in():
            eventually(lambda: _subscribed(post))
            post.publish("x", "after")
            post.whole("messages", "after")
        assert len(post.shown("messages")) == 2
        assert [one["subject"] for one in post.shown("mails")] == ["a mail needs no stand-in"]


def test_it_ends_at_once_though_it_waits_for_messages_and_browsers(tmp_path: Path) -> None:
    post = make_post(tmp_path)
    with post.stand_in(), post.running() as started:
        eventually(lambda: _subscribed(post))
        started.send_signal(signal.SIGTERM)
        started.wait(timeout=5)
        assert not post.inbox.is_ready()


def test_a_port_in_use_ends_it_with_a_sentence_in_its_log(tmp_path: Path) -> None:
    post = make_post(tmp_path)
    with post.running():
        second = program.running(post.inbox.program(), tmp_path / "second.log", lambda: False)
        with pytest.raises(StackError, match="address already in use"), second:
            pass


def _subscribed(post: Post) -> bool:
    if not post.inbox.aws.is_ready():
        return False
    sns = post.inbox.aws.sns(post.inbox.secrets)
    return bool(sns.list_subscriptions()["Subscriptions"])
