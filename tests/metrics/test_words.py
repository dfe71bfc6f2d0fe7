"""Numbers in the sentences of findings."""

import pytest

from profiles.metrics import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 ns"),
        (686, "686 ns"),
        (999.6, "1.00 µs"),
        (44_373, "44.4 µs"),
        (999_600, "1.00 ms"),
        (1.5e9, "1.50 s"),
    ],
)
def test_durations_have_three_digits(value: float, text: str) -> None:
    assert words.duration(value).replace(words.THIN, " ") == text


@pytest.mark.parametrize(
    ("value", "text"), [(512, "512 B"), (4096, "4.00 KiB"), (17_924_096, "17.1 MiB")]
)
def test_data_is_in_binary_units(value: float, text: str) -> None:
    assert words.data(value).replace(words.THIN, " ") == text


def test_flops_shares_factors_and_counts() -> None:
    said = [
        words.flops(301_989_888),
        words.flops(12),
        words.share(0.2727),
        words.factor(15.628),
        words.count(1, "gap"),
        words.count(4352, "packet"),
        words.count(2, "entry", "entries"),
    ]
    assert [text.replace(words.THIN, " ") for text in said] == [
        "302 MFLOP",
        "12 FLOP",
        "27.3 %",
        "15.6 ×",
        "1 gap",
        "4 352 packets",
        "2 entries",
    ]
