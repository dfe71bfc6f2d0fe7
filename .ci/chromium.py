"""Find a Chromium for the browser tests, else get one; print its path.

Order: the CHROMIUM variable, the system's, Debian's package (as root), Playwright's own download.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOAD_WITHIN_S = 60
HELP = (
    "The browser tests need a Chromium and none was found. "
    "On Debian: sudo apt-get install chromium. Elsewhere: .venv/bin/playwright install chromium"
)


def tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def from_system() -> str | None:
    return next((path for name in SYSTEM_NAMES if (path := shutil.which(name))), None)


def from_debian() -> str | None:
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0 or not Path("/etc/debian_version").exists():
        return None
    tell("No Chromium on this machine; installing Debian's package.")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (("update", "-qq"), ("install", "-y", "-qq", "chromium")):
        done = subprocess.run((apt, *arguments), env=environment, stdout=sys.stderr, check=False)
        if done.returncode != 0:
            return None
    return shutil.which("chromium")


def playwright_path() -> str | None:
    program = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as playwright: print(playwright.chromium.executable_path)"
    )
    done = subprocess.run(
        (sys.executable, "-c", program), capture_output=True, text=True, check=False
    )
    path = done.stdout.strip()
    return path if path and Path(path).exists() else None


def from_playwright() -> str | None:
    if path := playwright_path():
        return path
    tell("Trying Playwright's own download, for 60 s at most.")
    try:
        subprocess.run(
            (sys.executable, "-m", "playwright", "install", "chromium"),
            stdout=sys.stderr,
            timeout=DOWNLOAD_WITHIN_S,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return playwright_path()


def main() -> int:
    wanted = os.environ.get("CHROMIUM", "")
    if wanted:
        if not Path(wanted).exists():
            tell(f"CHROMIUM names {wanted}, which does not exist.")
            return 2
        sys.stdout.write(f"{wanted}\n")
        return 0
    for source in (from_system, from_debian, from_playwright):
        if path := source():
            sys.stdout.write(f"{path}\n")
            return 0
    tell(HELP)
    return 2


if __name__ == "__main__":
    sys.exit(main())
