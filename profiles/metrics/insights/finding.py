"""What a rule finds: a claim with its number, evidence, advice, and the most it could save."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from profiles.metrics.events import Longs
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.intervals import Stretches
from profiles.metrics.region import Region
from profiles.metrics.tally import longest_first

MOST_ROWS = 200
MOST_RANGES = 64


@dataclass(frozen=True)
class Evidence:
    """Rows of a table that show it, most telling first, and how many there are; `noun` names them.

    `tracks` are keys of the timeline's rows where they lie, that of the first row first; of whole
    transfers, whose rows are not on the timeline, those of their queues.
    """

    table: str
    rows: tuple[int, ...]
    count: int
    noun: str
    tracks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A rule's answer. `saved_ns` is the most that could be saved under `assumption`; 0 where
    nothing follows. `ranges` are where it happens, in order of time, `range_count` how many.
    """

    rule: str
    title: str
    detail: str
    advice: str
    saved_ns: float
    assumption: str
    evidence: Evidence
    ranges: tuple[tuple[int, int], ...]
    range_count: int
    values: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def factor(self, duration_ns: int) -> float:
        """How many times faster it could be at the most: T / (T - saved)."""
        left = max(duration_ns - self.saved_ns, 1.0)
        return max(duration_ns / left, 1.0)


Rule = Callable[[Region, Thresholds], Sequence[Finding]]


def rows_of(rows: Longs) -> tuple[int, ...]:
    """Row numbers as evidence: the first ones."""
    return tuple(int(row) for row in rows[:MOST_ROWS].tolist())


def ranges_of(stretches: Stretches) -> tuple[tuple[tuple[int, int], ...], int]:
    """The longest stretches in order of time, and how many there are."""
    length = stretches.end_ns - stretches.start_ns
    longest = np.sort(longest_first(length, MOST_RANGES))
    pairs = zip(
        stretches.start_ns[longest].tolist(), stretches.end_ns[longest].tolist(), strict=True
    )
    return tuple(pairs), len(length)


def document(finding: Finding, rank: int, region: Region) -> dict[str, Any]:
    """The finding as the API answers it."""
    evidence = finding.evidence
    return {
        "rank": rank,
        "rule": finding.rule,
        "title": finding.title,
        "detail": finding.detail,
        "advice": finding.advice,
        "bound": {
            "factor": finding.factor(region.duration_ns),
            "saved_ns": finding.saved_ns,
            "assumption": finding.assumption,
        },
        "evidence": {
            "table": evidence.table,
            "rows": list(evidence.rows),
            "count": evidence.count,
            "noun": evidence.noun,
            "tracks": list(evidence.tracks),
        },
        "ranges": [list(pair) for pair in finding.ranges],
        "range_count": finding.range_count,
        "values": dict(finding.values),
    }
