"""All rules, and their findings in the order of what they could save."""

from collections.abc import Sequence
from typing import Any

from profiles.metrics.insights import computing, movement, quality, tensors, waiting
from profiles.metrics.insights.finding import Finding, Rule, document
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region

RULES: tuple[Rule, ...] = (
    *movement.RULES,
    *computing.RULES,
    *waiting.RULES,
    *tensors.RULES,
    *quality.RULES,
)


def findings(region: Region, thresholds: Thresholds) -> Sequence[Finding]:
    """What the rules find in a range, the largest bound first.

    No bound is larger than the range, and bounds do not add up: time saved at one place may only
    show another.
    """
    found = [finding for rule in RULES for finding in rule(region, thresholds)]
    return sorted(found, key=lambda one: (-one.saved_ns, one.rule, one.title))


def documents(region: Region, thresholds: Thresholds) -> list[dict[str, Any]]:
    """The findings as the API answers them."""
    return [
        document(finding, rank, region)
        for rank, finding in enumerate(findings(region, thresholds), start=1)
    ]
