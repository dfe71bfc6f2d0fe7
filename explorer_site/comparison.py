"""The command `compare-official`: published tables against the official tool's JSON."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from explorer_site.export import source_refs
from explorer_site.serve.refusal import Refusal
from ingest_worker.formats.errors import FormatError
from ingest_worker.imports.compare_official import Report, compare
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, silent
from profiles.storage.layout import MANIFEST
from profiles.storage.manifest import Manifest
from profiles.storage.tables import ReadableRun, TableStore

WHAT_TO_GIVE = "Give the files with -n and -s, or a folder of tables with --run."
JSON_ENDINGS = ("_profile_full.json", ".json")
EXIT_DIFFERS = 1


def compare_official(
    *, official: Sequence[Path], neff: Path | None, ntffs: Sequence[Path], run: Path | None
) -> int:
    """Print the comparison of every JSON file. Returns 0 when all cells are equal, else 1.

    With files, or with neither files nor a folder, the traces are decoded into a folder of their
    own first; without files they are looked for beside each JSON. Raises Refusal when there is
    nothing to compare with.
    """
    if len(official) > 1 and (run is not None or neff is not None or ntffs):
        raise Refusal("Several JSON files are compared with the captures beside them only.")
    is_equal = True
    for path in official:
        report = _report(path, neff, ntffs, run)
        sys.stdout.write("\n".join(report.lines()) + "\n")
        is_equal &= report.is_equal
    return 0 if is_equal else EXIT_DIFFERS


def _report(path: Path, neff: Path | None, ntffs: Sequence[Path], run: Path | None) -> Report:
    if not path.is_file():
        raise Refusal(f"There is no file {path}. {WHAT_TO_GIVE}")
    try:
        if run is not None:
            return compare(opened(run), path)
        files = (neff, ntffs) if neff is not None or ntffs else beside(path)
        with decoded(*files) as tables:
            return compare(tables, path)
    except FormatError as error:
        raise Refusal(" ".join(filter(None, (str(error), error.hint)))) from error


def beside(path: Path) -> tuple[Path | None, list[Path]]:
    """The trace with the name of the JSON, and the one NEFF in its folder."""
    stem = next((path.name.removesuffix(e) for e in JSON_ENDINGS if path.name.endswith(e)), "")
    trace = path.with_name(f"{stem}.ntff")
    neffs = sorted(path.parent.glob("*.neff"))
    if not trace.is_file():
        raise Refusal(WHAT_TO_GIVE)
    return (neffs[0] if len(neffs) == 1 else None), [trace]


def opened(folder: Path) -> ReadableRun:
    """A folder of published tables. Raises Refusal for another folder."""
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        return ReadableRun(folder, Manifest.from_json(text))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(f"{folder} is no folder of published tables ({error}).") from error


@contextmanager
def decoded(neff: Path | None, ntffs: Sequence[Path]) -> Iterator[ReadableRun]:
    """The tables of a capture, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        store = TableStore(folder)
        process(source_refs(neff, ntffs), store.new_run("compared", 1), Options(), silent)
        yield store.open_run("compared", 1)
