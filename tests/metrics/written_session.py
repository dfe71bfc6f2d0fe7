"""The events of a written session as rows of SystemProfileEvents, straight from its description."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from profiles.metrics.events import Events
from tests.make.session.description import Process, Session
from tests.metrics.system_events import HARDWARE, event, write_rows

ON_DEVICE = {
    "cc_exec_barrier",
    "nc_exec_running",
    "cc_running",
    "numerical_err",
    "hw_notify",
    "timestamp_sync_point",
    "nc_model_switch",
}


def rows_of(session: Session, zero_ns: int | None = None) -> Iterator[dict[str, Any]]:
    """Every event of the runtime and of the framework; times from the first of the runtime's."""
    zero_ns = session.zero_ns if zero_ns is None else zero_ns
    for process in session.processes:
        yield from _runtime_rows(process, zero_ns)
        for trace in process.framework:
            for told in trace.events:
                yield event(
                    told.name,
                    told.start_ns - zero_ns,
                    told.end_ns - zero_ns,
                    nc=None,
                    process=process.pid,
                    instance=process.instance.name,
                    thread=told.thread,
                    source="framework",
                )


def _runtime_rows(process: Process, zero_ns: int) -> Iterator[dict[str, Any]]:
    paths = {str(model.model_id): model.path for model in process.models}
    for told in process.events:
        attributes: dict[str, Any] = {**told.stop_keys, **told.keys}
        if "model_id" in attributes:
            attributes["model_name"] = paths[attributes["model_id"]]
        core = attributes.get("device_core_idx")
        is_hardware = told.name in ON_DEVICE
        yield event(
            told.name,
            told.start_ns - zero_ns,
            (told.start_ns if told.end_ns is None else told.end_ns) - zero_ns,
            nc=told.core,
            pcore=int(core) if core is not None and is_hardware else None,
            process=process.pid,
            instance=process.instance.name,
            thread=told.thread,
            source=HARDWARE if is_hardware else "neuron_rt",
            worker=told.worker,
            **attributes,
        )


def events_of(folder: Path, session: Session) -> Events:
    """The session's events, in order of time."""
    rows = sorted(rows_of(session), key=lambda row: row["start_ts"])
    return Events(write_rows(folder / "e.parquet", "SystemProfileEvents", rows))
