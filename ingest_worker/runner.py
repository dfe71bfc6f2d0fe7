"""A profile in, an ending out: the decoding child watched, its failures turned into codes."""

import errno
import logging
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from ingest_worker.child_process import ChildProcess
from ingest_worker.job import Job
from ingest_worker.run_log import RunLog
from profiles.storage.tables import TableStore

logger = logging.getLogger(__name__)

POLL_S = 0.1
TRIES = 3
BACK_OFF_S = 1.0
FINISH_WITHIN_S = 4.0
"""How long a running job may go on when the worker is told to stop."""

RENEWALS_PER_LEASE = 4
LONGEST_UNRENEWED_S = 2.0


class Owner(Protocol):
    """Who holds the claim on the run."""

    def renew(self) -> bool:
        """Keep the claim. False: it is lost, or the profile was deleted."""

    def advance(self, stage: str, done: int, total: int) -> None:
        """Show how far the run is."""

    def is_stopping(self) -> bool:
        """Whether this worker has been told to stop."""


class Outcome(Enum):
    """How a run ended."""

    DONE = "done"
    FAILED = "failed"
    HANDED_BACK = "handed back"
    DISOWNED = "disowned"


@dataclass(frozen=True)
class Failure:
    """Why a run failed; `is_passing` marks machine trouble that another try may not meet."""

    code: str
    message: str
    hint: str = ""
    offset: int | None = None
    file: str = ""
    is_passing: bool = False


@dataclass(frozen=True)
class Ending:
    """The outcome of a run, its failure if it failed, its log; of a listing files and notices."""

    outcome: Outcome
    failure: Failure | None = None
    log: str = ""
    files: tuple[dict[str, Any], ...] = ()
    notices: tuple[dict[str, Any], ...] = ()


@dataclass
class Watch:
    """The limits of one run."""

    owner: Owner
    soft_limit_s: float
    lease_s: float
    scratch: Path
    log: RunLog
    tries: int = TRIES
    back_off_s: float = BACK_OFF_S
    sleep: Callable[[float], None] = time.sleep
    started_at: float = field(default_factory=time.monotonic)


def run_job(job: Job, watch: Watch) -> Ending:
    """Run a job in a child process, again after machine trouble, and say how it ended.

    Whatever the ending but DONE, no partial run folder stays; the scratch folder never stays.
    """
    ending = Ending(Outcome.FAILED)
    for attempt in range(1, watch.tries + 1):
        ending = _one_try(job, watch)
        if ending.outcome is not Outcome.DONE:
            TableStore(job.tables).drop_run(job.profile_id, job.run)
        if attempt == watch.tries or not (ending.failure and ending.failure.is_passing):
            break
        pause_s = watch.back_off_s * 4 ** (attempt - 1) * (1 + random.random() / 2)
        watch.log.note("trying again", reason=ending.failure.message, pause_s=round(pause_s, 2))
        if not _rest(watch, pause_s):
            return Ending(Outcome.HANDED_BACK, log=watch.log.text())
    return ending


def _rest(watch: Watch, pause_s: float) -> bool:
    """Wait before the next try, keeping the claim. False: the worker is stopping."""
    latest = time.monotonic() + pause_s
    while time.monotonic() < latest:
        if watch.owner.is_stopping():
            return False
        watch.owner.renew()
        watch.sleep(min(LONGEST_UNRENEWED_S, max(0.0, latest - time.monotonic())))
    return True


def _one_try(job: Job, watch: Watch) -> Ending:
    watch.scratch.mkdir(parents=True, exist_ok=True)
    try:
        with ChildProcess(job, watch.scratch) as child:
            return _Watched(job, watch, child).until_end()
    except OSError as error:
        watch.log.note("the child could not be run", reason=str(error))
        return Ending(Outcome.FAILED, _trouble(error.errno or 0, str(error)), watch.log.text())
    finally:
        shutil.rmtree(watch.scratch, ignore_errors=True)


class _Watched:
    """One child being watched."""

    def __init__(self, job: Job, watch: Watch, child: ChildProcess) -> None:
        self._job = job
        self._watch = watch
        self._child = child
        self._final: dict[str, Any] | None = None
        self._files: list[dict[str, Any]] = []
        self._stage = ""
        self._renewed_at = 0.0
        self._stop_at: float | None = None

    def until_end(self) -> Ending:
        while self._child.is_talking:
            for kind, what in self._child.read(POLL_S):
                if kind == "said":
                    self._watch.log.said(what)
                else:
                    self._take(what)
            if ending := self._ended_by_us():
                self._child.kill()
                return ending
        return self._ended_itself(self._child.wait())

    def _take(self, event: dict[str, Any]) -> None:
        if event["event"] == "file":
            self._files.append(event)
            return
        if event["event"] != "progress":
            self._final = event
            return
        stage = str(event["stage"])
        if stage != self._stage:
            self._stage = stage
            self._watch.log.stage(stage)
        self._watch.owner.advance(stage, int(event["done"]), int(event["total"]))

    def _ended_by_us(self) -> Ending | None:
        now = time.monotonic()
        if now - self._watch.started_at > self._watch.soft_limit_s:
            return self._failed(_timed_out(self._watch.soft_limit_s))
        limit = self._job.memory_bytes
        if limit and self._child.private_bytes() > limit:
            return self._failed(_too_much_memory(limit))
        if not self._still_owned(now):
            return Ending(Outcome.DISOWNED, log=self._watch.log.text())
        return self._stopping(now)

    def _still_owned(self, now: float) -> bool:
        every_s = min(self._watch.lease_s / RENEWALS_PER_LEASE, LONGEST_UNRENEWED_S)
        if now - self._renewed_at < every_s:
            return True
        self._renewed_at = now
        return self._watch.owner.renew()

    def _stopping(self, now: float) -> Ending | None:
        if self._stop_at is None:
            if self._watch.owner.is_stopping():
                self._stop_at = now + FINISH_WITHIN_S
            return None
        return Ending(Outcome.HANDED_BACK) if now > self._stop_at else None

    def _ended_itself(self, code: int) -> Ending:
        self._watch.log.end_stage()
        final = self._final or {"event": "lost"}
        match final["event"]:
            case "done":
                log, notices = self._watch.log.text(), tuple(final.get("notices", ()))
                return Ending(Outcome.DONE, log=log, files=tuple(self._files), notices=notices)
            case "failed":
                return self._failed(_from_file(final))
            case "memory":
                return self._failed(_too_much_memory(self._job.memory_bytes))
            case "trouble":
                self._watch.log.said(str(final["trace"]))
                return self._failed(_trouble(int(final["number"]), str(final["message"])))
            case "fault":
                self._watch.log.said(str(final["trace"]))
                return self._failed(_fault(str(final["message"])))
        return self._failed(_lost(code, self._stage))

    def _failed(self, failure: Failure) -> Ending:
        self._watch.log.note("failed", code=failure.code, reason=failure.message)
        return Ending(Outcome.FAILED, failure, self._watch.log.text())


def _from_file(event: dict[str, Any]) -> Failure:
    return Failure(
        code=str(event["code"]),
        message=str(event["message"]),
        hint=str(event["hint"]),
        offset=event["offset"],
        file=str(event["file"]),
    )


def _timed_out(limit_s: float) -> Failure:
    return Failure(
        "worker.timeout",
        f"Processing took longer than the limit of {limit_s:g} s.",
        "Capture a shorter run, or raise INGEST_SOFT_LIMIT_S and process it again.",
    )


def _too_much_memory(limit_bytes: int) -> Failure:
    return Failure(
        "limit.memory",
        f"Processing needed more than the {limit_bytes / 2**20:,.0f} MiB of memory it may use.",
        "Capture a shorter run, or raise CHILD_MEMORY_BYTES and process it again.",
    )


def _trouble(number: int, message: str) -> Failure:
    if number in (errno.ENOSPC, errno.EDQUOT):
        return Failure(
            "store.full",
            "There was no space left to store the tables.",
            "Free some disk space, then process it again.",
        )
    return Failure(
        "worker.lost",
        f"The machine could not carry out the work: {message}.",
        "Look at the log below, then process it again.",
        is_passing=True,
    )


def _lost(code: int, stage: str) -> Failure:
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    where = f" in the stage {stage}" if stage else ""
    return Failure(
        "worker.lost",
        f"The decoding process ended without an answer ({how}){where}.",
        "The machine may be short of memory; look at the log below, then process it again.",
        is_passing=True,
    )


def _fault(message: str) -> Failure:
    return Failure(
        "worker.fault",
        f"This program made a mistake while it read the files: {message}.",
        "The files are kept. Please report the log below.",
    )
