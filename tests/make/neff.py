"""Writes a NEFF file from the description of a compiled program.

Members and keys: notes on the NEFF, section 2; the order of members is by name.
"""

import json
import struct
from collections.abc import Iterator, Mapping

from tests.make import archive, debug_info
from tests.make.description import (
    STEMS,
    TOKENS,
    Model,
    Move,
    Origin,
    Program,
    QueueSet,
    StaticBlock,
    Subgraph,
    Variable,
)

DTYPES = {"bfloat16": "<V2", "float16": "<f2", "float32": "<f4", "int32": "<i4", "uint8": "<u1"}
SOURCES = ("kernels/attention.py",)


def make_neff(model: Model) -> bytes:
    """The whole file: header and payload."""
    members = [archive.Member(name, data) for name, data in sorted(members_of(model).items())]
    return with_members(model, members)


def with_members(model: Model, members: list[archive.Member]) -> bytes:
    """A file whose archive holds exactly these members, good or bad."""
    packed = archive.tar(members)
    payload = archive.padded(archive.gzip(packed)) if model.is_compressed else packed
    return with_payload(model, payload)


def with_payload(model: Model, payload: bytes) -> bytes:
    """A file with this payload and a header that fits it."""
    values = archive.HeaderValues(
        name=model.name,
        uuid=model.uuid,
        major=model.major,
        features=model.features,
        lnc_size=model.lnc_size,
        is_hash_swapped=model.is_hash_swapped,
    )
    return archive.header(values, payload) + payload


def members_of(model: Model) -> dict[str, bytes]:
    """Every member by name, without those the description leaves out."""
    found = {"info.json": _json(_info(model)), "kelf-0.json": _json(_kelf(model))}
    found["neff.json"] = _json(_network(model))
    if model.macs is not None:
        found["hlo_stats.json"] = _json(_statistics(model.macs))
    for layer, items, above in (
        ("penguin", model.penguin, "debug_info_hlo.dbg"),
        ("hlo", model.hlo, "debug_info_pttf.dbg"),
        ("pttf", model.framework, ""),
    ):
        if items or layer == "penguin":
            data = debug_info.origins(items, f"Debug info of the {layer} layer", above, SOURCES)
            found[f"debug_info/debug_info_{layer}.dbg_sg000000"] = data
    found |= dict(_sources(model))
    for graph in model.subgraphs:
        found |= {f"{graph.name}/{name}": data for name, data in _graph_members(graph)}
    found |= dict(model.further)
    return {name: data for name, data in found.items() if name not in model.left_out}


def _sources(model: Model) -> Iterator[tuple[str, bytes]]:
    """Where instructions come from: the calls that built the model, and its kernels' own maps."""
    if model.calls.frames:
        name = "debug_info/debug_info_stack_frame_index.dbg"
        yield name, debug_info.stack_frames(model.calls)
    listed = [
        {
            "file_name": f"{kernel.name}.klir.debuginfo.json",
            "kernel_name": kernel.name,
            "parent_tensorizer_id": kernel.penguin,
        }
        for kernel in model.kernels
    ]
    if listed:
        yield "kernel_debug_info.json", _json({"debug_info_files": listed})
    for kernel in model.kernels:
        document = [{"lnc": 1, "info": list(kernel.nodes)}]
        yield f"{kernel.name}.klir.debuginfo.json", _json(document)


def _json(document: object) -> bytes:
    return json.dumps(document, indent=2, ensure_ascii=False).encode()


def _info(model: Model) -> dict[str, object]:
    return {
        "tool_version": model.compiler,
        "kelp_version": "Dynamic",
        "name": model.name,
        "num_tpb": 1,
        "num_tpb_requested": 1,
        "num_tpb_per_node": [1] + [0] * 63,
    }


def _kelf(model: Model) -> dict[str, object]:
    graphs = [{"definition": f"{g.name}/def.json", "name": g.name} for g in model.subgraphs]
    return {"graphs": graphs, "version": "0.5", "target": model.target}


def _statistics(macs: int) -> dict[str, object]:
    names = ("Traffic", "ArithmeticIntensity", "IfmapSize", "OfmapSize", "ConstantSize")
    return {"HloMacCount": macs, **dict.fromkeys(names, -1)}


def _of_kind(model: Model, kind: str) -> list[Variable]:
    graphs = model.subgraphs[:1]
    return [v for graph in graphs for v in graph.variables if v.kind == kind]


def _network(model: Model) -> dict[str, object]:
    """neff.json: one node an input, then the device node; entries are inputs, then outputs."""
    inputs, outputs = _of_kind(model, "input"), _of_kind(model, "output")
    nodes: list[dict[str, object]] = [
        {"op": "null", "name": v.name, "inputs": [], "output_names": [v.name], "is_param": "0"}
        for v in inputs
    ]
    device = {
        "op": "tvm_op",
        "name": "sg_coreV10",
        "attrs": {
            "func_name": "__kelf",
            "flatten_data": "0",
            "num_inputs": str(len(inputs)),
            "kelf": "kelf-0.json",
            "num_outputs": str(len(outputs)),
        },
        "inputs": [[number, 0, 0] for number in range(len(inputs))],
        "output_names": [v.name for v in outputs],
    }
    entries = [*inputs, *outputs]
    signature = {
        v.name: {"id": number, "dtype": v.dtype, "shape": list(v.shape)}
        for number, v in enumerate(inputs)
    }
    return {
        "nodes": [*nodes, device],
        "arg_nodes": list(range(len(inputs))),
        "heads": [[len(inputs), number, 0] for number in range(len(outputs))],
        "node_row_ptr": [*range(len(inputs) + 1), len(entries)],
        "attrs": {
            "shape": ["list_shape", [list(v.shape) for v in entries]],
            "dltype": ["list_str", [v.dtype for v in entries]],
            "storage_id": ["list_int", list(range(len(entries)))],
        },
        "metadata": {"signatures": {"default": {"inputs": signature, "outputs": {}}}},
    }


def _graph_members(graph: Subgraph) -> Iterator[tuple[str, bytes]]:
    yield "def.json", _json(_definition(graph))
    yield "tensor_map.json", _json(_tensors(graph))
    yield "act_info.json", _json({"pwp_file_keys": ["bkt_bin", "ctrl_bin"], "pwp_sets": []})
    if graph.functions:
        yield "exp_and_others.json", _json(_functions(graph))
    for variable in graph.variables:
        if variable.kind == "file":
            yield variable.file_name, array_file(variable)
    for engine, stem in enumerate(STEMS):
        program = graph.programs.get(engine, Program())
        yield f"{stem}.bin", program.compiled
        yield f"{stem}.json", _json(_engine(graph, engine))
        yield f"debug_info_asm_{stem}.dbg", debug_info.slots_of(program, engine)
        data = debug_info.instructions_of(program, engine, SOURCES)
        yield f"debug_info_backend_{stem}.dbg", data
    yield "debug_info_backend_DMA.dbg", debug_info.origins(_transfers(graph), "DMA blocks", "")


def _transfers(graph: Subgraph) -> list[Origin]:
    return [
        Origin(100_000 + number, block.comment, attrs=(("dma_queue", block.queue),))
        for number, block in enumerate(graph.blocks)
    ]


def _definition(graph: Subgraph) -> dict[str, object]:
    document: dict[str, object] = {"#rank_world_size": 0}
    for token, stem in zip(TOKENS, STEMS, strict=True):
        document[token] = f"{stem}.json"
        document[f"{token}_instr"] = f"{stem}.bin"
        document[f"{token}_dbg"] = [f"debug_info_backend_{stem}.dbg"]
        document[f"{token}_asm_dbg"] = [f"debug_info_asm_{stem}.dbg"]
    return document | {
        "dma_dbg": ["debug_info_backend_DMA.dbg"],
        "name": "definition",
        "version": "0.6",
        "neff_features": ["neff_feature_vnc"],
        "debug_info": {},
        "runtime_event_count": 12,
        "runtime_semaphore_count": 3,
        "cc_streams": {"num_streams": 0},
        "dma_queue": {queue.name: _queue(queue) for queue in graph.queues},
        "var": {variable.name: _variable(variable) for variable in graph.variables},
    }


def _queue(queue: QueueSet) -> dict[str, object]:
    document: dict[str, object] = {
        "type": queue.kind,
        "owner": queue.owner,
        "num_queues": 16,
        "semaphore_set": list(range(queue.semaphore, queue.semaphore + 16)),
        "fabric_path": "main",
    }
    if queue.kind == "dynamic" and queue.owner == "pool":
        scratch = {"SB_scratch_partition_offset": 0, "SB_scratch_partition_size": 16384}
        document["dynamic_dma"] = scratch
    return document


def _variable(variable: Variable) -> dict[str, object]:
    document: dict[str, object] = {"type": variable.kind, "var_id": variable.number}
    if variable.kind == "dge-table":
        return document | {"list": list(variable.members)}
    if variable.kind == "state-buffer":
        return document
    document |= {"size": variable.size, "ops": []}
    if variable.kind == "file":
        document |= {"file_name": variable.file_name, "alignment": 64, "fabric_path": "main"}
    return document


def _tensors(graph: Subgraph) -> dict[str, object]:
    return {
        _tensor_name(v): {
            "dtype": v.dtype,
            "is_const": v.kind == "file",
            "layer_name": _tensor_name(v),
            "sim_format": v.layout,
            "sim_shape": list(v.shape),
            "tf_file": v.file_name or f"value_{v.name}.npy",
            "tf_format": v.layout,
            "tf_shape": list(v.shape),
        }
        | ({"kind": v.kind} if v.kind in {"input", "output"} else {})
        for v in graph.variables
        if v.kind in {"input", "output", "file"}
    }


def _tensor_name(variable: Variable) -> str:
    """A constant is listed by its file's name without `value_` and `.npy`."""
    return variable.file_name.removeprefix("value_").removesuffix(".npy") or variable.name


def _functions(graph: Subgraph) -> dict[str, object]:
    return {
        "bkt_bin": "exp_and_others_bkt.bin",
        "ctl_bin": "exp_and_others_ctrl.bin",
        "profile_meta_data": [
            {"func_name": name, "func_id": number} for name, number in graph.functions
        ],
    }


def _engine(graph: Subgraph, engine: int) -> dict[str, object]:
    stem = STEMS[engine]
    document: dict[str, object] = {
        "name": f"{stem}.json",
        "instr": f"{stem}.bin",
        "dma": [_block(block) for block in graph.blocks if block.engine == engine],
    }
    if stem == "Activation":
        sets = ["exp_and_others"] if graph.functions else []
        document |= {"act_info": "act_info.json", "act_semaphore": 12}
        document |= {"activation_function_sets": sets}
    return document


def _block(block: StaticBlock) -> dict[str, object]:
    return {
        "#comment": block.comment,
        "id": block.number,
        "queue": block.queue,
        "semaphore": block.semaphore,
        "desc": [_move(move) for move in block.moves],
    }


def _move(move: Move) -> dict[str, object]:
    return {
        "op": "copy",
        "from": move.source,
        "to": move.target,
        "from_off": move.source_offset,
        "to_off": move.target_offset,
        "from_sizes": list(move.sizes),
        "to_sizes": list(move.sizes),
        "from_steps": list(move.source_steps),
        "to_steps": list(move.target_steps),
        "from_dtype": move.dtype,
        "to_dtype": move.dtype,
        "num_tiling_dimensions": 0,
    }


def array_file(variable: Variable) -> bytes:
    """A numpy file, version 1, with the variable's shape; without data it is zeros."""
    shape = "(" + "".join(f"{count}, " for count in variable.shape) + ")"
    text = f"{{'descr': '{DTYPES[variable.dtype]}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    head = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()
    return head + variable.data.ljust(variable.size, b"\0")


def named(members: Mapping[str, bytes]) -> list[archive.Member]:
    """Members from a mapping, by name."""
    return [archive.Member(name, data) for name, data in sorted(members.items())]
