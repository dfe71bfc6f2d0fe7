"""Answers what the pipeline makes of files, each in its own process under watch.

Run as `python -m tests.corpus.answering`: one request a line on standard input, as JSON
`{"neff": path or null, "ntff": path or null, "out": folder}`; one answer a line on standard
output. Every request is worked on by a fork of this process, which has everything imported; it
gets `TIME_LIMIT_S` seconds and `MEMORY_LIMIT` bytes above what a fresh process uses.
"""

import json
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from ingest_worker.formats.errors import FormatError
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.tables import RunFolder

TIME_LIMIT_S = 10.0
MEMORY_LIMIT = 1_000_000_000
HANG, LOST = "hang", "lost"


def answer(neff: str | None, ntff: str | None, out: str) -> tuple[str, str]:
    """What comes of it: ("rows", counts), (code, sentence) or ("traceback", text)."""
    given = (("neff", neff), ("ntff", ntff))
    refs = [SourceRef(role, Path(path).name, Path(path)) for role, path in given if path]
    try:
        result = process(refs, RunFolder(Path(out)), Options(), silent)
    except FormatError as error:
        return error.code, str(error)
    except BaseException:  # noqa: BLE001 - whatever else comes out is what the test looks for
        return "traceback", traceback.format_exc()
    notices = sorted({notice.code for notice in result.notices})
    return "rows", " ".join(notices)


def _work(request: dict[str, Any], pipe: int) -> None:
    """In the child: works on one request, writes the answer into the pipe and ends."""
    resource.setrlimit(resource.RLIMIT_DATA, (2 * MEMORY_LIMIT, 2 * MEMORY_LIMIT))
    found = answer(request["neff"], request["ntff"], request["out"])
    os.write(pipe, json.dumps([found[0], found[1][-3000:]]).encode())
    os._exit(0)


def _watched(request: dict[str, Any]) -> dict[str, Any]:
    """Forks, waits, and says what came back, how long it took and how much memory it held."""
    reader, writer = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _work(request, writer)
    os.close(writer)
    peak, status, usage = 0, 0, None
    while usage is None:
        done, status, spent = os.wait4(child, os.WNOHANG)
        if done:
            usage = spent
        elif time.monotonic() - began > TIME_LIMIT_S:
            os.kill(child, signal.SIGKILL)
            _, _, usage = os.wait4(child, 0)
            status = -1
        else:
            time.sleep(0.005)
        peak = max(peak, usage.ru_maxrss * 1024 if usage else 0)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    if status == -1:
        kind, detail = HANG, f"no answer within {TIME_LIMIT_S} s"
    elif said:
        kind, detail = json.loads(said)
    else:
        kind, detail = LOST, f"ended with status {status}"
    seconds = time.monotonic() - began
    return {"answer": kind, "detail": detail, "seconds": seconds, "peak_bytes": peak}


def main() -> None:
    """Answers requests until standard input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        Path(request["out"]).mkdir(parents=True, exist_ok=True)
        try:
            found = _watched(request)
        finally:
            shutil.rmtree(request["out"], ignore_errors=True)
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
