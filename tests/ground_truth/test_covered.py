"""Columns that the page on tables calls exact are those that the comparison proves, no others."""

from importlib import import_module

import pytest

from profiles.storage.tables import ReadableRun
from profiles.tables.exact import EXACT
from tests.ground_truth.captures import Sample
from tests.ground_truth.covered import FURTHER, MODULE, covered, module_text

pytestmark = pytest.mark.ground_truth
REMAKE = "python -m tests.ground_truth.covered && python manage.py describe_tables"


def test_exact_columns_are_the_proven_ones(
    decoded: dict[str, ReadableRun], kernels: dict[str, Sample]
) -> None:
    found = covered(decoded, kernels)
    assert {table: set(names) for table, names in EXACT.items()} == {
        table: set(names) for table, names in found.items()
    }, f"to renew it: {REMAKE}"
    assert MODULE.read_text(encoding="utf-8") == module_text(found)
    assert len(EXACT["Instruction"]) > 25


@pytest.mark.parametrize("table", FURTHER)
def test_a_table_that_is_compared_elsewhere_names_the_test(table: str) -> None:
    module, name = FURTHER[table][0].split(".")
    assert callable(getattr(import_module(f"tests.ground_truth.{module}"), name))


def test_a_table_that_differs_proves_nothing(
    decoded: dict[str, ReadableRun], kernels: dict[str, Sample]
) -> None:
    """Compared with the output of another capture."""
    names = list(decoded)
    crossed = {names[0]: kernels[names[1]]}
    found = covered({names[0]: decoded[names[0]]}, crossed)
    assert "Instruction" not in found
    assert "DmaPacket" not in found
