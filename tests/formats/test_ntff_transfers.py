"""Packets are given to static blocks and dynamic transfers by counting, ring by ring."""

import numpy as np
import pytest

from ingest_worker.formats.ntff.facts import Block, Queue
from ingest_worker.formats.ntff.instructions import ExplicitRows, InstructionRows
from ingest_worker.formats.ntff.packets import PacketRows
from ingest_worker.formats.ntff.transfers import RingQueue, Transfers, Trigger, join_transfers

POOL, SP = 2, 4
FIRST_PC = 0x10200


def packets(*rings: tuple[int, int, list[tuple[int, int, int]]]) -> PacketRows:
    """Rings of (engine, queue, [(start, end, size)]), as `read_packets` orders them."""
    rows = [
        (engine, queue, start, end, size, number)
        for engine, queue, found in sorted(rings, key=lambda ring: ring[:2])
        for number, (start, end, size) in enumerate(found)
    ]
    columns = [np.array(column, np.int64) for column in zip(*rows, strict=True)]
    engine, queue, start, end, size, number = columns
    return PacketRows(
        engine.astype(np.uint8),
        queue.astype(np.uint8),
        start,
        end,
        size.astype(np.uint32),
        (end % 60_000).astype(np.uint16),
        number.astype(np.int32),
        number.astype(np.int32),
    )


def ring(engine: int, index: int, name: str, *blocks: tuple[int, int]) -> Queue:
    return Queue(engine, index, 2, name, -1, 0, 0, tuple(Block(*block) for block in blocks))


def no_explicit() -> ExplicitRows:
    return explicit([])


def explicit(records: list[tuple[int, int, int]]) -> ExplicitRows:
    """Dynamic-DMA notifications of (engine, slot, second word)."""
    return ExplicitRows(
        engine=np.array([engine for engine, _, _ in records], np.uint8),
        hint=np.ones(len(records), np.uint8),
        pc=np.array([FIRST_PC + slot for _, slot, _ in records], np.uint32),
        word=np.array([word for _, _, word in records], np.uint32),
        time_ps=np.arange(len(records), dtype=np.int64),
    )


def instructions(*rows: tuple[int, int, int]) -> InstructionRows:
    """Executed rows of (engine, slot, occurrence)."""
    count = len(rows)
    column = np.array(rows or [(0, 0, 0)], np.int64)[:count].reshape(count, 3)
    zeros = np.zeros(count, np.int64)
    return InstructionRows(
        column[:, 0].astype(np.uint8),
        column[:, 1].astype(np.int32),
        zeros.astype(np.int16),
        zeros.astype(np.int32),
        column[:, 2].astype(np.int32),
        zeros,
        zeros,
        zeros.astype(np.uint16),
        zeros.astype(np.uint16),
        zeros.astype(np.uint16),
    )


def join(
    queues: list[RingQueue],
    rows: PacketRows,
    *,
    triggers: tuple[Trigger, ...] = (),
    notices: ExplicitRows | None = None,
    executed: InstructionRows | None = None,
) -> tuple[Transfers, list[int]]:
    found, owner = join_transfers(
        queues,
        rows,
        triggers,
        no_explicit() if notices is None else notices,
        instructions() if executed is None else executed,
        dict.fromkeys(range(5), FIRST_PC),
    )
    return found, owner.tolist()


def static(*blocks: tuple[int, int]) -> RingQueue:
    name = "qSPSpillReload0"
    return RingQueue(0, name, (ring(64, 0, name, *blocks), ring(65, 0, name, *blocks)))


def test_a_block_is_one_transfer_from_its_first_start_to_its_last_end() -> None:
    rows = packets((0, 0, [(10, 20, 256), (12, 30, 260)]), (1, 0, [(5, 15, 256), (8, 25, 260)]))
    found, owner = join([static((7, 2))], rows)
    assert owner == [0, 0, 0, 0]
    assert (found.start_ps.tolist(), found.end_ps.tolist()) == ([5], [30])
    assert found.block_id.tolist() == [7]
    assert found.is_static.tolist() == [True]


def test_each_engine_s_semaphore_write_of_4_bytes_is_no_data() -> None:
    """260 = 256 + 4: the write may share a packet with data (decoding notes, 6.3)."""
    rows = packets((0, 0, [(10, 20, 256), (12, 30, 260)]), (1, 0, [(5, 15, 512), (8, 25, 4)]))
    found, _ = join([static((7, 2))], rows)
    assert found.size.tolist() == [256 + 256 + 512]


def test_the_checksum_is_that_of_the_packet_that_ends_last() -> None:
    rows = packets((0, 0, [(10, 20, 8), (12, 31, 8)]), (1, 0, [(5, 15, 8), (8, 44, 8)]))
    found, _ = join([static((7, 2))], rows)
    assert found.crc.tolist() == [44]


def test_without_triggers_blocks_follow_each_other_as_listed_and_again() -> None:
    starts = [(at, at + 5, 16) for at in range(0, 60, 10)]
    rows = packets((0, 0, starts), (1, 0, starts))
    found, owner = join([static((3, 1), (4, 2))], rows)
    assert found.block_id.tolist() == [3, 4, 3, 4]
    assert owner[:6] == owner[6:] == [0, 1, 1, 2, 3, 3]


def test_triggers_say_which_block_runs_and_own_its_packets() -> None:
    starts = [(at, at + 5, 16) for at in range(100, 140, 10)]
    rows = packets((0, 0, starts), (1, 0, starts))
    name = "qSPSpillReload0"
    triggers = (Trigger(8, 90, name, 4), Trigger(9, 110, name, 3), Trigger(5, 120, name, 3))
    found, owner = join([static((3, 1), (4, 2))], rows, triggers=triggers)
    assert found.block_id.tolist() == [4, 3, 3]
    assert found.row.tolist() == [8, 9, 5]
    assert owner[:4] == owner[4:] == [0, 0, 1, 2]


def test_packets_before_the_first_trigger_belong_to_nobody() -> None:
    starts = [(at, at + 5, 16) for at in (10, 100)]
    rows = packets((0, 0, starts), (1, 0, starts))
    found, owner = join([static((3, 1))], rows, triggers=(Trigger(1, 50, "qSPSpillReload0", 3),))
    assert owner == [-1, 0, -1, 0]
    assert found.start_ps.tolist() == [100]


def test_triggers_of_another_queue_do_not_count() -> None:
    rows = packets((0, 0, [(10, 20, 16)]), (1, 0, [(10, 20, 16)]))
    found, _ = join([static((3, 1))], rows, triggers=(Trigger(1, 5, "qPoolIO0", 3),))
    assert found.row.tolist() == [-1]


def test_as_many_unnamed_triggers_as_runs_are_theirs_in_order() -> None:
    starts = [(at, at + 5, 16) for at in (10, 30)]
    rows = packets((0, 0, starts), (1, 0, starts))
    triggers = (Trigger(4, 5, None, None), Trigger(6, 25, None, None))
    found, _ = join([static((3, 1))], rows, triggers=triggers)
    assert found.row.tolist() == [4, 6]


def test_blocks_without_packets_do_not_run_for_ever() -> None:
    rows = packets((0, 0, [(10, 20, 16)]), (1, 0, [(10, 20, 16)]))
    found, owner = join([static((3, 0))], rows)
    assert (len(found), owner) == (0, [-1, -1])


def dynamic(name: str, index: int, engines: int) -> RingQueue:
    return RingQueue(index, name, tuple(ring(64 + n, index, name) for n in range(engines)))


def test_a_notification_owns_the_next_packets_on_the_engines_of_its_bitmap() -> None:
    starts = [(at, at + 5, 16) for at in range(0, 30, 10)]
    rows = packets((0, 1, starts), (1, 1, starts[:2]))
    notices = explicit([(SP, 6, 2 << 16 | 0b11), (SP, 7, 1 << 16 | 0b01)])
    executed = instructions((SP, 7, 0), (SP, 6, 0))
    found, owner = join([dynamic("qSPDynamicHW", 1, 2)], rows, notices=notices, executed=executed)
    assert owner == [0, 0, 1, 0, 0]
    assert found.row.tolist() == [1, 0]
    assert found.size.tolist() == [4 * 16 - 2 * 4, 16 - 4]
    assert found.is_static.tolist() == [False, False]


def test_the_kth_notification_of_a_slot_belongs_to_its_kth_execution() -> None:
    rows = packets((0, 1, [(0, 5, 16), (10, 15, 16)]))
    notices = explicit([(POOL, 6, 1 << 16 | 1)] * 2)
    executed = instructions((POOL, 6, 1), (POOL, 6, 0))
    found, _ = join([dynamic("qPoolDynamic", 1, 1)], rows, notices=notices, executed=executed)
    assert found.row.tolist() == [1, 0]


@pytest.mark.parametrize(("count", "packets_each"), [(0, 4096), (3, 3)])
def test_no_packets_at_all_in_a_notification_means_4096(count: int, packets_each: int) -> None:
    rows = packets((0, 1, [(n, n + 1, 8) for n in range(5_000)]))
    notices = explicit([(POOL, 6, count << 16 | 1)])
    _, owner = join([dynamic("qPoolDynamic", 1, 1)], rows, notices=notices)
    assert owner.count(0) == packets_each


def test_notifications_of_other_engines_use_their_own_queue() -> None:
    rows = packets((0, 1, [(0, 5, 16)]), (0, 2, [(0, 5, 32)]))
    notices = explicit([(SP, 6, 1 << 16 | 1), (POOL, 6, 1 << 16 | 1)])
    queues = [dynamic("qPoolDynamic", 1, 1), dynamic("qSPDynamicHW", 2, 1)]
    found, _ = join(queues, rows, notices=notices)
    assert dict(zip(found.queue.tolist(), found.size.tolist(), strict=True)) == {0: 12, 1: 28}


def test_the_upper_half_of_the_engines_has_the_top_bit() -> None:
    rows = packets((16, 1, [(0, 5, 16)]))
    queue = RingQueue(1, "qPoolDynamic", (ring(80, 1, "qPoolDynamic"),))
    _, owner = join([queue], rows, notices=explicit([(POOL, 6, 1 << 31 | 1 << 16 | 1)]))
    assert owner == [0]
