"""What happened on the host (schema 7.4.0)."""

from profiles.tables.schema import Field, Table

TABLES = (
    Table(
        "SystemProfileEvents",
        "Spans and instants of the runtime, framework and hardware on the host.",
        (
            Field("id", "int64", "The official tool's row id; data, not an address"),
            Field("name", "string", "What happened"),
            Field("start_ts", "int64", "Start, from the profile's zero", unit="nanoseconds"),
            Field("end_ts", "int64", "End, from the profile's zero", unit="nanoseconds"),
            Field(
                "duration_ns",
                "int64",
                "End minus start, taken at full clock resolution before rounding down",
                unit="nanoseconds",
            ),
            Field(
                "trace_event_source", "string", "Who reported it: runtime, framework or hardware"
            ),
            Field("instance_id", "string", "Host it happened on"),
            Field("process_id", "int64", "Process it happened in"),
            Field("thread_id", "int64", "Thread it happened in"),
            Field("nc_idx", "int64", "Core it concerns, numbered on the device", required=False),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
            Field("worker_gid", "int64", "Global number of the worker", required=False),
            Field(
                "flow_id",
                "list<string>",
                "Flows it is part of: those it names itself, and one for each core nrt_execute ran",
                required=False,
            ),
            Field(
                "framework_stream_id",
                "string",
                "Stream of the framework it belongs to",
                required=False,
            ),
            Field(
                "extra_attributes_json",
                "string",
                "Everything else, as a JSON object",
                required=False,
            ),
        ),
    ),
    Table(
        "CpuUsage",
        "Processor load of the host, sampled.",
        (
            Field("timestamp", "int64", "Instant, from the profile's zero", unit="nanoseconds"),
            Field(
                "util_percent",
                "float",
                "Share of the second in which the CPU worked",
                unit="percent",
            ),
            Field("cpu_id", "string", "Which CPU, or `average`"),
            Field("instance_id", "string", "Host it was measured on"),
            Field(
                "ultraserver_id", "int64", "Which UltraServer the host is part of", required=False
            ),
            Field(
                "ultraserver_instance_index",
                "int64",
                "Place of this instance in the UltraServer",
                required=False,
            ),
        ),
    ),
    Table(
        "HostMemUsage",
        "Memory use of the host, sampled.",
        (
            Field("timestamp", "int64", "Instant, from the profile's zero", unit="nanoseconds"),
            Field("used_bytes", "int64", "Host memory in use", unit="bytes"),
            Field("used_percent", "float", "Share of the host's memory in use", unit="percent"),
            Field("instance_id", "string", "Host it was measured on"),
            Field(
                "ultraserver_id", "int64", "Which UltraServer the host is part of", required=False
            ),
            Field(
                "ultraserver_instance_index",
                "int64",
                "Place of this instance in the UltraServer",
                required=False,
            ),
        ),
    ),
    Table(
        "SystemProfileHbmUsage",
        "Device memory by kind over time, from allocation events.",
        (
            Field("timestamp", "int64", "Instant, from the profile's zero", unit="nanoseconds"),
            Field("total_bytes", "int64", "Device memory in use for everything", unit="bytes"),
            Field(
                "generic_bytes",
                "int64",
                "Device memory in use for nothing more special",
                unit="bytes",
            ),
            Field(
                "tensor_instructions_bytes",
                "int64",
                "Device memory in use for instructions of the Tensor engine",
                unit="bytes",
            ),
            Field(
                "scalar_instructions_bytes",
                "int64",
                "Device memory in use for instructions of the Scalar engine",
                unit="bytes",
            ),
            Field(
                "gpsimd_instructions_bytes",
                "int64",
                "Device memory in use for instructions of the GpSimd engine",
                unit="bytes",
            ),
            Field("io_bytes", "int64", "Device memory in use for inputs and outputs", unit="bytes"),
            Field(
                "dram_spill_bytes",
                "int64",
                "Device memory in use for values spilled from SBUF",
                unit="bytes",
            ),
            Field("weights_bytes", "int64", "Device memory in use for weights", unit="bytes"),
            Field(
                "profiler_buffers_bytes",
                "int64",
                "Device memory in use for the profiler's own buffers",
                unit="bytes",
            ),
            Field(
                "scalar_table_bytes",
                "int64",
                "Device memory in use for tables of the Scalar engine",
                unit="bytes",
            ),
            Field(
                "vector_instructions_bytes",
                "int64",
                "Device memory in use for instructions of the Vector engine",
                unit="bytes",
            ),
            Field(
                "sync_instructions_bytes",
                "int64",
                "Device memory in use for instructions of the Sync engine",
                unit="bytes",
            ),
            Field(
                "shared_scratchpad_bytes",
                "int64",
                "Device memory in use for scratch space shared by programs",
                unit="bytes",
            ),
            Field(
                "tensors_bytes",
                "int64",
                "Device memory in use for tensors the framework holds",
                unit="bytes",
            ),
            Field(
                "ucode_lib_bytes",
                "int64",
                "Device memory in use for microcode libraries",
                unit="bytes",
            ),
            Field(
                "gpsimd_stdio_bytes",
                "int64",
                "Device memory in use for text output of GpSimd",
                unit="bytes",
            ),
            Field(
                "collectives_bytes", "int64", "Device memory in use for collectives", unit="bytes"
            ),
            Field(
                "scratchpad_bytes",
                "int64",
                "Device memory in use for a program's own scratch space",
                unit="bytes",
            ),
            Field(
                "dma_rings_runtime_bytes",
                "int64",
                "Device memory in use for DMA rings of the runtime",
                unit="bytes",
            ),
            Field(
                "dma_rings_spill_bytes",
                "int64",
                "Device memory in use for DMA rings of spills",
                unit="bytes",
            ),
            Field(
                "dma_rings_io_bytes",
                "int64",
                "Device memory in use for DMA rings of inputs and outputs",
                unit="bytes",
            ),
            Field(
                "dma_rings_collectives_bytes",
                "int64",
                "Device memory in use for DMA rings of collectives",
                unit="bytes",
            ),
            Field(
                "unknown_bytes", "int64", "Device memory in use for what is not known", unit="bytes"
            ),
            Field("device_idx", "int64", "Device index"),
            Field("hbm_idx", "int64", "HBM index"),
            Field("instance_id", "string", "Host the device is in"),
        ),
    ),
    Table(
        "SystemProfileMetadata",
        "Facts about a system profile as a whole.",
        (
            Field("first_ts", "string", "First instant as a date"),
            Field("last_ts", "string", "Last instant as a date"),
            Field("first_ts_ns", "string", "First instant"),
            Field("last_ts_ns", "string", "Last instant"),
            Field("ntff_version", "int64", "Version byte; a system trace has none"),
            Field("hbm_capacity_bytes", "int64", "Device memory there is", unit="bytes"),
        ),
    ),
    Table(
        "DeviceProfileList",
        "Device profiles that belong to a system profile.",
        (
            Field("device_profile_name", "string", "Name of the device profile"),
            Field("instance_id", "string", "Host it was captured on"),
            Field("process_id", "int64", "Process that ran the program"),
            Field("nc_id", "int64", "Core it ran on"),
            Field("session_id", "int64", "Capture session it belongs to", required=False),
            Field("model_id", "int64", "Loaded program it belongs to", required=False),
        ),
    ),
    Table(
        "MemoryBandwidthPoint",
        "One sample of memory bandwidth.",
        (
            Field("timestamp", "int64", "Instant, from the profile's zero", unit="nanoseconds"),
            Field(
                "bandwidth_bytes_per_sec",
                "double",
                "Bandwidth around this instant",
                unit="bytes per second",
            ),
        ),
    ),
    Table(
        "MemoryBandwidthSeries",
        "Samples of memory bandwidth of one source.",
        (
            Field("instance_id", "string", "Host the series is of"),
            Field("worker_gid", "int64", "Global number of the worker", required=False),
            Field("nc_idx", "int64", "Nc index", required=False),
            Field(
                "direction",
                "MemoryBandwidthDirection",
                "Which way the data went",
                enum="MemoryBandwidthDirection",
            ),
            Field(
                "points",
                "list<MemoryBandwidthPoint>",
                "The values over time",
                enum="MemoryBandwidthPoint",
            ),
        ),
    ),
    Table(
        "MemoryBandwidthResponse",
        "Several series of memory bandwidth.",
        (
            Field(
                "series",
                "list<MemoryBandwidthSeries>",
                "One series a worker, core and direction",
                enum="MemoryBandwidthSeries",
            ),
        ),
    ),
)
