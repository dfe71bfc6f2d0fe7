"""Every number has its unit, formula and source, and the page says the same."""

import json
from pathlib import Path

from profiles.metrics.describe import page
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.metric import UNITS
from profiles.metrics.region import Region
from profiles.metrics.registry import METRICS, answer
from tests.metrics.device_tables import device, instruction, matmul

ROOT = Path(__file__).resolve().parents[2]


def test_every_number_has_a_unit_a_formula_and_a_source() -> None:
    for metric in METRICS.values():
        assert metric.unit in UNITS, metric.id
        assert all((metric.title, metric.formula, metric.source)), metric.id


def test_names_are_said_once() -> None:
    from profiles.metrics import headline, part_numbers

    assert len(METRICS) == len(headline.METRICS) + len(part_numbers.NUMBERS)


def test_the_page_is_the_registry() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8") == page()
    assert "| `mfu` | MFU | share |" in page()
    assert "| `transpose_share` | 0.1 | Transpose overhead" in page()


def test_numbers_of_rows_are_documented_where_they_stand(tmp_path: Path) -> None:
    run = device(tmp_path, Instruction=[matmul(0, 100), instruction("Vector", 0, 9)])
    found = answer(Region(run), Thresholds())
    for name in METRICS:
        part, _, number = name.partition(".")
        if number:
            assert part in found, name
    parts = [entry["id"] for entry in found["tensor_flops"]["cores"][0]["parts"]]
    assert all(f"tensor_flops.{name}" in METRICS for name in parts)
    rungs = [rung["id"] for ladder in found["bounds"]["ladders"] for rung in ladder["rungs"]]
    assert all(f"bounds.{name}" in METRICS for name in rungs if name != "measured")
    numbers = {name for name in found["opcodes"][0] if name not in
               {"core", "engine", "track", "opcode", "function", "longest"}}  # fmt: skip
    assert all(f"opcodes.{name}" in METRICS for name in numbers)


def test_the_answer_is_plain_json_even_of_nothing(tmp_path: Path) -> None:
    run = device(tmp_path, Instruction=[instruction("Vector", 0, 0)])
    for one in (Region(run), Region(run, 5, 6), Region(run, 10**9, 10**9 + 1)):
        text = json.dumps(answer(one, Thresholds()), allow_nan=False)
        assert json.loads(text)["range"]["start_ns"] == one.start_ns


def test_the_whole_and_the_full_range_give_the_same_answer(tmp_path: Path) -> None:
    run = device(tmp_path, Instruction=[matmul(0, 100), instruction("Vector", 50, 9000)])
    assert answer(Region(run), Thresholds()) == answer(Region(run, *run.span_ns), Thresholds())
