"""Airflow's REST API on Amazon MWAA: by the AWS API, with the caller's AWS credentials.

Its requests are checked against botocore's model of the service; the service itself was never asked.
"""

from typing import Any
from urllib.parse import parse_qsl

from botocore.exceptions import BotoCoreError, ClientError

from include.airflow_api import AirflowApi, AirflowUnavailable


class Mwaa(AirflowApi):
    """The API of the MWAA environment of that name; ``client`` is boto3's of `mwaa`."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def send(self, method: str, path: str, body: object = None) -> Any:
        """The answer to a request of `<path>`."""
        where, _, query = path.partition("?")
        given = {"QueryParameters": dict(parse_qsl(query)), "Body": body}
        try:
            answer = self._client.invoke_rest_api(
                Name=self._name,
                Method=method,
                Path=f"/{where}",
                **{key: value for key, value in given.items() if value},
            )
        except (BotoCoreError, ClientError) as error:
            said = getattr(error, "response", {}).get("RestApiResponse", "")
            raise AirflowUnavailable(
                f"MWAA environment {self._name}",
                found=f"{error} {said} to {method} /{where}".replace("  ", " "),
                expected="an answer",
                remedy="see that it runs, and that this AWS identity may airflow:InvokeRestApi as a role that may"
                " trigger DAGs",
            ) from error
        return answer.get("RestApiResponse")
