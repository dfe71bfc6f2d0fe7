"""The flags of `view -d` that choose what of a directory is processed, kept with its profile."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from explorer_site import workspace
from explorer_site.commands.flags import add_flags
from explorer_site.commands.view import _chosen
from explorer_site.serve.refusal import Refusal
from explorer_site.workspace import Given
from profiles.models import Profile
from tests.make.session.serving import small_session
from tests.make.session.write import write_session


def chosen(*arguments: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    add_flags(parser)
    return _chosen(parser.parse_args(["-d", ".", *arguments]))


@pytest.fixture
def workspace_here(
    db: None, data_dir: Path, settings: Any, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A workspace whose database is the test's."""
    settings.PORT, settings.API_PORT = 4001, 4002
    monkeypatch.setattr(workspace.connection, "close", lambda: None)
    return data_dir


def test_each_flag_is_an_option_of_its_own_and_none_is_none() -> None:
    assert chosen() == {}
    assert chosen("--ignore-device-profile") == {"ignore_device_profile": True}
    assert chosen("--ignore-system-profile") == {"ignore_system_profile": True}
    filters = (
        "--system-trace-filter-event-type=nrt_execute,^hardware",
        "--system-trace-filter-instance-id=i-1",
        "--system-trace-filter-neuron-core=0,3",
    )
    assert chosen(*filters) == {
        "event_types": ["nrt_execute", "^hardware"],
        "instance_ids": ["i-1"],
        "neuron_cores": [0, 3],
    }


def test_a_directory_is_taken_in_with_what_was_chosen(workspace_here: Path, tmp_path: Path) -> None:
    folder = write_session(tmp_path / "capture", small_session())
    options = chosen("--system-trace-filter-neuron-core=0", "--ignore-device-profile")
    workspace.submit_before_serving(Given(None, [], folder, "run", options=options))
    profile = Profile.objects.get()
    assert profile.options == {"neuron_cores": [0], "ignore_device_profile": True}


def test_what_is_no_option_is_refused_and_nothing_is_kept(
    workspace_here: Path, tmp_path: Path
) -> None:
    folder = write_session(tmp_path / "capture", small_session())
    options = chosen(f"--system-trace-filter-instance-id={'x' * 500}")
    with pytest.raises(Refusal, match="1 to 200 characters"):
        workspace.submit_before_serving(Given(None, [], folder, "run", options=options))
    assert Profile.objects.count() == 0
