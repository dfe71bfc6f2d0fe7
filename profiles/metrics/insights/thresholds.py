"""From where on the rules speak. Published values where there are any, else this project's."""

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Shares are fractions of 1. A setting may replace any of them: `transpose_share=0.2, ...`."""

    useful_share: float = 0.5
    """Low model FLOPs: useful part of what the busy array could have done, below."""
    kernel_share: float = 0.5
    """Low NKI coverage: instructions of Tensor, Vector or Scalar, below."""
    active_throttled_share: float = 0.0
    """Active throttling: full-clock time taken from a working Tensor, above."""
    transpose_share: float = 0.1
    """Transpose overhead: share of hardware FLOPs, above."""
    collective_outlier_factor: float = 2.0
    """Collective outliers: duration over the median of its operation and size, above."""
    spill_reload_share: float = 0.25
    """Spill reload: share of HBM reads, above."""
    reload_share: float = 0.6
    """Share of what SBUF receives that was there before, above: spilling."""
    average_dma_bytes: float = 32_768
    """Average size of a DMA, below."""
    payload_bytes: float = 4096
    """Contiguous bytes of one descriptor, below."""
    small_payload_share: float = 0.2
    """Share of packets below that size that is worth saying, above."""
    loads_of_tensor: float = 2
    """How often a tensor is loaded, above."""
    traffic_factor: float = 2.0
    """HBM traffic over inputs, weights and outputs, above."""
    matmul_k: float = 128
    """Rows of the array that a multiplication fills, below."""
    matmul_m: float = 128
    """Columns of the array that a multiplication fills, below."""
    matmul_n: float = 512
    """Moving columns of a multiplication, below."""
    small_matmul_share: float = 0.2
    """Share of Tensor's time in such multiplications, above."""
    gap_share: float = 0.05
    """An idle gap of an engine, as a share of the range, from."""
    gap_ns: float = 1000
    """And of at least this length."""
    gap_engine_share: float = 0.1
    """And only of engines that work on the kernel for this share of the range."""
    exposed_share: float = 0.1
    """DMA that no computing engine works beside, as a share of the range, above."""
    core_difference_share: float = 0.25
    """How much less of the range one core works than the busiest, above."""
    edge_share: float = 0.1
    """Start-up or drain: time without work of the kernel at an edge, above."""
    queue_imbalance_factor: float = 2.0
    """Busiest DMA queue of a class over the mean of that class, above."""
    engine_imbalance_factor: float = 1.5
    """Busiest DMA engine over the mean of the engines of its core, above."""
    table_load_share: float = 0.05
    """Scalar's busy time in loading activation tables, above."""
    table_loads: float = 4
    """And at least so many loads."""

    @classmethod
    def parse(cls, text: str) -> "Thresholds":
        """`name=value` pairs with commas; what is not named keeps its value.

        Raises ValueError with a sentence for an unknown name or a value that is no number.
        """
        known = [entry.name for entry in dataclasses.fields(cls)]
        found: dict[str, float] = {}
        for pair in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = (piece.strip() for piece in pair.partition("="))
            if name not in known:
                names = ", ".join(known)
                raise ValueError(f"There is no threshold {name!r}. There are: {names}.")
            try:
                number = float(value)
            except ValueError:
                raise ValueError(f"The threshold {name} is no number: {value!r}.") from None
            if not 0 <= number < float("inf"):
                raise ValueError(f"The threshold {name} must be 0 or more: {value}.")
            found[name] = number
        return cls(**found)
