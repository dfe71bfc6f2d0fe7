"""Compiler instructions layer by layer, and the edges between rows (schema 7.4.0)."""

from profiles.tables.schema import Field, Table

TABLES = (
    Table(
        "HloInstruction",
        "HLO instructions with the work they caused.",
        (
            Field("id", "int64", "The row's own number"),
            Field("raw_bir_id", "int64", "BIR id with graph and function in its upper bits"),
            Field(
                "raw_penguin_id", "int64", "Penguin id with graph and function in its upper bits"
            ),
            Field("raw_hlo_id", "int64", "Id of the HLO instruction, as the compiler wrote it"),
            Field(
                "raw_framework_id",
                "int64",
                "Id of the framework operator, as the compiler wrote it",
            ),
            Field("hlo_name", "string", "Name of the HLO instruction"),
            Field(
                "modular_flow_invocation_idx",
                "int64",
                "Which call of a repeated function, where the program is modular",
                required=False,
            ),
            Field("start_ts", "int64", "Start, from the profile's zero", unit="nanoseconds"),
            Field("end_ts", "int64", "End, from the profile's zero", unit="nanoseconds"),
            Field(
                "time_intervals",
                "string",
                "JSON list of [start, end] of the time its instructions ran, at most a million",
            ),
            Field(
                "element_count_per_interval",
                "list<int64>",
                "Elements worked on, one value an interval",
            ),
            Field(
                "transpose_element_count_per_interval",
                "list<int64>",
                "Elements worked on by transposes, one value an interval",
            ),
            Field(
                "hbm_transfer_size_per_interval",
                "list<int64>",
                "Bytes moved to and from device memory, one value an interval",
                unit="bytes",
            ),
            Field("hbm_read_bytes", "int64", "Read from device memory", unit="bytes"),
            Field("hbm_write_bytes", "int64", "Written to device memory", unit="bytes"),
            Field(
                "sbuf_read_bytes",
                "int64",
                "Read from SBUF; per partition for compute",
                required=False,
                unit="bytes",
            ),
            Field(
                "sbuf_write_bytes",
                "int64",
                "Written to SBUF; per partition for compute",
                required=False,
                unit="bytes",
            ),
            Field(
                "load_weight_bytes",
                "int64",
                "Bytes loaded as weights of matrix multiplications",
                required=False,
                unit="bytes",
            ),
        ),
    ),
    Table(
        "PenguinInstruction",
        "Instructions of the compiler's middle layer with the work they caused.",
        (
            Field("id", "int64", "The row's own number"),
            Field("raw_bir_id", "int64", "BIR id with graph and function in its upper bits"),
            Field(
                "raw_penguin_id", "int64", "Penguin id with graph and function in its upper bits"
            ),
            Field("raw_hlo_id", "int64", "Id of the HLO instruction, as the compiler wrote it"),
            Field(
                "raw_framework_id",
                "int64",
                "Id of the framework operator, as the compiler wrote it",
            ),
            Field("penguin_name", "string", "Name of the instruction in the middle representation"),
            Field(
                "modular_flow_invocation_idx",
                "int64",
                "Which call of a repeated function, where the program is modular",
                required=False,
            ),
            Field("start_ts", "int64", "Start, from the profile's zero", unit="nanoseconds"),
            Field("end_ts", "int64", "End, from the profile's zero", unit="nanoseconds"),
            Field(
                "time_intervals",
                "string",
                "JSON list of [start, end] of the time its instructions ran, at most a million",
            ),
            Field(
                "element_count_per_interval",
                "list<int64>",
                "Elements worked on, one value an interval",
            ),
            Field(
                "transpose_element_count_per_interval",
                "list<int64>",
                "Elements worked on by transposes, one value an interval",
            ),
            Field(
                "hbm_transfer_size_per_interval",
                "list<int64>",
                "Bytes moved to and from device memory, one value an interval",
                unit="bytes",
            ),
            Field("hbm_read_bytes", "int64", "Read from device memory", unit="bytes"),
            Field("hbm_write_bytes", "int64", "Written to device memory", unit="bytes"),
            Field(
                "sbuf_read_bytes",
                "int64",
                "Read from SBUF; per partition for compute",
                required=False,
                unit="bytes",
            ),
            Field(
                "sbuf_write_bytes",
                "int64",
                "Written to SBUF; per partition for compute",
                required=False,
                unit="bytes",
            ),
            Field(
                "load_weight_bytes",
                "int64",
                "Bytes loaded as weights of matrix multiplications",
                required=False,
                unit="bytes",
            ),
        ),
    ),
    Table(
        "BirInstruction",
        "Instructions of the compiler's last layer with the work they caused.",
        (
            Field("id", "int64", "The row's own number"),
            Field("raw_bir_id", "int64", "BIR id with graph and function in its upper bits"),
            Field(
                "raw_penguin_id", "int64", "Penguin id with graph and function in its upper bits"
            ),
            Field("raw_hlo_id", "int64", "Id of the HLO instruction, as the compiler wrote it"),
            Field(
                "raw_framework_id",
                "int64",
                "Id of the framework operator, as the compiler wrote it",
            ),
            Field("bir_name", "string", "Name of the BIR instruction"),
            Field(
                "modular_flow_invocation_idx",
                "int64",
                "Which call of a repeated function, where the program is modular",
            ),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
            Field("start_ts", "int64", "Start, from the profile's zero", unit="nanoseconds"),
            Field("end_ts", "int64", "End, from the profile's zero", unit="nanoseconds"),
            Field(
                "time_intervals",
                "string",
                "JSON list of [start, end] of the time its instructions ran, at most a million",
            ),
            Field(
                "element_count_per_interval",
                "list<int64>",
                "Elements worked on, one value an interval",
            ),
            Field(
                "transpose_element_count_per_interval",
                "list<int64>",
                "Elements worked on by transposes, one value an interval",
            ),
            Field(
                "hbm_transfer_size_per_interval",
                "list<int64>",
                "Bytes moved to and from device memory, one value an interval",
                unit="bytes",
            ),
            Field("hbm_read_bytes", "int64", "Read from device memory", unit="bytes"),
            Field("hbm_write_bytes", "int64", "Written to device memory", unit="bytes"),
            Field(
                "sbuf_read_bytes",
                "int64",
                "Read from SBUF; per partition for compute",
                required=False,
                unit="bytes",
            ),
            Field(
                "sbuf_write_bytes",
                "int64",
                "Written to SBUF; per partition for compute",
                required=False,
                unit="bytes",
            ),
            Field(
                "load_weight_bytes",
                "int64",
                "Bytes loaded as weights of matrix multiplications",
                required=False,
                unit="bytes",
            ),
        ),
    ),
    Table(
        "AssemblyInstruction",
        "The compiler's text for an instruction that the runtime rewrote.",
        (
            Field("instruction_id", "int64", "Id of the compiler's instruction"),
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
                "compiler_pc",
                "int64",
                "Index in the compiler's stream; absent for what the runtime inserted",
            ),
        ),
    ),
    Table(
        "Flow",
        "Dependencies between rows: who had to be done before whom, in the compiler's order. Where "
        "an instruction ran more than once, its last run that began before the later row counts.",
        (
            Field("in_id", "int64", "Row id the edge starts from"),
            Field("out_id", "int64", "Row id the edge leads to"),
            Field("in_table", "string", "Table of in_id"),
            Field("out_table", "string", "Table of out_id"),
            Field("dependency_type", "string", "Why one waits for the other", required=False),
            Field(
                "gap_time",
                "int64",
                "Start of the later row minus end of the earlier; negative when they overlap",
                required=False,
                unit="nanoseconds",
            ),
        ),
    ),
)
