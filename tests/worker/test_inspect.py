"""The inspecting commands print what a file says of itself, or why it cannot be read."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.make.pair import write_pair


def printed(command: str, path: Path) -> dict[str, Any]:
    out = StringIO()
    call_command(command, str(path), stdout=out)
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


@pytest.mark.parametrize("version", [4, 5, 6])
def test_a_trace_tells_version_programs_and_records(tmp_path: Path, version: int) -> None:
    _, ntff = write_pair(tmp_path, version=version, cores=1)
    found = printed("inspect_ntff", ntff)
    assert (found["version"], found["name"]) == (version, "small.neff")
    assert [program["name"] for program in found["programs"]] == ["sg00"]
    assert sum(trace["records"] for trace in found["traces"]) > 100
    assert found["programs"][0]["instructions"]["Tensor"] > 8


def test_a_neff_tells_programs_queues_and_tensors(tmp_path: Path) -> None:
    neff, _ = write_pair(tmp_path)
    found = printed("inspect_neff", neff)
    assert [program["name"] for program in found["programs"]] == ["sg00", "sg01"]
    assert "qSPDynamicHW" in found["programs"][0]["queues"]
    assert {tensor["name"] for tensor in found["tensors"]} >= {"left", "right", "product"}
    assert found["checksum"] in {"ok", "ok-swapped"}


@pytest.mark.parametrize("command", ["inspect_ntff", "inspect_neff"])
def test_another_file_is_refused_with_its_code(tmp_path: Path, command: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"something else" * 200)
    with pytest.raises(CommandError, match=r"not_this_format"):
        call_command(command, str(path))


@pytest.mark.parametrize("command", ["inspect_ntff", "inspect_neff"])
def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path, command: str) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        call_command(command, str(tmp_path / "nowhere"))
