"""The locks are hashed, address-free and few."""

import json
import re
import tomllib

from tests.house.test_sizes import ROOT, product_python

FIXED = {"django", "celery", "redis", "pyarrow", "djangorestframework", "whitenoise"}
MOST_OTHERS = 12
ADDRESS = re.compile(r"https?://")


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=;~! ]", line, maxsplit=1)[0].lower() for line in requirements}


def test_python_locks_hash_every_package_and_name_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        blocks = re.findall(r"^([a-z0-9][^\s=]*)==.*?(?=^[a-z0-9]|\Z)", text, re.M | re.S)
        assert len(blocks) > 20
        assert text.count("--hash=sha256:") >= len(blocks)
        assert not ADDRESS.search(text)


def test_the_javascript_lock_names_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert len(packages) > 1
    assert '"resolved"' not in text


def test_runtime_packages_are_the_fixed_six_and_at_most_twelve_more() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = names(project["dependencies"])
    assert direct >= FIXED
    assert len(direct - FIXED) <= MOST_OTHERS


def test_the_runtime_lock_is_part_of_the_development_lock() -> None:
    pins = re.compile(r"^([a-z0-9][^\s=]*==\S+)", re.M)
    runtime = set(pins.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    everything = set(pins.findall((ROOT / "requirements-dev.lock").read_text(encoding="utf-8")))
    assert runtime
    assert runtime <= everything


def test_environment_variables_are_read_in_one_place() -> None:
    allowed = {"explorer_site/env.py", "explorer_site/settings.py"}
    readers = {
        str(path.relative_to(ROOT))
        for path in product_python()
        if re.search(r"os\.(environ\.get|getenv|environ\[)", path.read_text(encoding="utf-8"))
    }
    extra = {
        r
        for r in readers - allowed
        if not r.startswith(("explorer_site/serve/", "explorer_site/cli"))
    }
    assert extra <= {"explorer_site/upload.py"}
