"""Our own table of how fast host and device exchanged bytes."""

from profiles.tables.schema import Field, Table

TABLES = (
    Table(
        "TransferBandwidth",
        "Bandwidth of transfers between host and device, as steps: a value holds until the next.",
        (
            Field("timestamp", "int64", "Instant, from the profile's zero", unit="nanoseconds"),
            Field(
                "bandwidth_bytes_per_sec",
                "double",
                "Sum over the transfers under way, each spread evenly over its time",
                unit="bytes per second",
            ),
            Field("instance_id", "string", "Host of the transfers"),
            Field("nc_idx", "int64", "Logical core of the transfers", required=False),
            Field(
                "direction",
                "MemoryBandwidthDirection",
                "Which way the data went",
                enum="MemoryBandwidthDirection",
            ),
        ),
        official=False,
    ),
)
