"""The summary line, to the letter: people grep for it."""

import logging

import pytest

from include.summary import log_summary


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO)
    return caplog


def test_a_load_says_everything(lines):
    log_summary(
        "load",
        table="fact_payment",
        rows_read=12,
        rows_new=3,
        rows_revised=0,
        rows_deleted=2,
        rows_quarantined=1,
        size=4567,
        seconds=1.23456,
        watermark=987654321,
    )
    (line,) = lines.messages
    assert line == (
        "step=load table=fact_payment rows_read=12 rows_new=3 rows_revised=0 rows_deleted=2 rows_quarantined=1"
        " bytes=4567 seconds=1.235 watermark=987654321"
    )


def test_what_a_step_does_not_know_is_a_dash(lines):
    log_summary("extract", table="dim_staff", rows_read=0, size=0, seconds=0, watermark=None)
    assert lines.messages == [
        (
            "step=extract table=dim_staff rows_read=0 rows_new=- rows_revised=- rows_deleted=- rows_quarantined=-"
            " bytes=0 seconds=0.000 watermark=-"
        )
    ]
