"""NEFF files for tests: archives and messages written by hand around a few members."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from ingest_worker.formats.limits import DEFAULT_LIMITS, Limits
from ingest_worker.formats.neff.program import Neff
from ingest_worker.formats.neff.reader import read_neff
from tests.make import archive, wire

UUID = bytes(range(16))
VALUES = archive.HeaderValues(name="kernel.neff", uuid=UUID)


def as_json(document: object) -> bytes:
    """The bytes of a JSON member."""
    return json.dumps(document).encode()


def record(
    own: int,
    name: str,
    parents: Iterable[int] = (),
    *,
    kind: int = 1,
    attrs: Iterable[tuple[str, str]] = (),
    flow: Iterable[tuple[int, int]] = (),
    scheduling: Iterable[tuple[int, int]] = (),
    frame: int = 0,
) -> bytes:
    """One debug record by the field numbers of the container notes, section 4.1."""
    flow, scheduling = list(flow), list(scheduling)
    return b"".join(
        (
            wire.uint(1, own),
            wire.text(2, name),
            wire.packed(3, parents),
            wire.packed(4, [number for number, _ in flow]),
            wire.packed(5, [number for number, _ in scheduling]),
            wire.uint(6, kind),
            *(wire.message(7, wire.text(1, key), wire.text(2, value)) for key, value in attrs),
            wire.uint(8, frame),
            wire.packed(9, [number for _, number in flow]),
            wire.packed(10, [number for _, number in scheduling]),
        )
    )


def layer(
    above: str, *records: bytes, files: Iterable[str] = (), functions: Iterable[str] = ()
) -> bytes:
    """A debug file of one layer."""
    return b"".join(
        (
            wire.text(1, "a layer"),
            wire.text(2, above),
            *(wire.message(3, own) for own in records),
            *(wire.text(5, name) for name in files),
            *(wire.text(7, name) for name in functions),
        )
    )


def program(**more: object) -> dict[str, object]:
    """A definition with one engine, the vector engine."""
    return {
        "dve": "DVE.json",
        "dve_instr": "DVE.bin",
        "dve_dbg": ["bir.dbg"],
        "dve_asm_dbg": ["asm.dbg"],
        "var": {"SB": {"type": "state-buffer", "var_id": 0}},
        "dma_queue": {},
    } | more


def members(**more: object) -> dict[str, bytes]:
    """The members of a small NEFF: one program with two instructions, the second one named."""
    graphs = [{"definition": "sg00/def.json", "name": "sg00"}]
    attrs = {"func_name": "__kelf", "kelf": "kelf-0.json"}
    nodes = [{"op": "null", "name": "x"}, {"op": "tvm_op", "attrs": attrs}]
    return {
        "info.json": as_json({"tool_version": "2.23.1"}),
        "neff.json": as_json({"nodes": nodes}),
        "kelf-0.json": as_json({"graphs": graphs, "target": "cayman"}),
        "hlo_stats.json": as_json({"HloMacCount": 12}),
        "sg00/def.json": as_json(program(**more)),
        "sg00/tensor_map.json": as_json({}),
        "sg00/DVE.json": as_json({"dma": [], "instr": "DVE.bin"}),
        "sg00/DVE.bin": bytes([0xB1, 0x10]) + bytes(62) + bytes([0xA2, 0x10]) + bytes(62),
        "sg00/asm.dbg": layer("bir.dbg", b"", record(0, "", [7])),
        "sg00/bir.dbg": layer("debug_info_penguin.dbg", record(7, "I-7-0", [3])),
        "debug_info/debug_info_penguin.dbg_sg000000": layer("", record(3, "float32 $3")),
    }


def packed(
    found: Mapping[str, bytes] | Iterable[archive.Member],
    values: archive.HeaderValues = VALUES,
    *,
    is_gzip: bool = True,
) -> bytes:
    """A whole file with these members."""
    if isinstance(found, Mapping):
        found = [archive.Member(name, data) for name, data in found.items()]
    raw = archive.tar(found)
    payload = archive.padded(archive.gzip(raw)) if is_gzip else raw
    return archive.header(values, payload) + payload


def opened(data: bytes, folder: Path, limits: Limits = DEFAULT_LIMITS) -> Neff:
    """The file with these bytes, read."""
    path = folder / "kernel.neff"
    path.write_bytes(data)
    return read_neff(path, limits=limits)


def codes(neff: Neff) -> list[str]:
    """The codes of its notices."""
    return [notice.code for notice in neff.notices]
