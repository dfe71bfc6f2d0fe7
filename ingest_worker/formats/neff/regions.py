"""Which bytes of the state buffer a DMA descriptor reads or writes (container notes, 2.7)."""

from dataclasses import dataclass

from ingest_worker.formats.neff.json_text import Json

PARTITION_STRIDE = 0x40000
PARTITIONS = 128
MOST_DIMENSIONS = 16


@dataclass(frozen=True)
class Region:
    """Bytes [first, last) of each of `partitions` partitions from `partition` on."""

    is_write: bool
    first: int
    last: int
    partition: int
    partitions: int


def state_buffer_region(descriptor: Json, side: str, *, is_write: bool) -> Region | None:
    """The region at one end of a descriptor, `side` "from" or "to"; None for an impossible one.

    The first size is in bytes, the others are counts; steps are bytes. A dimension whose step is
    whole partitions runs over partitions, any other within one.
    """
    offset = descriptor.get(f"{side}_off").number()
    sizes = descriptor.get(f"{side}_sizes").numbers()
    steps = descriptor.get(f"{side}_steps").numbers()
    if not sizes or len(sizes) > MOST_DIMENSIONS or min(sizes) < 1 or offset < 0:
        return None
    partition, first = divmod(offset, PARTITION_STRIDE)
    count, last = 1, first + sizes[0]
    for size, step in zip(sizes[1:], steps[1:], strict=False):
        if step and step % PARTITION_STRIDE == 0:
            count += (size - 1) * abs(step // PARTITION_STRIDE)
        else:
            first, last = first + min(0, (size - 1) * step), last + max(0, (size - 1) * step)
    if partition >= PARTITIONS or first < 0 or first >= PARTITION_STRIDE:
        return None
    inside = min(last, PARTITION_STRIDE)
    return Region(is_write, first, inside, partition, min(count, PARTITIONS - partition))
