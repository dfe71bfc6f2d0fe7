"""What becomes of a capture directory: which processes, which device profiles, which pairs.

A plan follows from names and from the ids inside; nothing is read here.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from profiles.capture_names import (
    ARCHIVES,
    CPU_UTIL,
    FRAMEWORK,
    HOST_MEM,
    NEFF,
    NTFF,
    NTRACE,
    OTHER,
    RESULTS,
    ROLES,
    TRACE_INFO,
    NameFacts,
    ProcessKey,
    name_facts,
    process_of,
)
from profiles.device_names import device_name, part_names
from profiles.pairing import DIFFERENT, SAME, UNKNOWN, TraceIds, compare
from profiles.storage.manifest import NoticeEntry

__all__ = [
    "ROLES",
    "CapturePlan",
    "DevicePlan",
    "FoundFile",
    "NameFacts",
    "ProcessKey",
    "name_facts",
    "plan",
    "process_of",
]

SYSTEM, DEVICE = "system", "device"
SAMPLES = frozenset({TRACE_INFO, NTRACE, CPU_UTIL, HOST_MEM})


@dataclass(frozen=True)
class FoundFile:
    """A file of the directory with what its first bytes say.

    `instance_id` and `process_id` stand inside traces and `trace_info.pb`; `mark` is a digest of
    its size, head and tail, the same for the same file. `windows_ns` are a trace's executions in
    ns of the device's clock, by start; none where it does not keep that clock.
    """

    path: str
    size_bytes: int
    role: str
    program_id: bytes = b""
    trace: TraceIds = field(default_factory=TraceIds)
    instance_id: str = ""
    process_id: int | None = None
    session_id: int | None = None
    mark: str = ""
    windows_ns: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class DevicePlan:
    """A trace with the NEFF it is joined with, whose it is, and what says so."""

    name: str
    ntff: str
    neff: str | None
    instance_id: str
    process_id: int | None
    nc_id: int | None
    model_id: int | None
    session_id: int | None
    evidence: str
    windows_ns: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class CapturePlan:
    """`kind` "system" with a device profile for each trace, or "device" with each as a part."""

    kind: str
    processes: tuple[ProcessKey, ...]
    devices: tuple[DevicePlan, ...]
    others: tuple[str, ...]
    notices: tuple[NoticeEntry, ...]


def plan(files: Sequence[FoundFile], name: str) -> CapturePlan:
    """What the files become. `name` is that of the profile; device profiles begin with it."""
    found = sorted(files, key=lambda file: file.path)
    repeated = _repeated(found)
    used = [file for file in found if file.path not in repeated]
    processes = tuple(_process(file) for file in used if file.role == TRACE_INFO)
    kind = SYSTEM if processes else DEVICE
    pairing = _Pairing(used)
    pairs = [pairing.of(file) for file in used if file.role == NTFF]
    unread = {OTHER} if processes else {OTHER, FRAMEWORK, *SAMPLES}
    results = [file for file in used if file.role in RESULTS]
    is_capture = bool(processes) or any(file.role in (NEFF, NTFF) for file in used)
    if is_capture:
        unread |= RESULTS
    notices = [
        *_left_out(repeated),
        *_nested(used),
        *_no_trace_info(used, kind),
        *(notice for pair in pairs for notice in pair.notices),
        *_unpaired(pairs),
        *(_results_left_out(results) if is_capture else []),
    ]
    return CapturePlan(
        kind=kind,
        processes=processes,
        devices=tuple(_named(pairs, _Owners(used), kind, name)),
        others=tuple(f.path for f in found if f.role in unread or f.path in repeated),
        notices=tuple(notices),
    )


def folder_of(path: str) -> str:
    """The folder a file lies in; empty for the root."""
    return path.rpartition("/")[0]


def _process(file: FoundFile) -> ProcessKey:
    """The process of a `trace_info.pb`: what stands inside wins over the folder's name."""
    own = process_of(file.path)
    instance = file.instance_id or (own.instance if own else "")
    process_id = file.process_id if file.process_id is not None else own.process_id if own else 0
    return ProcessKey(instance, process_id, folder_of(file.path))


def _repeated(files: Sequence[FoundFile]) -> dict[str, str]:
    """Files that are there twice, as when a directory was copied into itself: path to the first.

    Device traces repeat by themselves; samples of a process and framework traces at or below its
    folder go with its `trace_info.pb`. Processes may well have the same NEFF each.
    """
    first: dict[tuple[str, str, int, str], str] = {}
    repeated: dict[str, str] = {}
    twice: dict[str, str] = {}
    for file in files:
        if not (file.mark and file.size_bytes) or file.role not in (NTFF, TRACE_INFO):
            continue
        base = file.path.rpartition("/")[2]
        known = first.setdefault((file.role, base, file.size_bytes, file.mark), file.path)
        if known != file.path:
            repeated[file.path] = known
            if file.role == TRACE_INFO:
                twice[folder_of(file.path)] = folder_of(known)
    described = {folder_of(file.path) for file in files if file.role == TRACE_INFO}
    for file in files:
        folder = folder_of(file.path)
        if file.role == FRAMEWORK:
            folder = _nearest_above(folder, described)
        if file.role in {*SAMPLES, FRAMEWORK} and folder in twice:
            repeated.setdefault(file.path, twice[folder])
    return repeated


def _nearest_above(folder: str, folders: Container[str]) -> str:
    """The nearest of the folders that `folder` is or lies in; the root where there is none."""
    while folder and folder not in folders:
        folder = folder_of(folder)
    return folder


def _left_out(repeated: Mapping[str, str]) -> list[NoticeEntry]:
    if not repeated:
        return []
    path, known = next(iter(repeated.items()))
    text = f"Files are in the directory twice and are read once, {path} as {known} for one."
    return [NoticeEntry("session.repeated", text, len(repeated))]


def _nested(files: Iterable[FoundFile]) -> list[NoticeEntry]:
    """Archives inside the capture stay closed: there would be no end to opening them."""
    found = [file.path for file in files if file.path.lower().endswith(ARCHIVES)]
    if not found:
        return []
    text = f"{found[0]} is an archive inside the directory and is not opened; unpack it to read it."
    return [NoticeEntry("session.nested_archive", text, len(found))]


def _no_trace_info(files: Sequence[FoundFile], kind: str) -> list[NoticeEntry]:
    """Samples without the file that describes them cannot be read."""
    alone = [file.path for file in files if file.role in SAMPLES - {TRACE_INFO}]
    described = {folder_of(file.path) for file in files if file.role == TRACE_INFO}
    lost = [path for path in alone if folder_of(path) not in described]
    if not lost:
        return []
    text = f"There is no trace_info.pb beside {lost[0]}: what it describes cannot be read" + (
        ", and the directory is shown as device profiles." if kind == DEVICE else "."
    )
    return [NoticeEntry("session.no_trace_info", text, len(lost))]


def _results_left_out(results: Sequence[FoundFile]) -> list[NoticeEntry]:
    """Beside a capture, what another tool made of it is not read: the capture itself is."""
    if not results:
        return []
    text = f"Tables and JSON of the official tool, {results[0].path} for one, are left aside."
    return [NoticeEntry("session.results", f"{text} The capture itself is read.", len(results))]


@dataclass(frozen=True)
class _Pair:
    """A trace, the NEFF chosen for it, and why."""

    trace: FoundFile
    neff: FoundFile | None
    evidence: str
    notices: tuple[NoticeEntry, ...] = ()


class _Pairing:
    """Finds a trace's NEFF: by the ids inside, then by the names, then by the folder."""

    def __init__(self, files: Iterable[FoundFile]) -> None:
        self._neffs = [file for file in files if file.role == NEFF]

    def of(self, trace: FoundFile) -> _Pair:
        """The pair of a trace; its NEFF is None when nothing fits."""
        said = {neff.path: compare(neff.program_id, trace.trace) for neff in self._neffs}
        same = [neff for neff in self._neffs if said[neff.path] == SAME]
        program = name_facts(trace.path).program
        named = [n for n in self._neffs if program and name_facts(n.path).program == program]
        if same:
            chosen = self._nearest(same, trace)
            return _Pair(trace, chosen, "The ids inside agree.", _odd_names(trace, chosen, named))
        open_ones = [neff for neff in self._neffs if said[neff.path] == UNKNOWN]
        if by_name := [neff for neff in named if neff in open_ones]:
            chosen = self._nearest(by_name, trace)
            text = f"Both names carry {program}; there is no id inside to check it by."
            return _Pair(trace, chosen, text)
        beside = [n for n in open_ones if folder_of(n.path) == folder_of(trace.path)]
        if len(beside) == 1 and not program:
            text = "It is the only NEFF beside the trace; there is no id inside to check it by."
            return _Pair(trace, beside[0], text)
        return _Pair(trace, None, self._why_none(trace, beside or open_ones, said))

    def _why_none(
        self, trace: FoundFile, candidates: Sequence[FoundFile], said: Mapping[str, str]
    ) -> str:
        if len(set(trace.trace.executions)) > 1:
            return "The trace holds executions of several programs; no one NEFF explains it."
        if candidates:
            names = ", ".join(neff.path for neff in candidates[:3])
            more = f" and {len(candidates) - 3} more" if len(candidates) > 3 else ""
            return f"No id tells which NEFF it is; candidates are {names}{more}."
        if DIFFERENT in said.values():
            return "No NEFF of the directory carries the id that stands in the trace."
        return "There is no NEFF in the directory."

    def _nearest(self, neffs: Sequence[FoundFile], trace: FoundFile) -> FoundFile:
        """Of equal ones the NEFF with the trace's own name, process, or folder in common."""
        facts, process = name_facts(trace.path), process_of(trace.path)

        def distance(neff: FoundFile) -> tuple[bool, bool, bool, int, str]:
            own = name_facts(neff.path)
            return (
                process_of(neff.path) != process,
                not facts.program or own.program != facts.program,
                own.nc is not None and own.nc != facts.nc,
                -_shared_folders(neff.path, trace.path),
                neff.path,
            )

        return min(neffs, key=distance)


def _shared_folders(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if left != right:
            break
        count += 1
    return count


def _odd_names(
    trace: FoundFile, chosen: FoundFile, named: Sequence[FoundFile]
) -> tuple[NoticeEntry, ...]:
    """The names pointed to another NEFF than the ids did."""
    if not named or chosen in named:
        return ()
    text = (
        f"By its name {trace.path} belongs to {named[0].path}, by the id inside to {chosen.path}; "
        "the id counts."
    )
    return (NoticeEntry("pair.name_differs", text, 1),)


def _unpaired(pairs: Sequence[_Pair]) -> list[NoticeEntry]:
    alone = [pair for pair in pairs if pair.neff is None]
    if not alone:
        return []
    text = f"No NEFF was found for {alone[0].trace.path}: {alone[0].evidence}"
    if len(alone) > 1:
        text = f"Traces without a NEFF: {alone[0].trace.path} and {len(alone) - 1} more. " + (
            alone[0].evidence
        )
    return [NoticeEntry("pair.neff_missing", text, len(alone))]


class _Owners:
    """In whose folder a file lies, by the `trace_info.pb` above it or by the folder's name."""

    def __init__(self, files: Iterable[FoundFile]) -> None:
        self._by_folder = {folder_of(f.path): _process(f) for f in files if f.role == TRACE_INFO}

    def of(self, path: str) -> ProcessKey | None:
        named = process_of(path)
        folder = folder_of(path)
        while folder and folder not in self._by_folder and (not named or folder != named.folder):
            folder = folder_of(folder)
        return self._by_folder.get(folder, named)


def _named(pairs: Sequence[_Pair], owners: _Owners, kind: str, name: str) -> list[DevicePlan]:
    """The pairs as device plans, no two with the same name."""
    plans = [_device(pair, owners.of(pair.trace.path)) for pair in pairs]
    if kind == DEVICE:
        names = part_names([pair.trace.path for pair in pairs])
    else:
        names = []
        for own, pair in zip(plans, pairs, strict=True):
            facts = name_facts(pair.trace.path)
            names.append(
                device_name(name, facts, pair.trace.path, own.instance_id, own.process_id, names)
            )
    return [
        DevicePlan(**{**vars(own), "name": unique})
        for own, unique in zip(plans, names, strict=True)
    ]


def _device(pair: _Pair, folder: ProcessKey | None) -> DevicePlan:
    """Whose a trace is: what stands inside wins over names and folders."""
    trace = pair.trace
    facts = name_facts(trace.path)
    process_id = trace.process_id
    evidence = pair.evidence
    if process_id is None and folder is not None:
        process_id = folder.process_id
    elif folder is not None and process_id != folder.process_id:
        evidence += f" The trace was captured by process {process_id}, not by that of its folder."
    model_id = facts.model_id
    if model_id is None and pair.neff is not None:
        model_id = name_facts(pair.neff.path).model_id
    return DevicePlan(
        name="",
        ntff=trace.path,
        neff=pair.neff.path if pair.neff else None,
        instance_id=trace.instance_id or (folder.instance if folder else ""),
        process_id=process_id,
        nc_id=facts.nc,
        model_id=model_id,
        session_id=facts.session,
        evidence=evidence,
        windows_ns=trace.windows_ns,
    )
