"""What the names in a capture directory say: role, core, session, rank, process.

Layouts: `neuron-explorer.md` 5.3, `ntff.md` 5.1. Names are hints; what stands inside a file wins.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

NEFF, NTFF = "neff", "ntff"
TRACE_INFO, NTRACE, CPU_UTIL, HOST_MEM = "trace_info", "ntrace", "cpu_util", "host_mem"
FRAMEWORK, ARCHIVE, OTHER = "framework", "archive", "other"
PARQUET, OFFICIAL = "parquet", "official"
ROLES = (
    *(NEFF, NTFF, TRACE_INFO, NTRACE, CPU_UTIL, HOST_MEM),
    *(FRAMEWORK, PARQUET, OFFICIAL, ARCHIVE, OTHER),
)
RESULTS = frozenset({PARQUET, OFFICIAL})
"""Roles of what the official tool made of a capture: tables in Parquet, and JSON."""

ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".zip")
_FIXED_NAMES = {
    "trace_info.pb": TRACE_INFO,
    "ntrace.pb": NTRACE,
    "cpu_util.pb": CPU_UTIL,
    "host_mem.pb": HOST_MEM,
    "trace.json": FRAMEWORK,
    "trace.json.gz": FRAMEWORK,
}
_IGNORE_CASE = re.IGNORECASE
_FRAMEWORK = re.compile(r"neuron_framework_trace(?:_rank_(\d+))?\.json(?:\.gz)?\Z", _IGNORE_CASE)
_PLUGIN_TRACE = re.compile(r"(?:.*\.)?trace\.json(?:\.gz)?\Z", _IGNORE_CASE)
_NEFF = re.compile(r"(?:neff|graph)_(.+?)(?:_vnc_(\d+))?\.neff\Z", _IGNORE_CASE)
_SESSION = re.compile(r"profile_nc_(\d+)_session_(\d+)\.ntff\Z", _IGNORE_CASE)
_SAVED = re.compile(r"model_(.+?)_pid_\d+_vnc_(\d+)_inst_(\d+)_\d+_\d+\.ntff\Z", _IGNORE_CASE)
_MODEL = re.compile(r"(.+?)(?:_instid_(\d+))?_vnc_(\d+)\.ntff\Z", _IGNORE_CASE)
_RANK = re.compile(r"profile_rank_(\d+)(?:_exec_(\d+))?\.ntff\Z", _IGNORE_CASE)
_EXECUTION = re.compile(r".*?_exec_(\d+)\.ntff\Z", _IGNORE_CASE)
_PROCESS = re.compile(r"(.+)_pid_(\d+)\Z")
_SHORT_PROCESS = re.compile(r"(i-[0-9a-f]{8,17})-(\d+)\Z")
_TIMESTAMP = re.compile(r"\d{9,20}\Z")
_MOST_DIGITS = 20


@dataclass(frozen=True)
class NameFacts:
    """What a file's name says. `program` is the id in it as text, `model_id` if it is a number."""

    role: str
    model_id: int | None = None
    nc: int | None = None
    instance_index: int | None = None
    session: int | None = None
    rank: int | None = None
    execution: int | None = None
    program: str = ""


@dataclass(frozen=True, order=True)
class ProcessKey:
    """A captured process: the instance, its process id, and its folder in the capture."""

    instance: str
    process_id: int
    folder: str


def name_facts(path: str) -> NameFacts:
    """What the name at the end of a path says, and for framework traces the folders before it."""
    name = path.rpartition("/")[2]
    lower = name.lower()
    if lower.endswith(".neff"):
        return _of_neff(name)
    if lower.endswith(".ntff"):
        return _of_ntff(name)
    if found := _FRAMEWORK.match(name):
        return NameFacts(FRAMEWORK, rank=_number(found[1]))
    folders = path.lower().split("/")[:-1]
    if "plugins" in folders and _PLUGIN_TRACE.match(name):
        return NameFacts(FRAMEWORK)
    return NameFacts(_FIXED_NAMES.get(lower) or _of_result(lower))


def _of_result(lower: str) -> str:
    """What may be a result of the official tool; its content decides."""
    if lower.endswith(".parquet"):
        return PARQUET
    return OFFICIAL if lower.endswith((".json", ".json.gz")) else OTHER


def _of_neff(name: str) -> NameFacts:
    found = _NEFF.match(name)
    if found is None:
        return NameFacts(NEFF)
    return NameFacts(
        NEFF, model_id=_number(found[1]), nc=_number(found[2]), program=found[1].lower()
    )


def _of_ntff(name: str) -> NameFacts:
    if found := _SESSION.match(name):
        return NameFacts(NTFF, nc=_number(found[1]), session=_number(found[2]))
    if found := _SAVED.match(name):
        return _of_model(found[1], found[2], found[3])
    if found := _MODEL.match(name):
        return _of_model(found[1], found[3], found[2])
    if found := _RANK.match(name):
        return NameFacts(NTFF, rank=_number(found[1]), execution=_number(found[2]))
    if found := _EXECUTION.match(name):
        return NameFacts(NTFF, execution=_number(found[1]))
    return NameFacts(NTFF)


def _of_model(program: str, core: str, index: str | None) -> NameFacts:
    return NameFacts(
        NTFF,
        model_id=_number(program),
        nc=_number(core),
        instance_index=_number(index),
        program=program.lower(),
    )


def _number(text: str | None) -> int | None:
    """A decimal number; longer ones than any id is are text."""
    if text is None or len(text) > _MOST_DIGITS or not (text.isascii() and text.isdecimal()):
        return None
    return int(text)


def process_of(path: str) -> ProcessKey | None:
    """The process whose folder a file lies in: `<instance>_pid_<pid>[/<timestamp>]` above it.

    The folder reaches down to the timestamp: a process that was captured twice has two.
    """
    folders = PurePosixPath(path).parts[:-1]
    for depth in range(len(folders), 0, -1):
        own = folders[depth - 1]
        found = _PROCESS.match(own) or _SHORT_PROCESS.match(own)
        process_id = _number(found[2]) if found else None
        if found is None or process_id is None:
            continue
        has_timestamp = depth < len(folders) and _TIMESTAMP.match(folders[depth])
        return ProcessKey(found[1], process_id, "/".join(folders[: depth + bool(has_timestamp)]))
    return None
