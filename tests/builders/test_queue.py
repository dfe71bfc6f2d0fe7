"""DMA queues have the official classes and names, and packets fall into tracks by queue."""

import numpy as np
import pytest

from ingest_worker.builders.queue import kind_name, queue_class, queue_tracks
from ingest_worker.formats.ntff.facts import Block, Queue
from ingest_worker.formats.ntff.packets import PacketRows
from ingest_worker.formats.ntff.transfers import RingQueue


def queue(
    name: str, *, kind: int = 2, blocks: int = 0, index: int = 0, engine: int = 64
) -> RingQueue:
    entry = Queue(engine, index, kind, name, -1, 0, 0, tuple(Block(n, 1) for n in range(blocks)))
    return RingQueue(index, name, (entry,))


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (queue("qSPDynamicHW"), "hardware_dynamic"),
        (queue("qPoolDynamic"), "software_dynamic"),
        (queue("qActTable"), "instruction"),
        (queue("qSPSpillReload0", blocks=2), "data"),
        (queue("qSPIO0", kind=3, blocks=2), "input"),
        (queue("qSPIO0", kind=4, blocks=2), "output"),
    ],
)
def test_the_class_follows_from_name_blocks_and_kind(own: RingQueue, expected: str) -> None:
    assert queue_class(own) == expected


def test_kinds_have_the_names_of_the_published_table() -> None:
    assert [kind_name(n) for n in (0, 1, 2, 3, 4, 5, 99)] == [
        "unknown",
        "instructions",
        "weights",
        "input",
        "output",
        "unknown",
        "unknown",
    ]


def packets(*rings: tuple[int, int]) -> PacketRows:
    zeros = np.zeros(len(rings), np.int64)
    return PacketRows(
        np.array([engine for engine, _ in rings], np.uint8),
        np.array([own for _, own in rings], np.uint8),
        zeros,
        zeros,
        zeros.astype(np.uint32),
        zeros.astype(np.uint16),
        zeros.astype(np.int32),
        zeros.astype(np.int32),
    )


def test_rings_without_an_entry_share_a_track_by_their_queue_number() -> None:
    tracks, of_ring = queue_tracks(
        [queue("qActTable", index=14, engine=73)], packets((3, 14), (9, 14))
    )
    assert [(t.index, t.name, t.queue_type) for t in tracks] == [
        (14, "Q14", "instruction"),
        (14, "qScalarTable", "instruction"),
    ]
    assert of_ring[[3 * 16 + 14, 9 * 16 + 14]].tolist() == [0, 1]


def test_tracks_are_ordered_by_queue_number_and_name() -> None:
    queues = [queue("qPoolDynamic", index=2), queue("qSPDynamicHW", index=1)]
    tracks, of_ring = queue_tracks(queues, packets((0, 1), (0, 2), (5, 1)))
    assert [t.name for t in tracks] == ["Q1", "qSyncDynamicHW", "qGpSimdDynamic"]
    assert of_ring[[1, 2, 5 * 16 + 1]].tolist() == [1, 2, 0]


def test_without_packets_there_are_no_tracks() -> None:
    tracks, of_ring = queue_tracks([queue("qPoolDynamic")], packets())
    assert (tracks, of_ring.max()) == ([], -1)
