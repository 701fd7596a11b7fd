"""End to end through a real Airflow: its scheduler, LocalExecutor, REST API, a real PostgreSQL and a real S3 API.

The tests share one stack and go from the first load on, in order; the five-minute schedule goes on beside them.
"""

import json
import time
from urllib.parse import quote

import psycopg
import pytest

from include.catalog import SOURCE_FED
from local.errors import StackError
from tests.airflow_runs import DAG, TABLES, TASKS, AirflowRuns
from tests.expected import EDITS
from tests.pipeline import NAMES, Pipeline

pytestmark = pytest.mark.airflow

ROOTS = ("raw/", "processed/", "quarantine/")
FACTS = [table for table in SOURCE_FED if table.history == "versions"]


def versions(airflow: AirflowRuns) -> dict[str, int]:
    """The rows of every table, all versions counted."""
    return {name: airflow.pipeline.query(f"SELECT count(*) FROM {name}")[0][0] for name in NAMES}


def assert_warehouse_is_the_source(airflow: AirflowRuns) -> None:
    for name in NAMES:
        expected = airflow.pipeline.expected(name)
        assert expected.total() > 0
        assert airflow.pipeline.held(name) == expected, name


def assert_nothing_doubled(airflow: AirflowRuns) -> None:
    for fact in FACTS:
        (key,) = fact.natural_key
        again = airflow.pipeline.query(f"""
            SELECT count(*) FROM (
              SELECT ({", ".join(fact.column_names)}) IS NOT DISTINCT FROM
                     lag(({", ".join(fact.column_names)})) OVER (PARTITION BY {key} ORDER BY {fact.record_id}) AS same
              FROM {fact.name}) AS compared WHERE same""")
        assert again == [(0,)], f"{fact.name}: a version equal to the one before it"


def test_the_first_scheduled_run_loads_everything(airflow: AirflowRuns):
    api = airflow.stack.api
    deadline = time.monotonic() + 60
    while api.dag(DAG) is None and time.monotonic() < deadline:
        time.sleep(0.5)
    assert api.import_errors() == []
    api.unpause(DAG)
    while not (runs := api.runs(DAG)) and time.monotonic() < deadline:
        time.sleep(0.5)
    (run,) = runs
    assert run["run_type"] == "scheduled"
    airflow.wait(run["dag_run_id"])
    assert len(airflow.executed(run["dag_run_id"])) == TASKS
    assert_warehouse_is_the_source(airflow)
    assert airflow.pipeline.query("SELECT count(*), count(DISTINCT table_name) FROM etl_ledger") == [
        (len(TABLES), len(TABLES))
    ]
    inferred = [
        airflow.pipeline.query(f"SELECT count(*) FROM {n} WHERE is_inferred")[0][0] for n in NAMES if "dim" in n
    ]
    assert set(inferred) == {0}


def test_a_run_without_changes_executes_one_task_besides_the_report(airflow: AirflowRuns):
    before = versions(airflow)
    run_id = airflow.trigger()
    assert airflow.executed(run_id) == {"plan", "report"}
    assert versions(airflow) == before
    assert airflow.xcom(run_id, "report")["tables_unchanged"] == sorted(TABLES)


NOTED = """
SELECT run_type, outcome, tables_loaded, tables_unchanged, tables_failed, ended_at > started_at,
       (SELECT count(*) FROM etl_run_table AS stood WHERE stood.run_id = run.run_id)
FROM etl_run AS run WHERE (rows_new > 0) = %s ORDER BY ended_at LIMIT 1
"""


def test_each_run_is_noted_with_changes_or_without(airflow: AirflowRuns):
    first = airflow.pipeline.query(NOTED, True)
    assert first == [("scheduled", "success", len(TABLES), 0, 0, True, len(TABLES))]
    ((_, outcome, *tables, took_time, stood),) = airflow.pipeline.query(NOTED, False)
    assert (outcome, tables, took_time, stood) == ("success", [0, len(TABLES), 0], True, len(TABLES))


def test_one_change_in_every_source_table_arrives(airflow: AirflowRuns):
    """Silent edits, a department-only and an address-only edit among them."""
    before = versions(airflow)
    assert len(EDITS) >= 11
    for edit in EDITS.values():
        airflow.pipeline.shop(edit)
    airflow.trigger()
    assert_warehouse_is_the_source(airflow)
    expected = {name: rows + (1 if name in {f.name for f in FACTS} else 0) for name, rows in before.items()}
    assert versions(airflow) == expected
    assert_nothing_doubled(airflow)


def test_a_department_only_edit_reaches_its_staff(airflow: AirflowRuns):
    airflow.pipeline.shop("UPDATE department SET location = 'Crewe' WHERE department_id = 2")
    airflow.trigger()
    rows = airflow.pipeline.query("SELECT count(*) FROM dim_staff WHERE location = 'Crewe'")
    assert rows[0][0] > 0
    assert_warehouse_is_the_source(airflow)


def test_an_address_only_edit_reaches_location_and_counterparty(airflow: AirflowRuns):
    airflow.pipeline.shop(
        "UPDATE address SET city = 'Nether Wallop'"
        " WHERE address_id = (SELECT legal_address_id FROM counterparty WHERE counterparty_id = 1)"
    )
    airflow.trigger()
    city = "SELECT counterparty_legal_city FROM dim_counterparty WHERE counterparty_id = 1"
    assert airflow.pipeline.query(city) == [("Nether Wallop",)]
    assert_warehouse_is_the_source(airflow)


def test_there_and_back_in_one_column_is_three_versions(airflow: AirflowRuns):
    for units in (4242, 77):
        airflow.pipeline.shop(f"UPDATE sales_order SET units_sold = {units} WHERE sales_order_id = 100")
        airflow.trigger()
    airflow.pipeline.shop("UPDATE sales_order SET units_sold = 4242 WHERE sales_order_id = 100")
    airflow.trigger()
    history = airflow.pipeline.query(
        "SELECT units_sold, is_current, version FROM fact_sales_order_history WHERE sales_order_id = 100 ORDER BY 3"
    )
    assert history[1:] == [(4242, False, 2), (77, False, 3), (4242, True, 4)]


def test_two_edits_with_one_timestamp_lose_none(airflow: AirflowRuns):
    """The second commits after a run that saw the first, with the same last_updated."""
    stamp = "TIMESTAMP '2026-01-02 03:04:05.678'"
    with psycopg.connect(airflow.pipeline.owner) as late:
        late.execute(f"UPDATE payment SET paid = NOT paid, last_updated = {stamp} WHERE payment_id = 201")
        airflow.pipeline.shop(f"UPDATE payment SET paid = NOT paid, last_updated = {stamp} WHERE payment_id = 202")
        airflow.trigger()
    airflow.trigger()
    changed = "SELECT payment_id, count(*) FROM fact_payment WHERE payment_id IN (201, 202) GROUP BY 1 ORDER BY 1"
    assert airflow.pipeline.query(changed) == [(201, 2), (202, 2)]
    assert_warehouse_is_the_source(airflow)


def test_a_cleared_run_changes_nothing(airflow: AirflowRuns):
    run_id = next(
        run["dag_run_id"] for run in airflow.stack.api.runs(DAG, 50) if len(airflow.executed(run["dag_run_id"])) > 2
    )
    before = versions(airflow)
    airflow.stack.api.clear(DAG, run_id)
    airflow.wait(run_id)
    assert versions(airflow) == before
    assert_warehouse_is_the_source(airflow)


def test_a_cleared_group_of_the_first_run_changes_nothing(airflow: AirflowRuns):
    run_id = airflow.stack.api.runs(DAG, 100)[-1]["dag_run_id"]
    before = versions(airflow)
    airflow.stack.api.clear(DAG, run_id, ["fact_sales_order.extract"])
    airflow.wait(run_id)
    assert versions(airflow) == before
    assert_nothing_doubled(airflow)


def test_a_full_comparison_of_chosen_tables_changes_nothing(airflow: AirflowRuns):
    before = versions(airflow)
    run_id = airflow.trigger(tables=["fact_payment"], mode="full")
    executed = {f"fact_payment.{step}" for step in ("extract", "transform", "load")}
    assert airflow.executed(run_id) == {"plan", "publish", "report", *executed}
    assert airflow.xcom(run_id, "fact_payment.load")["rows_read"] == 15_836
    assert versions(airflow) == before


def test_a_backfill_reads_its_window_and_moves_no_watermark(airflow: AirflowRuns):
    marks = "SELECT table_name, watermark, fresh_at FROM etl_watermark ORDER BY 1"
    before, rows = airflow.pipeline.query(marks), versions(airflow)
    body = {
        "dag_id": DAG,
        "from_date": "2022-11-03T14:20:00Z",
        "to_date": "2022-11-03T14:20:00Z",
        "dag_run_conf": {"tables": ["fact_sales_order"]},
    }
    airflow.stack.api.send("POST", "backfills", body)
    run = _backfill_run(airflow)
    airflow.wait(run)
    ledger = airflow.pipeline.query("SELECT mode, rows_new, rows_revised FROM etl_ledger WHERE run_id = %s", run)
    assert ledger == [("backfill", 0, 0)]
    assert airflow.xcom(run, "fact_sales_order.load")["rows_read"] > 0
    assert [row[:2] for row in airflow.pipeline.query(marks)] == [row[:2] for row in before]
    assert versions(airflow) == rows


def _backfill_run(airflow: AirflowRuns) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for run in airflow.stack.api.runs(DAG, 100):
            if run["run_type"] == "backfill":
                return str(run["dag_run_id"])
        time.sleep(0.5)
    raise AssertionError("no backfill run within a minute")


@pytest.mark.parametrize(
    "conf", [{"tables": ["fact_nothing"]}, {"mode": "everything"}, {"tables": []}, {"environment": "staging"}]
)
def test_the_form_refuses_what_it_does_not_offer(airflow: AirflowRuns, conf):
    with pytest.raises(StackError, match="400"):
        airflow.stack.api.trigger(DAG, conf)


def test_a_bad_row_is_set_aside_and_loads_once_it_is_corrected(airflow: AirflowRuns):
    airflow.pipeline.shop(
        "UPDATE purchase_order SET agreed_payment_date = '2024-13-01' WHERE purchase_order_id = 31",
        "UPDATE sales_order SET units_sold = 31 WHERE sales_order_id = 31",
    )
    run_id = airflow.trigger()
    assert airflow.xcom(run_id, "report")["rows_quarantined"] == 1
    entry = "SELECT natural_key, resolved_at IS NULL FROM etl_quarantine WHERE table_name = 'fact_purchase_order'"
    assert airflow.pipeline.query(entry) == [("31", True)]
    assert airflow.pipeline.query("SELECT units_sold FROM fact_sales_order_current WHERE sales_order_id = 31") == [
        (31,)
    ]
    airflow.pipeline.shop("UPDATE purchase_order SET agreed_payment_date = '2024-12-01' WHERE purchase_order_id = 31")
    airflow.trigger()
    assert airflow.pipeline.query(entry) == [("31", False)]
    assert_warehouse_is_the_source(airflow)


def test_a_drifted_table_fails_alone(airflow: AirflowRuns):
    with psycopg.connect(airflow.pipeline.owner) as owner:
        owner.execute("ALTER TABLE staff RENAME COLUMN last_name TO surname")
    airflow.pipeline.shop("UPDATE sales_order SET units_sold = 32 WHERE sales_order_id = 32")
    run_id = airflow.stack.api.trigger(DAG)
    airflow.wait(run_id, "failed")
    failed = {task for task, state in airflow.stack.api.task_states(DAG, run_id).items() if state == "failed"}
    assert failed == {"dim_staff.extract", "report"}
    assert airflow.pipeline.query("SELECT units_sold FROM fact_sales_order_current WHERE sales_order_id = 32") == [
        (32,)
    ]
    with psycopg.connect(airflow.pipeline.owner) as owner:
        owner.execute("ALTER TABLE staff RENAME COLUMN surname TO last_name")
    airflow.trigger()
    assert_warehouse_is_the_source(airflow)


def test_a_deleted_payment_gets_a_deleted_version(airflow: AirflowRuns):
    airflow.pipeline.shop("DELETE FROM payment WHERE payment_id = 300")
    airflow.trigger()
    history = "SELECT version, is_deleted FROM fact_payment_history WHERE payment_id = 300 ORDER BY 1"
    assert airflow.pipeline.query(history)[-1][1] is True
    assert airflow.pipeline.query("SELECT count(*) FROM fact_payment_current WHERE payment_id = 300") == [(0,)]
    assert_warehouse_is_the_source(airflow)


def test_a_mass_delete_is_withheld_until_it_is_allowed(airflow: AirflowRuns):
    airflow.pipeline.shop("DELETE FROM payment WHERE payment_id > 14000")
    before = airflow.pipeline.query("SELECT count(*) FROM fact_payment_current")
    run_id = airflow.stack.api.trigger(DAG)
    airflow.wait(run_id, "failed")
    assert airflow.stack.api.task_states(DAG, run_id)["fact_payment.load"] == "failed"
    assert airflow.pipeline.query("SELECT count(*) FROM fact_payment_current") == before
    airflow.trigger(allow_mass_delete=True)
    assert_warehouse_is_the_source(airflow)


def test_a_replay_gives_the_same_history(airflow: AirflowRuns):
    state = "SELECT payment_id, paid, is_current, is_deleted, _load_id, _seen_at FROM fact_payment ORDER BY 1, 6"
    before = airflow.pipeline.query(state)
    assert len(before) > 15_836
    run_id = airflow.trigger(tables=["fact_payment", "dim_staff"], mode="replay")
    assert airflow.xcom(run_id, "fact_payment.load")["rows_read"] > 0
    assert airflow.pipeline.query(state) == before
    assert_warehouse_is_the_source(airflow)


def test_a_large_table_is_read_by_ranges_side_by_side_and_loaded_as_one(airflow: AirflowRuns):
    """Large by the planner's estimate: the rows are few, the statistics are told that a page holds very many."""
    with psycopg.connect(airflow.stack.conninfo("totesys", "postgres"), autocommit=True) as server:
        server.execute("ANALYZE sales_order")
        server.execute("UPDATE pg_class SET reltuples = 510000 WHERE oid = 'sales_order'::regclass")
        run_id = airflow.trigger(tables=["fact_sales_order"], mode="full")
        server.execute("ANALYZE sales_order")
    ran = [
        (task["task_id"], task["map_index"], task["state"]) for task in airflow.stack.api.task_instances(DAG, run_id)
    ]
    for step in ("extract", "transform"):
        assert [found[1:] for found in sorted(ran) if found[0] == f"fact_sales_order.{step}"] == [
            (0, "success"),
            (1, "success"),
        ]
    loaded = airflow.xcom(run_id, "fact_sales_order.load")
    pipeline = airflow.pipeline
    assert loaded["rows_read"] == sum(pipeline.expected("fact_sales_order").values())
    assert pipeline.held("fact_sales_order") == pipeline.expected("fact_sales_order")


def test_the_xcom_of_a_load_carries_the_ledgers_watermark(airflow: AirflowRuns):
    airflow.pipeline.shop("UPDATE staff SET first_name = 'Zo' WHERE staff_id = 7")
    run_id = airflow.trigger(tables=["dim_staff"])
    record = airflow.xcom(run_id, "dim_staff.load")
    assert airflow.pipeline.query("SELECT watermark FROM etl_watermark WHERE table_name = 'dim_staff'") == [
        (record["watermark"],)
    ]
    planned = airflow.xcom(run_id, "plan")
    assert [item["table"] for item in planned["tables"]] == ["dim_staff"]


def test_a_run_in_testing_touches_nothing_of_production(airflow: AirflowRuns):
    production = airflow.pipeline
    before = holdings(production)
    run_id = airflow.trigger(environment="testing")
    executed = airflow.executed(run_id)
    assert not any(task.startswith("covid_us_daily.") for task in executed)  # no test asks the public files
    assert len(executed) == TASKS - 1 - 3 * (len(TABLES) - len(NAMES))
    assert holdings(production) == before
    testing = production.testing()
    assert holdings(testing)["ledger"] == sorted((run_id, name) for name in NAMES)
    for name in NAMES:
        expected = testing.expected(name)
        assert expected.total() > 0
        assert testing.held(name) == expected, name
    assert testing.query("SELECT count(*), count(DISTINCT outcome), min(outcome) FROM etl_check") == [
        (len(NAMES), 1, "equal")
    ]
    assert asset_events(airflow, run_id) == 0


def test_the_next_run_of_production_knows_nothing_of_the_test(airflow: AirflowRuns):
    airflow.pipeline.shop("UPDATE staff SET first_name = 'Flo' WHERE staff_id = 8")
    testing = airflow.pipeline.testing()
    before = holdings(testing)
    run_id = airflow.trigger()
    executed = {f"dim_staff.{step}" for step in ("extract", "transform", "load")}
    assert airflow.executed(run_id) == {"plan", "publish", "report", *executed}
    assert_warehouse_is_the_source(airflow)
    assert holdings(testing) == before
    assert asset_events(airflow, run_id) == 1
    # The latest XComs of the loads are the test's: they are not compared with production's ledger.
    (log,) = airflow.stack.task_logs.rglob(f"run_id={run_id}/task_id=plan/*.log")
    assert "dim_staff: to be read: written since transaction" in log.read_text()
    assert "by XCom" not in log.read_text()


def holdings(pipeline: Pipeline) -> dict[str, object]:
    """The rows, the ledger and the objects of an environment."""
    return {
        "rows": {name: pipeline.query(f"SELECT count(*), sum(hashtext(t::text)) FROM {name} AS t") for name in NAMES},
        "ledger": sorted(pipeline.query("SELECT run_id, table_name FROM etl_ledger")),
        "objects": [list(zone.listed(root)) for zone in (pipeline.raw, pipeline.processed) for root in ROOTS],
    }


def asset_events(airflow: AirflowRuns, run_id: str) -> int:
    return int(airflow.stack.api.get(f"assets/events?source_run_id={quote(run_id)}")["total_entries"])


def test_no_secret_in_logs_xcoms_or_rendered_fields(airflow: AirflowRuns):
    secrets = {value for value in vars_of(airflow.stack.secrets) if len(value) > 8}
    assert len(secrets) >= 8
    texts = [path.read_text(errors="replace") for path in airflow.stack.supervisor.logs.rglob("*.log")]
    assert len(texts) > 60
    for run in airflow.stack.api.runs(DAG, 3):
        texts += [
            json.dumps(task["rendered_fields"]) for task in airflow.stack.api.task_instances(DAG, run["dag_run_id"])
        ]
        entries = f"dags/{DAG}/dagRuns/{quote(run['dag_run_id'])}/taskInstances/~/xcomEntries?limit=1000"
        texts.append(json.dumps(airflow.stack.api.get(entries)))
    found = [secret[:2] + "…" for secret in secrets for text in texts if secret in text]
    assert found == []


def vars_of(secrets: object) -> list[str]:
    return [str(getattr(secrets, name)) for name in secrets.__dataclass_fields__]


def test_stopping_leaves_no_process(airflow: AirflowRuns):
    assert airflow.stack.processes()
    assert airflow.stack.down() > 5
    assert airflow.stack.processes() == []
