"""The sample's trace in the real Perfetto page: it opens, and the panel shows the arguments."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.tutorial.perfetto_picture import pictured, sample_trace

pytestmark = pytest.mark.browser


def test_an_execution_shows_its_device_profile_in_perfetto(tmp_path: Path) -> None:
    picture = tmp_path / "perfetto.png"
    # A thread of its own: other tests of this process may keep an event loop in theirs.
    with ThreadPoolExecutor(1) as beside:
        text = beside.submit(pictured, sample_trace(tmp_path), picture).result()
    assert "something went wrong" not in text
    for said in ("nrt_execute", "-pid713479", "device_profile", "token_generation_model"):
        assert said in text
    assert picture.read_bytes().startswith(b"\x89PNG")
