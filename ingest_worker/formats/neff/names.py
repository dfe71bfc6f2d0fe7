"""The names of compiled slots: instruction, tensor operation, model operation and layer."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.neff.debug_info import NO_ID, DebugRecords
from ingest_worker.formats.neff.kernel_source import KernelInstruction
from ingest_worker.formats.neff.program import Engine, Subgraph

UNKNOWN_LAYER = "Unknown"
_ATTR_ORDER = ("op_type", "source_file", "source_line")


@dataclass
class SlotNames:
    """Columns of names, one value a slot asked for, as the official tool writes them.

    Slots which no instruction of the compiler stands behind have empty texts and 0 as raw ids;
    `raw_hlo_id` and `raw_framework_ids` are None where there is no such record, and so are the
    kernel's name of an instruction and the `file:line` of its source. `stack_frames` are the
    innermost frames of the program that built the model, more than one after a fusion.
    """

    bir_id: list[str] = field(default_factory=list)
    raw_bir_id: list[int] = field(default_factory=list)
    bir_instruction_name: list[str] = field(default_factory=list)
    instruction_type: list[str] = field(default_factory=list)
    penguin_id: list[str] = field(default_factory=list)
    raw_penguin_id: list[int] = field(default_factory=list)
    penguin_name: list[str] = field(default_factory=list)
    hlo_name: list[str] = field(default_factory=list)
    hlo_attrs: list[str] = field(default_factory=list)
    raw_hlo_id: list[int | None] = field(default_factory=list)
    raw_framework_ids: list[list[int] | None] = field(default_factory=list)
    layer: list[str] = field(default_factory=list)
    source_location: list[str] = field(default_factory=list)
    stack_frames: list[tuple[int, ...]] = field(default_factory=list)
    kernel_name: list[str | None] = field(default_factory=list)
    kernel_location: list[str | None] = field(default_factory=list)


@dataclass(frozen=True)
class _Model:
    """What lies above an instruction: an operation of the model and its layer."""

    hlo_name: str = ""
    hlo_attrs: str = "[]"
    hlo_id: int | None = None
    framework_ids: list[int] | None = None
    layer: str = UNKNOWN_LAYER
    frames: tuple[int, ...] = ()


def id_text(graph: int, own: int) -> str:
    """`sg0000:256`: the program's number and the id."""
    return f"sg{graph:04d}:{own}"


def raw_id(graph: int, own: int) -> int:
    """The program's number in the top 16 bits, the id below; as a signed 64-bit number."""
    raw = (graph & 0xFFFF) << 48 | own
    return raw - (1 << 64) if raw >= 1 << 63 else raw


def slot_names(graph: Subgraph, engine: Engine, compiler_pc: npt.NDArray[np.int32]) -> SlotNames:
    """Names of compiled slots, -1 standing for a slot of the runtime (sections 6.2 and 6.3)."""
    names = SlotNames()
    known: dict[int, int] = {}
    models: dict[int, _Model] = {}
    count = len(engine.bir_id)
    for slot in compiler_pc.tolist():
        own = int(engine.bir_id[slot]) if 0 <= slot < count else NO_ID
        row = int(engine.bir_row[slot]) if own != NO_ID else -1
        _instruction(names, graph.number, engine.bir, own, row)
        penguin = _parent(known, engine.bir, row)
        _penguin(names, graph, penguin)
        _source(names, kernel_instruction(graph, engine.bir, row, penguin) if row >= 0 else None)
        if own == NO_ID:
            _model(names, _Model(hlo_attrs="", layer=""))
            continue
        if penguin not in models:
            models[penguin] = _above(graph, penguin)
        _model(names, models[penguin])
    return names


def _instruction(names: SlotNames, graph: int, bir: DebugRecords, own: int, row: int) -> None:
    names.bir_id.append(id_text(graph, own) if own != NO_ID else "")
    names.raw_bir_id.append(raw_id(graph, own) if own != NO_ID else 0)
    names.bir_instruction_name.append(bir.names[row] if row >= 0 else "")
    names.instruction_type.append(bir.type_text(row) if row >= 0 else "")
    names.source_location.append(source_location(bir, row) if row >= 0 else "")


def _parent(known: dict[int, int], records: DebugRecords, row: int) -> int:
    """The first parent id of a record, `NO_ID` for none."""
    if row not in known:
        parents = records.parents.of(row) if row >= 0 else []
        known[row] = parents[0] if parents else NO_ID
    return known[row]


def _penguin(names: SlotNames, graph: Subgraph, own: int) -> None:
    names.penguin_id.append(id_text(graph.number, own) if own != NO_ID else "")
    names.raw_penguin_id.append(raw_id(graph.number, own) if own != NO_ID else 0)
    row = graph.penguin.row_of.get(own)
    names.penguin_name.append(graph.penguin.names[row] if row is not None else "")


def _above(graph: Subgraph, penguin_id: int) -> _Model:
    penguin = graph.penguin.row_of.get(penguin_id)
    parents = graph.penguin.parents.of(penguin) if penguin is not None else []
    hlo_rows = [graph.hlo.row_of[own] for own in parents if own in graph.hlo.row_of]
    if not hlo_rows:
        return _Model()
    first = hlo_rows[0]
    framework = graph.hlo.parents.of(first)
    layers = [graph.framework.row_of.get(own) for own in framework]
    names = [graph.framework.names[row] for row in layers if row is not None]
    return _Model(
        hlo_name=graph.hlo.names[first],
        hlo_attrs=attrs_text(graph.hlo.attrs[row] for row in hlo_rows[:1]),
        hlo_id=int(graph.hlo.ids[first]),
        framework_ids=framework or None,
        layer=names[0] if names else UNKNOWN_LAYER,
        frames=tuple(
            dict.fromkeys(frame for row in hlo_rows if (frame := int(graph.hlo.frame[row])) > 0)
        ),
    )


def kernel_instruction(
    graph: Subgraph, bir: DebugRecords, row: int, penguin: int
) -> KernelInstruction | None:
    """The source of an instruction, in the map of the kernel call it came from (section 4.4)."""
    if penguin == NO_ID:
        return None
    for kernel in graph.kernels:
        if kernel.penguin_id == penguin:
            found = kernel.find(bir.names[row])
            if found is not None:
                return found
    return None


def _source(names: SlotNames, found: KernelInstruction | None) -> None:
    names.kernel_name.append(found.name if found else None)
    names.kernel_location.append((found.location or None) if found else None)


def _model(names: SlotNames, model: _Model) -> None:
    names.hlo_name.append(model.hlo_name)
    names.hlo_attrs.append(model.hlo_attrs)
    names.raw_hlo_id.append(model.hlo_id)
    names.raw_framework_ids.append(model.framework_ids)
    names.layer.append(model.layer)
    names.stack_frames.append(model.frames)


def attrs_text(records: Iterable[tuple[tuple[str, str], ...]]) -> str:
    """The attributes as compact JSON: a list of objects, the usual three keys first."""
    found = []
    for attrs in records:
        values = dict(attrs)
        ordered = {key: values[key] for key in _ATTR_ORDER if key in values}
        if values:
            found.append(ordered | values)
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False)


def source_location(records: DebugRecords, row: int) -> str:
    """`file:line` of the kernel's source, empty when it is not told."""
    attrs = dict(records.attrs[row])
    index, line = attrs.get("kernel_file", ""), attrs.get("kernel_line", "")
    if not index.isdecimal() or int(index) >= len(records.kernel_files):
        return ""
    return f"{records.kernel_files[int(index)]}:{line}"
