"""Which source is what: roles against first bytes, before anything is decoded."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.registry import HEAD_BYTES, role_of
from ingest_worker.pipeline.stage import Options, SourceRef, in_order

NEFF, NTFF = "neff", "ntff"


@dataclass(frozen=True)
class Identified:
    """The files to process: NEFFs, of which an upload has at most one, and traces, in order."""

    neffs: tuple[SourceRef, ...]
    traces: tuple[SourceRef, ...]

    @property
    def neff(self) -> SourceRef | None:
        """The NEFF of an upload."""
        return self.neffs[0] if self.neffs else None


def identify(sources: Sequence[SourceRef], options: Options) -> Identified:
    """Leaves out what the options leave out, and refuses two swapped files.

    Raises FormatError `pair.swapped` when a file begins like the other kind, and
    `upload.missing_part` when nothing is left to process. A file that begins like neither is left
    to its reader, which says what is wrong with it.
    """
    kept = [source for source in in_order(sources) if source.role not in options.without]
    if not any(source.role in {NEFF, NTFF} for source in kept):
        raise FormatError("upload.missing_part", "There is neither a NEFF nor a trace to process.")
    for source in kept:
        _check_role(source)
    return Identified(
        neffs=tuple(source for source in kept if source.role == NEFF),
        traces=tuple(source for source in kept if source.role == NTFF),
    )


def _check_role(source: SourceRef) -> None:
    with source.path.open("rb") as file:
        found = role_of(file.read(HEAD_BYTES))
    if {found, source.role} == {NEFF, NTFF}:
        names = {NEFF: "a NEFF", NTFF: "a trace"}
        raise FormatError(
            "pair.swapped",
            f"{source.name} was given as {names[source.role]} and begins like {names[str(found)]}.",
            0,
            file=source.name,
            hint="Swap the two files.",
        )
