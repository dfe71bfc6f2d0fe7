"""A range on chosen rows of the timeline against a slow reading of its rules, row by row."""

import itertools
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.metrics import part_compute, part_movement
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.region import Region
from profiles.metrics.selection import ChosenTrack, Selection
from profiles.services import sample_files
from profiles.storage.tables import ReadableRun, TableStore
from profiles.timeline.query import timeline_of
from tests.make.kernel import Kernel, write_kernel
from tests.metrics.device_tables import device, instruction, packet
from tests.metrics.slow_device import Row, SlowProfile, length, rows_of

DRAWS = 12


@pytest.fixture(scope="module", params=["sample", "kernel"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    """The sample on two cores, and a kernel with spills and a limit."""
    folder = tmp_path_factory.mktemp(request.param)
    files = [(role, path) for role, path in sample_files()]
    if request.param == "kernel":
        made = write_kernel(folder, Kernel(tiles=8, spills=1, turns=2, tables=1, pieces=3))
        files = [(path.suffix[1:], path) for path in made]
    store = TableStore(folder / "tables")
    sources = [SourceRef(role, path.name, path) for role, path in files]
    process(sources, store.new_run("made", 1), Options(), silent)
    return store.open_run("made", 1)


class SlowSelection:
    """The rows of the tables that the timeline draws on the chosen tracks, counted one by one."""

    def __init__(
        self, run: ReadableRun, start: int, end: int, tracks: list[dict[str, Any]]
    ) -> None:
        self.slow = SlowProfile(run, start, end, (0, 1))
        self.tables = {name: rows_of(run, name) for name in ("Instruction", "DmaPacket")}
        timeline = timeline_of(run)
        self.rows = {
            track["key"]: [
                self.tables[track["table"]][row]
                for row in timeline.rows_of([track["key"]]).tolist()
            ]
            for track in tracks
            if track["table"] in self.tables
        }

    def chosen(self, table: str) -> list[Row]:
        """Rows of a table on any of the tracks, each once."""
        own = {id(row) for rows in self.rows.values() for row in rows}
        return [row for row in self.tables[table] if id(row) in own]

    def engine(self, key: str) -> dict[str, Any]:
        """An engine's numbers."""
        rows = self.rows[key]
        working = [row for row in rows if row["opcode"] != "EVENT_SEMAPHORE"]
        waiting = [row for row in rows if row["opcode"] == "EVENT_SEMAPHORE"]
        own = [row["end_ts"] - row["start_ts"] for row in self.slow.starting(waiting)]
        return {
            "count": len(self.slow.starting(rows)),
            "sum_ns": self.time(working),
            "active_ns": length(self.slow.spans(working)),
            "waits": len(own),
            "wait_ns": self.time(waiting),
            "longest_wait_ns": max(own, default=None),
        }

    def queue(self, key: str) -> dict[str, Any]:
        """A queue's or DMA engine's numbers."""
        rows = self.rows[key]
        return {
            "packets": len(self.slow.starting(rows)),
            "bytes": pytest.approx(self.slow.summed("transfer_bytes", rows)),
            "sum_ns": self.time(rows),
            "active_ns": length(self.slow.spans(rows)),
        }

    def time(self, rows: list[Row]) -> float:
        """Their time inside, overlaps counted again."""
        return pytest.approx(sum(length(self.slow.spans([row])) for row in rows))  # type: ignore[no-any-return]

    def opcodes(self) -> dict[str, tuple[Any, ...]]:
        """Count, time and longest by opcode, of what starts in the range or has time in it."""
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.chosen("Instruction"):
            if self.slow.starting([row]) or self.slow.spans([row]):
                groups[row["opcode"]].append(row)
        return {
            opcode: (
                len(self.slow.starting(rows)),
                self.time(rows),
                max((r["end_ts"] - r["start_ts"] for r in self.slow.starting(rows)), default=None),
            )
            for opcode, rows in groups.items()
        }

    def sizes(self) -> dict[int, int]:
        """How many packets that start in the range have each size."""
        found: dict[int, int] = defaultdict(int)
        for row in self.slow.starting(self.chosen("DmaPacket")):
            found[row["transfer_bytes"]] += 1
        return found


def boxes(run: ReadableRun) -> list[tuple[int, int, list[dict[str, Any]]]]:
    """All of it, and ranges on rows drawn at random, always the same."""
    document = timeline_of(run).document
    tracks, duration = document["tracks"], document["duration_ns"]
    draw = random.Random(5)
    found = [(0, duration, tracks)]
    for _ in range(DRAWS):
        start, end = sorted(draw.sample(range(duration), 2))
        found.append((start, end, draw.sample(tracks, draw.randint(1, len(tracks)))))
    return found


def answer_of(
    run: ReadableRun, start: int, end: int, tracks: list[dict[str, Any]]
) -> dict[str, Any]:
    chosen = [ChosenTrack(t["key"], t["kind"], t["core"], t["name"]) for t in tracks]
    return Selection(DeviceRun(run, 0), start, end, chosen).answer()


def test_every_number_is_that_of_the_rows_one_by_one(run: ReadableRun) -> None:
    for start, end, tracks in boxes(run):
        found, slow = answer_of(run, start, end, tracks), SlowSelection(run, start, end, tracks)
        for engine in found["engines"]:
            expected = slow.engine(engine["key"])
            assert {name: engine[name] for name in expected} == expected, engine
            assert engine["active"] == engine["active_ns"] / (end - start)
        for queue in found["queues"]:
            expected = slow.queue(queue["key"])
            assert {name: queue[name] for name in expected} == expected, queue
        told = {
            row["opcode"]: (row["count"], row["sum_ns"], row["longest_ns"])
            for row in found["opcodes"]
        }
        assert told == slow.opcodes()
        own = slow.chosen("Instruction")
        assert found["instructions"] == len(slow.slow.starting(own))
        assert found["packets"] == len(slow.slow.starting(slow.chosen("DmaPacket")))
        sizes = {row["most_bytes"]: row["packets"] for row in found["sizes"] if row["packets"]}
        assert sizes == slow.sizes()
        for moved in found["moved"]:
            if moved["bytes"] is not None:
                assert moved["bytes"] == pytest.approx(slow.slow.summed(moved["id"], own))
        before = [r for r in own if r["start_ts"] < start < r["end_ts"]]
        before += [r for r in slow.chosen("DmaPacket") if r["start_ts"] < start < r["end_ts"]]
        assert found["running_before"] == len(before)


def test_every_row_of_the_timeline_is_found_again_among_the_kinds(run: ReadableRun) -> None:
    document = timeline_of(run).document
    found = answer_of(run, 0, document["duration_ns"] + 1, document["tracks"])
    counted = {row["key"]: row["count"] for row in found["engines"]}
    counted |= {row["key"]: row["packets"] for row in found["queues"]}
    kinds = {"engine", "dma_queue", "dma_engine"}
    expected = {t["key"]: t["rows"] for t in document["tracks"] if t["kind"] in kinds}
    assert counted == expected


def test_the_numbers_are_those_of_the_summary_of_the_same_range(run: ReadableRun) -> None:
    document = timeline_of(run).document
    start, end = document["duration_ns"] // 5, document["duration_ns"] // 2
    tracks = [track for track in document["tracks"] if track["kind"] != "dma_engine"]
    found = answer_of(run, start, end, tracks)
    region = Region(DeviceRun(run, 0), start, end)
    opcodes, dma = part_compute.opcodes(region), part_movement.dma(region)
    for row in found["opcodes"]:
        own = [one for one in opcodes if one["opcode"] == row["opcode"]]
        assert row["count"] == sum(one["count"] for one in own)
        assert row["sum_ns"] == pytest.approx(sum(one["sum_ns"] for one in own))
        longest = [one["max_ns"] for one in own if one["max_ns"] is not None]
        assert row["longest_ns"] == max(longest, default=None)
    assert found["packets"] == dma["packets"]
    assert found["packet_bytes"] == pytest.approx(dma["bytes"])
    assert found["sizes"] == dma["sizes"]
    queues = {(row["core"], row["name"]): row for row in dma["queues"]}
    for queue in found["queues"]:
        summary = queues.get((queue["core"], queue["name"]))
        assert queue["active_ns"] == (summary["active_ns"] if summary else 0)


def test_ranges_side_by_side_add_up(run: ReadableRun) -> None:
    document = timeline_of(run).document
    edges = [0, *sorted(random.Random(2).sample(range(document["duration_ns"]), 5))]
    pieces = [
        answer_of(run, first, last, document["tracks"]) for first, last in itertools.pairwise(edges)
    ]
    whole = answer_of(run, edges[0], edges[-1], document["tracks"])
    for name in ("instructions", "packets", "packet_bytes"):
        assert sum(one[name] for one in pieces) == pytest.approx(whole[name])
    for place, engine in enumerate(whole["engines"]):
        for name in ("count", "active_ns", "sum_ns", "wait_ns"):
            total = sum(one["engines"][place][name] for one in pieces)
            assert total == pytest.approx(engine[name])


def test_a_packet_of_a_queue_and_of_its_engine_is_counted_once(tmp_path: Path) -> None:
    run = device(tmp_path, DmaPacket=[packet(10, 10, 512), packet(40, 10, 1024)])
    tracks = [
        ChosenTrack("p0/dma0/1-qload", "dma_queue", 0, "qLoad"),
        ChosenTrack("p0/engines0/e00", "dma_engine", 0, "E64"),
    ]
    found = Selection(run, 0, 100, tracks).answer()
    assert (found["packets"], found["packet_bytes"]) == (2, 1536)
    assert [row["packets"] for row in found["queues"]] == [2, 2]
    assert found["instructions"] == 0


def test_transfers_are_told_by_where_they_go_on_the_chosen_queues(tmp_path: Path) -> None:
    def transfer(start: int, queue: str, source: str, size: int) -> Row:
        return {
            "start_ts": start,
            "end_ts": start + 10,
            "pcore_idx": 0,
            "queue_name": queue,
            "transfer_bytes": size,
            "source": source,
            "dest": "SB",
        }

    run = device(
        tmp_path,
        DmaPacketAggregated=[
            transfer(10, "qLoad", "DRAM", 100),
            transfer(20, "qLoad", "DRAM", 50),
            transfer(30, "qLoad", "", 7),
            transfer(30, "qSave", "DRAM", 999),
            transfer(500, "qLoad", "DRAM", 888),
        ],
    )
    track = ChosenTrack("p0/dma0/1-qload", "dma_queue", 0, "qLoad")
    assert Selection(run, 0, 100, [track]).answer()["routes"] == [
        {"from": "DRAM", "to": "SB", "transfers": 2, "bytes": 150},
        {"from": None, "to": "SB", "transfers": 1, "bytes": 7},
    ]


def test_rows_that_hold_no_instructions_or_packets_sum_to_nothing(tmp_path: Path) -> None:
    run = device(tmp_path, Instruction=[instruction("Vector", 0, 10)])
    found = Selection(run, 0, 100, [ChosenTrack("p0/clock/c0", "clock", 0, "Core 0")]).answer()
    assert (found["engines"], found["opcodes"], found["queues"]) == ([], [], [])
    assert (found["instructions"], found["packets"], found["running_before"]) == (0, 0, 0)
