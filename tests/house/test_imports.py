"""The arrows between folders: JavaScript by reading imports, Python by import-linter."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_sizes import ROOT, product_python, tracked

JS = ROOT / "static" / "js"
MAY_IMPORT = {
    "kit": set(),
    "data": {"kit"},
    "render": {"kit", "data"},
    "timeline": {"kit", "data", "render"},
    "upload": {"kit", "data"},
    "workers": {"kit", "data"},
    "viewers": {"kit", "data", "render", "timeline"},
    "manager": {"kit", "data", "upload"},
    "pages": {"kit", "data", "render", "timeline", "viewers", "upload", "manager"},
}
IMPORT = re.compile(
    r"""^\s*(?:import|export)\b[^"';]*?\bfrom\s+["']([^"']+)["']|^\s*import\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']""",
    re.M,
)


def code_without_comments(path: Path) -> str:
    return re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)", "", path.read_text(encoding="utf-8"), flags=re.S)


def imported_paths(path: Path) -> list[str]:
    return [a or b or c for a, b, c in IMPORT.findall(code_without_comments(path))]


def js_modules() -> list[Path]:
    return [path for path in tracked("static/js/*.js") if path.relative_to(JS).parts]


def test_javascript_folders_import_downwards_only() -> None:
    wrong = []
    for path in js_modules():
        folder = path.relative_to(JS).parts[0]
        for name in imported_paths(path):
            assert name.startswith("."), f"{path}: {name} is not a relative import"
            target = (path.parent / name).resolve()
            if target.is_relative_to(JS):
                other = target.relative_to(JS).parts[0]
                if other != folder and other not in MAY_IMPORT[folder]:
                    wrong.append((str(path.relative_to(JS)), name))
    assert wrong == []


def test_every_javascript_import_exists() -> None:
    missing = [
        (str(path.relative_to(JS)), name)
        for path in js_modules()
        for name in imported_paths(path)
        if not (path.parent / name).resolve().is_file()
    ]
    assert missing == []


def test_only_the_arrow_module_names_the_arrow_library() -> None:
    users = [
        str(p.relative_to(JS))
        for p in js_modules()
        if any("flechette" in n for n in imported_paths(p))
    ]
    assert users == ["data/arrow.js"]


def test_python_import_contracts_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("rest_framework", ("profiles/api/", "profiles/uploads/", "explorer_site/settings.py")),
        (
            "celery",
            (
                "explorer_site/celery.py",
                "explorer_site/serve/",
                "ingest_worker/tasks.py",
                "profiles/dispatch.py",
            ),
        ),
        ("redis", ("explorer_site/health.py",)),
    ],
)
def test_a_library_is_imported_at_its_edge_only(library: str, allowed: tuple[str, ...]) -> None:
    users = [
        str(path.relative_to(ROOT)) for path in product_python() if library in imports_of(path)
    ]
    assert [user for user in users if not user.startswith(allowed)] == []


PURE = """
import sys
from pathlib import Path
import {module}
loaded = sorted(name for name in ("django", "celery", "rest_framework") if name in sys.modules)
assert not loaded, loaded
"""


@pytest.mark.parametrize(
    "module",
    [
        "profiles.tables.registry",
        "profiles.storage.tables",
        "profiles.timeline.query",
        "ingest_worker.pipeline.run",
        "profiles.pairing",
    ],
)
def test_pure_modules_load_no_web_framework(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PURE.format(module=module)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_readers_load_nothing_but_numpy() -> None:
    program = (
        "import sys, ingest_worker.formats.ntff.reader, ingest_worker.formats.neff.reader\n"
        "bad = {'django', 'celery', 'pyarrow', 'profiles'} & set(sys.modules)\n"
        "assert not bad, bad"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
