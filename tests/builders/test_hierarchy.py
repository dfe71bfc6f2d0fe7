"""Layers of the compiler add up the executed rows below them, as one does row by row."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ingest_worker.builders.hierarchy import (
    BIR,
    FRAMEWORK,
    HLO,
    LAYERS,
    PENGUIN,
    Layer,
    layer_table,
)
from ingest_worker.builders.part import Part
from ingest_worker.builders.work import Work
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.reader import read_ntff
from ingest_worker.pipeline.join import NeffJoin
from ingest_worker.pipeline.resolve import resolve_part
from tests.builders.sample_part import SAMPLE, table_rows

Row = dict[str, Any]


def executed(part: Part) -> Iterator[Row]:
    """Every row with its columns, times in ps."""
    for core in part.cores:
        names = {**core.slots.columns, **core.slots.further}
        columns = {name: values.to_pylist() for name, values in names.items()}
        for row, slot in enumerate(core.slot.tolist()):
            yield {
                **{name: values[slot] for name, values in columns.items()},
                "core": core.core.index,
                "start_ps": int(core.rows.start_ps[row]),
                "end_ps": int(core.rows.end_ps[row]),
            }


KEYS: dict[str, Callable[[Row], Any]] = {
    BIR.table: lambda row: row["bir_id"] or None,
    PENGUIN.table: lambda row: row["penguin_id"] or None,
    HLO.table: lambda row: row["raw_hlo_id"],
    FRAMEWORK.table: lambda row: row["raw_framework_id"],
}


def unions(rows: list[Row]) -> list[list[Any]]:
    """[start, end, rows] of each stretch at work."""
    found: list[list[Any]] = []
    for row in sorted(rows, key=lambda row: row["start_ps"]):
        if row["opcode"] == "EVENT_SEMAPHORE":
            continue
        if found and row["start_ps"] <= found[-1][1]:
            found[-1][1] = max(found[-1][1], row["end_ps"])
            found[-1][2].append(row)
        else:
            found.append([row["start_ps"], row["end_ps"], [row]])
    return found


def total(rows: list[Row], *names: str) -> int:
    return sum(row[name] or 0 for row in rows for name in names)


def slowly(part: Part, layer: Layer) -> list[Row]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in executed(part):
        key = KEYS[layer.table](row)
        if key is not None:
            groups[key].append(row)

    def ns(time_ps: int) -> int:
        return (time_ps - part.origin_ps) // 1000

    found = []
    for rows in groups.values():
        own = unions(rows)
        loads = [row for row in rows if row["opcode"] == "LDWEIGHTS"]
        found.append(
            {
                "start_ts": ns(min(row["start_ps"] for row in rows)),
                "end_ts": ns(max(row["end_ps"] for row in rows)),
                "time_intervals": str([[ns(start), ns(end)] for start, end, _ in own]),
                "element_count_per_interval": [total(r, "tensor_elements") for *_, r in own],
                "transpose_element_count_per_interval": [
                    total(r, "tensor_elements_transpose") for *_, r in own
                ],
                "hbm_transfer_size_per_interval": [
                    total(r, "hbm_read_bytes", "hbm_write_bytes") for *_, r in own
                ],
                "hbm_read_bytes": total(rows, "hbm_read_bytes"),
                "hbm_write_bytes": total(rows, "hbm_write_bytes"),
                "sbuf_read_bytes": total(rows, "sbuf_read_bytes"),
                "sbuf_write_bytes": total(rows, "sbuf_write_bytes"),
                "load_weight_bytes": total(loads, "sbuf_read_bytes"),
                layer.name_column: rows[0][layer.name_text],
                layer.id_column: rows[0][layer.id_column],
            }
        )
    return sorted(found, key=lambda row: (row["start_ts"], row[layer.id_column]))


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.table)
def test_a_layer_adds_up_what_ran_below_it(sample: Part, layer: Layer) -> None:
    found = table_rows(layer_table(layer, Work(sample)))
    expected = slowly(sample, layer)
    assert len(found) == len(expected) > 4
    kept = [{name: row[name] for name in expected[0]} for row in found]
    assert sorted(kept, key=lambda row: (row["start_ts"], row[layer.id_column])) == expected


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.table)
def test_rows_are_numbered_in_the_order_in_which_they_began(sample: Part, layer: Layer) -> None:
    found = table_rows(layer_table(layer, Work(sample)))
    assert [row["id"] for row in found] == list(range(len(found)))
    starts = [row["start_ts"] for row in found]
    assert starts == sorted(starts)


def test_a_row_names_the_layers_it_came_from_and_none_below(sample: Part) -> None:
    work = Work(sample)
    for row in table_rows(layer_table(PENGUIN, work)):
        number = row["raw_penguin_id"] & 0xFFFF
        assert row["raw_bir_id"] == 0
        assert row["raw_hlo_id"] == 100 + number
        assert row["raw_framework_id"] >= 200
    for row in table_rows(layer_table(HLO, work)):
        assert (row["raw_bir_id"], row["raw_penguin_id"]) == (0, 0)
    for row in table_rows(layer_table(BIR, work)):
        assert row["raw_bir_id"] >> 48 == row["pcore_idx"]
        assert row["modular_flow_invocation_idx"] == -1


def test_programs_of_one_model_share_its_operations(sample: Part) -> None:
    """Both cores run the seven Penguin instructions; each is one operation of the model."""
    work = Work(sample)
    assert layer_table(PENGUIN, work).row_count == 2 * layer_table(HLO, work).row_count


def test_framework_operators_count_the_rows_of_each_engine(sample: Part) -> None:
    found = table_rows(layer_table(FRAMEWORK, Work(sample)))
    names = ("tensor", "scalar", "gpsimd", "vector", "sync")
    counts: dict[int, int] = defaultdict(int)
    for row in executed(sample):
        if row["raw_framework_id"] is not None:
            counts[row["raw_framework_id"]] += 1
    for row in found:
        assert (
            sum(row[f"{name}_engine_instruction_count"] for name in names)
            == counts[row["raw_framework_id"]]
        )


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.table)
def test_a_trace_without_a_neff_or_without_rows_has_no_layers(sample: Part, layer: Layer) -> None:
    ntff = read_ntff(SAMPLE / "attention.ntff", limits=DEFAULT_LIMITS)
    alone = resolve_part(0, "alone", ntff, NeffJoin())
    assert layer_table(layer, Work(alone)).row_count == 0
    assert layer_table(layer, Work(replace(sample, cores=()))).row_count == 0


def test_work_is_made_once(sample: Part) -> None:
    work = Work(sample)
    assert work.slots is work.slots
    assert isinstance(work.slots.runs, np.ndarray)
