"""A data folder is made, checked, versioned, and served once."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from explorer_site.serve import data_folder
from explorer_site.serve.data_folder import ServerLock, prepare
from explorer_site.serve.refusal import Refusal


def test_a_new_folder_gets_its_subfolders_and_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    prepare(folder, version="0.1.0")
    assert {path.name for path in folder.iterdir()} == {
        *data_folder.SUBFOLDERS,
        "version.json",
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list((folder / "run").iterdir()) == []


def test_preparing_twice_changes_nothing(tmp_path: Path) -> None:
    prepare(tmp_path, version="0.1.0")
    before = (tmp_path / "version.json").stat().st_mtime_ns
    prepare(tmp_path, version="0.1.0")
    assert (tmp_path / "version.json").stat().st_mtime_ns == before


def test_an_update_writes_its_version_down(tmp_path: Path) -> None:
    prepare(tmp_path, version="0.1.0")
    prepare(tmp_path, version="0.2.0")
    assert json.loads((tmp_path / "version.json").read_text())["version"] == "0.2.0"


def test_a_folder_of_a_newer_version_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "version.json").write_text(
        json.dumps({"layout": data_folder.LAYOUT + 1, "version": "9.9"})
    )
    with pytest.raises(Refusal, match=r"newer version of this program \(9\.9\)") as caught:
        prepare(tmp_path, version="0.1.0")
    assert "\n" not in str(caught.value)


def test_a_damaged_version_file_is_written_again(tmp_path: Path) -> None:
    (tmp_path / "version.json").write_text("{not json")
    prepare(tmp_path, version="0.1.0")
    assert json.loads((tmp_path / "version.json").read_text())["layout"] == data_folder.LAYOUT


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.write_text("a file")
    with pytest.raises(Refusal, match="is not a folder"):
        prepare(place, version="0.1.0")
    with pytest.raises(Refusal, match="is not a folder"):
        prepare(place / "below", version="0.1.0")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Refusal, match="cannot be written"):
        prepare(tmp_path / "data", version="0.1.0")


def test_a_read_only_file_system_is_refused() -> None:
    if not Path("/proc/self").exists():
        pytest.skip("needs a file system that nobody may write, such as Linux's /proc")
    with pytest.raises(Refusal, match=r"cannot be written|not a folder"):
        prepare(Path("/proc/neuron-explorer"), version="0.1.0")


def test_the_second_server_is_refused_and_told_where_the_first_one_is(tmp_path: Path) -> None:
    prepare(tmp_path, version="0.1.0")
    first = ServerLock(tmp_path)
    first.take(port=4001, api_port=4002)
    with pytest.raises(Refusal, match=r"already served .*http://localhost:4001/"):
        ServerLock(tmp_path).take(port=5001, api_port=5002)
    first.release()
    second = ServerLock(tmp_path)
    second.take(port=5001, api_port=5002)
    holder = ServerLock(tmp_path).holder()
    assert holder is not None
    assert (holder.pid, holder.port, holder.api_port) == (os.getpid(), 5001, 5002)
    second.release()


def test_a_free_folder_has_no_holder(tmp_path: Path) -> None:
    prepare(tmp_path, version="0.1.0")
    lock = ServerLock(tmp_path)
    assert lock.holder() is None
    lock.take(port=1, api_port=2)
    lock.release()
    assert lock.holder() is None


HOLDER = """
import sys, time
from pathlib import Path
from explorer_site.serve.data_folder import ServerLock
lock = ServerLock(Path(sys.argv[1]))
lock.take(port=1, api_port=2)
print("held", flush=True)
time.sleep(60)
"""


def test_a_killed_server_leaves_the_folder_free(tmp_path: Path) -> None:
    prepare(tmp_path, version="0.1.0")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "held\n"
        assert ServerLock(tmp_path).holder() is not None
        server.kill()
    lock = ServerLock(tmp_path)
    lock.take(port=1, api_port=2)
    lock.release()
