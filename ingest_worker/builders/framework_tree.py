"""The table `FrameworkNode`: modules, layers and operators as a tree, with the work below each.

The path of an operator, `Model/layer/op`, names its place. A node's name is its whole path, so that
names are unique; `children_ids` are row numbers of this table. Utilisation is that of the schema
notes, 4.1: elements over rows * columns * cycles at work, for as many cores as worked. Bandwidth
of an interval has no rule: bytes are those of the instructions that started a transfer, and the
transfer goes on after them.
"""

import json
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from ingest_worker.builders.built import (
    Array,
    BuiltTable,
    Columns,
    Value,
    gathered,
)
from ingest_worker.builders.hierarchy import FRAMEWORK, bounds, layer_groups, work_sums
from ingest_worker.builders.intervals import Intervals, Numbers
from ingest_worker.builders.part import Part
from ingest_worker.builders.work import Group, Slots, Work, engine_counts
from ingest_worker.formats.ntff.facts import ENGINE_NAMES

SEPARATOR = "/"
MOST_DEPTH = 64
"""Deeper paths end in a node whose last part holds the rest: names are attackers' to choose."""

SCALAR, VECTOR = ENGINE_NAMES.index("Scalar"), ENGINE_NAMES.index("Vector")


@dataclass(frozen=True)
class Tree:
    """Paths with the number of the path above each (-1 at the root), parents first."""

    paths: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    children: list[list[int]] = field(default_factory=list)
    by_path: dict[str, int] = field(default_factory=dict)

    def place(self, path: str) -> int:
        """The number of a path, with every path above it in the tree; -1 for an empty one."""
        parent, own = -1, ""
        for number, part in enumerate(path.split(SEPARATOR, MOST_DEPTH - 1)):
            own = f"{own}{SEPARATOR}{part}" if number else part
            if own:
                parent = self._node(own, parent)
        return parent

    def _node(self, path: str, parent: int) -> int:
        number = self.by_path.setdefault(path, len(self.paths))
        if number == len(self.paths):
            self.paths.append(path)
            self.parents.append(parent)
            self.children.append([])
            if parent >= 0:
                self.children[parent].append(number)
        return number

    def depths(self) -> list[int]:
        """How many paths are above each."""
        found: list[int] = []
        for parent in self.parents:
            found.append(found[parent] + 1 if parent >= 0 else 0)
        return found


def operator_nodes(slots: Slots) -> tuple[Tree, Group]:
    """The tree of all operators that ran, and the node of each slot's operator."""
    operators = layer_groups(slots, FRAMEWORK)
    names = gathered(slots.texts[FRAMEWORK.name_text], operators.first_slot).to_pylist()
    tree = Tree()
    node = np.array([tree.place(name or "") for name in names], np.int64)
    own = operators.of_slot >= 0
    of_slot = np.full(len(slots.runs), -1, np.int64)
    of_slot[own] = node[operators.of_slot[own]]
    return tree, Group(of_slot, len(tree.paths))


def with_those_above(tree: Tree, group: Group) -> list[Group]:
    """The node of each slot, and the nodes above it, nearest first."""
    found = [group]
    parents = np.array([*tree.parents, -1], np.int64)
    while (above := parents[found[-1].of_slot]).max(initial=-1) >= 0:
        found.append(Group(above, group.count))
    return found


def lifted(tree: Tree, own: Numbers, join: np.ufunc) -> Numbers:
    """Each node's value joined with those of all nodes below it."""
    result = own.copy()
    for node in range(len(tree.parents) - 1, -1, -1):
        parent = tree.parents[node]
        if parent >= 0:
            result[parent] = join(result[parent], result[node])
    return result


def node_table(work: Work) -> BuiltTable:
    """One row a node, parents first; no rows where the NEFF does not tell of operators."""
    slots, ns = work.slots, work.part.ns
    tree, group = operator_nodes(slots)
    exact = work.intervals(*with_those_above(tree, group))
    intervals, worked = exact.coarse(), _worked(tree, slots, group)
    start_ps, end_ps = bounds(slots, group)
    start_ps, end_ps = lifted(tree, start_ps, np.minimum), lifted(tree, end_ps, np.maximum)
    numbers = _sums(tree, slots, group)
    shares = _node_shares(work.part, worked, exact)
    words = _amounts(intervals) | _interval_shares(work.part, worked, intervals)
    times = ns(intervals.pieces.start_ps), ns(intervals.pieces.end_ps)

    def columns(start: int, stop: int) -> Columns:
        own = slice(start, stop)
        names: dict[str, Value] = {
            "start_ts": ns(start_ps[own]),
            "end_ts": ns(end_ps[own]),
            "time_intervals": intervals.pair_texts(*times, start, stop),
            **_names(tree, own),
        }
        found = {name: values[own] for name, values in (numbers | shares).items()}
        texts = {name: intervals.texts(values, start, stop) for name, values in words.items()}
        return names | found | texts

    return intervals.table("FrameworkNode", columns)


def _names(tree: Tree, own: slice) -> dict[str, Value]:
    """Where nodes stand in the tree."""
    return {
        "node_name": pa.array(tree.paths[own], pa.string()),
        "parent_name": pa.array(
            [tree.paths[parent] if parent >= 0 else "" for parent in tree.parents[own]],
            pa.string(),
        ),
        "children_names": pa.array(
            [json.dumps([tree.paths[child] for child in below]) for below in tree.children[own]],
            pa.string(),
        ),
        "children_ids": pa.array([json.dumps(below) for below in tree.children[own]], pa.string()),
    }


def _sums(tree: Tree, slots: Slots, group: Group) -> dict[str, Array]:
    """Bytes, rows, time at work and channels of each node and all below it."""
    found = work_sums(slots, group)
    channels = slots.numbers["channels"] * slots.runs
    for name, engine in (("scalar", SCALAR), ("vector", VECTOR)):
        found[f"total_channels_{name}"] = group.summed(channels * (slots.engine == engine))
    for name, counts in zip(ENGINE_NAMES, engine_counts(slots, group), strict=True):
        found[f"{name.lower()}_engine_instruction_count"] = counts
    result: dict[str, Array] = {
        name: pa.array(lifted(tree, own, np.add)) for name, own in found.items()
    }
    for engine, name in enumerate(ENGINE_NAMES):
        busy_ps = lifted(tree, group.summed(slots.busy_ps * (slots.engine == engine)), np.add)
        result[f"total_time_{name.lower()}"] = pa.array(busy_ps // 1000).cast(pa.string())
    return result


def _worked(tree: Tree, slots: Slots, group: Group) -> Numbers:
    """How many cores ran rows of each node."""
    count = np.zeros(len(tree.paths), np.int64)
    for core in np.unique(slots.core).tolist():
        ran = group.summed((slots.core == core).astype(np.int64)) > 0
        count += lifted(tree, ran.astype(np.int64), np.maximum)
    return count


def _amounts(intervals: Intervals) -> dict[str, Array]:
    """What was done in each interval."""
    names = ("element_count", "transpose_element_count", "hbm_transfer_size")
    return {
        f"{name}_per_interval": pa.array(amount)
        for name, amount in zip(names, intervals.pieces.amounts, strict=True)
    }


def _peak_per_ps(part: Part) -> float | None:
    """Elements that one core's array can do in a ps; None for a chip nobody knows."""
    chip = part.chip
    if chip.tensor_ghz is None or not chip.is_known:
        return None
    return chip.rows * chip.columns * chip.tensor_ghz / 1000


def _interval_shares(part: Part, cores: Numbers, intervals: Intervals) -> dict[str, Array]:
    """Utilisation in each interval, 0 to 1."""
    pieces, peak = intervals.pieces, _peak_per_ps(part)
    elements, transposed, _ = pieces.amounts
    could_ps = (pieces.end_ps - pieces.start_ps) * cores[pieces.group]
    return {
        "hfu_per_interval": _share(elements, could_ps, peak),
        "mfu_per_interval": _share(elements - transposed, could_ps, peak),
    }


def _node_shares(part: Part, cores: Numbers, intervals: Intervals) -> dict[str, Array]:
    """Utilisation of each node while it was at work, 0 to 1."""
    elements, transposed, _ = intervals.pieces.amounts
    could_ps, peak = intervals.durations() * cores, _peak_per_ps(part)
    return {
        "hfu": _share(intervals.sums(elements), could_ps, peak),
        "mfu": _share(intervals.sums(elements - transposed), could_ps, peak),
    }


def _share(amount: Numbers, could_ps: Numbers, most_per_ps: float | None) -> Array:
    """What was done over what could have been done in that time."""
    if most_per_ps is None:
        return pa.nulls(len(amount), pa.float64())
    is_none = could_ps <= 0
    made: Array = pa.array(amount / (np.maximum(could_ps, 1) * most_per_ps), mask=is_none)
    return made
