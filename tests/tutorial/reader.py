"""Somebody who types what a page prints: a fresh folder, the program on the path."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.house.test_sizes import ROOT

LONGEST_S = 300
UNSET = frozenset({"DATA_DIR", "PORT", "API_PORT", "DJANGO_SETTINGS_MODULE"})


class Reader:
    """Types commands in `folder`; `settings` are set in the shell, `replaced` in what is typed."""

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str],
        replaced: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self._replaced = replaced or {}
        commands = folder / ".commands"
        commands.mkdir()
        program = commands / "neuron-explorer"
        program.write_text(
            f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m explorer_site.cli "$@"\n'
        )
        program.chmod(0o755)
        (commands / "python3").symlink_to(sys.executable)
        kept = {name: value for name, value in os.environ.items() if name not in UNSET}
        self.environment = {**kept, "PATH": f"{commands}:{kept['PATH']}", **settings}

    def types(self, text: str, language: str = "sh") -> str:
        """What it prints; fails the test if a command of it does."""
        done = subprocess.run(
            self._command(text, language), cwd=self.folder, env=self.environment,
            capture_output=True, text=True, timeout=LONGEST_S, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def starts(self, text: str) -> "subprocess.Popen[str]":
        """A command that goes on until it is stopped."""
        return subprocess.Popen(
            self._command(f"exec {text}", "sh"), cwd=self.folder, env=self.environment,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def _command(self, text: str, language: str) -> list[str]:
        for printed, typed in self._replaced.items():
            text = text.replace(printed, typed)
        shell = ["bash", "-euo", "pipefail", "-c", text]
        return shell if language == "sh" else [sys.executable, "-c", text]
