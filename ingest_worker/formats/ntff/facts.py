"""What the message of an NTFF file says: the capture, its programs, engines, rings and clocks."""

from dataclasses import dataclass, field

from ingest_worker.formats.errors import Malformed
from ingest_worker.formats.wire import Message

ENGINE_NAMES = ("Tensor", "Scalar", "GpSimd", "Vector", "Sync")
MOST_PROGRAMS, MOST_TRACES = 1024, 50_000
ENGINES = range(len(ENGINE_NAMES))


@dataclass(frozen=True)
class Clock:
    """One block's counter: ps = floor((raw - init) * expected / actual); 0, 1, 1 is ps itself."""

    init: int = 0
    actual: int = 1
    expected: int = 1

    @property
    def is_plain(self) -> bool:
        """Whether no scaling is needed."""
        return self.actual == self.expected


@dataclass(frozen=True)
class Clocks:
    """The clocks of one core. Engines are indexed 0 to 4 as elsewhere (PE ACT POOL DVE SP)."""

    engines: tuple[Clock, ...] = (Clock(),) * 5
    events: Clock = Clock()
    throttle: Clock = Clock()
    dma: tuple[Clock, ...] = ()
    topsp: Clock = Clock()

    @property
    def is_device_time(self) -> bool:
        """Whether engines count the device's own clock, which the runtime stamps its events with;
        counters that were scaled to picoseconds begin anywhere.
        """
        return all(clock.is_plain and not clock.init for clock in self.engines)

    def dma_ring(self, index: int) -> Clock:
        """The clock of the DMA engine with this index in the core (entry index mod 16)."""
        return self.dma[index % 16] if index % 16 < len(self.dma) else Clock()


@dataclass(frozen=True)
class Patch:
    """What the runtime changed in an image: `slot` and `count` in instructions, 0/1/2 as kind."""

    slot: int
    count: int
    kind: int


@dataclass(frozen=True)
class Block:
    """One descriptor block of a static queue: its id and packets on each DMA engine."""

    block_id: int
    packets: int


@dataclass(frozen=True)
class Queue:
    """One DMA ring in use: global engine index, queue index, type number and runtime name."""

    engine: int
    index: int
    kind: int
    name: str
    event_id: int
    axi_port: int
    channel: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class ImagePlace:
    """Where an engine's final instructions lie: inline bytes, or offset and size in the blob."""

    engine: int
    start_address: int
    inline: memoryview
    offset: int
    size: int


@dataclass(frozen=True)
class TracePlace:
    """Where a trace lies in the blob, what it holds and (version 6) whose core it is."""

    trace_type: int
    block_type: int
    unit: int
    offset: int
    size: int
    core: int
    inline: memoryview
    is_core_known: bool


@dataclass(frozen=True)
class MemoryUse:
    """One line of the device memory breakdown, in bytes."""

    label: str
    size_bytes: int


@dataclass(frozen=True)
class SubgraphFacts:
    """One program on one physical core."""

    name: str
    device: int
    core: int
    uid: bytes
    images: tuple[ImagePlace, ...]
    patches: dict[int, tuple[Patch, ...]]
    traces: tuple[TracePlace, ...]
    queues: tuple[Queue, ...]
    clocks: Clocks
    memory: tuple[MemoryUse, ...]
    duration_ps: int


@dataclass(frozen=True)
class ExecutionFacts:
    """One captured execution: the program's id and its window in device picoseconds."""

    uid: bytes
    start_ps: int
    end_ps: int


@dataclass(frozen=True)
class VersionText:
    """A three-part version with the first five characters of its revision."""

    numbers: tuple[int, int, int] = (0, 0, 0)
    revision: str = ""

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.numbers))} ({self.revision[:5]})"


@dataclass(frozen=True)
class Facts:
    """The whole message, as far as it is known; `unknown` counts the fields which are not."""

    name: str
    uuid: bytes
    arch: int
    instance_type: str
    runtime: VersionText
    driver: VersionText
    collectives: VersionText
    ultraserver: dict[str, int]
    executions: tuple[ExecutionFacts, ...]
    subgraphs: tuple[SubgraphFacts, ...]
    traces: tuple[TracePlace, ...]
    buffers: dict[tuple[int, int], int]
    unknown: dict[str, int] = field(default_factory=dict)


class FactsReader:
    """Turns the message into `Facts`, counting every field number it does not know."""

    def __init__(self) -> None:
        self.unknown: dict[str, int] = {}
        self.trace_count = 0

    def read(self, root: Message) -> Facts:
        """All facts of the message `ntff_info` (field numbers of the schema's section 2).

        Raises Malformed for more programs than a file can hold: each costs time, even an empty one.
        """
        self._note("ntff_info", root, range(1, 21))
        self._check_traces(root)
        server = root.child(14)
        subgraphs = [self._subgraph(graph, uid) for graph, uid in self._graphs(root)]
        return Facts(
            name=root.text(1),
            uuid=bytes(root.blob(2)),
            arch=root.uint(5),
            instance_type=root.text(9),
            runtime=_version(root.child(8)),
            driver=_version(root.child(11)),
            collectives=_version(root.child(12)),
            ultraserver={
                key: server.uint(number)
                for number, key in enumerate(("id", "type", "size", "instance_index"), 1)
                if number in server
            },
            executions=tuple(self._execution(entry) for entry in root.children(15)),
            subgraphs=tuple(subgraphs),
            traces=tuple(self._trace(entry, is_core_known=True) for entry in root.children(16)),
            buffers={(b.uint(1), b.uint(2)): b.uint(3) for b in root.children(13)},
            unknown=self.unknown,
        )

    def _note(self, name: str, message: Message, known: range) -> None:
        for number, count in message.unknown(frozenset(known)).items():
            key = f"{name}.{number}"
            self.unknown[key] = self.unknown.get(key, 0) + count

    def _check_traces(self, message: Message, number: int = 16) -> None:
        """Counts the runs a message lists: traces (16, before version 6: 6) and images (4)."""
        self.trace_count += len(message.fields(number))
        if self.trace_count > MOST_TRACES:
            text = f"The trace lists more than {MOST_TRACES} runs of records."
            raise Malformed("ntff.malformed", text, message.base)

    def _graphs(self, root: Message) -> list[tuple[Message, bytes]]:
        """The message of every program, with the id of the NEFF it belongs to."""
        found: list[tuple[Message, bytes]] = []
        for node in root.children(4):
            self._note("neff_node_info", node, range(1, 7))
            for graph in node.child(4).children(1):
                if len(found) == MOST_PROGRAMS:
                    text = f"The trace names more than {MOST_PROGRAMS} programs."
                    raise Malformed("ntff.malformed", text, graph.base)
                found.append((graph, bytes(node.blob(5))))
        return found

    def _execution(self, entry: Message) -> ExecutionFacts:
        self._note("execution_info", entry, range(1, 4))
        return ExecutionFacts(bytes(entry.blob(1)), entry.uint(2), entry.uint(3))

    def _subgraph(self, graph: Message, uid: bytes) -> SubgraphFacts:
        self._note("subgraph_info", graph, range(1, 18))
        self._check_traces(graph, 6)
        self._check_traces(graph, 4)
        return SubgraphFacts(
            name=graph.text(1),
            device=_uint32(graph, 2),
            core=_uint32(graph, 3),
            uid=uid,
            images=tuple(self._image(entry) for entry in graph.children(4)),
            patches=_patches(graph),
            traces=tuple(self._trace(entry, is_core_known=False) for entry in graph.children(6)),
            queues=tuple(self._queue(entry) for entry in graph.children(7)),
            clocks=_clocks(graph.child(10)),
            memory=tuple(_memory(entry) for entry in graph.children(11)),
            duration_ps=graph.uint(14),
        )

    def _image(self, entry: Message) -> ImagePlace:
        self._note("engine_instruction_info", entry, range(1, 9))
        return ImagePlace(entry.uint(1), entry.uint(2), entry.blob(3), entry.uint(7), entry.uint(8))

    def _trace(self, entry: Message, *, is_core_known: bool) -> TracePlace:
        self._note("trace_info", entry, range(1, 8))
        return TracePlace(
            trace_type=entry.uint(1),
            inline=entry.blob(2),
            block_type=entry.uint(3),
            unit=entry.uint(4),
            offset=entry.uint(5),
            size=entry.uint(6),
            core=_uint32(entry, 7),
            is_core_known=is_core_known,
        )

    def _queue(self, entry: Message) -> Queue:
        self._note("dma_queue_usage_info", entry, range(1, 9))
        return Queue(
            engine=_uint32(entry, 1),
            index=_uint32(entry, 2),
            kind=_uint32(entry, 3),
            name=entry.text(4),
            event_id=_int32(entry.sint(5)),
            axi_port=_uint32(entry, 6),
            channel=_uint32(entry, 7),
            blocks=tuple(
                Block(_uint32(block, 1), _uint32(block, 2)) for block in entry.children(8)
            ),
        )


def keeps_device_time(node: Message) -> bool:
    """Whether every program of a `neff_node_info` counts the device's own clock."""
    return all(_clocks(graph.child(10)).is_device_time for graph in node.child(4).children(1))


def _uint32(message: Message, number: int) -> int:
    """A field of 32 bits: like every reader of the wire format, the higher bits are dropped."""
    return message.uint(number) & 0xFFFF_FFFF


def _int32(value: int) -> int:
    """A negative int32 is written as ten bytes or, by sloppy writers, as five."""
    low = value & 0xFFFF_FFFF
    return low - (1 << 32) if low >= 1 << 31 else low


def _version(message: Message) -> VersionText:
    numbers = (message.uint(1), message.uint(2), message.uint(3))
    return VersionText(numbers, message.text(5))


def _memory(entry: Message) -> MemoryUse:
    return MemoryUse(entry.text(3) or f"type {entry.uint(1)}", entry.uint(2))


def _patches(graph: Message) -> dict[int, tuple[Patch, ...]]:
    found: dict[int, tuple[Patch, ...]] = {}
    for entry in graph.children(5):
        places = tuple(
            Patch(_uint32(p, 1) // 64, _uint32(p, 2), p.uint(3)) for p in entry.children(2)
        )
        found[entry.uint(1)] = found.get(entry.uint(1), ()) + places
    return found


def _clock(message: Message) -> Clock:
    """Absent numbers are init 0 and increments 1 (schema notes, section 4.7)."""
    return Clock(
        message.uint(1), message.uint(2) & 0xFFFF_FFFF or 1, message.uint(3) & 0xFFFF_FFFF or 1
    )


def _clocks(message: Message) -> Clocks:
    """Fields 1 to 5 are PE, ACT, DVE, POOL, SP: DVE stands before POOL here only."""
    engines = tuple(_clock(message.child(number)) for number in (1, 2, 4, 3, 5))
    return Clocks(
        engines=engines,
        events=_clock(message.child(6)),
        throttle=_clock(message.child(7)),
        dma=tuple(_clock(entry) for entry in message.children(8)),
        topsp=_clock(message.child(9)),
    )
