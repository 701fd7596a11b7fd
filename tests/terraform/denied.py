"""What roles may not do: words for the reader, and the call that is tried (terraform/README.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Client = Callable[[str], Any]


@dataclass(frozen=True)
class Denied:
    """A call with a client of that service."""

    words: str
    service: str
    call: Callable[[Any], object]


RAW, PROCESSED = "totes-prod-raw-123456789012", "totes-prod-processed-123456789012"
SITE, PACKAGE = "totes-prod-site-123456789012", "totes-prod-mwaa-123456789012"
ALERTS = "arn:aws:sns:eu-west-2:123456789012:totes-prod-alerts"
ROLE = "totes-prod-execution"

DENIED = (
    Denied("delete a raw object", "s3", lambda s3: s3.delete_object(Bucket=RAW, Key="raw/a")),
    Denied("delete a processed object", "s3", lambda s3: s3.delete_object(Bucket=PROCESSED, Key="processed/a")),
    Denied("delete a quarantined object", "s3", lambda s3: s3.delete_object(Bucket=PROCESSED, Key="quarantine/a")),
    Denied("put beside the raw prefix", "s3", lambda s3: s3.put_object(Bucket=RAW, Key="other/a", Body=b"")),
    Denied(
        "put raw rows into the processed zone", "s3", lambda s3: s3.put_object(Bucket=PROCESSED, Key="raw/a", Body=b"")
    ),
    Denied("put beside the site's prefixes", "s3", lambda s3: s3.put_object(Bucket=SITE, Key="index.html", Body=b"")),
    Denied("replace a DAG", "s3", lambda s3: s3.put_object(Bucket=PACKAGE, Key="dags/totes_etl.py", Body=b"")),
    Denied("read another bucket", "s3", lambda s3: s3.get_object(Bucket="another", Key="a")),
    Denied("put into another bucket", "s3", lambda s3: s3.put_object(Bucket="another", Key="raw/a", Body=b"")),
    Denied("list another bucket", "s3", lambda s3: s3.list_objects_v2(Bucket="another")),
    Denied("list all buckets", "s3", lambda s3: s3.list_buckets()),
    Denied("change a bucket's policy", "s3", lambda s3: s3.put_bucket_policy(Bucket=RAW, Policy="{}")),
    Denied("delete a bucket", "s3", lambda s3: s3.delete_bucket(Bucket=SITE)),
    Denied(
        "read the migrating role's password",
        "secretsmanager",
        lambda secrets: secrets.get_secret_value(SecretId="totes-prod/warehouse_owner"),
    ),
    Denied(
        "read a secret beside the connections",
        "secretsmanager",
        lambda secrets: secrets.get_secret_value(SecretId="airflow/connections/another"),
    ),
    Denied(
        "change a connection",
        "secretsmanager",
        lambda secrets: secrets.put_secret_value(SecretId="airflow/connections/totesys", SecretString="x"),
    ),
    Denied("list all secrets", "secretsmanager", lambda secrets: secrets.list_secrets()),
    Denied(
        "publish to the topic of AWS's alarms",
        "sns",
        lambda sns: sns.publish(TopicArn=ALERTS.replace("-alerts", "-alarms"), Message="all is well"),
    ),
    Denied(
        "subscribe to the alerts",
        "sns",
        lambda sns: sns.subscribe(TopicArn=ALERTS, Protocol="email", Endpoint="somebody@example.org"),
    ),
    Denied("delete the topic", "sns", lambda sns: sns.delete_topic(TopicArn=ALERTS)),
    Denied("silence an alarm", "cloudwatch", lambda watch: watch.delete_alarms(AlarmNames=["totes-prod-behind"])),
    Denied(
        "give itself rights",
        "iam",
        lambda iam: iam.attach_role_policy(RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"),
    ),
    Denied(
        "change its own policy",
        "iam",
        lambda iam: iam.put_role_policy(RoleName=ROLE, PolicyName="pipeline", PolicyDocument="{}"),
    ),
    Denied("make a user", "iam", lambda iam: iam.create_user(UserName="somebody")),
    Denied(
        "be another role",
        "sts",
        lambda sts: sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/totes-prod-deploy", RoleSessionName="test"),
    ),
    Denied("schedule the key's deletion", "kms", lambda kms: kms.schedule_key_deletion(KeyId="a")),
    Denied(
        "delete the warehouse", "rds", lambda rds: rds.delete_db_instance(DBInstanceIdentifier="totes-prod-warehouse")
    ),
    Denied(
        "open a port",
        "ec2",
        lambda ec2: ec2.authorize_security_group_ingress(GroupId="sg-1", CidrIp="0.0.0.0/0", IpProtocol="-1"),
    ),
)
"""To the execution role; and to the two below, but for what `MAY` says."""

MAY = {"deploy": {"replace a DAG"}, "smoke": {"subscribe to the alerts"}}

_BOTH = (
    Denied("read raw rows", "s3", lambda s3: s3.get_object(Bucket=RAW, Key="raw/a")),
    Denied("publish an alert", "sns", lambda sns: sns.publish(TopicArn=ALERTS, Message="all is well")),
    Denied(
        "read the shop's connection",
        "secretsmanager",
        lambda secrets: secrets.get_secret_value(SecretId="airflow/connections/totesys"),
    ),
)
BESIDE = {
    "deploy": (
        *_BOTH,
        Denied("put beside the package", "s3", lambda s3: s3.put_object(Bucket=PACKAGE, Key="other", Body=b"")),
        Denied(
            "delete a version of the package",
            "s3",
            lambda s3: s3.delete_object(Bucket=PACKAGE, Key="plugins.zip", VersionId="a"),
        ),
    ),
    "smoke": (
        *_BOTH,
        Denied("read a DAG", "s3", lambda s3: s3.get_object(Bucket=PACKAGE, Key="dags/totes_etl.py")),
        Denied("make another queue", "sqs", lambda sqs: sqs.create_queue(QueueName="another")),
    ),
}
"""To the deploy role and the smoke test, besides."""
