"""The table `TensorThroughput`: what the Tensor engine computed per second, as steps over time."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.built import BuiltTable, Columns, joined, table_of
from ingest_worker.builders.moments import Moments, last_of_each, moments
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.formats.spill import Column

PS_PER_S = 1e12

Times = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


def tensor_rate_table(part: Part) -> BuiltTable:
    """Per core the FLOP/s of its matrix multiplications, each spread evenly over its time."""
    return joined("TensorThroughput", [_core_table(part, core) for core in part.cores])


def _core_table(part: Part, core: CorePart) -> BuiltTable:
    times, levels = rate_columns(part, core)

    def columns(begin: int, stop: int) -> Columns:
        return {
            "timestamp": times[begin:stop],
            "hardware_flops_per_sec": levels[0][begin:stop],
            "model_flops_per_sec": levels[1][begin:stop],
            "pcore_idx": core.core.index,
        }

    return table_of("TensorThroughput", len(times), columns)


def rate_columns(part: Part, core: CorePart) -> tuple[Times, list[npt.NDArray[np.float32]]]:
    """When the rates change, in ns, and both of them from then on; the last one of each ns."""
    rows = core.rows
    every, turned = (_flops_of_slots(core, name) for name in ("raw_flops", "flops_transpose"))

    def does(chosen: Times) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = (every[core.slot[chosen]] > 0) & (
            rows.end_ps[chosen] > rows.start_ps[chosen]
        )
        return found

    times, columns = Column(np.int64), [Column(np.float32), Column(np.float32)]
    sums, open_count = np.zeros(2), 0
    held: tuple[Times, Reals] = np.zeros(0, np.int64), np.zeros((2, 0))
    for step in moments(rows.start_ps, rows.end_ps, does):
        slot = core.slot[step.row]
        seconds = (rows.end_ps[step.row] - rows.start_ps[step.row]) / PS_PER_S
        rates = np.stack((every[slot] / seconds, (every[slot] - turned[slot]) / seconds))
        found, open_count = _levels(step, rates, sums, open_count)
        moment = np.concatenate((held[0], part.ns(found[0])))
        level = np.concatenate((held[1], found[1]), axis=1)
        kept = np.flatnonzero(last_of_each(moment))
        held = moment[kept[-1:]], level[:, kept[-1:]]
        times.append(moment[kept[:-1]])
        for column, values in zip(columns, level, strict=True):
            column.append(values[kept[:-1]])
    times.append(held[0])
    for column, values in zip(columns, held[1], strict=True):
        column.append(values)
    return times.done(), [column.done() for column in columns]


def _levels(
    step: Moments, rates: Reals, sums: Reals, open_count: int
) -> tuple[tuple[Times, Reals], int]:
    """When sums of rates change, and their values from then on, shapes (n,) and (kinds, n).

    They begin from `sums` of so many open intervals, and raise those. Where no interval is open
    the values are exactly 0.
    """
    change = np.concatenate((sums[:, None], np.where(step.is_end, -rates, rates)), axis=1)
    levels = np.cumsum(change, axis=1)[:, 1:]
    opened = np.cumsum(np.where(step.is_end, -1, 1)) + open_count
    if not len(opened):
        return (step.times, levels), open_count
    sums[:] = levels[:, -1]
    is_last = last_of_each(step.times)
    shown = levels[:, is_last]
    shown[:, opened[is_last] == 0] = 0.0
    return (step.times[is_last], np.maximum(shown, 0.0)), int(opened[-1])


def _flops_of_slots(core: CorePart, name: str) -> Reals:
    """A count of FLOPs for every slot; 0 where it has none."""
    column = core.slots.columns.get(name)
    if column is None:
        return np.zeros(len(core.slots.opcode))
    by_slot = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    found: Reals = np.nan_to_num(by_slot, nan=0.0)
    return found
