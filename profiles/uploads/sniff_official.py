"""Does a file begin like a result of the official tool: a table in Parquet, or its JSON?

Shallow on purpose. The readers of the worker are the authority.
"""

import re

PARQUET, OFFICIAL = "parquet", "official"
HEAD_BYTES = 1024
PARQUET_MARK = b"PAR1"

_GZIP = b"\x1f\x8b\x08"
_TABLES = frozenset(
    {
        "active_time",
        "cc_ops",
        "cc_stream",
        "cpu_util",
        "device_mem_usage",
        "dma",
        "dma_queues_info",
        "dma_throughput",
        "error",
        "ham",
        "instruction",
        "instruction_usage",
        "layer_summary",
        "mem_usage",
        "metadata",
        "model_info",
        "nc_mem_usage",
        "neff_header",
        "neff_node",
        "pending_dma",
        "profile_info",
        "semaphore_update",
        "stack_frame",
        "stack_frame_file_location",
        "stack_frame_file_name",
        "stack_frame_function_name",
        "summary",
        "summary_group_order",
        "summary_groups",
        "terminology",
        "trace_events",
        "warnings",
    }
)
"""Tables a JSON of the official tool may begin with: it writes them in no order."""

_FIRST_NAME = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"([^"\\]{1,200})"\s*:\s*([\[{])')
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{")
_OF_A_PROFILE = re.compile(r"[ns]_[0-9A-Za-z_.-]+\Z")


def is_parquet(head: bytes) -> bool:
    """Whether a file begins like Parquet."""
    return head.startswith(PARQUET_MARK)


def is_official_json(head: bytes) -> bool:
    """Whether a file begins with a table of the official tool's JSON, or with its summary."""
    found = _FIRST_NAME.match(head)
    if found is None:
        return False
    name = found[1].decode("utf-8", "replace")
    return name in _TABLES or (found[2] == b"{" and bool(_OF_A_PROFILE.match(name)))


def may_be_official(head: bytes) -> bool:
    """Whether what was sent as a result of the official tool may be one: JSON, packed or not."""
    return bool(_BEGINNING.match(head)) or head.startswith(_GZIP)
