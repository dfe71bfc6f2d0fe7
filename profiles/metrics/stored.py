"""The answer about a whole part, kept beside its tables when the run is made.

It is the same answer that asking for the full range gives, made by the same code: kept so that a
large profile opens at once. Code or thresholds that differ from those it was made with make it
stale, and then it is made anew.
"""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.instruction_kinds import TABLE
from profiles.metrics.kept.run import KeptFacts, KeptRun
from profiles.metrics.kept.write import write_run
from profiles.metrics.region import Region
from profiles.metrics.registry import answer
from profiles.storage.columns import ColumnFile
from profiles.storage.durable import write_text, written_whole
from profiles.storage.layout import part_folder
from profiles.storage.tables import ReadableRun

FILE = "metrics.json"
COLUMNS = "metrics.columns"


@lru_cache(maxsize=1)
def _code() -> str:
    """A digest of the code that makes answers."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _made_with(thresholds: Thresholds) -> str:
    return f"{_code()} {thresholds}"


def write_answer(run: ReadableRun, part: int, thresholds: Thresholds) -> bool:
    """Keeps the answer about a part; False for one without instructions.

    Raises OSError or pyarrow's ArrowException.
    """
    if run.manifest.table(TABLE, part) is None:
        return False
    device = DeviceRun(run, part).prepare()
    found = {"made_with": _made_with(thresholds), "answer": answer(Region(device), thresholds)}
    write_text(_path(run, part), json.dumps(found, allow_nan=False))
    with written_whole(_path(run, part, COLUMNS)) as draft, draft.open("wb") as file:
        write_run(device, file, _code())
    return True


def kept_run(run: ReadableRun, part: int) -> KeptRun | None:
    """The part as it was kept for ranges; None where it was not, or by another program."""
    try:
        file = ColumnFile(_path(run, part, COLUMNS))
        if file.header["made_with"] != _code():
            return None
        facts = KeptFacts(DeviceRun(run, part), file)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return KeptRun(run, part, facts, facts.span_ns)


def stored_answer(run: ReadableRun, part: int, thresholds: Thresholds) -> dict[str, Any] | None:
    """What was kept, if it is what this program would answer today."""
    try:
        document = json.loads(_path(run, part).read_text(encoding="utf-8"))
        if document["made_with"] != _made_with(thresholds):
            return None
        found: dict[str, Any] = document["answer"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found


def _path(run: ReadableRun, part: int, name: str = FILE) -> Path:
    return run.path / part_folder(part) / name
