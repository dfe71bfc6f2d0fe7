"""Cores and layers of the official JSON equal a slow reading of the rows, one after the other."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from ingest_worker.builders.legacy_cores import TRANSPOSE, core_table, layer_table
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.usage import EVENT_SEMAPHORE
from ingest_worker.formats import runs
from ingest_worker.formats.ntff.facts import ENGINE_NAMES
from tests.builders.sample_part import table_rows

Row = dict[str, Any]


def values_of(core: CorePart, name: str) -> list[Any]:
    """A column of the slots, one value an executed row."""
    column = core.slots.columns[name].to_pylist()
    return [column[slot] for slot in core.slot.tolist()]


def rows_by_layer(core: CorePart) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, layer in enumerate(values_of(core, "layer")):
        if layer:
            found.setdefault(layer, []).append(row)
    return found


def busy_ps(core: CorePart, rows: Sequence[int]) -> int:
    """The time in which any of the rows that are work ran."""
    total, reach = 0, -(2**62)
    spans = sorted((int(core.rows.start_ps[row]), int(core.rows.end_ps[row])) for row in rows)
    for begin, end in spans:
        total += max(end - max(begin, reach), 0)
        reach = max(reach, end)
    return total


def slowly(part: Part, core: CorePart, rows: Sequence[int]) -> Row:
    """What the table says of some rows of a core."""
    starts, ends = core.rows.start_ps, core.rows.end_ps
    first, last = min(int(starts[row]) for row in rows), max(int(ends[row]) for row in rows)
    found: Row = {
        "start": (first - part.origin_ps) // 1000,
        "end": (last - part.origin_ps) // 1000,
        "duration": (last - first) // 1000,
    }
    opcode = core.slots.opcode[core.slot]
    for engine, name in enumerate(ENGINE_NAMES):
        own = [row for row in rows if core.rows.engine[row] == engine]
        work = [row for row in own if opcode[row] != EVENT_SEMAPHORE]
        front = f"{name.lower()}_engine"
        found[f"{front}_instruction_count"] = len(own)
        taken = sum(int(ends[row] - starts[row]) for row in work)
        found[f"{front}_instruction_time"] = taken // 1000
        found[f"{front}_active_time"] = busy_ps(core, work) // 1000
    elements, kinds = values_of(core, "tensor_elements"), values_of(core, "tensor_instruction_type")
    flops = [2 * (elements[row] or 0) for row in rows]
    turned = [kinds[row] == TRANSPOSE for row in rows]
    found["tensor_engine_flop_count"] = sum(flops)
    found["tensor_engine_model_flop_count"] = sum(
        count for count, is_turned in zip(flops, turned, strict=True) if not is_turned
    )
    found |= {"first": first, "tensor": [row for row in rows if core.rows.engine[row] == 0]}
    return found


@pytest.fixture(params=[37, 1_000_000], ids=["in stretches", "at once"])
def layers(request: pytest.FixtureRequest, sample: Part, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(runs, "SLAB_ROWS", request.param)
    return {row["name"]: row for row in table_rows(layer_table(sample))}


def test_every_core_and_every_layer_has_a_row(sample: Part, layers: dict[str, Row]) -> None:
    expected = set()
    for core in sample.cores:
        name = f"/sg{core.core.index:02d}"
        expected |= {name, *(f"{name}/{layer}" for layer in rows_by_layer(core))}
    assert set(layers) == expected
    assert len(expected) > len(sample.cores)


def test_sums_are_those_of_the_rows(sample: Part, layers: dict[str, Row]) -> None:
    for core in sample.cores:
        name = f"/sg{core.core.index:02d}"
        groups = {name: list(range(len(core.rows)))}
        groups |= {f"{name}/{layer}": rows for layer, rows in rows_by_layer(core).items()}
        for group, rows in groups.items():
            wanted = slowly(sample, core, rows)
            del wanted["first"], wanted["tensor"]
            assert {key: layers[group][key] for key in wanted} == wanted


def test_utilisation_counts_up_to_the_end_of_what_began_by_the_last_tensor_row(
    sample: Part, layers: dict[str, Row]
) -> None:
    peak = sample.chip.peak_flops
    assert peak is not None
    for core in sample.cores:
        for layer, rows in rows_by_layer(core).items():
            wanted = slowly(sample, core, rows)
            found = layers[f"/sg{core.core.index:02d}/{layer}"]
            if not wanted["tensor"] or not wanted["tensor_engine_flop_count"]:
                assert found["tensor_engine_hfu"] == 0
                continue
            latest = max(int(core.rows.start_ps[row]) for row in wanted["tensor"])
            reached = max(
                int(core.rows.end_ps[row]) for row in rows if core.rows.start_ps[row] <= latest
            )
            most = peak * len(sample.cores) * (reached - wanted["first"]) / 1e12
            share = wanted["tensor_engine_flop_count"] / most
            assert found["tensor_engine_hfu"] == pytest.approx(share, rel=1e-6)


def test_a_core_counts_its_rows(sample: Part) -> None:
    for core, row in zip(sample.cores, table_rows(core_table(sample)), strict=True):
        counts = np.bincount(core.rows.engine, minlength=len(ENGINE_NAMES)).tolist()
        names = [f"{name.lower()}_engine_instruction_count" for name in ENGINE_NAMES]
        assert [row[name] for name in names] == counts
