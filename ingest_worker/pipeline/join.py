"""What a NEFF adds to a trace, as answers the rest of the pipeline asks for; all empty without."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.built import BuiltTable
from ingest_worker.builders.part import Part, QueueDetail
from ingest_worker.formats.notice import Notice

if TYPE_CHECKING:
    from ingest_worker.formats.neff.reader import Neff
    from ingest_worker.pipeline.slots import SlotDraft

ENGINE_SEMAPHORES: Mapping[int, str] = {3: "GpSimd", 4: "Scalar", 5: "Tensor", 6: "Vector"}


@dataclass(frozen=True)
class NeffJoin:
    """Answers by the name of a subgraph (`sg00`), the same in both files."""

    neff: "Neff | None" = None

    @property
    def compiler_version(self) -> str | None:
        """The version of the compiler that made the NEFF."""
        return None

    @property
    def notices(self) -> list[Notice]:
        """What the NEFF lacks."""
        return []

    def tables(self, part: Part | None) -> list[BuiltTable]:
        """Tables that need the NEFF; `part` is the trace they stand beside, if there is one."""
        return []

    def semaphore_names(self, graph: str) -> dict[int, str]:
        """Semaphore index to name; the four of the engines are the same in every program."""
        return dict(ENGINE_SEMAPHORES)

    def activation_names(self, graph: str) -> dict[int, str]:
        """Activation function number to name."""
        return {}

    def queue_details(self, graph: str) -> dict[tuple[str, int], QueueDetail]:
        """What is known of each (queue, descriptor block)."""
        return {}

    def trigger_target(
        self, graph: str, engine: int, compiler_pc: int
    ) -> tuple[str | None, int | None]:
        """The queue and block that a static trigger starts; unknown without the NEFF."""
        return None, None

    def describe(
        self,
        draft: "SlotDraft",
        places: npt.NDArray[np.int64],
        raw: npt.NDArray[np.uint8],
        compiler_pc: npt.NDArray[np.int32],
        graph: str,
        engine: int,
    ) -> None:
        """Adds what the compiler knew of the slots to the draft."""
