"""The pipeline's settings: few, named, and checked before anything else is done.

They are read from environment variables named as Airflow names its configuration options
(section ``totes``), so that one and the same setting is an environment variable locally and in
Docker, and a configuration option (``totes.raw_bucket``) on Amazon MWAA.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

from include.errors import SettingError

_PREFIX = "AIRFLOW__TOTES__"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True)
class Settings:
    """Where the lake is. Raises ``SettingError`` when a bucket's name is missing or malformed."""

    raw_bucket: str
    processed_bucket: str

    def __post_init__(self) -> None:
        for name in ("raw_bucket", "processed_bucket"):
            _check_bucket(name, getattr(self, name))
        if self.raw_bucket == self.processed_bucket:
            raise SettingError(
                f"setting {_PREFIX}PROCESSED_BUCKET",
                found=f"{self.processed_bucket!r}, which is the raw bucket too",
                expected="two different buckets",
                remedy="name another bucket and run again",
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings of this deployment."""
        return cls(
            raw_bucket=environment.get(f"{_PREFIX}RAW_BUCKET", ""),
            processed_bucket=environment.get(f"{_PREFIX}PROCESSED_BUCKET", ""),
        )


def _check_bucket(name: str, value: str) -> None:
    if not _BUCKET.fullmatch(value):
        raise SettingError(
            f"setting {_PREFIX}{name.upper()}",
            found=repr(value) if value else "nothing",
            expected="the name of an S3 bucket (3 to 63 of a-z, 0-9, '.', '-')",
            remedy=f"set it as an environment variable, or on MWAA as the configuration option totes.{name}",
        )


@dataclass(frozen=True)
class SiteSettings:
    """The bucket of what is published: extracts of the warehouse, and the public page. Without it nothing is.

    ``memory_mb`` and ``threads`` bound whoever answers questions from the extracts. Raises ``SettingError``.
    """

    bucket: str = ""
    memory_mb: int = 512
    threads: int = 2

    def __post_init__(self) -> None:
        if self.bucket:
            _check_bucket("site_bucket", self.bucket)
        for name in ("memory_mb", "threads"):
            if getattr(self, name) < 1:
                _refuse(f"site_{name}", str(getattr(self, name)), "a whole number, 1 or more")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "SiteSettings":
        """The settings of this deployment. The bucket is none of the lake's two: those are never written over."""
        given = {name: environment.get(f"{_PREFIX}SITE_{name}", "").strip() for name in _SITE}
        for lake in ("RAW_BUCKET", "PROCESSED_BUCKET"):
            if given["BUCKET"] and given["BUCKET"] == environment.get(f"{_PREFIX}{lake}", ""):
                _refuse("site_bucket", given["BUCKET"], f"another bucket than {lake.lower()}")
        return cls(
            bucket=given["BUCKET"],
            memory_mb=_whole("site_memory_mb", given["MEMORY_MB"] or str(cls.memory_mb)),
            threads=_whole("site_threads", given["THREADS"] or str(cls.threads)),
        )


_SITE = ("BUCKET", "MEMORY_MB", "THREADS")


@dataclass(frozen=True)
class AlertSettings:
    """Who hears of what. Everything is optional: without a topic or a recipient that way of telling is off.

    ``topic`` is the SNS topic's ARN, ``mail_to`` the recipients, ``deadline_minutes`` how long after it was due
    a run must be done (and how far the warehouse may be behind its source), ``runbook_url`` where
    docs/runbook.md can be read, ``cloudwatch_namespace`` where metrics go. Raises ``SettingError``.
    """

    topic: str = ""
    mail_to: tuple[str, ...] = ()
    mail_on_retry: bool = False
    deadline_minutes: int = 30
    runbook_url: str = "docs/runbook.md"
    cloudwatch_namespace: str = ""

    def __post_init__(self) -> None:
        if self.topic and not _TOPIC.fullmatch(self.topic):
            _refuse("alert_topic", self.topic, "the ARN of an SNS topic (arn:aws:sns:<region>:<account>:<name>)")
        for address in self.mail_to:
            if not _ADDRESS.fullmatch(address):
                _refuse("mail_to", address, "e-mail addresses, separated by commas")
        if self.deadline_minutes < 1:
            _refuse("deadline_minutes", str(self.deadline_minutes), "a whole number of minutes, 1 or more")

    @property
    def topic_region(self) -> str:
        """The AWS region of the topic, whatever the connection's is."""
        return self.topic.split(":")[3]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "AlertSettings":
        """The settings of this deployment."""
        given = {name: environment.get(f"{_PREFIX}{name}", "").strip() for name in _ALERTS}
        return cls(
            topic=given["ALERT_TOPIC"],
            mail_to=tuple(filter(None, (part.strip() for part in given["MAIL_TO"].split(",")))),
            mail_on_retry=_truth("mail_on_retry", given["MAIL_ON_RETRY"] or "false"),
            deadline_minutes=_whole("deadline_minutes", given["DEADLINE_MINUTES"] or "30"),
            runbook_url=given["RUNBOOK_URL"] or cls.runbook_url,
            cloudwatch_namespace=given["CLOUDWATCH_NAMESPACE"],
        )


_ALERTS = ("ALERT_TOPIC", "MAIL_TO", "MAIL_ON_RETRY", "DEADLINE_MINUTES", "RUNBOOK_URL", "CLOUDWATCH_NAMESPACE")
_TOPIC = re.compile(r"arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}")
_ADDRESS = re.compile(r"[^@\s,<>]+@[^@\s,<>]+")


@dataclass(frozen=True)
class WatchSettings:
    """Whether a change in the shop starts a run at once, beside the schedule; off unless it is set.

    ``source`` is how changes are noticed (``off``, ``poll``, ``notify``), ``seconds`` how often the shop is looked
    at, or how long what it notifies of is gathered. Raises ``SettingError``.
    """

    source: str = "off"
    seconds: int = 1

    def __post_init__(self) -> None:
        if self.source not in WATCH_CHOICES:
            _refuse("watch_source", self.source, "off, poll or notify")
        if self.seconds < 1:
            _refuse("watch_seconds", str(self.seconds), "a whole number of seconds, 1 or more")

    @property
    def is_on(self) -> bool:
        """Whether anything is watched."""
        return self.source != "off"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "WatchSettings":
        """The settings of this deployment."""
        given = {name: environment.get(f"{_PREFIX}WATCH_{name}", "").strip() for name in ("SOURCE", "SECONDS")}
        return cls(
            source=given["SOURCE"] or cls.source,
            seconds=_whole("watch_seconds", given["SECONDS"] or str(cls.seconds)),
        )


WATCH_CHOICES = ("off", "poll", "notify")


def _truth(name: str, value: str) -> bool:
    if value.lower() not in {"true", "false"}:
        _refuse(name, value, "true or false")
    return value.lower() == "true"


def _whole(name: str, value: str) -> int:
    if not value.isdecimal():
        _refuse(name, value, "a whole number")
    return int(value)


def _refuse(name: str, value: str, expected: str) -> NoReturn:
    raise SettingError(
        f"setting {_PREFIX}{name.upper()}",
        found=repr(value),
        expected=expected,
        remedy=f"set it as an environment variable, or on MWAA as the configuration option totes.{name}",
    )


@dataclass(frozen=True)
class FileSettings:
    """Where the files of the COVID-19 table are fetched from, how often they are asked for, and from whom.

    ``hosts`` are those that may be asked, redirects included (loopback too, where a URL names it).
    Raises ``SettingError``.
    """

    urls: Mapping[str, str]
    poll_minutes: int = 30
    hosts: frozenset[str] = frozenset({"raw.githubusercontent.com"})

    def __post_init__(self) -> None:
        for name, url in self.urls.items():
            if not (_URL.fullmatch(url) and _can_be_split(url)):
                _refuse(name, url, "an https URL (http on 127.0.0.1 only)")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "FileSettings":
        """The settings of this deployment; unset ones lead to the public files."""
        given = {name: environment.get(f"{_PREFIX}{name.upper()}", "").strip() for name in (*_PUBLIC, *_FILES)}
        hosts = frozenset(filter(None, (part.strip().lower() for part in given["covid_hosts"].split(","))))
        return cls(
            urls={name: given[name] or url for name, url in _PUBLIC.items()},
            poll_minutes=_whole("covid_poll_minutes", given["covid_poll_minutes"] or "30"),
            hosts=hosts or cls.hosts,
        )


def _can_be_split(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


_FILES = ("covid_poll_minutes", "covid_hosts")
_PUBLIC = {
    "covid_nyt_url": "https://raw.githubusercontent.com/nytimes/covid-19-data/master/us.csv",
    "covid_jhu_url": "https://raw.githubusercontent.com/datasets/covid-19/main/data/time-series-19-covid-combined.csv",
}
_URL = re.compile(r"https://[^\s/]+/\S*|http://127\.0\.0\.1(:\d+)?/\S*")


@dataclass(frozen=True)
class TlsSettings:
    """Whom a database's certificate is checked against, and which servers are reached without TLS.

    ``root_certificate`` is a PEM file (empty: the machine's own authorities). ``plaintext_hosts`` are names of a
    private network's servers, such as those of Docker Compose: without a dot, for no public name and no address is
    ever spelled so. Raises ``SettingError``.
    """

    root_certificate: str = ""
    plaintext_hosts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for host in self.plaintext_hosts:
            if not _PRIVATE_NAME.fullmatch(host):
                _refuse("plaintext_hosts", host, "names of servers without a dot, separated by commas")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "TlsSettings":
        """The settings of this deployment."""
        given = {name: environment.get(f"{_PREFIX}{name}", "").strip() for name in _TLS}
        hosts = filter(None, (part.strip().lower() for part in given["PLAINTEXT_HOSTS"].split(",")))
        return cls(root_certificate=given["DATABASE_ROOT_CERTIFICATE"], plaintext_hosts=frozenset(hosts))


_TLS = ("DATABASE_ROOT_CERTIFICATE", "PLAINTEXT_HOSTS")
_PRIVATE_NAME = re.compile(r"[a-z][a-z0-9_-]*")
