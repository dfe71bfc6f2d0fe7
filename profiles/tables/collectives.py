"""Collective operations between cores (schema 7.4.0)."""

from profiles.tables.schema import Field, Table

TABLES = (
    Table(
        "CcOp",
        "Collective operations from trigger to end.",
        (
            Field("start_ts", "int64", "Start, from the profile's zero", unit="nanoseconds"),
            Field("end_ts", "int64", "End, from the profile's zero", unit="nanoseconds"),
            Field(
                "duration_ns",
                "int64",
                "End minus start, taken at full clock resolution before rounding down",
                unit="nanoseconds",
            ),
            Field("operation", "string", "Which collective: all-reduce, all-gather, ..."),
            Field("algorithm", "string", "How it was done: ring, mesh, ..."),
            Field("num_elements", "int64", "Elements moved"),
            Field("dtype", "string", "Type of an element"),
            Field("op_id", "int64", "Number of the operation"),
            Field("stream_id", "int64", "Stream it ran in"),
            Field("stream_index", "int64", "Place in that stream"),
            Field("trigger_engine", "string", "Engine that started it"),
            Field("input_size", "int64", "Size of the input", required=False, unit="bytes"),
            Field("output_size", "int64", "Size of the output", required=False, unit="bytes"),
            Field(
                "algorithm_bandwidth",
                "float",
                "Size over duration",
                required=False,
                unit="bytes_per_second",
            ),
            Field(
                "bus_bandwidth",
                "float",
                "Bandwidth of the links that the algorithm implies",
                required=False,
                unit="bytes_per_second",
            ),
            Field(
                "trigger_start_ts",
                "int64",
                "Trigger start instant",
                required=False,
                unit="nanoseconds",
            ),
            Field(
                "cc_trigger_start_delay",
                "int64",
                "Collectives trigger start delay",
                required=False,
                unit="nanoseconds",
            ),
            Field("replica_group_id", "int64", "Number of the group of ranks", required=False),
            Field("replica_group", "string", "Ranks that took part", required=False),
        ),
    ),
    Table(
        "CcInstruction",
        "Instructions of the collectives cores.",
        (
            Field("start_ts", "int64", "Start, from the profile's zero", unit="nanoseconds"),
            Field("end_ts", "int64", "End, from the profile's zero", unit="nanoseconds"),
            Field(
                "duration_ns",
                "int64",
                "End minus start, taken at full clock resolution before rounding down",
                unit="nanoseconds",
            ),
            Field("core_idx", "int64", "Core index"),
            Field("description", "string", "What it is, in words"),
            Field(
                "trigger_engine",
                "string",
                "Engine that started the operation it serves",
                required=False,
            ),
            Field(
                "trigger_start_ts",
                "int64",
                "Trigger start instant",
                required=False,
                unit="nanoseconds",
            ),
        ),
    ),
    Table(
        "CcStream",
        "Streams on which collectives ran.",
        (
            Field("stream_id", "int64", "Id of the stream"),
            Field("stream_index", "int64", "Place among the streams"),
            Field("cc_core_ids", "string", "Collectives core ids"),
        ),
    ),
    Table(
        "CoreBarriers",
        "Barriers between cores, and who waited.",
        (
            Field("start_ts", "int64", "Start, from the profile's zero", unit="nanoseconds"),
            Field("end_ts", "int64", "End, from the profile's zero", unit="nanoseconds"),
            Field(
                "duration_ns",
                "int64",
                "End minus start, taken at full clock resolution before rounding down",
                unit="nanoseconds",
            ),
            Field("engine_name", "string", "Engine that waits"),
            Field("id", "int64", "The official tool's row id; data, not an address"),
            Field("semaphore", "int64", "Semaphore it waits on"),
            Field(
                "compiler_pc",
                "int64",
                "Index in the compiler's stream; absent for what the runtime inserted",
            ),
            Field(
                "compiler_opcode",
                "string",
                "Opcode the compiler wrote, where the runtime replaced it",
            ),
            Field(
                "compiler_operands",
                "string",
                "Operands the compiler wrote, where the runtime replaced them",
            ),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
        ),
    ),
)
