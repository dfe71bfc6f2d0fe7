"""Thresholds from a setting."""

import pytest

from profiles.metrics.insights.thresholds import Thresholds


def test_what_is_named_is_replaced_and_the_rest_stays() -> None:
    found = Thresholds.parse(" transpose_share = 0.25 , gap_ns=5000,")
    assert (found.transpose_share, found.gap_ns) == (0.25, 5000)
    assert found.spill_reload_share == Thresholds().spill_reload_share
    assert Thresholds.parse("") == Thresholds()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("transposes=1", "no threshold 'transposes'"),
        ("transpose_share=much", "no number: 'much'"),
        ("transpose_share", "no number: ''"),
        ("transpose_share=-1", "0 or more"),
        ("transpose_share=nan", "0 or more"),
        ("transpose_share=inf", "0 or more"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Thresholds.parse(text)
