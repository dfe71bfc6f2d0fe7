"""Sessions with something wrong, each in one named way: what a reader has to get along with."""

from collections.abc import Callable
from dataclasses import replace

from tests.make import wire
from tests.make.neff import make_neff
from tests.make.session.description import Event, Process, Session
from tests.make.session.frames import event_frames
from tests.make.session.write import session_files

UNKNOWN_KIND, UNKNOWN_FIELD = 77, 61
OTHER_INSTANCE = "i-0a11ce5e55104e551"


def _each(session: Session, change: Callable[[Process], Process]) -> Session:
    return replace(session, processes=tuple(map(change, session.processes)))


def _first(session: Session, name: str, change: Callable[[Event], Event]) -> Session:
    """Changes the first event of that name in each process."""

    def changed(process: Process) -> Process:
        place = next(n for n, event in enumerate(process.events) if event.name == name)
        kept = list(process.events)
        kept[place] = change(kept[place])
        return replace(process, events=tuple(kept))

    return _each(session, changed)


def without_info(session: Session) -> Session:
    """No trace_info.pb: only the device files can be read."""
    return _each(session, lambda p: replace(p, left_out=p.left_out | {"trace_info.pb"}))


def without_events(session: Session) -> Session:
    """No ntrace.pb."""
    return _each(session, lambda p: replace(p, left_out=p.left_out | {"ntrace.pb"}))


def without_host(session: Session) -> Session:
    """No samples of CPU and memory."""
    return _each(
        session, lambda p: replace(p, left_out=p.left_out | {"cpu_util.pb", "host_mem.pb"})
    )


def without_neffs(session: Session) -> Session:
    """The compiler's files were kept elsewhere."""
    return _each(
        session, lambda p: replace(p, models=tuple(replace(m, is_written=False) for m in p.models))
    )


def events_cut(session: Session, share: float = 0.5) -> Session:
    """ntrace.pb ends in the middle."""
    return _each(
        session, lambda p: replace(p, cut={"ntrace.pb": int(len(event_frames(p)) * share)})
    )


def empty_traces(session: Session) -> Session:
    """NTFFs without a byte: the cores were not used, or there was no warm-up."""
    return _each(
        session, lambda p: replace(p, traces=tuple(replace(t, is_empty=True) for t in p.traces))
    )


def broken_trace(session: Session) -> Session:
    """The first NTFF of each process is cut behind its header."""
    return _each(session, lambda p: replace(p, cut={p.traces[0].file_name: 60}))


def missing_stop(session: Session) -> Session:
    """One nrt_execute of each process never ends."""
    return _first(session, "nrt_execute", lambda event: replace(event, end_ns=None))


def missing_start(session: Session) -> Session:
    """One start was overwritten by a full ring."""
    lost = _first(session, "nrt_execute", lambda event: replace(event, is_start_lost=True))
    return _each(lost, lambda p: replace(p, lost=1))


def unknown_kind(session: Session) -> Session:
    """One event has a number that is in no table, and a key nobody knows."""

    def change(event: Event) -> Event:
        keys = dict(event.keys) | {"surprise_me": "yes"}
        return replace(event, kind=UNKNOWN_KIND, keys=keys)

    return _first(session, "nrt_execute", change)


def unknown_fields(session: Session) -> Session:
    """Fields of a later version in every frame and in trace_info.pb."""
    extra = wire.uint(UNKNOWN_FIELD, 4711) + wire.text(UNKNOWN_FIELD + 1, "later")
    return _each(session, lambda p: replace(p, extra_info=extra, extra_frame=extra))


def same_pid(session: Session) -> Session:
    """Two instances whose processes have the same number."""
    return replace(session, processes=session.processes + tuple(map(_elsewhere, session.processes)))


def _elsewhere(process: Process) -> Process:
    """The process on another instance, whose name stands in its traces too."""
    old, new = process.instance.name.encode(), OTHER_INSTANCE.encode()
    assert len(old) == len(new)
    traces = tuple(
        replace(t, capture=replace(t.capture, extra=t.capture.extra.replace(old, new)))
        for t in process.traces
    )
    instance = replace(process.instance, name=OTHER_INSTANCE, host_name="host-2")
    return replace(process, instance=instance, traces=traces)


def twice(session: Session) -> Session:
    """The same directory once more inside, as after a copy."""
    again = {f"copy/{path}": data for path, data in session_files(session).items()}
    return replace(session, further=dict(session.further) | again)


def neffs_elsewhere(session: Session) -> Session:
    """The programs lie beside the process folders, named by a hash, as vLLM leaves them."""
    beside = {
        f"neffs/graph_{loaded.model.uuid.hex()[:16]}.neff": make_neff(loaded.model)
        for process in session.processes
        for loaded in process.models
    }
    return replace(without_neffs(session), further=dict(session.further) | beside)


def with_strangers(session: Session) -> Session:
    """Files nobody knows, one of them with a hostile name."""
    strangers = {"notes.txt": b"hello", "logs/worker 1 <b>.log": b"started\n", ".DS_Store": b"\0"}
    return replace(session, further=dict(session.further) | strangers)


BROKEN: dict[str, Callable[[Session], Session]] = {
    change.__name__: change
    for change in (
        without_info, without_events, without_host, without_neffs, events_cut, empty_traces,
        broken_trace, missing_stop, missing_start, unknown_kind, unknown_fields, same_pid, twice,
        neffs_elsewhere, with_strangers,
    )
}  # fmt: skip
