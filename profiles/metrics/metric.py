"""What is said of a number: name, unit, formula, source, and what it needs."""

from collections.abc import Callable
from dataclasses import dataclass

from profiles.metrics.region import Region, Value

UNITS = (
    "ns",
    "share",
    "ratio",
    "count",
    "bytes",
    "bytes_per_s",
    "flop",
    "flop_per_s",
    "flop_per_byte",
)


@dataclass(frozen=True)
class Metric:
    """A number of the summary. `compute` is absent where the number stands in the rows of a part.

    `formula` is in the words of the tables' columns and T, P, peak, B, D of the page that
    describes them; `source` says where the rule comes from.
    """

    id: str
    title: str
    unit: str
    formula: str
    source: str
    compute: Callable[[Region], Value] | None = None
