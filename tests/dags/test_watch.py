"""The schedule where the shop is watched, and the trigger that watches it."""

import asyncio
import json
import os
import subprocess
import sys

import psycopg
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import AssetOrTimeSchedule, CronDataIntervalTimetable
from airflow.sdk._shared.module_loading import import_string
from airflow.serialization.serialized_objects import DagSerialization
from psycopg.conninfo import conninfo_to_dict

from include.catalog import SOURCE_FED
from local.settings import ROOT
from totes_watch import SourceChanged

EVERY_FIVE_MINUTES = CronDataIntervalTimetable("*/5 * * * *", timezone="UTC")
TABLES = sorted({f"public.{source.name}" for table in SOURCE_FED for source in table.source_tables})


@pytest.fixture(params=["poll", "notify"])
def way(request, monkeypatch):
    monkeypatch.setenv("AIRFLOW__TOTES__WATCH_SOURCE", request.param)
    monkeypatch.setenv("AIRFLOW__TOTES__WATCH_SECONDS", "2")
    return request.param


@pytest.fixture
def dag(way):  # noqa: ARG001  its setting
    bag = DagBag(str(ROOT / "dags"))
    assert bag.import_errors == {}
    return bag.dags["totes_etl"]


def test_a_watched_shop_starts_runs_beside_the_schedule(dag, way):
    assert isinstance(dag.timetable, AssetOrTimeSchedule)
    assert dag.timetable.timetable == EVERY_FIVE_MINUTES
    (shop,) = dag.timetable.asset_condition.objects
    assert (shop.name, shop.uri) == ("totesys", "totes://totesys/")
    (watcher,) = shop.watchers
    arguments = {"connection": "totesys", "way": way, "seconds": 2, "tables": TABLES}
    assert watcher.trigger.serialize() == ("totes_watch.SourceChanged", arguments)
    assert len(TABLES) == 11
    assert (dag.catchup, dag.max_active_runs) == (False, 1)


def test_the_watch_survives_serialization(dag):
    again = DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(dag))))
    ((_, shop),) = again.timetable.asset_condition.iter_assets()
    (watcher,) = shop.watchers
    trigger = import_string(watcher.trigger["classpath"])(**watcher.trigger["kwargs"])
    (given,) = dag.timetable.asset_condition.objects[0].watchers
    assert trigger.serialize() == given.trigger.serialize()


def test_a_way_that_is_none_keeps_the_dag_from_importing(monkeypatch):
    monkeypatch.setenv("AIRFLOW__TOTES__WATCH_SOURCE", "listen")
    (error,) = DagBag(str(ROOT / "dags")).import_errors.values()
    assert "AIRFLOW__TOTES__WATCH_SOURCE: 'listen'; expected off, poll or notify" in error


def test_the_trigger_watches_with_the_airflow_connection(source_db, monkeypatch):
    parts = conninfo_to_dict(source_db.reader)
    connection = {
        "conn_type": "postgres",
        "host": parts["host"],
        "port": int(parts["port"]),
        "schema": parts["dbname"],
        "login": parts["user"],
        "password": parts["password"],
        "extra": {"application_name": "watched", "cursor": "dictcursor"},  # the latter is the hook's own
    }
    monkeypatch.setenv("AIRFLOW_CONN_TOTESYS", json.dumps(connection))

    async def first() -> dict[str, str]:
        events = SourceChanged("totesys", "poll", 1, TABLES).run()
        event = await asyncio.wait_for(anext(events), timeout=30)
        with psycopg.connect(source_db.owner) as owner:
            query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'watched'"
            assert owner.execute(query).fetchone() == (1,)
        await events.aclose()
        return event.payload

    assert list(asyncio.run(first())) == ["noticed_at"]


def test_the_plugin_brings_nothing_of_ours_into_the_process_that_forks_tasks():
    program = (
        "import sys, totes_watch\n"
        "ours = [name for name in sys.modules if name.partition('.')[0] in {'include', 'psycopg'}]\n"
        "assert not ours, ours\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
