"""Two hundred damaged files: each answered with rows or with a code that says what is wrong."""

from pathlib import Path

import pytest

from tests.corpus.damaged import ROOT, Answer, answers, table
from tests.make.damage import corpus, kinds

COUNT, SEED = 200, 20261124
REPORT = ROOT / "test-results" / "damaged.txt"


def test_damaged_files_are_answered_in_time_with_rows_or_a_fitting_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answers(COUNT, SEED, tmp_path)
    report = table(found)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(report + "\n")
    with capsys.disabled():
        print("\n" + report)
    assert len(found) == COUNT
    wrong = [item.told() for item in found if not item.is_fitting]
    assert not wrong, "\n".join(wrong)


def test_there_are_kinds_of_damage_for_every_layer() -> None:
    names = [kind.name for kind in kinds()]
    assert len(names) == len(set(names)) >= 15
    assert {name.split(".")[0] for name in names} == {"ntff", "neff", "archive", "json", "pair"}


def test_no_kind_takes_a_lost_or_nameless_failure_for_an_answer() -> None:
    for kind in kinds():
        assert kind.fitting
        for code in kind.fitting - {"rows"}:
            assert code.split(".")[0] in {"ntff", "neff", "archive", "pair", "limit", "upload"}


def test_the_same_seed_damages_the_same_way() -> None:
    once = [case.files for case in corpus(30, 3)]
    assert once == [case.files for case in corpus(30, 3)]
    assert once != [case.files for case in corpus(30, 4)]


@pytest.mark.parametrize(
    ("answer", "seconds", "peak_bytes"),
    [("hang", 1.0, 0), ("traceback", 1.0, 0), ("rows", 11.0, 0), ("rows", 1.0, 2_000_000_000)],
)
def test_a_wrong_late_or_large_answer_does_not_fit(
    answer: str, seconds: float, peak_bytes: int
) -> None:
    case = next(case for case in corpus(100, 1) if case.kind.name == "ntff.unknown_fields")
    assert Answer(case, "rows", "", 1.0, 0).is_fitting
    assert not Answer(case, answer, "", seconds, peak_bytes).is_fitting
