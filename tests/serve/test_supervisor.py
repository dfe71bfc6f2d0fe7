"""The supervisor brings children up, keeps them up, and takes them down."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer_site.serve import supervisor as supervising
from explorer_site.serve.child import Child, Service
from explorer_site.serve.supervisor import Supervisor
from tests.serve.patience import is_alive, until

SLEEP = "import time\nwhile True: time.sleep(1)"
STUBBORN = (
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "open(sys.argv[1], 'w').write(str(child.pid))\n"
    "time.sleep(60)"
)


def service(
    name: str, program: str, *arguments: str, is_ready: Callable[[], bool] = lambda: True
) -> Service:
    return Service(
        name=name, command=(sys.executable, "-c", program, *arguments), is_ready=is_ready
    )


def child(folder: Path, name: str, program: str = SLEEP, *arguments: str) -> Child:
    return Child(service(name, program, *arguments), folder)


class Run:
    """A supervisor on the test's main thread, with a script on another one."""

    def __init__(self) -> None:
        self.announced = 0

    def announce(self) -> None:
        self.announced += 1

    def go(self, supervisor: Supervisor, script: Callable[[], None]) -> int:
        thread = threading.Thread(target=self._script, args=(script,))
        thread.start()
        code = supervisor.run()
        thread.join()
        return code

    @staticmethod
    def _script(script: Callable[[], None]) -> None:
        try:
            script()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture
def run() -> Run:
    return Run()


def test_it_announces_once_and_only_when_everything_answers(tmp_path: Path, run: Run) -> None:
    door = tmp_path / "open"
    slow = Child(service("slow", SLEEP, is_ready=door.exists), tmp_path)

    def script() -> None:
        time.sleep(0.5)
        assert run.announced == 0
        door.touch()
        assert until(lambda: run.announced == 1)
        time.sleep(0.3)

    code = run.go(Supervisor([child(tmp_path, "quick"), slow], announce=run.announce), script)
    assert code == 0
    assert run.announced == 1


def test_the_first_ones_answer_before_the_others_start(tmp_path: Path, run: Run) -> None:
    door = tmp_path / "open"
    broker = Child(service("broker", SLEEP, is_ready=door.exists), tmp_path)
    user = child(tmp_path, "user")

    def script() -> None:
        assert until(lambda: broker.is_running)
        time.sleep(0.3)
        assert user.pid is None
        door.touch()
        assert until(lambda: user.is_running)

    run.go(Supervisor([user], first=[broker], announce=run.announce), script)


def test_a_killed_child_comes_back(tmp_path: Path, run: Run) -> None:
    web = child(tmp_path, "web")
    pids: list[int | None] = []

    def script() -> None:
        assert until(lambda: run.announced)
        pids.append(web.pid)
        os.kill(web.pid or 0, signal.SIGKILL)
        assert until(lambda: web.is_running and web.pid != pids[0])
        pids.append(web.pid)

    run.go(Supervisor([web], announce=run.announce), script)
    assert len(set(pids)) == 2


def test_a_child_that_cannot_live_is_started_with_growing_pauses(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    program = f"open({str(starts)!r}, 'a').write('x')"
    dying = child(tmp_path, "dying", program)
    sentences = []
    dying.start()
    latest = time.monotonic() + 2.5
    while time.monotonic() < latest:
        if sentence := dying.look_after():
            sentences.append(sentence)
        time.sleep(0.01)
    dying.end_group()
    assert dying.wait(time.monotonic() + 5)
    pauses = [float(s.split(" in ")[1].split()[0]) for s in sentences]
    assert pauses == sorted(pauses)
    assert pauses[:3] == [0.2, 0.4, 0.8]
    assert len(starts.read_text()) <= 5
    assert "exit code 0" in sentences[0]


@pytest.mark.parametrize(
    ("program", "called"),
    [("raise SystemExit(1)", 1), ("raise SystemExit(0)", 0), ("import os; os.abort()", 0)],
)
def test_only_an_error_of_its_own_counts_as_one(tmp_path: Path, program: str, called: int) -> None:
    errors: list[str] = []
    dying = Child(
        Service(
            "dying",
            (sys.executable, "-c", program),
            is_ready=lambda: False,
            after_error=lambda: errors.append("error"),
        ),
        tmp_path,
    )
    dying.start()
    assert until(dying.look_after)
    assert len(errors) == called


def test_what_a_dead_child_left_running_is_ended_with_it(tmp_path: Path, run: Run) -> None:
    note = tmp_path / "grandchild"
    parent = child(tmp_path, "parent", STUBBORN, str(note))

    def script() -> None:
        assert until(lambda: note.exists() and note.read_text())
        grandchild = int(note.read_text())
        os.kill(parent.pid or 0, signal.SIGKILL)
        assert until(lambda: not is_alive(grandchild))

    run.go(Supervisor([parent], announce=run.announce), script)


def test_stopping_ends_the_stubborn_too_within_the_promise(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "STOP_WITHIN_S", 2.0)
    note = tmp_path / "grandchild"
    stubborn = child(tmp_path, "stubborn", STUBBORN, str(note))
    assert supervising.STOP_WITHIN_S < 10

    def script() -> None:
        assert until(lambda: note.exists() and note.read_text())

    started = time.monotonic()
    run.go(Supervisor([stubborn], announce=run.announce), script)
    assert time.monotonic() - started < 6
    assert not stubborn.is_running
    assert until(lambda: not is_alive(int(note.read_text())))


def test_the_broker_is_stopped_after_its_users(tmp_path: Path, run: Run) -> None:
    journal = tmp_path / "journal"
    program = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        "    time.sleep(float(sys.argv[2]))\n"
        f"    open({str(journal)!r}, 'a').write(sys.argv[1] + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"open({str(tmp_path)!r} + '/up-' + sys.argv[1], 'w')\n"
        "while True: time.sleep(1)"
    )
    broker = child(tmp_path, "broker", program, "broker", "0")
    worker = child(tmp_path, "worker", program, "worker", "0.5")

    def script() -> None:
        assert until(lambda: all((tmp_path / f"up-{n}").exists() for n in ("broker", "worker")))

    run.go(Supervisor([worker], first=[broker], announce=run.announce), script)
    assert journal.read_text().split() == ["worker", "broker"]


def test_a_start_that_takes_too_long_is_given_up_with_the_log(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervising, "START_WITHIN_S", 0.5)
    never = Child(
        service("never", "print('why it fails', flush=True)\n" + SLEEP, is_ready=lambda: False),
        tmp_path,
    )
    assert Supervisor([never], announce=run.announce).run() == 1
    told = capsys.readouterr().err
    assert "never" in told
    assert "why it fails" in told
    assert run.announced == 0
    assert not never.is_running


def test_a_part_that_cannot_live_ends_the_start_early_with_its_log(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = Child(
        service("broken", "raise SystemExit('no such module')", is_ready=lambda: False), tmp_path
    )
    started = time.monotonic()
    assert Supervisor([broken], announce=run.announce).run() == 1
    assert time.monotonic() - started < 20
    assert "no such module" in capsys.readouterr().err
    assert run.announced == 0


def test_an_abandoned_server_stops_by_itself(tmp_path: Path, run: Run) -> None:
    web = child(tmp_path, "web")
    supervisor = Supervisor([web], announce=run.announce, is_abandoned=lambda: run.announced > 0)
    assert supervisor.run() == 0
    assert not web.is_running


def test_signal_handlers_are_given_back(tmp_path: Path, run: Run) -> None:
    before = signal.getsignal(signal.SIGTERM)
    Supervisor([], announce=run.announce, is_abandoned=lambda: True).run()
    assert signal.getsignal(signal.SIGTERM) is before


def test_pids_are_told_whenever_they_change(tmp_path: Path, run: Run) -> None:
    web = child(tmp_path, "web")
    told: list[list[int | None]] = []

    def script() -> None:
        assert until(lambda: run.announced)
        first = web.pid
        os.kill(first or 0, signal.SIGKILL)
        assert until(lambda: told[-1] not in ([first], [None]))

    run.go(
        Supervisor(
            [web],
            announce=run.announce,
            changed=lambda children: told.append([c.pid for c in children]),
        ),
        script,
    )
    assert len({tuple(pids) for pids in told}) >= 3


def test_a_large_log_is_turned_over_at_a_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer_site.serve.child.LOG_KEPT_BYTES", 10)
    talking = child(tmp_path, "talking", "print('new')")
    talking.log_path.write_text("old " * 10)
    talking.start()
    assert talking.wait(time.monotonic() + 10)
    assert talking.log_path.read_text() == "new\n"
    assert talking.log_path.with_suffix(".old.log").read_text().startswith("old")
    assert talking.log_tail() == "new"


def test_children_stand_outside_the_terminals_group(tmp_path: Path) -> None:
    web = child(tmp_path, "web")
    web.start()
    assert web.pid is not None
    assert os.getpgid(web.pid) == web.pid != os.getpgrp()
    web.end_group()
    assert web.wait(time.monotonic() + 5)


SUPERVISED = """
import sys
from pathlib import Path
from explorer_site.serve.child import Child, Service
from explorer_site.serve.supervisor import Supervisor
service = Service(
    "sleeper", (sys.executable, "-c", "import time; time.sleep(60)"), is_ready=lambda: True
)
child = Child(service, Path(sys.argv[1]))
Supervisor([child], announce=lambda: print(child.pid, flush=True)).run()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux's")
def test_a_killed_supervisor_leaves_no_child(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline())
        assert is_alive(pid)
        supervisor.kill()
    assert until(lambda: not is_alive(pid))
