"""Where the stack tells its Airflow that the files are."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.covid.server import INTERNET
from local.settings import from_environment
from local.stack import Stack
from local.summary import addresses

NAMES = ("AIRFLOW__TOTES__COVID_NYT_URL", "AIRFLOW__TOTES__COVID_JHU_URL")


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def told(stack: Stack) -> tuple[str, ...]:
    environment = stack.airflow.environment()
    return tuple(environment[name] for name in NAMES)


def test_by_default_the_stacks_own_files_are_read(tmp_path: Path) -> None:
    stack = Stack(from_environment({"STATE_DIR": str(tmp_path), "COVID_PORT": "9027"}))
    assert told(stack) == stack.covid.urls
    assert all(url.startswith("http://127.0.0.1:9027/") for url in told(stack))
    assert "COVID-19 files        http://127.0.0.1:9027  made up, a day every five minutes" in addresses(stack)


def test_one_setting_leads_to_the_real_ones_and_is_remembered(tmp_path: Path) -> None:
    from_environment({"STATE_DIR": str(tmp_path), "COVID": "internet"}).remember()
    stack = Stack(from_environment({"STATE_DIR": str(tmp_path)}))
    assert told(stack) == INTERNET
    assert INTERNET == (
        "https://raw.githubusercontent.com/nytimes/covid-19-data/master/us.csv",
        "https://raw.githubusercontent.com/datasets/covid-19/main/data/time-series-19-covid-combined.csv",
    )
    assert all(url in addresses(stack) for url in INTERNET)
    assert told(Stack(from_environment({"STATE_DIR": str(tmp_path), "COVID": "local"}))) == stack.covid.urls


@pytest.mark.parametrize("covid", ["local", "internet"])
def test_urls_given_in_the_environment_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, covid: str) -> None:
    stack = Stack(from_environment({"STATE_DIR": str(tmp_path), "COVID": covid}))
    theirs = told(stack)
    monkeypatch.setenv(NAMES[0], "https://mirror.example/us.csv")
    monkeypatch.setenv(NAMES[1], "")  # as good as not given
    assert told(stack) == ("https://mirror.example/us.csv", theirs[1])
    assert "https://mirror.example/us.csv" in addresses(stack)
    monkeypatch.setenv("AIRFLOW__TOTES__RAW_BUCKET", "elsewhere")
    assert stack.airflow.environment()["AIRFLOW__TOTES__RAW_BUCKET"] == "totes-raw"
