"""What the definitions of a program say: variables, DMA queues and static descriptor blocks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod

from ingest_worker.formats.isa.vocabulary import ENGINE_SEMAPHORES, queue_display_name
from ingest_worker.formats.neff.descriptors import End, Shared, Transposing
from ingest_worker.formats.neff.json_text import Json
from ingest_worker.formats.neff.regions import Region, state_buffer_region

STATE_BUFFER, ON_CHIP, MEMORY = "state-buffer", "sbuf", "hbm"
FILE_VARIABLE = "file"
MOST_DIMENSIONS = 16
MOST_BYTES = 1 << 60
SCRATCH = frozenset({"virtual", "tmp-buf"})


@dataclass(frozen=True)
class Variable:
    """One variable of a program; `size_bytes` is None for the state buffer and for tables."""

    name: str
    var_id: int
    kind: str
    size_bytes: int | None
    file_name: str = ""
    entries: tuple[int, ...] = ()

    @property
    def memory(self) -> str:
        """Where it lies: `sbuf` for the state buffer, else `hbm`."""
        return ON_CHIP if self.kind == STATE_BUFFER else MEMORY

    @property
    def tensor_name(self) -> str:
        """Its key in the tensor map: a constant is known there by its file (section 8)."""
        if self.kind != FILE_VARIABLE:
            return self.name
        return self.file_name.removeprefix("value_").removesuffix(".npy")


@dataclass(frozen=True)
class Queue:
    """A set of DMA queues that share a name, and the semaphores that tell of its transfers."""

    name: str
    kind: str
    owner: str
    ring_count: int
    semaphores: tuple[int, ...]

    @property
    def display_name(self) -> str:
        """The name with its engine as people call it."""
        return queue_display_name(self.name)


@dataclass(frozen=True)
class DmaBlock:
    """A prepared transfer: what one trigger moves, its descriptors summed up.

    `read_bytes` and `write_bytes` are by memory, "sbuf" or "hbm"; `spill_save_bytes` and
    `spill_reload_bytes` are those between the state buffer and scratch memory. `name` is the
    compiler's name of the DMA instruction; `regions` are its bytes of the state buffer. The ends
    and `transposing` are what all descriptors share.
    """

    queue: str
    block_id: int
    name: str
    semaphore: int | None
    operations: tuple[str, ...]
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    descriptor_count: int
    read_bytes: Mapping[str, int]
    write_bytes: Mapping[str, int]
    spill_save_bytes: int
    spill_reload_bytes: int
    regions: tuple[Region, ...] = ()
    source_end: End = field(default_factory=End)
    target_end: End = field(default_factory=End)
    transposing: Transposing | None = None

    @property
    def variable(self) -> str:
        """The first variable outside the state buffer on either end; empty when there is none."""
        named = (name for name in (*self.sources, *self.targets) if name != "SB")
        return next(named, "")


@dataclass(frozen=True)
class TensorFacts:
    """What the tensor map says of a tensor."""

    dtype: str
    format: str
    shape: tuple[int, ...]

    @property
    def shape_text(self) -> str:
        """`[128 512]`, as the official tool shows it."""
        return f"[{' '.join(map(str, self.shape))}]"


@dataclass(frozen=True)
class Definition:
    """The named parts of one program (`def.json`)."""

    variables: Mapping[str, Variable]
    queues: Mapping[str, Queue]
    features: tuple[str, ...] = ()

    @property
    def semaphore_names(self) -> dict[int, str]:
        """Semaphore index to name: the engines' own four, then those of the queues."""
        names = dict(ENGINE_SEMAPHORES)
        for queue in self.queues.values():
            names |= dict.fromkeys(queue.semaphores, queue.display_name)
        return names


def read_definition(root: Json) -> Definition:
    """Variables and queues of a `def.json`."""
    return Definition(
        variables={name: _variable(name, entry) for name, entry in root.get("var").pairs()},
        queues={name: _queue(name, entry) for name, entry in root.get("dma_queue").pairs()},
        features=root.get("neff_features").texts(),
    )


def _variable(name: str, entry: Json) -> Variable:
    kind = entry.get("type").text()
    return Variable(
        name=name,
        var_id=entry.get("var_id").number(-1),
        kind=kind,
        size_bytes=entry.get("size").number_or_none(),
        file_name=entry.get("file_name").text(),
        entries=entry.get("list").numbers() if kind == "dge-table" else (),
    )


def _queue(name: str, entry: Json) -> Queue:
    return Queue(
        name=name,
        kind=entry.get("type").text(),
        owner=entry.get("owner").text(),
        ring_count=entry.get("num_queues").number(),
        semaphores=entry.get("semaphore_set").numbers(),
    )


def read_tensors(root: Json) -> dict[str, TensorFacts]:
    """Data type, format and shape of each tensor of a `tensor_map.json`."""
    return {
        name: TensorFacts(
            dtype=entry.get("dtype").text(),
            format=entry.get("tf_format").text(),
            shape=entry.get("tf_shape").numbers(),
        )
        for name, entry in root.pairs()
    }


@dataclass
class _Sums:
    """Bytes of one block as its descriptors are added up."""

    variables: Mapping[str, Variable]
    sources: dict[str, None] = field(default_factory=dict)
    targets: dict[str, None] = field(default_factory=dict)
    operations: dict[str, None] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    write: dict[str, int] = field(default_factory=dict)
    saved: int = 0
    reloaded: int = 0
    count: int = 0
    regions: dict[Region, None] = field(default_factory=dict)
    shared: Shared = field(default_factory=Shared)

    def add(self, descriptor: Json) -> None:
        """One descriptor; sizes are products of `from_sizes` and `to_sizes`, the first in bytes."""
        self.count += 1
        self.shared.add(descriptor)
        named = [item.text() for item in descriptor.get("from_arr").items()]
        sources = named or [descriptor.get("from").text()]
        target = descriptor.get("to").text()
        to_size = _size(descriptor, "to_sizes")
        from_size = _size(descriptor, "from_sizes") or to_size
        to_size = to_size or from_size
        self.operations[_operation(descriptor)] = None
        self.targets[target] = None
        _count(self.write, self._memory(target), to_size)
        self._touch(descriptor, sources[0], target)
        for source in sources:
            self.sources[source] = None
            _count(self.read, self._memory(source), from_size)
        if self._is_scratch(target) and self._memory(sources[0]) == ON_CHIP:
            self.saved = min(self.saved + to_size, MOST_BYTES)
        if self._is_scratch(sources[0]) and self._memory(target) == ON_CHIP:
            self.reloaded = min(self.reloaded + from_size, MOST_BYTES)

    def _touch(self, descriptor: Json, source: str, target: str) -> None:
        """Keeps where the state buffer is read or written."""
        for name, side, is_write in ((source, "from", False), (target, "to", True)):
            if self._memory(name) == ON_CHIP:
                region = state_buffer_region(descriptor, side, is_write=is_write)
                if region is not None:
                    self.regions[region] = None

    def _memory(self, name: str) -> str:
        known = self.variables.get(name)
        if known is not None:
            return known.memory
        return ON_CHIP if name == "SB" else MEMORY

    def _is_scratch(self, name: str) -> bool:
        return name in self.variables and self.variables[name].kind in SCRATCH


def _count(sums: dict[str, int], memory: str, size: int) -> None:
    sums[memory] = min(sums.get(memory, 0) + size, MOST_BYTES)


def _size(descriptor: Json, key: str) -> int:
    """Bytes by the sizes; a transposing descriptor has a shape and an element size instead."""
    sizes = descriptor.get(key).numbers()
    if not sizes:
        shape = descriptor.get("transpose_shape").numbers()
        sizes = (*shape, descriptor.get("transpose_element_size").number()) if shape else (0,)
    size = prod(sizes[:MOST_DIMENSIONS])
    if len(sizes) > MOST_DIMENSIONS or not 0 <= size < MOST_BYTES:
        raise descriptor.get(key).wrong("a possible size")
    return size


def _operation(descriptor: Json) -> str:
    is_transpose = not descriptor.get("transpose_op").is_absent
    return descriptor.get("op").text("transpose" if is_transpose else "")


def read_blocks(root: Json, variables: Mapping[str, Variable]) -> Iterator[DmaBlock]:
    """The static DMA blocks of an engine's JSON."""
    for entry in root.get("dma").items():
        sums = _Sums(variables)
        for descriptor in entry.get("desc").items():
            sums.add(descriptor)
        yield DmaBlock(
            queue=entry.get("queue").text(),
            block_id=entry.get("id").number(),
            name=entry.get("#comment").text(),
            semaphore=entry.get("semaphore").number_or_none(),
            operations=tuple(sums.operations),
            sources=tuple(sums.sources),
            targets=tuple(sums.targets),
            descriptor_count=sums.count,
            read_bytes=sums.read,
            write_bytes=sums.write,
            spill_save_bytes=sums.saved,
            spill_reload_bytes=sums.reloaded,
            regions=tuple(sums.regions),
            source_end=sums.shared.end("from"),
            target_end=sums.shared.end("to"),
            transposing=sums.shared.transposing(),
        )


def activation_names(root: Json) -> dict[int, str]:
    """Function number to name, `EXP` for `exp_400p` (container notes, section 2.7)."""
    return {
        entry.get("func_id").number(): _function_name(entry.get("func_name").text())
        for entry in root.get("profile_meta_data").items()
    }


def _function_name(name: str) -> str:
    stem, underscore, tail = name.rpartition("_")
    is_count = underscore and tail.endswith("p") and tail[:-1].isdigit()
    return (stem if is_count else name).upper()
