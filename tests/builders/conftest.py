"""The sample profile, resolved once for all tests of the builders."""

import pytest

from ingest_worker.builders.part import Part
from tests.builders.sample_part import sample_part


@pytest.fixture(scope="session")
def sample() -> Part:
    return sample_part()
