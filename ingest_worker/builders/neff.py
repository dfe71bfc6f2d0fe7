"""Tables that only a NEFF fills: `NeffHeader`, `TensorInfo`, and its queues without a trace."""

from typing import Any

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.part import Part, QueueDetail
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


def _tensor(neff: Neff, tensor: Tensor, loads: dict[str, list[int]]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "variable_name": tensor.name,
        "type": tensor.type,
        "format": tensor.format,
        "shape": tensor.shape,
        "size": tensor.size_bytes,
        "node": neff.node,
    }
    own = loads.get(tensor.name)
    if own:
        total = sum(own)
        row |= {
            "load_to_sbuf_dma_count": len(own),
            "load_to_sbuf_total_size_bytes": total,
            "load_to_sbuf_avg_size_bytes": total // len(own),
            "load_to_sbuf_repeat_factor": total / tensor.size_bytes if tensor.size_bytes else None,
        }
    return row


def _loads(part: Part) -> dict[str, list[int]]:
    """Bytes of every executed static DMA from memory into the state buffer, by variable."""
    found: dict[str, list[int]] = {}
    for core in part.cores:
        transfers = core.movement.transfers
        for queue, block, size in zip(
            transfers.queue.tolist(),
            transfers.block_id.tolist(),
            transfers.size.tolist(),
            strict=True,
        ):
            name = core.movement.queues[queue].name
            detail = core.details.get((name, block), QueueDetail())
            if detail.is_load:
                found.setdefault(detail.variable, []).append(size)
    return found


def queue_table(neff: Neff) -> BuiltTable:
    """The queues a NEFF names; which rings serve them is known from a trace only."""
    rows = [
        {"name": queue.display_name, "type": queue.kind, "pcore_idx": graph.number}
        for graph in neff.subgraphs
        for queue in graph.definition.queues.values()
    ]
    return table_of_rows("DmaQueuesInfo", rows)
