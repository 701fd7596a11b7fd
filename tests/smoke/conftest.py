"""A testing environment that was loaded once, and a topic of the test's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from include.smoke.listener import Listener, listen, remove_all
from include.warehouse.connection import Connection
from tests.conftest import AwsServer
from tests.pipeline import Pipeline


@pytest.fixture
def beside(small: Pipeline) -> Pipeline:
    """The testing environment beside a production of a few rows, both loaded."""
    small.run()
    testing = small.testing()
    testing.run()
    return testing


@pytest.fixture
def warehouse(beside: Pipeline) -> Iterator[Connection]:
    """The warehouse with testing's search path."""
    with beside.loading() as connection:
        yield connection


@dataclass(frozen=True, repr=False)
class Told:
    """A topic and who listens to it."""

    sns: Any
    sqs: Any
    topic: str
    listener: Listener


@pytest.fixture
def told(aws: AwsServer) -> Iterator[Told]:
    sns, sqs = aws.aws.sns(aws.secrets), aws.aws.sqs(aws.secrets)
    topic = sns.create_topic(Name=f"smoke-{uuid4().hex}")["TopicArn"]
    yield Told(sns, sqs, topic, listen(sns, sqs, topic))
    remove_all(sns, sqs, topic)
