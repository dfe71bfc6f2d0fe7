"""The summary of a device profile over HTTP."""

import json
from typing import Any

import pytest
from django.core import checks
from django.test import Client

from profiles.metrics import shelf as shelf_module
from profiles.models import Profile
from tests.api.conftest import error_of

Answer = Any


def metrics(client: Client, profile: Profile, query: str = "") -> Answer:
    return client.get(f"/api/v1/profiles/{profile.pk}/metrics/{query}")


def test_the_whole_profile_is_answered_with_every_part(client: Client, processed: Profile) -> None:
    answer = metrics(client, processed)
    assert answer.status_code == 200
    found = answer.json()
    assert found["run"] == 1
    assert found["range"]["is_whole"]
    assert found["metrics"]["mfu"]["value"] > 0
    assert len(found["strip"]) == 7
    assert {row["unit"] for row in found["busy"]} == {
        "Tensor", "Vector", "Scalar", "GpSimd", "Sync", "DMA",
    }  # fmt: skip
    assert all(one["bound"]["factor"] >= 1 for one in found["findings"])
    saved = [one["bound"]["saved_ns"] for one in found["findings"]]
    assert saved == sorted(saved, reverse=True)


def test_the_full_range_gives_the_numbers_of_the_whole(client: Client, processed: Profile) -> None:
    whole = metrics(client, processed).json()
    first, last = whole["range"]["first_ns"], whole["range"]["last_ns"]
    again = metrics(client, processed, f"?start_ns={first}&end_ns={last}").json()
    assert again == whole


def test_a_range_on_one_core(client: Client, processed: Profile) -> None:
    found = metrics(client, processed, "?start_ns=20000&end_ns=60000&core=1").json()
    assert found["range"]["duration_ns"] == 40_000
    assert not found["range"]["is_whole"]
    assert {row["core"] for row in found["busy"]} == {1}
    assert {row["core"] for row in found["opcodes"]} == {1}
    assert found["metrics"]["total_time"] == {"value": 40_000, "missing": None}
    assert "whole profile" in found["metrics"]["mbu_minimum"]["missing"]


def test_every_row_of_evidence_is_a_row_of_its_table(client: Client, processed: Profile) -> None:
    found = metrics(client, processed).json()
    tables = client.get(f"/api/v1/profiles/{processed.pk}/tables/").json()
    counts = {table["name"]: table["rows"] for table in tables}
    timeline = client.get(f"/api/v1/profiles/{processed.pk}/runs/1/timeline/").json()
    keys = {track["key"] for track in timeline["tracks"]}
    assert found["findings"]
    for finding in found["findings"]:
        evidence = finding["evidence"]
        assert all(0 <= row < counts[evidence["table"]] for row in evidence["rows"])
        assert set(evidence["tracks"]) <= keys
        assert finding["ranges"]
        assert all(0 <= start < end for start, end in finding["ranges"])


def test_an_answer_that_is_known_is_not_sent_again(client: Client, processed: Profile) -> None:
    first = metrics(client, processed)
    tag = first.headers["ETag"]
    path = f"/api/v1/profiles/{processed.pk}/metrics/"
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?start_ns=5&end_ns=5", "must end after its start"),
        ("?start_ns=99999999999", "must end after its start"),
        ("?core=7", "There is no core 7. There are: 0, 1."),
        ("?start_ns=soon", "whole number"),
    ],
)
def test_a_range_that_cannot_be_is_refused(
    client: Client, processed: Profile, query: str, words: str
) -> None:
    answer = metrics(client, processed, query)
    assert answer.status_code == 400
    assert words in json.dumps(error_of(answer))


def test_a_part_or_a_profile_without_instructions_is_refused(
    client: Client, processed: Profile
) -> None:
    answer = metrics(client, processed, "?part=3")
    assert (answer.status_code, error_of(answer)["code"]) == (404, "table.missing")


def test_a_table_that_cannot_be_read_is_an_error_with_a_code(
    client: Client, processed: Profile, tables: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "MOST_KEPT_ROWS", 0)
    path = tables.run_path(str(processed.pk), 1) / "parts" / "0" / "Instruction.parquet"
    path.unlink()
    path.write_bytes(b"PAR1 nothing PAR1")
    (path.parent / "metrics.columns").unlink()
    answer = metrics(client, processed, "?core=0")
    assert (answer.status_code, error_of(answer)["code"]) == (503, "table.unreadable")


def test_a_kept_file_that_is_damaged_inside_is_an_error_with_a_code(
    client: Client, processed: Profile, tables: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "MOST_KEPT_ROWS", 0)
    path = tables.run_path(str(processed.pk), 1) / "parts" / "0" / "metrics.columns"
    data = path.read_bytes()
    path.write_bytes(bytes(4000) + data[4000:])
    answer = metrics(client, processed, "?start_ns=20000&end_ns=60000")
    assert (answer.status_code, error_of(answer)["code"]) == (503, "table.unreadable")


def test_the_kept_answer_is_given_without_reading_a_table(
    client: Client, processed: Profile, tables: Any, settings: Any
) -> None:
    path = tables.run_path(str(processed.pk), 1) / "parts" / "0" / "metrics.json"
    kept = json.loads(path.read_text())
    kept["answer"]["range"]["last_ns"] = 7
    path.write_text(json.dumps(kept))
    assert metrics(client, processed).json()["range"]["last_ns"] == 7
    settings.INSIGHT_THRESHOLDS = "gap_ns=9"
    assert metrics(client, processed).json()["range"]["last_ns"] != 7


def test_what_numbers_mean_is_listed(client: Client, db: None) -> None:
    entries = {entry["id"]: entry for entry in client.get("/api/v1/metrics/").json()}
    assert entries["mfu_inst"]["unit"] == "share"
    assert entries["mfu_inst"]["formula"] == "useful_flops / (peak x P x T)"
    assert entries["opcodes.median_ns"]["source"]


def test_thresholds_come_from_the_settings(
    client: Client, processed: Profile, settings: Any
) -> None:
    rules = {one["rule"] for one in metrics(client, processed).json()["findings"]}
    assert "small_matmuls" in rules or "transposes" in rules
    settings.INSIGHT_THRESHOLDS = "transpose_share=1,small_matmul_share=1"
    rules = {one["rule"] for one in metrics(client, processed).json()["findings"]}
    assert not rules & {"small_matmuls", "transposes"}


def test_thresholds_that_cannot_be_read_are_told_at_the_start(settings: Any) -> None:
    settings.INSIGHT_THRESHOLDS = "speed=9"
    found = [message for message in checks.run_checks() if message.id == "explorer.E003"]
    assert "There is no threshold 'speed'" in found[0].msg
