"""NEFF and trace belong together by the ids inside: whole ones first, then the written one."""

from dataclasses import replace

import pytest

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.facts import ExecutionFacts, Facts
from ingest_worker.formats.ntff.reader import parse_ntff
from ingest_worker.pipeline.pair import check_pair, ids_of
from tests.formats.small_trace import UID, Core, whole_trace

OTHER = bytes(range(100, 116))


@pytest.fixture
def facts() -> Facts:
    data = whole_trace(6, [Core()], window=(1, 9))
    return parse_ntff(memoryview(data), limits=DEFAULT_LIMITS).facts


def is_refused(neff_uuid: bytes, facts: Facts) -> bool:
    try:
        check_pair(neff_uuid, "a.neff", facts, "a.ntff")
    except FormatError as error:
        return error.code == "pair.uuid_mismatch"
    return False


def test_the_id_of_the_execution_decides(facts: Facts) -> None:
    assert not is_refused(UID, facts)
    assert is_refused(OTHER, facts)
    assert not is_refused(UID, replace(facts, uuid=OTHER))


def without_executions(facts: Facts, stored: bytes) -> Facts:
    return replace(facts, executions=(), uuid=stored)


@pytest.mark.parametrize("length", [1, 4, 10, 16])
def test_without_one_the_first_stored_bytes_decide(facts: Facts, length: int) -> None:
    assert not is_refused(UID, without_executions(facts, UID[:length]))
    assert is_refused(OTHER, without_executions(facts, UID[:length]))


def test_stray_memory_behind_16_stored_bytes_does_not_count(facts: Facts) -> None:
    assert not is_refused(UID, without_executions(facts, UID + b"stray"))


def test_no_id_is_unknown_and_no_mismatch(facts: Facts) -> None:
    assert not is_refused(OTHER, without_executions(facts, b""))
    assert not is_refused(bytes(16), facts)


def test_an_execution_id_of_zeros_or_of_another_length_does_not_count(facts: Facts) -> None:
    odd = (ExecutionFacts(bytes(16), 1, 2), ExecutionFacts(b"short", 1, 2))
    found = ids_of(replace(facts, executions=odd))
    assert found.executions == ()
    assert found.stored == UID


def test_the_refusal_names_both_files_and_what_helps(facts: Facts) -> None:
    with pytest.raises(FormatError) as caught:
        check_pair(OTHER, "a.neff", facts, "b.ntff")
    assert "b.ntff was not captured from a.neff" in caught.value.message
    assert OTHER.hex() in caught.value.message
    assert caught.value.hint
