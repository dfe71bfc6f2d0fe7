"""A rule about the data itself: numbers that cannot be trusted where records are missing."""

from collections.abc import Sequence
from types import MappingProxyType

from profiles.metrics import words
from profiles.metrics.insights.finding import Evidence, Finding
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.part_notices import FEW_PACKETS, TOO_MUCH, notices
from profiles.metrics.region import Region

DOUBTFUL = ("ntff.overflow", "ntff.unpaired", "ntff.buffer", FEW_PACKETS, TOO_MUCH)
"""Beginnings of the notices that make numbers doubtful, not merely absent."""


def doubtful_data(region: Region, most: Thresholds) -> Sequence[Finding]:  # noqa: ARG001
    """Records were lost, or two sources of one number disagree."""
    found = [one for one in notices(region) if str(one["code"]).startswith(DOUBTFUL)]
    if not found:
        return []
    titles = " ".join(str(one["title"]) for one in found)
    count = sum(int(one["count"]) for one in found)
    return [
        Finding(
            rule="doubtful_data",
            title="Some of these numbers are too low: records are missing",
            detail=f"{words.count(len(found), 'notice')}: {titles}",
            advice="Capture again with larger trace buffers, or a shorter run.",
            saved_ns=0.0,
            assumption="nothing follows about time",
            evidence=Evidence("Warning", (), count, "record"),
            ranges=((region.start_ns, region.end_ns),),
            range_count=1,
            values=MappingProxyType({"notices": float(len(found))}),
        )
    ]


RULES = (doubtful_data,)
