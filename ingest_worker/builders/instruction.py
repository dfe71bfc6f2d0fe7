"""The table `Instruction`: every executed instruction with what its slot means."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.built import BuiltTable, Columns, Value, gathered, joined, table_of
from ingest_worker.builders.ids import instruction_ids
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.texts import Texts
from ingest_worker.formats.ntff.clocks import wait_ns
from ingest_worker.formats.spill import full

STATIC_BYTES = (
    "hbm_read_bytes",
    "hbm_write_bytes",
    "sbuf_read_bytes",
    "sbuf_write_bytes",
    "spill_save_bytes",
    "spill_reload_bytes",
    "weight_queue_bytes",
)


def instruction_table(part: Part) -> BuiltTable:
    """All cores, each in the order (timeline_track, start_ts)."""
    return joined("Instruction", [_core_table(part, core) for core in part.cores])


def _core_table(part: Part, core: CorePart) -> BuiltTable:
    started = _started_transfers(core)
    ghz = part.chip.other_ghz
    texts = {
        name: Texts.of(values)
        for name, values in core.slots.columns.items()
        if pa.types.is_string(values.type)
    }

    def columns(start: int, stop: int) -> Columns:
        rows, codes = core.rows.take(slice(start, stop)), core.slot[start:stop]
        found: dict[str, Value] = {
            name: texts[name].at(codes) if name in texts else gathered(values, codes)
            for name, values in core.slots.columns.items()
        }
        found |= {
            "start_ts": part.ns(rows.start_ps),
            "end_ts": part.ns(rows.end_ps),
            "duration_ns": (rows.end_ps - rows.start_ps) // 1000,
            "pcore_idx": core.core.index,
            "id": instruction_ids(rows.start_ps, core.slots.compiler_pc[codes], rows.engine),
            "pc": rows.slot,
            "crc_in": rows.crc_in,
            "crc_out": rows.crc_out,
            "evt_wait_time_ns": None if ghz is None else wait_ns(rows.wait_cycles, ghz),
        }
        if len(core.movement.transfers):
            found |= _transfer_columns(part, core, started[start:stop])
        return found

    return table_of("Instruction", len(core.rows), columns)


def _started_transfers(core: CorePart) -> npt.NDArray[np.int32]:
    """For every row the transfer it started, -1 for none."""
    started: npt.NDArray[np.int32] = full(len(core.rows), -1, np.int32)
    known = np.flatnonzero(core.movement.transfers.row >= 0)
    started[core.movement.transfers.row[known]] = known
    return started


def _transfer_columns(
    part: Part, core: CorePart, started: npt.NDArray[np.int32]
) -> dict[str, Value]:
    """When the DMA that a row started began and ended; null for rows that started none."""
    is_none = started < 0
    return {
        "dma_trigger_start_ts": pa.array(
            part.ns(core.movement.transfers.start_ps[started]), mask=is_none
        ),
        "dma_trigger_end_ts": pa.array(
            part.ns(core.movement.transfers.end_ps[started]), mask=is_none
        ),
    }
