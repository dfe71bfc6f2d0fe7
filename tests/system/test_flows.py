"""Flows lead from a call on the host to what each core ran for it, and hold what events say."""

import pyarrow as pa
import pytest

from ingest_worker.builders.system.events import merged
from ingest_worker.builders.system.flows import flow_ids
from tests.system.frames_made import Recorder

Flows = dict[tuple[str, int], list[str] | None]


def execution(recorder: Recorder, at: int, exec_id: int, nc: int = 0) -> list[int]:
    """A call with its preparation and two cores that run it; the ids of what they ran."""
    recorder.span("nrt_execute", at, at + 900, nc=nc, model_id=7)
    recorder.span("kbl_exec_pre", at + 10, at + 20, nc=nc, model_id=7, exec_id=exec_id)
    return [
        recorder.span(
            "nc_exec_running", at + 100 + core, at + 200, nc=nc, exec_id=exec_id,
            device_core_idx=core, nc_timestamp_ns=at,
        )
        for core in (4, 5)
    ]  # fmt: skip


def flows(recorder: Recorder) -> Flows:
    """The flows of each event, by its name and start."""
    events = merged([recorder.events()])
    found = flow_ids(events, {0: recorder.trace()})
    assert found.type == pa.list_(pa.string())
    names = [events.names[code] for code in events.name.tolist()]
    starts = (events.start_ns - recorder.base_ns).tolist()
    return dict(zip(zip(names, starts, strict=True), found.to_pylist(), strict=True))


def test_a_call_is_tied_to_what_each_core_ran() -> None:
    recorder = Recorder()
    four, five = execution(recorder, 0, 1)
    found = flows(recorder)
    assert found["nrt_execute", 0] == [f"i-1/100/{four}", f"i-1/100/{five}"]
    assert found["nc_exec_running", 104] == [f"i-1/100/{four}"]
    assert found["nc_exec_running", 105] == [f"i-1/100/{five}"]
    assert found["kbl_exec_pre", 10] is None


def test_every_execution_has_flows_of_its_own() -> None:
    recorder = Recorder()
    made = [execution(recorder, 1000 * n + 7 * nc, n + 1, nc) for n in range(3) for nc in (0, 1)]
    used = [text for ids in flows(recorder).values() for text in ids or ()]
    assert len(used) == 2 * len(set(used)) == 4 * len(made)


def test_a_number_that_comes_again_belongs_to_the_last_call_before() -> None:
    recorder = Recorder()
    first, second = execution(recorder, 0, 1), execution(recorder, 5000, 1)
    found = flows(recorder)
    assert found["nrt_execute", 0] == [f"i-1/100/{one}" for one in first]
    assert found["nrt_execute", 5000] == [f"i-1/100/{one}" for one in second]


def test_a_device_whose_clock_is_a_little_ahead_still_finds_its_call() -> None:
    recorder = Recorder()
    recorder.span("nc_exec_running", 90, 200, exec_id=1, device_core_idx=4)
    recorder.span("nrt_execute", 100, 900, model_id=7)
    recorder.span("kbl_exec_pre", 110, 120, model_id=7, exec_id=1)
    found = flows(recorder)
    assert found["nrt_execute", 100] == found["nc_exec_running", 90] is not None


@pytest.mark.parametrize("missing", ["call", "number", "core"])
def test_what_has_no_partner_is_of_no_flow(missing: str) -> None:
    recorder = Recorder()
    if missing != "call":
        recorder.span("nrt_execute", 0, 900, model_id=7)
    if missing != "number":
        recorder.span("kbl_exec_pre", 10, 20, model_id=7, exec_id=1)
    keys = {} if missing == "number" else {"exec_id": 1}
    nc = 1 if missing == "core" else 0
    recorder.span("nc_exec_running", 100, 200, nc=nc, device_core_idx=4, **keys)
    assert set(map(str, flows(recorder).values())) == {"None"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12", ["12"]), ('["12","a"]', ["12", "a"]), ("[12]", ["12"]), ("[12", ["[12"]), ("[]", None),
     ("", None), ("[" * 100_000, ["[" * 100_000])],
    ids=["one", "list", "numbers", "cut", "none", "empty", "deep"],
)  # fmt: skip
def test_flows_that_an_event_names_itself_are_its_own(
    text: str, expected: list[str] | None
) -> None:
    recorder = Recorder()
    recorder.span("nrt_load", 0, 9, flow_id=text)
    assert flows(recorder)["nrt_load", 0] == expected


def test_named_flows_come_before_those_of_the_execution() -> None:
    recorder = Recorder()
    recorder.span("nrt_execute", 0, 900, model_id=7, exec_id=1, flow_id="f")
    ran = recorder.span("nc_exec_running", 10, 20, exec_id=1, flow_id="g")
    found = flows(recorder)
    assert found["nrt_execute", 0] == ["f", f"i-1/100/{ran}"]
    assert found["nc_exec_running", 10] == ["g", f"i-1/100/{ran}"]


def test_a_run_without_events_has_no_flows() -> None:
    assert len(flow_ids(merged([]), {})) == 0
