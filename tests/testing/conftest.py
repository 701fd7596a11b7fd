"""Production on a shop of a few rows, and testing beside it."""

import pytest

from tests.pipeline import Pipeline
from tests.source.small_shop import ROWS


@pytest.fixture
def production(pipeline: Pipeline) -> Pipeline:
    """The pipeline between a shop of a few rows, two empty buckets and an empty warehouse."""
    pipeline.shop(*ROWS)
    return pipeline


@pytest.fixture
def beside(production: Pipeline) -> Pipeline:
    """The testing environment in the same warehouse and buckets, with its dummy rows."""
    return production.testing()
