"""One alert an incident: failures of one cause belong together, others do not."""

from include.alerts.incidents import failed_alerts, recovered_alert, retrying_alert
from tests.alerts.runs import AT, failure, run

TABLES = ("dim_staff", "fact_payment", "fact_sales_order")


SCHEDULED = run()


def alerts(*failures, run=SCHEDULED, waiting=None):
    return failed_alerts(run, failures, waiting=waiting or {}, stands={"dim_staff": AT}, requested=TABLES, at=AT)


def test_tables_that_a_dead_server_hit_are_one_incident():
    (alert,) = alerts(
        failure("fact_payment.load", "warehouse", "port 1"), failure("dim_staff.extract", "warehouse", "2")
    )
    assert alert.tables == ("dim_staff", "fact_payment")
    assert [found.task_id for found in alert.facts.failures] == ["dim_staff.extract", "fact_payment.load"]


def test_each_table_whose_shape_changed_is_an_incident_of_its_own():
    assert len(alerts(failure("dim_staff.extract"), failure("fact_payment.extract"))) == 2


def test_the_same_words_with_other_names_and_numbers_are_one_incident():
    same = [failure(f"{table}.load", "unexpected", f'extend "base/{n}": no space') for n, table in enumerate(TABLES)]
    other = failure("dim_staff.extract", "unexpected", "division by zero")
    assert sorted(len(alert.facts.failures) for alert in alerts(*same, other)) == [1, 3]


def test_two_causes_are_two_incidents():
    assert len(alerts(failure("dim_staff.load", "warehouse"), failure("fact_payment.extract", "source"))) == 2


def test_a_failure_outside_of_the_groups_concerns_every_table_asked_for():
    (alert,) = alerts(failure("plan", "source"), waiting={"dim_staff.extract": "plan", "fact_payment.load": "plan"})
    assert alert.tables == TABLES
    assert alert.facts.waiting == ("dim_staff.extract", "fact_payment.load")
    assert alert.facts.stands == {"dim_staff": AT, "fact_payment": None, "fact_sales_order": None}


def test_an_alert_says_what_waits_for_it_and_not_for_others():
    first, second = alerts(
        failure("dim_staff.extract"),
        failure("fact_payment.transform"),
        waiting={"dim_staff.load": "dim_staff.extract", "fact_payment.load": "fact_payment.transform"},
    )
    assert (first.facts.waiting, second.facts.waiting) == (("dim_staff.load",), ("fact_payment.load",))


def test_the_same_failure_told_again_is_the_same_alert_and_a_later_one_is_not():
    one, again = alerts(failure("dim_staff.load"))[0], alerts(failure("dim_staff.load"))[0]
    later = alerts(failure("dim_staff.load"), run=run("scheduled__2"))[0]
    assert one.alert_id == again.alert_id != later.alert_id
    assert one.incident == later.incident


def test_a_run_of_its_own_kind_has_incidents_of_its_own():
    scheduled, backfill = (
        alerts(failure("dim_staff.load"))[0],
        alerts(failure("dim_staff.load"), run=run("b", one_off=True))[0],
    )
    assert scheduled.incident != backfill.incident
    assert backfill.incident.startswith("run/b/")


def test_the_recovery_names_the_failure_that_is_over():
    (failed,) = alerts(failure("dim_staff.load"))
    over = recovered_alert(run("scheduled__2"), failed, {"dim_staff": AT}, AT)
    assert (over.facts.failed_alert, over.facts.failed_run) == (failed.alert_id, "scheduled__1")
    assert over.facts.stands == {"dim_staff": AT}


def test_each_try_is_news_of_its_own():
    first = failure("dim_staff.load")
    ids = {retrying_alert(run(), first).alert_id, retrying_alert(run(), first).alert_id}
    assert len(ids) == 1


def test_what_a_backfill_failed_to_publish_is_healed_by_any_run():
    (backfilled,) = alerts(failure("publish", "lake"), run=run("b", one_off=True))
    (scheduled,) = alerts(failure("publish", "lake"))
    assert backfilled.incident == scheduled.incident
