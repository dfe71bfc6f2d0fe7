"""Source maps of kernels and the stack frames of the program that built the model."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ingest_worker.formats.errors import FormatError, LimitExceeded, Malformed
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.neff.json_text import Json
from ingest_worker.formats.neff.kernel_source import Kernel, KernelReader
from ingest_worker.formats.neff.program import Neff
from ingest_worker.formats.neff.reader import read_neff
from ingest_worker.formats.neff.stack_frames import Frame, Location, read_stack_frames
from tests.make import debug_info, wire
from tests.make.description import Calls, KernelMap, Model, Subgraph
from tests.make.neff import make_neff

CALLS = Calls(
    files=("a.py", "b.py"),
    functions=("outer", "inner"),
    places=((1, 1, 10), (2, 2, 20)),
    frames=((1, 0), (2, 1)),
)


def inst(name: str, line: int) -> dict[str, object]:
    return {"inst": {"name": name, "line": line}}


NODES: list[dict[str, object]] = [
    inst("jmp.1", 0),
    {
        "func": {
            "name": "k.main",
            "line": 5,
            "file": "k.py",
            "children": [
                inst("inst.2", 6),
                {
                    "iter": {
                        "var": "i",
                        "val": "0",
                        "line": 7,
                        "children": [
                            {"iter": {"var": "j", "val": "-3", "line": 8, "children": []}},
                            {
                                "func": {
                                    "name": "k.zeros",
                                    "line": 30,
                                    "file": "z.py",
                                    "children": [inst("inst.3", 31)],
                                }
                            },
                            inst("inst.4", 9),
                        ],
                    }
                },
            ],
        }
    },
]


def kernel(nodes: object = NODES) -> Kernel:
    root = Json("k.json", [{"lnc": 1, "info": nodes}])
    return KernelReader(DEFAULT_LIMITS).read("k.main", 14, root)


def test_the_index_of_stack_frames_is_read_with_its_ids() -> None:
    found = read_stack_frames("f.dbg", debug_info.stack_frames(CALLS), DEFAULT_LIMITS)
    assert list(found.files) == ["a.py", "b.py"]
    assert list(found.functions) == ["outer", "inner"]
    assert list(found.locations) == [Location(1, 1, 10), Location(2, 2, 20)]
    assert list(found.frames) == [Frame(1, 0), Frame(2, 1)]


def test_an_index_without_entries_is_empty() -> None:
    data = wire.text(1, "Stack frames") + wire.message(6)
    assert list(read_stack_frames("f.dbg", data, DEFAULT_LIMITS).frames) == []


@pytest.mark.parametrize(
    "data",
    [
        wire.uint(6, 5),
        wire.message(6, wire.uint(3, 5)),
        wire.message(6, wire.uint(4, 5)),
        b"\x32\x05\x0a",
    ],
)
def test_a_damaged_index_names_the_member(data: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        read_stack_frames("f.dbg", data, DEFAULT_LIMITS)
    assert caught.value.file == "f.dbg"


def test_an_instruction_knows_its_line_and_how_deep_it_stands() -> None:
    found = {one.name: one for one in kernel().instructions}
    assert found["jmp.1"].location == ""
    assert (found["jmp.1"].frame, found["jmp.1"].loop) == (0, 0)
    assert found["inst.2"].location == "k.py:6"
    assert (found["inst.2"].frame, found["inst.2"].frame_depth) == (1, 1)
    assert found["inst.3"].location == "z.py:31"
    assert (found["inst.3"].frame, found["inst.3"].frame_depth) == (2, 2)
    assert (found["inst.3"].loop, found["inst.3"].loop_depth) == (1, 1)
    assert found["inst.4"].location == "k.py:9"


def test_frames_and_loops_name_what_is_around_them() -> None:
    found = kernel()
    assert [(f.own, f.parent, f.function, f.file, f.line) for f in found.frames] == [
        (1, 0, "k.main", "k.py", 5),
        (2, 1, "k.zeros", "z.py", 30),
    ]
    assert [(v.own, v.parent, v.variable, v.value, v.line) for v in found.loops] == [
        (1, 0, "i", "0", 7),
        (2, 1, "j", "-3", 8),
    ]


def test_ids_go_on_counting_from_map_to_map() -> None:
    reader = KernelReader(DEFAULT_LIMITS)
    root = Json("k.json", [{"info": NODES}])
    first, second = (reader.read("k", number, root) for number in (1, 2))
    assert [frame.own for frame in (*first.frames, *second.frames)] == [1, 2, 3, 4]
    assert second.frames[1].parent == 3


@pytest.mark.parametrize(
    ("compiled", "source"),
    [
        ("inst.4", "inst.4"),
        ("inst.4-act", "inst.4"),
        ("inst.4-tensor-load-0-wait-0", "inst.4"),
        ("inst.44", None),
        ("inst", None),
        ("", None),
    ],
)
def test_a_compiled_name_is_found_without_its_suffixes(compiled: str, source: str | None) -> None:
    found = kernel().find(compiled)
    assert (found.name if found else None) == source


def test_of_equal_names_the_first_counts() -> None:
    found = kernel([inst("inst.1", 3), inst("inst.1", 4)]).find("inst.1")
    assert found is not None
    assert found.line == 3


def test_a_map_nested_a_hundred_thousand_deep_is_walked() -> None:
    node: dict[str, object] = inst("deep", 1)
    for _ in range(100_000):
        node = {"iter": {"var": "i", "val": "0", "line": 1, "children": [node]}}
    assert kernel([node]).instructions[0].loop_depth == 100_000


def test_nodes_nobody_knows_are_passed_over() -> None:
    assert [one.name for one in kernel([{"note": {}}, inst("a", 1)]).instructions] == ["a"]


def test_more_nodes_than_allowed_are_refused() -> None:
    reader = KernelReader(replace(DEFAULT_LIMITS, message_fields=2))
    with pytest.raises(LimitExceeded):
        reader.read("k", 1, Json("k.json", [{"info": [inst("a", 1)] * 3}]))


@pytest.mark.parametrize("nodes", [7, [7], [{"inst": 7}], [{"inst": {"name": 7}}], [{"func": []}]])
def test_a_damaged_map_names_the_member(nodes: object) -> None:
    with pytest.raises(FormatError) as caught:
        kernel(nodes)
    assert caught.value.file == "k.json"


def opened(folder: Path, **further: object) -> Neff:
    model = Model(
        subgraphs=(Subgraph(),), calls=CALLS, kernels=(KernelMap("k", 14, tuple(NODES)),), **further
    )  # type: ignore[arg-type]
    (folder / "k.neff").write_bytes(make_neff(model))
    return read_neff(folder / "k.neff", limits=DEFAULT_LIMITS)


def told(neff: Neff) -> list[str]:
    return [n.message for n in neff.notices if n.code in {"neff.source_map", "neff.missing_member"}]


def test_a_neff_brings_its_maps_and_stack_frames(tmp_path: Path) -> None:
    neff = opened(tmp_path)
    assert [(one.name, one.penguin_id) for one in neff.kernels] == [("k", 14)]
    assert len(neff.kernels[0].instructions) == 4
    assert len(neff.stack_frames.frames) == 2


DAMAGE = {
    "kernel_debug_info.json": b"{",
    "k.klir.debuginfo.json": b"\xff",
    "debug_info/debug_info_stack_frame_index.dbg": wire.uint(6, 5),
}


@pytest.mark.parametrize("member", DAMAGE)
def test_damaged_sources_cost_the_source_lines_only(tmp_path: Path, member: str) -> None:
    neff = opened(tmp_path, further=((member, DAMAGE[member]),))
    assert [text.split(":")[0] for text in told(neff) if "source lines" in text] == [member]


def test_a_map_that_is_missing_is_told(tmp_path: Path) -> None:
    neff = opened(tmp_path, left_out=frozenset({"k.klir.debuginfo.json"}))
    assert list(neff.kernels) == []
    assert any("k.klir.debuginfo.json" in text for text in told(neff))


def test_a_map_outside_the_archive_is_not_asked_for(tmp_path: Path) -> None:
    entry = {"file_name": "../../etc/passwd", "kernel_name": "k", "parent_tensorizer_id": 1}
    data = json.dumps({"debug_info_files": [entry]}).encode()
    neff = opened(tmp_path, further=(("kernel_debug_info.json", data),))
    assert list(neff.kernels) == []
