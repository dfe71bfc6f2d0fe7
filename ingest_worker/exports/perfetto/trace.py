"""A published run as one Perfetto trace, in pieces that are made while they are taken."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest_worker.exports.perfetto.device import DevicePart
from ingest_worker.exports.perfetto.device import earliest_ns as earliest_of_device
from ingest_worker.exports.perfetto.packets import TraceWriter
from ingest_worker.exports.perfetto.window import Window
from profiles.storage.tables import ReadableRun

EVERYTHING = Window()


@dataclass(frozen=True)
class TraceOptions:
    """What goes into a trace."""

    window: Window = EVERYTHING
    flows: bool = False


def trace_pieces(run: ReadableRun, options: TraceOptions = TraceOptions()) -> Iterator[bytes]:
    """The bytes of the trace. Reads published tables and nothing else.

    Times are those of the tables. If a table begins before its zero, all times are moved by the
    same number of whole microseconds, since a trace has none below zero; `timestamp` among the
    arguments stays.
    """
    writer = TraceWriter(shift_ns(run))
    for part in run.manifest.parts:
        device = DevicePart(run, part.part, writer, options.window, flows=options.flows)
        yield from device.pieces()
    yield writer.rest()


def shift_ns(run: ReadableRun) -> int:
    """What is added to every time of the run."""
    return -(earliest_of_device(run) // 1000 * 1000)
