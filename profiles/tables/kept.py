"""Our own tables of what the published ones round away or have no place for."""

from profiles.tables.schema import Field, Table

TABLES = (
    Table(
        "DmaPacketPicoseconds",
        "What DmaPacket rounds away, row for row; written only where packets cross the edge of "
        "the measured window, so that DmaUsage can be computed again without them.",
        (
            Field("start_ps", "int32", "Picoseconds of the start beyond DmaPacket.start_ts"),
            Field("end_ps", "int32", "Picoseconds of the end beyond DmaPacket.end_ts"),
        ),
        official=False,
    ),
    Table(
        "UnknownRecord",
        "Records of a trace whose type is not known, as they lie in the file.",
        (
            Field("timestamp", "int64", "Time, from the profile's zero", unit="nanoseconds"),
            Field("pcore_idx", "int64", "Index of the physical core within the profile, from 0"),
            Field("trace_type", "int64", "Type number of the trace the record lies in"),
            Field("block_type", "int64", "Block number of the trace the record lies in"),
            Field("type_code", "int64", "Type code of the record itself"),
            Field("word0", "int64", "First 32 bits of the record"),
            Field("word1", "int64", "Second 32 bits of the record"),
        ),
        official=False,
    ),
    Table(
        "DeviceProfileLink",
        "Which device profiles an execution on the host belongs to, and why.",
        (
            Field("event_row", "int64", "Row of the execution in SystemProfileEvents"),
            Field("device_profile_name", "string", "Name of the device profile"),
            Field("device_profile_id", "string", "Id of the device profile here"),
            Field("relation", "string", "this execution, same program or candidate"),
            Field("evidence", "string", "Why they belong together, in a sentence"),
            Field(
                "host_minus_device_ns",
                "int64",
                "What to add to the device's clock, by its core's sync point",
                required=False,
                unit="nanoseconds",
            ),
            Field(
                "device_start_ns",
                "int64",
                "Start of the execution on the device's clock",
                required=False,
                unit="nanoseconds",
            ),
            Field(
                "device_end_ns",
                "int64",
                "End of the execution on the device's clock",
                required=False,
                unit="nanoseconds",
            ),
        ),
        official=False,
    ),
    Table(
        "SyncPoint",
        "Instants at which the clock of a physical core meets that of the host.",
        (
            Field("instance_id", "string", "Host the device is in"),
            Field("process_id", "int64", "Process that uses the core"),
            Field("worker_gid", "int64", "Global number of the worker", required=False),
            Field("nc_idx", "int64", "Logical core, numbered in its process", required=False),
            Field("pcore", "int64", "Physical core, as the device numbers it", required=False),
            Field("exec_id", "int64", "Execution it was taken for", required=False),
            Field("host_ns", "int64", "Unix time on the host", unit="nanoseconds"),
            Field("device_ns", "int64", "Time on the device's clock", unit="nanoseconds"),
            Field("offset_ns", "int64", "Host minus device", unit="nanoseconds"),
        ),
        official=False,
    ),
    Table(
        "LegacySummary",
        "The headline numbers as the official tool's JSON has them, its known faults included; "
        "what it exports is made from this. The table Summary is right.",
        (
            Field("key", "string", "Name of the number"),
            Field("whole", "int64", "Its value where it is a whole number", required=False),
            Field("number", "double", "Its value where it is any other number", required=False),
            Field("text", "string", "Its value where it is a text", required=False),
        ),
        official=False,
    ),
)
