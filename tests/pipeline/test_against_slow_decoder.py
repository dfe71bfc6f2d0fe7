"""The published tables of random traces equal a decoding one record after the other."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.reader import Ntff, parse_ntff
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, silent
from profiles.storage.tables import ReadableRun, RunMissingError, TableStore
from tests.pipeline import slow_decoder
from tests.pipeline.capture_files import trace_source
from tests.pipeline.random_traces import RandomTrace

CASES = [(version, seed) for version in (4, 5, 6) for seed in range(8)]
CLOCK_GHZ = 1.2


@pytest.fixture(scope="module", params=CASES, ids=[f"v{version}-{seed}" for version, seed in CASES])
def decoded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Ntff, ReadableRun]:
    folder = tmp_path_factory.mktemp("random")
    data = RandomTrace(*request.param).bytes()
    store = TableStore(folder / "tables")
    process([trace_source(folder, data=data)], store.new_run("p", 1), Options(), silent)
    return parse_ntff(memoryview(data), limits=DEFAULT_LIMITS), store.open_run("p", 1)


def rows(run: ReadableRun, table: str) -> list[dict[str, Any]]:
    try:
        return run.rows(table, 0, offset=0, limit=100_000).to_pylist()
    except RunMissingError:
        return []


def test_every_instruction_of_the_window_is_there_once(
    decoded: tuple[Ntff, ReadableRun],
) -> None:
    ntff, run = decoded
    expected = Counter(slow_decoder.instructions(ntff, CLOCK_GHZ))
    found = Counter(
        slow_decoder.SlowInstruction(
            core=row["pcore_idx"],
            engine=row["engine"],
            pc=row["pc"],
            start_ts=row["start_ts"],
            end_ts=row["end_ts"],
            duration_ns=row["duration_ns"],
            wait_ns=row["evt_wait_time_ns"],
            crc_in=row["crc_in"],
            crc_out=row["crc_out"],
        )
        for row in rows(run, "Instruction")
    )
    assert found == expected
    assert expected


def test_every_packet_that_touches_the_window_is_there_with_its_number(
    decoded: tuple[Ntff, ReadableRun],
) -> None:
    ntff, run = decoded
    found = Counter(
        slow_decoder.SlowPacket(
            core=row["pcore_idx"],
            engine=row["engine_idx"],
            queue=row["queue_idx"],
            start_ts=row["start_ts"],
            duration_ns=row["duration_ns"],
            size=row["transfer_bytes"],
            crc=row["crc"],
            packet_idx=row["packet_idx"],
        )
        for row in rows(run, "DmaPacket")
    )
    assert found == Counter(slow_decoder.packets(ntff))


def test_every_semaphore_update_of_the_window_is_there(
    decoded: tuple[Ntff, ReadableRun],
) -> None:
    ntff, run = decoded
    found = Counter(
        (
            row["pcore_idx"],
            row["timestamp"],
            int(row["id"].removeprefix("S[").partition("]")[0]),
            row["value"],
        )
        for row in rows(run, "SemaphoreUpdate")
    )
    assert found == Counter(slow_decoder.semaphores(ntff))


def test_active_times_cover_what_engines_did_but_wait(
    decoded: tuple[Ntff, ReadableRun],
) -> None:
    ntff, run = decoded
    opcodes = {
        (graph, slow_decoder.ENGINES[engine], slot): int(image.slots[slot, 0])
        for (graph, engine), image in ntff.images.items()
        for slot in range(len(image.slots))
    }
    busy = slow_decoder.covered_ns(slow_decoder.instructions(ntff, CLOCK_GHZ), opcodes)
    found = {
        (row["pcore_idx"], row["engine"].capitalize().replace("Gpsimd", "GpSimd"), t)
        for row in rows(run, "ActiveTime")
        for t in range(row["start_ts"], row["end_ts"] + 1)
    }
    assert busy <= found


def test_bytes_of_the_throughput_add_up_to_those_of_the_packets(
    decoded: tuple[Ntff, ReadableRun],
) -> None:
    """Starts closer than 10 ns to the last kept sample may be missing from the last total."""
    _, run = decoded
    for core in {row["pcore_idx"] for row in rows(run, "DmaPacket")}:
        packets = [row for row in rows(run, "DmaPacket") if row["pcore_idx"] == core]
        samples = [row for row in rows(run, "DmaUsage") if row["pcore_idx"] == core]
        last = samples[-1]
        before = sum(
            row["transfer_bytes"] for row in packets if row["start_ts"] <= last["timestamp"]
        )
        assert last["total_transfer_bytes"] in {
            before,
            *(before - row["transfer_bytes"] for row in packets),
        }
        gaps = np.diff([row["timestamp"] for row in samples])
        assert (gaps >= 9).all()


def test_packet_ids_of_a_ring_are_all_different(decoded: tuple[Ntff, ReadableRun]) -> None:
    _, run = decoded
    keys = Counter((row["pcore_idx"], row["id"]) for row in rows(run, "DmaPacket"))
    assert set(keys.values()) <= {1}
