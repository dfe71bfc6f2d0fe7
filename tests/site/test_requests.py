"""Ids, logs and health of the site."""

import json
import logging
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from explorer_site import health
from explorer_site.logs import ContextFilter, JsonFormatter, log_context


def line_of(message: str, **facts: Any) -> dict[str, Any]:
    record = logging.LogRecord("explorer", logging.INFO, __file__, 1, message, None, None)
    record.__dict__.update(facts)
    ContextFilter().filter(record)
    found: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return found


def test_a_log_line_is_one_json_object_with_its_context() -> None:
    with log_context(profile="p1"), log_context(run=3):
        line = line_of("decoded", rows=7)
    assert (line["message"], line["profile"], line["run"], line["rows"]) == ("decoded", "p1", 3, 7)
    assert line["level"] == "INFO"
    assert "profile" not in line_of("later")


def test_a_log_line_says_where_it_went_wrong() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", None, None)
        import sys

        record.exc_info = sys.exc_info()
    assert "ValueError: no" in json.loads(JsonFormatter().format(record))["trace"]


def test_a_request_has_an_id_of_its_own_or_the_one_it_came_with(client: Client) -> None:
    first, second = (client.get("/healthz").headers["X-Request-Id"] for _ in range(2))
    assert first != second
    answer = client.get("/healthz", headers={"X-Request-Id": "abc-123"})
    assert answer.headers["X-Request-Id"] == "abc-123"
    answer = client.get("/healthz", headers={"X-Request-Id": "<script>"})
    assert answer.headers["X-Request-Id"] != "<script>"


def test_a_living_server_says_so(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "healthy"}


def test_a_server_is_ready_with_its_database_and_its_folder(
    client: Client, db: None, data_dir: Path
) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": True, "stores": True}


def test_a_server_without_its_folder_is_not_ready(
    client: Client, db: None, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: object) -> int:
        raise PermissionError("read-only")

    monkeypatch.setattr("profiles.storage.sources.SourceStore.free_bytes", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["stores"] is False
    assert client.get("/api/v1/health").json()["status"] == "degraded"


@pytest.mark.parametrize(("age_s", "is_alive"), [(0, True), (3600, False), (None, False)])
def test_health_tells_how_old_the_worker_s_last_sign_is(
    client: Client, db: None, data_dir: Path, age_s: int | None, is_alive: bool
) -> None:
    if age_s is not None:
        note = data_dir / "run" / health.HEARTBEAT_FILE
        note.touch()
        os.utime(note, (time.time() - age_s, time.time() - age_s))
    found = client.get("/api/v1/health").json()
    assert found["parts"]["worker"] is is_alive
    if age_s is None:
        assert found["worker_heartbeat_age_s"] is None
    else:
        assert found["worker_heartbeat_age_s"] == pytest.approx(age_s, abs=5)
    assert found["free_bytes"] > 0


def test_a_server_whose_parts_all_answer_is_healthy(
    client: Client, db: None, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_broker", lambda: True)
    (data_dir / "run" / health.HEARTBEAT_FILE).touch()
    answer = client.get("/api/v1/health")
    assert "healthy" in answer.content.decode()
    assert all(answer.json()["parts"].values())


@pytest.mark.parametrize("address", ["", "redis+socket:///nowhere/x.sock", "not an address"])
def test_a_broker_that_is_away_is_no_fault_of_the_page(
    client: Client, db: None, data_dir: Path, settings: Any, address: str
) -> None:
    settings.REDIS_URL = address
    answer = client.get("/api/v1/health")
    assert answer.status_code == 200
    assert answer.json()["parts"]["broker"] is False
    assert "healthy" not in answer.content.decode()


@pytest.mark.parametrize(
    ("page", "policy"), [("", "same-origin"), ("https://p.example", "same-origin-allow-popups")]
)
def test_windows_stay_apart_unless_traces_may_be_handed_over(
    page: str, policy: str, client: Client, settings: Any
) -> None:
    settings.PERFETTO_UI = page
    assert client.get("/healthz")["Cross-Origin-Opener-Policy"] == policy
