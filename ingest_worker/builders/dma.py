"""The tables of packets and queues: `DmaPacket`, `DmaQueuesInfo` and the picoseconds."""

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.built import (
    Array,
    BuiltTable,
    Columns,
    gathered,
    joined,
    repeated,
    table_of,
    table_of_rows,
)
from ingest_worker.builders.ids import packet_ids, transfer_ids
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.queue import DATA, kind_name
from ingest_worker.builders.rate import rate_bytes_per_s
from ingest_worker.builders.transfer import ids_of_transfers, variables_of
from ingest_worker.formats.isa.vocabulary import queue_display_name
from ingest_worker.formats.ntff.packets import ENGINES_PER_CORE


def global_engine(core: CorePart, engine: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """16 * core number + engine mod 16: the number that is displayed."""
    result: npt.NDArray[np.int64] = engine.astype(np.int64) % ENGINES_PER_CORE + core.engine_base
    return result


def packet_table(part: Part) -> BuiltTable:
    """All cores, each in the order (queue_idx, queue, start_ts)."""
    return joined("DmaPacket", [_packets(part, core) for core in part.cores])


def _packets(part: Part, core: CorePart) -> BuiltTable:
    owners = ids_of_transfers(core)
    types = [track.queue_type for track in core.movement.tracks]
    variables = variables_of(core)

    def columns(start: int, stop: int) -> Columns:
        rows = core.movement.packets.take(slice(start, stop))
        owner, track = core.movement.owner[start:stop], core.movement.track[start:stop]
        engine = global_engine(core, rows.engine)
        duration = rows.end_ps - rows.start_ps
        unlinked = transfer_ids(np.zeros(len(rows), np.int64), rows.queue, core.name)
        group = np.where(owner >= 0, owners[owner], unlinked) if len(owners) else unlinked
        return {
            "start_ts": part.ns(rows.start_ps),
            "end_ts": part.ns(rows.end_ps),
            "duration_ns": duration // 1000,
            "pcore_idx": core.core.index,
            "id": packet_ids(rows.packet_idx, engine, rows.queue, core.name),
            "packet_idx": rows.packet_idx,
            "packet_aggregation_id": group,
            "engine_idx": engine,
            "read_bytes": rows.size,
            "write_bytes": rows.size,
            "transfer_bytes": rows.size,
            "throughput": rate_bytes_per_s(rows.size, duration),
            "queue_type": repeated(types, track),
            "queue_name": _queue_names(core, track, rows.queue, engine),
            "queue_idx": rows.queue,
            "variable": None if variables is None else gathered(variables, owner),
            "crc": rows.crc,
        }

    return table_of("DmaPacket", len(core.movement.packets), columns)


def _queue_names(
    core: CorePart,
    track: npt.NDArray[np.int32],
    queue: npt.NDArray[np.uint8],
    engine: npt.NDArray[np.int64],
) -> Array:
    """`Q1-E64`, with the queue's name in front for queues of prepared descriptors."""
    keys = (track.astype(np.int64) << 40) | (queue.astype(np.int64) << 32) | engine
    distinct, codes = np.unique(keys, return_inverse=True)
    names = []
    for key in distinct.tolist():
        own = core.movement.tracks[key >> 40]
        front = f"{own.name}-" if own.queue_type in {DATA, "input", "output"} else ""
        names.append(f"{front}Q{key >> 32 & 0xFF}-E{key & 0xFFFF_FFFF}")
    return repeated(names, codes)


def queues_table(part: Part) -> BuiltTable:
    """One row per (core, queue index, name); of several rings the last in the trace counts."""
    rows = []
    for core in part.cores:
        for queue in core.movement.queues:
            last = queue.rings[-1]
            rows.append(
                {
                    "name": queue_display_name(queue.name),
                    "type": kind_name(last.kind),
                    "pcore_idx": core.core.index,
                    "idx": queue.index,
                    "engine_idx": last.engine,
                    "axi_port": last.axi_port,
                    "dram_channel": last.channel,
                }
            )
    return table_of_rows("DmaQueuesInfo", rows)


def picosecond_table(part: Part) -> BuiltTable | None:
    """What `DmaPacket` rounds away, row for row, where the official tool leaves packets out.

    The samples of `DmaUsage` depend on picoseconds: without them they could not be computed again
    from the published tables for fewer packets. None when no packet crosses a window's edge.
    """
    if not any(crossing(part, core).any() for core in part.cores):
        return None

    def table(core: CorePart) -> BuiltTable:
        def columns(start: int, stop: int) -> Columns:
            return {
                "start_ps": (core.movement.packets.start_ps[start:stop] - part.origin_ps) % 1000,
                "end_ps": (core.movement.packets.end_ps[start:stop] - part.origin_ps) % 1000,
            }

        return table_of("DmaPacketPicoseconds", len(core.movement.packets), columns)

    return joined("DmaPacketPicoseconds", [table(core) for core in part.cores])


def crossing(part: Part, core: CorePart) -> npt.NDArray[np.bool_]:
    """Which packets lie in no window with both ends."""
    packets = core.movement.packets
    return part.capture.holding(packets.start_ps, packets.end_ps) < 0
