"""Totals by opcode and by cause of throttling (schema 7.4.0)."""

from profiles.tables.schema import Field, Table

TABLES = (
    Table(
        "OpcodeSummary",
        "Count and time of every opcode on every engine.",
        (
            Field("engine", "string", "Engine: Tensor, Vector, Scalar, GpSimd or Sync"),
            Field("opcode", "string", "Name of the operation"),
            Field("instruction_count", "int64", "How often it was executed"),
            Field(
                "instruction_time_ns",
                "int64",
                "Durations added up, overlaps counted each",
                unit="nanoseconds",
            ),
            Field("active_time_ns", "int64", "Time in which at least one ran", unit="nanoseconds"),
            Field("active_time_percent", "float", "That time over the profile's, 0 to 1"),
        ),
    ),
    Table(
        "ThrottleSummary",
        "Throttled time by core and cause.",
        (
            Field("nc_idx", "int32", "Core, by its index within the profile"),
            Field(
                "throttle_type",
                "string",
                "Cause of the limit; `all` for every cause together",
                required=False,
            ),
            Field(
                "throttle_active_time_ns",
                "int64",
                "Time under a limit",
                required=False,
                unit="nanoseconds",
            ),
            Field(
                "throttle_active_time_percent",
                "float",
                "That time over the profile's, 0 to 1",
                required=False,
                unit="percent",
            ),
            Field(
                "max_achievable_util_with_throttling_percent",
                "float",
                "Mean limit over the time that has one on record: the most an engine could do",
                required=False,
                unit="percent",
            ),
        ),
    ),
)
