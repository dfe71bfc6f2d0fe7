"""Debug files: records column by column, and the names of slots through all layers."""

from dataclasses import replace

import numpy as np
import pytest

from ingest_worker.formats.errors import LimitExceeded, Malformed
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.neff.debug_info import DebugRecords, read_debug_files
from ingest_worker.formats.neff.graph import read_definition
from ingest_worker.formats.neff.json_text import Json
from ingest_worker.formats.neff.kernel_source import Kernel, KernelInstruction
from ingest_worker.formats.neff.names import SlotNames, attrs_text, raw_id, slot_names
from ingest_worker.formats.neff.program import Engine, Subgraph
from tests.formats.neff_bytes import layer, record
from tests.make import wire


def read(*files: bytes) -> DebugRecords:
    """The records of some files of one layer."""
    return read_debug_files([(f"{n}.dbg", data) for n, data in enumerate(files)], DEFAULT_LIMITS)


SOURCE = (("kernel_file", "1"), ("kernel_line", "204"), ("kernel_name", "0"))
BIR = layer(
    "debug_info_penguin.dbg",
    record(7, "I-7-0", [3, 4], flow=[(5, 4), (6, 2)], scheduling=[(6, 1), (9, 3)]),
    record(8, "I-8-0", kind=3, attrs=SOURCE),
    files=["a.py", "b.py"],
    functions=["main"],
)


def test_a_record_is_read_column_by_column() -> None:
    found = read(BIR)
    assert found.ids.tolist() == [7, 8]
    assert list(found.names) == ["I-7-0", "I-8-0"]
    assert [found.type_text(row) for row in range(2)] == ["REGULAR", "TRANSPOSE"]
    assert found.parents.of(0) == [3, 4]
    assert found.parents.of(1) == []
    assert found.parents.first.tolist() == [3, -1]
    assert (found.flow.of(0), found.flow_kinds.of(0)) == ([5, 6], [4, 2])
    assert (found.scheduling.of(0), found.scheduling_kinds.of(0)) == ([6, 9], [1, 3])
    assert found.attrs[1] == SOURCE
    assert found.parent_file == "debug_info_penguin.dbg"
    assert (found.kernel_files, found.kernel_functions) == (("a.py", "b.py"), ("main",))


def test_numbers_may_be_packed_or_plain() -> None:
    plain = wire.uint(1, 7) + wire.uint(3, 5) + wire.uint(3, 6)
    assert read(layer("", plain)).parents.of(0) == [5, 6]


def test_fields_nobody_knows_are_passed_over() -> None:
    odd = b"".join(
        (
            record(7, "I-7-0"),
            wire.uint(99, 5),
            wire.text(98, "x"),
            wire.tag(97, wire.FIXED64) + bytes(8),
            wire.tag(96, wire.FIXED32) + bytes(4),
        )
    )
    assert read(layer("", odd)).ids.tolist() == [7]


def test_an_empty_record_has_no_parent() -> None:
    found = read(layer("", b"", record(0, "", [9])))
    assert found.parents.first.tolist() == [-1, 9]


def test_the_files_of_a_layer_follow_each_other() -> None:
    second = layer("", record(9, "I-9-0", attrs=[("kernel_file", "0")]), files=["c.py"])
    found = read(BIR, second)
    assert found.ids.tolist() == [7, 8, 9]
    assert found.kernel_files == ("a.py", "b.py", "c.py")
    assert found.attrs[2] == (("kernel_file", "2"),)
    assert found.parent_file == "debug_info_penguin.dbg"


def test_no_files_are_no_records() -> None:
    found = read()
    assert len(found) == 0
    assert found.parents.first.tolist() == []
    assert found.rows_of(np.array([1, 2], np.int64)).tolist() == [-1, -1]


def test_the_last_record_of_an_id_counts_but_operations_before_others() -> None:
    found = read(layer("", record(1, "first"), record(1, "last")))
    assert found.row_of[1] == 1
    found = read(layer("", record(0, "module"), record(0, "%op"), record(0, "computation")))
    assert found.row_of[0] == 1


def test_ids_of_64_bits_are_kept() -> None:
    found = read(layer("", record((1 << 64) - 1, "top"), record(1 << 62, "high")))
    assert found.ids.tolist() == [-1, 1 << 62]


def test_a_type_nobody_knows_keeps_its_number() -> None:
    assert read(layer("", record(1, "x", kind=9))).type_text(0) == "TYPE_9"


def test_broken_text_is_replaced() -> None:
    assert read(layer("", wire.blob(2, b"\xff"))).names == ["\ufffd"]


@pytest.mark.parametrize(
    "data",
    [
        b"\x1a\x05\x08",  # a record of five bytes of which one is there
        b"\x1a\xff\xff\xff\xff\x0f",  # a record of four gigabytes
        b"\x1a\x02\x12\x05",  # a name longer than its record
        b"\x1a\x02\x08\xff",  # a number that does not end inside its record
        b"\x08" + b"\xff" * 11,  # a number of more than ten bytes
        b"\x1a",  # a tag and no more
        b"\x80",  # half a tag
        b"\x1b",  # a group
        b"\x18\x05",  # a record that is a number
        b"\x1a\x02\x38\x05",  # an attribute that is a number
        b"\x1a\x02\x10\x05",  # a name that is a number
        b"\x1a\x02\x0d\x00",  # a fixed number cut off
    ],
)
def test_damage_is_malformed_and_names_the_member(data: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        read(data)
    assert (caught.value.code, caught.value.file) == ("neff.malformed", "0.dbg")
    assert caught.value.offset is not None


def test_a_number_after_the_end_of_its_message_is_not_read() -> None:
    """The record ends inside its number although the file goes on."""
    with pytest.raises(Malformed):
        read(b"\x1a\x02\x08\x80" + b"\x01" * 20)


def test_more_records_than_allowed_are_refused() -> None:
    limits = replace(DEFAULT_LIMITS, message_fields=10)
    with pytest.raises(LimitExceeded) as caught:
        read_debug_files([("a.dbg", layer("", *[b""] * 20))], limits)
    assert (caught.value.code, caught.value.file) == ("limit.records", "a.dbg")


def test_more_numbers_than_allowed_in_a_list_are_refused() -> None:
    limits = replace(DEFAULT_LIMITS, message_fields=10)
    with pytest.raises(LimitExceeded):
        read_debug_files([("a.dbg", layer("", record(1, "", range(20))))], limits)


PENGUIN = layer("debug_info_hlo.dbg", record(3, "float32 $3", [30, 31]), record(4, "float32 $4"))
HLO_ATTRS = (("source_line", "58"), ("op_type", "dot"), ("source_file", "a<b>.py"), ("z", "1"))
HLO = layer(
    "debug_info_pttf.dbg",
    record(30, "%op0 = dot(%x, %y)", [300, 301], attrs=HLO_ATTRS, frame=5),
    record(31, "%other", [301], frame=6),
)
FRAMEWORK = layer("", record(300, "_dot.3"), record(301, "_other"))


def named(number: int = 0) -> tuple[Subgraph, Engine]:
    """A program with all layers: slots without name, I-7, I-8, an unknown one and I-7 again."""
    bir = read(
        layer(
            "debug_info_penguin.dbg",
            record(7, "I-7-0", [3], attrs=SOURCE),
            record(8, "I-8-0", [4], kind=2),
            files=["a.py", "b.py"],
        )
    )
    bir_id = np.array([-1, 7, 8, 99, 7], np.int64)
    engine = Engine(3, np.zeros((5, 64), np.uint8), bir_id, bir.rows_of(bir_id), bir)
    graph = Subgraph(
        name=f"sg{number:02d}",
        number=number,
        definition=read_definition(Json("def.json", {})),
        engines={3: engine},
        tensors={},
        activation_names={},
        dma=read(),
        penguin=read(PENGUIN),
        hlo=read(HLO),
        framework=read(FRAMEWORK),
    )
    return graph, engine


def names(*places: int, number: int = 0) -> SlotNames:
    """The names of some compiled slots."""
    graph, engine = named(number)
    return slot_names(graph, engine, np.array(places, np.int32))


def test_a_slot_has_the_names_of_every_layer() -> None:
    found = names(1)
    assert found.bir_id == ["sg0000:7"]
    assert found.bir_instruction_name == ["I-7-0"]
    assert found.instruction_type == ["REGULAR"]
    assert found.penguin_id == ["sg0000:3"]
    assert (found.raw_bir_id, found.raw_penguin_id) == ([7], [3])
    assert found.hlo_name == ["%op0 = dot(%x, %y)"]
    assert found.raw_hlo_id == [30]
    assert found.raw_framework_ids == [[300, 301]]
    assert found.layer == ["_dot.3"]
    assert found.source_location == ["b.py:204"]


def test_a_slot_of_fused_operations_has_the_stack_frames_of_each() -> None:
    assert names(1, 2, 3, -1).stack_frames == [(5, 6), (), (), ()]


KERNEL = Kernel(
    "k.main",
    3,
    [
        KernelInstruction("I", 1, 1, 0, 0, "k.py", 31),
        KernelInstruction("I-8", 1, 1, 0, 0, "k.py", 32),
    ],
)


def test_a_slot_of_a_kernel_has_its_name_and_line_there() -> None:
    graph, engine = named()
    kernels = replace(graph, kernels=[replace(KERNEL, penguin_id=9), KERNEL])
    found = slot_names(kernels, engine, np.array([1, 0, -1], np.int32))
    assert found.kernel_name == ["I", None, None]
    assert found.kernel_location == ["k.py:31", None, None]


def test_an_instruction_of_another_kernel_call_is_not_taken_for_one_of_this() -> None:
    """I-8 comes from Penguin 4, and the map is of Penguin 3."""
    graph, engine = named()
    found = slot_names(replace(graph, kernels=[KERNEL]), engine, np.array([2], np.int32))
    assert found.kernel_name == [None]


def test_attributes_are_compact_json_with_the_usual_keys_first() -> None:
    assert names(1).hlo_attrs == [
        '[{"op_type":"dot","source_file":"a<b>.py","source_line":"58","z":"1"}]'
    ]
    assert attrs_text([()]) == "[]"


def test_a_slot_without_an_operation_of_a_model_says_so() -> None:
    found = names(2)
    assert (found.penguin_id, found.instruction_type) == (["sg0000:4"], ["SPILL"])
    assert (found.hlo_name, found.hlo_attrs, found.layer) == ([""], ["[]"], ["Unknown"])
    assert (found.raw_hlo_id, found.raw_framework_ids) == ([None], [None])
    assert found.source_location == [""]


def test_slots_of_the_start_up_and_of_the_runtime_have_empty_names() -> None:
    found = names(0, -1, 5)
    assert found.bir_id == found.penguin_id == found.hlo_name == found.hlo_attrs == [""] * 3
    assert found.layer == found.instruction_type == found.bir_instruction_name == [""] * 3
    assert found.raw_bir_id == found.raw_penguin_id == [0] * 3
    assert found.raw_hlo_id == [None] * 3


def test_an_instruction_without_a_record_keeps_its_id() -> None:
    found = names(3)
    assert (found.bir_id, found.raw_bir_id) == (["sg0000:99"], [99])
    assert (found.bir_instruction_name, found.penguin_id, found.layer) == ([""], [""], ["Unknown"])


def test_ids_carry_the_number_of_the_program() -> None:
    found = names(1, number=1)
    assert found.bir_id == ["sg0001:7"]
    assert found.raw_bir_id == [(1 << 48) + 7]
    assert raw_id(0x8000, 1) == -(1 << 63) + 1


def test_every_slot_asked_for_has_its_own_place() -> None:
    found = names(4, 0, 1)
    assert found.bir_id == ["sg0000:7", "", "sg0000:7"]
    assert found.layer == ["_dot.3", "", "_dot.3"]
