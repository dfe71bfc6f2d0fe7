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
            Field("stack_frame_id", "int64", "Innermost call frame", required=False),
            Field("stack_frame_depth", "int64", "How deep that frame is", required=False),
            Field("iteration_variables_id", "int64", "Innermost loop variable", required=False),
            Field("iteration_variable_depth", "int64", "How deep that loop is", required=False),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
            Field("file_path", "string", "Kernel source file", required=False),
            Field("line_number", "int64", "Line in that file", required=False),
        ),
    ),
    Table(
        "KernelIterationVariables",
        "Values of the loop variables of a kernel at an instruction.",
        (
            Field("iteration_variable_id", "int64", "Number of this value of a loop variable"),
            Field("variable_name", "string", "Name of the loop variable", required=False),
            Field("variable_value", "int64", "Value it has", required=False),
            Field(
                "parent_iteration_variable_id",
                "int64",
                "The surrounding loop's",
                required=False,
            ),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
            Field("file_path", "string", "Kernel source file", required=False),
            Field("line_number", "int64", "Line of the loop", required=False),
        ),
    ),
    Table(
        "KernelStackFrames",
        "Stack frames of a kernel's source.",
        (
            Field("stack_frame_id", "int64", "Number of the frame"),
            Field(
                "fully_qualified_function_name",
                "string",
                "Function with its module",
                required=False,
            ),
            Field("parent_stack_frame_id", "int64", "Frame of the caller", required=False),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
            Field("file_path", "string", "Kernel source file", required=False),
            Field("line_number", "int64", "Line where the function begins", required=False),
        ),
    ),
    Table(
        "StackFrame",
        "Stack frames of the framework program, linked to their callers.",
        (
            Field("id", "string", "The official tool's row id; data, not an address"),
            Field("file_location_id", "int32", "Where the frame is in the source"),
            Field("parent_frame_id", "string", "Frame of the caller; 0 at the root"),
        ),
    ),
    Table(
        "StackFrameFileLocation",
        "Places in source files that stack frames refer to.",
        (
            Field("id", "string", "The official tool's row id; data, not an address"),
            Field("file_name_id", "int32", "Which file"),
            Field("function_name_id", "int32", "Which function"),
            Field("line_number", "int32", "Line in the file"),
        ),
    ),
    Table(
        "StackFrameFileName",
        "Names of source files, once each.",
        (
            Field("id", "string", "The official tool's row id; data, not an address"),
            Field("name", "string", "Path of the source file"),
        ),
    ),
    Table(
        "StackFrameFunctionName",
        "Names of functions, once each.",
        (
            Field("id", "string", "The official tool's row id; data, not an address"),
            Field("name", "string", "Function as written in the source"),
        ),
    ),
)
