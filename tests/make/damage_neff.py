"""Kinds of damage to a NEFF: header, compression, archive, JSON and debug records; and to pairs."""

import json
import struct
import zlib
from dataclasses import replace
from functools import cache
from random import Random

from tests.make import archive, wire
from tests.make.archive import Member
from tests.make.damage import ROWS, Files, damages, sound_neff, sound_ntff
from tests.make.neff import make_neff, members_of, named, with_members, with_payload
from tests.make.ntff import make_ntff
from tests.make.pair import small_capture, small_model

FOREIGN, MALFORMED = "neff.not_this_format", "neff.malformed"
TRUNCATED, UNSUPPORTED = "neff.truncated", "neff.unsupported_version"
UNSAFE, DUPLICATE, BOMB = "archive.unsafe_member", "archive.duplicate_member", "archive.bomb"
HUGE = (1 << 31, 1 << 40, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
MODEL = small_model()
JSON_NAMES = (
    "info.json",
    "kelf-0.json",
    "neff.json",
    "hlo_stats.json",
    "sg00/def.json",
    "sg00/tensor_map.json",
    "sg00/PE.json",
    "sg00/SP.json",
    "sg00/Activation.json",
    "sg00/exp_and_others.json",
)


@cache
def _members() -> dict[str, bytes]:
    return members_of(MODEL)


def _with(random: Random, neff: bytes) -> Files:
    """The NEFF alone, or with its sound trace."""
    return Files(neff, sound_ntff() if random.random() < 0.7 else None)


def _field(random: Random, offset: int, layout: str, value: int) -> Files:
    data = bytearray(sound_neff())
    struct.pack_into(layout, data, offset, value)
    return _with(random, bytes(data))


@damages(TRUNCATED, FOREIGN, "upload.empty")
def neff_empty(random: Random) -> Files:
    return _with(random, b"")


@damages(TRUNCATED, FOREIGN)
def neff_cut_in_header(random: Random) -> Files:
    return _with(random, sound_neff()[: random.randrange(1, 1024)])


@damages(TRUNCATED)
def neff_cut_in_content(random: Random) -> Files:
    data = sound_neff()
    return _with(random, data[: random.randrange(1536, len(data))])


@damages(FOREIGN, TRUNCATED, MALFORMED, UNSUPPORTED)
def neff_random_bytes(random: Random) -> Files:
    return _with(random, random.randbytes(random.randrange(1, 20_000)))


@damages(UNSUPPORTED, FOREIGN)
def neff_other_package_version(random: Random) -> Files:
    return _field(random, 0, "<Q", random.choice((0, 3, 9, *HUGE)))


@damages(UNSUPPORTED)
def neff_newer_major_version(random: Random) -> Files:
    return _field(random, 24, "<Q", random.randrange(3, 90))


@damages(FOREIGN, MALFORMED, TRUNCATED)
def neff_header_size_off(random: Random) -> Files:
    return _field(random, 8, "<Q", random.choice((0, 1, 1023, 1025, 2000, 9_999_999, *HUGE)))


@damages(FOREIGN, MALFORMED, TRUNCATED)
def neff_content_size_off(random: Random) -> Files:
    return _field(random, 16, "<Q", random.choice((0, 1, 100, 9_999_999, *HUGE)))


@damages(ROWS)
def neff_wrong_hash(random: Random) -> Files:
    return _field(random, 0xAC, "<Q", random.getrandbits(64))


@damages(MALFORMED, TRUNCATED)
def neff_flipped_compressed_bytes(random: Random) -> Files:
    packed = bytearray(archive.gzip(archive.tar(named(_members()))))
    for _ in range(3):
        packed[random.randrange(200, len(packed) - 8)] ^= 1 << random.randrange(8)
    return _with(random, with_payload(MODEL, archive.padded(bytes(packed))))


@damages(MALFORMED)
def neff_wrong_checksum(random: Random) -> Files:
    packed = bytearray(archive.gzip(archive.tar(named(_members()))))
    packed[-8 + random.randrange(8)] ^= 0xFF
    return _with(random, with_payload(MODEL, archive.padded(bytes(packed))))


@damages(TRUNCATED, MALFORMED)
def neff_gzip_without_end(random: Random) -> Files:
    packed = archive.gzip(archive.tar(named(_members())))
    return _with(random, with_payload(MODEL, packed[: random.randrange(30, len(packed) - 9)]))


@damages(TRUNCATED, MALFORMED, ROWS)
def neff_tar_without_end(random: Random) -> Files:
    packed = archive.tar(named(_members()))
    cut = archive.gzip(packed[: random.randrange(600, len(packed) - 2048)])
    return _with(random, with_payload(MODEL, archive.padded(cut)))


@damages(MALFORMED, TRUNCATED)
def neff_plain_tar_cut(random: Random) -> Files:
    packed = archive.tar(named(_members()))
    return _with(random, with_payload(MODEL, packed[: random.randrange(600, len(packed) // 2)]))


@damages(MALFORMED)
def neff_tar_header_damaged(random: Random) -> Files:
    packed = bytearray(archive.tar(named(_members())))
    packed[random.choice((100, 124, 130, 150, 152))] ^= 0x01
    return _with(random, with_payload(MODEL, archive.padded(archive.gzip(bytes(packed)))))


def _tar_size(raw: bytes) -> bytes:
    """A tar whose first member announces its size as `raw`, with a matching header sum."""
    packed = bytearray(archive.tar(named(_members())))
    packed[124:136] = raw.ljust(12, b"\0")[:12]
    packed[148:156] = b" " * 8
    packed[148:156] = b"%06o\0 " % sum(packed[:512])
    return archive.padded(archive.gzip(bytes(packed)))


TAR_SIZES = (
    b"77777777777 ",
    b"-0000000001 ",
    b"99999999999 ",
    b"zzz",
    b"\xff" * 12,
    b"\x80\0\0\0\x7f" + b"\xff" * 7,
)


@damages(MALFORMED, TRUNCATED, BOMB, "limit.bytes", UNSAFE)
def neff_tar_size_damaged(random: Random) -> Files:
    return _with(random, with_payload(MODEL, _tar_size(random.choice(TAR_SIZES))))


def _added(random: Random, *members: Member) -> Files:
    return _with(random, with_members(MODEL, [*named(_members()), *members]))


@damages(UNSAFE)
def archive_absolute_name(random: Random) -> Files:
    return _added(random, Member(random.choice(("/etc/passwd", "/", "//x/y")), b"x"))


@damages(UNSAFE)
def archive_name_that_climbs(random: Random) -> Files:
    name = random.choice(("../x", "sg00/../../x", "..", "./../x", "sg00/.."))
    return _added(random, Member(name, b"x"))


@damages(UNSAFE)
def archive_link(random: Random) -> Files:
    kind = random.choice((archive.LINK, archive.HARD_LINK))
    target = random.choice(("/etc/passwd", "../../x", "info.json"))
    return _added(random, Member("sg00/link", kind=kind, target=target))


@damages(UNSAFE)
def archive_device(random: Random) -> Files:
    return _added(random, Member("sg00/device", kind=random.choice((b"3", b"4", b"6"))))


@damages(UNSAFE, MALFORMED, ROWS)
def archive_strange_name(random: Random) -> Files:
    name = random.choice(("", ".", "a\\..\\b", "x" * 99, "\x01\x02", "name\n", "é" * 40))
    return _added(random, Member(name, b"x"))


@damages(DUPLICATE)
def archive_duplicate_member(random: Random) -> Files:
    name = random.choice(sorted(_members()))
    double = random.choice((name, f"./{name}"))
    return _added(random, Member(double, b"{}"))


@cache
def _zeros(megabytes: int) -> bytes:
    """A gzip stream of one member full of zeros, about a thousandth of its size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    out = [packer.compress(archive.tar_header(Member("zeros"), megabytes << 20))]
    out += [packer.compress(bytes(1 << 20)) for _ in range(megabytes)]
    return b"".join((*out, packer.compress(bytes(1024)), packer.flush()))


@damages(BOMB)
def archive_bomb(random: Random) -> Files:
    return _with(random, with_payload(MODEL, archive.padded(_zeros(random.choice((160, 400))))))


@damages(BOMB, "limit.records", "limit.bytes")
def archive_too_many_members(random: Random) -> Files:
    many = [Member(f"m/{number}") for number in range(random.choice((25_000, 40_000)))]
    return _with(random, with_members(MODEL, many))


@damages(ROWS)
def archive_of_another_program(random: Random) -> Files:
    return _with(random, with_members(MODEL, [Member("readme.txt", b"nothing of use")]))


def _replaced(random: Random, name: str, data: bytes) -> Files:
    return _with(random, with_members(MODEL, named(_members() | {name: data})))


@damages(MALFORMED)
def json_cut(random: Random) -> Files:
    name = random.choice(JSON_NAMES)
    data = _members()[name]
    return _replaced(random, name, data[: random.randrange(1, len(data) - 1)])


@damages(MALFORMED, ROWS)
def json_not_utf8(random: Random) -> Files:
    name = random.choice(JSON_NAMES)
    data = bytearray(_members()[name])
    place = data.index(b'"') + 1
    data[place:place] = random.choice((b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\x80abc"))
    return _replaced(random, name, bytes(data))


@damages(MALFORMED, "limit.bytes")
def json_nested_deep(random: Random) -> Files:
    name = random.choice(JSON_NAMES)
    opened, closed = random.choice(((b"[", b"]"), (b'{"a":', b"}")))
    depth = random.choice((2_000, 100_000))
    return _replaced(random, name, opened * depth + b"1" + closed * depth)


def _shuffled(value: object, random: Random, share: float) -> object:
    """The document with some of its values exchanged for values of another type."""
    odd: tuple[object, ...]
    odd = (None, True, -1, 1 << 70, 1e308, "text", [], {}, [[[]]], {"a": 1}, float("nan"))
    if random.random() < share:
        return random.choice(odd)
    if isinstance(value, dict):
        return {key: _shuffled(inner, random, share) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shuffled(inner, random, share) for inner in value]
    return value


@damages(ROWS, MALFORMED)
def json_wrong_types(random: Random) -> Files:
    name = random.choice(JSON_NAMES)
    document = _shuffled(json.loads(_members()[name]), random, random.choice((0.02, 0.1, 0.5)))
    return _replaced(random, name, json.dumps(document).encode())


@damages(ROWS, MALFORMED)
def json_long_numbers(random: Random) -> Files:
    digits = b"9" * random.choice((400, 5000, 200_000))
    return _replaced(random, "hlo_stats.json", b'{"HloMacCount": ' + digits + b"}")


@damages(ROWS)
def json_names_that_lead_nowhere(random: Random) -> Files:
    data = _members()["sg00/def.json"].replace(b".bin", b".gone").replace(b"_asm_", b"_gone_")
    return _replaced(random, "sg00/def.json", data)


@damages(ROWS, MALFORMED, UNSAFE)
def json_names_that_climb(random: Random) -> Files:
    data = _members()["sg00/def.json"].replace(b"PE.bin", b"../../../etc/passwd")
    return _replaced(random, "sg00/def.json", data)


@damages(ROWS)
def neff_missing_member(random: Random) -> Files:
    gone = random.sample(sorted(_members()), random.randrange(1, 12))
    return _with(random, make_neff(replace(MODEL, left_out=frozenset(gone))))


@damages(ROWS, MALFORMED)
def neff_program_of_odd_size(random: Random) -> Files:
    data = _members()["sg00/PE.bin"]
    return _replaced(random, "sg00/PE.bin", data + random.randbytes(random.randrange(1, 64)))


@damages(ROWS)
def neff_random_instructions(random: Random) -> Files:
    size = 64 * random.randrange(1, 300)
    return _replaced(random, random.choice(("sg00/PE.bin", "sg00/SP.bin")), random.randbytes(size))


@damages(MALFORMED, ROWS)
def neff_damaged_debug_records(random: Random) -> Files:
    names = [name for name in _members() if ".dbg" in name]
    name = random.choice(names)
    data = bytearray(_members()[name])
    for _ in range(random.randrange(1, 6)):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return _replaced(random, name, bytes(data))


@damages(MALFORMED)
def neff_debug_record_longer_than_file(random: Random) -> Files:
    name = random.choice(("sg00/debug_info_asm_PE.dbg", "sg00/debug_info_backend_PE.dbg"))
    field = wire.tag(3, wire.BYTES) + wire.varint(random.choice(HUGE))
    return _replaced(random, name, _members()[name] + field)


@damages(ROWS, MALFORMED)
def neff_debug_ids_in_circles(random: Random) -> Files:
    records = b"".join(
        wire.message(3, wire.uint(1, number), wire.packed(3, [number % 3 + 1]))
        for number in (1, 2, 3, (1 << 64) - 1)
    )
    name = random.choice(
        ("debug_info/debug_info_penguin.dbg_sg000000", "debug_info/debug_info_hlo.dbg_sg000000")
    )
    return _replaced(random, name, records)


@damages("pair.swapped")
def pair_swapped(random: Random) -> Files:
    return Files(sound_ntff(random.choice((4, 5, 6))), sound_neff())


@damages("pair.uuid_mismatch")
def pair_of_different_ids(random: Random) -> Files:
    other = random.randbytes(16)
    return Files(sound_neff(), make_ntff(replace(small_capture(), uuid=other)))


@damages(ROWS)
def pair_without_id(random: Random) -> Files:
    capture = replace(small_capture(5), uuid=b"", stored_uuid=b"")
    return Files(sound_neff(), make_ntff(capture))


@damages(ROWS)
def pair_of_different_programs(random: Random) -> Files:
    """The same id, but other instructions: names are given with care or not at all."""
    return Files(make_neff(small_model(1)), sound_ntff())
