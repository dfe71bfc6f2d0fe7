"""Answers over HTTP are the same whether what was kept is there, is gone, or is of another age."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from profiles.metrics import stored
from profiles.metrics.shelf import SHELF
from profiles.models import Profile

QUESTIONS = (
    "metrics/?start_ns=20000&end_ns=60000",
    "metrics/?start_ns=20000&end_ns=60000&core=1",
    "metrics/?core=0",
    "metrics/?start_ns=0&end_ns=1",
    "runs/1/dependencies/?row=5",
    "runs/1/dependencies/?row=250",
    "runs/1/critical-path/?start_ns=10000&end_ns=40000",
    "runs/1/selection/?start_ns=10000&end_ns=40000",
)


@pytest.fixture
def part(processed: Profile, tables: Any) -> Path:
    """The folder of the profile's only trace."""
    return Path(tables.run_path(str(processed.pk), 1)) / "parts" / "0"


def answers(client: Client, profile: Profile) -> list[Any]:
    """What is answered by a process that has opened nothing yet."""
    SHELF._runs.clear()
    found = [client.get(f"/api/v1/profiles/{profile.pk}/{one}") for one in QUESTIONS]
    assert [one.status_code for one in found] == [200] * len(QUESTIONS)
    return [one.json() for one in found]


def _gone(part: Path, _: pytest.MonkeyPatch) -> None:
    (part / stored.COLUMNS).unlink()


def _of_another_age(_: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stored, "_code", lambda: "another")


def _cut(part: Path, _: pytest.MonkeyPatch) -> None:
    path = part / stored.COLUMNS
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("spoil", [_gone, _of_another_age, _cut])
def test_without_what_was_kept_the_tables_give_the_same_answers(
    client: Client,
    processed: Profile,
    part: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path, pytest.MonkeyPatch], None],
) -> None:
    before = answers(client, processed)
    spoil(part, monkeypatch)
    assert answers(client, processed) == before


def test_ranges_and_dependencies_need_none_of_the_large_tables(
    client: Client, processed: Profile, part: Path
) -> None:
    before = answers(client, processed)
    for name in ("Instruction", "DmaPacket", "SemaphoreUpdate", "Flow"):
        (part / f"{name}.parquet").write_bytes(b"")
    assert answers(client, processed) == before


def test_chains_lead_to_the_same_events(client: Client, processed: Profile, part: Path) -> None:
    address = f"/api/v1/profiles/{processed.pk}/runs/1/dependencies/chain/"
    asked = [
        {"row": row, "way": way, "depth": 4} for row in (5, 250) for way in ("back", "forward")
    ]
    SHELF._runs.clear()
    before = [client.get(address, one).json() for one in asked]
    (part / stored.COLUMNS).unlink()
    SHELF._runs.clear()
    for one, found in zip(asked, before, strict=True):
        again = client.get(address, one).json()
        assert {event["row"] for event in again["events"]} == {
            event["row"] for event in found["events"]
        }
        assert again["waited_ns"] == found["waited_ns"]


@pytest.mark.parametrize("row", [-1, 10**9])
def test_a_row_that_is_not_there_is_refused_with_a_code(
    client: Client, processed: Profile, row: int
) -> None:
    answer = client.get(f"/api/v1/profiles/{processed.pk}/runs/1/dependencies/?row={row}")
    assert answer.status_code in {400, 404}
