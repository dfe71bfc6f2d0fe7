"""How much of the machine was in use over time (schema 7.4.0)."""

from profiles.tables.schema import Field, Table

TABLES = (
    Table(
        "ActiveTime",
        "Merged stretches in which an engine worked on at least one instruction.",
        (
            Field("start_ts", "int64", "Start, from the profile's zero", unit="nanoseconds"),
            Field("end_ts", "int64", "End, from the profile's zero", unit="nanoseconds"),
            Field("engine", "string", "Engine: Tensor, Vector, Scalar, GpSimd or Sync"),
            Field("pcore_idx", "int64", "Index of the physical core within the profile, from 0"),
            Field(
                "duration_ns",
                "int64",
                "End minus start, taken at full clock resolution before rounding down",
                unit="nanoseconds",
            ),
        ),
    ),
    Table(
        "PendingDma",
        "How many DMAs had been started and not ended, at every change.",
        (
            Field("timestamp", "int64", "Instant, from the profile's zero", unit="nanoseconds"),
            Field("value", "int32", "Value afterwards"),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
        ),
    ),
    Table(
        "DmaUsage",
        "DMA throughput of a core, sampled at changes at least 10 ns apart.",
        (
            Field("timestamp", "int64", "Instant, from the profile's zero", unit="nanoseconds"),
            Field(
                "current_throughput", "float", "Throughput at this instant", unit="bytes_per_second"
            ),
            Field("total_transfer_bytes", "int64", "Bytes moved so far", unit="bytes"),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
        ),
    ),
    Table(
        "DmaUsageSummary",
        "DMA throughput of each core in buckets of a fixed length.",
        (
            Field("timestamp", "int64", "Instant, from the profile's zero", unit="nanoseconds"),
            Field("pcore_idx", "int64", "Index of the physical core within the profile, from 0"),
            Field("sum_current_throughput", "double", "Throughput samples of the bucket added up"),
            Field(
                "sum_total_transfer_bytes", "int64", "Byte counts of the bucket's samples added up"
            ),
            Field(
                "max_total_transfer_bytes", "int64", "Largest byte count of the bucket's samples"
            ),
            Field("count", "int64", "Samples in the bucket"),
            Field("bucket_resolution_ns", "int64", "Length of the bucket", unit="nanoseconds"),
        ),
    ),
    Table(
        "HbmUsage",
        "Throughput of device memory by the transfers of a core that are known.",
        (
            Field("timestamp", "int64", "Instant, from the profile's zero", unit="nanoseconds"),
            Field(
                "current_throughput", "float", "Throughput at this instant", unit="bytes_per_second"
            ),
            Field("total_transfer_bytes", "int64", "Bytes moved so far", unit="bytes"),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
        ),
    ),
    Table(
        "HbmUsageSummaryByType",
        "Device memory by what it was allocated for.",
        (
            Field("neuron_device_idx", "int64", "Device number"),
            Field("neuroncore_idx", "int64", "Core number on the device"),
            Field("usage_type", "string", "What the memory is used for"),
            Field("usage_bytes", "int64", "Bytes used for it", unit="bytes"),
        ),
    ),
    Table(
        "SbufUsage",
        "Share of SBUF that holds live values, by partition quadrant.",
        (
            Field("timestamp", "int64", "Instant, from the profile's zero", unit="nanoseconds"),
            Field(
                "avg_util_percent",
                "float",
                "Live share over all partitions",
                required=False,
                unit="percent",
            ),
            Field(
                "partition_0_util_percent",
                "float",
                "Live share in the quadrant from partition 0",
                required=False,
                unit="percent",
            ),
            Field(
                "partition_32_util_percent",
                "float",
                "Live share in the quadrant from partition 32",
                required=False,
                unit="percent",
            ),
            Field(
                "partition_64_util_percent",
                "float",
                "Live share in the quadrant from partition 64",
                required=False,
                unit="percent",
            ),
            Field(
                "partition_96_util_percent",
                "float",
                "Live share in the quadrant from partition 96",
                required=False,
                unit="percent",
            ),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
        ),
    ),
    Table(
        "PsumUsage",
        "Share of PSUM banks that hold live values.",
        (
            Field("timestamp", "int64", "Instant, from the profile's zero", unit="nanoseconds"),
            Field(
                "avg_util_percent",
                "float",
                "Live share over all banks",
                required=False,
                unit="percent",
            ),
            Field(
                "bank_0_util_percent",
                "float",
                "Whether bank 0 holds a live value",
                required=False,
                unit="percent",
            ),
            Field(
                "bank_1_util_percent",
                "float",
                "Whether bank 1 holds a live value",
                required=False,
                unit="percent",
            ),
            Field(
                "bank_2_util_percent",
                "float",
                "Whether bank 2 holds a live value",
                required=False,
                unit="percent",
            ),
            Field(
                "bank_3_util_percent",
                "float",
                "Whether bank 3 holds a live value",
                required=False,
                unit="percent",
            ),
            Field(
                "bank_4_util_percent",
                "float",
                "Whether bank 4 holds a live value",
                required=False,
                unit="percent",
            ),
            Field(
                "bank_5_util_percent",
                "float",
                "Whether bank 5 holds a live value",
                required=False,
                unit="percent",
            ),
            Field(
                "bank_6_util_percent",
                "float",
                "Whether bank 6 holds a live value",
                required=False,
                unit="percent",
            ),
            Field(
                "bank_7_util_percent",
                "float",
                "Whether bank 7 holds a live value",
                required=False,
                unit="percent",
            ),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
        ),
    ),
    Table(
        "SbufAllocation",
        "Address ranges of SBUF and the time a value lived in them.",
        (
            Field("start_ts", "int64", "Start, from the profile's zero", unit="nanoseconds"),
            Field("end_ts", "int64", "End, from the profile's zero", unit="nanoseconds"),
            Field("start_address", "int64", "First byte within the partition", unit="bytes"),
            Field("end_address", "int64", "Byte behind the last", unit="bytes"),
            Field("partition", "int64", "SBUF partition"),
            Field(
                "op_source_type",
                "string",
                "Whether an instruction or a DMA wrote it",
                required=False,
            ),
            Field("opcode", "string", "Name of the operation", required=False),
            Field("operands", "string", "Operands as text", required=False),
            Field("queue_name", "string", "Queue of the DMA that wrote it", required=False),
            Field("block_id", "int64", "Descriptor block; 0 where there is none", required=False),
            Field("tensor_name", "string", "Tensor it belongs to", required=False),
            Field("hlo_name", "string", "Name of the HLO instruction", required=False),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
        ),
    ),
)
