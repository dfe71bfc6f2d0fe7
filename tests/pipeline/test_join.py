"""Without a NEFF every question has an empty answer; with one it is the compiler's."""

import numpy as np
import pytest

from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.neff.program import Neff
from ingest_worker.formats.neff.reader import read_neff
from ingest_worker.pipeline.join import NeffJoin
from tests.make.pair import write_pair

ENGINES = {3: "GpSimd", 4: "Scalar", 5: "Tensor", 6: "Vector"}
PE, SP = 0, 4


@pytest.fixture(scope="module")
def neff(tmp_path_factory: pytest.TempPathFactory) -> Neff:
    path, _ = write_pair(tmp_path_factory.mktemp("neff"))
    return read_neff(path, limits=DEFAULT_LIMITS)


def slots_of(neff: Neff, engine: int) -> np.ndarray:
    return neff.subgraphs[0].engines[engine].slots


def test_without_a_neff_only_the_engines_semaphores_have_names() -> None:
    join = NeffJoin()
    assert join.semaphore_names("sg00") == ENGINES
    assert join.activation_names("sg00") == {}
    assert join.queue_details("sg00") == {}
    assert join.trigger_target("sg00", SP, 3) == (None, None)
    assert (
        join.compiled("sg00", PE, np.zeros((1, 64), np.uint8), np.zeros(1, np.int32), "trn2")
        is None
    )
    assert join.compiler_version is None
    assert [notice.code for notice in join.notices] == ["neff.missing"]


def test_semaphores_of_queues_have_the_displayed_name(neff: Neff) -> None:
    names = NeffJoin(neff).semaphore_names("sg00")
    assert {number: names[number] for number in ENGINES} == ENGINES
    assert "qSyncDynamicHW" in names.values()
    assert "qGpSimdDynamic" in names.values()


def test_a_program_the_neff_does_not_hold_has_no_answers(neff: Neff) -> None:
    join = NeffJoin(neff)
    assert join.semaphore_names("sg09") == ENGINES
    assert join.trigger_target("sg09", SP, 0) == (None, None)
    assert join.compiled("", PE, slots_of(neff, PE)[:1], np.zeros(1, np.int32), "trn2") is None


def test_a_trigger_names_its_queue_and_block(neff: Neff) -> None:
    join = NeffJoin(neff)
    place = int(np.flatnonzero(slots_of(neff, SP)[:, 0] == 0xC1)[0])
    assert join.trigger_target("sg00", SP, place) == ("qSPSpillReload0", 7)
    assert join.trigger_target("sg00", SP, 0) == (None, None)
    assert join.trigger_target("sg00", SP, -1) == (None, None)
    assert join.trigger_target("sg00", SP, 1 << 20) == (None, None)


def test_a_block_tells_variable_bytes_and_that_it_loads(neff: Neff) -> None:
    detail = NeffJoin(neff).queue_details("sg00")["qSPSpillReload0", 7]
    assert (detail.variable, detail.op, detail.is_load) == ("identity", "copy", True)
    assert (detail.read_bytes, detail.write_bytes) == (32768, 32768)
    assert (detail.source, detail.dest) == ("identity", "SB")


def test_slots_that_ran_as_compiled_are_not_foreign(neff: Neff) -> None:
    slots = slots_of(neff, PE)
    places = np.arange(len(slots), dtype=np.int32)
    found = NeffJoin(neff).compiled("sg00", PE, slots, places, "trn2")
    assert found is not None
    assert found.foreign == 0
    assert {name: len(values) for name, values in found.columns.items()} == dict.fromkeys(
        found.columns, len(slots)
    )
    assert set(found.columns["compiler_opcode"]) == {None}


def test_rewritten_slots_keep_the_compiler_s_text_and_are_not_foreign(neff: Neff) -> None:
    compiled = slots_of(neff, SP)
    ran = compiled.copy()
    for old, new in ((0xD4, 0xB8), (0xC1, 0xA5)):
        ran[compiled[:, 0] == old, 0] = new
    places = np.arange(len(compiled), dtype=np.int32)
    found = NeffJoin(neff).compiled("sg00", SP, ran, places, "trn2")
    assert found is not None
    assert found.foreign == 0
    texts = set(found.columns["compiler_opcode"])
    assert {"PSEUDO_DMA_DIRECT2D", "PSEUDO_DMA_TRIGGER", None} <= texts


def test_a_slot_that_no_rewriting_explains_is_foreign(neff: Neff) -> None:
    ran = slots_of(neff, PE).copy()
    ran[2, 40] ^= 0xFF
    places = np.arange(len(ran), dtype=np.int32)
    found = NeffJoin(neff).compiled("sg00", PE, ran, places, "trn2")
    assert found is not None
    assert found.foreign == 1


def test_runtime_slots_have_empty_names_and_no_compiler_text(neff: Neff) -> None:
    ran = slots_of(neff, PE)[:3]
    found = NeffJoin(neff).compiled("sg00", PE, ran, np.full(3, -1, np.int32), "trn2")
    assert found is not None
    assert found.columns["bir_id"] == ["", "", ""]
    assert found.columns["raw_bir_id"] == [0, 0, 0]
    assert found.columns["compiler_opcode"] == [None, None, None]
    assert found.foreign == 0


def test_static_triggers_carry_the_bytes_of_their_transfer_by_memory(neff: Neff) -> None:
    compiled = slots_of(neff, SP)
    place = int(np.flatnonzero(compiled[:, 0] == 0xC1)[0])
    ran = compiled[place : place + 1].copy()
    ran[0, 0] = 0xA5
    found = NeffJoin(neff).compiled("sg00", SP, ran, np.array([place], np.int32), "trn2")
    assert found is not None
    amounts = {
        name: found.columns[name][0]
        for name in ("sbuf_write_bytes", "sbuf_read_bytes", "hbm_read_bytes", "weight_queue_bytes")
    }
    assert amounts == {
        "sbuf_write_bytes": 32768,
        "sbuf_read_bytes": 0,
        "hbm_read_bytes": 32768,
        "weight_queue_bytes": 32768,
    }
