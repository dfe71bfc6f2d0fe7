"""What a capture consists of, as plain values: the description both writers write from.

Times of a core are whole picoseconds from the profile's origin and may be negative (before it).
Engines are numbered PE 0, ACT 1, POOL 2, DVE 3, SP 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.make import slots

ENGINES = range(5)
TOKENS = ("pe", "act", "pool", "dve", "sp")
STEMS = ("PE", "Activation", "Pool", "DVE", "SP")
REGULAR, SPILL, TRANSPOSE = 1, 2, 3
ORDERED, ANTI, OUTPUT, FLOW = 1, 2, 3, 4
INSERT, MODIFY, DELETE = 0, 1, 2


@dataclass(frozen=True)
class Instruction:
    """One slot of the compiler's program; `run` is the image's slot where it differs.

    `bir` 0 stands for a slot of the start-up code, which has no name. `after` are pairs of a
    predecessor's BIR id and the kind of the dependency; `bound` the same, made by scheduling.
    """

    slot: bytes
    bir: int = 0
    name: str = ""
    kind: int = REGULAR
    after: tuple[tuple[int, int], ...] = ()
    bound: tuple[tuple[int, int], ...] = ()
    penguin: int = 0
    attrs: tuple[tuple[str, str], ...] = ()
    run: bytes | None = None
    is_deleted: bool = False


@dataclass(frozen=True)
class Program:
    """One engine's program and what the runtime puts before and behind it."""

    instructions: tuple[Instruction, ...] = ()
    before: tuple[bytes, ...] = ()
    behind: tuple[bytes, ...] = ()
    start_address: int = 0x8005_C040_8000

    @property
    def image(self) -> bytes:
        """The final instructions: inserted ones, the program as rewritten, inserted ones."""
        kept = [i.run or i.slot for i in self.instructions if not i.is_deleted]
        return b"".join((*self.before, *kept, *self.behind))

    @property
    def compiled(self) -> bytes:
        """The instructions of the NEFF."""
        return b"".join(i.slot for i in self.instructions)

    def place(self, number: int) -> int:
        """The image slot of the compiler's instruction `number`."""
        return len(self.before) + sum(not i.is_deleted for i in self.instructions[:number])

    @property
    def patches(self) -> tuple[tuple[int, int, int], ...]:
        """(slot of the image, count, kind) of each change, in image order."""
        found = [(0, len(self.before), INSERT)] if self.before else []
        for number, instruction in enumerate(self.instructions):
            if instruction.is_deleted:
                found.append((self.place(number), 1, DELETE))
        if self.behind:
            found.append((len(self.image) // 64 - len(self.behind), len(self.behind), INSERT))
        return tuple(found)


@dataclass(frozen=True)
class Span:
    """One execution of an image slot; `end_ps` None leaves the START without its END."""

    engine: int
    slot: int
    start_ps: int
    end_ps: int | None
    waited: int = 0
    crc_in: int = 0xFFFF
    crc_out: int = 0xFFFF
    hint: int = 0


@dataclass(frozen=True)
class Packet:
    """One transfer on a ring; `engine` is 0 to 15 within the core."""

    engine: int
    queue: int
    start_ps: int
    end_ps: int | None
    size: int
    crc: int = 0


@dataclass(frozen=True)
class Notice:
    """The EXPLICIT record of a dynamic transfer; `slot` None leaves it to be inferred."""

    engine: int
    slot: int | None
    time_ps: int
    engines: int
    packets: int


@dataclass(frozen=True)
class Update:
    """A semaphore's or event's new value; `code` is the type code of who changed it."""

    code: int
    index: int
    value: int
    time_ps: int
    mode: int = 0xF3
    is_semaphore: bool = True
    is_double: bool = False
    flags: int = 0


@dataclass(frozen=True)
class Throttle:
    """A limit of k in n cycles from here on; n = 0 lifts all limits."""

    time_ps: int
    kind: int
    k: int
    n: int
    activity: int = 0


@dataclass(frozen=True)
class Fault:
    """An error record. The layout has never been compared with a real file."""

    time_ps: int
    number: int
    detail: int = 0


@dataclass(frozen=True)
class Block:
    """A static descriptor block: packets and descriptors on each engine of its queue."""

    number: int
    packets: int
    reads: int = 0
    writes: int = 0


@dataclass(frozen=True)
class Ring:
    """One DMA ring in use; `engine` is 0 to 15 within the core, `kind` the queue type."""

    engine: int
    queue: int
    name: str
    kind: int = 0
    blocks: tuple[Block, ...] = ()
    port: int = 0
    channel: int = 0
    event: int = -1


def rings(
    name: str, queue: int, *, kind: int = 0, blocks: tuple[Block, ...] = (), count: int = 16
) -> tuple[Ring, ...]:
    """The same queue on every DMA engine of the core."""
    return tuple(
        Ring(e, queue, name, kind, blocks, port=e % 4, channel=e % 8) for e in range(count)
    )


@dataclass(frozen=True)
class Clock:
    """A block's counter: ps = floor((raw - init) * expected / actual)."""

    init: int = 0
    actual: int = 1
    expected: int = 1

    def raw(self, time_ps: int) -> int:
        """The earliest tick at or after `time_ps`."""
        return self.init - (-time_ps * self.actual // self.expected)

    def time_ps(self, raw: int) -> int:
        """The picosecond of a tick, rounded down."""
        return (raw - self.init) * self.expected // self.actual


PLAIN = Clock()


@dataclass(frozen=True)
class Clocks:
    """One core's clocks; engines in the order PE ACT POOL DVE SP."""

    engines: tuple[Clock, ...] = (PLAIN,) * 5
    events: Clock = PLAIN
    throttle: Clock = PLAIN
    dma: tuple[Clock, ...] = (PLAIN,) * 16
    topsp: Clock = PLAIN


@dataclass(frozen=True)
class Core:
    """One physical core: the programs it holds and everything it recorded."""

    number: int = 0
    name: str = "sg00"
    programs: Mapping[int, Program] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    packets: tuple[Packet, ...] = ()
    notices: tuple[Notice, ...] = ()
    updates: tuple[Update, ...] = ()
    throttles: tuple[Throttle, ...] = ()
    faults: tuple[Fault, ...] = ()
    rings: tuple[Ring, ...] = ()
    clocks: Clocks = Clocks()
    memory: tuple[tuple[str, int], ...] = ()
    duration_ps: int = 0
    odd: tuple[tuple[int, bytes], ...] = ()  # (trace type, raw records) behind the rest


@dataclass(frozen=True)
class Execution:
    """One measured run of the program: its window in picoseconds from the origin."""

    start_ps: int
    end_ps: int
    uuid: bytes | None = None


@dataclass(frozen=True)
class Capture:
    """One NTFF file. Version 6 stores `executions`, 4 and 5 leave the window to be found."""

    version: int = 6
    name: str = "kernel.neff"
    uuid: bytes = b""
    stored_uuid: bytes | None = None  # as the older field holds it: cut, or followed by leftovers
    origin_ps: int = 2_000_000_000_000_000
    cores: tuple[Core, ...] = ()
    executions: tuple[Execution, ...] = ()
    instance_type: str = "trn2.3xlarge"
    arch: int = 2
    runtime: tuple[int, int, int, str] = (2, 30, 51, "0123456789abcdef")
    driver: tuple[int, int, int, str] = (2, 26, 0, "")
    collectives: tuple[int, int, int, str] = (2, 30, 59, "")
    extra: bytes = b""  # further fields of the message, unknown ones for instance


@dataclass(frozen=True)
class Variable:
    """A tensor or area of a program; `shape` and `dtype` go where the format keeps them."""

    name: str
    kind: str
    size: int = 0
    number: int = 0
    shape: tuple[int, ...] = ()
    dtype: str = "bfloat16"
    layout: str = "NC"
    file_name: str = ""
    members: tuple[int, ...] = ()  # the variables of a dge-table
    data: bytes = b""


@dataclass(frozen=True)
class QueueSet:
    """A DMA queue of the NEFF: its 16 semaphores begin at `semaphore`."""

    name: str
    kind: str
    owner: str
    semaphore: int


@dataclass(frozen=True)
class Move:
    """One transfer inside a static block: variables, offsets, sizes and steps in bytes."""

    source: str
    target: str
    sizes: tuple[int, ...]
    source_offset: int = 0
    target_offset: int = 0
    source_steps: tuple[int, ...] = (1,)
    target_steps: tuple[int, ...] = (1,)
    dtype: str = "bfloat16"


@dataclass(frozen=True)
class StaticBlock:
    """A static DMA block of an engine: what its trigger starts."""

    engine: int
    number: int
    queue: str
    comment: str
    semaphore: int
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Origin:
    """A record of a debug layer above the instructions; `frame` is a stack frame, 0 for none."""

    number: int
    name: str
    parent: int = 0
    attrs: tuple[tuple[str, str], ...] = ()
    frame: int = 0


@dataclass(frozen=True)
class Calls:
    """The index of stack frames; (file, function, line) and (place, caller) by 1-based numbers."""

    files: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    places: tuple[tuple[int, int, int], ...] = ()
    frames: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class KernelMap:
    """The source map of a kernel that became one Penguin instruction: nodes as in the format."""

    name: str
    penguin: int
    nodes: tuple[Mapping[str, object], ...]


@dataclass(frozen=True)
class Subgraph:
    """One physical core's part of the NEFF."""

    name: str = "sg00"
    programs: Mapping[int, Program] = field(default_factory=dict)
    variables: tuple[Variable, ...] = (Variable("SB", "state-buffer"),)
    queues: tuple[QueueSet, ...] = ()
    blocks: tuple[StaticBlock, ...] = ()
    functions: tuple[tuple[str, int], ...] = ()  # name and id of the activation functions


@dataclass(frozen=True)
class Model:
    """One NEFF file."""

    name: str = "kernel.neff"
    uuid: bytes = b""
    target: str = "cayman"
    lnc_size: int = 2
    features: int = 0xC00
    major: int = 2
    compiler: str = "2.23.1234.0+0123abcd"
    subgraphs: tuple[Subgraph, ...] = ()
    penguin: tuple[Origin, ...] = ()
    hlo: tuple[Origin, ...] = ()
    framework: tuple[Origin, ...] = ()
    calls: Calls = Calls()
    kernels: tuple[KernelMap, ...] = ()
    macs: int | None = None
    is_hash_swapped: bool = True
    is_compressed: bool = True
    left_out: frozenset[str] = frozenset()  # names of members that are not written
    further: tuple[tuple[str, bytes], ...] = ()  # members added, in the archive's order of names


EMPTY_SLOT = slots.raw(0xB1)
