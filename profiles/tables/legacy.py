"""Our own tables of what only the official tool's JSON tells: cores and layers, in its way."""

from profiles.tables.schema import Field, Table

ENGINES = ("tensor", "vector", "scalar", "gpsimd", "sync")
NS = "nanoseconds"


def _of_engine(engine: str) -> tuple[Field, ...]:
    front, name = f"{engine}_engine", engine.capitalize()
    return (
        Field(f"{front}_instruction_count", "int64", f"Instructions of {name}"),
        Field(f"{front}_instruction_time", "int64", f"Their durations, summed, {name}", unit=NS),
        Field(f"{front}_active_time", "int64", f"Time in which any ran, {name}", unit=NS),
        Field(f"{front}_active_percent", "float", f"The same over the duration, {name}"),
    )


TABLES = (
    Table(
        "LegacyCore",
        "What the official tool's JSON tells of each core, as `model_info`.",
        (
            Field("pcore_idx", "int64", "Index of the physical core within the profile, from 0"),
            Field("sg_name", "string", "Name of the core's program"),
            Field("nd_idx", "int64", "Number of the device"),
            Field("nc_idx", "int64", "Number of the core on the device"),
            *(
                Field(f"{engine}_engine_instruction_count", "int64", f"Instructions of {engine}")
                for engine in ENGINES
            ),
            Field("event_count", "int64", "Records of semaphores and events in the window"),
            Field("trace_count", "int64", "Events, instructions and rows of `dma` together"),
            Field("dma_queue_count", "int64", "DMA rings of the core"),
            Field(
                "neuroncore_cycle_count",
                "int64",
                "Cycles up to the end of the last instruction",
                required=False,
            ),
        ),
        official=False,
    ),
    Table(
        "LegacyLayer",
        "Time and work by core and layer, as the official tool's `layer_summary` has them.",
        (
            Field("name", "string", "The core's program, and the layer behind it"),
            Field("fully_qualified_subgraph", "string", "The core's program"),
            Field("start", "int64", "Start of the first instruction", unit=NS),
            Field("end", "int64", "End of the last one", unit=NS),
            Field("duration", "int64", "From the first start to the last end", unit=NS),
            *(field for engine in ENGINES for field in _of_engine(engine)),
            Field("tensor_engine_flop_count", "int64", "Floating point operations"),
            Field("tensor_engine_model_flop_count", "int64", "The same without transposes"),
            Field("tensor_engine_hfu", "double", "Operations over the peak", required=False),
            Field("tensor_engine_mfu", "double", "The same without transposes", required=False),
        ),
        official=False,
    ),
)
