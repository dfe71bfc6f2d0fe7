"""The tables that sum a part up: `Summary` and `OpcodeSummary`."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.part import Part
from ingest_worker.builders.totals import PartSums, time_ps
from ingest_worker.builders.unions import covered_by
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
    """(engine, opcode) of every executed slot: the distinct pairs, and each row's place."""

    pairs: list[tuple[int, str]]
    owner: Ints
    start_ps: Ints
    end_ps: Ints


def _kinds(part: Part) -> Kinds:
    pairs: dict[tuple[int, str], int] = {}
    owners, starts, ends = [], [], []
    for core in part.cores:
        names = core.slots.columns["opcode"].to_pylist() if "opcode" in core.slots.columns else []
        engine = np.zeros(len(names), np.int64)
        engine[core.slot] = core.rows.engine
        own = [
            pairs.setdefault((int(number), name or ""), len(pairs))
            for number, name in zip(engine, names, strict=True)
        ]
        owners.append(np.array(own, np.int64)[core.slot] if own else np.zeros(0, np.int64))
        starts.append(core.rows.start_ps)
        ends.append(core.rows.end_ps)
    nothing = [np.zeros(0, np.int64)]
    joined = [np.concatenate(found or nothing) for found in (owners, starts, ends)]
    return Kinds(list(pairs), *joined)


def opcode_table(part: Part) -> BuiltTable:
    """By engine, the opcode that took longest first; unions run over all cores together."""
    kinds = _kinds(part)
    count = np.bincount(kinds.owner, minlength=len(kinds.pairs))
    length = np.zeros(len(kinds.pairs), np.int64)
    np.add.at(length, kinds.owner, kinds.end_ps - kinds.start_ps)
    active = covered_by(kinds.owner, len(kinds.pairs), kinds.start_ps, kinds.end_ps)
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
