"""The import map: plain names to hashed ones, nothing fetched twice, one hash for the policy."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.template import Context, Template
from django.test import Client

from explorer_site.templatetags import modules

HASHED = re.compile(r"\.[0-9a-f]{12}\.js\Z")


@pytest.fixture
def forget() -> Iterator[None]:
    """Nothing is remembered from or for other tests."""
    remembered = (modules._sources, modules._frozen_import_map, modules.modules_below)
    for function in remembered:
        function.cache_clear()
    yield
    for function in remembered:
        function.cache_clear()


@pytest.fixture
def tree(tmp_path: Path, settings: Any, forget: None) -> Path:
    """A small static folder."""
    root = tmp_path / "static"
    files = {
        "js/pages/a.js": 'import { b } from "../kit/b.js";\nimport "../kit/c.js";\nb();\n',
        "js/kit/b.js": (
            "/** @typedef {import('./types.js').T} T */\n"
            '// import { no } from "./no.js";\n'
            'import {\n  c,\n} from "./c.js";\nexport const b = () => c;\n'
        ),
        "js/kit/c.js": 'export { d } from "../../vendor/d.js";\nexport const c = 1;\n',
        "vendor/d.js": "export const d = 2;\n",
        "js/pages/other.js": "export {};\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    settings.STATICFILES_DIRS = [root]
    return root


def page(entry: str) -> str:
    return Template("{% load modules %}{% import_map entry %}").render(Context({"entry": entry}))


def test_a_page_preloads_its_module_and_all_that_it_imports_once(tree: Path) -> None:
    assert sorted(modules.modules_below("js/pages/a.js")) == [
        "js/kit/b.js",
        "js/kit/c.js",
        "js/pages/a.js",
        "vendor/d.js",
    ]
    links = re.findall(r'<link rel="modulepreload" href="([^"]+)">', page("js/pages/a.js"))
    assert links[0] == "/static/js/pages/a.js"
    assert len(links) == len(set(links)) == 4


def test_the_map_names_every_module_and_its_hash_is_the_policy_s(tree: Path) -> None:
    inline = re.findall(r'<script type="importmap">(.*?)</script>', page("js/pages/a.js"))
    assert len(inline) == 1
    names = json.loads(inline[0])["imports"]
    assert len(names) == 5
    digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
    assert modules.import_map_hash() == f"'sha256-{digest}'"


def test_while_developing_the_map_follows_the_folder(tree: Path, settings: Any) -> None:
    settings.DEBUG = True
    before = modules.import_map_hash()
    (tree / "js/kit/new.js").write_text("export {};\n")
    assert modules.import_map_hash() != before


@pytest.fixture
def collected(tmp_path: Path, settings: Any, forget: None) -> Path:
    """The product's own static files as a start collects them."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.WHITENOISE_USE_FINDERS = False
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path / "collected"


def test_every_module_of_the_product_is_served_under_its_hash_and_kept_for_years(
    collected: Path, db: None, data_dir: Path
) -> None:
    names = json.loads(modules.import_map_text())["imports"]
    assert "/static/js/pages/profile-list.js" in names
    client = Client(headers={"host": "localhost:3001"})
    for plain, hashed in names.items():
        assert HASHED.search(hashed), plain
        answer = client.get(hashed)
        body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        answer.close()
        assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
        assert answer.headers["Content-Type"].startswith("text/javascript")
        # Imports stay as they were written: the map does the work, not a rewriting of sources.
        assert body == (collected / plain.removeprefix("/static/")).read_bytes()


def test_an_unhashed_module_is_kept_for_a_minute(collected: Path, db: None) -> None:
    client = Client(headers={"host": "localhost:3001"})
    answer = client.get("/static/js/pages/profile-list.js")
    answer.close()
    assert answer.headers["Cache-Control"] == "max-age=60, public"
