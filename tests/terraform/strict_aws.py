"""moto's server, which here looks at the resource that a policy names for two more services, and at queues' to be made.

moto asks IAM about a request to SNS or Secrets Manager with the resource `*`, so a statement for one
topic would never fit. Here it asks with the ARN that the request names. Of conditions it knows those of trusts alone.
`python -m tests.terraform.strict_aws PORT` serves on 127.0.0.1.
"""

import json
import re
import sys
from collections.abc import Callable

from moto import server
from moto.iam.access_control import IAMPolicyStatement, IAMRequestBase
from moto.s3.responses import ACTION_MAP
from moto.secretsmanager.models import secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.sns.responses import SNSResponse
from moto.sqs.responses import SQSResponse


def _topic(response: SNSResponse) -> str:
    return str(response._get_param("TopicArn") or "*")


def _secret(response: SecretsManagerResponse) -> str:
    named = json.loads(response.body or "{}").get("SecretId", "*")
    held = secretsmanager_backends[response.current_account][response.region].secrets
    found = held.get(named)
    return str(found.arn) if found else str(named)


def _queue(found: Callable[[SQSResponse], str]) -> Callable[[SQSResponse], str]:
    def determined(response: SQSResponse) -> str:
        named = response._get_param("QueueName")
        return f"arn:aws:sqs:{response.region}:{response.current_account}:{named}" if named else found(response)

    return determined


def _match(pattern: str, text: str) -> re.Match[str] | None:
    """IAM's wildcards, whole; moto knows `*` alone, and breaks at a `?`."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text)


def _named_as_in_iam(check: Callable[[IAMRequestBase, str], None]) -> Callable[[IAMRequestBase, str], None]:
    """CloudWatch signs its requests as `monitoring`; its actions are `cloudwatch:…`."""

    def checked(request: IAMRequestBase, resource: str) -> None:
        request._action = request._action.replace("monitoring:", "cloudwatch:")
        check(request, resource)

    return checked


def main() -> None:
    """Serve until killed."""
    ACTION_MAP["BUCKET"]["HEAD"]["DEFAULT"] = "ListBucket"  # IAM has no action HeadBucket
    IAMRequestBase.check_action_permitted = _named_as_in_iam(IAMRequestBase.check_action_permitted)  # type: ignore[assignment, method-assign]
    IAMPolicyStatement._match = staticmethod(_match)  # type: ignore[assignment, method-assign]
    SNSResponse._determine_resource = _topic  # type: ignore[attr-defined]
    SecretsManagerResponse._determine_resource = _secret  # type: ignore[attr-defined]
    SQSResponse._determine_resource = _queue(SQSResponse._determine_resource)  # type: ignore[assignment, method-assign]
    server.main(["--host", "127.0.0.1", "--port", sys.argv[1]])


if __name__ == "__main__":
    main()
