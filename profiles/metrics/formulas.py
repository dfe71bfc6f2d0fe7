"""Every headline number as a function of sums: the same for a whole profile and for any range.

Times are picoseconds or seconds as their names say, sizes bytes, rates per second; shares are
fractions of 1. A number that follows from something nobody knows is None. The names are those of
the columns of `Summary`; formulas by sections 4.1 and 4.4 of the product inventory and section 9.1
of the decoding notes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from profiles.metrics.chips import Chip

PS_PER_S = 1e12
ENGINE_KEYS = ("tensor", "vector", "scalar", "gpsimd", "sync")
STATIC, SOFTWARE, HARDWARE = "static", "software_dynamic", "hardware_dynamic"
DMA_KINDS = (STATIC, SOFTWARE, HARDWARE)
MOVED = (
    "hbm_read_bytes",
    "hbm_write_bytes",
    "sbuf_read_bytes",
    "sbuf_write_bytes",
    "psum_read_bytes",
    "psum_write_bytes",
    "psum_read_sbuf_write_bytes",
    "spill_save_bytes",
    "spill_reload_bytes",
    "input_queue_bytes",
    "output_queue_bytes",
    "weight_queue_bytes",
)
"""Bytes that are sums of columns of `Instruction`."""

SETUP = frozenset(
    {
        "NOP",
        "SET_ORDERING_MODE",
        "EVENT_SEMAPHORE",
        "EVENT_SEMAPHORE_RANGE_CLEAR",
        "NOTIFY",
        "COMPARE_BRANCH",
        "DRAIN",
        "WRITE",
        "TENSOR_LOAD",
        "MODIFY_POOL_CONFIG",
    }
)
"""Operations that set up and take down and do no work of the kernel (inventory, appendix B)."""

Number = float | int
Value = Number | None


@dataclass(frozen=True)
class Work:
    """Instructions: all counted; durations summed and their union without EVENT_SEMAPHORE."""

    count: Number = 0
    instruction_ps: Number = 0
    active_ps: Number = 0


@dataclass(frozen=True)
class Moves:
    """DMA packets or transfers: how many, their bytes, their durations added up and their union."""

    count: Number = 0
    size_bytes: Number = 0
    sum_ps: Number = 0
    active_ps: Number = 0


@dataclass(frozen=True)
class Totals:
    """What a stretch of time holds, over all physical cores; None where it is not known.

    `engines` by `ENGINE_KEYS`, `packets` by `DMA_KINDS`, `moved` by those of `MOVED` that are
    known. Unions run over all cores together. `weight_bytes` and so on are sizes of tensors.
    """

    time_ps: Number
    core_count: int
    engines: Mapping[str, Work] = field(default_factory=dict)
    activations: Work = Work()
    matmul_count: Number = 0
    hardware_flops: Value = None
    transpose_flops: Value = None
    adjusted_hardware_flops: Value = None
    adjusted_transpose_flops: Value = None
    model_flops: Value = None
    moved: Mapping[str, Number] = field(default_factory=dict)
    psum_read_sbuf_write_count: Number = 0
    weight_bytes: Value = None
    input_bytes: Value = None
    output_bytes: Value = None
    packets: Mapping[str, Moves] = field(default_factory=dict)
    all_packets: Moves = Moves()
    dynamic_active_ps: Number = 0
    transfers: Moves = Moves()
    total_active_ps: Number = 0
    exec_ps: Value = None
    dma_queue_count: Value = None
    event_count: Value = None
    trace_count: Value = None

    @property
    def time_s(self) -> float:
        return seconds(self.time_ps)

    @property
    def useful_flops(self) -> Value:
        """FLOPs that are no transposes."""
        if self.hardware_flops is None or self.transpose_flops is None:
            return None
        return self.hardware_flops - self.transpose_flops

    @property
    def hbm_bytes(self) -> Value:
        """Read from and written to device memory."""
        return added(self.moved.get("hbm_read_bytes"), self.moved.get("hbm_write_bytes"))

    @property
    def required_read_bytes(self) -> Value:
        """Inputs and weights: what has to be read at least once."""
        return added(self.input_bytes, self.weight_bytes)


def seconds(time_ps: Number) -> float:
    """Picoseconds as seconds."""
    return time_ps / PS_PER_S


def added(*values: Value) -> Value:
    """The sum; None when any is not known."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def ratio(part: Value, whole: Value) -> float | None:
    """part / whole; None for an unknown part or whole and for a whole of nothing."""
    return None if part is None or not whole else part / whole


def cycles(time_ps: Number, cycles_per_s: float | None) -> int | None:
    """floor(time * clock), exact: both are whole numbers of picoseconds and Hz."""
    if cycles_per_s is None:
        return None
    return int(time_ps) * round(cycles_per_s) // 10**12


def flops_share(flops: Value, chip: Chip, core_count: int, time_s: float) -> float | None:
    """MFU, HFU: flops / (peak of one core * cores * time)."""
    peak = chip.peak_flops
    return None if peak is None else ratio(flops, peak * core_count * time_s)


def arithmetic_intensity(flops: Value, hbm_bytes: Value) -> float | None:
    """FLOP a byte: useful FLOPs / (HBM read + write)."""
    return ratio(flops, hbm_bytes)


def flops_ceiling(flops: Value, hbm_bytes: Value, chip: Chip, core_count: int) -> float | None:
    """The most MFU could be at this memory traffic: min(1, FLOP a byte / (balance * cores))."""
    intensity, balance = arithmetic_intensity(flops, hbm_bytes), chip.flops_per_byte
    share = None if balance is None else ratio(intensity, balance * core_count)
    return None if share is None else min(1.0, share)


def memory_share(size_bytes: Value, chip: Chip, time_s: float) -> float | None:
    """MBU: bytes / (HBM bandwidth * time); one memory stack, however many cores share it."""
    bandwidth = chip.hbm_bytes_per_s
    return None if bandwidth is None else ratio(size_bytes, bandwidth * time_s)


def dma_bandwidth_share(size_bytes: Value, chip: Chip, cores: int, time_s: float) -> float | None:
    """Bytes / (what the DMA engines of so many cores move in the time)."""
    bandwidth = chip.dma_bytes_per_s
    return None if bandwidth is None else ratio(size_bytes, bandwidth * cores * time_s)


def useful_read_share(read_bytes: Value, reload_bytes: Number) -> float | None:
    """(HBM read - spill reload) / HBM read."""
    return None if read_bytes is None else ratio(read_bytes - reload_bytes, read_bytes)


def utilisation_limit(weighted_ps: Number, duration_ps: Number) -> float | None:
    """Time-weighted mean of k/n over the time that has a limit on record."""
    return ratio(weighted_ps, duration_ps)


def summary_values(totals: Totals, chip: Chip) -> dict[str, Value]:
    """Every column of `Summary` that follows from the totals and the chip."""
    return {
        "total_time": totals.time_s,
        "neuroncore_cycle_count": cycles(totals.time_ps, chip.cycles_per_s),
        "trace_count": totals.trace_count,
        "event_count": totals.event_count,
        "total_exec_time": None if totals.exec_ps is None else seconds(totals.exec_ps),
        "total_active_time": seconds(totals.total_active_ps),
        "total_active_time_percent": ratio(seconds(totals.total_active_ps), totals.time_s),
        **flops_values(totals, chip),
        **memory_values(totals, chip),
        **engine_values(totals),
        **dma_values(totals, chip),
    }


def flops_values(totals: Totals, chip: Chip) -> dict[str, Value]:
    """FLOPs, their shares of the peak, and what memory traffic allows."""
    time_s, cores = totals.time_s, totals.core_count
    found: dict[str, Value] = {
        "model_flops": totals.model_flops,
        "hardware_flops": totals.hardware_flops,
        "transpose_flops": totals.transpose_flops,
        "adjusted_hardware_flops": totals.adjusted_hardware_flops,
        "adjusted_transpose_flops": totals.adjusted_transpose_flops,
        "mm_arithmetic_intensity": arithmetic_intensity(totals.useful_flops, totals.hbm_bytes),
        "peak_flops_bandwidth_ratio": chip.flops_per_byte,
        "hfu_estimated_percent": flops_share(totals.hardware_flops, chip, cores, time_s),
    }
    for name, flops in (("hlo", totals.model_flops), ("inst", totals.useful_flops)):
        share = flops_share(flops, chip, cores, time_s)
        ceiling = flops_ceiling(flops, totals.hbm_bytes, chip, cores)
        found[f"mfu_{name}_estimated_percent"] = share
        found[f"mfu_{name}_max_achievable_estimated_percent"] = ceiling
    chosen = "hlo" if totals.model_flops else "inst"
    for name in ("estimated", "max_achievable_estimated"):
        found[f"mfu_{name}_percent"] = found[f"mfu_{chosen}_{name}_percent"]
    return found


def memory_values(totals: Totals, chip: Chip) -> dict[str, Value]:
    """Bytes by memory and their share of the bandwidth."""
    needed = totals.required_read_bytes
    return {
        **{name: totals.moved.get(name) for name in MOVED},
        "psum_read_sbuf_write_count": totals.psum_read_sbuf_write_count,
        "weight_size_bytes": totals.weight_bytes,
        "inputs_and_weights_size_bytes": needed,
        "inputs_outputs_weights_size_bytes": added(needed, totals.output_bytes),
        "mbu_estimated_percent": memory_share(totals.hbm_bytes, chip, totals.time_s),
        "mbu_min_read_util_percent": memory_share(needed, chip, totals.time_s),
    }


def engine_values(totals: Totals) -> dict[str, Value]:
    """Counts, durations and busy time of every engine."""
    found: dict[str, Value] = {
        "matmul_instruction_count": totals.matmul_count,
        "activate_instruction_count": totals.activations.count,
        "activate_instruction_time": seconds(totals.activations.instruction_ps),
    }
    for name in ENGINE_KEYS:
        work = totals.engines.get(name, Work())
        found[f"{name}_engine_instruction_count"] = work.count
        found[f"{name}_engine_instruction_time"] = seconds(work.instruction_ps)
        found[f"{name}_engine_active_time"] = seconds(work.active_ps)
        busy = ratio(seconds(work.active_ps), totals.time_s)
        found[f"{name}_engine_active_time_percent"] = busy
    return found


def dma_values(totals: Totals, chip: Chip) -> dict[str, Value]:
    """Packets by kind, and transfers. Active shares of kinds are of the time any packet moves."""
    whole, moves = totals.all_packets, totals.transfers
    active_s = seconds(whole.active_ps)
    found: dict[str, Value] = {
        "dma_active_time": active_s,
        "dma_active_time_percent": ratio(active_s, totals.time_s),
        "dma_active_cycles": cycles(whole.active_ps, chip.cycles_per_s),
        "dma_packet_time": seconds(whole.sum_ps),
        "dma_queue_count": totals.dma_queue_count,
        "dma_transfer_count": moves.count,
        "dma_transfer_time": seconds(moves.sum_ps),
        "dma_transfer_total_bytes": moves.size_bytes,
        "dma_transfer_average_bytes": ratio(moves.size_bytes, moves.count),
    }
    for kind in DMA_KINDS:
        own = totals.packets.get(kind, Moves())
        found[f"{kind}_dma_packet_count"] = own.count
        found[f"{kind}_dma_size"] = own.size_bytes
        found[f"{kind}_dma_active_time"] = seconds(own.active_ps)
        found[f"{kind}_dma_packet_percent"] = ratio(own.count, whole.count)
        found[f"{kind}_dma_size_percent"] = ratio(own.size_bytes, whole.size_bytes)
        found[f"{kind}_dma_active_time_percent"] = ratio(seconds(own.active_ps), active_s)
    dynamic = [totals.packets.get(kind, Moves()) for kind in (SOFTWARE, HARDWARE)]
    count, size = sum(one.count for one in dynamic), sum(one.size_bytes for one in dynamic)
    found["dynamic_dma_packet_percent"] = ratio(count, whole.count)
    found["dynamic_dma_size_percent"] = ratio(size, whole.size_bytes)
    found["dynamic_dma_active_time_percent"] = ratio(seconds(totals.dynamic_active_ps), active_s)
    return found
