"""A whole NEFF: names are followed, what is missing is told, what is damaged is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest_worker.formats.errors import FormatError, Malformed
from ingest_worker.formats.neff.program import Neff, Tensor
from tests.formats.neff_bytes import as_json, codes, layer, members, opened, packed, program, record

READ = Callable[[dict[str, bytes]], Neff]


@pytest.fixture
def read(tmp_path: Path) -> READ:
    """Packs some members and reads them back."""
    return lambda found: opened(packed(found), tmp_path)


def missing(neff: Neff) -> list[str]:
    """The members which the notices call missing."""
    found = [n.message for n in neff.notices if n.code == "neff.missing_member"]
    return [message.removeprefix("The NEFF has no ").partition(":")[0] for message in found]


def test_a_small_program_is_read_as_a_whole(read: READ) -> None:
    neff = read(members())
    (graph,) = neff.subgraphs
    engine = graph.engines[3]
    assert (graph.name, graph.number) == ("sg00", 0)
    assert engine.slots[:, 0].tolist() == [0xB1, 0xA2]
    assert engine.bir_id.tolist() == [-1, 7]
    assert engine.bir_row.tolist() == [-1, 0]
    assert list(graph.penguin.names) == ["float32 $3"]
    assert (neff.compiler_version, neff.target, neff.generation) == ("2.23.1", "cayman", "trn2")
    assert (neff.hlo_macs, neff.node) == (12, 1)
    assert codes(neff) == []


def test_five_engines_are_kept_even_where_the_program_has_one(read: READ) -> None:
    engines = read(members()).subgraphs[0].engines
    assert [len(engines[number].slots) for number in range(5)] == [0, 0, 0, 2, 0]


@pytest.mark.parametrize(
    ("target", "generation"),
    [("sunda", "trn1"), ("v2", "trn1"), ("", "trn1"), ("cayman", "trn2"), ("mariana", "trn3")],
)
def test_the_target_names_the_generation(target: str, generation: str, read: READ) -> None:
    graphs = [{"definition": "sg00/def.json", "name": "sg00"}]
    kelf = as_json({"graphs": graphs, "target": target})
    assert read(members() | {"kelf-0.json": kelf}).generation == generation


def test_names_are_followed_and_not_guessed(read: READ) -> None:
    found = members()
    moved = {
        "neff.json": as_json(
            {"nodes": [{"attrs": {"func_name": "__kelf", "kelf": "kelf-a.json"}}]}
        ),
        "kelf-a.json": as_json({"graphs": [{"definition": "p/q/d.json", "name": "main"}]}),
        "p/q/d.json": as_json(program(dve="DVE0.json", dve_instr="../DVE0.bin")),
        "p/q/DVE0.json": as_json({"dma": []}),
        "p/DVE0.bin": found["sg00/DVE.bin"],
        "p/q/asm.dbg": found["sg00/asm.dbg"],
        "p/q/bir.dbg": found["sg00/bir.dbg"],
        "p/q/tensor_map.json": b"{}",
    }
    kept = {name: found[name] for name in ("info.json", "hlo_stats.json")}
    penguin = {name: data for name, data in found.items() if "penguin" in name}
    neff = read(kept | penguin | moved)
    assert neff.subgraphs[0].name == "main"
    assert neff.subgraphs[0].engines[3].bir_row.tolist() == [-1, 0]
    assert codes(neff) == []


def test_the_instructions_may_be_named_by_the_engine_alone(read: READ) -> None:
    found = members() | {"sg00/def.json": as_json(program(dve_instr=None))}
    assert len(read(found).subgraphs[0].engines[3].slots) == 2


def test_the_layer_of_the_program_comes_before_others(read: READ) -> None:
    found = members()
    graphs = [{"definition": f"sg0{n}/def.json", "name": f"sg0{n}"} for n in range(2)]
    found |= {name.replace("sg00/", "sg01/"): data for name, data in found.items()}
    found["kelf-0.json"] = as_json({"graphs": graphs})
    found["debug_info/debug_info_penguin.dbg_sg000001"] = layer("", record(3, "second"))
    first, second = read(found).subgraphs
    assert list(first.penguin.names) == ["float32 $3"]
    assert list(second.penguin.names) == ["second"]


def test_programs_share_the_only_layer_there_is(read: READ) -> None:
    found = members()
    graphs = [{"definition": f"sg0{n}/def.json", "name": f"sg0{n}"} for n in range(2)]
    found |= {name.replace("sg00/", "sg01/"): data for name, data in found.items()}
    found["kelf-0.json"] = as_json({"graphs": graphs})
    assert [list(g.penguin.names) for g in read(found).subgraphs] == [["float32 $3"]] * 2


def test_a_layer_may_be_named_without_a_number(read: READ) -> None:
    found = members()
    found["debug_info_penguin.dbg"] = found.pop("debug_info/debug_info_penguin.dbg_sg000000")
    assert list(read(found).subgraphs[0].penguin.names) == ["float32 $3"]


@pytest.mark.parametrize(
    "name",
    [
        "info.json",
        "neff.json",
        "kelf-0.json",
        "hlo_stats.json",
        "sg00/def.json",
        "sg00/tensor_map.json",
        "sg00/DVE.json",
        "sg00/DVE.bin",
        "sg00/asm.dbg",
        "sg00/bir.dbg",
    ],
)
def test_a_missing_member_is_told_and_the_rest_is_read(name: str, read: READ) -> None:
    found = members()
    del found[name]
    neff = read(found)
    assert name in missing(neff)
    assert neff.header.name == "kernel.neff"


def test_a_missing_layer_is_told_by_the_name_it_was_called(read: READ) -> None:
    found = members()
    del found["debug_info/debug_info_penguin.dbg_sg000000"]
    neff = read(found)
    assert missing(neff) == ["debug_info_penguin.dbg"]
    assert len(neff.subgraphs[0].engines[3].bir) == 1


def test_what_is_lost_with_a_member_is_said(read: READ) -> None:
    found = members()
    del found["hlo_stats.json"]
    (notice,) = read(found).notices
    assert "floating-point operations" in notice.message


def test_a_name_that_leads_out_of_the_archive_is_missing(read: READ) -> None:
    neff = read(members() | {"sg00/def.json": as_json(program(dve_instr="../../etc/passwd"))})
    assert "../etc/passwd" in missing(neff)
    assert len(neff.subgraphs[0].engines[3].slots) == 0


def test_instructions_that_do_not_end_whole_are_told(read: READ) -> None:
    found = members()
    found["sg00/DVE.bin"] += b"xyz"
    neff = read(found)
    assert codes(neff) == ["neff.odd_size"]
    assert len(neff.subgraphs[0].engines[3].slots) == 2


def test_names_that_do_not_match_the_instructions_are_left_out(read: READ) -> None:
    found = members()
    found["sg00/asm.dbg"] = layer("bir.dbg", b"", b"", record(0, "", [7]))
    neff = read(found)
    assert codes(neff) == ["neff.debug_mismatch"]
    assert neff.subgraphs[0].engines[3].bir_id.tolist() == [-1, -1]


def test_an_empty_program_is_no_mismatch(read: READ) -> None:
    found = members()
    found["sg00/DVE.bin"] = b""
    found["sg00/asm.dbg"] = layer("bir.dbg")
    assert codes(read(found)) == []


JSON_MEMBERS = (
    "info.json",
    "neff.json",
    "kelf-0.json",
    "hlo_stats.json",
    "sg00/def.json",
    "sg00/tensor_map.json",
    "sg00/DVE.json",
)


@pytest.mark.parametrize("name", JSON_MEMBERS)
def test_damaged_json_is_refused_with_the_member(name: str, read: READ) -> None:
    found = members()
    found[name] = found[name][:-1]
    with pytest.raises(Malformed) as caught:
        read(found)
    assert (caught.value.code, caught.value.file) == ("neff.malformed", name)


@pytest.mark.parametrize("name", JSON_MEMBERS)
def test_json_of_another_shape_is_refused_with_the_member(name: str, read: READ) -> None:
    with pytest.raises(Malformed) as caught:
        read(members() | {name: b"[1]"})
    assert caught.value.file == name


@pytest.mark.parametrize(
    "name", ["sg00/asm.dbg", "sg00/bir.dbg", "debug_info/debug_info_penguin.dbg_sg000000"]
)
def test_damaged_debug_files_are_refused_with_the_member(name: str, read: READ) -> None:
    found = members()
    found[name] = found[name][:-1]
    with pytest.raises(Malformed) as caught:
        read(found)
    assert (caught.value.code, caught.value.file) == ("neff.malformed", name)


def test_more_programs_than_any_chip_has_cores_are_refused(read: READ) -> None:
    graphs = [{"definition": "sg00/def.json", "name": "x"}] * 65
    with pytest.raises(Malformed) as caught:
        read(members() | {"kelf-0.json": as_json({"graphs": graphs})})
    assert caught.value.file == "kelf-0.json"


def test_tensors_are_listed_by_type_and_name(read: READ) -> None:
    var = {
        "SB": {"type": "state-buffer", "var_id": 0},
        "z": {"type": "input", "var_id": 1, "size": 8},
        "a": {"type": "input", "var_id": 2, "size": 4},
        "out": {"type": "output", "var_id": 3, "size": 2},
        "w_sg0000": {"type": "file", "var_id": 4, "size": 16, "file_name": "value_sg0000_w.npy"},
        "scratch": {"type": "virtual", "var_id": 5, "size": 99},
    }
    shapes = {
        "a": {"dtype": "bfloat16", "tf_format": "NC", "tf_shape": [1, 2]},
        "sg0000_w": {"dtype": "float32", "tf_format": "CRSM", "tf_shape": [2, 2, 1, 1]},
    }
    found = members(var=var) | {"sg00/tensor_map.json": as_json(shapes)}
    assert read(found).tensors == [
        Tensor("a", "IN", 4, "NC", "[1 2]", "bfloat16"),
        Tensor("z", "IN", 8, "", "", ""),
        Tensor("out", "OUT", 2, "", "", ""),
        Tensor("w_sg0000", "WEIGHT", 16, "CRSM", "[2 2 1 1]", "float32"),
    ]


def test_a_neff_without_programs_has_no_tensors(read: READ) -> None:
    neff = read(members() | {"kelf-0.json": as_json({"graphs": []})})
    assert (neff.subgraphs, neff.tensors) == ([], [])
    assert neff.subgraph("sg00") is None


def test_functions_of_every_loaded_table_are_known(read: READ) -> None:
    def table(*pairs: tuple[int, str]) -> bytes:
        functions = [{"func_id": number, "func_name": name} for number, name in pairs]
        return as_json({"profile_meta_data": functions})

    found = members(act="Activation.json") | {
        "sg00/Activation.json": as_json({"activation_function_sets": ["first", "second", "gone"]}),
        "sg00/first.json": table((7, "exp_400p"), (128, "copy")),
        "sg00/second.json": table((36, "silu_8p")),
    }
    neff = read(found)
    assert neff.subgraphs[0].activation_names == {7: "EXP", 128: "COPY", 36: "SILU"}
    assert missing(neff) == ["sg00/gone.json"]


def test_static_transfers_are_found_by_queue_and_number(read: READ) -> None:
    descriptor = {"op": "copy", "from": "x", "to": "SB", "from_sizes": [4], "to_sizes": [4]}
    dma = [
        {"#comment": f"I-{n}", "id": n, "queue": "qSPIO0", "semaphore": 24, "desc": [descriptor]}
        for n in range(2)
    ]
    found = members() | {"sg00/DVE.json": as_json({"dma": dma})}
    blocks = read(found).subgraphs[0].blocks
    assert list(blocks) == [("qSPIO0", 0), ("qSPIO0", 1)]
    assert blocks["qSPIO0", 1].name == "I-1"


def test_large_members_that_are_not_needed_are_not_read(read: READ) -> None:
    """A source map that nothing refers to need not even be JSON."""
    found = members() | {"k.klir.debuginfo.json": b"\xff" * 9, "act_info.json": b"{"}
    assert codes(read(found)) == []


def test_an_error_of_a_member_says_where_in_it(read: READ) -> None:
    text = json.dumps({"graphs": []}).encode().replace(b"[", b"[,")
    with pytest.raises(FormatError) as caught:
        read(members() | {"kelf-0.json": text})
    assert caught.value.offset == text.index(b",")
