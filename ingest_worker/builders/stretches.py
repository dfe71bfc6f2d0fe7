"""Rows of all cores of a part in stretches of time, for sums that run over cores."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.moments import ascending_runs
from ingest_worker.builders.part import Codes, Part
from ingest_worker.formats.runs import slabs

Times = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Stretch:
    """The instructions of some time: rows of each core, and all cores' one behind the other.

    `rows` and `slots` have an entry for each core.
    """

    rows: tuple[Rows, ...]
    slots: tuple[Codes, ...]
    engine: npt.NDArray[np.uint8]
    start_ps: Times
    end_ps: Times


def instructions_in_time(part: Part) -> Iterator[Stretch]:
    """Every executed instruction once."""
    starts = [core.rows.start_ps for core in part.cores]
    for rows in rows_of_cores(starts):
        own = list(zip(part.cores, rows, strict=True))
        yield Stretch(
            rows,
            tuple(core.slot[chosen] for core, chosen in own),
            _joined([core.rows.engine[chosen] for core, chosen in own], np.uint8),
            _joined([core.rows.start_ps[chosen] for core, chosen in own], np.int64),
            _joined([core.rows.end_ps[chosen] for core, chosen in own], np.int64),
        )


def rows_of_cores(starts: Sequence[Times]) -> Iterator[tuple[Rows, ...]]:
    """Rows of every core in common stretches of time, ascending within each."""
    runs = [(number, run) for number, own in enumerate(starts) for run in ascending_runs(own)]
    for slab in slabs([starts[number][run] for number, run in runs]):
        found: list[list[Rows]] = [[np.zeros(0, np.int64)] for _ in starts]
        for (number, run), own in zip(runs, slab.places, strict=True):
            found[number].append(np.arange(run.start + own.start, run.start + own.stop))
        yield tuple(np.concatenate(parts) for parts in found)


def _joined(parts: list[npt.NDArray[Any]], kind: npt.DTypeLike) -> npt.NDArray[Any]:
    return np.concatenate([np.zeros(0, kind), *parts])
