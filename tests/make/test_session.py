"""The session writer: files as the notes describe them, and a story without contradictions."""

import json
import struct
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.make.session.description import NUMBERS, Process, Session
from tests.make.session.frames import numbered
from tests.make.session.memory import in_use
from tests.make.session.read_back import Frame, events, frames, table
from tests.make.session.serving import Serving, serving_process, serving_session, small_session
from tests.make.session.write import process_files, session_files, write_session
from tests.make.wire_edit import split

START, STOP, INSTANT = 1, 2, 3


@pytest.fixture(scope="module")
def process() -> Process:
    return serving_process(Serving(cores=4, requests=1, decode_steps=3))


@pytest.fixture(scope="module")
def files(process: Process) -> dict[str, bytes]:
    return process_files(process)


@pytest.fixture(scope="module")
def written(files: dict[str, bytes]) -> list[Frame]:
    return events(files["ntrace.pb"])


def of_kind(written: list[Frame], name: str, phase: int) -> list[Frame]:
    return [frame for frame in written if frame.place == (NUMBERS[name], phase)]


def test_trace_info_counts_the_frames_and_names_the_files(
    process: Process, files: dict[str, bytes], written: list[Frame]
) -> None:
    numbers = {p.number: p.value for p in split(files["trace_info.pb"])}
    assert numbers[14] == len(written) == process.frame_count
    assert (numbers[1], numbers[2], numbers[9], numbers[16]) == (2, process.pid, 2, 2)
    assert (numbers[11], numbers[12]) == (process.opened_ns, process.closed_ns)
    assert numbers[4] == process.instance.name.encode()
    listed = numbers[6]
    assert isinstance(listed, bytes)
    parts = {p.number: p.value for p in split(listed)}
    assert parts == {
        1: f"./output/{process.folder}/ntrace.pb".encode(), 2: 1, 3: process.frame_count,
    }  # fmt: skip


def test_the_string_tables_travel_with_the_data(process: Process, files: dict[str, bytes]) -> None:
    info = files["trace_info.pb"]
    kinds = table(info, "ntrace_inspect_type")
    assert len(kinds) == 40
    assert (kinds[0], kinds[3], kinds[7], kinds[39]) == (
        "generic", "nrt_execute", "nc_exec_running", "exec_consume_gpsimd_stdio",
    )  # fmt: skip
    usages = table(info, "nrt_inspect_mem_usage_type")
    assert len(usages) == 22
    assert (usages[6], usages[12], usages[21]) == ("weight", "tensor", "dma rings collectives")
    paths = table(info, "system_trace")
    assert paths.pop(0) == "invalid_interned_string"
    assert paths == {loaded.model_id: loaded.path for loaded in process.models}


def test_every_stop_has_the_span_of_its_start(written: list[Frame]) -> None:
    spans: dict[int, list[int]] = defaultdict(list)
    for frame in written:
        spans[frame.numbers[15]].append(frame.numbers[14])
    assert all(sorted(phases) in ([START, STOP], [INSTANT]) for phases in spans.values())
    for frame in written:
        if frame.numbers[14] != STOP:
            assert frame.numbers[10] == frame.numbers[15]


def test_numbers_count_within_a_core_and_carry_it_above_bit_50(written: list[Frame]) -> None:
    found: dict[int, list[int]] = defaultdict(list)
    for frame in written:
        assert frame.numbers[10] >> 50 == int(frame.keys["nc_idx"])
        found[frame.numbers[10] >> 50].append(frame.numbers[10] & ((1 << 50) - 1))
    assert sorted(found) == [0, 1, 2, 3]
    for own in found.values():
        assert own == list(range(1, len(own) + 1))


def test_frames_are_grouped_by_core_and_not_sorted_by_time(written: list[Frame]) -> None:
    cores = [int(frame.keys["nc_idx"]) for frame in written]
    assert cores == sorted(cores)
    times = [frame.numbers[2] for frame in written if frame.keys["nc_idx"] == "0"]
    assert times != sorted(times)


def test_a_span_in_the_file_has_the_times_of_its_description(
    process: Process, written: list[Frame]
) -> None:
    by_number = {frame.numbers[10]: frame for frame in written}
    for core in range(4):
        for number, _, phase, event in numbered(process, core):
            frame = by_number[number]
            assert frame.numbers[2] == (event.end_ns if phase == STOP else event.start_ns)
            assert frame.numbers.get(7, 0) == event.kind
            assert frame.numbers[9] == event.thread


def test_hardware_times_are_those_of_the_cores_own_sync_point(written: list[Frame]) -> None:
    """Where two fit, the one that reproduces the host time is the core's own."""
    offsets: dict[tuple[str, str], set[int]] = defaultdict(set)
    for frame in of_kind(written, "timestamp_sync_point", INSTANT):
        keys = frame.keys
        offset = int(keys["cpu_timestamp_ns"]) - int(keys["nc_timestamp_ns"])
        offsets[keys["nc_idx"], keys["exec_id"]].add(offset)
        assert 32_000 <= frame.numbers[2] - int(keys["cpu_timestamp_ns"]) < 42_000
    for name in ("nc_exec_running", "nc_model_switch"):
        for frame in of_kind(written, name, START):
            offset = frame.numbers[2] - int(frame.keys["nc_timestamp_ns"])
            assert offset in offsets[frame.keys["nc_idx"], frame.keys["exec_id"]]
    spread = [max(found) - min(found) for found in offsets.values()]
    assert 0 < max(spread) <= 1_500


def test_each_execution_is_found_in_the_frames_on_both_clocks(
    process: Process, written: list[Frame]
) -> None:
    running = {
        (int(f.keys["nc_idx"]), int(f.keys["exec_id"]), int(f.keys["device_core_idx"])): f
        for f in of_kind(written, "nc_exec_running", START)
    }
    assert len(running) == 2 * len(process.executions) == 2 * 4 * 4
    for execution in process.executions:
        for pcore, start_ns, _ in execution.running:
            frame = running[execution.core, execution.exec_id, pcore]
            assert frame.numbers[2] == start_ns
            assert int(frame.keys["nc_timestamp_ns"]) == execution.device_start_ns
        assert execution.device_end_ns > execution.device_start_ns


def test_an_execution_calls_and_prepares_on_one_thread_and_waits_on_another(
    process: Process, written: list[Frame]
) -> None:
    calls = [e for e in process.events if e.name == "nrt_execute"]
    prepared = [e for e in process.events if e.name == "kbl_exec_pre"]
    waited = [e for e in process.events if e.name == "kbl_exec_wait"]
    assert len(calls) == len(prepared) == len(waited) == 16
    for call in calls:
        inside = [
            e
            for e in prepared
            if e.thread == call.thread and call.start_ns <= e.start_ns < (call.end_ns or 0)
        ]
        assert len(inside) == 1
        assert inside[0].keys["model_id"] == call.keys["model_id"]
        assert "exec_id" not in call.keys
    assert len({e.thread for e in waited}) == 1


def test_slices_of_one_thread_overlap_without_nesting(process: Process) -> None:
    """As the public session does: submission ends inside what began later."""
    submitted = [e for e in process.events if e.name == "nrt_model_submit"]
    kept = {e.keys["model_id"] + str(e.core): e for e in submitted}
    inside = [e for e in process.events if e.name == "kmgr_exec_core"]
    assert kept
    for span in inside:
        assert any(
            s.core == span.core
            and s.start_ns < span.start_ns < (s.end_ns or 0) < (span.end_ns or 0)
            for s in submitted
        )


def test_totals_fit_one_of_the_counters_of_their_memory(
    process: Process, written: list[Frame]
) -> None:
    """The rule of the notes: the previous value plus or minus the bytes equals the total."""
    starts = {f.numbers[15]: f for f in written if f.numbers[14] == START}
    counters: dict[tuple[str, str], list[int]] = {}
    for counter, usages in process.baselines.items():
        counters.setdefault((str(counter.device), str(counter.hbm)), []).append(
            sum(usages.values())
        )
    stops = [f for f in written if f.place[0] in (34, 35) and f.place[1] == STOP]
    assert stops
    for frame in sorted(stops, key=lambda f: f.numbers[2]):
        begun = starts[frame.numbers[15]].keys
        change = int(frame.keys.get("allocated_bytes", 0)) - int(frame.keys.get("freed_bytes", 0))
        held = counters[begun["mla_idx"], begun["hbm_idx"]]
        fitting = [
            n for n, value in enumerate(held) if value + change == int(frame.keys["total_bytes"])
        ]
        assert len(fitting) == 1
        held[fitting[0]] += change
    assert len(counters) == 4


def test_memory_in_use_is_the_sum_of_both_physical_cores(process: Process) -> None:
    last = in_use(process)[-1]
    assert last[3] == sum(last[4].values())
    assert last[4]["weight"] == 2 * 2 * 50_331_648
    assert [row[0] for row in in_use(process)] == sorted(row[0] for row in in_use(process))


def test_ranks_leave_the_barrier_together_and_a_straggler_arrives_last() -> None:
    late = serving_process(
        Serving(cores=4, requests=1, decode_steps=3, straggler=2, late_ns=400_000)
    )
    barriers = [e for e in late.events if e.name == "cc_exec_barrier"]
    steps: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for event in barriers:
        steps[event.keys["exec_id"]].append((event.start_ns, event.worker, event.end_ns or 0))
    assert len(steps) == 4
    for step in steps.values():
        assert len(step) == 4
        assert max(step)[1] == 2
        assert len({end for _, _, end in step}) == 1
        assert max(step)[0] - min(step)[0] > 300_000


def test_a_host_gap_keeps_the_device_idle() -> None:
    plan = Serving(cores=2, requests=1, decode_steps=3)
    quick = serving_process(plan)
    slow = serving_process(replace(plan, gap_after=1, gap_ns=5_000_000))

    def idle(process: Process) -> list[int]:
        spans = sorted(
            (e.running[0][1], e.running[0][2]) for e in process.executions if e.core == 0
        )
        return [later[0] - before[1] for before, later in pairwise(spans)]

    assert max(idle(slow)) - max(idle(quick)) > 4_900_000
    assert idle(slow).index(max(idle(slow))) == 1
    assert "detokenize" in {e.name for e in slow.framework[0].events}


def test_samples_are_one_frame_a_cpu_and_tick(process: Process, files: dict[str, bytes]) -> None:
    cpu = [{p.number: p.value for p in split(m)} for m in frames(files["cpu_util.pb"])]
    assert len(cpu) == 12 * 12
    assert [row.get(3, 0) for row in cpu[:12]] == list(range(12))
    first = cpu[0][1]
    assert isinstance(first, bytes)
    assert struct.unpack("<f", first)[0] == pytest.approx(process.samples.cpu[0][0], abs=0.01)
    assert 1 not in cpu[3]  # a value of zero is left out
    memory = [{p.number: p.value for p in split(m)} for m in frames(files["host_mem.pb"])]
    assert [row[1] for row in memory] == list(process.samples.memory)
    assert {row[2] for row in memory} == {row[2] for row in cpu}


@pytest.mark.parametrize("clock", ["base", "unix", "none"])
def test_the_framework_trace_carries_its_clock_or_none(clock: str) -> None:
    process = serving_process(Serving(cores=1, requests=1, decode_steps=1, clock=clock))
    text = process_files(process)["trace.json"].decode()
    opened = json.loads(text, parse_float=str)
    spans = [e for e in opened["traceEvents"] if e["ph"] == "X"]
    assert ("baseTimeNanoseconds" in opened) == (clock == "base")
    first = min(e.start_ns for e in process.framework[0].events)
    whole, _, part = min(s["ts"] for s in spans).partition(".")
    found = int(whole) * 1000 + int(part) + opened.get("baseTimeNanoseconds", 0)
    assert found == (0 if clock == "none" else first)


def test_model_mode_keeps_the_first_execution_of_each_model_on_each_core(
    process: Process,
) -> None:
    names = Counter(trace.file_name.rsplit("_vnc_")[0] for trace in process.traces)
    assert set(names.values()) == {4}
    assert {f"{loaded.model_id}_instid_0" for loaded in process.models} == set(names)
    for found in process.traces:
        (execution,) = found.executions
        same = [
            e for e in process.executions if (e.core, e.model_id) == (found.core, found.model_id)
        ]
        assert execution == min(same, key=lambda e: e.start_ns)


def test_session_mode_keeps_several_executions_in_a_file() -> None:
    process = serving_process(Serving(cores=2, requests=1, decode_steps=4, mode="session"))
    names = [trace.file_name for trace in process.traces]
    assert sorted(names) == [f"profile_nc_{n}_session_{k}.ntff" for n in (0, 1) for k in (0, 1)]
    kept = {trace.session: len(trace.executions) for trace in process.traces}
    assert kept == {0: 1, 1: 3}


def test_a_session_is_written_as_a_directory(tmp_path: Path) -> None:
    session = small_session(stamp="1773237643508494611")
    write_session(tmp_path, session)
    found = {
        str(p.relative_to(tmp_path)): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()
    }
    assert found == session_files(session)
    folder = "i-0a11ce5e55104e550_pid_713479/1773237643508494611"
    assert {Path(name).parent.as_posix() for name in found} == {folder}


def test_the_same_description_gives_the_same_bytes() -> None:
    assert session_files(small_session()) == session_files(small_session())


def test_the_serving_run_has_eight_cores_prefill_and_decode() -> None:
    (process,) = serving_session().processes
    graphs = {loaded.path.split("/")[2] for loaded in process.models}
    assert graphs == {"context_encoding_model", "token_generation_model"}
    assert {e.core for e in process.executions} == set(range(8))
    assert len(process.traces) == 16
    assert len(process.executions) == 8 * 2 * 7


def changed(process: Process, **changes: object) -> list[Frame]:
    return events(process_files(replace(process, **changes))["ntrace.pb"])  # type: ignore[arg-type]


def test_knobs_leave_out_stops_starts_and_files_and_add_what_nobody_knows(
    process: Process,
) -> None:
    first, *rest = process.events
    bare = replace(process, models=(), traces=(), framework=())
    count = process.frame_count
    assert len(changed(bare, events=(replace(first, end_ns=None), *rest))) == count - 1
    assert len(changed(bare, events=(replace(first, is_start_lost=True), *rest))) == count - 1
    odd = changed(bare, events=(replace(first, kind=77, memory=None), *rest))
    assert 77 in {frame.place[0] for frame in odd}
    left = process_files(replace(bare, left_out=frozenset({"trace_info.pb"})))
    assert set(left) == {"ntrace.pb", "cpu_util.pb", "host_mem.pb"}
    lost = process_files(replace(bare, lost=40))["trace_info.pb"]
    assert {p.number: p.value for p in split(lost)}[14] == count + 40


def test_two_instances_may_have_processes_of_the_same_number() -> None:
    one = serving_process(Serving(cores=1, requests=1, decode_steps=1, is_single=True))
    other = replace(one, instance=replace(one.instance, name="i-0ther1nstance00000"))
    paths = session_files(Session((one, other)))
    assert len({path.split("/")[0] for path in paths}) == 2
    assert {path.split("_pid_")[1].split("/")[0] for path in paths} == {"713479"}
