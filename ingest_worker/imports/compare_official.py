"""Compares published tables with the official tool's JSON, cell by cell."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from ingest_worker.exports.official_summary import plain
from ingest_worker.exports.official_view import (
    ID_RULE,
    OfficialView,
    SetAside,
    official_view,
    repeated_ids,
)
from ingest_worker.imports.official_json import read_official
from profiles.storage.tables import ReadableRun

Rows = list[dict[str, Any]]

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "instruction": ("subgraph", "id", "pc", "timestamp"),
        "semaphore_update": ("subgraph", "timestamp", "id", "value"),
        "dma": ("aggregated", "subgraph", "dma_engine", "dma_queue", "packet_idx", "timestamp"),
        "ham": ("subgraph", "timestamp"),
        "active_time": ("pcore_idx", "engine", "start_ts"),
        "pending_dma": ("subgraph", "timestamp", "value"),
        "dma_throughput": ("subgraph", "timestamp"),
        "dma_queues_info": ("subgraph", "q_idx", "q_name"),
        "instruction_usage": ("type", "subgraph", "timestamp", "usage_avg"),
        "nc_mem_usage": ("nd", "nc", "usage_type"),
        "neff_node": ("sg_name", "variable_name"),
        "model_info": ("sg_name",),
        "layer_summary": ("name",),
        "neff_header": (),
        "metadata": (),
        "summary": (),
    }
)
"""The fields by which rows of both sides are brought together."""

TRANSFER_KEY = ("aggregated", "subgraph", "dma_queue", "timestamp")

ELSEWHERE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "metadata": {"total_point_count": "counts rows, those of the program's own warnings too"},
        "summary": {"profiler_version": "names the program that wrote the file"},
    }
)
"""JSON fields without a column of their own, and where they belong."""

ELSEWHERE_OF_TRANSFERS: Mapping[str, str] = MappingProxyType(
    {
        "dma_engine": "the schema has no engine of a whole transfer",
        "crc": "the schema has no checksum of a whole transfer",
        "source": "lists in the JSON, text in the table",
        "dest": "lists in the JSON, text in the table",
    }
)
"""The same for the aggregated rows of `dma`."""

FLOAT32 = frozenset(
    {
        "transfer_rate",
        "hbm_transfer_rate",
        "pe_clock_freq",
        "pe_clock_others",
        "dma_ddr_bandwidth",
        "hbm_ddr_bandwidth",
        "usage_avg",
    }
)
"""Fields that hold float32 values: equal when their bits are. So are those that end in `_usage`,
and the shares of `layer_summary`."""

COMPUTED = frozenset({"summary", "layer_summary"})
"""Tables of sums: times in seconds equal to 1e-12 s, other decimals to 1e-7 of themselves."""

MOST_TIME_DIFFERENCE_S, MOST_SHARE_DIFFERENCE = 1e-12, 1e-7
UNCOMPARED = MappingProxyType(
    {
        "warnings": "words of the program that wrote the file",
        "profile_info": "names of files and of the program",
        "terminology": "help texts of the official tool",
        "summary_groups": "the order in which its page shows numbers",
        "summary_group_order": "the order in which its page shows numbers",
    }
)
"""Tables of the JSON that hold no measurement."""

MOST_SHOWN = 5


@dataclass(frozen=True)
class Difference:
    """One cell, or one row (`field` is empty then), on which the two do not agree."""

    table: str
    key: str
    field: str
    official: str
    here: str


@dataclass
class TableReport:
    """How one table of one file compares; `wrong` counts unequal cells by field."""

    name: str
    official_rows: int = 0
    our_rows: int = 0
    equal_rows: int = 0
    cells: int = 0
    equal_cells: int = 0
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    examples: list[str] = field(default_factory=list)
    elsewhere: dict[str, str] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Every row and every cell agrees, and neither side has a row more."""
        return (
            self.official_rows == self.our_rows == self.equal_rows
            and self.cells == self.equal_cells
        )

    def show(self, example: str, found: Difference) -> None:
        """Keeps a difference, and the first few to print."""
        self.differences.append(found)
        if len(self.examples) < MOST_SHOWN:
            self.examples.append(example)


@dataclass
class Report:
    """How one file compares, table by table, with the rows set aside and their rules."""

    file: str
    tables: list[TableReport] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    uncompared: dict[str, str] = field(default_factory=dict)

    @property
    def is_equal(self) -> bool:
        """Whether every table is equal."""
        return all(table.is_equal for table in self.tables)

    @property
    def differences(self) -> list[Difference]:
        """All of them, table by table."""
        return [one for table in self.tables for one in table.differences]

    def lines(self) -> list[str]:
        """The report as text: a line a table, then what was set aside, then differences."""
        head = f"{'table':<18}{'official':>10}{'ours':>10}{'equal':>10}{'cells':>12}{'equal':>12}"
        found = [self.file, head]
        for table in self.tables:
            numbers = (table.official_rows, table.our_rows, table.equal_rows)
            cells = (table.cells, table.equal_cells)
            mark = "" if table.is_equal else "  DIFFERS"
            found.append(
                f"{table.name:<18}"
                + "".join(f"{number:>10}" for number in numbers)
                + "".join(f"{number:>12}" for number in cells)
                + mark
            )
        found += [f"not compared: {name} ({why})" for name, why in self.uncompared.items()]
        found += [f"set aside: {one}" for one in self.set_aside]
        for table in self.tables:
            found += [f"not a column: {table.name}.{k} ({v})" for k, v in table.elsewhere.items()]
            found += [f"differs: {table.name}.{k} in {n} rows" for k, n in table.wrong.items()]
            found += [f"  {example}" for example in table.examples]
        return found


def compare(run: ReadableRun, json_path: Path, part: int = 0) -> Report:
    """Compares one part of a published run with the official JSON of the same trace."""
    official = read_official(json_path)
    view = official_view(run, part)
    report = Report(f"{json_path.parent.name}/{json_path.name}", set_aside=list(view.set_aside))
    _put_back(view, report, official.get("instruction", []))
    for name in KEYS:
        report.tables.append(compare_table(name, official.get(name, []), view.tables[name]))
    for name in official.keys() - KEYS.keys():
        report.uncompared[name] = UNCOMPARED.get(name, "not known here")
    return report


def _put_back(view: OfficialView, report: Report, official: Rows) -> None:
    """Both readings of the official de-duplication are accepted, each only where it explains.

    A row set aside for its label that the official output does have is shown again; a row the
    output lacks is set aside if another row has the same id.
    """
    there = {_key("instruction", row) for row in official}
    ours = view.tables["instruction"]
    for row in view.duplicates:
        if _key("instruction", row) in there:
            ours.append(row)
            report.set_aside = [
                one for one in report.set_aside if one.values.get("start_ts") != row["timestamp"]
            ]
    twice = repeated_ids([*ours, *view.duplicates])
    for number, row in reversed(list(enumerate(ours))):
        if row["id"] in twice and _key("instruction", row) not in there:
            shown = {key: row[key] for key in ("subgraph", "label", "pc", "timestamp")}
            report.set_aside.append(SetAside("Instruction", number, ID_RULE, shown))
            del ours[number]


def _key(name: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    parts = TRANSFER_KEY if _is_transfer(row) else KEYS[name]
    return tuple(row.get(part) for part in parts)


def _is_transfer(row: Mapping[str, Any]) -> bool:
    return row.get("aggregated") == "yes"


def compare_table(name: str, official: Sequence[Mapping[str, Any]], ours: Rows) -> TableReport:
    """Brings rows together by key, the k-th with the k-th of a key, and compares every field."""
    report = TableReport(name, official_rows=len(official), our_rows=len(ours))
    waiting: dict[tuple[Any, ...], Rows] = defaultdict(list)
    for mine in reversed(ours):
        waiting[_key(name, mine)].append(mine)
    for row in official:
        elsewhere = ELSEWHERE_OF_TRANSFERS if _is_transfer(row) else ELSEWHERE.get(name, {})
        expected = {key: value for key, value in row.items() if key not in elsewhere}
        report.elsewhere |= {key: elsewhere[key] for key in row.keys() & elsewhere.keys()}
        group = waiting.get(_key(name, row))
        if not group:
            report.cells += len(expected)
            found = Difference(name, _told(_key(name, row)), "", _told(expected), "")
            report.show(f"missing here: {dict(expected)}", found)
            continue
        mine = group.pop()
        _compare_row(report, expected, {k: v for k, v in mine.items() if k not in elsewhere})
    for left in waiting.values():
        for mine in left:
            found = Difference(name, _told(_key(name, mine)), "", "", _told(mine))
            report.show(f"only here: {mine}", found)
    return report


def _told(value: object) -> str:
    return json.dumps(value, default=str)


def _compare_row(
    report: TableReport, expected: Mapping[str, Any], found: Mapping[str, Any]
) -> None:
    names = expected.keys() | found.keys()
    report.cells += len(names)
    table = report.name
    wrong = [n for n in names if not _same(table, n, plain(expected.get(n)), plain(found.get(n)))]
    report.equal_cells += len(names) - len(wrong)
    report.equal_rows += not wrong
    for name in sorted(wrong):
        report.wrong[name] += 1
        there, here = expected.get(name), found.get(name)
        key = _told(_key(table, expected))
        report.show(
            f"{name}: official {there!r}, here {here!r}",
            Difference(table, key, name, _told(there), _told(here)),
        )


def _same(table: str, name: str, expected: object, found: object) -> bool:
    if type(expected) is type(found) and expected == found:
        return True
    if not (isinstance(expected, int | float) and isinstance(found, int | float)):
        return False
    if name in FLOAT32 or (name.endswith(("_usage", "_active_percent")) and table != "summary"):
        return np.float32(expected).tobytes() == np.float32(found).tobytes()
    if table not in COMPUTED or (isinstance(expected, int) and isinstance(found, int)):
        return False
    if name.endswith("_time") and table == "summary":
        return abs(expected - found) <= MOST_TIME_DIFFERENCE_S
    return abs(expected - found) <= MOST_SHARE_DIFFERENCE * abs(expected)
