"""The published tables as the official tool shows them, table by table and batch by batch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingest_worker.builders.usage import usage_samples
from ingest_worker.exports.official_rows import SHAPES, graph_name, in_shape
from profiles.storage.tables import ReadableRun, RunMissingError

BATCH_ROWS = 16_384
STORED_WINDOW_VERSION = 6
CROSSING_RULE = (
    "its ring has a packet across the edge of the window (6.1): the whole ring is dropped"
)
EARLY_RULE = "it starts before the origin (6.1)"
LABEL_RULE = "a later core has a row with the same label and start in ns (4)"

Rows = list[dict[str, Any]]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
LABEL_SHOWN = ("pcore_idx", "timeline_track", "pc", "start_ts")
PACKET_SHOWN = ("pcore_idx", "queue_name", "packet_idx", "start_ts")


@dataclass(frozen=True)
class SetAside:
    """A published row the official tool does not show, by table and row number, and why."""

    table: str
    row: int
    rule: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        shown = ", ".join(f"{key}={value}" for key, value in self.values.items())
        return f"{self.table} row {self.row} ({shown}): {self.rule}"


class OfficialTables:
    """One part of a run with the official tool's droppings applied; rows are made when asked for.

    Instructions with equal (label, start in ns) are shown once, that of the later core. DMA rings
    with a packet across the window's edge are not shown at all (version 6); before, packets that
    start before the origin are not. `DmaUsage` is computed again without them.
    """

    def __init__(self, run: ReadableRun, part: int = 0) -> None:
        self.run = run
        self.part = part

    @property
    def names(self) -> list[str]:
        """JSON tables that are made from the published ones."""
        return list(SHAPES)

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of one JSON table."""
        if name == "neff_node":
            yield from self._nodes()
        for table, shape in SHAPES[name]:
            for row in self._rows(table):
                found = in_shape(row, shape)
                if name == "instruction" and (edges := self.edges.of(row["id"])):
                    found["predecessors"] = edges
                yield found

    def _rows(self, table: str) -> Iterator[dict[str, Any]]:
        if table == "DmaUsage" and self.has_dropped_packets:
            yield from self._usage_again()
            return
        kept = {"Instruction": self.shown_instructions, "DmaPacket": self.shown_packets}.get(table)
        first = 0
        for batch in self.batches(table):
            rows = plain_rows(batch)
            for number, row in enumerate(rows):
                if kept is None or kept[first + number]:
                    yield row
            first += len(rows)

    def batches(self, table: str, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The published rows; nothing for a table that is not there."""
        try:
            path = self.run.table_path(table, self.part)
        except RunMissingError:
            return
        if not path.is_file():
            return
        with self.run.parquet(table, self.part) as file:
            yield from file.iter_batches(BATCH_ROWS, columns=columns, use_threads=False)

    def table(self, table: str, columns: list[str]) -> dict[str, Any]:
        """Whole columns as arrays; empty ones for a table that is not there."""
        found = list(self.batches(table, columns))
        if not found:
            return {name: np.zeros(0, np.int64) for name in columns}
        whole = pa.Table.from_batches(found)
        return {name: _array(whole.column(name)) for name in columns}

    def row(self, table: str) -> dict[str, Any]:
        """The first row; empty for a table that is not there."""
        for batch in self.batches(table):
            return plain_rows(batch.slice(0, 1))[0]
        return {}

    @cached_property
    def shown_instructions(self) -> Flags:
        """Of rows with one label and start the last one of the highest core."""
        rows = self.table("Instruction", ["timeline_track", "start_ts", "pcore_idx"])
        count = len(rows["start_ts"])
        order = np.lexsort((np.arange(count), rows["pcore_idx"]))
        keys = np.stack((rows["timeline_track"], rows["start_ts"]), axis=1)[order]
        _, first = np.unique(keys[::-1], axis=0, return_index=True)
        shown = np.zeros(count, bool)
        shown[order[count - 1 - first]] = True
        return shown

    @cached_property
    def shown_packets(self) -> Flags:
        """Packets the official tool shows."""
        names = ["start_ts", "end_ts", "pcore_idx", "engine_idx", "queue_idx"]
        rows = self.table("DmaPacket", names)
        if not len(rows["start_ts"]):
            return np.zeros(0, bool)
        metadata = self.row("Metadata")
        version = metadata.get("ntff_version") or STORED_WINDOW_VERSION
        is_early = rows["start_ts"] < 0
        if version < STORED_WINDOW_VERSION:
            return np.asarray(~is_early, bool)
        is_across = is_early | (rows["end_ts"] > (metadata.get("last_hw_timestamp") or 0))
        rings = np.stack([rows[name] for name in names[2:]], axis=1)
        _, ring = np.unique(rings, axis=0, return_inverse=True)
        ring = ring.reshape(-1)
        return np.asarray(~np.isin(ring, np.unique(ring[is_across])), bool)

    @property
    def has_dropped_packets(self) -> bool:
        """Whether the throughput has to be computed again, and can be."""
        exact = self.run.manifest.table("DmaPacketPicoseconds", self.part)
        count = len(self.shown_packets)
        return exact is not None and exact.row_count == count and not self.shown_packets.all()

    @cached_property
    def edges(self) -> "Predecessors":
        """What had to be done before each instruction."""
        names = ["in_id", "out_id", "dependency_type", "in_table", "out_table"]
        batches = list(self.batches("Flow", names))
        return Predecessors(pa.Table.from_batches(batches) if batches else None)

    def set_aside(self) -> list[SetAside]:
        """Every published row that is not shown, with its rule."""
        rule = CROSSING_RULE
        version = self.row("Metadata").get("ntff_version") or STORED_WINDOW_VERSION
        if version < STORED_WINDOW_VERSION:
            rule = EARLY_RULE
        return [
            *self._aside("Instruction", self.shown_instructions, LABEL_RULE, LABEL_SHOWN),
            *self._aside("DmaPacket", self.shown_packets, rule, PACKET_SHOWN),
        ]

    def _aside(
        self, table: str, shown: Flags, rule: str, names: tuple[str, ...]
    ) -> Iterator[SetAside]:
        for number in np.flatnonzero(~shown).tolist():
            row = self.run.row(table, self.part, number) or {}
            yield SetAside(table, number, rule, {name: row[name] for name in names})

    def hidden(self, aside: SetAside) -> dict[str, Any]:
        """A row that is not shown, in the shape it would have."""
        number = aside.row
        found = self.run.rows(aside.table, self.part, offset=number, limit=1)
        row = plain_rows(found.to_batches()[0])[0]
        shown = in_shape(row, SHAPES["instruction"][0][1])
        if edges := self.edges.of(row["id"]):
            shown["predecessors"] = edges
        return shown

    def _nodes(self) -> Iterator[dict[str, Any]]:
        """The node of the graph that each core's program is; kept as it was from a JSON."""
        for batch in self.batches("neff_node"):
            yield from batch.to_pylist()
        node = self.row("TensorInfo").get("node")
        if node is None:
            return
        nothing = dict.fromkeys(("variable_name", "type", "format", "shape"), "")
        for core in range(self.row("Metadata").get("num_physical_cores") or 1):
            yield {"node": str(node), "sg_name": graph_name({"pcore_idx": core}), **nothing}

    def _usage_again(self) -> Iterator[dict[str, Any]]:
        """`DmaUsage` of the shown packets, from nanoseconds and the picoseconds beyond them."""
        names = ["start_ts", "end_ts", "pcore_idx", "transfer_bytes", "throughput"]
        packets = self.table("DmaPacket", names)
        exact = self.table("DmaPacketPicoseconds", ["start_ps", "end_ps"])
        start = packets["start_ts"] * 1000 + exact["start_ps"]
        end = packets["end_ts"] * 1000 + exact["end_ps"]
        for core in np.unique(packets["pcore_idx"]).tolist():
            own = np.flatnonzero(self.shown_packets & (packets["pcore_idx"] == core))
            size = packets["transfer_bytes"][own]
            rate = packets["throughput"][own].astype(np.float32)
            moments, level, total = usage_samples(start[own], end[own], size, rate)
            for moment, throughput, added in zip(
                moments.tolist(), shortest(level).tolist(), total.tolist(), strict=True
            ):
                yield {
                    "timestamp": moment // 1000,
                    "current_throughput": throughput,
                    "total_transfer_bytes": added,
                    "pcore_idx": core,
                }


class Predecessors:
    """Edges by the later instruction, in the order of the table."""

    def __init__(self, rows: pa.Table | None) -> None:
        self._kinds: list[str | None] = []
        if rows is None:
            self._out = self._in = self._kind = np.zeros(0, np.int64)
            return
        texts: Any = pc.dictionary_encode(rows.column("dependency_type")).combine_chunks()
        self._kinds = texts.dictionary.to_pylist()
        out = _array(rows.column("out_id"))
        order = np.argsort(out, kind="stable")
        self._out = out[order]
        self._in = _array(rows.column("in_id"))[order]
        self._kind = texts.indices.fill_null(-1).to_numpy(zero_copy_only=False)[order]

    def of(self, number: int | None) -> Rows:
        """What had to be done before an instruction: id and kind of each."""
        if number is None or not len(self._out):
            return []
        first, last = np.searchsorted(self._out, (number, number + 1)).tolist()
        place = slice(first, last)
        return [
            {"id": before, "type": None if kind < 0 else self._kinds[kind]}
            for before, kind in zip(
                self._in[place].tolist(), self._kind[place].tolist(), strict=True
            )
        ]


def _array(column: Any) -> Any:
    """A column as numbers; texts by their place among the distinct ones, nulls as 0."""
    if pa.types.is_string(column.type):
        packed: Any = pc.dictionary_encode(column.fill_null("")).combine_chunks()
        return packed.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return column.fill_null(0).to_numpy()


def shortest(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Each float32 as the decimal with the fewest digits that means it, as Go prints it."""
    found: npt.NDArray[np.float64] = values.astype(np.float32).astype("U").astype(np.float64)
    return found


def plain_rows(batch: pa.RecordBatch) -> Rows:
    """Rows as dictionaries; float32 numbers by their shortest decimal."""
    columns = []
    for column in batch.columns:
        if pa.types.is_float32(column.type):
            whole: Any = column
            numbers = shortest(whole.to_numpy(zero_copy_only=False)).tolist()
            nulls = whole.is_null().to_pylist()
            values: list[Any] = [None if n else v for v, n in zip(numbers, nulls, strict=True)]
        else:
            values = column.to_pylist()
        columns.append(values)
    return [dict(zip(batch.schema.names, row, strict=True)) for row in zip(*columns, strict=True)]
