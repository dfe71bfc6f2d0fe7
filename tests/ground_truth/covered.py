"""Which published columns the samples prove equal to the official tool's output.

`python -m tests.ground_truth.covered` writes them to `profiles/tables/exact.py`, of which the page
on tables is made. A column is proven when the comparison of its table is equal on all samples, or
the named test of this folder is, and a sample holds a value in it.
"""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap

from ingest_worker.exports.official_rows import SHAPES
from ingest_worker.imports.compare_official import compare
from profiles.storage.tables import ReadableRun, RunMissingError, TableStore
from profiles.tables.registry import REGISTRY
from tests.ground_truth.captures import KERNELS, NAMES, Sample
from tests.ground_truth.test_comparator import columns_of
from tests.ground_truth.test_summary import EQUAL

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "profiles" / "tables" / "exact.py"
FURTHER: Mapping[str, tuple[str, frozenset[str] | None]] = {
    "Flow": (
        "test_flow.test_edges_are_the_official_predecessors_in_order",
        frozenset({"in_id", "out_id", "dependency_type"}),
    ),
    "SbufUsage": ("test_usage.test_every_sample_of_occupancy_is_equal_in_every_bit", None),
    "PsumUsage": ("test_usage.test_every_sample_of_occupancy_is_equal_in_every_bit", None),
    "Summary": (
        "test_summary.test_the_published_summary_differs_only_where_the_official_tool_is_wrong",
        EQUAL,
    ),
    "HbmUsageSummaryByType": ("test_summary.test_memory_by_use_is_equal", None),
}
"""Tables that a test of their own compares: the test, and the columns (None for all)."""

CORRECTED = {("Instruction", "psum_write_bytes")}
"""Columns that are compared after they are turned into what the official tool counts."""

HEAD = '''"""Columns that equal the official tool's output on the sample captures, in every row.

Made by `python -m tests.ground_truth.covered`; a test of the ground truth compares.
"""

from collections.abc import Mapping
from types import MappingProxyType

_PROVEN = """
'''
TAIL = '''"""
# A table begins a line with its name; its columns follow, where they are many on further lines.


def _read(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, list[str]] = {}
    table = ""
    for line in text.splitlines():
        words = line.split()
        if words and not line.startswith(" "):
            table = words.pop(0)
        found.setdefault(table, []).extend(words)
    return {name: frozenset(columns) for name, columns in found.items() if columns}


EXACT: Mapping[str, frozenset[str]] = MappingProxyType(_read(_PROVEN))
'''
WIDTH = 96

Columns = Mapping[str, frozenset[str]]


def covered(runs: Mapping[str, ReadableRun], samples: Mapping[str, Sample]) -> Columns:
    """The proven columns by table."""
    proven = set(SHAPES)
    for name, run in runs.items():
        report = compare(run, samples[name].official)
        proven &= {table.name for table in report.tables if table.is_equal}
    found: dict[str, set[str]] = defaultdict(set)
    for json_table, sources in SHAPES.items():
        if json_table in proven:
            for table, shape in sources:
                found[table] |= columns_of(shape)
    for table, (_, columns) in FURTHER.items():
        found[table] |= set(REGISTRY[table].by_name) if columns is None else columns
    filled = {key for run in runs.values() for key in _filled(run, found)}
    result = {
        table: frozenset(column for column in columns if (table, column) in filled - CORRECTED)
        for table, columns in sorted(found.items())
        if REGISTRY[table].official
    }
    return {table: columns for table, columns in result.items() if columns}


def _filled(run: ReadableRun, tables: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Every column of some tables that holds a value."""
    for name in tables:
        try:
            with run.parquet(name) as file:
                table = file.read(use_threads=False)
        except RunMissingError:
            continue
        for column in table.column_names:
            if table[column].null_count < table.num_rows:
                yield name, column


def module_text(columns: Columns) -> str:
    """The module `exact.py`, formatted as the rest."""
    lines = [
        line
        for table, names in columns.items()
        for line in wrap(
            " ".join((table, *sorted(names))),
            WIDTH,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]
    return HEAD + "\n".join(lines) + "\n" + TAIL


def main() -> None:
    """Decodes the samples and writes the module."""
    folder = ROOT / os.environ.get("SAMPLES", "../shared/samples")
    samples = {name: Sample(folder / KERNELS / name) for name in NAMES}
    with tempfile.TemporaryDirectory() as tables:
        store = TableStore(tables)
        runs = {name: sample.decoded(store) for name, sample in samples.items()}
        MODULE.write_text(module_text(covered(runs, samples)), encoding="utf-8")
    print(f"wrote {MODULE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
