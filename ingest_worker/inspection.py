"""What an opened file says of itself, as plain values for people and scripts."""

from collections import Counter
from typing import Any

from ingest_worker.formats.neff.program import ENGINE_TOKENS, Neff
from ingest_worker.formats.ntff.facts import ENGINE_NAMES
from ingest_worker.formats.ntff.reader import Ntff
from ingest_worker.formats.ntff.window import open_capture


def describe_ntff(ntff: Ntff) -> dict[str, Any]:
    """Version, windows, programs and how many records each trace holds."""
    facts = ntff.facts
    capture = open_capture(ntff)
    return {
        "version": ntff.version,
        "message_bytes": ntff.header.message_size,
        "name": facts.name,
        "instance_type": facts.instance_type,
        "arch": facts.arch,
        "runtime": str(facts.runtime),
        "driver": str(facts.driver),
        "collectives": str(facts.collectives),
        "origin_ps": capture.origin_ps,
        "executions": [
            {"uid": w.uid.hex(), "start_ps": w.start_ps, "end_ps": w.end_ps}
            for w in capture.windows
        ],
        "programs": [
            {
                "name": graph.name,
                "core": graph.core,
                "duration_ps": graph.duration_ps,
                "queues": Counter(queue.name for queue in graph.queues),
                "instructions": {
                    ENGINE_NAMES[engine]: len(image.slots)
                    for (owner, engine), image in sorted(ntff.images.items())
                    if owner == number and engine < len(ENGINE_NAMES)
                },
            }
            for number, graph in enumerate(facts.subgraphs)
        ],
        "traces": [
            {
                "type": trace.trace_type,
                "block": trace.block_type,
                "core": trace.core,
                "records": len(trace.records),
            }
            for trace in ntff.traces
            if len(trace.records)
        ],
        "notices": [f"{n.code}: {n.message}" for n in (*ntff.notices, *capture.notices)],
    }


def describe_neff(neff: Neff) -> dict[str, Any]:
    """Header, programs, queues, tensors and the archive's members."""
    header = neff.header
    return {
        "name": header.name,
        "uuid": header.uuid_text,
        "package_version": header.package_version,
        "version": f"{header.major}.{header.minor}",
        "checksum": neff.checksum_state,
        "features": header.feature_names,
        "target": neff.target,
        "compiler": neff.compiler_version,
        "programs": [
            {
                "name": graph.name,
                "instructions": {
                    ENGINE_TOKENS[engine]: len(own.slots) for engine, own in graph.engines.items()
                },
                "queues": sorted(graph.definition.queues),
                "static_transfers": len(graph.blocks),
            }
            for graph in neff.subgraphs
        ],
        "tensors": [
            {"name": t.name, "type": t.type, "bytes": t.size_bytes, "shape": t.shape}
            for t in neff.tensors
        ],
        "members": {member.name: member.size for member in neff.members},
        "notices": [f"{n.code}: {n.message}" for n in neff.notices],
    }
