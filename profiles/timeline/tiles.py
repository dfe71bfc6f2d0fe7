"""Integer arithmetic of tiles: levels, spans, and which tiles cover a range."""

TILE_BUCKETS = 1024
SLICE_TILE_BUCKETS = 128
LEAST_TILE_BUCKETS = 8
"""Tiles of a run are narrower than usual where usual ones would hold too much, never below this."""

RATIO = 4
SLICES = -1
"""The level below the base: tiles of slices themselves."""

MOST_ITEMS = 24_000
"""Items in an answer; with 40 bytes each it stays under a megabyte."""


def bucket_ns(base_ns: int, level: int) -> int:
    """Length of a bucket; at the level of slices that of the base."""
    return int(base_ns * RATIO ** max(level, 0))


def tile_range(bucket_ns: int, buckets: int, index: int) -> tuple[int, int]:
    """The half-open range of a tile of so many buckets, ns from the zero."""
    span = bucket_ns * buckets
    return index * span, (index + 1) * span


def covering(bucket_ns: int, buckets: int, start_ns: int, end_ns: int) -> range:
    """Indices of the tiles that cover [start, end)."""
    span = bucket_ns * buckets
    return range(start_ns // span, -(-end_ns // span))


def level_count(base_ns: int, duration_ns: int, *, most_buckets: int = 2048) -> int:
    """Levels until fewer than `most_buckets` buckets cover the duration; at least one."""
    count = 1
    while bucket_ns(base_ns, count - 1) * (most_buckets - 1) < duration_ns:
        count += 1
    return count


def levels_between(fine_ns: int, coarse_ns: int) -> int:
    """How many levels lie between two bases. Raises ValueError if it is no whole number."""
    count = 0
    while fine_ns < coarse_ns:
        fine_ns *= RATIO
        count += 1
    if fine_ns != coarse_ns:
        raise ValueError(f"a base of {coarse_ns} ns is no level above {fine_ns} ns")
    return count
