"""The one foreground process: starts the children, says when all answer, restarts them, ends."""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from explorer_site.serve.child import Child

POLL_S = 0.1
START_WITHIN_S = 180.0
STOP_WITHIN_S = 8.5
"""What is left of the promised ten seconds after the children have been told to stop."""

HOPELESS_AFTER = 4
"""A part that ended this often before it ever answered will not answer later either."""

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _ignore(_children: Sequence[Child]) -> None:
    """Tell nobody."""


class Supervisor:
    """Looks after children, first to last in starting order, until told to stop."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        first: Sequence[Child] = (),
        announce: Callable[[], None],
        changed: Callable[[Sequence[Child]], None] = _ignore,
        is_abandoned: Callable[[], bool] = lambda: False,
    ) -> None:
        """`first` must answer before `children` start; `announce` runs once, when all answer.

        `changed` is told whenever a process was started or ended; `is_abandoned` asks whether
        whoever wanted this server is gone.
        """
        self.first = tuple(first)
        self.children = (*self.first, *children)
        self._announce = announce
        self._changed = changed
        self._is_abandoned = is_abandoned
        self._signals = 0

    @property
    def is_stopping(self) -> bool:
        return self._signals > 0

    def run(self) -> int:
        """Serve until a signal. Returns the exit code: 0 after a signal, 1 if a start failed."""
        with self._handlers():
            try:
                if not (self._bring_up(self.first) and self._bring_up(self.children)):
                    return 0 if self.is_stopping else 1
                self._announce()
                while not self.is_stopping:
                    self._look_after(self.children)
                    self._pause()
            finally:
                self.stop()
        return 0

    def _bring_up(self, children: Sequence[Child]) -> bool:
        """Start what does not run and wait until each answers; False: stopped or too slow."""
        for child in children:
            if not child.is_running:
                child.start()
        self._changed(self.children)
        waiting = list(children)
        latest = time.monotonic() + START_WITHIN_S
        while waiting and not self.is_stopping:
            hopeless = [child for child in waiting if child.failures >= HOPELESS_AFTER]
            if hopeless or time.monotonic() > latest:
                _say_not_ready(hopeless or waiting)
                return False
            self._look_after(children)
            waiting = [child for child in waiting if not _answers(child)]
            self._pause()
        return not self.is_stopping

    def _look_after(self, children: Sequence[Child]) -> None:
        pids = [child.pid for child in self.children]
        for child in children:
            if sentence := child.look_after():
                _say(sentence)
        if pids != [child.pid for child in self.children]:
            self._changed(self.children)

    def _pause(self) -> None:
        if self._is_abandoned():
            self._signals += 1
        time.sleep(POLL_S)

    def stop(self) -> None:
        """Stop every child: gently, last started first, the broker last; then by force."""
        latest = time.monotonic() + STOP_WITHIN_S
        users = [child for child in self.children if child not in self.first]
        for group, until in ((users, latest - 1.0), (list(self.first), latest)):
            for child in reversed(group):
                child.ask_to_stop()
            self._await(group, until)
            for child in group:
                child.end_group()
                child.wait(time.monotonic() + 1.0)
        self._changed(self.children)

    def _await(self, children: Sequence[Child], until: float) -> None:
        """Wait for the children's end; a second signal cuts the wait short."""
        while time.monotonic() < until and self._signals < 2:
            if not any(child.is_running for child in children):
                return
            time.sleep(POLL_S / 2)

    @contextmanager
    def _handlers(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._note) for number in ENDING_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1


def _answers(child: Child) -> bool:
    return child.is_running and child.service.is_ready()


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def _say_not_ready(children: Sequence[Child]) -> None:
    names = ", ".join(child.name for child in children)
    _say(f"The server could not be started; these parts do not answer: {names}.")
    for child in children:
        _say(f"--- {child.log_path}\n{child.log_tail()}")
