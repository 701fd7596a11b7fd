"""A testing environment that was loaded once, and a topic of the test's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from include.smoke.listener import Listener, listen, remove_all
from include.warehouse.connection import Connection
from tests.conftest import AwsServer, LakeBuckets
from tests.kept import Keep, Kept
from tests.pipeline import Pipeline


@pytest.fixture(scope="package")
def beside_once(keep: Keep) -> Kept:
    return keep(load_both)


@pytest.fixture
def small(beside_once: Kept, lake_buckets: LakeBuckets) -> Iterator[Pipeline]:
    """A production of a few rows, loaded."""
    with beside_once.again(lake_buckets) as pipeline:
        yield pipeline


@pytest.fixture
def beside(small: Pipeline) -> Pipeline:
    """The testing environment beside a production of a few rows, both loaded."""
    return small.beside()


def load_both(small: Pipeline) -> None:
    small.run()
    small.testing().run()


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
