"""DMA records become packets, numbered ring by ring, and packets become transfers."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.packets import PacketTrace, number_inside, read_packets
from ingest_worker.formats.ntff.reader import parse_ntff
from ingest_worker.formats.ntff.window import Capture, open_capture
from tests.formats.message_bytes import blob, number, record
from tests.formats.small_trace import DMA, Core, whole_trace

T0 = 2321027867131624
SPAN = 54_276_582


def capture(records: bytes, *, version: int = 6, extra: bytes = b"") -> Capture:
    core = Core(traces={(DMA, 1): records}, extra=extra)
    window = (T0, T0 + SPAN) if version == 6 else None
    return open_capture(
        parse_ntff(memoryview(whole_trace(version, [core], window=window)), limits=DEFAULT_LIMITS)
    )


def read(records: bytes) -> PacketTrace:
    found = capture(records)
    return read_packets(found, found.cores[0])


def begin(engine: int, queue: int, time: int) -> bytes:
    return record(0x80000000 | engine << 24, queue << 4 | 1, T0 + time)


def finish(engine: int, queue: int, time: int, size: int = 512, crc: int = 7) -> bytes:
    return record(0x80000000 | engine << 24 | size, crc << 16 | queue << 4 | 5, T0 + time)


def test_the_worked_example_is_512_bytes_on_queue_1_from_14716_ns() -> None:
    raw = bytes.fromhex(
        "0000008011000000cc4d696af63e0800"
        "0002008015008818e0c9696af63e0800"
        "00000080160000007c006d6af63e0800"
    )  # fmt: skip
    trace = read(raw)
    rows = trace.rows
    assert (rows.engine.tolist(), rows.queue.tolist()) == ([0], [1])
    assert ((rows.start_ps - T0) // 1000).tolist() == [14716]
    assert ((rows.end_ps - rows.start_ps) // 1000).tolist() == [31]
    assert (rows.size.tolist(), rows.crc.tolist()) == ([512], [6280])
    assert (trace.notices, len(trace.unknown)) == ((), 0)


def test_sizes_use_all_24_bits() -> None:
    assert read(begin(0, 0, 5) + finish(0, 0, 6, size=0xFFFFFF)).rows.size.tolist() == [0xFFFFFF]


def test_rings_are_paired_apart() -> None:
    raw = begin(3, 0, 10) + begin(3, 1, 11) + begin(4, 0, 12)
    raw += finish(4, 0, 20) + finish(3, 1, 21) + finish(3, 0, 22)
    rows = read(raw).rows
    found = zip(rows.engine.tolist(), rows.queue.tolist(), (rows.end_ps - T0).tolist(), strict=True)
    assert sorted(found) == [(3, 0, 22), (3, 1, 21), (4, 0, 20)]


def test_packets_of_a_ring_are_numbered_from_zero_in_the_window() -> None:
    before = begin(0, 1, -50) + finish(0, 1, -40)
    raw = before + b"".join(begin(0, 1, t) + finish(0, 1, t + 5) for t in (10, 20, 30))
    rows = read(raw).rows
    assert rows.packet_idx.tolist() == [0, 1, 2]
    assert rows.sequence.tolist() == [1, 2, 3]


def test_a_packet_across_the_edge_is_kept_and_numbered_after_the_others() -> None:
    raw = begin(1, 14, -20) + finish(1, 14, 30) + begin(1, 14, 40) + finish(1, 14, 50)
    raw += begin(1, 14, SPAN - 5) + finish(1, 14, SPAN + 5)
    rows = read(raw).rows
    assert (rows.start_ps - T0).tolist() == [-20, 40, SPAN - 5]
    assert rows.packet_idx.tolist() == [1, 0, 2]


def test_packets_wholly_outside_are_left_out() -> None:
    raw = begin(0, 0, -20) + finish(0, 0, -10) + begin(0, 0, SPAN + 1) + finish(0, 0, SPAN + 2)
    assert len(read(raw).rows) == 0


def test_without_a_stored_window_numbers_count_from_the_first_packet_of_the_ring() -> None:
    raw = begin(0, 0, -30) + finish(0, 0, -20) + begin(0, 0, 10) + finish(0, 0, 20)
    found = capture(raw, version=5)
    late = Capture(**{**vars(found), "windows": (found.windows[0].__class__(b"", T0, None),)})
    rows = read_packets(late, late.cores[0]).rows
    assert rows.packet_idx.tolist() == [1]


def test_records_without_a_partner_are_told() -> None:
    trace = read(begin(0, 0, 1) + begin(0, 0, 2) + finish(0, 0, 5))
    assert len(trace.rows) == 1
    assert [(n.code, n.count) for n in trace.notices] == [("ntff.unpaired_dma", 1)]


def test_other_kinds_than_1_5_and_6_are_unknown() -> None:
    odd = read(record(0x80000000, 0x12, T0 + 1) + begin(0, 0, 5)).unknown
    assert odd["w1"].tolist() == [0x12]


def test_each_engine_has_its_clock_by_its_index_mod_16() -> None:
    clocks = blob(10, b"".join(blob(8, number(1, 100 * n)) for n in range(16)))
    raw = record(0x80000000 | 18 << 24, 1, 1000) + record(0x80000000 | 18 << 24 | 4, 5, 1100)
    found = capture(raw, version=5, extra=clocks)
    rows = read_packets(found, found.cores[0]).rows
    assert (rows.start_ps.tolist(), rows.end_ps.tolist()) == ([800], [900])


@given(st.lists(st.booleans(), max_size=40))
def test_numbers_of_a_ring_are_0_to_n_with_the_windowed_first(packets: Sequence[bool]) -> None:
    inside = np.array(packets, bool)
    found = number_inside(inside).tolist()
    first = [n for n, is_in in zip(found, packets, strict=True) if is_in]
    assert sorted(found) == list(range(len(packets)))
    assert first == list(range(len(first)))
