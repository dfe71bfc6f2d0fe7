"""Our own tables of rates over time: bytes between host and device, FLOPs of the Tensor engine."""

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
    Table(
        "TensorThroughput",
        "FLOP/s of the Tensor engine of a core, as steps: a value holds until the next.",
        (
            Field("timestamp", "int64", "Instant, from the profile's zero", unit="nanoseconds"),
            Field(
                "hardware_flops_per_sec",
                "float",
                "Sum over the multiplications under way, transposes included",
                unit="FLOP per second",
            ),
            Field(
                "model_flops_per_sec",
                "float",
                "The same without transposes",
                unit="FLOP per second",
            ),
            Field("pcore_idx", "int64", "Index of the physical core within the profile, from 0"),
        ),
        official=False,
    ),
)
