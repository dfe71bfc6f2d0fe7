"""Source tables of a NEFF: stack frames of the framework program, frames and loops of kernels.

No captured output holds these tables. Ids of stack frames are the NEFF's own, from 1, and a frame
without caller has the parent 0. Ids of kernel frames and loop values count from 1 through all
kernels of the NEFF; what has no frame or loop around it has null.
"""

from typing import Any

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.formats.neff.kernel_source import NO_ID
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
    rows: list[Row] = [
        {
            "kernel_instruction_name": one.name,
            "stack_frame_id": one.frame or None,
            "stack_frame_depth": one.frame_depth,
            "iteration_variables_id": one.loop or None,
            "iteration_variable_depth": one.loop_depth,
            "file_path": one.file or None,
            "line_number": one.line if one.file else None,
        }
        for kernel in neff.kernels
        for one in kernel.instructions
    ]
    return table_of_rows("KernelInstructions", rows)


def kernel_frame_table(neff: Neff) -> BuiltTable:
    """The calls inside kernels; the line is where the function called begins."""
    rows: list[Row] = [
        {
            "stack_frame_id": frame.own,
            "fully_qualified_function_name": frame.function or None,
            "parent_stack_frame_id": None if frame.parent == NO_ID else frame.parent,
            "file_path": frame.file or None,
            "line_number": frame.line,
        }
        for kernel in neff.kernels
        for frame in kernel.frames
    ]
    return table_of_rows("KernelStackFrames", rows)


def kernel_loop_table(neff: Neff) -> BuiltTable:
    """The values of loop variables inside kernels; null for one that is no whole number."""
    rows: list[Row] = [
        {
            "iteration_variable_id": loop.own,
            "variable_name": loop.variable or None,
            "variable_value": _whole(loop.value),
            "parent_iteration_variable_id": None if loop.parent == NO_ID else loop.parent,
            "file_path": loop.file or None,
            "line_number": loop.line,
        }
        for kernel in neff.kernels
        for loop in kernel.loops
    ]
    return table_of_rows("KernelIterationVariables", rows)


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
