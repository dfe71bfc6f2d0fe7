"""The measurement of ingest fails what is too slow or too large, and times every table."""

from pathlib import Path
from typing import Any

import pytest

from ingest_worker.pipeline import build
from tests.bench.ingest import (
    FLOOR_RECORDS_PER_S,
    MOST_BYTES,
    MOST_MB,
    ingest,
    meets_floor,
)
from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.pair import small_capture, small_model


@pytest.mark.parametrize(
    ("rate", "size", "stored", "expected"),
    [
        (FLOOR_RECORDS_PER_S, MOST_MB, MOST_BYTES, True),
        (FLOOR_RECORDS_PER_S - 1, 10, 1.0, False),
        (2 * FLOOR_RECORDS_PER_S, MOST_MB + 1, 1.0, False),
        (2 * FLOOR_RECORDS_PER_S, 10, MOST_BYTES + 1, False),
    ],
)
def test_a_capture_has_to_be_fast_and_small(
    rate: int, size: int, stored: float, *, expected: bool
) -> None:
    found = {"records_per_s": rate, "peak_mb": size, "bytes_per_event": stored}
    assert meets_floor(found) is expected


def test_a_measurement_tells_records_sizes_and_the_cost_of_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.bench.ingest.LEAST_SHOWN_S", 0.0)
    before = build.__dict__["_write"]
    (tmp_path / "a.neff").write_bytes(make_neff(small_model(1)))
    (tmp_path / "a.ntff").write_bytes(make_ntff(small_capture(6, 1)))
    try:
        found: dict[str, Any] = ingest(tmp_path / "a.neff", tmp_path / "a.ntff", tmp_path / "out")
    finally:
        build.__dict__["_write"] = before
    assert found["records"] > 0
    assert {"Instruction", "SbufUsage", "DmaUsage", "Summary"} <= set(found["tables_cpu_s"])
    assert set(found["stages_s"]) >= {"resolve", "build"}
    assert found["bytes_per_event"] > 0
