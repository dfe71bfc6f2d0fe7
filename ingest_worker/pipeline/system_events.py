"""From processes to the events of a run: spans joined, clocks put together, unwanted ones left."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ingest_worker.builders.system.clocks import SyncPoint, sync_points
from ingest_worker.builders.system.events import (
    FRAMEWORK,
    HARDWARE,
    RUNTIME,
    Events,
    framework_events,
    merged,
    runtime_events,
)
from ingest_worker.builders.system.hbm import Change, changes_of
from ingest_worker.builders.system.process import ProcessTrace
from ingest_worker.builders.system.spans import FAR_NS, Spans, join_spans, near, unknown_phases
from ingest_worker.builders.system.values import NONE
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.system.framework import FrameworkTrace
from ingest_worker.pipeline.stage import Options

GROUPS = {"hardware": HARDWARE, "software": RUNTIME}


@dataclass
class Gathered:
    """What all processes have told so far; frames are not kept."""

    processes: list[ProcessTrace] = field(default_factory=list)
    events: list[Events] = field(default_factory=list)
    points: list[SyncPoint] = field(default_factory=list)
    changes: list[tuple[list[Change], int]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def add(self, trace: ProcessTrace) -> None:
        """Joins what belongs together in a process and lets go of its frames."""
        own: Events | None = None
        if trace.frames is not None:
            spans = join_spans(trace.frames)
            own = runtime_events(trace, spans)
            found = sync_points(trace, own, spans.start_frame)
            own = self._near(trace, own)
            self.points += found
            self.changes.append((changes_of(trace, spans), trace.info.logical_core_size))
            self.notices += _span_notices(trace, spans)
            self.events.append(own)
        trace = self._with_clock(trace, own)
        framework = framework_events(trace)
        if framework is not None:
            self.events.append(framework)
        self.processes.append(replace(trace, frames=None))

    def _near(self, trace: ProcessTrace, events: Events) -> Events:
        """The events without those whose times cannot be: one would stretch the run to years."""
        if not len(events):
            return events
        kept = near(events.start_ns) & (events.end_ns - events.start_ns < FAR_NS)
        if kept.all():
            return events
        text = f"Times of events of process {trace.process_id} cannot be; they are left out."
        count = int(np.count_nonzero(~kept))
        self.notices.append(Notice("system.damaged_time", text, count))
        return events.taken(np.flatnonzero(kept))

    def _with_clock(self, trace: ProcessTrace, own: Events | None) -> ProcessTrace:
        """Framework traces without a clock begin, as a whole, with the first runtime event."""
        if all(one.has_clock or not one.spans for one in trace.framework):
            return trace
        first = int(own.start_ns.min()) if own is not None and len(own) else trace.info.start_ns
        aligned = [one if one.has_clock else _moved(one, first) for one in trace.framework]
        text = (
            f"A framework trace of process {trace.process_id} carries no clock: it is aligned as "
            "a whole with the first runtime event, and its place is not certain."
        )
        self.notices.append(Notice("system.framework_aligned", text))
        return replace(trace, framework=tuple(aligned))

    def merged(self, options: Options) -> Events:
        """All events that are wanted, in order of start."""
        events = merged(self.events)
        wanted = _wanted(events, self.processes, options)
        if wanted.all():
            return events
        return events.taken(np.flatnonzero(wanted))


def _moved(trace: FrameworkTrace, first_ns: int) -> FrameworkTrace:
    by_ns = first_ns - min((span.start_ns for span in trace.spans), default=0)
    spans = [
        replace(span, start_ns=span.start_ns + by_ns, end_ns=span.end_ns + by_ns)
        for span in trace.spans
    ]
    return replace(trace, spans=spans)


def _span_notices(trace: ProcessTrace, spans: Spans) -> list[Notice]:
    found = []
    name = f"process {trace.process_id} on {trace.instance_id}"
    if spans.unclosed:
        text = f"Spans of {name} have no end; they are drawn up to the end of the trace."
        found.append(Notice("system.unclosed_span", text, spans.unclosed))
    if spans.lonely_stops:
        text = f"Ends of {name} have no start and are left out."
        found.append(Notice("system.stop_without_start", text, spans.lonely_stops))
    if spans.backward:
        text = f"Spans of {name} end before they start; they are shown as instants."
        found.append(Notice("system.backward_span", text, spans.backward))
    odd = unknown_phases(trace.frames) if trace.frames is not None else 0
    if odd:
        text = f"Records of {name} are no start, end or instant; they are shown as instants."
        found.append(Notice("system.unknown_phase", text, odd))
    return found


def _wanted(
    events: Events, processes: Sequence[ProcessTrace], options: Options
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """The events that the options choose; framework events have no type and no core."""
    wanted = np.ones(len(events), bool)
    if options.instance_ids:
        chosen = [t.number for t in processes if t.instance_id in options.instance_ids]
        wanted &= np.isin(events.process, chosen)
    if options.neuron_cores:
        cores = np.array([NONE, *options.neuron_cores])
        wanted &= np.isin(events.nc, cores)
    if options.event_types:
        wanted &= _of_types(events, options.event_types) | (events.source == FRAMEWORK)
    return wanted


def _of_types(
    events: Events, types: frozenset[str]
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    left_out = {name[1:] for name in types if name.startswith("^")}
    named = {name for name in types if not name.startswith("^")}
    chosen = np.full(len(events), not named)
    for positive, names in ((True, named), (False, left_out)):
        rows = events.named(*names)
        chosen[rows] = positive
        for group in names & set(GROUPS):
            chosen[events.source == GROUPS[group]] = positive
    return chosen
