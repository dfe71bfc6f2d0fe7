"""What a NEFF adds to a trace, as answers the rest of the pipeline asks for; all empty without."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.part import QueueDetail

if TYPE_CHECKING:
    from ingest_worker.pipeline.slots import SlotDraft

ENGINE_SEMAPHORES: Mapping[int, str] = {3: "GpSimd", 4: "Scalar", 5: "Tensor", 6: "Vector"}


@dataclass(frozen=True)
class NeffJoin:
    """Answers by the name of a subgraph (`sg00`), the same in both files."""

    neff: None = None

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
