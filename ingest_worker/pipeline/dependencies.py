"""Which executed slots have to be done before which, by the compiler's dependencies (section 6.4).

Dataflow predecessors come first, then those of scheduling, none twice. A predecessor is an
instruction of the compiler; it becomes every executed slot of that instruction in the same program,
by the time each first ran. What did not run is left out.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.part import NO_EDGES, SlotEdges, SlotTable
from ingest_worker.formats.neff.debug_info import NO_ID, DebugRecords, Lists
from ingest_worker.formats.neff.program import Subgraph
from ingest_worker.formats.ntff.instructions import InstructionRows

Numbers = npt.NDArray[np.int64]
SCHEDULED = 1 << 32


@dataclass(frozen=True)
class _Links:
    """Flat lists: link i says that owner `owner[i]` comes after instruction `before[i]`."""

    owner: Numbers
    before: Numbers
    kind: Numbers

    def take(self, chosen: Numbers) -> "_Links":
        return _Links(self.owner[chosen], self.before[chosen], self.kind[chosen])


def ranges(starts: Numbers, counts: Numbers) -> Numbers:
    """The numbers from each start on, so many of each, one behind the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    result: Numbers = np.repeat(starts - (ends - counts), counts) + np.arange(total)
    return result


def slot_edges(
    program: Subgraph | None, rows: InstructionRows, slot: npt.NDArray[np.int32], slots: SlotTable
) -> SlotEdges:
    """The edges between the entries of `slots`, which `rows` in table order ran."""
    count = len(slots.compiler_pc)
    if program is None or not count:
        return NO_EDGES
    engine = np.zeros(count, np.uint8)
    graph = np.zeros(count, np.int64)
    first_ps = np.zeros(count, np.int64)
    engine[slot], graph[slot] = rows.engine, rows.graph
    first_ps[slot[::-1]] = rows.start_ps[::-1]
    bir, links = _compiled(program, engine, slots.compiler_pc)
    if not len(links.owner):
        return NO_EDGES
    return _between_slots(links, bir, graph, first_ps)


def _compiled(
    program: Subgraph, engine: npt.NDArray[np.uint8], compiler_pc: npt.NDArray[np.int32]
) -> tuple[Numbers, _Links]:
    """The instruction behind each slot, and the links from slots to instructions."""
    bir = np.full(len(engine), NO_ID, np.int64)
    found = []
    for number, own in program.engines.items():
        is_own = (engine == number) & (compiler_pc >= 0) & (compiler_pc < len(own.bir_id))
        places = np.flatnonzero(is_own)
        bir[places] = own.bir_id[compiler_pc[places]]
        record = own.bir_row[compiler_pc[places]].astype(np.int64)
        places, record = places[record >= 0], record[record >= 0]
        records, which = np.unique(record, return_inverse=True)
        links = predecessors(own.bir, records)
        starts = np.searchsorted(links.owner, np.arange(len(records)))
        counts = np.bincount(links.owner, minlength=len(records))[which]
        chosen = links.take(ranges(starts[which], counts))
        found.append(_Links(np.repeat(places, counts), chosen.before, chosen.kind))
    links = _joined(found)
    return bir, links.take(np.argsort(links.owner, kind="stable"))


def _joined(parts: list[_Links]) -> _Links:
    """Links one behind the other."""
    nothing = np.zeros(0, np.int64)
    return _Links(
        np.concatenate([nothing, *(part.owner for part in parts)]),
        np.concatenate([nothing, *(part.before for part in parts)]),
        np.concatenate([nothing, *(part.kind for part in parts)]),
    )


def predecessors(records: DebugRecords, rows: Numbers) -> _Links:
    """The predecessors of some records in order; the owner is the place in `rows`."""
    flow, flow_place = _listed(records.flow, records.flow_kinds, rows)
    bound, bound_place = _listed(records.scheduling, records.scheduling_kinds, rows)
    links = _joined([flow, bound])
    place = np.concatenate((flow_place, bound_place + SCHEDULED))
    order = np.lexsort((place, links.before, links.owner))
    owner, before = links.owner[order], links.before[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (owner[1:] != owner[:-1]) | (before[1:] != before[:-1])
    kept = order[is_first]
    return links.take(kept[np.lexsort((place[kept], links.owner[kept]))])


def _listed(ids: Lists, kinds: Lists, rows: Numbers) -> tuple[_Links, Numbers]:
    """One kind of list of some records, and each entry's place in its list."""
    counts = ids.starts[rows + 1] - ids.starts[rows]
    place = ranges(np.zeros(len(rows), np.int64), counts)
    owner = np.repeat(np.arange(len(rows)), counts)
    known = (kinds.starts[rows + 1] - kinds.starts[rows])[owner]
    kind = np.zeros(len(place), np.int64)
    told = place < known
    kind[told] = kinds.values[(kinds.starts[rows][owner] + place)[told]]
    return _Links(owner, ids.values[ids.starts[rows][owner] + place], kind), place


def _between_slots(links: _Links, bir: Numbers, graph: Numbers, first_ps: Numbers) -> SlotEdges:
    """Instructions become the slots that ran them, in the same program image."""
    named = np.flatnonzero(bir != NO_ID)
    distinct = np.unique(bir[named])
    code = np.searchsorted(distinct, links.before)
    is_there = distinct[np.minimum(code, len(distinct) - 1)] == links.before
    links, code = links.take(np.flatnonzero(is_there)), code[is_there]
    key = (graph[named] + 1) * len(distinct) + np.searchsorted(distinct, bir[named])
    order = np.lexsort((first_ps[named], key))
    sorted_key = key[order]
    wanted = (graph[links.owner] + 1) * len(distinct) + code
    begin = np.searchsorted(sorted_key, wanted)
    counts = np.searchsorted(sorted_key, wanted, side="right") - begin
    before = named[order][ranges(begin, counts)]
    owner = np.repeat(links.owner, counts)
    starts = np.searchsorted(owner, np.arange(len(bir) + 1))
    kind = np.minimum(np.repeat(links.kind, counts), 255).astype(np.uint8)
    return SlotEdges(starts, before.astype(np.int32), kind)
