"""What makes processes and threads of a system run's trace."""

from dataclasses import dataclass
from types import MappingProxyType

GROUP_FIELDS = MappingProxyType(
    {
        "instance_id": ("instance_id", ""),
        "process_id": ("process_id", "pid"),
        "worker_gid": ("worker_gid", "gid"),
        "lnc_idx": ("nc_idx", "nc"),
        "nc_idx": ("nc_idx", "nc"),
        "pcore_idx": ("pcore_idx", "core"),
        "thread_id": ("thread_id", "tid"),
        "framework_stream_id": ("framework_stream_id", "stream"),
        "trace_event_source": ("trace_event_source", ""),
    }
)
"""What events can be grouped by: the column, and what stands before its value in a name."""
PRIMARY = ("instance_id", "process_id")
SECONDARY = ("worker_gid", "lnc_idx", "thread_id")


@dataclass(frozen=True)
class Grouping:
    """Which fields make a process of the trace, and which a thread of it."""

    primary: tuple[str, ...] = PRIMARY
    secondary: tuple[str, ...] = SECONDARY
