"""The pipeline on a shop of a few rows."""

import pytest

from tests.pipeline import Pipeline
from tests.source.small_shop import ROWS


@pytest.fixture
def small(pipeline: Pipeline) -> Pipeline:
    """The pipeline between a shop of a few rows, two empty buckets and an empty warehouse."""
    pipeline.shop(*ROWS)
    return pipeline
