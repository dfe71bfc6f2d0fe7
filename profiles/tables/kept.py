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
)
