"""Which Chromium the tests drive, and how it is started."""

import os
import shutil

FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoChromiumError(RuntimeError):
    """There is no Chromium on this machine."""


def chromium() -> str:
    """The path of a Chromium: the one of the environment, else the system's."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        raise NoChromiumError("there is no Chromium; set CHROMIUM or run `make browser`")
    return found
