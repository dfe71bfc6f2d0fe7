"""From an execution on the host to the device profile it belongs to, with the reason why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.system.clocks import SyncPoint
from ingest_worker.builders.system.device import DeviceRef
from ingest_worker.builders.system.events import EXECUTE, RUNNING, Events
from ingest_worker.builders.system.process import ProcessTrace
from ingest_worker.builders.system.values import NONE
from ingest_worker.formats.notice import Notice
from profiles.capture_names import name_facts

THIS, SAME, CANDIDATE = "this execution", "same program", "candidate"

Found = tuple[DeviceRef, str, str]
"""A device profile, its relation to an event, and why."""


@dataclass(frozen=True)
class Ran:
    """An execution on the device's own clock, and host minus device there."""

    start_ns: int | None
    end_ns: int | None
    offset_ns: int | None


@dataclass
class Links:
    """The rows of `DeviceProfileLink`, and executions for which there is no device profile."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)


@dataclass
class _Linker:
    events: Events
    processes: Mapping[int, ProcessTrace]
    devices: Sequence[DeviceRef]
    offsets: Mapping[tuple[int, int, int, int], int]
    ran: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    first: dict[tuple[int, int, int], int] = field(default_factory=dict)
    others: dict[tuple[int, int], list[Found]] = field(default_factory=dict)
    known: dict[tuple[int, int, int], list[Found]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        events = self.events
        for row in events.named(RUNNING).tolist():
            key = (int(events.process[row]), int(events.nc[row]), int(events.exec_id[row]))
            self.ran.setdefault(key, []).append(row)
        for row in events.named(EXECUTE, RUNNING).tolist():
            if events.exec_id[row] != NONE:
                self.first.setdefault(self.model_key(row), int(events.exec_id[row]))

    def model_key(self, row: int) -> tuple[int, int, int]:
        events = self.events
        return int(events.process[row]), int(events.nc[row]), int(events.model_id[row])

    def run_of(self, row: int) -> Ran:
        """Where an event's execution lies on the device's clock."""
        events = self.events
        key = (int(events.process[row]), int(events.nc[row]), int(events.exec_id[row]))
        is_own = events.names[int(events.name[row])] == RUNNING
        rows = [row] if is_own else self.ran.get(key, []) if key[2] != NONE else []
        stamps = [
            (int(events.device_start_ns[one]), int(events.device_end_ns[one]))
            for one in rows
            if events.device_start_ns[one] != NONE and events.device_end_ns[one] != NONE
        ]
        cores = sorted(int(events.pcore[one]) for one in rows)
        offset = next(
            (
                self.offsets[key[0], key[1], core, key[2]]
                for core in cores
                if (key[0], key[1], core, key[2]) in self.offsets
            ),
            None,
        )
        if not stamps:
            return Ran(None, None, offset)
        return Ran(min(s for s, _ in stamps), max(e for _, e in stamps), offset)

    def found_for(self, row: int, ran: Ran) -> list[Found]:
        """Device profiles for an event: which, in what relation, and why."""
        key = self.model_key(row)
        if key not in self.known:
            self.known[key] = self._candidates(*key)
        exec_id = int(self.events.exec_id[row])
        is_first = exec_id == NONE or self.first.get(key) == exec_id
        found = [self._of_execution(one, key, ran, is_first=is_first) for one in self.known[key]]
        return [one for one in found if one is not None] or self._others(key[0], key[2])

    def _others(self, process: int, model: int) -> list[Found]:
        if (process, model) not in self.others:
            self.others[process, model] = self._same_programs(process, model)
        return self.others[process, model]

    def _of_execution(
        self, found: Found, key: tuple[int, int, int], ran: Ran, *, is_first: bool
    ) -> Found | None:
        """What the names say of a model, for one execution; its time decides where it is known."""
        device, relation, why = found
        if relation == SAME:
            return found
        if device.windows_ns and ran.start_ns is not None and ran.end_ns is not None:
            return self._by_time(found, key, ran.start_ns, ran.end_ns)
        if device.session_id is not None:
            return (
                device,
                relation,
                f"{why} Its time or that of the execution is not known.",
            )
        if not is_first:
            return device, SAME, f"{why} The file holds the model's first execution on the core."
        if self.processes[key[0]].may_have_lost_events:
            return device, CANDIDATE, f"{why} Earlier events are lost, so it may not be the first."
        return found

    def _by_time(
        self, found: Found, key: tuple[int, int, int], start_ns: int, end_ns: int
    ) -> Found | None:
        """An execution that is not in the trace may still be of its program; else it is no link."""
        device, _, why = found
        if device.covers(start_ns, end_ns):
            return device, THIS, f"{why} Its trace covers the time of this execution."
        other = "Its trace covers another time, so it shows another execution."
        if device.session_id is None:
            return device, SAME, f"{why} {other}"
        program = _program_text(device, key[2], self.processes[key[0]])
        return (device, SAME, f"{why} {program} {other}") if program else None

    def _candidates(self, process: int, core: int, model: int) -> list[Found]:
        """What the names say: the model's own files on the core, else sessions of the core."""
        own = [d for d in self.devices if _is_of(d, self.processes[process]) and d.nc_id == core]
        exact = [d for d in own if d.model_id == model != NONE and d.session_id is None]
        if exact:
            why = f"Model {model} and core {core} of the file's name are the event's."
            return _fitting(exact, why, f"{len(exact)} files fit.")
        sessions = [d for d in own if d.session_id is not None]
        why = f"The session's file is of core {core} of this process."
        return _fitting(sessions, why, f"{len(sessions)} sessions fit by their names.")

    def _same_programs(self, process: int, model: int) -> list[Found]:
        """Captures of the same program, whoever made them."""
        trace = self.processes[process]
        told = ((device, _same_program(device, model, trace)) for device in self.devices)
        return [(device, SAME, why) for device, why in told if why]


def _fitting(devices: Sequence[DeviceRef], why: str, several: str) -> list[Found]:
    """One that fits is it; of several each may be."""
    if len(devices) == 1:
        return [(devices[0], THIS, why)]
    return [(device, CANDIDATE, f"{why} {several}") for device in devices]


def _is_of(device: DeviceRef, trace: ProcessTrace) -> bool:
    return device.instance_id == trace.instance_id and device.process_id == trace.process_id


def _same_program(device: DeviceRef, model: int, trace: ProcessTrace) -> str:
    """Why a device profile is of the model and no more is known, empty if nothing says so."""
    text = _program_text(device, model, trace)
    if not text:
        return ""
    if not _is_of(device, trace):
        return f"{text} Another process captured it: it is another execution."
    return f"{text} It is not known which execution it holds."


def _program_text(device: DeviceRef, model: int, trace: ProcessTrace) -> str:
    """What says that a device profile is of the model; empty if nothing does."""
    if model == NONE:
        return ""
    path = trace.info.model_name(model)
    neff = device.neff_name or ""
    base = neff.rpartition("/")[2]
    if path and base and path.rpartition("/")[2] == base:
        return f"The name of its NEFF, {base}, is that of model {model}."
    if neff and name_facts(neff).model_id == model:
        return f"Its NEFF is that of model {model}."
    if device.model_id == model and (not device.nc_id or _is_of(device, trace)):
        return f"The number in its name is that of model {model}."
    return ""


def device_links(
    events: Events,
    processes: Mapping[int, ProcessTrace],
    devices: Sequence[DeviceRef],
    points: Sequence[SyncPoint],
) -> Links:
    """Links of every execution on host and device, by the join rules of the capture notes."""
    offsets = {(p.process, p.nc, p.pcore, p.exec_id): p.offset_ns for p in points}
    linker = _Linker(events, processes, devices, offsets)
    links = Links()
    for row in events.named(EXECUTE, RUNNING).tolist():
        ran = linker.run_of(row)
        found = linker.found_for(row, ran)
        if not found:
            model = int(events.model_id[row])
            name = f"model {model}" if model != NONE else "an unknown model"
            links.missing[name] = links.missing.get(name, 0) + 1
            continue
        links.rows += [
            {
                "event_row": row,
                "device_profile_name": device.name,
                "device_profile_id": device.profile_id,
                "relation": relation,
                "evidence": why,
                "host_minus_device_ns": ran.offset_ns,
                "device_start_ns": ran.start_ns,
                "device_end_ns": ran.end_ns,
            }
            for device, relation, why in found
        ]
    return links


def link_table(links: Links) -> BuiltTable:
    """`DeviceProfileLink`, by event."""
    return table_of_rows("DeviceProfileLink", links.rows)


def link_notices(links: Links, devices: Sequence[DeviceRef]) -> list[Notice]:
    """Executions without a device profile, with those there are."""
    if not links.missing:
        return []
    names = ", ".join(device.name for device in devices[:3])
    rest = f" and {len(devices) - 3} more" if len(devices) > 3 else ""
    there = f"There are {names}{rest}." if devices else "The capture has no device profile."
    models = ", ".join(list(links.missing)[:3])
    text = f"No device profile belongs to executions of {models}. {there}"
    return [Notice("system.no_device_profile", text, sum(links.missing.values()))]


def device_table(devices: Sequence[DeviceRef]) -> BuiltTable:
    """`DeviceProfileList`: a row a device profile of the capture."""
    return table_of_rows(
        "DeviceProfileList",
        [
            {
                "device_profile_name": device.name,
                "instance_id": device.instance_id,
                "process_id": NONE if device.process_id is None else device.process_id,
                "nc_id": NONE if device.nc_id is None else device.nc_id,
                "session_id": device.session_id,
                "model_id": device.model_id,
            }
            for device in devices
        ],
    )
