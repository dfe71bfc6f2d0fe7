"""The tables that sum a part up: `Summary` and `OpcodeSummary`."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.part import Part
from ingest_worker.builders.stretches import instructions_in_time
from ingest_worker.builders.totals import PartSums, time_ps
from ingest_worker.builders.unions import RunningUnion
from ingest_worker.formats.ntff.facts import ENGINE_NAMES
from profiles.metrics.formulas import ratio, summary_values

Ints = npt.NDArray[np.int64]


def summary_table(sums: PartSums, other_rows: int) -> BuiltTable:
    """One row; `other_rows` are those of all other published tables of the part."""
    values: dict[str, object] = dict(summary_values(sums.totals(), sums.part.chip))
    values["total_row_count"] = other_rows + 1
    return table_of_rows("Summary", [values])


@dataclass(frozen=True)
class Kinds:
    """(engine, opcode) of every executed slot: the distinct pairs, and sums of each, in ps."""

    pairs: list[tuple[int, str]]
    count: Ints
    length: Ints
    active: Ints


def _kinds(part: Part) -> Kinds:
    pairs: dict[tuple[int, str], int] = {}
    owners = []
    for core in part.cores:
        names = core.slots.columns["opcode"].to_pylist() if "opcode" in core.slots.columns else []
        engine = np.zeros(len(names), np.int64)
        engine[core.slot] = core.rows.engine
        own = [
            pairs.setdefault((int(number), name or ""), len(pairs))
            for number, name in zip(engine, names, strict=True)
        ]
        owners.append(np.array(own, np.int64))
    count, length = np.zeros(len(pairs), np.int64), np.zeros(len(pairs), np.int64)
    union = RunningUnion(len(pairs))
    for stretch in instructions_in_time(part):
        slots = [owners[n][slot] for n, slot in enumerate(stretch.slots)]
        owner = np.concatenate([np.zeros(0, np.int64), *slots])
        count += np.bincount(owner, minlength=len(pairs))
        np.add.at(length, owner, stretch.end_ps - stretch.start_ps)
        union.add(owner, stretch.start_ps, stretch.end_ps)
    return Kinds(list(pairs), count, length, union.lengths)


def opcode_table(part: Part) -> BuiltTable:
    """By engine, the opcode that took longest first; unions run over all cores together."""
    kinds = _kinds(part)
    count, length, active = kinds.count, kinds.length, kinds.active
    whole = time_ps(part)
    order = sorted(
        range(len(kinds.pairs)), key=lambda n: (kinds.pairs[n][0], -length[n], kinds.pairs[n][1])
    )
    rows = [
        {
            "engine": ENGINE_NAMES[kinds.pairs[n][0]],
            "opcode": kinds.pairs[n][1],
            "instruction_count": int(count[n]),
            "instruction_time_ns": int(length[n]) // 1000,
            "active_time_ns": int(active[n]) // 1000,
            "active_time_percent": ratio(int(active[n]), whole) or 0.0,
        }
        for n in order
    ]
    return table_of_rows("OpcodeSummary", rows)
