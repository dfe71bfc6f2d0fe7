"""The command line: flags, one sentence and code 2 when something is refused."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from explorer_site import cli
from explorer_site.serve.refusal import Refusal
from tests.house.test_sizes import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "explorer_site.cli", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_version_is_told() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("neuron-explorer 0.")


@pytest.mark.parametrize("command", [[], ["view"], ["serve"], ["upload"], ["compare-official"]])
def test_every_command_has_help(command: list[str]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert "usage:" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "required: COMMAND"),
        (["fly"], "invalid choice"),
        (["view", "--output-format", "db"], "db is not written by this version"),
        (["view", "--output-format", "tar"], "tar is no format; there are parquet, perfetto"),
        (["view", "--terminology"], "--terminology is not served: "),
        (["view", "--db-org", "x"], "--db-org is not served: there is no InfluxDB"),
        (["view", "--whatever"], "unrecognized arguments: --whatever"),
        (["view", "-d", "x", "-n", "y"], "not both"),
        (["view", "-d", "/nowhere", "--list"], "/nowhere is not a directory."),
        (["view", "--list"], "--list goes with -d."),
        (
            ["view", "-d", ".", "--ignore-device-profile", "--ignore-system-profile"],
            "Nothing is left without the system profile and the device profiles.",
        ),
        (["view", "--system-trace-filter-neuron-core", "a"], "a is no core's number"),
        (["view", "--system-trace-filter-event-type", "a"], "goes with -d."),
        (["view", "--ignore-device-profile"], "--ignore-device-profile goes with -d."),
        (["view", "-n", "x", "--show-perfetto-flows"], "goes with --output-format perfetto."),
        (["view", "--output-format", "perfetto"], "Give what to write as a trace"),
        (["view", "--system-trace-primary-group", "x"], "events are not grouped by x"),
        (["view", "-p", "many"], "invalid int value"),
        (["view", "--output-file", "/tmp/x"], "Give the files to read with -n or -s."),
        (["view", "--json"], "--json goes with an output, --list, --find or --ingest-only."),
        (["view", "--force"], "--force goes with what is written or ingested."),
        (["view", "--nki-source-root", "."], "--nki-source-root goes with -n and -s, or with -d."),
        (["view", "-d", ".", "--list", "--disable-ui"], "--disable-ui goes with a workspace"),
        (
            ["view", "-n", "x", "--output-file", "y", "--framework-source-root", "."],
            "--framework-source-root goes with a workspace",
        ),
        (
            ["view", "-n", "x", "--ingest-only", "--nki-source-root", "/nowhere"],
            "--nki-source-root /nowhere is not a directory.",
        ),
        (["view", "--ingest-only"], "Give the files to ingest with -n or -s."),
        (["upload"], "Give a file with --neff, --ntff or --official, or a directory with -d."),
        (["compare-official"], "Give a pair with -n and -s"),
        (["compare-official", "--json", "x"], "or a folder of tables with --run"),
    ],
)
def test_a_wrong_call_gets_one_sentence_and_code_2(arguments: list[str], sentence: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_the_official_flags_are_understood() -> None:
    options = cli.build_parser().parse_args(
        [
            *("view", "-n", "a.neff", "-s", "b.ntff", "-s", "c.ntff", "--output-format", "parquet"),
            *("--data-path", "/w", "--display-name", "run 12", "--force", "--ingest-only"),
            *("-p", "4001", "--api-server-port", "4002"),
        ]
    )
    assert options.neff == Path("a.neff")
    assert options.ntff == [Path("b.ntff"), Path("c.ntff")]
    assert (options.port, options.api_server_port) == (4001, 4002)
    assert (options.data_path, options.display_name) == (Path("/w"), "run 12")
    assert options.force
    assert options.ingest_only


def test_flags_reach_the_settings_as_variables(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DATA_DIR", "PORT", "API_PORT", "DISABLE_UI"):
        monkeypatch.setenv(name, "unset")
    monkeypatch.chdir(tmp_path)
    options = cli.build_parser().parse_args(["serve", "--data-path", "w", "-p", "4001"])
    cli.use_workspace(options)
    assert os.environ["DATA_DIR"] == str(tmp_path / "w")
    assert os.environ["PORT"] == "4001"
    assert os.environ["API_PORT"] == os.environ["DISABLE_UI"] == "unset"
    cli.use_workspace(cli.build_parser().parse_args(["serve", "--disable-ui"]))
    assert os.environ["DISABLE_UI"] == "True"


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (Refusal("The port is taken."), 2, "The port is taken.\n"),
        (KeyboardInterrupt(), 130, "Stopped.\n"),
    ],
)
def test_endings_have_their_codes(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    code: int,
    told: str,
) -> None:
    def call(_options: Any) -> int:
        raise raised

    monkeypatch.setattr(cli, "serve", call)
    assert cli.main(["serve"]) == code
    assert capsys.readouterr().err == told


def test_files_without_an_output_are_ingested_and_served(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    monkeypatch.setattr(cli, "serve", lambda _options: done.append("serve") or 0)
    assert cli.main(["view"]) == 0
    assert done == ["serve"]
