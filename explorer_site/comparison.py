"""The command `compare-official`: published tables against the official tool's JSON."""

import csv
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from explorer_site.export import source_refs
from explorer_site.official_tool import binary_found, official_output
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
DIFFERENCES = "official-differences.csv"
COLUMNS = ("table", "key", "field", "official", "here")


@dataclass(frozen=True)
class Compared:
    """What is compared: JSON files, or the output of the official tool run on a pair; with a pair
    of files, a folder of published tables, or the captures beside the JSON.
    """

    official: Sequence[Path] = ()
    neff: Path | None = None
    ntffs: Sequence[Path] = ()
    run: Path | None = None
    binary: Path | None = None
    differences: Path = Path(DIFFERENCES)


def compare_official(given: Compared) -> int:
    """Print the comparison of every JSON file. Returns 0 when all cells are equal, else 1.

    Differences are kept as CSV. Raises Refusal when there is nothing to compare with.
    """
    has_files = given.neff is not None or bool(given.ntffs)
    if len(given.official) > 1 and (given.run is not None or has_files):
        raise Refusal("Several JSON files are compared with the captures beside them only.")
    reports = [_report(path, given) for path in given.official]
    if not given.official:
        reports.append(_against_tool(given))
    for report in reports:
        sys.stdout.write("\n".join(report.lines()) + "\n")
    if all(report.is_equal for report in reports):
        return 0
    count = write_differences(given.differences, reports)
    sys.stdout.write(f"Wrote {count} differences to {given.differences}\n")
    return EXIT_DIFFERS


def _against_tool(given: Compared) -> Report:
    if given.neff is None or len(given.ntffs) != 1:
        raise Refusal("Give a pair with -n and -s, or what the official tool wrote with --json.")
    binary = binary_found(given.binary)
    source_refs(given.neff, given.ntffs)
    with official_output(binary, given.neff, given.ntffs[0]) as path:
        return _report(path, given)


def write_differences(target: Path, reports: Sequence[Report]) -> int:
    """Every cell and row on which the two do not agree, as CSV. Returns how many."""
    count = 0
    try:
        with target.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(("file", *COLUMNS))
            for report in reports:
                for one in report.differences:
                    rows.writerow((report.file, *(getattr(one, name) for name in COLUMNS)))
                    count += 1
    except OSError as error:
        raise Refusal(f"{target} could not be written ({error.strerror or error}).") from error
    return count


def _report(path: Path, given: Compared) -> Report:
    if not path.is_file():
        raise Refusal(f"There is no file {path}. {WHAT_TO_GIVE}")
    try:
        if given.run is not None:
            return compare(opened(given.run), path)
        has_files = given.neff is not None or bool(given.ntffs)
        files = (given.neff, given.ntffs) if has_files else beside(path)
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
    except (OSError, ValueError) as error:
        raise Refusal(f"{folder} is no folder of published tables ({error}).") from error


@contextmanager
def decoded(neff: Path | None, ntffs: Sequence[Path]) -> Iterator[ReadableRun]:
    """The tables of a capture, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        store = TableStore(folder)
        process(source_refs(neff, ntffs), store.new_run("compared", 1), Options(), silent)
        yield store.open_run("compared", 1)
