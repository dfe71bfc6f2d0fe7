"""Which counter a change of memory belongs to, and what is in use by kind."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders.system.hbm import (
    COLUMNS,
    KINDS,
    Change,
    HbmUsage,
    changes_of,
    hbm_usage,
)
from tests.system.frames_made import Recorder

MEMORY = ("i-1", 0, 2)
WEIGHTS, TENSORS = KINDS.index("weights_bytes"), KINDS.index("tensors_bytes")


def change(time: int, size: int, total: int, of_kind: int, kind: int = WEIGHTS) -> Change:
    return Change(time, MEMORY, kind, size, total, of_kind)


def usage(changes: list[Change], most: int = 2) -> HbmUsage:
    return hbm_usage([(changes, most)], 0)


def totals(found: HbmUsage) -> list[int]:
    return [int(value) for value in found.values[:, -1]]


def test_the_first_total_minus_its_bytes_is_there_from_the_start() -> None:
    found = usage([change(5, 10, 110, 10)])
    assert found.time_ns.tolist() == [0, 5]
    assert totals(found) == [100, 110]


def test_two_counters_of_one_memory_add_up() -> None:
    found = usage([
        change(1, 10, 110, 10), change(2, 5, 2005, 5), change(3, 10, 120, 20),
        change(4, -5, 2000, 0),
    ])  # fmt: skip
    assert (found.fitting, found.unfitting) == (4, 0)
    assert totals(found) == [2100, 2110, 2115, 2125, 2120]


def test_a_kind_that_comes_late_was_there_before() -> None:
    found = usage([change(1, 10, 110, 10), change(2, 4, 114, 44, TENSORS)])
    assert found.values[:, TENSORS].tolist() == [40, 40, 44]
    assert found.values[:, WEIGHTS].tolist() == [0, 10, 10]


def test_what_no_kind_accounts_for_is_unknown() -> None:
    found = usage([change(1, 10, 110, 10)])
    unknown = KINDS.index("unknown_bytes")
    assert found.values[:, unknown].tolist() == [100, 100]


def test_a_change_that_fits_no_counter_is_told() -> None:
    found = usage([change(1, 10, 110, 10), change(2, 1, 999, 11)], most=1)
    assert (found.fitting, found.unfitting) == (1, 1)
    assert totals(found)[-1] == 999


def test_of_equal_totals_the_counter_with_the_fitting_kind_counts() -> None:
    found = usage([
        change(1, 10, 100, 10, WEIGHTS), change(2, 7, 100, 7, TENSORS),
        change(3, 1, 101, 8, TENSORS), change(4, 1, 101, 11, WEIGHTS),
    ])  # fmt: skip
    assert found.unfitting == 0
    assert found.values[-1, TENSORS] == 8
    assert found.values[-1, WEIGHTS] == 11


def test_memories_of_processes_on_one_host_add_up() -> None:
    one, two = [change(1, 10, 110, 10)], [change(2, 10, 60, 10)]
    found = hbm_usage([(one, 2), (two, 2)], 0)
    assert found.memories == [MEMORY]
    assert totals(found) == [150, 160, 170]


def test_nothing_changed_is_no_row() -> None:
    assert len(usage([]).time_ns) == 0


@given(st.integers(1, 3), st.integers(0, 10_000))
def test_counters_are_told_apart_whatever_happens(count: int, seed: int) -> None:
    noise = random.Random(seed)
    held = [{kind: noise.randrange(1 << 30) for kind in range(3)} for _ in range(count)]
    start = sum(sum(own.values()) for own in held)
    changes, expected = [], [start]
    touched: dict[int, set[int]] = {}
    for time in range(1, 40):
        number = noise.randrange(count)
        own, kind = held[number], noise.randrange(3)
        size = noise.choice((1, -1)) * noise.randrange(1, 1 << 20)
        size = size if own[kind] + size >= 0 else -own[kind]
        own[kind] += size
        touched.setdefault(number, set()).add(kind)
        changes.append(change(time, size, sum(own.values()), own[kind], kind))
        expected.append(sum(sum(each.values()) for each in held))
    found = usage(changes, count)
    assert found.unfitting == 0
    if len(touched) == count:
        assert totals(found) == expected


def test_kinds_and_unknown_are_the_total() -> None:
    found = usage([change(n, 10, 100 + 10 * n, 10 * n) for n in range(1, 20)])
    assert (found.values[:, :-1].sum(axis=1) == found.values[:, -1]).all()


def alloc(recorder: Recorder, at: int, size: int, total: int, **more: object) -> None:
    keys = {"hbm_idx": 2, "is_nc_hbm": 1, "usage_type": "weight", "mla_idx": 0} | more
    recorder.span(
        "nrt_dma_mem_alloc", at, at + 1,
        stop={"allocated_bytes": size, "total_bytes": total, "usage_type_total_bytes": size,
              "return_code": 2},
        **keys,
    )  # fmt: skip


def test_changes_are_read_in_order_of_their_stops() -> None:
    recorder = Recorder()
    alloc(recorder, 50, 5, 15)
    alloc(recorder, 10, 10, 10)
    found = changes_of(recorder.trace(), recorder.spans)
    assert [one.size for one in found] == [10, 5]
    assert {one.memory for one in found} == {MEMORY}


def test_memory_of_the_host_is_left_out() -> None:
    recorder = Recorder()
    alloc(recorder, 10, 10, 10, is_nc_hbm=0)
    assert changes_of(recorder.trace(), recorder.spans) == []


def test_a_release_takes_its_bytes_off() -> None:
    recorder = Recorder()
    recorder.span(
        "nrt_dma_mem_dealloc", 1, 2, hbm_idx=2, is_nc_hbm=1, usage_type="tensor", mla_idx=0,
        stop={"freed_bytes": 7, "total_bytes": 93, "usage_type_total_bytes": 3},
    )  # fmt: skip
    (found,) = changes_of(recorder.trace(), recorder.spans)
    assert (found.size, found.total, found.kind) == (-7, 93, TENSORS)


@pytest.mark.parametrize("usage_type", [*COLUMNS, "xt cc", "from the future"])
def test_every_usage_has_its_column_or_is_unknown(usage_type: str) -> None:
    recorder = Recorder()
    alloc(recorder, 1, 5, 5, usage_type=usage_type)
    (found,) = changes_of(recorder.trace(), recorder.spans)
    assert KINDS[found.kind] == COLUMNS.get(usage_type, "unknown_bytes")


def test_an_allocation_without_its_totals_is_passed_over() -> None:
    recorder = Recorder()
    recorder.span("nrt_dma_mem_alloc", 1, 2, hbm_idx=2, is_nc_hbm=1, usage_type="io", mla_idx=0)
    assert changes_of(recorder.trace(), recorder.spans) == []


def test_all_22_kinds_have_a_column() -> None:
    assert len(KINDS) == len(set(KINDS)) == 22
    assert np.all([kind.endswith("_bytes") for kind in KINDS])
