"""What is sent to the running inbox, and what it shows of it."""

from __future__ import annotations

import json
import smtplib
from email import message_from_bytes

import httpx
import psutil
import pytest

from include.alerts import sns
from local.inbox.mail_server import LARGEST_MAIL
from local.inbox.page import HEADERS
from tests.alerts import samples
from tests.local.inbox.conftest import Post

DASH = "\N{EN DASH}"
HOSTILE = '<html><head><title>x</title></head><body onload="alert(1)"><script>parent.alert(1)</script><h1>Hi</h1>'


def test_a_mail_is_shown_with_both_its_parts_its_headers_and_as_it_came(post: Post) -> None:
    subject = f"[totes testing] FAILED fact_sales_order.load {DASH} try 3/3 {DASH} 14:05 UTC"
    sent = post.mail(
        subject, "Größe 東京\n", "<p>Größe <b>東京</b></p>", X_Totes_Event="failed", X_Totes_Environment="testing"
    )
    shown = post.whole("mails", subject)
    assert (shown["text"], shown["html"]) == ("Größe 東京\n", "<p>Größe <b>東京</b></p>\n")
    assert (shown["event"], shown["severity"], shown["environment"]) == ("failed", "error", "testing")
    assert (shown["sender"], shown["to"]) == ("totes-etl@totes.example", "data-team@totes.example")
    assert ["Subject", subject] in shown["headers"]
    assert ["Delivered-To", "data-team@totes.example"] in shown["headers"]

    raw = post.ask(f"/mails/{shown['id']}.eml")
    assert raw.headers["content-disposition"] == f'attachment; filename="{shown["id"]}.eml"'
    kept = message_from_bytes(raw.content)
    assert kept["X-Totes-Event"] == "failed"
    assert raw.content.endswith(sent)


def test_a_long_subject_of_many_alphabets_is_shown_whole(post: Post) -> None:
    subject = f"The warehouse {DASH} größer, 倉庫, ☂ " + "word " * 60 + "end"
    post.mail(subject, "text")
    assert post.whole("mails", subject)["html"] == ""


def test_hostile_html_is_served_without_the_right_to_do_anything(post: Post) -> None:
    post.mail("hostile", html=HOSTILE)
    shown = post.whole("mails", "hostile")
    assert shown["text"] == ""
    framed = post.ask(f"/mails/{shown['id']}.html")
    policy = framed.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';")
    assert "script" not in policy
    assert "allow-same-origin" not in policy
    assert "<h1>Hi</h1>" in framed.text
    assert '<head><base target="_blank">' in framed.text
    frame = post.ask("/static/pane.js").text
    assert 'sandbox: "allow-popups allow-popups-to-escape-sandbox"' in frame
    assert not [name for name in ("inbox.js", "pane.js", "elements.js") if "HTML(" in post.ask(f"/static/{name}").text]
    assert "innerHTML" not in frame


def test_a_mail_that_is_no_mail_is_shown_and_breaks_nothing(post: Post) -> None:
    broken = (
        b"To: <>,;:<\r\nSubject: =?utf-8?q?broken?=\r\n"
        b'Content-Type: multipart/mixed; boundary="\r\nX-Totes-Event: \xff\r\n\r\n\xff\xfe--\r\n'
    )
    with smtplib.SMTP("127.0.0.1", post.inbox.smtp_port) as smtp:
        smtp.sendmail("a@totes.example", ["b@totes.example"], broken)
    assert ["Delivered-To", "b@totes.example"] in post.whole("mails", "broken")["headers"]
    assert post.ask("/api/timeline").status_code == 200


def test_a_mail_too_large_is_refused(post: Post) -> None:
    with pytest.raises(smtplib.SMTPResponseException, match="552"):
        post.mail("large", "x" * 70 + "\n" * LARGEST_MAIL)
    assert not [one for one in post.shown("mails") if one["subject"] == "large"]


def test_a_message_is_shown_as_a_queue_gets_it(post: Post) -> None:
    record = {"schema_version": 1, "event": "loaded", "tables": ["dim_staff"], "text": "größer"}
    message_id = post.publish(
        {"default": "for people", "email": "for people", "sqs": json.dumps(record)},
        "[totes production] LOADED 1 table",
        event="loaded",
        environment="production",
    )
    shown = post.whole("messages", "[totes production] LOADED 1 table")
    assert shown["json"] == record
    assert (shown["event"], shown["severity"], shown["environment"]) == ("loaded", "info", "production")
    assert shown["attributes"]["event"] == {"Type": "String", "Value": "loaded"}
    assert (shown["to"], shown["envelope"]["MessageId"]) == ("totes-alerts", message_id)
    assert post.ask(f"/messages/{shown['id']}.json").json() == shown["envelope"]


@pytest.mark.parametrize("name", sorted(samples.ALL))
def test_an_alert_is_shown_as_an_email_subscriber_reads_it(post: Post, name: str) -> None:
    published = sns.message(samples.ALL[name](), runbook_url=post.inbox.runbook_url)
    post.publish(json.loads(published.body), name)
    assert post.whole("messages", name)["text"] == json.loads(published.body)["email"]


def test_a_message_of_plain_text_is_shown_too(post: Post) -> None:
    post.publish("just\ntext", "plain")
    shown = post.whole("messages", "plain")
    assert (shown["text"], shown["json"], shown["attributes"], shown["event"]) == ("just\ntext", None, {}, "")


def test_the_time_line_is_newest_first_and_costs_nothing_while_nothing_comes(post: Post) -> None:
    post.mail("before", "x")
    post.publish("between", "between")
    post.whole("messages", "between")
    post.mail("after", "x")
    answer = post.ask("/api/timeline")
    assert [one["subject"] for one in answer.json()[:3]] == ["after", "between", "before"]
    assert [one["kind"] for one in answer.json()[:3]] == ["mail", "message", "mail"]
    tag = {"If-None-Match": answer.headers["etag"]}
    same = post.ask("/api/timeline", **tag)
    assert (same.status_code, same.content) == (304, b"")
    post.mail("later still", "x")
    assert post.ask("/api/timeline", **tag).json()[0]["subject"] == "later still"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8026", "", "10.0.0.1"])
def test_a_page_that_was_led_here_under_another_name_is_refused(post: Post, host: str) -> None:
    for path in ("/", "/api/mails", "/static/inbox.js"):
        assert post.ask(path, host=host).status_code == 400
    assert post.ask("/api/mails", host=f"localhost:{post.inbox.page_port}").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/api/mails", "/api/mails/x", "/runbook", "/static/inbox.js"])
def test_nothing_can_be_changed_from_a_browser(post: Post, method: str, path: str) -> None:
    assert httpx.request(method, f"{post.inbox.url}{path}", trust_env=False).status_code == 405


@pytest.mark.parametrize("path", ["/", "/api/timeline", "/static/style.css", "/runbook", "/nowhere", "/api/mails/x"])
def test_every_answer_brings_the_headers_that_keep_harm_away(post: Post, path: str) -> None:
    found = post.ask(path).headers
    assert {name: found[name] for name in HEADERS} == HEADERS
    assert "server" not in found


@pytest.mark.parametrize(
    "asked", ["/api/mails/..%2F..%2Faws.log", "/mails/..%2F..%2Finbox.eml", "/static/..%2Fpage.py", "/..%2Frunbook.md"]
)
def test_no_other_file_can_be_read(post: Post, asked: str) -> None:
    assert post.ask(asked).status_code == 404


def test_the_page_needs_nothing_from_elsewhere(post: Post) -> None:
    served = [post.ask(path).text for path in ("/", "/static/inbox.js", "/static/pane.js", "/static/style.css")]
    assert "make fail-demo" in served[0]
    assert not [
        text for text in served if "http://" in text.replace("http://www.w3.org/2000/svg", "") or "//cdn" in text
    ]


def test_the_runbook_can_be_read_at_the_anchors_that_mails_link_to(post: Post) -> None:
    shown = post.ask("/runbook").text
    for anchor in ("runbook", "the-disk-is-full-load-fails", "again", "again-1"):
        assert f'id="{anchor}"' in shown
    assert "<script>" not in shown
    assert "<td>1</td>" in shown
    assert post.ask("/neighbour.md").text.count('<h1 id="neighbour">Neighbour</h1>') == 1
    assert post.ask("/absent.md").status_code == 404
    assert post.inbox.runbook_url == f"{post.inbox.url}/runbook"


def test_it_listens_on_the_loopback_address_alone(post: Post) -> None:
    ports = {post.inbox.smtp_port, post.inbox.page_port}
    listening = [c.laddr for c in psutil.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert {(address.ip, address.port) for address in listening if address.port in ports} == {
        ("127.0.0.1", port) for port in ports
    }
