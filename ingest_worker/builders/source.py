"""Source tables of a NEFF: stack frames of the framework program, frames and loops of kernels.

No captured output holds these tables. Ids of stack frames are the NEFF's own, from 1, and a frame
without caller has the parent 0. Ids of kernel frames and loop values count from 1 through all
kernels of the NEFF; what has no frame or loop around it has null.
"""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from ingest_worker.builders.built import Array, BuiltTable, Columns, table_of, table_of_rows
from ingest_worker.formats.neff.program import Neff

Row = dict[str, Any]
SMALLEST, LARGEST = -(1 << 63), (1 << 63) - 1


def frame_table(neff: Neff) -> BuiltTable:
    """Calls of the framework program."""
    rows: list[Row] = [
        {
            "id": str(number),
            "file_location_id": frame.location,
            "parent_frame_id": str(frame.parent),
        }
        for number, frame in enumerate(neff.stack_frames.frames, 1)
    ]
    return table_of_rows("StackFrame", rows)


def location_table(neff: Neff) -> BuiltTable:
    """The lines those calls are on."""
    rows: list[Row] = [
        {
            "id": str(number),
            "file_name_id": place.file,
            "function_name_id": place.function,
            "line_number": place.line,
        }
        for number, place in enumerate(neff.stack_frames.locations, 1)
    ]
    return table_of_rows("StackFrameFileLocation", rows)


def file_table(neff: Neff) -> BuiltTable:
    """The files those lines are in."""
    return _names("StackFrameFileName", list(neff.stack_frames.files))


def function_table(neff: Neff) -> BuiltTable:
    """The functions those lines are in."""
    return _names("StackFrameFunctionName", list(neff.stack_frames.functions))


def _names(table: str, names: list[str]) -> BuiltTable:
    rows = [{"id": str(number), "name": name} for number, name in enumerate(names, 1)]
    return table_of_rows(table, rows)


def kernel_table(neff: Neff) -> BuiltTable:
    """Every instruction of a kernel's source, those the compiler left out too."""
    found = [one for kernel in neff.kernels for one in kernel.instructions]

    def columns(start: int, stop: int) -> Columns:
        own = found[start:stop]
        return {
            "kernel_instruction_name": _texts(one.name for one in own),
            "stack_frame_id": _numbers(one.frame or None for one in own),
            "stack_frame_depth": _numbers(one.frame_depth for one in own),
            "iteration_variables_id": _numbers(one.loop or None for one in own),
            "iteration_variable_depth": _numbers(one.loop_depth for one in own),
            "file_path": _texts(one.file or None for one in own),
            "line_number": _numbers(one.line if one.file else None for one in own),
        }

    return table_of("KernelInstructions", len(found), columns)


def kernel_frame_table(neff: Neff) -> BuiltTable:
    """The calls inside kernels; the line is where the function called begins."""
    found = [frame for kernel in neff.kernels for frame in kernel.frames]

    def columns(start: int, stop: int) -> Columns:
        own = found[start:stop]
        return {
            "stack_frame_id": _numbers(frame.own for frame in own),
            "fully_qualified_function_name": _texts(frame.function or None for frame in own),
            "parent_stack_frame_id": _numbers(frame.parent or None for frame in own),
            "file_path": _texts(frame.file or None for frame in own),
            "line_number": _numbers(frame.line for frame in own),
        }

    return table_of("KernelStackFrames", len(found), columns)


def kernel_loop_table(neff: Neff) -> BuiltTable:
    """The values of loop variables inside kernels; null for one that is no whole number."""
    found = [loop for kernel in neff.kernels for loop in kernel.loops]

    def columns(start: int, stop: int) -> Columns:
        own = found[start:stop]
        return {
            "iteration_variable_id": _numbers(loop.own for loop in own),
            "variable_name": _texts(loop.variable or None for loop in own),
            "variable_value": _numbers(_whole(loop.value) for loop in own),
            "parent_iteration_variable_id": _numbers(loop.parent or None for loop in own),
            "file_path": _texts(loop.file or None for loop in own),
            "line_number": _numbers(loop.line for loop in own),
        }

    return table_of("KernelIterationVariables", len(found), columns)


def _texts(values: Iterable[str | None]) -> Array:
    made: Array = pa.array(list(values), pa.string())
    return made


def _numbers(values: Iterable[int | None]) -> Array:
    made: Array = pa.array(list(values), pa.int64())
    return made


def _whole(text: str) -> int | None:
    """A decimal number of 64 bits."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 19:
        return None
    value = int(text)
    return value if SMALLEST <= value <= LARGEST else None


TABLES = (
    frame_table,
    location_table,
    file_table,
    function_table,
    kernel_table,
    kernel_frame_table,
    kernel_loop_table,
)
