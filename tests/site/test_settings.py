"""What the environment makes of the settings, read in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import Error
from django.db import connection

from explorer_site.checks import limits_fit_together

ROOT = Path(__file__).resolve().parent.parent.parent
SHOW = """
import json, sys
import explorer_site.settings as s
print(json.dumps({name: getattr(s, name) for name in json.loads(sys.argv[1])}, default=str))
"""
LOAD_WEB = """
import sys
from explorer_site.wsgi import application
from django.urls import get_resolver
get_resolver().url_patterns
import explorer_site.urls, profiles.api.urls
print("\\n".join(sorted(name for name in sys.modules if name.startswith("ingest_worker."))))
"""


def python(code: str, *arguments: str, **environment: str) -> str:
    kept = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


def read(*names: str, **environment: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(python(SHOW, json.dumps(names), **environment))
    return found


def test_the_defaults_are_those_of_the_documents() -> None:
    found = read(
        *("PORT", "API_PORT", "DATA_DIR", "MAX_FILE_BYTES", "MAX_RECORDS", "ALLOWED_HOSTS"),
        HOME="/home/ada",
    )
    assert (found["PORT"], found["API_PORT"]) == (3001, 3002)
    assert found["DATA_DIR"] == "/home/ada/.local/share/neuron-explorer"
    assert (found["MAX_FILE_BYTES"], found["MAX_RECORDS"]) == (20 * 10**9, 500_000_000)
    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]


def test_names_can_be_added_and_folders_moved() -> None:
    found = read("ALLOWED_HOSTS", "DATA_DIR", ALLOWED_NAMES="trn-box", DATA_DIR="/srv/data")
    assert found["ALLOWED_HOSTS"][-1] == "trn-box"
    assert found["DATA_DIR"] == "/srv/data"


def test_a_database_s_address_chooses_postgresql() -> None:
    address = "postgres://ex%40plorer:p%2Fw@db:5433/profiles"
    found = read("DATABASES", DATABASE_URL=address)["DATABASES"]["default"]
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["USER"], found["PASSWORD"]) == ("ex@plorer", "p/w")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db", "5433", "profiles")


def test_a_setting_that_makes_no_sense_is_one_sentence() -> None:
    with pytest.raises(RuntimeError, match=r"PORT=seven is not a whole number\."):
        read("PORT", PORT="seven")


def test_sqlite_waits_at_the_start_of_a_transaction_and_keeps_a_log(db: None) -> None:
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)


def test_there_is_no_session_no_account_and_no_admin() -> None:
    names = " ".join(settings.INSTALLED_APPS + settings.MIDDLEWARE)
    for word in ("auth", "sessions", "admin", "csrf"):
        assert word not in names.lower()


def test_the_web_process_loads_nothing_that_decodes(tmp_path: Path) -> None:
    loaded = python(
        LOAD_WEB, DATA_DIR=str(tmp_path), DJANGO_SETTINGS_MODULE="explorer_site.settings"
    )
    assert loaded.split() == ["ingest_worker.apps"]


def test_limits_must_fit_together(settings: Any) -> None:
    assert limits_fit_together(None) == []
    settings.INGEST_SOFT_LIMIT_S = settings.INGEST_HARD_LIMIT_S
    settings.API_PORT = settings.PORT
    found = limits_fit_together(None)
    assert [error.id for error in found] == ["explorer.E001", "explorer.E002"]
    assert all(isinstance(error, Error) for error in found)
