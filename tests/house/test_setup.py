"""Set-up, continuous integration and container files do what they say."""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.house.test_sizes import ROOT

SUMMARY = ROOT / ".ci" / "summary.py"
CHROMIUM = ROOT / ".ci" / "chromium.py"


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def tools(folder: Path, *names: str) -> Path:
    """A folder for PATH that holds only the named system tools."""
    folder.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


def make(target: str, path: Path, venv: Path) -> subprocess.CompletedProcess[str]:
    found = shutil.which("make")
    assert found
    return subprocess.run(
        [found, "-s", f"{venv}/bin/python", f"VENV={venv}"]
        if target == "venv"
        else [found, target],
        cwd=ROOT,
        env={"PATH": str(path), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_python_one_sentence_names_the_command(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", "sh", "rm")
    script(path / "python3.13", "echo 'command not found' >&2; exit 127")
    script(path / "python3", "exit 1")
    done = make("venv", path, tmp_path / "venv")
    assert done.returncode != 0
    first = done.stderr.splitlines()[0]
    assert first.startswith("Python 3.11 or newer is needed")
    assert "apt-get install python3" in first


def test_the_newest_python_that_really_runs_is_taken(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", "sh", "rm", "mkdir")
    made = tmp_path / "made-by"
    script(path / "python3.14", "exit 127")
    for name in ("python3.13", "python3.12"):
        script(
            path / name,
            f'case "$1" in -m) mkdir -p "$4/bin"; echo {name} > {made};; '
            f"--version) echo {name};; esac",
        )
    done = make("venv", path, tmp_path / "venv")
    assert done.returncode == 0, done.stderr
    assert made.read_text().strip() == "python3.13"


def test_a_python_without_venv_gets_one_sentence(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", "sh", "rm")
    script(path / "python3.12", 'case "$1" in -m) exit 1;; esac')
    done = make("venv", path, tmp_path / "venv")
    assert done.returncode != 0
    assert "sudo apt-get install python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_without_node_one_sentence_says_what_it_is_for(tmp_path: Path) -> None:
    done = make("check-node", tools(tmp_path / "bin", "sh"), tmp_path)
    assert done.returncode != 0
    assert done.stderr.splitlines()[0].startswith("Node 20 or newer is needed for the tests")


def test_a_new_enough_node_is_accepted_and_an_old_one_refused(tmp_path: Path) -> None:
    real = shutil.which("node")
    if real is None:
        pytest.skip("there is no Node on this machine")
    path = tools(tmp_path / "bin", "sh", "node")
    assert make("check-node", path, tmp_path).returncode == 0
    (path / "node").unlink()
    script(path / "node", "exit 1")
    assert make("check-node", path, tmp_path).returncode != 0


def junit(*cases: str) -> str:
    return f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


PASSED = '<testcase classname="tests.a" name="p"/>'
FAILED = '<testcase classname="tests.a" name="f"><failure message="no"/></testcase>'
SKIPPED = '<testcase classname="tests.a" name="s"><skipped message="another system"/></testcase>'
TRUTH = (
    '<testcase classname="tests.ground_truth.test_tables" name="t">'
    '<skipped message="the sample captures are not here"/></testcase>'
)


def judge(
    results: Path, status: int, samples: Path, *files: str
) -> subprocess.CompletedProcess[str]:
    results.mkdir()
    for number, text in enumerate(files):
        (results / f"{number}.xml").write_text(text)
    return subprocess.run(
        [sys.executable, SUMMARY, str(status), str(results), str(samples)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_last_line_adds_all_test_programs_up(tmp_path: Path) -> None:
    done = judge(tmp_path / "r", 0, tmp_path / "none", junit(PASSED, SKIPPED), junit(PASSED))
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "2 passed, 0 failed, 1 skipped"


def test_a_failed_test_fails_the_run(tmp_path: Path) -> None:
    done = judge(tmp_path / "r", 2, tmp_path / "none", junit(PASSED, FAILED))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "1 passed, 1 failed, 0 skipped"


def test_a_failed_check_before_the_tests_counts_as_a_failure(tmp_path: Path) -> None:
    done = judge(tmp_path / "r", 2, tmp_path / "none")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"


def test_ground_truth_that_is_there_may_not_be_skipped(tmp_path: Path) -> None:
    done = judge(tmp_path / "r", 0, tmp_path, junit(PASSED, TRUTH))
    assert done.returncode == 1
    assert "tests.ground_truth.test_tables" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 passed, 1 failed, 0 skipped"


def test_ground_truth_that_is_not_there_is_skipped(tmp_path: Path) -> None:
    done = judge(tmp_path / "r", 0, tmp_path / "none", junit(PASSED, TRUTH))
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "1 passed, 0 failed, 1 skipped"


def find_chromium(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, CHROMIUM],
        env={"PATH": str(path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_systems_chromium_is_taken_first(tmp_path: Path) -> None:
    program = script(tmp_path / "chromium", "exit 0")
    done = find_chromium(tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, str(program))


def test_a_named_chromium_that_does_not_exist_stops_the_tests(tmp_path: Path) -> None:
    done = find_chromium(tmp_path, CHROMIUM="/no/such/browser")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "/no/such/browser" in done.stderr


COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_the_five_services_come_from_one_image_and_two_public_ones() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"web", "worker", "beat", "redis", "postgres"}
    images = {services[name]["image"] for name in ("web", "worker", "beat")}
    assert len(images) == 1


def test_only_the_web_is_published_and_on_loopback_only() -> None:
    published = {
        name: service["ports"]
        for name, service in COMPOSE["services"].items()
        if "ports" in service
    }
    assert published == {"web": ["127.0.0.1:3001:3001"]}


def test_only_the_web_binds_beyond_loopback_and_says_so() -> None:
    said = {
        name: service.get("environment", {}).get("EXPLORER_BIND_IN_CONTAINER")
        for name, service in COMPOSE["services"].items()
    }
    assert {name for name, value in said.items() if value} == {"web"}


@pytest.mark.parametrize("name", ["web", "worker", "beat", "redis", "postgres"])
def test_every_service_tells_its_health_and_is_restarted(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"


def test_no_password_is_written_in_the_compose_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for line in text.splitlines():
        if re.search(r"(PASSWORD|SECRET_KEY)\w*:", line):
            assert re.search(r"\$\{\w+:\?|/run/secrets/", line), line


def test_the_image_runs_as_a_user_without_rights_and_holds_no_node() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER explorer$", text, re.M)
    assert "node" not in text
    assert "--require-hashes" in text
    assert "EXPLORER_BIND_IN_CONTAINER" not in text, "binding is said where the port is published"


def test_the_image_takes_only_what_git_keeps() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "node_modules", "tests"} <= set(ignored)
