"""trace_info.pb: which process was traced where, and the string tables that travel with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from struct import Struct

from ingest_worker.formats.wire import Message

FORM = "system"
TYPES, MODELS = "ntrace_inspect_type", "system_trace"
INVALID_MODEL = 0
NO_ULTRASERVER = 0xFFFF_FFFF
_FLOAT = Struct("<f")


@dataclass(frozen=True)
class TraceInfo:
    """Layout: notes on the capture session. Times are Unix ns, 0 where they are not told.

    `event_count` counts recorded events with those that were overwritten, `stored_count` the ones
    in ntrace.pb; None where the file does not say.
    """

    arch: int = 0
    process_id: int | None = None
    instance_id: str = ""
    instance_type: str = ""
    host_name: str = ""
    cpus: int = 0
    memory_bytes: int = 0
    cpu_interval_s: float = 0.0
    memory_interval_s: float = 0.0
    start_ns: int = 0
    end_ns: int = 0
    event_count: int | None = None
    stored_count: int | None = None
    logical_core_size: int = 0
    ultraserver_id: int | None = None
    ultraserver_index: int | None = None
    tables: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def type_name(self, number: int) -> str:
        """The name of an event type; `type_<n>` for one that is in no table."""
        return self.tables.get(TYPES, {}).get(number) or f"type_{number}"

    def model_name(self, model_id: int) -> str | None:
        """The path a model was compiled to, where the file tells it."""
        return None if model_id == INVALID_MODEL else self.tables.get(MODELS, {}).get(model_id)


def read_trace_info(data: memoryview) -> TraceInfo:
    """Raises Malformed for bytes that are no message of this kind."""
    message = Message(data, form=FORM)
    host, server = message.child(7), message.child(18)
    is_alone = server.uint(4, NO_ULTRASERVER) == NO_ULTRASERVER
    return TraceInfo(
        arch=message.uint(1),
        process_id=message.sint(2) if 2 in message else None,
        instance_id=message.text(4),
        instance_type=message.text(15),
        host_name=message.text(17),
        cpus=host.uint(1),
        memory_bytes=host.uint(3) & 0x7FFF_FFFF_FFFF_FFFF,
        cpu_interval_s=_float(host, 4),
        memory_interval_s=_float(host, 5),
        start_ns=message.uint(11),
        end_ns=message.uint(12),
        event_count=message.uint(14) if 14 in message else None,
        stored_count=message.child(6).uint(3) if 6 in message else None,
        logical_core_size=message.uint(16),
        ultraserver_id=None if is_alone else server.uint(1),
        ultraserver_index=None if is_alone else server.uint(4),
        tables=_tables(message),
    )


def _float(message: Message, number: int) -> float:
    """A float of four bytes, which the wire's reader gives as a number."""
    bits = message.uint(number) & 0xFFFF_FFFF
    value: float = _FLOAT.unpack(bits.to_bytes(4, "little"))[0]
    return value if 0 <= value < 1e9 else 0.0


def _tables(message: Message) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for table in message.children(10):
        rows = {row.uint(1): row.text(2) for row in table.children(2)}
        found.setdefault(table.text(1), {}).update(rows)
    return found
