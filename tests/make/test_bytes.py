"""The writer gives the bytes of the documents' worked examples."""

import hashlib
import struct
import tarfile
import zlib
from io import BytesIO

import numpy as np
import pytest

from tests.make import archive, control, records, slots, wire
from tests.make.description import Clock, Instruction, Program, Ring, Variable
from tests.make.neff import array_file
from tests.make.ntff import header

T0 = 2321027867131624


def test_a_start_and_an_end_of_the_tensor_engine_are_those_of_section_2() -> None:
    start = records.started(0, 0x10232, T0 + 84166, waited=0x8BF9)
    assert start == bytes.fromhex("320201840000f98bae078a69f63e0800")
    end = records.ended(0, 0x10232, T0 + 84166 + 70000)
    assert end == bytes.fromhex("32020185ffffffff1e198b69f63e0800")


def test_the_two_dynamic_transfer_records_are_those_of_section_2() -> None:
    pool = records.dynamic(
        2, 0x1224E, 0x0523C114A79FFA40, engines=0xFFFF, packets=2, is_upper_half=False
    )
    assert pool == bytes.fromhex("4e22118effff020040fa9fa714c12305")
    inferred = records.dynamic(
        4, None, 0x0523C114AAD23753, engines=0xFFFF, packets=9, is_upper_half=False
    )
    assert inferred == bytes.fromhex("00001096ffff09405337d2aa14c12305")


def test_4096_packets_are_written_as_none_and_the_upper_half_sets_the_top_bit() -> None:
    record = records.dynamic(2, 1, 0, engines=1, packets=4096, is_upper_half=True)
    assert record[4:8] == bytes.fromhex("01000080")


def test_a_semaphore_and_an_event_are_those_of_section_2() -> None:
    semaphore = records.update(7, 2, 1, 0x083EF669B63E06)
    assert semaphore == bytes.fromhex("0201f38701000000063eb669f63e0800")
    event = records.update(records.FROM_AXI, 8, 1, 0, mode=0xF1, is_semaphore=False)
    assert event[:8] == bytes.fromhex("0800f19b01000000")


def test_the_three_records_of_a_packet_are_those_of_section_2() -> None:
    begin = records.transfer(0, 1, records.READ_BEGINS, 0x083EF66A694DCC)
    assert begin == bytes.fromhex("0000008011000000cc4d696af63e0800")
    end = records.transfer(0, 1, records.WRITE_ENDS, 0x083EF66A69C9E0, size=512, crc=0x1888)
    assert end == bytes.fromhex("0002008015008818e0c9696af63e0800")
    done = records.transfer(0, 1, records.COMPLETED, 0x083EF66A6D007C)
    assert done == bytes.fromhex("00000080160000007c006d6af63e0800")


def test_two_throttle_records_are_those_of_section_2() -> None:
    full = records.throttle(0, 8, 8, 0x083EF66B00DFD1, activity=0xCC)
    assert full == bytes.fromhex("cc00089e08000000d1df006bf63e0800")
    half = records.throttle(1, 4, 8, 0x083EF66BD13511)
    assert half == bytes.fromhex("0000089e040100001135d16bf63e0800")


def test_no_limit_is_written_as_n_0_and_the_top_bit_of_k() -> None:
    assert records.throttle(0, 0, 0, 0)[:8] == bytes.fromhex("0000009e80000000")


def test_a_fault_spreads_its_detail_over_both_words() -> None:
    """By the description alone: no file with an error record was ever seen."""
    record = records.fault(9, 5, detail=0xAABB_CCDD_EEFF)
    assert record == bytes.fromhex("09ffee9fddccbbaa0500000000000000")
    detail = records.sequencer_detail(block=3, pc=0x456, info=0x78)
    assert detail >> 16 == 0x34567800


def test_arrays_give_the_same_records_as_single_calls() -> None:
    many = records.joined(
        np.array([records.word0(4, 7), records.word0(5, 8)], np.uint32), [1, 2], [3, 4]
    )
    assert many.tobytes() == records.pack(records.word0(4, 7), 1, 3) + records.pack(
        records.word0(5, 8), 2, 4
    )


def test_a_matmul_is_that_of_the_worked_examples() -> None:
    slot = slots.matmul(
        slots.Access(0x36500, (1, 0, 0), (128, 1, 1)),
        slots.Access(slots.PSUM, (1, 0, 0), (128, 1, 1)),
        dtype=slots.FP32,
        passes=3,
        is_transpose=True,
        sync=slots.counts(5),
    )
    assert slot == bytes.fromhex(
        "02100000 00001305 00000000 00000000 00650300 01000000 00008000 01000100"
        "0a030100 00008080 00000003 0f0f0000 00000002 01000000 00008000 01000100"
    )


def test_a_reduction_is_that_of_the_worked_examples() -> None:
    slot = slots.reduce(
        slots.Access(0x4800, (1, 1, 1, 1), (1, 4, 1, 1)),
        slots.Access(0x4810, (1, 1, 1, 1), (4, 1, 1, 1)),
        slots.MAX,
        is_negated=True,
        sync=slots.both(6, 4, 6),
    )
    assert slot == bytes.fromhex(
        "42100000 05061306 04000000 00480000 01000100 01000100 01000400 01000100"
        "0a0a8001 08020000 00000000 10480000 01000100 01000100 04000100 01000100"
    )


def test_an_event_semaphore_has_its_second_block_at_byte_32() -> None:
    second = slots.Sync(slots.EQUAL, 2, slots.WRITE_DONE, 2, 8)
    slot = control.wait_event(second=second)
    assert slot[32:44] == bytes.fromhex("010219020800000000000000")


def test_a_nop_waits_for_an_event_and_clears_it() -> None:
    slot = control.nop(1, slots.Sync(wait_mode=slots.EVENT_CLEARED, wait_index=4))
    assert slot[4:8] == bytes.fromhex("07040000")
    assert slot[12:16] == bytes.fromhex("01000000")


def test_a_backward_branch_is_an_unsigned_number() -> None:
    assert struct.unpack_from("<I", control.branch(-2752), 48) == (4294964544,)


def test_the_notice_of_the_start_has_its_kind_at_byte_36() -> None:
    slot = control.notify(2)
    assert (slot[0], slot[2], slot[36]) == (0xA6, 9, 2)


@pytest.mark.parametrize("resolved", [False, True])
def test_a_dynamic_transfer_names_variables_before_and_addresses_after(resolved: bool) -> None:
    source = control.Side(5, 256, (1024, 2), (128, 512), 2, 0x4_0000_1000)
    target = control.Side(0, 0x4000, (256, 2), (128, 512), 2, 0x8020_0000_4000)
    slot = control.dynamic_dma(source, target, semaphore=8, is_resolved=resolved)
    assert slot[0] == (0xB8 if resolved else 0xD4)
    assert slot[13:15] == bytes((8, 16))
    if resolved:
        assert struct.unpack_from("<Q", slot, 16) == (0x4_0000_1000,)
    else:
        assert slot[16:24] == bytes.fromhex("0001000005000010")
    assert struct.unpack_from("<iiHHH", slot, 24) == (1024, 2, 128, 512, 2)
    assert struct.unpack_from("<iiHHH", slot, 48) == (256, 2, 128, 512, 2)


def test_a_trigger_holds_queue_and_block() -> None:
    slot = control.trigger("qSPSpillReload0", 3)
    assert slot[:2] == b"\xc1\x10"
    assert slot[12:48].rstrip(b"\0") == b"qSPSpillReload0"
    assert slot[48:52] == bytes.fromhex("03000000")


@pytest.mark.parametrize(
    ("clock", "raw", "time_ps"),
    [
        (Clock(464077143846287, 731428, 731408), 464319879017365, 242728533782),
        (Clock(155450825605146, 1024, 1204672), 155451031933268, 242732140025),
        (Clock(), 84166, 84166),
    ],
    ids=["tensor", "dma", "plain"],
)
def test_a_clock_turns_the_documented_ticks_into_picoseconds(
    clock: Clock, raw: int, time_ps: int
) -> None:
    assert clock.time_ps(raw) == time_ps
    assert clock.raw(time_ps) == raw
    assert clock.time_ps(clock.raw(time_ps - 1)) >= time_ps - 1


def test_numbers_take_seven_bits_a_byte() -> None:
    assert wire.varint(0) == b"\x00"
    assert wire.varint(300) == b"\xac\x02"
    assert wire.varint(-1) == b"\xff" * 9 + b"\x01"


def test_a_trace_entry_is_that_of_a_real_file() -> None:
    entry = wire.uint(1, 0) + wire.uint(5, 56000) + wire.uint(6, 9872) + wire.uint(7, 4)
    assert entry == b"(\xc0\xb5\x030\x90M8\x04"


def test_an_absent_value_writes_nothing_and_an_empty_message_does() -> None:
    assert wire.uint(3, 0) + wire.text(4, "") + wire.packed(5, []) == b""
    assert wire.message(3) == b"\x1a\x00"


def test_the_trace_header_is_the_documented_one() -> None:
    assert header(6, 3160)[:9] == bytes.fromhex("06580c000000000000")
    assert len(header(6, 3160)) == 128


@pytest.mark.parametrize("swapped", [False, True])
def test_the_neff_header_has_each_field_at_its_offset(swapped: bool) -> None:
    payload = b"payload" * 100
    values = archive.HeaderValues("net", bytes(range(16)), is_hash_swapped=swapped)
    raw = archive.header(values, payload)
    digest = hashlib.md5(payload).digest()
    assert len(raw) == 1024
    assert struct.unpack_from("<5Q", raw) == (2, 1024, 700, 2, 0)
    assert raw[0xA8:0xAC] == bytes.fromhex("01000000")
    first = digest[3::-1] if swapped else digest[:4]
    assert raw[0xAC:0xB0] == first
    assert raw[0xCC:0xDC] == bytes(range(16))
    assert raw[0xDC:0xE0] == b"net\0"
    assert struct.unpack_from("<Q", raw, 0x220) == (0xC00,)
    assert struct.unpack_from("<I", raw, 0x228) == (2,)


def test_the_archive_is_read_by_pythons_own_tar() -> None:
    long_name = "folder/" * 16 + "name.bin"
    members = [
        archive.Member("a.json", b"{}"),
        archive.Member(long_name, b"x" * 1000),
        archive.Member("link", kind=archive.LINK, target="/etc/passwd"),
    ]
    packed = archive.padded(archive.gzip(archive.tar(members)))
    assert len(packed) % 10240 == 0
    assert packed[:10] == bytes.fromhex("1f8b0800000000000403")
    raw = zlib.decompressobj(31).decompress(packed)
    with tarfile.open(fileobj=BytesIO(raw)) as opened:
        found = {m.name: (m.isfile(), m.mode, m.uname, m.mtime) for m in opened}
        assert found["a.json"] == (True, 0o664, "nobody", 0)
        assert not found["link"][0]
        piece = opened.extractfile(long_name)
        assert piece is not None
        assert piece.read() == b"x" * 1000


def test_a_constant_is_read_by_numpy() -> None:
    data = np.arange(6, dtype="<f4").reshape(2, 3)
    variable = Variable("w", "file", 24, shape=(2, 3), dtype="float32", data=data.tobytes())
    assert (np.load(BytesIO(array_file(variable))) == data).all()


def test_patches_describe_what_the_runtime_put_in_and_took_out() -> None:
    program = Program(
        (
            Instruction(control.set_ordering()),
            Instruction(control.label(), is_deleted=True),
            Instruction(control.trigger("q", 0), bir=1, run=control.write(1, 2)),
        ),
        before=(control.drain(),) * 3,
        behind=(control.notify(3),),
    )
    assert program.patches == ((0, 3, 0), (4, 1, 2), (5, 1, 0))
    assert [program.place(number) for number in range(3)] == [3, 4, 4]
    opcodes = list(program.image[::64])
    assert opcodes == [0xA2, 0xA2, 0xA2, 0xB1, 0xA5, 0xA6]
    assert list(program.compiled[::64]) == [0xB1, 0xCC, 0xC1]


def test_a_ring_has_no_event_unless_it_says_so() -> None:
    assert Ring(0, 1, "q").event == -1
    assert wire.uint(5, -1) == b"(" + b"\xff" * 9 + b"\x01"
