"""The official tool's `summary`, in its JSON and by itself: `summary-json`, `summary-text`."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ingest_worker.exports.official_tables import OfficialTables
from profiles.storage.tables import ReadableRun

EVENTS = "SystemProfileEvents"
SAMPLES = {"cpu_util_count": "CpuUsage", "host_mem_count": "HostMemUsage"}
NS_PER_S = 1e9
MEAN_LIMIT = "max_achievable_util_with_throttling_percent"
THROTTLES = {
    "throttle_active_time_percent": "throttle_{type}_active_time_nc{core}_percent",
    MEAN_LIMIT: "throttle_{type}_avg_util_limit_nc{core}_percent",
}
OF_ALL = {
    "throttle_active_time_ns": "throttle_active_nc{core}_time_ns",
    MEAN_LIMIT: "throttle_avg_util_limit_nc{core}_percent",
}
PROGRAM = "profiler_version"
ALL_TYPES = "all"
VERSIONS = (
    *("instance_type", "runtime_version", "driver_version", "collectives_version"),
    "compiler_version",
)
GROUPS = (
    ("Overall", ("total_", "neuroncore_", "model_flops", "hardware_flops", "transpose_flops",
                 "adjusted_", "mm_", "peak_", "trace_count", "event_count")),
    ("Data movement", ("dma_", "static_", "dynamic_", "hbm_", "sbuf_", "psum_", "spill_", "input",
                       "output_", "weight_", "mbu_")),
    ("Software dynamic DMA", ("software_",)),
    ("Hardware dynamic DMA", ("hardware_dynamic_",)),
    ("Tensor engine", ("tensor_", "matmul_", "mfu_", "hfu_")),
    ("Vector engine", ("vector_",)),
    ("Scalar engine", ("scalar_", "activate_")),
    ("Sync engine", ("sync_",)),
    ("GpSimd engine", ("gpsimd_",)),
    ("Collectives", ("cc_",)),
    ("Throttling", ("throttle_",)),
    ("System", ("",)),
)  # fmt: skip
"""The groups of `summary-text`, by the beginnings of names; the longest one that fits counts."""


def summary_rows(tables: OfficialTables) -> list[dict[str, Any]]:
    """The row of `summary`; none for a part without one."""
    values = summary_of(tables)
    if not values:
        return []
    return [{PROGRAM: tables.run.manifest.explorer_version, **values}]


def summary_of(tables: OfficialTables) -> dict[str, Any]:
    """Every key with its value, as the official tool computes it where the run has that.

    A run made from official tables has no `LegacySummary`: its `Summary` is the official one.
    """
    found = {
        row["key"]: _value(row)
        for batch in tables.batches("LegacySummary")
        for row in batch.to_pylist()
    }
    if found:
        return found
    found = {name: value for name, value in tables.row("Summary").items() if value is not None}
    if not found:
        return {}
    for batch in tables.batches("ThrottleSummary"):
        for row in batch.to_pylist():
            found |= _limits(row)
    metadata = tables.row("Metadata")
    return found | {name: metadata[name] for name in VERSIONS if metadata.get(name)}


def _value(row: Mapping[str, Any]) -> Any:
    return next((row[kind] for kind in ("whole", "number", "text") if row[kind] is not None), None)


def _limits(row: Mapping[str, Any]) -> dict[str, Any]:
    names = OF_ALL if row["throttle_type"] == ALL_TYPES else THROTTLES
    return {
        name.format(type=row["throttle_type"], core=row["nc_idx"]): row[column]
        for column, name in names.items()
        if row.get(column) is not None
    }


def summaries(run: ReadableRun) -> dict[str, dict[str, Any]]:
    """`summary-json`: an object a profile, by a name that follows from its contents."""
    found: dict[str, dict[str, Any]] = {}
    if run.manifest.table(EVENTS) is not None:
        return {f"s_{_hash(run, 0)}": system_summary(run)}
    for part in run.manifest.parts:
        for values in summary_rows(OfficialTables(run, part.part)):
            found[f"n_{_hash(run, part.part)}"] = dict(sorted(values.items()))
    return found


def system_summary(run: ReadableRun) -> dict[str, Any]:
    """Duration, counts of messages, and a count of each kind of event."""
    tables = OfficialTables(run)
    names: Counter[str] = Counter()
    for batch in tables.batches(EVENTS, ["name"]):
        names.update(str(name) for name in batch.column(0).to_pylist())
    counts = {
        key: entry.row_count if (entry := run.manifest.table(table)) else 0
        for key, table in SAMPLES.items()
    }
    return {
        "total_time": run.manifest.duration_ns / NS_PER_S,
        "trace_event_count": sum(names.values()),
        **counts,
        "event_counts": dict(sorted(names.items())),
    }


def _hash(run: ReadableRun, part: int) -> str:
    """Sixteen digits of the hash of the part's contents: the same for the same profile."""
    entries = [t.content_hash for t in run.manifest.tables if t.part == part and t.name in _HASHED]
    return hashlib.sha256("".join(entries).encode()).hexdigest()[:16]


_HASHED = ("Instruction", "DmaPacket", "LegacySummary", "Summary", EVENTS)


def summary_json(run: ReadableRun, *, indent: int | None = None) -> str:
    """`summary-json` as text."""
    return json.dumps(plain(summaries(run)), indent=indent) + "\n"


def plain(value: Any) -> Any:
    """Whole decimals as whole numbers, as Go prints them."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e21 else value
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


def summary_text(run: ReadableRun) -> str:
    """`summary-text`: a block a profile, its numbers by group."""
    blocks = ["\n".join(_block(name, values)) for name, values in summaries(run).items()]
    return "\n\n".join(blocks) + "\n"


def _block(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    flat = {key: value for key, value in values.items() if not isinstance(value, dict)} | {
        f"event {key}": value for key, value in values.get("event_counts", {}).items()
    }
    width = max((len(key) for key in flat), default=0)
    yield name
    for group, _ in GROUPS:
        own = [key for key in flat if group_of(key) == group]
        if own:
            yield f"\n{group}"
            yield from (f"  {key:<{width}}  {plain(flat[key])}" for key in own)


def group_of(key: str) -> str:
    """The group of a number in `summary-text`."""
    fitting = [
        (len(start), group) for group, starts in GROUPS for start in starts if key.startswith(start)
    ]
    return max(fitting)[1]
