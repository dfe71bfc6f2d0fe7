"""Tables of a run that are damaged or gone: a stable code, and everything else goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.models import Profile
from tests.api.conftest import error_of
from tests.api.system_profile import system_profile
from tests.metrics.system_events import event, running

EVENTS = "SystemProfileEvents"
QUESTIONS = ("find/?q=e", "range-statistics/", "system-summary/", "device-link/?row=0")
CODES = {"table.unreadable", "tile.unreadable"}

pytestmark = pytest.mark.usefixtures("data_dir", "db")


@pytest.fixture
def profile() -> Profile:
    rows = [event("nrt_execute", number, number + 5, model_name="m") for number in range(50)]
    return system_profile({EVENTS: [*rows, running(1, 4)]})


def change(data_dir: Path, name: str, how: Callable[[bytes], bytes | None]) -> None:
    """Changes every file of that name in the runs; None removes it."""
    paths = list((data_dir / "tables").rglob(name))
    assert paths
    for path in paths:
        data = how(path.read_bytes())
        path.unlink()
        if data is not None:
            path.write_bytes(data)


DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "gone": lambda _: None,
    "empty": lambda _: b"",
    "cut": lambda data: data[: len(data) // 2],
    "head only": lambda data: data[:40],
    "something else": lambda _: b"PAR1" + bytes(200) + b"PAR1",
    "pages overwritten": lambda data: (
        data[:4] + b"\xff" * (len(data) // 3) + data[4 + len(data) // 3 :]
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_damaged_table_of_events_has_a_code(
    client: Client, data_dir: Path, profile: Profile, question: str, damage: str
) -> None:
    change(data_dir, f"{EVENTS}.parquet", DAMAGES[damage])
    answer = client.get(f"/api/v1/profiles/{profile.pk}/runs/1/{question}")
    assert answer.status_code == 503, answer.content
    assert error_of(answer)["code"] == "table.unreadable"


@pytest.mark.parametrize("damage", DAMAGES)
def test_rows_of_a_damaged_table_have_a_code(
    client: Client, data_dir: Path, profile: Profile, damage: str
) -> None:
    change(data_dir, f"{EVENTS}.parquet", DAMAGES[damage])
    answer = client.get(f"/api/v1/profiles/{profile.pk}/tables/{EVENTS}/rows/?limit=5")
    assert error_of(answer)["code"] == "table.unreadable"


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_the_database_knows_is_answered_all_the_same(
    client: Client, data_dir: Path, profile: Profile, damage: str
) -> None:
    change(data_dir, f"{EVENTS}.parquet", DAMAGES[damage])
    here = f"/api/v1/profiles/{profile.pk}/"
    for question in ("", "devices/", "runs/", "sources/", "tables/"):
        assert client.get(here + question).status_code == 200


@pytest.mark.parametrize("question", ["series/cpu/", "series/cpu/at/?ns=1", "timeline/"])
def test_a_run_without_its_timeline_has_a_code(
    client: Client, profile: Profile, question: str
) -> None:
    answer = client.get(f"/api/v1/profiles/{profile.pk}/runs/1/{question}")
    assert error_of(answer)["code"] == "tile.unreadable"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1), byte=st.integers(1, 255))
def test_a_changed_byte_gives_an_answer_or_a_code(
    client: Client, data_dir: Path, profile: Profile, place: float, byte: int
) -> None:
    before: dict[Path, bytes] = {}

    def flipped(data: bytes) -> bytes:
        changed = bytearray(data)
        changed[int(place * (len(data) - 1))] ^= byte
        return bytes(changed)

    for path in (data_dir / "tables").rglob(f"{EVENTS}.parquet"):
        before[path] = path.read_bytes()
    change(data_dir, f"{EVENTS}.parquet", flipped)
    try:
        for question in QUESTIONS:
            answer = client.get(f"/api/v1/profiles/{profile.pk}/runs/1/{question}")
            if answer.status_code != 200:
                assert error_of(answer)["code"] in CODES | {"table.missing"}
    finally:
        for path, data in before.items():
            path.unlink()
            path.write_bytes(data)
