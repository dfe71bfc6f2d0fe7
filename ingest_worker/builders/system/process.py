"""One traced process with everything that was read of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest_worker.formats.system.framework import FrameworkTrace
from ingest_worker.formats.system.ntrace import TraceFrames
from ingest_worker.formats.system.samples import CpuSamples, MemorySamples
from ingest_worker.formats.system.trace_info import TraceInfo


@dataclass(frozen=True)
class ProcessTrace:
    """`number` counts the processes of the run; `folder` is where its files lie in the capture."""

    number: int
    folder: str
    instance_id: str
    process_id: int
    info: TraceInfo
    frames: TraceFrames | None = None
    cpu: CpuSamples | None = None
    memory: MemorySamples | None = None
    framework: Sequence[FrameworkTrace] = field(default_factory=tuple)
    frame_count: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read of it: no record, no sample, no span, no fact about it."""
        info = self.info
        has_facts = info.process_id is not None or info.instance_id or any(info.tables.values())
        sampled = sum(len(one.time_ns) for one in (self.cpu, self.memory) if one is not None)
        spans = sum(len(trace.spans) for trace in self.framework)
        return not (has_facts or self.frame_count or sampled or spans)

    @property
    def may_have_lost_events(self) -> bool:
        """Whether more events were recorded than the ring kept."""
        return bool(lost_events(self.info))


def lost_events(info: TraceInfo) -> int:
    """How many recorded events were overwritten before they were written to the file."""
    if info.event_count is None or info.stored_count is None:
        return 0
    return max(info.event_count - info.stored_count, 0)
