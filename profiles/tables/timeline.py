"""Our own table of timeline tracks."""

from profiles.tables.schema import Field, Table

TABLES = (
    Table(
        "TimelineTrack",
        "Rows of the timeline: which table they draw and how many slices they hold.",
        (
            Field("id", "int64", "Number of the track in the profile, from 0"),
            Field("key", "string", "Stable name, such as p0/c0/tensor"),
            Field("group", "string", "Group of tracks it belongs to"),
            Field("kind", "string", "engine, dma_queue, dma_engine, clock or error"),
            Field("name", "string", "Name shown"),
            Field("part", "int64", "Part of the profile: which trace"),
            Field("core", "int64", "Index of the physical core, from 0"),
            Field("table", "string", "Table its slices are rows of"),
            Field("row_count", "int64", "Slices"),
            Field("lane_count", "int64", "Lanes after stacking what overlaps"),
            Field("start_ts", "int64", "First start, from the zero", unit="nanoseconds"),
            Field("end_ts", "int64", "Last end, from the zero", unit="nanoseconds"),
        ),
        official=False,
    ),
)
