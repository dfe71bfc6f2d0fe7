"""Kinds of damage to a trace: its header, the lengths of its message, its runs and records."""

import struct
from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.make import records, wire
from tests.make.damage import ROWS, Files, damages, sound_ntff
from tests.make.description import Capture, Clock, Clocks, Core, Execution, Ring, Span, Update
from tests.make.ntff import header, make_ntff
from tests.make.pair import small_capture
from tests.make.wire_edit import Piece, changed

FOREIGN, MALFORMED = "ntff.not_this_format", "ntff.malformed"
TRUNCATED, UNSUPPORTED = "ntff.truncated", "ntff.unsupported_version"
HUGE = (1 << 31, 1 << 32, 1 << 40, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 16, (1 << 64) - 1)
GRAPH = (4, 4, 1)
IMAGE, PATCH, QUEUE, CLOCKS = (*GRAPH, 4), (*GRAPH, 5), (*GRAPH, 7), (*GRAPH, 10)


def _version(random: Random) -> int:
    return random.choice((4, 5, 6))


def _parts(data: bytes) -> tuple[int, bytes, bytes]:
    """Version, message and what lies behind it."""
    size: int = struct.unpack_from("<Q", data, 1)[0]
    return data[0], data[128 : 128 + size], data[128 + size :]


def _with_message(data: bytes, change: Callable[[bytes], bytes]) -> Files:
    version, message, area = _parts(data)
    new = change(message)
    return Files(ntff=header(version, len(new)) + new + area)


def _edited(
    random: Random, path: tuple[int, ...], new: bytes | Callable[[Piece], bytes], version: int = 6
) -> Files:
    def fits(value: bytes) -> bool:
        return path[0] != 16 or b"\x30" in value  # a trace with a size

    return _with_message(sound_ntff(version), lambda m: changed(m, path, new, random, fits=fits))


@damages(TRUNCATED, "upload.empty")
def ntff_empty(random: Random) -> Files:
    return Files(ntff=b"")


@damages(TRUNCATED, FOREIGN)
def ntff_cut_in_header(random: Random) -> Files:
    return Files(ntff=sound_ntff(_version(random))[: random.randrange(1, 128)])


@damages(TRUNCATED)
def ntff_cut_in_message(random: Random) -> Files:
    data = sound_ntff(_version(random))
    _, message, _ = _parts(data)
    return Files(ntff=data[: 128 + random.randrange(len(message))])


@damages(TRUNCATED)
def ntff_cut_in_records(random: Random) -> Files:
    data = sound_ntff(_version(random))
    _, _, area = _parts(data)
    return Files(ntff=data[: len(data) - random.randrange(1, len(area))])


@damages(UNSUPPORTED)
def ntff_newer_version(random: Random) -> Files:
    return Files(ntff=bytes((random.randrange(7, 64),)) + sound_ntff()[1:])


@damages(UNSUPPORTED, FOREIGN)
def ntff_older_version(random: Random) -> Files:
    return Files(ntff=bytes((random.randrange(4),)) + sound_ntff()[1:])


@damages(ROWS, MALFORMED)
def ntff_other_known_version(random: Random) -> Files:
    version = random.choice(((4, 6), (6, 4), (5, 6), (6, 5), (5, 4)))
    return Files(ntff=bytes((version[1],)) + sound_ntff(version[0])[1:])


@damages(TRUNCATED, FOREIGN)
def ntff_message_longer_than_file(random: Random) -> Files:
    data = sound_ntff(_version(random))
    size = random.choice((len(data), len(data) + 1, *HUGE))
    return Files(ntff=data[:1] + struct.pack("<Q", size) + data[9:])


@damages(MALFORMED, TRUNCATED, ROWS)
def ntff_message_length_off(random: Random) -> Files:
    data = sound_ntff(_version(random))
    size = struct.unpack_from("<Q", data, 1)[0] + random.choice((-200, -17, -1, 1, 5, 300))
    return Files(ntff=data[:1] + struct.pack("<Q", size) + data[9:])


@damages(FOREIGN, TRUNCATED, MALFORMED, UNSUPPORTED)
def ntff_random_bytes(random: Random) -> Files:
    return Files(ntff=random.randbytes(random.randrange(1, 40_000)))


@damages(MALFORMED, TRUNCATED)
def ntff_random_message(random: Random) -> Files:
    junk = random.randbytes(random.randrange(200, 4000))
    return Files(ntff=header(_version(random), len(junk)) + junk)


@damages(TRUNCATED, MALFORMED, "limit.records")
def ntff_trace_outside_file(random: Random) -> Files:
    number = random.choice((5, 6))
    return _edited(random, (16, number), wire.uint(number, random.choice((10_000_000, *HUGE))))


@damages(TRUNCATED, MALFORMED)
def ntff_old_trace_outside_file(random: Random) -> Files:
    value = wire.uint(5, random.choice((10_000_000, *HUGE)))
    return _edited(random, (*GRAPH, 6, 5), value, random.choice((4, 5)))


@damages(MALFORMED)
def ntff_overlapping_traces(random: Random) -> Files:
    offset = 16 * random.randrange(1, 300)

    def repeated(message: bytes) -> bytes:
        entries = wire.message(16, wire.uint(5, offset), wire.uint(6, 4096), wire.uint(7, 4))
        return message + entries * random.randrange(1, 50)

    return _with_message(sound_ntff(), repeated)


@damages(ROWS)
def ntff_odd_trace_size(random: Random) -> Files:
    capture = small_capture(_version(random), 1)
    odd = random.randbytes(random.randrange(1, 16))
    core = replace(capture.cores[0], odd=((random.choice((1, 5)), odd),))
    return Files(ntff=make_ntff(replace(capture, cores=(core,))))


@damages(TRUNCATED, MALFORMED)
def ntff_image_outside_file(random: Random) -> Files:
    number = random.choice((7, 8))
    return _edited(random, (*IMAGE, number), wire.uint(number, random.choice(HUGE)))


@damages(ROWS, MALFORMED)
def ntff_image_cut_short(random: Random) -> Files:
    return _edited(random, (*IMAGE, 8), wire.uint(8, random.randrange(1, 600)))


@damages(ROWS)
def ntff_pc_outside_image(random: Random) -> Files:
    capture = small_capture(_version(random), 1)
    spans = tuple(
        Span(random.randrange(5), random.randrange(100, 1 << 20), time, time + 50_000)
        for time in range(1_000_000, 6_000_000, 40_000)
    )
    return _changed_core(capture, spans=capture.cores[0].spans + spans)


def _changed_core(capture: Capture, **values: object) -> Files:
    core = replace(capture.cores[0], **values)  # type: ignore[arg-type]
    return Files(ntff=make_ntff(replace(capture, cores=(core, *capture.cores[1:]))))


@damages(ROWS, MALFORMED)
def ntff_clock_of_zero(random: Random) -> Files:
    path = (*CLOCKS, random.randrange(1, 9))
    number = random.choice((2, 3))
    zero = wire.message(path[-1], wire.uint(1, 5), wire.written(number, 0))
    return _edited(random, path, zero, random.choice((4, 5)))


@damages(ROWS, MALFORMED)
def ntff_clock_that_overflows(random: Random) -> Files:
    path = (*CLOCKS, random.randrange(1, 9))
    values = [wire.uint(number, random.choice((1, *HUGE))) for number in (1, 2, 3)]
    return _edited(random, path, wire.message(path[-1], *values), 4)


@damages(ROWS)
def ntff_counter_that_wraps(random: Random) -> Files:
    capture = small_capture(_version(random), 1)
    odd = b"".join(
        records.pack(records.word0(random.randrange(32), random.getrandbits(20)), 1, raw)
        for raw in ((1 << 64) - 1, (1 << 63) + 5, 0, 1, 1 << 62)
    )
    return _changed_core(capture, odd=tuple((kind, odd) for kind in (0, 1, 2, 4, 5)))


@damages(ROWS)
def ntff_random_records(random: Random) -> Files:
    capture = small_capture(_version(random), 1)
    odd = random.randbytes(16 * random.randrange(1, 200))
    return _changed_core(capture, odd=tuple((kind, odd) for kind in (0, 1, 2, 4, 5)))


@damages(ROWS)
def ntff_flipped_records(random: Random) -> Files:
    data = bytearray(sound_ntff(_version(random)))
    _, message, _ = _parts(bytes(data))
    for _ in range(random.randrange(1, 60)):
        data[random.randrange(128 + len(message), len(data))] ^= 1 << random.randrange(8)
    return Files(ntff=bytes(data))


@damages(ROWS, MALFORMED, TRUNCATED, "limit.records")
def ntff_flipped_message(random: Random) -> Files:
    data = bytearray(sound_ntff(_version(random)))
    _, message, _ = _parts(bytes(data))
    for _ in range(random.randrange(1, 4)):
        data[128 + random.randrange(len(message))] ^= 1 << random.randrange(8)
    return Files(ntff=bytes(data))


@damages(MALFORMED)
def ntff_endless_number(random: Random) -> Files:
    tag = wire.tag(random.choice((3, 5, 10, 18)), wire.VARINT)
    return _with_message(sound_ntff(), lambda m: m + tag + b"\xff" * random.randrange(10, 400))


@damages(MALFORMED)
def ntff_field_longer_than_message(random: Random) -> Files:
    field = wire.tag(random.choice((1, 4, 16)), wire.BYTES) + wire.varint(random.choice(HUGE))
    return _with_message(sound_ntff(), lambda m: m + field)


@damages(MALFORMED)
def ntff_inner_field_longer_than_message(random: Random) -> Files:
    field = wire.tag(random.choice((1, 4)), wire.BYTES) + wire.varint(random.choice(HUGE))
    path = random.choice((GRAPH, IMAGE, QUEUE))
    return _edited(random, path, wire.message(path[-1], field))


@damages(MALFORMED)
def ntff_groups_in_groups(random: Random) -> Files:
    depth = random.choice((1, 50, 100_000))
    groups = wire.tag(30, 3) * depth + wire.tag(30, 4) * depth
    return _with_message(sound_ntff(), lambda m: m + groups)


@damages(ROWS, MALFORMED)
def ntff_messages_in_messages(random: Random) -> Files:
    inner = b""
    for _ in range(random.choice((10, 400))):
        inner = wire.message(4, inner)
    return _with_message(sound_ntff(), lambda m: m + inner)


@damages(MALFORMED)
def ntff_wrong_wire_type(random: Random) -> Files:
    number = random.choice((1, 4, 15, 16))
    return _with_message(sound_ntff(), lambda m: m + wire.written(number, 77))


@damages(ROWS)
def ntff_unknown_fields(random: Random) -> Files:
    extra = b"".join(
        wire.written(random.randrange(21, 5000), random.getrandbits(60)) for _ in range(200)
    )
    return _with_message(sound_ntff(), lambda m: m + extra)


@damages(ROWS, MALFORMED, "limit.records")
def ntff_many_empty_programs(random: Random) -> Files:
    graphs = wire.message(1) * random.choice((3, 1000, 30_000))
    return _with_message(sound_ntff(), lambda m: m + wire.message(4, wire.message(4, graphs)))


@damages(ROWS)
def ntff_window_reversed(random: Random) -> Files:
    capture = small_capture(6, 1)
    windows = random.choice(
        (
            (Execution(5_000_000, 1_000_000),),
            (Execution(0, 0),),
            (Execution(0, 1 << 62),),
            (Execution(3_000_000, 3_000_001), Execution(0, 5_000_000)),
        )
    )
    return Files(ntff=make_ntff(replace(capture, executions=windows)))


@damages(ROWS, MALFORMED)
def ntff_patches_outside_image(random: Random) -> Files:
    places = b"".join(
        wire.message(
            2,
            wire.uint(1, random.choice((63, 64, 4096, *HUGE))),
            wire.uint(2, random.choice((1, 5, *HUGE))),
            wire.uint(3, random.randrange(5)),
        )
        for _ in range(20)
    )
    return _edited(random, PATCH, wire.message(PATCH[-1], wire.uint(1, 0), places))


@damages(ROWS, MALFORMED)
def ntff_queues_out_of_range(random: Random) -> Files:
    name = "q" * random.choice((0, 1, 3000))
    queue = wire.message(
        7,
        wire.uint(1, random.choice(HUGE)),
        wire.uint(2, random.choice(HUGE)),
        wire.uint(3, random.choice(HUGE)),
        wire.text(4, name),
        wire.uint(5, random.choice(HUGE)),
        wire.message(8, wire.uint(1, 1 << 40), wire.uint(2, random.choice(HUGE))),
    )
    return _edited(random, QUEUE, queue)


@damages(ROWS, MALFORMED)
def ntff_text_not_utf8(random: Random) -> Files:
    raw = random.randbytes(random.randrange(1, 300))
    number = random.choice((1, 9, 17))
    return _with_message(sound_ntff(), lambda m: m + wire.message(number, raw))


@damages(ROWS)
def ntff_bytes_behind_the_end(random: Random) -> Files:
    return Files(ntff=sound_ntff(_version(random)) + random.randbytes(random.randrange(1, 5000)))


@damages(ROWS)
def ntff_no_core(random: Random) -> Files:
    return Files(ntff=make_ntff(Capture(version=_version(random), name="nothing")))


@damages(ROWS)
def ntff_values_at_their_limits(random: Random) -> Files:
    """A core with the largest numbers the records can hold, none of them against the format."""
    top = (1 << 32) - 1
    core = Core(
        number=random.choice((0, 5, 127)),
        spans=(Span(4, (1 << 20) - 1, 0, 1 << 45, waited=0xFFFF),),
        updates=tuple(Update(27, 255, top, time, mode=0xFF) for time in (0, 1 << 45)),
        rings=(Ring(15, 15, "q" * 200, kind=99),),
        clocks=Clocks(events=Clock(0, 1, top)),
        duration_ps=(1 << 64) - 1,
    )
    capture = Capture(version=6, cores=(core,), executions=(Execution(0, 1 << 50),))
    return Files(ntff=make_ntff(capture))
