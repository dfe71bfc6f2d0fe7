"""What is bundled from others is listed, unchanged, small and licensed."""

import gzip
import hashlib
import json
from pathlib import Path

from tests.house.test_sizes import ROOT, tracked

VENDOR = ROOT / "static" / "vendor"
MOST_BYTES_ZIPPED = 150_000


def listing() -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((VENDOR / "VENDOR.json").read_text(encoding="utf-8"))
    return found


def test_every_bundled_file_is_listed_with_its_hash() -> None:
    wrong = {
        entry["file"]: entry["sha256"]
        for entry in listing()
        if hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() != entry["sha256"]
    }
    assert wrong == {}


def test_every_bundled_script_has_an_entry_naming_version_and_licence() -> None:
    scripts = {
        str(p.relative_to(VENDOR)) for p in tracked("static/vendor") if p.suffix in {".js", ".mjs"}
    }
    assert scripts
    assert scripts == {
        entry["file"] for entry in listing() if entry["file"].endswith(("js", "mjs"))
    }
    assert all(
        {"name", "version", "licence", "source", "sha256"} <= entry.keys() for entry in listing()
    )


def test_bundled_scripts_stay_under_150_kb_zipped() -> None:
    size = sum(len(gzip.compress((VENDOR / e["file"]).read_bytes(), 9)) for e in listing())
    assert size < MOST_BYTES_ZIPPED


def test_fonts_come_with_their_licence() -> None:
    fonts = [p for p in tracked("static/fonts") if p.suffix == ".woff2"]
    licences = [p for p in tracked("static/fonts") if "OFL" in Path(p).name]
    assert fonts
    assert licences
