"""An account in moto that holds what Terraform makes, and what it does not; and the roles that programs are in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.terraform import denied
from tests.terraform.conftest import Rendered
from tests.terraform.moto_server import ACCOUNT, REGION, Moto

ROLES = ("execution", "deploy", "smoke")
_BUCKETS = (denied.RAW, denied.PROCESSED, denied.SITE, denied.PACKAGE, "another")
_SECRETS = ("airflow/connections/totesys", "airflow/connections/another", "totes-prod/warehouse_owner")
Client = Callable[[str], Any]


@dataclass(frozen=True)
class Account:
    """A server on which IAM is asked about each request, and a session's credentials by role."""

    server: Moto
    sessions: dict[str, dict[str, str]]

    def of(self, role: str) -> Client:
        """Makes clients of a service, as that role."""
        return lambda service: self.server.client(service, self.sessions[role])


def made(server: Moto, rendered: Rendered) -> Account:
    """Fill a fresh server, be each role with the policy that Terraform renders, and have IAM asked from then on."""
    _fill(server)
    sessions = {role: _session(server, role, rendered.policies[role]) for role in ROLES}
    server.enforce()
    return Account(server, sessions)


def _fill(server: Moto) -> None:
    s3 = server.client("s3")
    for bucket in _BUCKETS:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=denied.PACKAGE, VersioningConfiguration={"Status": "Enabled"})
    for topic in ("totes-prod-alerts", "totes-prod-alarms"):
        server.client("sns").create_topic(Name=topic)
    for secret in _SECRETS:
        server.client("secretsmanager").create_secret(Name=secret, SecretString="postgresql://")


def _session(server: Moto, role: str, policy: str) -> dict[str, str]:
    name, iam = f"totes-prod-{role}", server.client("iam")
    # Who is the role is said by its trust, which moto does not read for services.
    iam.create_role(RoleName=name, AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}')
    iam.put_role_policy(RoleName=name, PolicyName="this", PolicyDocument=policy)
    assumed = server.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="test")
    credentials: dict[str, str] = assumed["Credentials"]
    return credentials
