"""One rule on a run written as rows of tables."""

from pathlib import Path
from typing import Any

from profiles.metrics.insights.finding import Finding
from profiles.metrics.insights.rules import findings
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from tests.metrics.device_tables import region


def every(of: Region, rule: str, thresholds: Thresholds | None = None) -> list[Finding]:
    """What a rule finds in a range."""
    return [one for one in findings(of, thresholds or Thresholds()) if one.rule == rule]


def found(tmp_path: Path, rule: str, **tables: Any) -> Finding | None:
    """What a rule finds in a run of 100 µs with these tables, once at most."""
    own = every(region(tmp_path, **tables), rule)
    assert len(own) <= 1
    return own[0] if own else None


def plain(text: str) -> str:
    """With common spaces."""
    return text.replace("\u202f", " ")
