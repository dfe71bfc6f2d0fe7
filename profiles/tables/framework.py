"""Framework modules and operators with the work below them (schema 7.4.0)."""

from profiles.tables.schema import Field, Table

TABLES = (
    Table(
        "FrameworkNode",
        "The tree of framework modules and layers with the work below each.",
        (
            Field("node_name", "string", "Node name"),
            Field("children_names", "string", "Children names"),
            Field("parent_name", "string", "Parent name"),
            Field("children_ids", "string", "Children ids"),
            Field("start_ts", "int64", "Start, from the profile's zero", unit="nanoseconds"),
            Field("end_ts", "int64", "End, from the profile's zero", unit="nanoseconds"),
            Field("time_intervals", "string", "Time intervals"),
            Field(
                "element_count_per_interval",
                "string",
                "Element count, one value an interval",
                required=False,
            ),
            Field(
                "transpose_element_count_per_interval",
                "string",
                "Transpose element count, one value an interval",
                required=False,
            ),
            Field(
                "hbm_transfer_size_per_interval",
                "string",
                "HBM transfer size, one value an interval",
                required=False,
                unit="bytes",
            ),
            Field("hfu", "float", "HFU", required=False, unit="percent"),
            Field("mfu", "float", "MFU", required=False, unit="percent"),
            Field("hfu_per_interval", "string", "HFU, one value an interval", required=False),
            Field("mfu_per_interval", "string", "MFU, one value an interval", required=False),
            Field("mbu_per_interval", "string", "MBU, one value an interval", required=False),
            Field(
                "hbm_read_bytes", "int64", "Read from device memory", required=False, unit="bytes"
            ),
            Field(
                "hbm_write_bytes", "int64", "Written to device memory", required=False, unit="bytes"
            ),
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
                "tensor_engine_instruction_count",
                "int64",
                "Tensor engine: instructions",
                required=False,
            ),
            Field(
                "scalar_engine_instruction_count",
                "int64",
                "Scalar engine: instructions",
                required=False,
            ),
            Field(
                "sync_engine_instruction_count",
                "int64",
                "Sync engine: instructions",
                required=False,
            ),
            Field(
                "gpsimd_engine_instruction_count",
                "int64",
                "GpSimd engine: instructions",
                required=False,
            ),
            Field(
                "vector_engine_instruction_count",
                "int64",
                "Vector engine: instructions",
                required=False,
            ),
            Field(
                "total_time_tensor",
                "string",
                "Total time tensor",
                required=False,
                unit="nanoseconds",
            ),
            Field(
                "total_time_scalar",
                "string",
                "Total time scalar",
                required=False,
                unit="nanoseconds",
            ),
            Field(
                "total_time_sync", "string", "Total time sync", required=False, unit="nanoseconds"
            ),
            Field(
                "total_time_gpsimd",
                "string",
                "Total time gpsimd",
                required=False,
                unit="nanoseconds",
            ),
            Field(
                "total_time_vector",
                "string",
                "Total time vector",
                required=False,
                unit="nanoseconds",
            ),
            Field("load_weight_bytes", "int64", "Load weight bytes", required=False, unit="bytes"),
            Field("total_channels_scalar", "int64", "Total channels scalar", required=False),
            Field("total_channels_vector", "int64", "Total channels vector", required=False),
        ),
    ),
    Table(
        "FrameworkInstruction",
        "Framework operators with the work they caused.",
        (
            Field("id", "int64", "The official tool's row id; data, not an address"),
            Field("raw_bir_id", "int64", "BIR id with graph and function in its upper bits"),
            Field(
                "raw_penguin_id", "int64", "Penguin id with graph and function in its upper bits"
            ),
            Field("raw_hlo_id", "int64", "HLO instruction id"),
            Field("raw_framework_id", "int64", "Framework operator id"),
            Field(
                "modular_flow_invocation_idx",
                "int64",
                "Modular flow invocation index",
                required=False,
            ),
            Field("framework_name", "string", "Framework name", required=False),
            Field("start_ts", "int64", "Start, from the profile's zero", unit="nanoseconds"),
            Field("end_ts", "int64", "End, from the profile's zero", unit="nanoseconds"),
            Field("time_intervals", "string", "Time intervals"),
            Field(
                "element_count_per_interval", "list<int64>", "Element count, one value an interval"
            ),
            Field(
                "transpose_element_count_per_interval",
                "list<int64>",
                "Transpose element count, one value an interval",
            ),
            Field(
                "hbm_transfer_size_per_interval",
                "list<int64>",
                "HBM transfer size, one value an interval",
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
            Field("load_weight_bytes", "int64", "Load weight bytes", required=False, unit="bytes"),
            Field(
                "tensor_engine_instruction_count",
                "int64",
                "Tensor engine: instructions",
                required=False,
            ),
            Field(
                "scalar_engine_instruction_count",
                "int64",
                "Scalar engine: instructions",
                required=False,
            ),
            Field(
                "sync_engine_instruction_count",
                "int64",
                "Sync engine: instructions",
                required=False,
            ),
            Field(
                "gpsimd_engine_instruction_count",
                "int64",
                "GpSimd engine: instructions",
                required=False,
            ),
            Field(
                "vector_engine_instruction_count",
                "int64",
                "Vector engine: instructions",
                required=False,
            ),
        ),
    ),
)
