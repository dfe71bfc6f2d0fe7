"""What a trace says of the device's clock, by which events of the host find their place in it."""

from pathlib import Path

import pytest

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.manifest import Manifest, PartEntry
from profiles.storage.tables import RunFolder
from tests.make.description import Capture
from tests.make.ntff import make_ntff
from tests.make.pair import small_capture


def parts_of(folder: Path, *captures: Capture) -> tuple[PartEntry, ...]:
    """The parts of a profile made of these traces."""
    refs = []
    for place, capture in enumerate(captures):
        path = folder / f"{place}.ntff"
        path.write_bytes(make_ntff(capture))
        refs.append(SourceRef("ntff", path.name, path, place))
    (folder / "run").mkdir()
    return process(refs, RunFolder(folder / "run"), Options(), silent).manifest.parts


@pytest.mark.parametrize("version", [5, 6])
def test_a_trace_that_keeps_the_clock_says_what_it_showed_at_the_zero(
    tmp_path: Path, version: int
) -> None:
    capture = small_capture(version, is_scaled=False)
    (part,) = parts_of(tmp_path, capture)
    assert part.device_zero_ns == str(capture.origin_ps // 1000)


@pytest.mark.parametrize("version", [4, 6])
def test_a_trace_with_scaled_counters_says_nothing_of_it(tmp_path: Path, version: int) -> None:
    (part,) = parts_of(tmp_path, small_capture(version, is_scaled=True))
    assert part.device_zero_ns is None


def test_each_part_has_its_own(tmp_path: Path) -> None:
    first, second = parts_of(tmp_path, small_capture(6, 1), small_capture(4, 1))
    assert (first.device_zero_ns is None, second.device_zero_ns is None) == (False, True)


def test_a_manifest_of_before_is_read_without_it() -> None:
    text = Manifest("7.4.0", "0.1.0", parts=(PartEntry(0, "a.ntff", 7),)).to_json()
    older = text.replace('"device_zero_ns": null,', "")
    assert "device_zero_ns" not in older
    assert Manifest.from_json(older).parts[0].device_zero_ns is None
