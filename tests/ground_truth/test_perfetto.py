"""The sample captures as traces: the real trace processor agrees with the tables in every row."""

import pytest

from profiles.storage.tables import ReadableRun
from tests.exports.device_traces import check_counters, check_instants, check_slices, trace_of
from tests.exports.trace_processor import trace_processor
from tests.ground_truth.captures import NAMES

pytestmark = pytest.mark.ground_truth


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_the_same_in_the_trace_processor(
    name: str, decoded: dict[str, ReadableRun]
) -> None:
    run = decoded[name]
    with trace_processor(trace_of(run)) as processor:
        assert processor.complaints() == []
        assert check_slices(run, processor) > 1000
        assert check_instants(run, processor) > 100
        assert check_counters(run, processor) > 100
