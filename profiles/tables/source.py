"""Source locations and stack frames (schema 7.4.0)."""

from profiles.tables.schema import Field, Table

TABLES = (
    Table(
        "KernelInstructions",
        "Kernel source instructions and the frames they stand in.",
        (
            Field(
                "kernel_instruction_name",
                "string",
                "Name of the instruction in the kernel's source",
            ),
            Field("stack_frame_id", "int64", "Stack frame id", required=False),
            Field("stack_frame_depth", "int64", "Stack frame depth", required=False),
            Field("iteration_variables_id", "int64", "Iteration variables id", required=False),
            Field("iteration_variable_depth", "int64", "Iteration variable depth", required=False),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
            Field("file_path", "string", "File path", required=False),
            Field("line_number", "int64", "Line number", required=False),
        ),
    ),
    Table(
        "KernelIterationVariables",
        "Values of the loop variables of a kernel at an instruction.",
        (
            Field("iteration_variable_id", "int64", "Iteration variable id"),
            Field("variable_name", "string", "Name of the tensor", required=False),
            Field("variable_value", "int64", "Variable value", required=False),
            Field(
                "parent_iteration_variable_id",
                "int64",
                "Parent iteration variable id",
                required=False,
            ),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
            Field("file_path", "string", "File path", required=False),
            Field("line_number", "int64", "Line number", required=False),
        ),
    ),
    Table(
        "KernelStackFrames",
        "Stack frames of a kernel's source.",
        (
            Field("stack_frame_id", "int64", "Stack frame id"),
            Field(
                "fully_qualified_function_name",
                "string",
                "Fully qualified function name",
                required=False,
            ),
            Field("parent_stack_frame_id", "int64", "Parent stack frame id", required=False),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
            Field("file_path", "string", "File path", required=False),
            Field("line_number", "int64", "Line number", required=False),
        ),
    ),
    Table(
        "StackFrame",
        "Stack frames of the framework program, linked to their callers.",
        (
            Field("id", "string", "The official tool's row id; data, not an address"),
            Field("file_location_id", "int32", "File location id"),
            Field("parent_frame_id", "string", "Parent frame id"),
        ),
    ),
    Table(
        "StackFrameFileLocation",
        "Places in source files that stack frames refer to.",
        (
            Field("id", "string", "The official tool's row id; data, not an address"),
            Field("file_name_id", "int32", "File name id"),
            Field("function_name_id", "int32", "Function name id"),
            Field("line_number", "int32", "Line number"),
        ),
    ),
    Table(
        "StackFrameFileName",
        "Names of source files, once each.",
        (
            Field("id", "string", "The official tool's row id; data, not an address"),
            Field("name", "string", "Name"),
        ),
    ),
    Table(
        "StackFrameFunctionName",
        "Names of functions, once each.",
        (
            Field("id", "string", "The official tool's row id; data, not an address"),
            Field("name", "string", "Name"),
        ),
    ),
)
