"""A published run as one Perfetto trace, in pieces that are made while they are taken."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest_worker.exports.perfetto import device, system
from ingest_worker.exports.perfetto.grouping import Grouping
from ingest_worker.exports.perfetto.packets import TraceWriter
from ingest_worker.exports.perfetto.system import SystemRun
from ingest_worker.exports.perfetto.window import Window
from profiles.storage.tables import ReadableRun

EVERYTHING = Window()
AS_OFFICIAL = Grouping()


@dataclass(frozen=True)
class TraceOptions:
    """What goes into a trace, and how events of the host are grouped.

    `with_host`: samples of the host go on long before and after what was traced and are left out
    there, or a trace of milliseconds would be shown in minutes. `kept`: of a device the rows by
    table and part that are shown, and nothing but these.
    """

    window: Window = EVERYTHING
    flows: bool = False
    grouping: Grouping = AS_OFFICIAL
    with_host: bool = False
    kept: device.Kept | None = None


def trace_pieces(run: ReadableRun, options: TraceOptions | None = None) -> Iterator[bytes]:
    """The bytes of the trace. Reads published tables and nothing else.

    Times are those of the tables. If a table begins before its zero, all times are moved by the
    same number of whole microseconds, since a trace has none below zero; `timestamp` among the
    arguments stays.
    """
    chosen = options or TraceOptions()
    writer = TraceWriter(shift_ns(run, with_host=chosen.with_host))
    if is_system(run):
        yield from SystemRun(
            run,
            writer,
            chosen.window,
            chosen.grouping,
            flows=chosen.flows,
            with_host=chosen.with_host,
        ).pieces()
    else:
        for part in run.manifest.parts:
            whole = device.DevicePart(
                run, part.part, writer, chosen.window, flows=chosen.flows, kept=chosen.kept
            )
            yield from whole.pieces()
    yield writer.rest()


def is_system(run: ReadableRun) -> bool:
    """Whether the run tells of a host and not of a device."""
    return run.manifest.table(system.EVENTS) is not None


def shift_ns(run: ReadableRun, *, with_host: bool = False) -> int:
    """What is added to every time of the run."""
    if is_system(run):
        return -(system.earliest_ns(run, with_host=with_host) // 1000 * 1000)
    return -(device.earliest_ns(run) // 1000 * 1000)


def pieces_between(
    run: ReadableRun,
    start_ns: int | None,
    end_ns: int | None,
    flows: bool,  # noqa: FBT001
) -> Iterator[bytes]:
    """The trace of what touches a range; a bound of None is open."""
    window = Window(
        EVERYTHING.start_ns if start_ns is None else start_ns,
        EVERYTHING.end_ns if end_ns is None else end_ns,
    )
    return trace_pieces(run, TraceOptions(window, flows=flows))
