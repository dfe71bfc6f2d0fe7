"""The table `HbmUsageSummaryByType`: device memory by what it was allocated for."""

from collections.abc import Mapping
from typing import Any

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.part import Part

LABELS: Mapping[str, str] = {
    "generic": "Generic",
    "pe": "Tensor Instructions",
    "act": "Scalar Instructions",
    "pool": "GpSimd Instructions",
    "dve": "Vector Instructions",
    "sp": "Sync Instructions",
    "io": "IO",
    "spill": "DRAM Spill",
    "weight": "Weights",
    "profiler buffers": "Profiler Buffers",
    "act table": "Scalar Table",
    "shared scratchpad": "Shared Scratchpad",
    "tensor": "Tensors",
    "ucode": "Ucode lib",
    "pool stdio": "GpSimd STDIO",
    "collectives": "Collectives",
    "scratchpad": "Scratchpad",
    "xt cc": "XT CC (unused)",
    "dma rings runtime": "DMA Rings Runtime",
    "dma rings spill": "DMA Rings Spill",
    "dma rings io": "DMA Rings IO",
    "dma rings collectives": "DMA Rings Collectives",
}
"""The runtime's name of a use to the one that is shown; others in title case."""


def memory_table(part: Part) -> BuiltTable:
    """Every use of every core in the order of the file, and their sum as `Total`."""
    rows: list[dict[str, Any]] = []
    for facts in part.capture.ntff.facts.subgraphs:
        place = {"neuron_device_idx": facts.device, "neuroncore_idx": facts.core}
        uses = [(LABELS.get(u.label, u.label.title()), u.size_bytes) for u in facts.memory]
        if uses:
            uses.append(("Total", sum(size for _, size in uses)))
        rows += [{**place, "usage_type": name, "usage_bytes": size} for name, size in uses]
    return table_of_rows("HbmUsageSummaryByType", rows)
