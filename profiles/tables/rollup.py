"""Totals by opcode and by cause of throttling (schema 7.4.0)."""

from profiles.tables.schema import Field, Table

TABLES = (
    Table(
        "OpcodeSummary",
        "Count and time of every opcode on every engine.",
        (
            Field("engine", "string", "Engine: Tensor, Vector, Scalar, GpSimd or Sync"),
            Field("opcode", "string", "Name of the operation"),
            Field("instruction_count", "int64", "Instruction count"),
            Field("instruction_time_ns", "int64", "Instruction time", unit="nanoseconds"),
            Field("active_time_ns", "int64", "Active time", unit="nanoseconds"),
            Field("active_time_percent", "float", "Active time (share)"),
        ),
    ),
    Table(
        "ThrottleSummary",
        "Throttled time by core and cause.",
        (
            Field("nc_idx", "int32", "Nc index"),
            Field("throttle_type", "string", "Throttle type", required=False),
            Field(
                "throttle_active_time_ns",
                "int64",
                "Throttle active time",
                required=False,
                unit="nanoseconds",
            ),
            Field(
                "throttle_active_time_percent",
                "float",
                "Throttle active time (share)",
                required=False,
                unit="percent",
            ),
            Field(
                "max_achievable_util_with_throttling_percent",
                "float",
                "Max achievable util with throttling (share)",
                required=False,
                unit="percent",
            ),
        ),
    ),
)
