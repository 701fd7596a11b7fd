"""The plugin that serves the dashboards in Airflow: what it costs others, and where it finds the warehouse."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from airflow.plugins_manager import AirflowPlugin

from include.errors import SettingError
from local.settings import ROOT

sys.path.insert(0, str(ROOT / "plugins"))

import totes_dashboard

VARIABLE = "AIRFLOW_CONN_WAREHOUSE_READER"


def test_importing_it_imports_nothing_of_the_project(tmp_path: Path) -> None:
    """Tasks are forked from a process that imported it, and must see the project as it is on disk now."""
    program = "import sys, totes_dashboard; print(*(name for name in sys.modules if name.startswith('include')))"
    env = {"PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}", "PATH": "/usr/bin:/bin", "AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_its_entry_leads_to_where_it_is_mounted() -> None:
    assert issubclass(totes_dashboard.TotesDashboard, AirflowPlugin)
    (mounted,), (entry,) = totes_dashboard.TotesDashboard.fastapi_apps, totes_dashboard.TotesDashboard.external_views
    assert f"/{entry['href']}" == f"{mounted['url_prefix']}/"


def test_the_extras_of_the_connection_are_kept_as_far_as_libpq_knows_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    (root := tmp_path / "rds.pem").touch()
    extra = {"sslmode": "verify-full", "sslrootcert": str(root), "connect_timeout": 3, "cursor": "dictcursor"}
    connection = {"conn_type": "postgres", "host": "db", "port": 6543, "login": "analyst", "password": "p@ss w/rd'"}
    monkeypatch.setenv(VARIABLE, json.dumps({**connection, "schema": "warehouse", "extra": extra}))
    found = psycopg.conninfo.conninfo_to_dict(totes_dashboard._conninfo())
    assert found == {
        **{name: str(value) for name, value in extra.items() if name != "cursor"},
        "application_name": found["application_name"],
        "gssencmode": "disable",
        "host": "db",
        "port": "6543",
        "user": "analyst",
        "password": "p@ss w/rd'",
        "dbname": "warehouse",
    }


def test_a_new_password_is_found_without_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    for password in ("old", "new"):
        monkeypatch.setenv(VARIABLE, f"postgres://analyst:{password}@db:5432/warehouse")
        assert psycopg.conninfo.conninfo_to_dict(totes_dashboard._conninfo())["password"] == password


def test_an_iam_connection_gets_a_token_for_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    account = {"conn_type": "aws", "login": "key", "password": "secret", "extra": {"region_name": "eu-central-1"}}
    monkeypatch.setenv("AIRFLOW_CONN_TOTES_AWS", json.dumps(account))
    extra = {"iam": True, "aws_conn_id": "totes_aws"}
    connection = {
        "conn_type": "postgres",
        "host": "db.example",
        "port": 5432,
        "login": "analyst",
        "schema": "warehouse",
    }
    monkeypatch.setenv(VARIABLE, json.dumps({**connection, "extra": extra}))
    found = psycopg.conninfo.conninfo_to_dict(totes_dashboard._conninfo())
    assert "X-Amz-Signature" in found["password"]
    assert (found["host"], found["user"], found["sslmode"]) == ("db.example", "analyst", "verify-full")


def test_a_missing_connection_is_named_with_how_to_define_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(SettingError, match=f"connection warehouse_reader: nothing.*{VARIABLE}"):
        totes_dashboard._conninfo()
