"""A capture directory gives the same tables whichever way it comes in."""

import os
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from profiles.services import sample_files
from profiles.storage.tables import ReadableRun, TableStore
from tests.processes.server import RunningServer
from tests.processes.test_ways_in import FLAGS
from tests.serve.patience import until

Way = Callable[["RunningServer", Path], str]
pytestmark = pytest.mark.processes

NAME = "same name"
PUBLIC = "nki-moe-megakernel/session"
FINAL_WITHIN_S = 180.0
LINKS = "DeviceProfileLink"
OWN_ID = "device_profile_id"
SYSTEM_TABLES = {
    "SystemProfileEvents",
    "SystemProfileHbmUsage",
    "SystemProfileMetadata",
    "CpuUsage",
    "HostMemUsage",
    "DeviceProfileList",
    LINKS,
    "SyncPoint",
    "Warning",
}


def by_folder_choice(server: RunningServer, folder: Path) -> str:
    """What a person does: choose the folder in the dialog; the page makes the archive."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.goto(f"{server.endpoint}/profiles/")
        page.locator("[data-upload]").first.click()
        page.set_input_files("[data-directory-input]", str(folder))
        page.locator("[data-becomes]").wait_for()
        page.locator("#upload-name").fill(NAME)
        page.locator("[data-send]").click()
        assert until(lambda: bool(server.profiles()), within_s=60, every_s=0.2)
        browser.close()
    return _only(server)


def by_request(server: RunningServer, folder: Path) -> str:
    """What `tar c DIR | curl -F name=... -F directory=@-` does."""
    packed = server.data_dir.parent / "sent.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(folder, folder.name)
    return server.send([("directory", packed)], name=NAME)


def by_uploader(server: RunningServer, folder: Path) -> str:
    """What `curl -s .../upload.py | python3 - -d DIR --wait` does."""
    with urllib.request.urlopen(f"{server.endpoint}/upload.py", timeout=60) as answer:
        script = answer.read()
    command = [sys.executable, "-", "-d", str(folder), "--name", NAME, "--wait"]
    done = subprocess.run(command, input=script, capture_output=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr.decode()
    return _only(server)


def _only(server: RunningServer) -> str:
    """The one profile that is not a device profile of another."""
    (found,) = server.api.ask("GET", "api/v1/profiles/?parent=none")["results"]
    return str(found["id"])


def viewed(server: RunningServer, folder: Path) -> ReadableRun:
    """What `neuron-explorer view -d DIR --ingest-only` leaves in a workspace of its own."""
    own = server.data_dir.parent / "viewed"
    flags = ("-d", str(folder), "--display-name", NAME, "--ingest-only", "--data-path", str(own))
    done = subprocess.run(
        server.command("view", *flags),
        cwd=server.root,
        env={**server.settings(), "DATA_DIR": str(own)},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    profile = done.stdout.splitlines()[0].rstrip("/").rpartition("/")[2]
    assert not any((own / "sources").iterdir()), "a directory in place is not copied"
    return TableStore(own / "tables").open_run(profile, 1)


def content(run: ReadableRun) -> dict[str, Any]:
    """What every table holds: its hash; of links their rows without the profiles' ids."""
    found: dict[str, Any] = {t.name: t.content_hash for t in run.manifest.tables}
    rows = run.rows(LINKS, 0, offset=0, limit=100_000).drop_columns([OWN_ID]).to_pylist()
    return {**found, LINKS: rows}


def accounted(run: ReadableRun) -> dict[str, int]:
    """Records read, what became of them, and samples. A span of the runtime is two records."""
    events = run.rows("SystemProfileEvents", 0, offset=0, limit=1_000_000).to_pylist()
    instants = Counter(event["name"] for event in events)["timestamp_sync_point"]
    framework = Counter(event["trace_event_source"] for event in events)["framework"]
    return {
        "records": run.manifest.record_count,
        "spans": len(events) - instants - framework,
        "instants": instants,
        "framework": framework,
        "cpu": _row_count(run, "CpuUsage"),
        "memory": _row_count(run, "HostMemUsage"),
    }


def _row_count(run: ReadableRun, table: str) -> int:
    entry = run.manifest.table(table, 0)
    return entry.row_count if entry else 0


def received(server: RunningServer, profile: str) -> ReadableRun:
    """The published run of a profile."""
    final = server.final(profile, within_s=FINAL_WITHIN_S)
    assert (final["status"], final["kind"]) == ("PROCESSED", "system"), server.errors()
    return TableStore(server.data_dir / "tables").open_run(profile, int(final["run"]))


def taken_in_four_ways(server: RunningServer, folder: Path) -> list[tuple[dict[str, Any], Any]]:
    """Contents and counts, one way after the other; each profile goes before the next comes."""
    ways: tuple[Way, ...] = (
        by_folder_choice,
        by_request,
        by_uploader,
    )
    found = []
    for way in ways:
        profile = way(server, folder)
        run = received(server, profile)
        found.append((content(run), accounted(run)))
        server.api.ask("DELETE", f"api/v1/profiles/{profile}/")
    run = viewed(server, folder)
    return [*found, (content(run), accounted(run))]


def check_all_the_same(found: list[tuple[dict[str, Any], Any]]) -> None:
    first, counts = found[0]
    assert set(first) >= SYSTEM_TABLES
    for other, own_counts in found[1:]:
        different = {name for name in first.keys() | other.keys() if first[name] != other[name]}
        assert different == set()
        assert own_counts == counts


def test_the_public_session_is_the_same_in_four_ways(server: RunningServer, samples: Path) -> None:
    folder = samples / PUBLIC
    if not folder.is_dir():
        pytest.skip(f"there is no capture session in {folder}; set SAMPLES")
    found = taken_in_four_ways(server, folder.resolve())
    check_all_the_same(found)
    _, counts = found[0]
    assert counts == {
        "records": 1_676,
        "spans": 837,
        "instants": 2,
        "framework": 0,
        "cpu": 7_200,
        "memory": 600,
    }


def test_the_written_session_is_the_same_in_four_ways(
    server: RunningServer, tmp_path: Path
) -> None:
    [(_, packed)] = sample_files("serving")
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path / "neuron_profiles", filter="data")
    found = taken_in_four_ways(server, tmp_path / "neuron_profiles")
    check_all_the_same(found)
    _, counts = found[0]
    accounted_for = 2 * counts["spans"] + counts["instants"] + counts["framework"]
    assert counts["records"] == accounted_for
    assert min(counts.values()) > 0
