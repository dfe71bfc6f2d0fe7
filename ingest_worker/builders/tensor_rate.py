"""The table `TensorThroughput`: what the Tensor engine computed per second, as steps over time."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.built import BuiltTable, Columns, joined, table_of
from ingest_worker.builders.part import CorePart, Part

PS_PER_S = 1e12

Times = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


def tensor_rate_table(part: Part) -> BuiltTable:
    """Per core the FLOP/s of its matrix multiplications, each spread evenly over its time."""
    return joined("TensorThroughput", [_core_table(part, core) for core in part.cores])


def _core_table(part: Part, core: CorePart) -> BuiltTable:
    every, turned = (_flops(core, name) for name in ("raw_flops", "flops_transpose"))
    does = np.flatnonzero((every > 0) & (core.rows.end_ps > core.rows.start_ps))
    start, end = core.rows.start_ps[does], core.rows.end_ps[does]
    seconds = (end - start) / PS_PER_S
    moments, levels = rate_steps(
        start, end, np.stack((every[does] / seconds, (every[does] - turned[does]) / seconds))
    )
    times = part.ns(moments)
    is_last = np.append(times[1:] != times[:-1], True) if len(times) else np.zeros(0, bool)
    times, levels = times[is_last], levels[:, is_last].astype(np.float32)

    def columns(begin: int, stop: int) -> Columns:
        return {
            "timestamp": times[begin:stop],
            "hardware_flops_per_sec": levels[0, begin:stop],
            "model_flops_per_sec": levels[1, begin:stop],
            "pcore_idx": core.core.index,
        }

    return table_of("TensorThroughput", len(times), columns)


def _flops(core: CorePart, name: str) -> Reals:
    """A count of FLOPs for every row; 0 where the slot has none."""
    column = core.slots.columns.get(name)
    if column is None:
        return np.zeros(len(core.rows))
    by_slot = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    found: Reals = np.nan_to_num(by_slot, nan=0.0)[core.slot]
    return found


def rate_steps(start_ps: Times, end_ps: Times, rates: Reals) -> tuple[Times, Reals]:
    """When sums of rates change, and their values from then on: shapes (n,) and (kinds, n).

    `rates` has shape (kinds, intervals). Where no interval is open the sums are exactly 0.
    """
    times = np.concatenate((start_ps, end_ps))
    order = np.argsort(times, kind="stable")
    times = times[order]
    change = np.concatenate((rates, -rates), axis=1)[:, order]
    opened = np.concatenate((np.ones(len(start_ps), np.int64), -np.ones(len(end_ps), np.int64)))
    is_last = np.ones(len(times), bool)
    is_last[:-1] = times[1:] != times[:-1]
    levels = np.cumsum(change, axis=1)[:, is_last]
    levels[:, np.cumsum(opened[order])[is_last] == 0] = 0.0
    return times[is_last], np.maximum(levels, 0.0)
