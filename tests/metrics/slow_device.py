"""The numbers of a device profile computed the slow way: row by row, nanosecond sets, no numpy.

Nothing is shared with the code under test: rows are read as dictionaries and every rule is written
out again from `docs/metrics.md`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from profiles.storage.tables import ReadableRun

Row = dict[str, Any]
Span = tuple[int, int]
COMPUTING = {"Tensor", "Vector", "Scalar", "GpSimd"}
PEAK_PER_NS = 2 * 128 * 128 * 2.4
HBM_PER_NS, DMA_PER_NS = 716.0, 435.0


def rows_of(run: ReadableRun, table: str) -> list[Row]:
    """All rows of a table; none where it is not there."""
    if run.manifest.table(table) is None:
        return []
    found: list[Row] = run.rows(table, 0, offset=0, limit=10**9).to_pylist()
    return found


def merged(spans: Iterable[Span]) -> list[Span]:
    """Their union, in order."""
    found: list[list[int]] = []
    for start, end in sorted(span for span in spans if span[1] > span[0]):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return [(start, end) for start, end in found]


def length(spans: Iterable[Span]) -> int:
    """The time they cover."""
    return sum(end - start for start, end in merged(spans))


def cut(spans: Iterable[Span], first: int, last: int) -> list[Span]:
    """What of them lies in a range."""
    return [
        (max(start, first), min(end, last))
        for start, end in spans
        if min(end, last) > max(start, first)
    ]


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What of them the others do not cover."""
    left = merged(spans)
    for start, end in merged(taken):
        pieces = []
        for begin, stop in left:
            if end <= begin or start >= stop:
                pieces.append((begin, stop))
                continue
            if begin < start:
                pieces.append((begin, start))
            if end < stop:
                pieces.append((end, stop))
        left = pieces
    return left


@dataclass
class SlowProfile:
    """The rows of a run, and a range of it on some cores."""

    run: ReadableRun
    first: int
    last: int
    cores: tuple[int, ...]

    def __post_init__(self) -> None:
        own = set(self.cores)
        self.instructions = [r for r in rows_of(self.run, "Instruction") if r["pcore_idx"] in own]
        self.packets = [r for r in rows_of(self.run, "DmaPacket") if r["pcore_idx"] in own]
        self.limits = [r for r in rows_of(self.run, "Throttle") if r["pcore_idx"] in own]
        self.time = self.last - self.first

    def share(self, row: Row) -> float:
        """What of a row lies in the range."""
        start, end = row["start_ts"], max(row["end_ts"], row["start_ts"])
        if end == start:
            return float(self.first <= start < self.last)
        return max(min(end, self.last) - max(start, self.first), 0) / (end - start)

    def summed(self, column: str, rows: list[Row] | None = None) -> float:
        """A column, each row by its share."""
        chosen = self.instructions if rows is None else rows
        return sum((row[column] or 0) * self.share(row) for row in chosen)

    def starting(self, rows: list[Row]) -> list[Row]:
        """Rows that start in the range."""
        return [row for row in rows if self.first <= row["start_ts"] < self.last]

    def spans(self, rows: Iterable[Row]) -> list[Span]:
        """Their times within the range."""
        return cut([(row["start_ts"], row["end_ts"]) for row in rows], self.first, self.last)

    def working(self, chosen: Callable[[Row], bool]) -> list[Span]:
        """Times of instructions that are no waits for semaphores."""
        return self.spans(
            row for row in self.instructions if row["opcode"] != "EVENT_SEMAPHORE" and chosen(row)
        )

    def computing(self) -> list[Span]:
        """Times of the engines that compute."""
        return self.working(lambda row: row["engine"] in COMPUTING)

    def slow_limits(self) -> list[tuple[Span, float, int]]:
        """Stretches below full clock with what they take, and their core."""
        found = []
        for row in self.limits:
            share = row["k"] / row["n"] if row["n"] else 1.0
            span = (row["timestamp"], row["timestamp"] + row["duration"])
            inside = cut([span], self.first, self.last) if share < 1 else []
            found += [(one, 1 - share, row["pcore_idx"]) for one in inside]
        return found

    def useful_flops(self) -> float:
        """FLOPs without transposes."""
        return self.summed("raw_flops") - self.summed("flops_transpose")

    def hbm_bytes(self) -> float:
        """Bytes of device memory."""
        return self.summed("hbm_read_bytes") + self.summed("hbm_write_bytes")

    def numbers(self) -> dict[str, float]:
        """The headline numbers by their names."""
        seconds_peak = PEAK_PER_NS * len(self.cores) * self.time
        moving, computing = self.spans(self.packets), self.computing()
        tensor = self.working(lambda row: row["engine"] == "Tensor")
        slow = self.slow_limits()
        return {
            "total_time": self.time,
            "compute_ns": length(computing),
            "any_active_ns": length([*self.working(lambda _: True), *moving]),
            "instructions": len(self.starting(self.instructions)),
            "hardware_flops": self.summed("raw_flops"),
            "useful_flops": self.useful_flops(),
            "adjusted_flops": self.summed("adjusted_flops"),
            "mfu_inst": self.useful_flops() / seconds_peak,
            "hfu": self.summed("raw_flops") / seconds_peak,
            "hbm_read_bytes": self.summed("hbm_read_bytes"),
            "mbu": self.hbm_bytes() / (HBM_PER_NS * self.time),
            "tensor_active_ns": length(tensor),
            "dma_active_ns": length(moving),
            "dma_exposed_ns": length(without(moving, computing)),
            "dma_packets": len(self.starting(self.packets)),
            "dma_bytes": self.summed("transfer_bytes", self.packets),
            "throttled_ns": length(span for span, _, _ in slow),
            "tensor_lost_ns": self.lost(),
        }

    def lost(self) -> float:
        """Tensor's time within limits, each core's times what its limits take."""
        total = 0.0
        for (start, end), taken, core in self.slow_limits():
            own = self.working(
                lambda row, of=core: row["engine"] == "Tensor" and row["pcore_idx"] == of  # type: ignore[misc]
            )
            total += taken * length(cut(own, start, end))
        return total

    def opcodes(self) -> dict[tuple[Any, ...], tuple[int, float, int | None]]:
        """By core, engine, opcode and function: count, summed time, median."""
        groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in self.instructions:
            key = (
                row["pcore_idx"],
                row["engine"],
                row["opcode"],
                row["scalar_activation_fn"] or None,
            )
            groups[key].append(row)
        found = {}
        for key, rows in groups.items():
            own = self.starting(rows)
            lengths = sorted(row["end_ts"] - row["start_ts"] for row in own)
            median = lengths[-(-len(lengths) // 2) - 1] if lengths else None
            time = sum(end - start for row in rows for start, end in self.spans([row]))
            if own or time:
                found[key] = (len(own), time, median)
        return found

    def queues(self) -> dict[tuple[int, int], tuple[int, float, int]]:
        """By core and queue number: packets, bytes, busy time."""
        groups: dict[tuple[int, int], list[Row]] = defaultdict(list)
        for row in self.packets:
            groups[row["pcore_idx"], row["queue_idx"]].append(row)
        return {
            key: (len(self.starting(rows)), self.summed("transfer_bytes", rows),
                  length(self.spans(rows)))
            for key, rows in groups.items()
            if self.starting(rows) or self.spans(rows)
        }  # fmt: skip
