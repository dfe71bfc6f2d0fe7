"""Summaries and the other outputs as the official tool writes them, of devices and systems."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.exports.official_outputs import OUTPUTS, output_pieces, output_text
from ingest_worker.exports.official_summary import (
    GROUPS,
    group_of,
    plain,
    summaries,
    summary_of,
    summary_text,
)
from ingest_worker.exports.official_tables import OfficialTables
from profiles.storage.layout import table_file
from profiles.storage.tables import ReadableRun
from tests.exports.system_runs import event, write_run
from tests.imports.official_files import (
    SUMMARY,
    decoded,
    imported,
    rows,
    tables_of,
    write_json,
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    return decoded(tmp_path_factory.mktemp("run"))


def test_a_summary_is_keyed_by_its_contents(run: ReadableRun, tmp_path: Path) -> None:
    (name,) = summaries(run)
    assert name.startswith("n_")
    assert len(name) == 18
    again = decoded(tmp_path)
    assert list(summaries(again)) == [name]


def test_a_summary_holds_the_official_numbers(run: ReadableRun) -> None:
    (values,) = json.loads(output_text(run, "summary-json")).values()
    legacy = {row["key"] for row in rows(run, "LegacySummary")}
    assert legacy | {"profiler_version"} == set(values)
    (published,) = rows(run, "Summary")
    assert values["tensor_engine_instruction_count"] == published["tensor_engine_instruction_count"]
    assert list(values) == sorted(values)


def test_an_imported_summary_is_written_digit_by_digit(tmp_path: Path) -> None:
    found, _ = imported(tmp_path, [write_json(tmp_path, {"n_1": SUMMARY}, "s.json")])
    (values,) = json.loads(output_text(found, "summary-json")).values()
    assert {key: values[key] for key in SUMMARY} == SUMMARY


def test_without_the_official_numbers_the_published_ones_are_written(
    run: ReadableRun, tmp_path: Path
) -> None:
    sources = [one for one in tables_of(run.path) if "Legacy" not in one.name]
    found, _ = imported(tmp_path, sources)
    values = summary_of(OfficialTables(found))
    (published,) = rows(found, "Summary")
    assert values["hardware_flops"] == published["hardware_flops"]
    assert values["instance_type"] == rows(found, "Metadata")[0]["instance_type"]
    limits = [key for key in values if key.startswith("throttle_")]
    assert "throttle_avg_util_limit_nc0_percent" in limits
    assert any(key.startswith("throttle_activity") for key in limits)


@pytest.mark.parametrize(
    ("key", "group"),
    [
        ("total_time", "Overall"),
        ("hardware_flops", "Overall"),
        ("hardware_dynamic_dma_size", "Hardware dynamic DMA"),
        ("software_dynamic_dma_size", "Software dynamic DMA"),
        ("dma_active_time", "Data movement"),
        ("mfu_estimated_percent", "Tensor engine"),
        ("activate_instruction_count", "Scalar engine"),
        ("throttle_active_nc0_time_ns", "Throttling"),
        ("instance_type", "System"),
        ("something_new", "System"),
    ],
)
def test_every_number_has_a_group(key: str, group: str) -> None:
    assert group_of(key) == group


def test_the_text_holds_every_number_once(run: ReadableRun) -> None:
    text = summary_text(run)
    (values,) = summaries(run).values()
    for key, value in values.items():
        lines = [line.split() for line in text.splitlines()]
        own = [line for line in lines if line and line[0] == key]
        assert len(own) == 1
        assert " ".join(own[0][1:]) == str(plain(value))
    titles = [group for group, _ in GROUPS]
    shown = [line for line in text.splitlines() if line in titles]
    assert shown == [title for title in titles if title in shown]


def test_the_tables_are_a_tar_that_opens_as_a_profile(run: ReadableRun, tmp_path: Path) -> None:
    output, pieces = output_pieces(run, "parquet")
    assert output.ending == "tar"
    data = b"".join(pieces)
    assert len(data) % tarfile.BLOCKSIZE == 0
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        names = archive.getnames()
        archive.extractall(tmp_path / "out", filter="data")
    assert names == [table_file(entry.name) for entry in run.manifest.tables]
    found, _ = imported(tmp_path, tables_of(tmp_path / "out"))
    assert rows(found, "Instruction") == rows(run, "Instruction")


def test_other_parts_lie_in_folders(run: ReadableRun, tmp_path: Path) -> None:
    document = json.loads(output_text(run, "json"))
    sources = [write_json(tmp_path, document, f"rank{n}.json") for n in range(2)]
    found, _ = imported(tmp_path, sources)
    _, pieces = output_pieces(found, "parquet")
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as archive:
        assert {"Instruction.parquet", "parts/1/Instruction.parquet"} <= set(archive.getnames())
    second = json.loads(b"".join(output_pieces(found, "json", 1)[1]))
    assert second["instruction"] == document["instruction"]
    assert len(summaries(found)) == 1  # equal contents have one name


EVENTS = [
    event("nrt_execute", 10, 90, number=1, nc_idx=0, exec_id=7),
    event("nrt_execute", 100, 190, number=2, nc_idx=1),
    event("aten::mm", 0, 5, number=3, trace_event_source="framework"),
]
CPU = [{"timestamp": 3, "util_percent": 50.0, "cpu_id": "0", "instance_id": "i-1"}]
MEMORY = [{"timestamp": 4, "used_bytes": 9, "used_percent": 1.5, "instance_id": "i-1"}]


@pytest.fixture
def system(tmp_path: Path) -> ReadableRun:
    return write_run(
        tmp_path / "system",
        {"SystemProfileEvents": EVENTS, "CpuUsage": CPU, "HostMemUsage": MEMORY},
    )


def test_a_system_is_summed_up_by_its_events(system: ReadableRun) -> None:
    (found,) = summaries(system).items()
    name, values = found
    assert name.startswith("s_")
    assert values["event_counts"] == {"aten::mm": 1, "nrt_execute": 2}
    assert (values["trace_event_count"], values["cpu_util_count"]) == (3, 1)
    assert "event nrt_execute" in summary_text(system)


def test_a_system_document_opens_as_a_system(system: ReadableRun, tmp_path: Path) -> None:
    document: dict[str, Any] = json.loads(output_text(system, "json"))
    assert set(document) == {"trace_events", "cpu_util", "mem_usage", "device_mem_usage"}
    first = document["trace_events"][0]
    assert (first["lnc_idx"], first["exec_id"], first["duration"]) == (0, 7, 80)
    assert [row.get("type") for row in document["trace_events"]] == [None, None, 99999]
    found, result = imported(tmp_path, [write_json(tmp_path, document)])
    assert result.manifest.kind == "system"
    names = ("id", "name", "start_ts", "end_ts", "trace_event_source", "nc_idx", "process_id")
    assert [{n: row[n] for n in names} for row in rows(found, "SystemProfileEvents")] == [
        {n: row.get(n) for n in names} for row in EVENTS
    ]
    assert rows(found, "HostMemUsage")[0]["used_bytes"] == 9


def test_every_output_of_a_system_can_be_made(system: ReadableRun) -> None:
    for name in OUTPUTS:
        assert b"".join(output_pieces(system, name)[1])
