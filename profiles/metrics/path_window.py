"""The critical path of a whole profile, as far as it lies in a window of the timeline."""

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from profiles.metrics.critical_path import SEGMENT_NAMES, Path, tracks_of, walk
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.region import Region

MOST_SEGMENTS = 500
_PATHS: WeakKeyDictionary[DeviceRun, Path] = WeakKeyDictionary()
"""The path of a profile never changes and takes long to walk."""


def path_window(
    device: DeviceRun, start_ns: int | None = None, end_ns: int | None = None
) -> dict[str, Any]:
    """Stretches that touch [start, end), the longest ones in order of time, and how many there are.

    `ns` is how long the window's stretches are on the path within the window.
    """
    region = Region(device)
    path = _PATHS.get(device)
    if path is None:
        path = _PATHS[device] = walk(device.critical_links, region)
    start = region.start_ns if start_ns is None else start_ns
    end = region.end_ns if end_ns is None else max(end_ns, start)
    inside = np.flatnonzero((path.end_ns > start) & (path.start_ns < end))
    within = np.minimum(path.end_ns[inside], end) - np.maximum(path.start_ns[inside], start)
    longest = inside[np.argsort(-within, kind="stable")[:MOST_SEGMENTS]]
    links = device.critical_links
    shown = longest[np.argsort(path.start_ns[longest], kind="stable")]
    rows = links.rows_of(np.maximum(path.row[shown], 0)).tolist()
    tracks = tracks_of(links, path, shown, region)
    return {
        "path_ns": int(path.length_ns.sum()),
        "ns": int(within.sum()),
        "segments": [
            {
                "kind": SEGMENT_NAMES[int(path.kind[place])],
                "start_ns": int(path.start_ns[place]),
                "end_ns": int(path.end_ns[place]),
                "row": row if path.row[place] >= 0 else None,
                "track": track,
            }
            for place, row, track in zip(shown.tolist(), rows, tracks, strict=True)
        ],
        "segment_count": len(inside),
    }
