"""The part of the summary about collectives: durations by operation and size, and outliers."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from profiles.metrics.insights.places import stream_track
from profiles.metrics.longest import Place
from profiles.metrics.region import Region

TABLE = "CcOp"
MISSING = "collective operations: the capture holds none"
MOST_POINTS = 2000


def collective_rows(region: Region) -> list[dict[str, Any]]:
    """Collectives that start in the range, in order of time, each with its row number."""
    rows = [{"row": number, **row} for number, row in enumerate(region.run.collectives)]
    own = [row for row in rows if region.start_ns <= row["start_ts"] < region.end_ns]
    return sorted(own, key=lambda row: (row["start_ts"], row["row"]))


def collectives(region: Region) -> dict[str, Any]:
    """Each collective as a point, and by operation the quartiles of their durations."""
    rows = collective_rows(region)
    if region.run.run.manifest.table(TABLE, region.run.part) is None:
        return {"missing": MISSING, "count": 0, "operations": [], "points": []}
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[str(row["operation"])].append(row)
    return {
        "missing": None,
        "count": len(rows),
        "operations": [_operation(region, name, own) for name, own in sorted(groups.items())],
        "points": [_point(row) for row in rows[:MOST_POINTS]],
    }


def _operation(region: Region, name: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    lengths = np.array([row["end_ts"] - row["start_ts"] for row in rows], np.int64)
    first, median, third = np.quantile(lengths, (0.25, 0.5, 0.75), method="inverted_cdf").tolist()
    return {
        "operation": name,
        "count": len(rows),
        "sum_ns": int(lengths.sum()),
        "min_ns": int(lengths.min()),
        "q1_ns": int(first),
        "median_ns": int(median),
        "mean_ns": float(lengths.mean()),
        "q3_ns": int(third),
        "max_ns": int(lengths.max()),
        "variance_ns2": float(lengths.var()),
        "longest": _place(region, rows[int(lengths.argmax())]),
    }


def _place(region: Region, row: dict[str, Any]) -> Place:
    """Where an operation lies on the timeline: on the row of its stream."""
    return {
        "track": collective_track(region, row),
        "row": row["row"],
        "start_ns": row["start_ts"],
        "end_ns": row["end_ts"],
    }


def collective_track(region: Region, row: dict[str, Any]) -> str:
    """The key of the row where a collective lies."""
    return stream_track(region, int(row.get("stream_id") or 0))


def _point(row: dict[str, Any]) -> dict[str, Any]:
    names = ("operation", "algorithm", "dtype", "num_elements", "input_size", "output_size",
             "trigger_engine", "algorithm_bandwidth", "bus_bandwidth", "replica_group")  # fmt: skip
    return {
        "row": row["row"],
        "start_ns": row["start_ts"],
        "end_ns": row["end_ts"],
        **{name: row.get(name) for name in names},
    }
