"""Integer arithmetic of tiles: levels, spans, and which tiles cover a range."""

TILE_BUCKETS = 1024
SLICE_TILE_BUCKETS = 128
RATIO = 4
SLICES = -1
"""The level below the base: tiles of slices themselves."""


def bucket_ns(base_ns: int, level: int) -> int:
    """Length of a bucket; at the level of slices that of the base."""
    return int(base_ns * RATIO ** max(level, 0))


def span_ns(base_ns: int, level: int) -> int:
    """Length of a tile."""
    if level == SLICES:
        return SLICE_TILE_BUCKETS * base_ns
    return TILE_BUCKETS * bucket_ns(base_ns, level)


def tile_range(base_ns: int, level: int, index: int) -> tuple[int, int]:
    """The half-open range of a tile, ns from the zero."""
    span = span_ns(base_ns, level)
    return index * span, (index + 1) * span


def covering(base_ns: int, level: int, start_ns: int, end_ns: int) -> range:
    """Indices of the tiles that cover [start, end)."""
    span = span_ns(base_ns, level)
    return range(start_ns // span, -(-end_ns // span))


def level_count(base_ns: int, duration_ns: int, *, most_buckets: int = 2048) -> int:
    """Levels until fewer than `most_buckets` buckets cover the duration; at least one."""
    count = 1
    while bucket_ns(base_ns, count - 1) * (most_buckets - 1) < duration_ns:
        count += 1
    return count
