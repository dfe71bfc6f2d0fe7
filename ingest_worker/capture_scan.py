"""Finds the files of a capture directory and reads the ids inside them, by bounded reads."""

import hashlib
import mmap
import os
import stat
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.ntff.facts import keeps_device_time
from ingest_worker.formats.ntff.header import HEADER_SIZE
from ingest_worker.formats.registry import HEAD_BYTES, role_of
from ingest_worker.formats.wire import Field, Message, read_fields
from profiles.capture_names import OFFICIAL, OTHER, PARQUET
from profiles.directory import FoundFile, name_facts
from profiles.pairing import ID_BYTES, TraceIds, neff_id
from profiles.uploads.sniff_official import is_official_json, is_parquet

MOST_FILES = 100_000
MOST_FIELDS = 200_000
MOST_EXECUTIONS = 10_000
MOST_INFO_BYTES = 16 << 20
MARKED_BYTES = 64 << 10
_UUID, _PROGRAMS, _EXECUTION, _INSTANCE, _PROCESS, _SESSION = 2, 4, 15, 17, 18, 20
LATEST_PS = 1 << 62


class _Execution(NamedTuple):
    """One execution as a trace lists it, on the device's clock."""

    uid: bytes
    start_ps: int
    end_ps: int


def scan_directory(path: Path, most_files: int = MOST_FILES) -> list[FoundFile]:
    """Every regular file below `path`, by its path from there, with what its first bytes say.

    Links to folders are not followed. Raises OSError when the directory itself cannot be read,
    and FormatError `archive.too_many` when it holds more files than a capture may.
    """
    found = sorted(islice(_files_below(path), most_files + 1))
    if len(found) > most_files:
        raise FormatError("archive.too_many", f"There are more than {most_files:,} files.")
    return [found_file(name, file) for name, file in found]


def _files_below(path: Path) -> Iterator[tuple[str, Path]]:
    def refuse(error: OSError) -> None:
        if error.filename == os.fspath(path):
            raise error

    for folder, _, names in os.walk(path, onerror=refuse):
        for name in names:
            file = Path(folder, name)
            if _is_regular(file):
                yield _as_text(file.relative_to(path)), file


def _is_regular(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return False


def _as_text(path: Path) -> str:
    """A path as text that every database and document takes."""
    return path.as_posix().encode("utf-8", "replace").decode()


def found_file(name: str, path: Path) -> FoundFile:
    """What is known of the file that is called `name` in its capture and lies at `path`.

    Damage is no error here: what cannot be read says nothing, and the readers say why.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        mark = _mark(file.fileno(), size)
    role = _role(name, head)
    if role == "neff":
        return FoundFile(name, size, role, program_id=neff_id(head), mark=mark)
    if role == "ntff" and size > HEADER_SIZE:
        return _trace(name, path, size, mark)
    if role == "trace_info" and 0 < size <= MOST_INFO_BYTES:
        return _trace_info(name, path, size, mark)
    return FoundFile(name, size, role, mark=mark)


def _role(name: str, head: bytes) -> str:
    """By the name; a NEFF that is called a trace, or the other way round, by its first bytes.

    What may be a result of the official tool by its name is one only by its content.
    """
    role = name_facts(name).role
    if role == PARQUET:
        return role if is_parquet(head) else OTHER
    if role == OFFICIAL:
        return role if is_official_json(unpacked_head(head)) else OTHER
    return role_of(head) or role if role in ("neff", "ntff") else role


def is_result(path: Path) -> bool:
    """Whether a file is a table or a JSON of the official tool, by its content."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return is_parquet(head) or is_official_json(unpacked_head(head))


def unpacked_head(head: bytes) -> bytes:
    """The beginning of a file, or of what it holds packed."""
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except zlib.error:
        return head


def _mark(descriptor: int, size: int) -> str:
    digest = hashlib.sha256(str(size).encode())
    digest.update(os.pread(descriptor, MARKED_BYTES, 0))
    digest.update(os.pread(descriptor, MARKED_BYTES, max(MARKED_BYTES, size - MARKED_BYTES)))
    return digest.hexdigest()


def _trace(name: str, path: Path, size: int, mark: str) -> FoundFile:
    """The fields of the root message that say whose the trace is (`ntff.md` 2.1)."""
    stored, instance = b"", ""
    executions: list[_Execution] = []
    numbers: dict[int, int] = {}
    is_device_time = True
    with path.open("rb") as file:
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    length = int.from_bytes(data[1:9], "little")
    for field in _until_damage(data[HEADER_SIZE : HEADER_SIZE + min(length, size)]):
        if isinstance(field.value, int):
            numbers[field.number] = field.value
        elif field.number == _UUID:
            stored = bytes(field.value[:ID_BYTES])
        elif field.number == _INSTANCE:
            instance = _text(field.value)
        elif field.number == _EXECUTION and len(executions) < MOST_EXECUTIONS:
            executions.append(_execution(field.value))
        elif field.number == _PROGRAMS:
            is_device_time = is_device_time and _keeps_device_time(field.value)
    return FoundFile(
        name,
        size,
        "ntff",
        trace=TraceIds(tuple(one.uid for one in executions if any(one.uid)), stored),
        instance_id=instance,
        process_id=numbers.get(_PROCESS),
        session_id=numbers.get(_SESSION),
        mark=mark,
        windows_ns=_windows(executions) if is_device_time else (),
    )


def _until_damage(message: memoryview) -> Iterator[Field]:
    try:
        yield from islice(read_fields(message, form="ntff"), MOST_FIELDS)
    except FormatError:
        return


def _execution(message: memoryview) -> _Execution:
    """What an `execution_info` says (`ntff.md` 2.1)."""
    uid, numbers = b"", {}
    for field in islice(_until_damage(message), 10):
        if isinstance(field.value, int):
            numbers[field.number] = field.value
        elif field.number == 1:
            uid = bytes(field.value[: ID_BYTES + 1])
    return _Execution(uid, numbers.get(2, 0), numbers.get(3, 0))


def _windows(executions: list[_Execution]) -> tuple[tuple[int, int], ...]:
    """Executions with a usable start and end, the picoseconds of the file in ns."""
    good = [one for one in executions if 0 < one.start_ps < one.end_ps < LATEST_PS]
    return tuple(sorted((one.start_ps // 1000, one.end_ps // 1000) for one in good))


def _keeps_device_time(node: memoryview) -> bool:
    """Whether the node's programs count the device's clock; what cannot be read does not."""
    try:
        return keeps_device_time(Message(node, form="ntff", most_fields=MOST_FIELDS))
    except FormatError:
        return False


def _text(value: memoryview) -> str:
    return bytes(value[:200]).decode("utf-8", "replace").replace("\0", "")


def _trace_info(name: str, path: Path, size: int, mark: str) -> FoundFile:
    """Process and instance of a system trace (`capture-session.md`: fields 2 and 4)."""
    try:
        message = Message(memoryview(path.read_bytes()), form="trace_info", most_fields=MOST_FIELDS)
        process_id = message.uint(2) if 2 in message else None
        instance = _text(message.blob(4))
    except FormatError:
        return FoundFile(name, size, "trace_info", mark=mark)
    return FoundFile(
        name, size, "trace_info", instance_id=instance, process_id=process_id, mark=mark
    )
