"""Opens the sources: bytes become arrays, still without names."""

from dataclasses import dataclass

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.neff.program import Neff
from ingest_worker.formats.neff.reader import read_neff
from ingest_worker.formats.ntff.reader import Ntff, read_ntff
from ingest_worker.pipeline.identify import Identified
from ingest_worker.pipeline.stage import Options, Progress, SourceRef


@dataclass(frozen=True)
class Decoded:
    """The opened files; traces keep the names they were uploaded under."""

    neff: Neff | None
    neff_name: str | None
    traces: tuple[tuple[str, Ntff], ...]

    @property
    def record_count(self) -> int:
        """Records of all traces together."""
        return sum(ntff.record_count for _, ntff in self.traces)


def decode(found: Identified, options: Options, progress: Progress) -> Decoded:
    """Opens every source. A FormatError names the file it is about."""
    total = len(found.traces) + (found.neff is not None)
    neff = _read_neff(found.neff, options) if found.neff else None
    traces: list[tuple[str, Ntff]] = []
    for source in found.traces:
        progress("decode", len(traces) + (neff is not None), total)
        traces.append((source.name, _read_ntff(source, options)))
    return Decoded(neff, found.neff.name if found.neff else None, tuple(traces))


def _read_neff(source: SourceRef, options: Options) -> Neff:
    try:
        return read_neff(source.path, limits=options.limits)
    except FormatError as error:
        error.file = error.file or source.name
        raise


def _read_ntff(source: SourceRef, options: Options) -> Ntff:
    try:
        return read_ntff(source.path, limits=options.limits, partial=options.partial)
    except FormatError as error:
        error.file = error.file or source.name
        raise
