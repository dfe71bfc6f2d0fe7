"""Processes that do not outlive the one that started them."""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
POLL_S = 0.5

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Ask the kernel to send `signal_number` to this process when its parent ends.

    Linux only (prctl 2, PR_SET_PDEATHSIG); elsewhere `watch_parent` and the pid file do the work.
    The kernel takes the *thread* that forked for the parent, so children start from main threads.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)


def tied_to(parent_pid: int, signal_number: int) -> Callable[[], None]:
    """A `preexec_fn` that ties the new process to `parent_pid`.

    The parent may end between fork and prctl; then there is nobody left to send the signal, so the
    child looks once itself.
    """

    def tie() -> None:
        die_with_parent(signal_number)
        if _libc is not None and os.getppid() != parent_pid:
            os._exit(1)

    return tie


def watch_parent(*, grace_s: float) -> threading.Thread:
    """Kill this whole process group `grace_s` seconds after its parent has ended.

    The gentle signal has been sent by then (or, without prctl, is sent from here first); this is
    what makes sure of it. Call it in the leader of a process group.
    """
    parent = os.getppid()
    thread = threading.Thread(
        target=_outlive_nobody, args=(parent, grace_s), name="parent watch", daemon=True
    )
    thread.start()
    return thread


def _outlive_nobody(parent: int, grace_s: float) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace_s)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(os.getpgrp(), signal.SIGKILL)
