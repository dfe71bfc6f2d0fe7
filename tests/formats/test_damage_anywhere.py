"""Files cut, flipped and lengthened anywhere: rows or a FormatError, never anything else."""

import struct
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.neff.reader import read_neff
from ingest_worker.formats.ntff.faults import read_faults
from ingest_worker.formats.ntff.instructions import compiler_slots, read_instructions
from ingest_worker.formats.ntff.packets import read_packets
from ingest_worker.formats.ntff.reader import parse_ntff
from ingest_worker.formats.ntff.throttle import read_throttle
from ingest_worker.formats.ntff.updates import read_updates
from ingest_worker.formats.ntff.window import open_capture
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.tables import RunFolder
from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.pair import small_capture, small_model

CODES = {
    form + kind
    for form in ("ntff.", "neff.")
    for kind in ("not_this_format", "malformed", "truncated", "unsupported_version")
} | {
    "archive.unsafe_member",
    "archive.duplicate_member",
    "archive.bomb",
    "limit.records",
    "limit.bytes",
    "pair.uuid_mismatch",
    "pair.swapped",
}
FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FEWER = settings(FEW, max_examples=12)

Change = Callable[[bytes], bytes]
share = st.floats(0, 1, exclude_max=True)


def cut(at: float) -> Change:
    return lambda data: data[: int(at * len(data))]


def flipped(places: list[tuple[float, int]]) -> Change:
    def change(data: bytes) -> bytes:
        out = bytearray(data)
        for at, bit in places:
            out[int(at * len(out))] ^= 1 << bit
        return bytes(out)

    return change


def lengthened(at: float, extra: bytes) -> Change:
    def change(data: bytes) -> bytes:
        place = int(at * (len(data) + 1))
        return data[:place] + extra + data[place:]

    return change


changes = st.one_of(
    st.builds(cut, share),
    st.builds(flipped, st.lists(st.tuples(share, st.integers(0, 7)), min_size=1, max_size=8)),
    st.builds(lengthened, share, st.binary(min_size=1, max_size=200)),
)


@cache
def sound(version: int) -> bytes:
    return make_ntff(small_capture(version, 1 if version == 4 else 2))


@cache
def sound_neff(is_compressed: bool) -> bytes:
    return make_neff(replace(small_model(), is_compressed=is_compressed))


def error_of(work: Callable[[], object], size_bytes: int) -> str:
    """The code of the FormatError that `work` raises, else "rows"; anything else passes through."""
    found = None
    try:
        work()
    except FormatError as error:
        found = error
    if found is None:
        return "rows"
    assert found.message
    assert found.offset is None or 0 <= found.offset <= max(size_bytes, 1024)
    return found.code


def read_all(data: bytes) -> None:
    """Reads everything a trace holds."""
    found = open_capture(parse_ntff(memoryview(data), limits=DEFAULT_LIMITS, partial=True))
    for image in found.ntff.images.values():
        compiler_slots(image)
    for core in found.cores:
        rows = read_instructions(found, core).rows
        assert (rows.start_ps <= rows.end_ps).all()
        read_packets(found, core)
        read_updates(found, core)
        read_faults(found, core)
        read_throttle(found, core, found.origin_ps)


def answer_to(data: bytes) -> str:
    """What comes of reading a trace."""
    return error_of(lambda: read_all(data), len(data))


@pytest.mark.parametrize("version", [4, 5, 6])
@FEW
@given(change=changes)
@example(change=cut(0.0))
@example(change=cut(0.999))
def test_a_damaged_trace_gives_rows_or_a_code(version: int, change: Change) -> None:
    assert answer_to(change(sound(version))) in CODES | {"rows"}


@pytest.mark.parametrize("version", [4, 5, 6])
@FEW
@given(change=changes)
def test_a_damaged_message_gives_rows_or_a_code(version: int, change: Change) -> None:
    """The header's length follows the damage, so that the message itself is what is read."""
    data = sound(version)
    size = struct.unpack_from("<Q", data, 1)[0]
    message = change(data[128 : 128 + size])
    head = data[:1] + struct.pack("<Q", len(message)) + data[9:128]
    assert answer_to(head + message + data[128 + size :]) in CODES | {"rows"}


@pytest.mark.parametrize("is_compressed", [True, False], ids=["gzip", "tar"])
@FEW
@given(change=changes)
def test_a_damaged_neff_gives_a_program_or_a_code(
    tmp_path: Path, is_compressed: bool, change: Change
) -> None:
    data = change(sound_neff(is_compressed))
    path = tmp_path / "damaged.neff"
    path.write_bytes(data)
    code = error_of(lambda: read_neff(path, limits=DEFAULT_LIMITS), 1 << 30)
    assert code in CODES | {"rows"}


@FEWER
@given(neff_change=changes, ntff_change=changes, both=st.booleans())
def test_a_damaged_pair_is_processed_or_refused_with_the_files_name(
    tmp_path_factory: pytest.TempPathFactory,
    neff_change: Change,
    ntff_change: Change,
    both: bool,
) -> None:
    folder = tmp_path_factory.mktemp("pair")
    neff, ntff = folder / "a.neff", folder / "a.ntff"
    neff.write_bytes(neff_change(sound_neff(False)) if both else sound_neff(False))
    ntff.write_bytes(ntff_change(sound(6)))
    refs = [SourceRef("neff", "a.neff", neff), SourceRef("ntff", "a.ntff", ntff)]
    out = folder / "run"
    out.mkdir()
    code = error_of(lambda: process(refs, RunFolder(out), Options(), silent), 1 << 30)
    assert code in CODES | {"rows"}
    assert (out / "manifest.json").exists() == (code == "rows")
