"""Columns of `DmaPacketAggregated` that say where a static transfer reads and writes.

They are known of prepared descriptors alone. Texts are JSON lists, innermost dimension first and in
bytes, where all descriptors of the block agree; partitions are ranges, `0-63, 96-127`.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.built import Value, repeated
from ingest_worker.builders.part import QueueDetail
from ingest_worker.formats.neff.descriptors import End
from ingest_worker.formats.neff.regions import Region
from profiles.tables.registry import REGISTRY

NOTHING = End()


def end_columns(details: Sequence[QueueDetail], codes: npt.NDArray[np.intp]) -> dict[str, Value]:
    """The columns for transfers with these details, one code a row."""
    columns: dict[str, list[object]] = {}
    for way in ("read", "write"):
        ends = [getattr(detail, f"{way}_end") or NOTHING for detail in details]
        touched = [partitions(detail.regions, is_write=way == "write") for detail in details]
        columns |= {
            f"{way}_shape": [end.shape for end in ends],
            f"{way}_steps": [end.steps for end in ends],
            f"{way}_offset": [end.offset for end in ends],
            f"{way}_sbuf_partitions": [range_text(own) for own in touched],
            f"{way}_num_sbuf_partitions": [len(own) for own in touched],
        }
    transposes = [detail.transposing for detail in details]
    is_known = [detail.read_end is not None for detail in details]
    columns |= {
        "is_transpose_mode": [
            one is not None if known else None
            for one, known in zip(transposes, is_known, strict=True)
        ],
        "transpose_element_size": [
            (one.element_size or None) if one else None for one in transposes
        ],
        "transpose_shape": [(one.shape or None) if one else None for one in transposes],
    }
    kinds = REGISTRY["DmaPacketAggregated"].by_name
    return {
        name: repeated(values, codes, kinds[name].arrow.type) for name, values in columns.items()
    }


def partitions(regions: Iterable[Region], *, is_write: bool) -> list[int]:
    """The partitions of the state buffer that are read or written, in order."""
    found: set[int] = set()
    for region in regions:
        if region.is_write == is_write:
            found.update(range(region.partition, region.partition + region.partitions))
    return sorted(found)


def range_text(numbers: Sequence[int]) -> str:
    """Numbers in order as ranges, `0-63, 96`."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in ranges)
