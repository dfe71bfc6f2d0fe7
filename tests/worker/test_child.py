"""The decoding process itself: every ending is an event, and real files go through it."""

import errno
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingest_worker import child
from ingest_worker.formats.errors import Truncated
from ingest_worker.formats.limits import Limits
from ingest_worker.job import Job, JobSource
from ingest_worker.pipeline import run as pipeline_run
from ingest_worker.run_log import RunLog
from ingest_worker.runner import Ending, Outcome, Watch, run_job
from profiles.services import sample_files
from profiles.storage.tables import TableStore
from tests.make.big import write_big
from tests.worker.test_runner import FakeOwner

PROFILE = "0b3f7a52-8e5d-4f0e-9d3e-3d6a1f0b9c11"


def job_for(folder: Path, files: list[tuple[str, Path]], **changes: Any) -> Job:
    sources = tuple(
        JobSource(role, path.name, str(path), number) for number, (role, path) in enumerate(files)
    )
    facts: dict[str, Any] = {
        "profile_id": PROFILE,
        "run": 1,
        "tables": str(folder / "tables"),
        "sources": sources,
    }
    return Job(**{**facts, **changes})


class Events:
    """What a child sent."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []

    def send(self, event: str, **facts: Any) -> None:
        self.found.append({"event": event, **facts})


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (Truncated("ntff.truncated", "It ends.", 7, file="a.ntff"), "failed"),
        (MemoryError(), "memory"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "trouble"),
        (KeyError("column"), "fault"),
    ],
)
def test_every_error_becomes_one_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, event: str
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(pipeline_run, "process", fails)
    events = Events()
    assert child.run(job_for(tmp_path, []), events) == child.EXIT_FAILED  # type: ignore[arg-type]
    [last] = events.found
    assert last["event"] == event
    if event == "failed":
        assert (last["code"], last["offset"], last["file"]) == ("ntff.truncated", 7, "a.ntff")
    if event == "trouble":
        assert last["number"] == errno.ENOSPC
    if event == "fault":
        assert "KeyError" in last["trace"]


def test_the_memory_limit_counts_private_memory_and_leaves_headroom() -> None:
    program = (
        "import resource\n"
        "from ingest_worker.child import limit_memory\n"
        "limit_memory(123 * 2**20)\n"
        "print(resource.getrlimit(resource.RLIMIT_DATA)[0], "
        "resource.getrlimit(resource.RLIMIT_AS)[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    data, address_space = map(int, done.stdout.split())
    assert data == 123 * 2**20 + child.HEADROOM_BYTES
    assert address_space == resource.getrlimit(resource.RLIMIT_AS)[0], "mapped files do not count"


def test_what_a_library_prints_goes_to_the_log_and_not_between_the_events(tmp_path: Path) -> None:
    job = job_for(tmp_path, sample_files())
    done = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import os, sys\n"
            "from ingest_worker import child\n"
            "original = child.run\n"
            "def run(job, events):\n"
            "    os.write(1, b'printed by a library\\n')\n"
            "    return original(job, events)\n"
            "child.run = run\n"
            "sys.exit(child.main())",
        ],
        input=job.to_json() + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "printed by a library" in done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[-1]["event"] == "done"


def watched(tmp_path: Path, job: Job) -> tuple[Ending, FakeOwner]:
    owner = FakeOwner()
    watch = Watch(
        owner=owner,
        soft_limit_s=120,
        lease_s=60,
        scratch=tmp_path / "scratch",
        log=RunLog(profile_id=PROFILE, run=1),
        back_off_s=0.01,
    )
    return run_job(job, watch), owner


def test_the_sample_goes_through_all_stages(tmp_path: Path) -> None:
    ending, owner = watched(tmp_path, job_for(tmp_path, sample_files(), profile_name="sample"))
    assert ending.outcome is Outcome.DONE, ending
    stages = list(dict.fromkeys(stage for stage, _, _ in owner.progress))
    assert stages[:4] == ["identify", "decode", "resolve", "build"]
    assert stages[-1] == "publish"
    manifest = TableStore(tmp_path / "tables").open_run(PROFILE, 1).manifest
    assert manifest.table("Instruction") is not None


def test_without_the_neff_the_trace_alone_is_processed(tmp_path: Path) -> None:
    job = job_for(tmp_path, sample_files(), without=("neff",))
    ending, _ = watched(tmp_path, job)
    assert ending.outcome is Outcome.DONE, ending


def test_a_cut_trace_fails_with_a_code_and_an_offset_and_leaves_nothing(tmp_path: Path) -> None:
    cut = tmp_path / "cut.ntff"
    cut.write_bytes(dict(sample_files())["ntff"].read_bytes()[:-1000])
    ending, _ = watched(tmp_path, job_for(tmp_path, [("ntff", cut)]))
    assert ending.failure is not None
    assert ending.failure.code.startswith("ntff.")
    assert TableStore(tmp_path / "tables").runs_of(PROFILE) == []


def test_a_capture_that_needs_too_much_memory_fails_with_its_code(tmp_path: Path) -> None:
    neff, ntff, _ = write_big(tmp_path, 300_000)
    job = job_for(tmp_path, [("neff", neff), ("ntff", ntff)], memory_bytes=40 * 2**20)
    ending, _ = watched(tmp_path, job)
    assert ending.failure is not None
    assert ending.failure.code == "limit.memory"
    assert TableStore(tmp_path / "tables").runs_of(PROFILE) == []


def test_a_capture_with_too_many_records_fails_with_its_code(tmp_path: Path) -> None:
    job = job_for(tmp_path, sample_files(), limits=Limits(records=100))
    ending, _ = watched(tmp_path, job)
    assert ending.failure is not None
    assert ending.failure.code == "limit.records"
