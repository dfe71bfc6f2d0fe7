"""Variables, queues, static transfers and activation functions of a program."""

import pytest

from ingest_worker.formats.errors import LimitExceeded, Malformed
from ingest_worker.formats.neff import json_text
from ingest_worker.formats.neff.graph import (
    DmaBlock,
    activation_names,
    read_blocks,
    read_definition,
    read_tensors,
)
from ingest_worker.formats.neff.json_text import Json, parse_json

VARIABLES = {
    "SB": {"type": "state-buffer", "var_id": 0},
    "x": {"type": "input", "var_id": 1, "size": 4096, "ops": []},
    "y": {"type": "output", "var_id": 2, "size": 64, "ops": []},
    "w_sg0000": {"type": "file", "var_id": 3, "size": 32, "file_name": "value_sg0000_w.npy"},
    "spill": {"type": "virtual", "var_id": 4, "size": 8, "backing_variable_off": 0},
    "table": {"type": "dge-table", "var_id": 5, "list": [1, 2, 3]},
}
QUEUES = {
    "qSPIO0": {"type": "in", "owner": "sp", "num_queues": 16, "semaphore_set": [24, 25]},
    "qPoolDynamic": {"type": "dynamic", "owner": "pool", "num_queues": 16, "semaphore_set": [8]},
}
DEFINITION = read_definition(Json("def.json", {"var": VARIABLES, "dma_queue": QUEUES}))


def copy(source: str, target: str, sizes: list[int], **more: object) -> dict[str, object]:
    """A descriptor that copies as many bytes as it reads."""
    return {
        "op": "copy",
        "from": source,
        "to": target,
        "from_sizes": sizes,
        "to_sizes": sizes,
    } | more


def blocks(*descriptors: dict[str, object]) -> DmaBlock:
    """One block with these descriptors."""
    entry = {
        "#comment": "I-9-0-block-1",
        "id": 7,
        "queue": "qSPIO0",
        "semaphore": 24,
        "desc": list(descriptors),
    }
    (found,) = read_blocks(Json("SP.json", {"dma": [entry]}), DEFINITION.variables)
    return found


def test_variables_have_a_type_a_size_and_a_memory() -> None:
    found = DEFINITION.variables
    assert [v.var_id for v in found.values()] == [0, 1, 2, 3, 4, 5]
    assert found["x"].size_bytes == 4096
    assert found["SB"].size_bytes is None
    assert found["SB"].memory == "sbuf"
    assert found["x"].memory == found["spill"].memory == "hbm"
    assert found["table"].entries == (1, 2, 3)


def test_a_constant_is_looked_up_by_its_file() -> None:
    assert DEFINITION.variables["w_sg0000"].tensor_name == "sg0000_w"
    assert DEFINITION.variables["x"].tensor_name == "x"


def test_semaphores_are_named_by_engine_and_queue() -> None:
    assert DEFINITION.semaphore_names == {
        3: "GpSimd",
        4: "Scalar",
        5: "Tensor",
        6: "Vector",
        8: "qGpSimdDynamic",
        24: "qSyncIO0",
        25: "qSyncIO0",
    }


def test_engines_are_named_even_without_queues() -> None:
    assert read_definition(Json("def.json", {})).semaphore_names[5] == "Tensor"


def test_bytes_of_a_block_are_summed_by_memory() -> None:
    found = blocks(copy("x", "SB", [4000, 128]), copy("x", "SB", [8]))
    assert found.read_bytes == {"hbm": 512_008}
    assert found.write_bytes == {"sbuf": 512_008}
    assert (found.queue, found.block_id, found.semaphore) == ("qSPIO0", 7, 24)
    assert (found.name, found.descriptor_count) == ("I-9-0-block-1", 2)
    assert (found.sources, found.targets, found.operations) == (("x",), ("SB",), ("copy",))
    assert found.variable == "x"


def test_a_cast_reads_and_writes_different_amounts() -> None:
    found = blocks(copy("SB", "y", [4, 16], op="cast", to_sizes=[2, 16]))
    assert (found.read_bytes, found.write_bytes) == ({"sbuf": 64}, {"hbm": 32})
    assert found.variable == "y"


def test_spilling_and_reloading_are_told_apart() -> None:
    saved, reloaded = blocks(copy("SB", "spill", [8])), blocks(copy("spill", "SB", [8]))
    assert (saved.spill_save_bytes, saved.spill_reload_bytes) == (8, 0)
    assert (reloaded.spill_save_bytes, reloaded.spill_reload_bytes) == (0, 8)


def test_moving_inputs_is_no_spilling() -> None:
    found = blocks(copy("x", "SB", [8]), copy("SB", "y", [8]))
    assert (found.spill_save_bytes, found.spill_reload_bytes) == (0, 0)


def test_a_descriptor_may_have_several_sources() -> None:
    found = blocks({"op": "add", "from_arr": ["x", "y"], "to": "SB", "to_sizes": [4]})
    assert found.sources == ("x", "y")
    assert (found.read_bytes, found.write_bytes) == ({"hbm": 8}, {"sbuf": 4})


def test_a_transposing_descriptor_counts_its_shape() -> None:
    found = blocks(
        {
            "transpose_op": "WZXY",
            "transpose_shape": [2, 3, 4, 5],
            "transpose_element_size": 2,
            "from": "x",
            "to": "SB",
        }
    )
    assert found.operations == ("transpose",)
    assert found.read_bytes == {"hbm": 240}


def test_a_variable_nobody_defined_is_memory() -> None:
    assert blocks(copy("ghost", "SB", [4])).read_bytes == {"hbm": 4}


@pytest.mark.parametrize("sizes", [[-1], [1 << 40, 1 << 40], [1] * 17])
def test_impossible_sizes_are_malformed(sizes: list[int]) -> None:
    with pytest.raises(Malformed) as caught:
        blocks(copy("x", "SB", sizes))
    assert caught.value.file == "SP.json"


def test_a_block_without_descriptors_moves_nothing() -> None:
    found = blocks()
    assert (found.read_bytes, found.descriptor_count, found.variable) == ({}, 0, "")


def test_tensors_have_data_type_format_and_shape() -> None:
    entry = {"dtype": "bfloat16", "tf_format": "NC", "tf_shape": [128, 512]}
    found = read_tensors(Json("tensor_map.json", {"x": entry, "odd": {}}))
    assert (found["x"].dtype, found["x"].format, found["x"].shape_text) == (
        "bfloat16",
        "NC",
        "[128 512]",
    )
    assert found["odd"].shape == ()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("exp_400p", "EXP"),
        ("reciprocal_sqrt_1p", "RECIPROCAL_SQRT"),
        ("copy", "COPY"),
        ("leaky_relu", "LEAKY_RELU"),
        ("odd_p", "ODD_P"),
    ],
)
def test_a_function_is_named_without_its_number_of_pieces(name: str, shown: str) -> None:
    root = Json("set.json", {"profile_meta_data": [{"func_name": name, "func_id": 9}]})
    assert activation_names(root) == {9: shown}


@pytest.mark.parametrize(
    "document",
    [
        {"var": []},
        {"var": {"x": 1}},
        {"var": {"x": {"type": 1}}},
        {"var": {"x": {"size": "big"}}},
        {"var": {"x": {"size": 1.5}}},
        {"var": {"x": {"size": True}}},
        {"var": {"x": {"size": 1 << 63}}},
        {"var": {"t": {"type": "dge-table", "list": ["x"]}}},
        {"dma_queue": {"q": {"semaphore_set": 3}}},
        {"neff_features": {"a": 1}},
        [],
    ],
)
def test_a_value_of_the_wrong_type_is_malformed_and_names_the_member(document: object) -> None:
    with pytest.raises(Malformed) as caught:
        read_definition(Json("sg00/def.json", document))
    assert (caught.value.code, caught.value.file) == ("neff.malformed", "sg00/def.json")


@pytest.mark.parametrize(
    "text", [b"", b"{", b'{"a": }', b"\xff", b"[" * 100_000, b"1" * 5000, b'{"a": 1} x']
)
def test_damaged_json_is_malformed_and_names_the_member(text: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        parse_json("kelf-0.json", text)
    assert (caught.value.code, caught.value.file) == ("neff.malformed", "kelf-0.json")


def test_damaged_json_tells_the_place() -> None:
    with pytest.raises(Malformed) as caught:
        parse_json("a.json", b'{"a": 1,, "b": 2}')
    assert caught.value.offset == 8


def test_a_json_text_too_large_to_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "LARGEST_TEXT", 10)
    with pytest.raises(LimitExceeded) as caught:
        parse_json("a.json", b"[1, 2, 3, 4, 5]")
    assert caught.value.code == "limit.memory"


def test_halves_of_surrogate_pairs_can_be_written_afterwards() -> None:
    root = parse_json("a.json", b'{"\\ud800k": "\\udfffv"}')
    ((key, value),) = root.pairs()
    assert key.encode() == b"?k"
    assert value.text().encode() == b"?v"


def test_only_numbers_that_fit_are_kept_as_statistics() -> None:
    root = parse_json(
        "s.json", b'{"a": 1, "b": 2.5, "c": "x", "d": true, "e": 1e999, "f": NaN, "g": null}'
    )
    assert root.decimals() == {"a": 1, "b": 2.5}
    assert parse_json("s.json", b'{"h": 1' + b"0" * 30 + b"}").decimals() == {}


def test_a_single_text_counts_as_a_list() -> None:
    assert Json("a.json", "x").texts() == ("x",)
    assert Json("a.json", None).texts() == ()
