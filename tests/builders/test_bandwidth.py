"""How fast bytes moved: steps by hand, and against a slow reading on random transfers."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders.bandwidth import bandwidth_steps, bandwidth_table
from profiles.tables.registry import arrow_schema

transfer = st.tuples(
    st.integers(0, 200), st.integers(0, 50), st.integers(1, 10_000)
)  # start, duration, bytes


def steps_of(*transfers: tuple[int, int, int]) -> tuple[list[int], list[float]]:
    start, length, size = (np.array(column, np.int64) for column in zip(*transfers, strict=True))
    found = bandwidth_steps(start, start + length, size)
    return found.time_ns.tolist(), found.rate.tolist()


def events(*rows: dict[str, Any]) -> pa.Table:
    schema = arrow_schema("SystemProfileEvents")
    full = [
        {
            "id": n,
            "duration_ns": row["end_ts"] - row["start_ts"],
            "trace_event_source": "neuron_rt",
            "instance_id": "i-1",
            "process_id": 7,
            "thread_id": 7,
            "nc_idx": 0,
            **row,
        }
        for n, row in enumerate(rows)
    ]
    return pa.Table.from_pylist(full, schema=schema)


def moved(name: str, start: int, end: int, size: object, **more: Any) -> dict[str, Any]:
    attributes = json.dumps({"size": size})
    return {
        "name": name,
        "start_ts": start,
        "end_ts": end,
        "extra_attributes_json": attributes,
        **more,
    }


def rows_of(*rows: dict[str, Any]) -> list[tuple[Any, ...]]:
    table = bandwidth_table(events(*rows))
    found = pa.Table.from_batches(table.batches(), schema=arrow_schema("TransferBandwidth"))
    assert found.num_rows == table.row_count
    return [tuple(row.values()) for row in found.to_pylist()]


def test_a_transfer_of_4_kib_in_a_microsecond_runs_at_4_096_gb_a_second() -> None:
    assert steps_of((1000, 1000, 4096)) == ([1000, 2000], [4.096e9, 0.0])


def test_overlapping_transfers_add_up_and_end_at_nothing() -> None:
    times, rates = steps_of((0, 100, 100), (50, 100, 200))
    assert times == [0, 50, 100, 150]
    assert rates == [1e9, 3e9, 2e9, 0.0]


def test_a_transfer_without_length_counts_as_a_nanosecond() -> None:
    assert steps_of((5, 0, 8)) == ([5, 6], [8e9, 0.0])


@given(st.lists(transfer, min_size=1, max_size=20))
def test_at_every_instant_the_rate_is_that_of_the_transfers_under_way(
    transfers: list[tuple[int, int, int]],
) -> None:
    times, rates = steps_of(*transfers)
    for place, at in enumerate(times):
        expected = sum(
            size / max(length, 1) * 1e9
            for start, length, size in transfers
            if start <= at < start + max(length, 1)
        )
        assert np.isclose(rates[place], expected, rtol=1e-9, atol=1e-3)


@given(st.lists(transfer, min_size=1, max_size=20))
def test_the_area_under_the_steps_is_the_bytes(transfers: list[tuple[int, int, int]]) -> None:
    times, rates = steps_of(*transfers)
    area = float(np.sum(np.diff(times) * np.array(rates[:-1]))) / 1e9
    assert np.isclose(area, sum(size for *_, size in transfers))


def test_directions_and_cores_are_series_of_their_own() -> None:
    found = rows_of(
        moved("dmem_buf_copyin", 0, 10, 100),
        moved("dmem_buf_copyout", 0, 10, 50),
        moved("dmem_buf_copyin", 0, 10, 30, nc_idx=1),
        moved("dmem_buf_copyin", 0, 10, 20, nc_idx=None),
    )
    assert {row[2:] for row in found} == {
        ("i-1", 0, "host_to_device"),
        ("i-1", 0, "device_to_host"),
        ("i-1", 1, "host_to_device"),
        ("i-1", None, "host_to_device"),
    }
    assert (0, 1e10, "i-1", 0, "host_to_device") in found


def test_the_copies_of_a_tensor_write_are_not_counted_twice() -> None:
    both = rows_of(moved("nrt_tensor_write", 0, 20, 100), moved("dmem_buf_copyin", 5, 15, 100))
    assert [row[0] for row in both] == [5, 15]


def test_without_copies_the_tensor_calls_count() -> None:
    assert [row[0] for row in rows_of(moved("nrt_tensor_read", 3, 9, 6))] == [3, 9]


def test_a_size_that_is_none_moves_nothing() -> None:
    odd = [moved("dmem_buf_copyin", 0, 1, size) for size in ("x", None, -4, 0, [1])]
    assert rows_of(*odd, moved("dmem_buf_copyin", 0, 1, 8, extra_attributes_json=None)) == []


def test_a_size_as_text_counts_like_a_number() -> None:
    assert rows_of(moved("dmem_buf_copyin", 0, 2, "16"))[0][1] == 8e9
