"""DMA packets as kinds: queues by their names, engines, sizes, and the time each is busy."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profiles.metrics.packet_kinds import PacketKinds, Queue
from tests.metrics.device_tables import device, packet

Row = dict[str, Any]


def kinds(tmp_path: Path, *rows: Row, queues: tuple[Row, ...] = ()) -> PacketKinds:
    return device(tmp_path, DmaPacket=rows, DmaQueuesInfo=queues).packets


def queue_row(name: str, number: int, core: int = 0) -> Row:
    return {"name": name, "type": "unknown", "pcore_idx": core, "idx": number}


def test_packets_of_one_queue_engine_and_size_are_one_kind(tmp_path: Path) -> None:
    rows = [packet(10 * n, 5) for n in range(4)]
    found = kinds(tmp_path, *rows, packet(100, 5, 64), packet(200, 5, engine_idx=65))
    assert len(found.kinds) == 3
    assert found.size_bytes.tolist() == [4096, 64, 4096]
    assert [kind.engine for kind in found.kinds] == [64, 64, 65]
    assert found.tally.over(0, 300).started.tolist() == [4, 1, 1]


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("data", "static"),
        ("input", "static"),
        ("instruction", "static"),
        ("unknown", "static"),
        ("software_dynamic", "software_dynamic"),
        ("hardware_dynamic", "hardware_dynamic"),
    ],
)
def test_whatever_is_not_dynamic_was_made_by_the_compiler(
    tmp_path: Path, kind: str, source: str
) -> None:
    found = kinds(tmp_path, packet(0, 5, queue_type=kind))
    assert found.queues == [Queue(0, 1, "qLoad", kind)]
    assert found.queues[0].source == source


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("qLoad-Q1-E64", "qLoad"),
        ("q-with-dashes-Q1-E64", "q-with-dashes"),
        ("Q1-E64", "qNamed"),
        ("", "qNamed"),
        ("Q1", "qNamed"),
    ],
)
def test_a_queue_is_named_by_its_packets_else_by_the_table_of_queues(
    tmp_path: Path, name: str, expected: str
) -> None:
    found = kinds(tmp_path, packet(0, 5, queue_name=name), queues=(queue_row("qNamed", 1),))
    assert found.queues[0].name == expected


def test_queues_of_one_number_on_two_cores_are_two(tmp_path: Path) -> None:
    plain = {"queue_name": "Q1-E64"}
    found = kinds(
        tmp_path,
        packet(0, 5, **plain),
        packet(0, 9, pcore_idx=1, **plain),
        queues=(queue_row("qFirst", 1), queue_row("qSecond", 1, core=1)),
    )
    assert [(queue.core, queue.name) for queue in found.queues] == [(0, "qFirst"), (1, "qSecond")]
    assert found.cores == [0, 1]
    lengths = [cover.length_ns(0, 100) for cover in found.queue_coverage.values()]
    assert lengths == [5, 9]


def test_a_name_that_two_queues_share_a_number_with_is_not_guessed(tmp_path: Path) -> None:
    named = (queue_row("qOne", 1), queue_row("qTwo", 1))
    found = kinds(tmp_path, packet(0, 5, queue_name="Q1-E64"), queues=named)
    assert found.queues[0].name == "Q1"


def test_each_engine_is_busy_for_the_union_of_its_packets(tmp_path: Path) -> None:
    found = kinds(
        tmp_path,
        packet(0, 10),
        packet(5, 10, 64),
        packet(100, 10, queue_idx=2, queue_name="qOther-Q2-E64"),
        packet(0, 3, engine_idx=70),
        packet(0, 50, engine_idx=None),
    )
    busy = {key: cover.length_ns(0, 500) for key, cover in found.engine_coverage.items()}
    assert busy == {(0, 64): 25, (0, 70): 3}


def test_kinds_of_a_queue_are_chosen_together(tmp_path: Path) -> None:
    other = {"queue_idx": 2, "queue_name": "qOther-Q2-E64"}
    found = kinds(tmp_path, packet(0, 5), packet(9, 5, 64), packet(20, 5, **other))
    first, second = found.queues
    assert found.where_queue(first).tolist() == [True, True, False]
    assert found.where_queue(first, second).all()
    assert np.count_nonzero(found.where_queue()) == 0


def test_a_trace_without_packets_has_no_queue(tmp_path: Path) -> None:
    found = kinds(tmp_path)
    assert (found.queues, found.cores, len(found.tally)) == ([], [], 0)
    assert dict(found.engine_coverage) == {}


def test_kinds_are_chosen_by_one_queue_or_by_several(tmp_path: Path) -> None:
    names = ("qLoad-Q1-E64", "qSave-Q2-E64", "qLoad-Q1-E65")
    rows = [packet(0, 5, queue_name=name, queue_idx=int(name[7])) for name in names]
    found = kinds(tmp_path, *rows)
    load, save = found.queues
    by_name = {queue: [kind.queue == queue for kind in found.kinds] for queue in found.queues}
    assert found.where_queue(load).tolist() == by_name[load]
    assert found.where_queue(save).tolist() == by_name[save]
    assert found.where_queue(load, save).all()
    assert not found.where_queue(Queue(9, 9, "other", "data")).any()
