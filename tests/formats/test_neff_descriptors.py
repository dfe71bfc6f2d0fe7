"""What the descriptors of a block share is told, what differs is not."""

from typing import Any

import pytest

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.neff.descriptors import End, Shared, Transposing
from ingest_worker.formats.neff.json_text import Json


def shared(*descriptors: dict[str, Any]) -> Shared:
    found = Shared()
    for place, descriptor in enumerate(descriptors):
        found.add(Json("SP.json", descriptor, f".dma[{place}]"))
    return found


def move(offset: int, sizes: list[int] | None = None, **further: Any) -> dict[str, Any]:
    return {
        "from_off": offset,
        "to_off": 0,
        "from_sizes": sizes or [256, 128],
        "to_sizes": [256, 128],
        "from_steps": [1, 256],
        "to_steps": [1, 262_144],
        **further,
    }


def test_one_descriptor_tells_everything_of_both_ends() -> None:
    found = shared(move(512))
    assert found.end("from") == End("[256, 128]", "[1, 256]", "512")
    assert found.end("to") == End("[256, 128]", "[1, 262144]", "0")
    assert found.transposing() is None


def test_of_several_only_what_all_agree_on_is_told() -> None:
    found = shared(move(0), move(512), move(1024, [128, 128]), move(0))
    assert found.end("from") == End("", "[1, 256]", "")
    assert found.end("to") == End("[256, 128]", "[1, 262144]", "0")


def test_what_a_descriptor_does_not_say_is_not_told() -> None:
    assert shared({"op": "copy"}).end("from") == End()
    assert shared().end("to") == End()
    assert shared(move(0), {"op": "copy"}).end("from") == End()


TURN = {"transpose_op": "WZXY", "transpose_shape": [2, 3, 4, 5], "transpose_element_size": 2}


def test_transposes_tell_their_element_and_shape() -> None:
    assert shared(TURN, move(0)).transposing() == Transposing("2", "[2, 3, 4, 5]")
    other = TURN | {"transpose_element_size": 4}
    assert shared(TURN, other).transposing() == Transposing("", "[2, 3, 4, 5]")


@pytest.mark.parametrize("broken", [{"from_sizes": 7}, {"from_steps": ["a"]}, {"from_off": "far"}])
def test_values_of_the_wrong_type_name_the_member(broken: dict[str, Any]) -> None:
    with pytest.raises(FormatError) as caught:
        shared(move(0) | broken).end("from")
    assert caught.value.file == "SP.json"
