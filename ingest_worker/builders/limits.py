"""Throttled time of each core by cause: `ThrottleSummary` and what it is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.signals import throttle_type
from ingest_worker.builders.totals import time_ps
from ingest_worker.builders.unions import clipped
from profiles.metrics.formulas import ratio, utilisation_limit

EVERY_TYPE = "all"


@dataclass(frozen=True)
class LimitSums:
    """Of the limits of one core and cause: time on record, below full clock, and times k/n."""

    core: int
    cause: str
    recorded_ps: int
    active_ps: int
    weighted_ps: float


def limit_sums(part: Part) -> Iterator[LimitSums]:
    """Per core with limits those of every cause, then those of all.

    Limits count as far as they lie within the measured time: one may stand far behind the run.
    """
    last = part.origin_ps + time_ps(part)
    for core in part.cores:
        rows = core.throttle
        if not len(rows):
            continue
        start, end = clipped(rows.start_ps, rows.end_ps, part.origin_ps, last)
        length, share = end - start, rows.k / rows.n
        for kind in [*np.unique(rows.kind).tolist(), None]:
            own = np.ones(len(rows), bool) if kind is None else rows.kind == kind
            yield LimitSums(
                core.core.index,
                EVERY_TYPE if kind is None else throttle_type(kind),
                int(length[own].sum()),
                int(length[own & (share < 1)].sum()),
                float((length * share)[own].sum()),
            )


def throttle_summary_table(part: Part) -> BuiltTable:
    """One row a core and cause, and one a core for all causes."""
    whole = time_ps(part)
    rows: list[dict[str, Any]] = [
        {
            "nc_idx": own.core,
            "throttle_type": own.cause,
            "throttle_active_time_ns": own.active_ps // 1000,
            "throttle_active_time_percent": ratio(own.active_ps, whole),
            "max_achievable_util_with_throttling_percent": utilisation_limit(
                own.weighted_ps, own.recorded_ps
            ),
        }
        for own in limit_sums(part)
    ]
    return table_of_rows("ThrottleSummary", rows)


def legacy_limits(part: Part, core: CorePart) -> dict[str, float | int]:
    """The official tool's keys of a core, which take the end of the last instruction for T.

    Time before the first record counts as no work allowed in the mean over all causes, and every
    record as active time of its cause, below full clock or not (decoding notes, section 8).
    """
    rows, number = core.throttle, core.core.index
    whole = (part.last_end_ps - part.origin_ps) // 1000
    if not len(rows) or not whole:
        return {}
    length, share = (rows.end_ps - rows.start_ps) // 1000, rows.k / rows.n
    found: dict[str, float | int] = {
        f"throttle_active_nc{number}_time_ns": int(length[share < 1].sum()),
        f"throttle_avg_util_limit_nc{number}_percent": float((length * share).sum()) / whole,
    }
    for kind in np.unique(rows.kind).tolist():
        own, name = rows.kind == kind, throttle_type(kind)
        total = int(length[own].sum())
        found[f"throttle_{name}_active_time_nc{number}_percent"] = total / whole
        mean = float((length * share)[own].sum()) / total if total else 0.0
        found[f"throttle_{name}_avg_util_limit_nc{number}_percent"] = mean
    return found
