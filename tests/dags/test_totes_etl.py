"""The DAG as Airflow reads it: complete, light, and dependent on nothing outside at parse time."""

import os
import subprocess
import sys
from copy import deepcopy
from datetime import timedelta

import pendulum
import pytest

from include.catalog import FED
from include.errors import DeclarationError, PermanentError, SourceUnavailable
from local.settings import ROOT

STEPS = ("extract", "transform", "load")
SPLIT = [table.name for table in FED if table.split_rows]


@pytest.fixture(scope="module")
def dag_bag():
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(ROOT / "dags"))


@pytest.fixture(scope="module")
def dag(dag_bag):
    return dag_bag.dags["totes_etl"]


def test_one_dag_without_import_errors(dag_bag):
    assert dag_bag.import_errors == {}
    assert list(dag_bag.dags) == ["totes_etl"]


def test_what_the_dag_imports_is_not_parsed_as_a_dag_file():
    from airflow.utils.file import find_dag_file_paths

    assert find_dag_file_paths(str(ROOT / "dags"), safe_mode=True) == [str(ROOT / "dags" / "totes_etl.py")]


def test_the_tasks_are_the_catalogues(dag):
    groups = {f"{table.name}.{step}" for table in FED for step in STEPS}
    assert len(groups) >= 30
    splits = {f"{name}.split" for name in SPLIT}
    assert splits
    assert set(dag.task_ids) == {"plan", "publish", "report", *groups, *splits}


def test_a_group_hangs_on_the_plan_and_on_no_other_group(dag):
    for table in FED:
        extract, transform, load = (dag.get_task(f"{table.name}.{step}") for step in STEPS)
        split = {f"{table.name}.split"} if table.name in SPLIT else set()
        assert extract.upstream_task_ids == {"plan", *split}
        assert transform.upstream_task_ids == {extract.task_id}
        assert load.upstream_task_ids == {transform.task_id}
        assert load.downstream_task_ids == {"publish", "report"}


def test_what_was_loaded_is_published_whatever_else_failed_and_then_reported(dag):
    published = dag.get_task("publish")
    assert published.trigger_rule == "all_done"
    assert published.upstream_task_ids == {f"{table.name}.load" for table in FED}
    assert published.downstream_task_ids == {"report"}


def test_the_report_always_runs(dag):
    assert dag.get_task("report").trigger_rule == "all_done"


def test_the_schedule_is_every_five_minutes_with_real_intervals(dag):
    from airflow.sdk import CronDataIntervalTimetable

    assert dag.timetable == CronDataIntervalTimetable("*/5 * * * *", timezone="UTC")
    assert dag.catchup is False
    assert dag.max_active_runs == 1


def test_runs_of_one_table_never_overlap(dag):
    for table in FED:
        for step in STEPS:
            side_by_side = table.name in SPLIT and step != "load"
            assert dag.get_task(f"{table.name}.{step}").max_active_tis_per_dag == (8 if side_by_side else 1)
        if table.name in SPLIT:
            assert dag.get_task(f"{table.name}.split").max_active_tis_per_dag == 1


def test_every_task_gives_up_in_time(dag):
    assert all(task.execution_timeout == timedelta(minutes=15) for task in dag.tasks)


def test_every_task_says_what_it_does(dag):
    assert all(task.doc_md for task in dag.tasks)
    assert "### fact_sales_order" in dag.get_task("fact_sales_order.load").doc_md
    assert dag.doc_md


def test_each_load_tells_its_lineage(dag):
    outlets = {outlet.name for task in dag.tasks for outlet in task.outlets}
    assert outlets == {f"warehouse.{table.name}" for table in FED}
    assert {inlet.name for inlet in dag.get_task("dim_staff.load").inlets} == {"totesys.staff", "totesys.department"}


@pytest.mark.parametrize(
    ("error", "tried_again"),
    [(SourceUnavailable, True), (DeclarationError, False), (PermanentError, False)],
)
def test_only_what_can_pass_by_itself_is_tried_again(dag, error, tried_again):
    from airflow.sdk import RetryAction

    raised = error("somewhere", found="this", expected="that", remedy="do so")
    decision = dag.get_task("dim_staff.load").retry_policy.evaluate(raised, 1, 2, {})
    assert (decision.action is not RetryAction.FAIL) is tried_again


@pytest.mark.parametrize(
    "conf",
    [
        {"tables": ["fact_nothing"]},
        {"tables": []},
        {"tables": ["dim_staff", "dim_staff"]},
        {"tables": "dim_staff"},
        {"mode": "everything"},
        {"mode": None},
        {"environment": "staging"},
        {"environment": ""},
        {"environment": None},
        {"environment": ["testing"]},
    ],
)
def test_a_wrong_parameter_is_refused(dag, conf):
    from airflow.sdk.exceptions import ParamValidationError

    params = deepcopy(dag.params)
    with pytest.raises(ParamValidationError):
        params.update(conf)


def test_a_run_is_productions_unless_it_says_testing(dag):
    assert list(dag.params)[-1] == "environment"
    params = deepcopy(dag.params)
    assert params["environment"] == "production"
    params.update({"environment": "testing"})
    assert params.validate()["environment"] == "testing"


def test_it_survives_serialization(dag):
    from airflow.serialization.serialized_objects import DagSerialization

    again = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    assert set(again.task_ids) == set(dag.task_ids)
    run = again.timetable.infer_manual_data_interval(run_after=pendulum.datetime(2026, 1, 1, 12, 3))
    assert run.end - run.start == timedelta(minutes=5)


def test_parsing_connects_nowhere_and_imports_nothing_heavy():
    """In a process of its own, in which every connection attempt is an error."""
    program = """
import socket, sys
def refuse(*_): raise AssertionError("a connection at parse time")
socket.socket.connect = socket.create_connection = refuse
import airflow.sdk, airflow.dag_processing.dagbag
before = set(sys.modules)
bag = airflow.dag_processing.dagbag.DagBag(sys.argv[1])
assert not bag.import_errors, bag.import_errors
assert len(bag.dags["totes_etl"].tasks) >= 32
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
heavy = loaded & {"pandas", "numpy", "pyarrow", "psycopg", "psycopg2", "alembic", "zstandard"}
assert not heavy, heavy  # boto3 is Airflow's own import
ours = {name for name in sys.modules if name.startswith("include.")}
light = ("include.catalog", "include.environment", "include.errors", "include.settings")
assert ours and all(name.startswith(light) for name in ours), ours
"""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'dags'}"}
    done = subprocess.run(
        [sys.executable, "-c", program, str(ROOT / "dags")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_what_is_imported_before_the_fork_is_heavy_and_not_ours():
    """A module of ours that was imported then would stay as it was until the scheduler is restarted."""
    program = """
import sys
sys.argv = ["airflow", "scheduler"]
import airflow_local_settings
assert {"pyarrow", "boto3", "psycopg", "alembic"} <= set(sys.modules)
ours = [name for name in sys.modules if name.partition(".")[0] in {"include", "totes_etl", "totes_tasks"}]
assert not ours, ours
"""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_range_is_named_where_there_are_several(dag):
    import totes_failures

    one = {"fact_sales_order.extract_0", "fact_sales_order.transform", "plan"}
    several = {f"fact_sales_order.extract_{number}" for number in range(12)} | {"dim_staff.extract"}
    assert {totes_failures._named(dag, name, one) for name in one} == {
        "fact_sales_order.extract",
        "fact_sales_order.transform",
        "plan",
    }
    named = {totes_failures._named(dag, name, several) for name in several}
    assert {"fact_sales_order.extract[0]", "fact_sales_order.extract[11]", "dim_staff.extract"} <= named
    assert totes_failures._parts(dag, "fact_sales_order.extract[11]") == ("fact_sales_order.extract", 11)
    assert totes_failures._parts(dag, "fact_sales_order.extract") == ("fact_sales_order.extract", 0)
    assert totes_failures._parts(dag, "dim_staff.extract") == ("dim_staff.extract", -1)
