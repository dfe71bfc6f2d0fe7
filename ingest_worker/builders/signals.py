"""Tables of moments: `SemaphoreUpdate`, `Throttle`, `Error` and records of unknown type."""

from collections.abc import Mapping

import numpy as np

from ingest_worker.builders.built import (
    BuiltTable,
    Columns,
    joined,
    repeated,
    table_of,
    table_of_rows,
)
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.formats.ntff.facts import ENGINE_NAMES
from ingest_worker.formats.ntff.throttle import NO_LIMIT_TYPE
from ingest_worker.formats.runs import stable_order

SOURCES = [*ENGINE_NAMES, "DMA or host"]
OPERATIONS = {0xF1: "set", 0xF3: "increment", 0xF4: "decrement", 0xF9: "write"}
UNKNOWN_OPERATION = "unknown"


def semaphore_text(number: int, names: Mapping[int, str]) -> str:
    """`S[5] (Tensor)` with a known name, else the bare number."""
    name = names.get(number)
    return f"S[{number}] ({name})" if name else str(number)


def semaphore_table(part: Part) -> BuiltTable:
    """Every semaphore update in a window, by core and time."""
    return joined("SemaphoreUpdate", [_updates(part, core) for core in part.cores])


def _updates(part: Part, core: CorePart) -> BuiltTable:
    rows = core.updates
    order = stable_order(rows.time_ps)
    texts = [semaphore_text(number, core.semaphores) for number in range(256)]
    operations = [OPERATIONS.get(mode, UNKNOWN_OPERATION) for mode in range(256)]

    def columns(start: int, stop: int) -> Columns:
        chosen = order[start:stop]
        return {
            "timestamp": part.ns(rows.time_ps[chosen]),
            "id": repeated(texts, rows.semaphore[chosen]),
            "value": rows.value[chosen].view(np.int32),
            "update_source": repeated(SOURCES, rows.source[chosen]),
            "double_set_or_clear": rows.is_double[chosen],
            "update_mode": rows.mode[chosen],
            "update_operation_type": repeated(operations, rows.mode[chosen]),
            "pcore_idx": core.core.index,
        }

    return table_of("SemaphoreUpdate", len(rows), columns)


def throttle_type(kind: int) -> str:
    """The published name of a throttle type: `activity_0`, ...; `unknown` for no limit."""
    return "unknown" if kind == NO_LIMIT_TYPE else f"activity_{kind}"


def throttle_table(part: Part) -> BuiltTable:
    """Every clock limit, by core and time."""
    return joined("Throttle", [_throttle(part, core) for core in part.cores])


def _throttle(part: Part, core: CorePart) -> BuiltTable:
    rows = core.throttle
    types = [throttle_type(kind) for kind in range(256)]

    def columns(start: int, stop: int) -> Columns:
        return {
            "timestamp": part.ns(rows.start_ps[start:stop]),
            "duration": (rows.end_ps[start:stop] - rows.start_ps[start:stop]) // 1000,
            "k": rows.k[start:stop],
            "n": rows.n[start:stop],
            "type": repeated(types, rows.kind[start:stop]),
            "pcore_idx": core.core.index,
        }

    return table_of("Throttle", len(rows), columns)


def error_table(part: Part) -> BuiltTable:
    """Errors, warnings and custom notifications, by core and time."""
    rows = [
        {
            "timestamp": (fault.time_ps - part.origin_ps) // 1000,
            "description": fault.text,
            "error_type_id": fault.number,
            "type": fault.category,
            "metadata": fault.details or None,
            "metadata_hex": fault.raw_hex,
            "pcore_idx": core.core.index,
        }
        for core in part.cores
        for fault in core.faults
    ]
    return table_of_rows("Error", rows)


def unknown_table(part: Part) -> BuiltTable:
    """Records whose type is not known, as they lie in the file."""
    return joined(
        "UnknownRecord",
        [_unknown(part, core, n) for core in part.cores for n in range(len(core.unknown))],
    )


def _unknown(part: Part, core: CorePart, number: int) -> BuiltTable:
    kept = core.unknown[number]

    def columns(start: int, stop: int) -> Columns:
        records = kept.records[start:stop]
        return {
            "timestamp": part.ns(kept.time_ps[start:stop]),
            "pcore_idx": core.core.index,
            "trace_type": kept.trace_type,
            "block_type": kept.block_type,
            "type_code": (records["w0"] >> 24) & 0x1F,
            "word0": records["w0"],
            "word1": records["w1"],
        }

    return table_of("UnknownRecord", len(kept.records), columns)
