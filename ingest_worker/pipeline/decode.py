"""Opens the sources: bytes become arrays, still without names, and traces meet their NEFFs."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.neff.program import Neff
from ingest_worker.formats.neff.reader import read_neff
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.ntff.reader import Ntff, read_ntff
from ingest_worker.pipeline.identify import Identified
from ingest_worker.pipeline.pair import check_pair
from ingest_worker.pipeline.stage import Options, PartPlan, Progress, SourceRef


@dataclass(frozen=True)
class OpenedTrace:
    """A trace, what its part is called, and the NEFF it was captured from, if it is there."""

    title: str
    ntff: Ntff
    neff: Neff | None = None
    neff_name: str | None = None


@dataclass(frozen=True)
class Decoded:
    """The opened files: the traces, or a NEFF alone; `notices` say what could not be opened."""

    traces: tuple[OpenedTrace, ...]
    neff: Neff | None = None
    neff_name: str | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def record_count(self) -> int:
        """Records of all traces together."""
        return sum(trace.ntff.record_count for trace in self.traces)


def decode(found: Identified, options: Options, progress: Progress) -> Decoded:
    """Opens every source. A FormatError names the file it is about.

    Of a directory of device files one that cannot be used costs its own part only; the error
    passes through when no trace is left.
    """
    if options.parts and found.traces:
        return _Parts(found, options, progress).opened()
    total = len(found.traces) + (found.neff is not None)
    neff = _read_neff(found.neff, options) if found.neff else None
    name = found.neff.name if found.neff else None
    traces: list[OpenedTrace] = []
    for source in found.traces:
        progress("decode", len(traces) + (neff is not None), total)
        traces.append(OpenedTrace(source.name, _read_ntff(source, options), neff, name))
    for source, trace in zip(found.traces, traces, strict=True):
        _check(trace, source.name)
    return Decoded(tuple(traces), neff, name)


def skipped(title: str, error: FormatError) -> Notice:
    """What is said of a part that was left out."""
    return Notice(error.code, f"{title} is left out. {error.file or 'Its trace'}: {error.message}")


@dataclass
class _Parts:
    """The traces of a directory, each with its own NEFF; a NEFF is opened once."""

    found: Identified
    options: Options
    progress: Progress
    neffs: dict[str, Neff] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    def opened(self) -> Decoded:
        errors: list[FormatError] = []
        traces = tuple(self._each(errors))
        if not traces:
            raise errors[0]
        if len(traces) > 1:
            text = "The traces have clocks of their own: each part begins at its own zero."
            self.notices.append(Notice("session.own_clocks", text))
        return Decoded(traces, notices=tuple(self.notices))

    def _each(self, errors: list[FormatError]) -> Iterator[OpenedTrace]:
        by_name = {source.name: source for source in self.found.traces}
        plans = [plan for plan in self.options.parts if plan.ntff in by_name]
        for number, plan in enumerate(plans):
            self.progress("decode", number, len(plans))
            try:
                yield self._open(plan, by_name[plan.ntff])
            except FormatError as error:
                errors.append(error)
                self.notices.append(skipped(plan.title, error))

    def _open(self, plan: PartPlan, source: SourceRef) -> OpenedTrace:
        ntff = _read_ntff(source, self.options)
        neff = self._neff(plan)
        trace = OpenedTrace(plan.title, ntff, neff, plan.neff if neff else None)
        _check(trace, source.name)
        return trace

    def _neff(self, plan: PartPlan) -> Neff | None:
        """The part's NEFF; one that cannot be read leaves its traces without names."""
        source = next((one for one in self.found.neffs if one.name == plan.neff), None)
        if source is None:
            return None
        if source.name not in self.neffs:
            try:
                self.neffs[source.name] = _read_neff(source, self.options)
            except FormatError as error:
                text = f"{plan.title} is shown without its NEFF. {error.file}: {error.message}"
                self.notices.append(Notice(error.code, text))
                return None
        return self.neffs[source.name]


def _check(trace: OpenedTrace, name: str) -> None:
    if trace.neff is not None:
        uuid = trace.neff.header.uuid
        check_pair(uuid, trace.neff_name or "the NEFF", trace.ntff.facts, name)


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
