"""The runner watches the decoding child and turns every ending into an outcome with a code."""

import errno
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest_worker import child_process, runner
from ingest_worker.job import Job
from ingest_worker.run_log import RunLog
from ingest_worker.runner import Ending, Outcome, Watch, run_job
from tests.serve.patience import is_alive, until
from tests.worker.fake_child import command, tries

if TYPE_CHECKING:
    from collections.abc import Callable

PROFILE = "0b3f7a52-8e5d-4f0e-9d3e-3d6a1f0b9c11"


class FakeOwner:
    """A claim whose fate the test decides."""

    def __init__(self) -> None:
        self.is_owned: Callable[[], bool] = lambda: True
        self.is_told_to_stop: Callable[[], bool] = lambda: False
        self.renewals = 0
        self.progress: list[tuple[str, int, int]] = []

    def renew(self) -> bool:
        self.renewals += 1
        return self.is_owned()

    def advance(self, stage: str, done: int, total: int) -> None:
        self.progress.append((stage, done, total))

    def is_stopping(self) -> bool:
        return self.is_told_to_stop()


class Bench:
    """One job with a child that does what a program says."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.owner = FakeOwner()
        self.scratch = folder / "scratch"
        self.memory_bytes = 0
        self.soft_limit_s = 30.0
        self._monkeypatch = monkeypatch

    @property
    def counter(self) -> Path:
        return self.folder / "tries"

    def run(self, program: str) -> Ending:
        self._monkeypatch.setattr(child_process, "CHILD_COMMAND", command(program))
        job = Job(
            profile_id=PROFILE,
            run=1,
            tables=str(self.folder / "tables"),
            sources=(),
            memory_bytes=self.memory_bytes,
            pause_folder=str(self.folder),
        )
        watch = Watch(
            owner=self.owner,
            soft_limit_s=self.soft_limit_s,
            lease_s=60,
            scratch=self.scratch,
            log=RunLog(profile_id=PROFILE, run=1),
            back_off_s=0.01,
        )
        return run_job(job, watch)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def code(ending: Ending) -> str:
    assert ending.outcome is Outcome.FAILED
    assert ending.failure is not None
    return ending.failure.code


def test_a_job_that_is_done_is_done_and_its_progress_is_passed_on(bench: Bench) -> None:
    ending = bench.run(
        """
        send("progress", stage="decode", done=0, total=2)
        send("progress", stage="decode", done=2, total=2)
        send("progress", stage="build", done=0, total=0)
        send("done", notices=[])
        """
    )
    assert ending.outcome is Outcome.DONE
    assert bench.owner.progress == [("decode", 0, 2), ("decode", 2, 2), ("build", 0, 0)]
    assert '"stage": "decode"' in ending.log
    assert '"stage": "build"' in ending.log


def test_a_bad_file_fails_with_its_code_at_once(bench: Bench) -> None:
    ending = bench.run(
        f"""
        count({str(bench.counter)!r})
        send("failed", code="ntff.truncated", message="It ends.", hint="Copy it.", offset=77,
             file="b.ntff")
        """
    )
    assert code(ending) == "ntff.truncated"
    assert ending.failure is not None
    assert (ending.failure.message, ending.failure.offset) == ("It ends.", 77)
    assert (ending.failure.hint, ending.failure.file) == ("Copy it.", "b.ntff")
    assert tries(bench.counter) == 1


def test_machine_trouble_is_tried_three_times(bench: Bench) -> None:
    ending = bench.run(
        f"""
        count({str(bench.counter)!r})
        send("trouble", number={errno.EIO}, message="Input/output error", trace="")
        """
    )
    assert code(ending) == "worker.lost"
    assert tries(bench.counter) == 3
    assert ending.log.count("trying again") == 2


def test_trouble_that_passes_leaves_no_mark(bench: Bench) -> None:
    ending = bench.run(
        f"""
        if count({str(bench.counter)!r}) < 3:
            send("trouble", number={errno.EIO}, message="Input/output error", trace="")
        else:
            send("done", notices=[])
        """
    )
    assert ending.outcome is Outcome.DONE
    assert tries(bench.counter) == 3


def test_a_full_disk_is_said_once_and_not_tried_again(bench: Bench) -> None:
    ending = bench.run(
        f"""
        count({str(bench.counter)!r})
        send("trouble", number={errno.ENOSPC}, message="No space left", trace="")
        """
    )
    assert code(ending) == "store.full"
    assert tries(bench.counter) == 1


def test_a_child_that_is_killed_is_lost_after_three_tries(bench: Bench) -> None:
    ending = bench.run(
        f"""
        count({str(bench.counter)!r})
        send("progress", stage="build", done=0, total=0)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    assert code(ending) == "worker.lost"
    assert ending.failure is not None
    assert "SIGKILL" in ending.failure.message
    assert "in the stage build" in ending.failure.message
    assert tries(bench.counter) == 3


def test_a_fault_of_this_program_has_a_code_of_its_own_and_its_trace_in_the_log(
    bench: Bench,
) -> None:
    ending = bench.run("""send("fault", message="KeyError: 3", trace="File x, line 1")""")
    assert code(ending) == "worker.fault"
    assert "File x, line 1" in ending.log


def test_what_the_child_says_is_in_the_log(bench: Bench) -> None:
    ending = bench.run(
        """
        sys.stderr.write("something odd\\n")
        sys.stdout.write("not an event\\n")
        send("failed", code="ntff.malformed", message="Bad.", hint="", offset=None, file="")
        """
    )
    assert "something odd" in ending.log
    assert "not an event" in ending.log


def test_a_child_that_holds_too_much_memory_is_stopped(bench: Bench) -> None:
    bench.memory_bytes = 100 * 2**20
    ending = bench.run(
        "hog = bytearray(200 * 2**20)\nhog[::4096] = b'x' * len(hog[::4096])\ntime.sleep(30)"
    )
    assert code(ending) == "limit.memory"
    assert ending.failure is not None
    assert "100 MiB" in ending.failure.message


def test_mapped_files_do_not_count_as_memory(bench: Bench) -> None:
    bench.memory_bytes = 60 * 2**20
    large = bench.folder / "large"
    with large.open("wb") as file:
        file.truncate(300 * 2**20)
    ending = bench.run(
        f"""
        import mmap
        with open({str(large)!r}, "rb") as file:
            view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        sum(view[::4096])
        time.sleep(0.5)
        send("done", notices=[])
        """
    )
    assert ending.outcome is Outcome.DONE


def test_a_child_that_reports_no_memory_fails_with_the_same_code(bench: Bench) -> None:
    bench.memory_bytes = 10**9
    assert code(bench.run("""send("memory")""")) == "limit.memory"


def test_a_child_that_takes_too_long_is_stopped(bench: Bench) -> None:
    bench.soft_limit_s = 0.3
    started = time.monotonic()
    ending = bench.run("time.sleep(30)")
    assert code(ending) == "worker.timeout"
    assert time.monotonic() - started < 5


def test_a_deleted_profile_stops_its_child(bench: Bench) -> None:
    note = bench.folder / "pid"
    bench.owner.is_owned = lambda: not note.exists()
    ending = bench.run(
        f"""
        Path({str(note)!r}).write_text(str(os.getpid()))
        time.sleep(30)
        """
    )
    assert ending.outcome is Outcome.DISOWNED
    assert until(lambda: not is_alive(int(note.read_text())))


def test_a_stopping_worker_lets_a_job_finish_that_is_nearly_done(bench: Bench) -> None:
    bench.owner.is_told_to_stop = lambda: True
    ending = bench.run("""time.sleep(0.5)\nsend("done", notices=[])""")
    assert ending.outcome is Outcome.DONE


def test_a_stopping_worker_hands_a_long_job_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "FINISH_WITHIN_S", 0.3)
    bench.owner.is_told_to_stop = lambda: True
    started = time.monotonic()
    assert bench.run("time.sleep(30)").outcome is Outcome.HANDED_BACK
    assert time.monotonic() - started < 5


def test_a_worker_told_to_stop_while_it_waits_for_the_next_try_hands_back(bench: Bench) -> None:
    bench.owner.is_told_to_stop = lambda: tries(bench.counter) > 0
    ending = bench.run(f"count({str(bench.counter)!r})\nos.abort()")
    assert ending.outcome is Outcome.HANDED_BACK
    assert tries(bench.counter) == 1


def test_the_claim_is_renewed_while_the_child_is_silent(bench: Bench) -> None:
    bench.run("""time.sleep(2.5)\nsend("done", notices=[])""")
    assert bench.owner.renewals >= 2


@pytest.mark.parametrize(
    ("program", "stays"),
    [
        ("""send("done", notices=[])""", True),
        (
            """send("failed", code="ntff.malformed", message="", hint="", offset=0, file="")""",
            False,
        ),
        ("os.abort()", False),
    ],
)
def test_only_a_finished_run_leaves_its_folder(bench: Bench, program: str, stays: bool) -> None:
    partial = (
        'folder = Path(job["tables"]) / job["profile_id"] / str(job["run"])\n'
        "folder.mkdir(parents=True)\n"
        '(folder / "Instruction.parquet").write_bytes(b"half")\n'
        'Path(os.environ["TMPDIR"], "rest").write_bytes(b"scratch")\n'
    )
    bench.run(partial + program)
    found = list(bench.folder.rglob("Instruction.parquet"))
    assert bool(found) == stays
    assert not bench.scratch.exists()


def test_scratch_is_where_the_child_is_told_to_keep_temporary_files(bench: Bench) -> None:
    note = bench.folder / "where"
    bench.run(
        f"""
        import tempfile
        Path({str(note)!r}).write_text(tempfile.gettempdir())
        send("done", notices=[])
        """
    )
    assert Path(note.read_text()) == bench.scratch


def test_a_child_that_talks_without_end_does_not_fill_the_log(bench: Bench) -> None:
    ending = bench.run(
        """
        for number in range(20_000):
            sys.stderr.write(f"line {number}\\n")
        send("failed", code="ntff.malformed", message="", hint="", offset=0, file="")
        """
    )
    assert "line 0\n" in ending.log
    assert '"code": "ntff.malformed"' in ending.log
    assert len(ending.log) < 70_000
    assert "characters left out" in ending.log


def test_a_child_that_lingers_after_its_last_word_is_ended(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process, "GONE_WITHIN_S", 0.3)
    ending = bench.run(
        """
        send("done", notices=[])
        os.close(1)
        os.close(2)
        time.sleep(30)
        """
    )
    assert ending.outcome is Outcome.DONE


def test_a_program_that_cannot_be_started_is_machine_trouble(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_process(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr("ingest_worker.child_process.subprocess.Popen", no_process)
    assert code(bench.run("")) == "worker.lost"
