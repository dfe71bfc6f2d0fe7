"""Occupancy of on-chip memory equals the official tool's in every row and every bit."""

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest

from profiles.storage.tables import ReadableRun
from tests.ground_truth.captures import NAMES, Sample

pytestmark = pytest.mark.ground_truth
QUADRANTS, BANKS = (0, 32, 64, 96), range(8)
GRAPHS = ("sg00", "sg01")
KINDS = {
    "sb": ("SbufUsage", [f"partition_{q}" for q in QUADRANTS]),
    "psum": ("PsumUsage", [f"bank_{bank}" for bank in BANKS]),
}


def bits(value: object) -> bytes | None:
    return None if value is None else np.float32(value).tobytes()


def official(sample: Sample, kind: str) -> Counter[tuple[object, ...]]:
    names = [f"{name}_usage" for name in KINDS[kind][1]]
    rows = json.loads(sample.official.read_text(encoding="utf-8"))["instruction_usage"]
    own: list[dict[str, Any]] = [row for row in rows if row["type"] == kind]
    return Counter(
        (row["subgraph"], row["timestamp"], *(bits(row.get(n)) for n in ("usage_avg", *names)))
        for row in own
    )


def ours(run: ReadableRun, kind: str) -> Counter[tuple[object, ...]]:
    table, names = KINDS[kind]
    columns = [f"{name}_util_percent" for name in ("avg", *names)]
    with run.parquet(table) as file:
        rows = file.read(use_threads=False).to_pylist()
    return Counter(
        (GRAPHS[row["pcore_idx"]], row["timestamp"], *(bits(row[name]) for name in columns))
        for row in rows
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_every_sample_of_occupancy_is_equal_in_every_bit(
    name: str, kind: str, kernels: dict[str, Sample], decoded: dict[str, ReadableRun]
) -> None:
    expected = official(kernels[name], kind)
    assert expected
    assert ours(decoded[name], kind) == expected
