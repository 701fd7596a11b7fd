"""The configuration asks for what the pipeline reads, and grants nothing by mistake.

`make terraform` looks at more: whether it is valid, what its variables refuse, its posture.
"""

import json
from pathlib import Path

from include.alerts.model import PUBLISHED
from include.alerts.sns import message
from include.environment import PRODUCTION
from include.object_keys import EXTRACTS, PUBLIC, SPOOL
from include.retention import lifecycle
from include.settings import AlertSettings, Settings, SiteSettings
from include.smoke.deployment import KEPT_AT
from tests.alerts import samples
from tests.terraform import tools
from tests.terraform.conftest import Rendered
from tests.terraform.iam_linter import findings


def test_format_is_terraforms(root: Path) -> None:
    tools.terraform(root, "fmt", "-check", "-recursive")


def test_policies_are_what_iam_understands(rendered: Rendered) -> None:
    kinds = {"aws_iam_role_policy": 5, "aws_sns_topic_policy": 2, "aws_sqs_queue_policy": 1}
    for kind, count in kinds.items():
        policies = [found["policy"] for found in rendered.all(kind)]
        assert len(policies) == count
        for policy in policies:
            assert findings(policy) == [], policy


def test_parliament_would_find_an_unknown_action() -> None:
    wrong = {"Effect": "Allow", "Action": "s3:PutObjects", "Resource": "arn:aws:s3:::b/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [wrong]})
    assert "UNKNOWN_ACTION" in {issue for issue, _ in findings(policy)}


def test_options_are_settings_that_the_pipeline_reads(rendered: Rendered) -> None:
    options = rendered.only("aws_mwaa_environment")["airflow_configuration_options"]
    environment = {f"AIRFLOW__{name.replace('.', '__')}".upper(): value for name, value in options.items()}
    lake, alerts = Settings.from_environment(environment), AlertSettings.from_environment(environment)
    assert (lake.raw_bucket, lake.processed_bucket) == (
        "totes-prod-raw-123456789012",
        "totes-prod-processed-123456789012",
    )
    assert SiteSettings.from_environment(environment).bucket == "totes-prod-site-123456789012"
    assert (alerts.topic_region, alerts.cloudwatch_namespace) == ("eu-west-2", "totes-prod")
    assert options["totes.dashboard_from"] == "extracts"


def test_secrets_are_where_airflow_and_the_smoke_test_look(rendered: Rendered) -> None:
    kwargs = json.loads(
        rendered.only("aws_mwaa_environment")["airflow_configuration_options"]["secrets.backend_kwargs"]
    )
    secrets = {values["name"] for address, values in rendered.resources.items() if "secret.connection" in address}
    assert f"{kwargs['connections_prefix']}/warehouse" == KEPT_AT
    assert secrets == {
        f"{kwargs['connections_prefix']}/{name}"
        for name in kwargs["connections_lookup_pattern"].removeprefix("^(").removesuffix(")$").split("|")
    }
    assert "warehouse_owner" not in kwargs["connections_lookup_pattern"]


def test_mails_and_the_queue_are_filtered_by_what_alerts_say(rendered: Rendered) -> None:
    filters = [each["filter_policy"] for each in rendered.all("aws_sns_topic_subscription") if each["filter_policy"]]
    said = message(samples.failed(), runbook_url="https://example.org").attributes
    assert len(filters) == 2
    for wanted in map(json.loads, filters):
        assert set(wanted) <= set(said)
        assert wanted["environment"] == [PRODUCTION.name]
        assert set(wanted.get("event", [])) <= PUBLISHED


def test_buckets_keep_the_rules_that_are_written_in_include(rendered: Rendered) -> None:
    for zone in ("raw", "processed"):
        found = rendered.resources[f'module.lake["{zone}"].aws_s3_bucket_lifecycle_configuration.this']
        named = {rule["id"] for rule in found["rule"]}
        assert {rule["ID"] for rule in lifecycle.rules(zone)["Rules"]} <= named


def test_old_versions_go_but_those_of_the_package_stay_a_while(rendered: Rendered) -> None:
    days = {}
    for zone in ("mwaa", "raw", "processed", "site"):
        rules = rendered.resources[f'module.lake["{zone}"].aws_s3_bucket_lifecycle_configuration.this']["rule"]
        (days[zone],) = [old["noncurrent_days"] for rule in rules for old in rule["noncurrent_version_expiration"]]
    assert days == {"mwaa": 90, "raw": 30, "processed": 30, "site": 30}


def test_what_may_be_deleted_is_what_the_pipeline_deletes(rendered: Rendered) -> None:
    (statement,) = (
        statement
        for statement in json.loads(rendered.policies["execution"])["Statement"]
        if statement["Sid"] == "ForgetWhatIsToldOrReplaced"
    )
    keys = {arn.partition("/")[2] for arn in statement["Resource"]}
    assert keys == {f"{SPOOL}*", f"testing/{SPOOL}*", f"{EXTRACTS}*", f"{PUBLIC}*"}


def test_raw_is_locked_and_everything_is_versioned_and_closed(rendered: Rendered) -> None:
    for zone in ("mwaa", "raw", "processed", "site"):
        assert rendered.resources[f'module.lake["{zone}"].aws_s3_bucket.this']["object_lock_enabled"] == (zone == "raw")
        versioning = rendered.resources[f'module.lake["{zone}"].aws_s3_bucket_versioning.this']
        assert versioning["versioning_configuration"][0]["status"] == "Enabled"
        block = rendered.resources[f'module.lake["{zone}"].aws_s3_bucket_public_access_block.this']
        assert [value for value in block.values() if isinstance(value, bool)] == [True] * 4


def test_freshness_alarm_watches_this_deployments_own_metric(rendered: Rendered) -> None:
    alarm = rendered.resources['module.observability.aws_cloudwatch_metric_alarm.this["behind"]']
    options = rendered.only("aws_mwaa_environment")["airflow_configuration_options"]
    assert alarm["treat_missing_data"] == "breaching"
    assert (alarm["namespace"], alarm["metric_name"]) == (options["totes.cloudwatch_namespace"], "LagSeconds")
    assert alarm["dimensions"] == {"Environment": "production"}


def test_every_alarm_tells_when_it_begins_and_when_it_is_over(rendered: Rendered) -> None:
    alarms = rendered.all("aws_cloudwatch_metric_alarm")
    assert len(alarms) == 5
    for alarm in alarms:
        topics = (alarm["alarm_actions"], alarm["ok_actions"])
        assert topics == (["arn:aws:sns:eu-west-2:123456789012:totes-prod-alarms"],) * 2


def test_warehouse_is_private_encrypted_kept_and_asks_for_tls(rendered: Rendered) -> None:
    warehouse = rendered.only("aws_db_instance")
    assert (warehouse["publicly_accessible"], warehouse["storage_encrypted"]) == (False, True)
    assert warehouse["backup_retention_period"] >= 1
    parameters = {item["name"]: item["value"] for item in rendered.only("aws_db_parameter_group")["parameter"]}
    assert parameters["rds.force_ssl"] == "1"
