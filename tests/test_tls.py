"""When a database's certificate must be verified, and against what."""

import pytest

from include import tls
from include.errors import SettingError
from include.settings import TlsSettings

PLAIN = {"AIRFLOW__TOTES__PLAINTEXT_HOSTS": "postgres"}
ROOT = "AIRFLOW__TOTES__DATABASE_ROOT_CERTIFICATE"


def required(environment=None, **given):
    return tls.required("connection warehouse", given, environment or {})


@pytest.mark.parametrize(
    "given",
    [
        {"host": "127.0.0.1"},
        {"host": "LOCALHOST", "sslmode": "disable"},
        {"host": "::1", "hostaddr": "127.0.0.2"},
        {"host": "/var/run/postgresql"},
        {"host": None, "dbname": "warehouse"},
    ],
)
def test_this_machine_is_reached_as_it_is_asked_for(given):
    assert required(**given) == {}


@pytest.mark.parametrize(
    "given",
    [
        {"host": "db.example"},
        {"host": "10.0.0.7"},
        {"host": "localhost,db.example"},
        {"host": "localhost", "hostaddr": "10.0.0.7"},
        {"host": "db.example", "hostaddr": "127.0.0.1"},
        {"service": "warehouse"},
        {"environment": {"PGHOST": "db.example"}},
        {"environment": {"PGSERVICE": "warehouse"}},
        {"environment": PLAIN, "host": "postgres,db.example"},
        {"environment": PLAIN, "host": "postgres", "hostaddr": "10.0.0.7"},
    ],
)
def test_any_other_server_is_verified(given):
    found = required(**given)
    assert (found["sslmode"], found["gssencmode"]) == ("verify-full", "disable")
    with pytest.raises(
        SettingError, match=r"connection warehouse: sslmode=require to .*; expected sslmode=verify-full"
    ):
        required(**given, sslmode="require")


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_less_is_refused(mode):
    with pytest.raises(SettingError, match=f"sslmode={mode} to db.example"):
        required(host="db.example", sslmode=mode)


def test_a_named_service_of_a_private_network_may_go_without():
    assert required(PLAIN, host="postgres") == {}
    assert required(PLAIN, host="warehouse") != {}


@pytest.mark.parametrize("host", ["db.example", "10.0.0.7", "::1", "*", "rds.amazonaws.com"])
def test_nothing_that_could_be_public_may_go_without(host):
    with pytest.raises(SettingError, match=r"PLAINTEXT_HOSTS: .*expected names of servers without a dot"):
        TlsSettings.from_environment({"AIRFLOW__TOTES__PLAINTEXT_HOSTS": f"postgres, {host}"})


def test_the_authorities_are_the_connection_s_the_setting_s_or_the_machine_s(tmp_path):
    own, others = tmp_path / "own.pem", tmp_path / "others.pem"
    own.touch(), others.touch()
    setting = {ROOT: str(own)}
    assert required(setting, host="db.example", sslrootcert=str(others))["sslrootcert"] == str(others)
    assert required(setting, host="db.example")["sslrootcert"] == str(own)
    libpq = {"PGSSLROOTCERT": str(others)}  # what psql takes beside it; the parameter given to libpq would win over it
    assert required(libpq, host="db.example")["sslrootcert"] == str(others)
    assert required(setting | libpq, host="db.example")["sslrootcert"] == str(own)
    machine_s = required(host="db.example")["sslrootcert"]
    assert required(host="db.example", sslrootcert="system")["sslrootcert"] == machine_s
    assert machine_s.startswith("/")


def test_an_authority_that_is_not_there_is_named():
    with pytest.raises(SettingError, match=r"no file /nowhere/rds\.pem"):
        required({ROOT: "/nowhere/rds.pem"}, host="db.example")
