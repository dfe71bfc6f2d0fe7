"""Writes the debug records that lead from a slot to its name and further up to the source.

Layout: notes on the NEFF, section 4.1; one message for all layers.
"""

from collections.abc import Iterable

from tests.make import wire
from tests.make.description import Calls, Instruction, Origin, Program

ENGINE_NUMBERS = (1, 2, 3, 5, 6)
DMA_NUMBER = 4


def _file(
    what: str, above: str, records: Iterable[bytes], engine: int = 0, sources: Iterable[str] = ()
) -> bytes:
    return b"".join(
        (
            wire.text(1, what),
            wire.text(2, above),
            *(wire.message(3, record) for record in records),
            wire.uint(4, engine),
            *(wire.text(5, source) for source in sources),
            wire.text(7, "attention_fwd") if sources else b"",
        )
    )


def _attrs(attrs: Iterable[tuple[str, str]]) -> bytes:
    return b"".join(wire.message(7, wire.text(1, k), wire.text(2, v)) for k, v in attrs)


def slots_of(program: Program, engine: int) -> bytes:
    """One record a slot, in order; a slot of the start-up code has an empty one."""
    records = (wire.packed(3, [i.bir]) if i.bir else b"" for i in program.instructions)
    what = "Debug info for one engine's instructions, one record a slot"
    return _file(what, "debug_info_backend", records, ENGINE_NUMBERS[engine])


def instructions_of(program: Program, engine: int, sources: Iterable[str]) -> bytes:
    """One record for each BIR id of an engine, in the order of the first slot."""
    firsts: dict[int, Instruction] = {}
    for instruction in program.instructions:
        if instruction.bir:
            firsts.setdefault(instruction.bir, instruction)
    records = [_instruction(instruction) for instruction in firsts.values()]
    what = "Debug info for one engine's BIR instructions"
    number = ENGINE_NUMBERS[engine]
    return _file(what, "debug_info_penguin.dbg", records, number, sources)


def _instruction(item: Instruction) -> bytes:
    return b"".join(
        (
            wire.uint(1, item.bir),
            wire.text(2, item.name),
            wire.packed(3, [item.penguin] if item.penguin else []),
            wire.packed(4, [bir for bir, _ in item.after]),
            wire.packed(5, [bir for bir, _ in item.bound]),
            wire.uint(6, item.kind),
            _attrs(item.attrs),
            wire.packed(9, [kind for _, kind in item.after]),
            wire.packed(10, [kind for _, kind in item.bound]),
        )
    )


def origins(found: Iterable[Origin], what: str, above: str, sources: Iterable[str] = ()) -> bytes:
    """A layer above the instructions: penguin, HLO, framework or the DMA blocks."""
    records = (
        b"".join(
            (
                wire.uint(1, item.number),
                wire.text(2, item.name),
                wire.packed(3, [item.parent] if item.parent else []),
                wire.uint(6, 1),
                _attrs(item.attrs),
                wire.uint(8, item.frame),
            )
        )
        for item in found
    )
    return _file(what, above, records, sources=sources)


def stack_frames(calls: Calls) -> bytes:
    """The index of the calls that built the model: names, places and frames, by 1-based ids."""
    parts = (
        *(wire.text(1, name) for name in calls.files),
        *(wire.text(2, name) for name in calls.functions),
        *(
            wire.message(3, wire.uint(1, file), wire.uint(2, function), wire.uint(3, line))
            for file, function, line in calls.places
        ),
        *(
            wire.message(4, wire.uint(1, place), wire.uint(2, above))
            for place, above in calls.frames
        ),
    )
    return wire.text(1, "Stack frames of the framework") + wire.message(6, *parts)
