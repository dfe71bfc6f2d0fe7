"""What an event does not say itself and others tell: its execution, its model, its core."""

import json

import pytest

from ingest_worker.builders.system.values import NONE
from tests.system.frames_made import Recorder, named


def extras(recorder: Recorder, name: str, models: dict[int, str] | None = None) -> dict[str, str]:
    events = recorder.events(models)
    row = int(events.named(name)[0])
    found: dict[str, str] = json.loads(events.extra[row].as_py() or "{}")
    return found


def test_an_execute_takes_the_number_of_the_preparation_inside_it() -> None:
    recorder = Recorder()
    recorder.span("nrt_execute", 100, 200, model_id=7)
    recorder.span("kbl_exec_pre", 120, 140, model_id=7, exec_id=31)
    assert named(recorder.events(), "nrt_execute", "exec_id") == [31]
    assert extras(recorder, "nrt_execute")["exec_id"] == "31"


@pytest.mark.parametrize(
    "other",
    [
        {"start": 220, "end": 240},  # after it
        {"start": 50, "end": 120},  # begins before it
        {"start": 150, "end": 250},  # ends behind it
        {"start": 120, "end": 140, "thread": 2},  # on another thread
        {"start": 120, "end": 140, "nc": 1},  # for another core
    ],
)
def test_a_preparation_elsewhere_does_not_count(other: dict[str, int]) -> None:
    recorder = Recorder()
    recorder.span("nrt_execute", 100, 200, model_id=7)
    recorder.span("kbl_exec_pre", other["start"], other["end"], thread=other.get("thread", 1),
                  nc=other.get("nc", 0), model_id=7, exec_id=31)  # fmt: skip
    assert named(recorder.events(), "nrt_execute", "exec_id") == [NONE]


def test_every_execute_gets_its_own_number() -> None:
    recorder = Recorder()
    for number in range(20):
        recorder.span("nrt_execute", 100 * number, 100 * number + 90, model_id=7)
        recorder.span("kbl_exec_pre", 100 * number + 5, 100 * number + 9, exec_id=number)
    assert named(recorder.events(), "nrt_execute", "exec_id") == list(range(20))


def test_what_runs_takes_its_model_from_who_prepared_it() -> None:
    recorder = Recorder()
    recorder.span("kbl_exec_pre", 5, 9, model_id=70, exec_id=1)
    recorder.span("kbl_exec_pre", 5, 9, model_id=71, exec_id=1, nc=1)
    recorder.span("nc_exec_running", 20, 30, exec_id=1, device_core_idx=4)
    recorder.span("nc_exec_running", 21, 31, exec_id=1, device_core_idx=6, nc=1)
    recorder.span("nc_exec_running", 22, 32, exec_id=9, device_core_idx=6, nc=1)
    assert named(recorder.events(), "nc_exec_running", "model_id") == [70, 71, NONE]


def test_a_number_used_again_belongs_to_the_model_of_the_time() -> None:
    recorder = Recorder()
    recorder.span("kbl_exec_pre", 5, 9, model_id=70, exec_id=1)
    recorder.span("nc_exec_running", 20, 30, exec_id=1)
    recorder.span("kbl_exec_pre", 105, 109, model_id=71, exec_id=1)
    recorder.span("nc_exec_running", 120, 130, exec_id=1)
    assert named(recorder.events(), "nc_exec_running", "model_id") == [70, 71]


def test_a_model_switch_tells_the_model_too() -> None:
    recorder = Recorder()
    recorder.span("nc_model_switch", 5, 9, model_id=70, exec_id=1, device_core_idx=4)
    recorder.span("nc_exec_running", 20, 30, exec_id=1, device_core_idx=4)
    assert named(recorder.events(), "nc_exec_running", "model_id") == [70]


def test_a_sync_point_belongs_to_the_core_whose_stamps_it_reproduces() -> None:
    recorder = Recorder()
    base = recorder.base_ns
    for core, offset in ((4, 1000), (5, 2500)):
        device = base + 500 - offset
        recorder.span("nc_exec_running", 500, 600, exec_id=1, device_core_idx=core,
                      nc_timestamp_ns=device)  # fmt: skip
        stamps = {"nc_timestamp_ns": base + 650 - offset, "cpu_timestamp_ns": base + 650}
        recorder.instant("timestamp_sync_point", 700 + core, exec_id=1, **stamps)
    assert named(recorder.events(), "timestamp_sync_point", "pcore") == [4, 5]


def test_a_sync_point_that_fits_no_core_has_none() -> None:
    recorder = Recorder()
    base = recorder.base_ns
    recorder.span("nc_exec_running", 500, 600, exec_id=1, device_core_idx=4, nc_timestamp_ns=base)
    recorder.instant("timestamp_sync_point", 700, exec_id=1, nc_timestamp_ns=base,
                     cpu_timestamp_ns=base + 650)  # fmt: skip
    assert named(recorder.events(), "timestamp_sync_point", "pcore") == [NONE]


def test_a_models_name_and_bucket_come_from_the_files_table() -> None:
    recorder = Recorder()
    recorder.span("nrt_execute", 1, 2, model_id=7)
    name = "/tmp/context_encoding_model/_tp0_bk3/model.neff"
    found = extras(recorder, "nrt_execute", {7: name})
    assert found == {"model_id": "7", "model_name": name, "bucket_id": "3"}


def test_a_model_without_a_name_has_none() -> None:
    recorder = Recorder()
    recorder.span("nrt_execute", 1, 2, model_id=8)
    assert extras(recorder, "nrt_execute", {7: "x"}) == {"model_id": "8"}


@pytest.mark.parametrize(
    "text", ['say "hi"', "back\\slash", "tab\there", "line\nbreak", "\x01", "ünïcode 🚀", "<b>&"]
)
def test_any_text_is_kept_as_it_is(text: str) -> None:
    recorder = Recorder()
    recorder.span("nrt_load", 1, 2, odd=text, **{f"key {text}": "v"})
    found = extras(recorder, "nrt_load")
    assert found["odd"] == text
    assert found[f"key {text}"] == "v"


def test_what_start_and_stop_both_say_is_the_stops() -> None:
    recorder = Recorder()
    recorder.span("nrt_tensor_write", 1, 2, size=5, stop={"size": 6, "late": "yes"})
    assert extras(recorder, "nrt_tensor_write") == {"size": "6", "late": "yes"}
    assert named(recorder.events(), "nrt_tensor_write", "size") == [6]


def test_times_of_the_device_are_named_by_start_and_stop() -> None:
    recorder = Recorder()
    recorder.span("nc_exec_running", 1, 2, nc_timestamp_ns=50, stop={"nc_timestamp_ns": 51})
    found = extras(recorder, "nc_exec_running")
    assert found == {"nc_start_timestamp_ns": "50", "nc_stop_timestamp_ns": "51"}


def test_an_event_without_attributes_has_none() -> None:
    recorder = Recorder()
    recorder.span("nrt_load", 1, 2)
    events = recorder.events()
    assert events.extra.to_pylist() == [None]


def test_hardware_is_what_the_device_stamps() -> None:
    recorder = Recorder()
    for name in ("nc_exec_running", "cc_exec_barrier", "cc_running", "nc_model_switch"):
        recorder.span(name, 1, 2)
    recorder.instant("timestamp_sync_point", 3)
    assert set(recorder.events().source.tolist()) == {2}
    other = Recorder()
    for name in ("nrt_execute", "enc_barrier", "dmem_buf_copyin", "kbl_exec_wait"):
        other.span(name, 1, 2)
    assert set(other.events().source.tolist()) == {1}
