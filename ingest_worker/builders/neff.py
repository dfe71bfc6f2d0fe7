"""Tables that only a NEFF fills: `NeffHeader`, `TensorInfo`, and its queues without a trace."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.part import Part
from ingest_worker.builders.transfer import details_of
from ingest_worker.formats.neff.program import Neff, Tensor


def header_table(neff: Neff, part: Part | None) -> BuiltTable:
    """One row; the network's name is the one the trace recorded, where there is a trace."""
    header = neff.header
    traced = part.capture.ntff.facts.name if part else ""
    row = {
        "network_name": traced or header.name,
        "uuid": header.uuid_text,
        "hash": header.checksum_text,
        "enabled_features": ", ".join(header.feature_names),
        "header_size": header.header_size,
        "data_size": header.data_size,
        "major_version": header.major,
        "minor_version": header.minor,
        "package_version": str(header.package_version),
        "build_version": header.build_version,
        "neuroncore_count": header.core_count,
        "logical_neuroncore_count": header.requested_cores,
        "pcore_count_per_lnc": header.logical_core_size,
    }
    return table_of_rows("NeffHeader", [row])


def tensor_table(neff: Neff, part: Part | None) -> BuiltTable:
    """Inputs, outputs and weights; with a trace also how often static DMAs loaded each."""
    loads = _loads(part) if part else {}
    return table_of_rows("TensorInfo", [_tensor(neff, tensor, loads) for tensor in neff.tensors])


@dataclass(frozen=True)
class Loads:
    """How often a tensor was loaded, and how many bytes in all."""

    count: int
    size_bytes: int


def _tensor(neff: Neff, tensor: Tensor, loads: dict[str, Loads]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "variable_name": tensor.name,
        "type": tensor.type,
        "format": tensor.format,
        "shape": tensor.shape,
        "size": tensor.size_bytes,
        "node": neff.node,
    }
    own = loads.get(tensor.name)
    if own and own.count:
        size, total = tensor.size_bytes, own.size_bytes
        row |= {
            "load_to_sbuf_dma_count": own.count,
            "load_to_sbuf_total_size_bytes": total,
            "load_to_sbuf_avg_size_bytes": total // own.count,
            "load_to_sbuf_repeat_factor": total / size if size else None,
        }
    return row


def _loads(part: Part) -> dict[str, Loads]:
    """Executed static DMAs from memory into the state buffer, by variable."""
    found: dict[str, Loads] = {}
    for core in part.cores:
        details, codes = details_of(core)
        count = np.bincount(codes, minlength=len(details))
        total = np.zeros(len(details), np.int64)
        np.add.at(total, codes, core.movement.transfers.size)
        for number, detail in enumerate(details):
            if detail.is_load:
                before = found.get(detail.variable, Loads(0, 0))
                found[detail.variable] = Loads(
                    before.count + int(count[number]), before.size_bytes + int(total[number])
                )
    return found


def queue_table(neff: Neff) -> BuiltTable:
    """The queues a NEFF names; which rings serve them is known from a trace only."""
    rows = [
        {"name": queue.display_name, "type": queue.kind, "pcore_idx": graph.number}
        for graph in neff.subgraphs
        for queue in graph.definition.queues.values()
    ]
    return table_of_rows("DmaQueuesInfo", rows)
