"""`view --official PATH`: what the official tool wrote, read without a server."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from explorer_site.export import StageBar, check_target, write_tables
from explorer_site.serve.refusal import Refusal
from ingest_worker.capture_scan import found_file, scan_directory
from ingest_worker.formats.errors import FormatError
from ingest_worker.pipeline.official import process_official
from ingest_worker.pipeline.stage import Options, SourceRef
from profiles.capture_names import RESULTS
from profiles.storage.tables import ReadableRun, TableStore


def official_sources(path: Path) -> list[SourceRef]:
    """The tables and JSON below a path, or the one file it is. Raises Refusal for none."""
    try:
        listed = scan_directory(path) if path.is_dir() else [found_file(path.name, path)]
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror or error}).") from error
    except FormatError as error:
        raise Refusal(str(error)) from error
    found = [one for one in listed if one.role in RESULTS]
    if not found:
        raise Refusal(f"{path} holds no table and no JSON of the official tool.")
    return [
        SourceRef(one.role, one.path, (path / one.path if path.is_dir() else path).absolute(), n)
        for n, one in enumerate(found)
    ]


def export_official_tables(options: argparse.Namespace, version: str) -> int:
    """Write the tables made of a result of the official tool. Returns the exit code."""
    sources = official_sources(options.official)
    target = options.output_file.absolute()
    check_target(target, sources, force=options.force)
    chosen = Options(explorer_version=version, profile_name=options.display_name)
    with StageBar(options.official.name) as bar:
        result = write_tables(target, lambda folder: process_official(sources, folder, chosen, bar))
    for notice in result.notices:
        sys.stderr.write(f"{notice.code}: {notice.message}\n")
    sys.stdout.write(f"Wrote {len(list(target.glob('*.parquet')))} tables to {target}\n")
    return 0


@contextmanager
def official_run(path: Path, version: str) -> Iterator[ReadableRun]:
    """The tables made of a result of the official tool, in a folder that is gone afterwards."""
    sources = official_sources(path)
    with TemporaryDirectory(prefix="official-") as folder:
        store = TableStore(folder)
        try:
            with StageBar(path.name) as bar:
                options = Options(explorer_version=version)
                process_official(sources, store.new_run("official", 1), options, bar)
        except FormatError as error:
            raise Refusal(f"{error} {error.hint}".rstrip()) from error
        yield store.open_run("official", 1)
