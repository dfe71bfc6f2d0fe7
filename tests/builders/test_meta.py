"""Texts and categories of the tables about a whole capture."""

import pytest

from ingest_worker.builders.meta import category_of, moment_text, warning_table
from ingest_worker.builders.signals import semaphore_text, throttle_type
from ingest_worker.formats.notice import Notice


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (54_276, "1970-01-01T00:00:00.000054276Z"),
        (1_500_000_000, "1970-01-01T00:00:01.5Z"),
        (86_400_000_000_000 * 31 + 1, "1970-02-01T00:00:00.000000001Z"),
        (3_600_000_000_000 + 61_000_000_000, "1970-01-01T01:01:01Z"),
    ],
)
def test_moments_are_rfc_3339_without_trailing_zeros(time_ns: int, text: str) -> None:
    assert moment_text(time_ns) == text


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("ntff.overflow_hardware", "Lost Records"),
        ("ntff.unpaired_dma", "Lost Records"),
        ("ntff.unknown_record", "Unknown Content"),
        ("isa.unknown_opcode", "Unknown Content"),
        ("neff.missing_member", "Missing Data"),
        ("ntff.no_dge", "Missing Data"),
        ("pair.slot_mismatch", "Data Quality"),
    ],
)
def test_notices_have_a_category(code: str, category: str) -> None:
    assert category_of(code) == category


def test_a_notice_met_often_says_how_often() -> None:
    table = warning_table([Notice("a.b", "Once."), Notice("a.c", "Often.", 7)])
    rows = [row for batch in table.batches() for row in batch.to_pylist()]
    assert [row["message"] for row in rows] == ["Once.", "Often. (count: 7)"]


def test_semaphores_show_their_name_or_bare_number() -> None:
    assert semaphore_text(5, {5: "Tensor"}) == "S[5] (Tensor)"
    assert semaphore_text(6, {5: "Tensor"}) == "6"


def test_throttle_types_have_the_published_names() -> None:
    assert [throttle_type(n) for n in (0, 1, 99)] == ["activity_0", "activity_1", "unknown"]
