"""The settings: refused with the variable's name before anything else is done."""

import pytest

from include.errors import SettingError
from include.settings import Settings

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
