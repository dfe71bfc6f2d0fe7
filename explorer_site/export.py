"""Tables written to a folder without a server: decoded beside it, then put in its place whole."""

import contextlib
import ctypes
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from explorer_site.serve.refusal import Refusal
from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.pipeline.run import RunResult, process
from ingest_worker.pipeline.stage import STAGES, Options, SourceRef
from profiles.storage.tables import RunFolder, TableStore

AT_FDCWD = -100
RENAME_EXCHANGE = 2


def export_tables(
    *,
    neff: Path | None,
    ntffs: Sequence[Path],
    target: Path,
    force: bool,
    version: str,
    as_json: bool = False,
) -> int:
    """Decode the files into `target`. Returns the exit code.

    `target` is either as it was or complete, whatever happens on the way. Raises Refusal if a file
    cannot be read or decoded, or if `target` holds something and `force` is not given.
    """
    sources = source_refs(neff, ntffs)
    target = target.absolute()
    check_target(target, sources, force=force)
    options = Options(
        limits=DEFAULT_LIMITS, explorer_version=version, profile_name=sources[-1].path.stem
    )
    with StageBar() as bar:
        result = write_tables(target, lambda folder: process(sources, folder, options, bar))
    for notice in result.notices:
        sys.stderr.write(f"{notice.code}: {notice.message}\n")
    if as_json:
        told = {"written": {sources[-1].path.stem: str(target)}, "failed": {}}
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
    else:
        sys.stdout.write(f"Wrote {len(list(target.glob('*.parquet')))} tables to {target}\n")
    return 0


def write_tables(target: Path, make: Callable[[RunFolder], RunResult]) -> RunResult:
    """Let `make` write a run, then put it in the place of `target`. Raises Refusal if it cannot."""
    with _draft_beside(target) as draft:
        folder = TableStore(str(draft)).new_run("export", 1)
        try:
            result = make(folder)
        except FormatError as error:
            raise Refusal(" ".join(filter(None, (str(error), error.hint)))) from error
        except OSError as error:
            raise Refusal(f"{target} could not be written ({error.strerror or error}).") from error
        put_in_place(_made_in(draft), target)
    return result


def source_refs(neff: Path | None, ntffs: Sequence[Path]) -> list[SourceRef]:
    """The files as the pipeline takes them. Raises Refusal for one that cannot be read."""
    named = [("neff", neff)] if neff else []
    named += [("ntff", path) for path in ntffs]
    counts: dict[str, int] = {}
    sources = []
    for role, path in named:
        try:
            path.open("rb").close()
        except OSError as error:
            raise Refusal(f"{path} cannot be read ({error.strerror or error}).") from error
        ordinal = counts[role] = counts.get(role, -1) + 1
        sources.append(SourceRef(role=role, name=path.name, path=path.absolute(), ordinal=ordinal))
    return sources


def check_target(target: Path, sources: Sequence[SourceRef], *, force: bool) -> None:
    """Raise Refusal if `target` must not be replaced."""
    if target.exists() and not target.is_dir():
        raise Refusal(f"{target} is a file; --output-file names a folder.")
    if not target.exists() or not any(target.iterdir()):
        return
    if not force:
        raise Refusal(f"{target} is not empty; give --force to replace it.")
    kept = [Path.cwd(), Path.home(), *(source.path for source in sources)]
    for path in kept:
        if path.resolve().is_relative_to(target.resolve()):
            raise Refusal(f"{target} holds {path} and is not replaced, not even with --force.")


@contextlib.contextmanager
def _draft_beside(target: Path) -> Iterator[Path]:
    """A folder on the same file system, gone at the end."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise Refusal(f"{target} cannot be made ({error.strerror or error}).") from error
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _made_in(draft: Path) -> Path:
    """The run folder: the one with the manifest."""
    return next(draft.rglob("manifest.json")).parent


def put_in_place(made: Path, target: Path) -> None:
    """Make `made` the folder `target`; what was there ends up in the place of `made`, or nowhere.

    On Linux one system call exchanges the two. Elsewhere the old one steps aside first, and comes
    back if the new one cannot take its place.
    """
    if not target.exists() or not any(target.iterdir()):
        made.rename(target)
        return
    if _exchange(made, target):
        return
    aside = made.with_name(made.name + ".old")
    target.rename(aside)
    try:
        made.rename(target)
    except OSError:
        aside.rename(target)
        raise


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names by renameat2(2). False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    names = (AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE)
    return bool(renameat2(*names) == 0)


class StageBar:
    """The pipeline's progress as one bar on standard error, behind the name of what is read.

    Nothing is written where standard error is no terminal.
    """

    def __init__(self, name: str = "", console: Console | None = None) -> None:
        shown = console or Console(stderr=True)
        self._progress = Progress(
            *([TextColumn(name, markup=False)] if name else []),
            TextColumn("{task.description:<10}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            console=shown,
            transient=True,
            disable=not shown.is_terminal,
        )
        self._task = self._progress.add_task("", total=len(STAGES))

    def __enter__(self) -> "StageBar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show `stage`; each stage takes an equal share of the bar."""
        share = done / total if total else 0.0
        completed = (STAGES.index(stage) if stage in STAGES else 0) + share
        self._progress.update(self._task, description=stage, completed=completed)
