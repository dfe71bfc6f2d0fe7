"""What a NEFF holds, ready to be asked: header, programs, engines and layers of names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.neff.debug_info import DebugRecords
from ingest_worker.formats.neff.graph import Definition, DmaBlock, TensorFacts
from ingest_worker.formats.neff.header import Header
from ingest_worker.formats.neff.kernel_source import Kernel
from ingest_worker.formats.neff.stack_frames import StackFrames
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.tar import Member

SLOT_BYTES = 64
# Engines in the order of the trace's engine numbers: token in definitions.
ENGINE_TOKENS = ("pe", "act", "pool", "dve", "sp")
INPUT, OUTPUT, WEIGHT = "IN", "OUT", "WEIGHT"
_TENSOR_TYPES = (("input", INPUT), ("output", OUTPUT), ("file", WEIGHT))


@dataclass(frozen=True)
class Engine:
    """One engine's program as compiled.

    `slots` is (n, 64) bytes; `bir_id` the compiler's instruction of each slot (-1 for none) and
    `bir_row` its row in `bir` (-1 when not there). `blocks` are the static DMAs it can trigger.
    """

    number: int
    slots: npt.NDArray[np.uint8]
    bir_id: npt.NDArray[np.int64]
    bir_row: npt.NDArray[np.int32]
    bir: DebugRecords
    blocks: Sequence[DmaBlock] = ()


@dataclass(frozen=True)
class Subgraph:
    """The program of one physical core. `number` is its place in the list of programs.

    `penguin`, `hlo` and `framework` are the layers above the compiler's instructions; programs
    compiled from one model share them. `kernels` are the source maps of hand-written kernels.
    """

    name: str
    number: int
    definition: Definition
    engines: Mapping[int, Engine]
    tensors: Mapping[str, TensorFacts]
    activation_names: Mapping[int, str]
    dma: DebugRecords
    penguin: DebugRecords
    hlo: DebugRecords
    framework: DebugRecords
    kernels: Sequence[Kernel] = ()

    @property
    def semaphore_names(self) -> dict[int, str]:
        """Semaphore index to name."""
        return self.definition.semaphore_names

    @property
    def blocks(self) -> dict[tuple[str, int], DmaBlock]:
        """Every static DMA by (queue name, block id)."""
        return {
            (block.queue, block.block_id): block
            for engine in self.engines.values()
            for block in engine.blocks
        }


@dataclass(frozen=True)
class Tensor:
    """A tensor that goes in, comes out or is stored in the NEFF; shape as `[128 512]`."""

    name: str
    type: str
    size_bytes: int | None
    format: str
    shape: str
    dtype: str


@dataclass(frozen=True)
class Neff:
    """An opened NEFF. `node` is the number of the device program among the network's nodes.

    `checksum_state` is `ok`, `ok-swapped`, `absent` or `mismatch`; `statistics` are the
    compiler's own counts (`hlo_stats.json`), empty when it made none.
    """

    header: Header
    checksum_state: str
    members: Sequence[Member]
    subgraphs: Sequence[Subgraph]
    target: str = ""
    compiler_version: str = ""
    node: int | None = None
    statistics: Mapping[str, float] = field(default_factory=dict)
    notices: Sequence[Notice] = ()
    kernels: Sequence[Kernel] = ()
    stack_frames: StackFrames = field(default_factory=StackFrames)

    @property
    def hlo_macs(self) -> int:
        """Multiply-accumulates of the model; 0 when the compiler did not count them."""
        return int(self.statistics.get("HloMacCount", 0))

    @property
    def generation(self) -> str:
        """The chip's family by the compiler's name for it: "trn1", "trn2" or "trn3"."""
        return _GENERATIONS.get(self.target, "trn2" if self.target not in ("", "*") else "trn1")

    def subgraph(self, name: str) -> Subgraph | None:
        """The program of this name."""
        return next((graph for graph in self.subgraphs if graph.name == name), None)

    @property
    def tensors(self) -> list[Tensor]:
        """Inputs, outputs and weights of the first program, each by name (section 8)."""
        if not self.subgraphs:
            return []
        first = self.subgraphs[0]
        found = []
        for kind, shown in _TENSOR_TYPES:
            for name, variable in sorted(first.definition.variables.items()):
                if variable.kind == kind:
                    facts = first.tensors.get(variable.tensor_name, TensorFacts("", "", ()))
                    shape = facts.shape_text if facts.shape else ""
                    found.append(
                        Tensor(name, shown, variable.size_bytes, facts.format, shape, facts.dtype)
                    )
        return found


_GENERATIONS: Mapping[str, str] = {
    "sunda": "trn1",
    "v2": "trn1",
    "cayman": "trn2",
    "v3": "trn2",
    "mariana": "trn3",
    "v4": "trn3",
}
