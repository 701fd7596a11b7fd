"""The settings: refused with the variable's name before anything else is done."""

import pytest

from include.errors import SettingError
from include.settings import AlertSettings, Settings, SiteSettings, WatchSettings

GOOD = {"AIRFLOW__TOTES__RAW_BUCKET": "totes-raw", "AIRFLOW__TOTES__PROCESSED_BUCKET": "totes-processed"}


def test_the_buckets_come_from_the_environment():
    assert Settings.from_environment(GOOD) == Settings("totes-raw", "totes-processed")


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_bucket_is_named_with_both_ways_to_set_it(name: str):
    with pytest.raises(SettingError) as caught:
        Settings.from_environment({key: value for key, value in GOOD.items() if key != name})
    assert name in caught.value.where
    assert caught.value.found == "nothing"
    assert f"totes.{name.removeprefix('AIRFLOW__TOTES__').lower()}" in caught.value.remedy


@pytest.mark.parametrize(
    "value", ["ab", "Totes-Raw", "totes_raw", "-totes", "totes-", "s3://totes", "a" * 64, " totes"]
)
def test_a_malformed_name_is_shown(value: str):
    with pytest.raises(SettingError) as caught:
        Settings.from_environment(GOOD | {"AIRFLOW__TOTES__RAW_BUCKET": value})
    assert caught.value.found == repr(value)


@pytest.mark.parametrize("value", ["abc", "a.b-c", "0totes9", "a" * 63])
def test_every_allowed_name_is_accepted(value: str):
    assert Settings.from_environment(GOOD | {"AIRFLOW__TOTES__RAW_BUCKET": value}).raw_bucket == value


def test_one_bucket_for_both_zones_is_refused():
    with pytest.raises(SettingError, match=r"PROCESSED_BUCKET: 'totes-raw', which is the raw bucket too"):
        Settings("totes-raw", "totes-raw")


ALERTS = {
    "AIRFLOW__TOTES__ALERT_TOPIC": "arn:aws:sns:eu-west-2:000000000000:totes-alerts",
    "AIRFLOW__TOTES__MAIL_TO": "data@totes.example, on-call@totes.example",
    "AIRFLOW__TOTES__MAIL_ON_RETRY": "True",
    "AIRFLOW__TOTES__DEADLINE_MINUTES": "45",
}


def test_alerts_are_off_unless_somebody_is_to_hear_of_them():
    settings = AlertSettings.from_environment({})
    assert (settings.topic, settings.mail_to, settings.mail_on_retry, settings.deadline_minutes) == ("", (), False, 30)


def test_who_hears_of_what_comes_from_the_environment():
    settings = AlertSettings.from_environment(ALERTS)
    assert settings.mail_to == ("data@totes.example", "on-call@totes.example")
    assert settings.mail_on_retry
    assert settings.deadline_minutes == 45


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALERT_TOPIC", "totes-alerts"),
        ("MAIL_TO", "somebody"),
        ("MAIL_TO", "a@b\nBcc: c@d"),
        ("MAIL_ON_RETRY", "perhaps"),
        ("DEADLINE_MINUTES", "half an hour"),
        ("DEADLINE_MINUTES", "0"),
    ],
)
def test_a_setting_of_the_alerts_that_cannot_be_used_is_named(name: str, value: str):
    with pytest.raises(SettingError, match=name) as caught:
        AlertSettings.from_environment(ALERTS | {f"AIRFLOW__TOTES__{name}": value})
    assert caught.value.found == repr(value)


def test_without_a_bucket_there_is_no_site():
    assert SiteSettings.from_environment(GOOD) == SiteSettings(bucket="", memory_mb=512, threads=2)


def test_the_site_s_settings_come_from_the_environment():
    given = {"BUCKET": "totes-site", "MEMORY_MB": "256", "THREADS": "1"}
    environment = GOOD | {f"AIRFLOW__TOTES__SITE_{name}": value for name, value in given.items()}
    assert SiteSettings.from_environment(environment) == SiteSettings("totes-site", memory_mb=256, threads=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("BUCKET", "totes-raw"), ("BUCKET", "totes-processed"), ("BUCKET", "S3"), ("MEMORY_MB", "0"), ("THREADS", "two")],
)
def test_a_site_that_cannot_be_is_refused(name: str, value: str):
    with pytest.raises(SettingError) as caught:
        SiteSettings.from_environment(GOOD | {f"AIRFLOW__TOTES__SITE_{name}": value})
    assert caught.value.where == f"setting AIRFLOW__TOTES__SITE_{name}"


def test_the_shop_is_not_watched_unless_somebody_wants_it():
    assert WatchSettings.from_environment({}) == WatchSettings(source="off", seconds=1)
    assert not WatchSettings().is_on


def test_how_the_shop_is_watched_comes_from_the_environment():
    environment = {"AIRFLOW__TOTES__WATCH_SOURCE": "notify", "AIRFLOW__TOTES__WATCH_SECONDS": "3"}
    assert WatchSettings.from_environment(environment) == WatchSettings(source="notify", seconds=3)
    assert WatchSettings(source="poll").is_on


@pytest.mark.parametrize(("name", "value"), [("SOURCE", "always"), ("SECONDS", "0"), ("SECONDS", "soon")])
def test_a_watch_that_cannot_be_is_refused(name: str, value: str):
    with pytest.raises(SettingError, match=f"WATCH_{name}.*{value}"):
        WatchSettings.from_environment({f"AIRFLOW__TOTES__WATCH_{name}": value})
