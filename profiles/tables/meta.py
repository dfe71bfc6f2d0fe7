"""Facts about the capture, its files and its data (schema 7.4.0)."""

from profiles.tables.schema import Field, Table

TABLES = (
    Table(
        "Metadata",
        "One row about the capture: versions, clocks, sizes of the machine.",
        (
            Field("profile_schema_version", "string", "Version of this schema"),
            Field("ntff_version", "int32", "Version byte of the trace"),
            Field("num_physical_cores", "int32", "Physical cores in the trace"),
            Field("vnc_enabled", "boolean", "Whether several physical cores form one logical core"),
            Field("first_hw_timestamp", "int64", "First instant: 0", unit="nanoseconds"),
            Field(
                "last_hw_timestamp",
                "int64",
                "Last instant, from the profile's zero",
                unit="nanoseconds",
            ),
            Field("first_ts", "string", "First instant as a date"),
            Field("last_ts", "string", "Last instant as a date"),
            Field(
                "dma_ddr_bandwidth", "float", "Bandwidth of the DMA fabric", unit="bytes_per_second"
            ),
            Field("num_dma_engines_per_neuroncore", "int32", "DMA engines a core"),
            Field(
                "hbm_ddr_bandwidth", "float", "Bandwidth of device memory", unit="bytes_per_second"
            ),
            Field("tensor_engine_num_rows", "int64", "Rows of the systolic array"),
            Field("tensor_engine_num_cols", "int64", "Columns of the systolic array"),
            Field(
                "tensor_engine_clock_freq",
                "float",
                "Clock rate of the Tensor engine",
                unit="gigahertz",
            ),
            Field(
                "vector_engine_clock_freq",
                "float",
                "Clock rate of the Vector engine",
                unit="gigahertz",
            ),
            Field(
                "vector_engine_num_channels", "int64", "Channels the Vector engine works on at once"
            ),
            Field(
                "scalar_engine_clock_freq",
                "float",
                "Clock rate of the Scalar engine",
                unit="gigahertz",
            ),
            Field(
                "scalar_engine_num_channels", "int64", "Channels the Scalar engine works on at once"
            ),
            Field(
                "gpsimd_engine_clock_freq",
                "float",
                "Clock rate of the GpSimd engine",
                unit="gigahertz",
            ),
            Field(
                "gpsimd_engine_num_channels", "int64", "Channels the GpSimd engine works on at once"
            ),
            Field("neuroncore_clock_freq", "float", "Clock of the core", unit="gigahertz"),
            Field("ticks_per_nanosec", "int64", "Trace ticks a nanosecond"),
            Field(
                "instance_type",
                "string",
                "EC2 instance type the capture was made on",
                required=False,
            ),
            Field("runtime_version", "string", "Version of the Neuron runtime", required=False),
            Field(
                "collectives_version",
                "string",
                "Version of the collectives library",
                required=False,
            ),
            Field("driver_version", "string", "Version of the Neuron driver", required=False),
            Field("explorer_version", "string", "Version of this program", required=False),
            Field("compiler_version", "string", "Compiler that made the graph", required=False),
            Field("neuroncore_idx", "int64", "Core number on the device", required=False),
            Field("neuron_device_idx", "int64", "Device number", required=False),
            Field(
                "ultraserver_id",
                "int64",
                "Which UltraServer the instance is part of",
                required=False,
            ),
            Field("ultraserver_type", "string", "Kind of UltraServer", required=False),
            Field("ultraserver_size", "int32", "Instances in the UltraServer", required=False),
            Field(
                "ultraserver_instance_index",
                "int32",
                "Place of this instance in the UltraServer",
                required=False,
            ),
            Field("s3_bucket_path", "string", "Where the files came from", required=False),
            Field("profile_name", "string", "Name the profile was given at upload", required=False),
            Field("explorer_build_time", "string", "When this program was built", required=False),
            Field(
                "is_simulation",
                "boolean",
                "Whether the trace comes from a simulator",
                required=False,
            ),
        ),
    ),
    Table(
        "NeffHeader",
        "One row with the header of the compiled graph.",
        (
            Field("network_name", "string", "Name of the graph", required=False),
            Field("uuid", "string", "Id of the graph, 32 hexadecimal digits", required=False),
            Field("hash", "string", "Hash of the payload, as stored", required=False),
            Field(
                "enabled_features",
                "string",
                "Names of the feature bits that are set",
                required=False,
            ),
            Field("header_size", "int64", "Bytes of the header", required=False, unit="bytes"),
            Field(
                "data_size",
                "int64",
                "Bytes of the payload, padding included",
                required=False,
                unit="bytes",
            ),
            Field("major_version", "int64", "Major format version", required=False),
            Field("minor_version", "int64", "Minor format version", required=False),
            Field("package_version", "string", "Version of the package layout", required=False),
            Field("build_version", "string", "Compiler build", required=False),
            Field(
                "cc_participant_count",
                "int64",
                "Cores that take part in collectives",
                required=False,
            ),
            Field("neuroncore_count", "int64", "Cores the graph was compiled for", required=False),
            Field(
                "logical_neuroncore_count",
                "int64",
                "Logical cores the graph asks for",
                required=False,
            ),
            Field(
                "pcore_count_per_lnc",
                "int64",
                "Physical cores that make one logical core",
                required=False,
            ),
        ),
    ),
    Table(
        "TensorInfo",
        "Inputs, outputs and weights of the program, and what loading them cost.",
        (
            Field("variable_name", "string", "Name of the tensor", required=False),
            Field("type", "string", "IN, OUT or WEIGHT", required=False),
            Field("format", "string", "Element format", required=False),
            Field("shape", "string", "Shape as [a b c]", required=False),
            Field("size", "int64", "Bytes of the whole tensor", required=False, unit="bytes"),
            Field("node", "int64", "Node of the graph it belongs to", required=False),
            Field(
                "pcore_idx",
                "int64",
                "Index of the physical core within the profile, from 0",
                required=False,
            ),
            Field(
                "load_to_sbuf_avg_size_bytes",
                "int64",
                "Bytes a load to SBUF, on average",
                required=False,
            ),
            Field("load_to_sbuf_total_size_bytes", "int64", "Bytes loaded to SBUF", required=False),
            Field("load_to_sbuf_dma_count", "int64", "Loads to SBUF", required=False),
            Field("load_to_sbuf_repeat_factor", "float", "Loaded bytes over size", required=False),
        ),
    ),
    Table(
        "DmaQueuesInfo",
        "DMA queues of a core and the engine that serves them.",
        (
            Field("name", "string", "Queue as the runtime names it"),
            Field("type", "string", "Kind"),
            Field("pcore_idx", "int64", "Index of the physical core within the profile, from 0"),
            Field("idx", "int64", "Index"),
            Field("engine_idx", "int64", "DMA engine, numbered over the device"),
            Field("axi_port", "int64", "AXI port the ring is attached to"),
            Field("dram_channel", "int64", "Memory channel the ring lies in"),
        ),
    ),
    Table(
        "ExecutionInfo",
        "Executions captured in a trace.",
        (
            Field("execution_index", "int32", "Number of the execution in the trace, from 0"),
            Field("neff_name", "string", "Name of the graph", required=False),
            Field(
                "execution_start_ts",
                "int64",
                "Start of the measured window, from the profile's zero",
                required=False,
                unit="nanoseconds",
            ),
            Field(
                "execution_end_ts",
                "int64",
                "End of the measured window, from the profile's zero",
                required=False,
                unit="nanoseconds",
            ),
            Field("num_subgraphs", "int32", "Graphs, one a core", required=False),
            Field("row_count", "int64", "Rows of events", required=False),
        ),
    ),
    Table(
        "Warning",
        "What is missing, odd or unknown in the data.",
        (
            Field("message", "string", "Sentence for a person"),
            Field("category", "string", "Group of the message"),
        ),
    ),
    Table(
        "SchemaFields",
        "Every column of every table with its meaning: this list, as data.",
        (
            Field("table_name", "string", "Table the column belongs to"),
            Field("table_description", "string", "What the table holds"),
            Field("field_name", "string", "Column"),
            Field("field_description", "string", "What the column holds"),
            Field("field_example", "string", "An example of a value", required=False),
            Field("field_type", "string", "Type of its values"),
            Field("field_required", "boolean", "Whether every row has a value"),
            Field("field_format", "string", "How the text is formed", required=False),
            Field("field_unit", "string", "Unit of its numbers", required=False),
            Field("field_minimum", "float", "Least value", required=False),
            Field("field_maximum", "float", "Greatest value", required=False),
            Field("field_enum_values", "string", "Values a text may have", required=False),
        ),
    ),
)
