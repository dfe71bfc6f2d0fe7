"""Processes end with the one that started them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest_worker.tether import tied_to
from tests.serve.patience import is_alive, until

PARENT = """
import os, signal, subprocess, sys, time
from ingest_worker.tether import tied_to
child = subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(60)"],
    preexec_fn=tied_to(os.getpid(), signal.SIGKILL),
)
print(child.pid, flush=True)
time.sleep(60)
"""

WATCHER = """
import os, signal, sys, time
from ingest_worker.tether import watch_parent
signal.signal(signal.SIGTERM, signal.SIG_IGN)
watch_parent(grace_s=0.2)
print(os.getpid(), flush=True)
time.sleep(60)
"""

STARTER = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], start_new_session=True)
time.sleep(60)
"""


def first_line(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux's")
def test_a_tied_child_is_killed_with_its_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        child = first_line(parent)
        assert is_alive(child)
        parent.kill()
    assert until(lambda: not is_alive(child))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux's")
def test_a_child_whose_parent_ended_before_it_was_tied_ends_itself() -> None:
    tie = tied_to(os.getpid() + 1, signal.SIGKILL)
    pid = os.fork()
    if pid == 0:
        tie()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 1


def test_a_watching_group_is_killed_though_it_ignores_the_gentle_signal(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, WATCHER], stdout=subprocess.PIPE, text=True
    ) as starter:
        watcher = first_line(starter)
        assert is_alive(watcher)
        starter.kill()
        assert until(lambda: not is_alive(watcher), within_s=10)


def test_a_watching_process_lives_while_its_parent_does() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, WATCHER], stdout=subprocess.PIPE, text=True
    ) as starter:
        watcher = first_line(starter)
        time.sleep(1.2)
        assert is_alive(watcher)
        os.kill(watcher, signal.SIGKILL)
        starter.kill()
