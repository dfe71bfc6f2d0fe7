"""The numbers of a range as a whole: time, FLOPs, bytes, shares of what the machine can do."""

from collections.abc import Callable

from profiles.metrics import formulas
from profiles.metrics.coverage import Coverage
from profiles.metrics.instruction_kinds import ENGINES, MATMUL
from profiles.metrics.metric import Metric
from profiles.metrics.region import HBM, NS_PER_S, Region, Value

PEAK = "the clock of the Tensor engine: the chip is not known"
BANDWIDTH = "the bandwidth of device memory: the chip is not known"
PACKETS = "DMA records"
LIMITS = "throttling records"
TENSORS = "sizes of tensors: they come from the NEFF"
HLO = "floating-point operations of the model: they come from hlo_stats.json of the NEFF"
WHOLE = "the whole profile: the model's operations are not known for a part of it"
TENSORS_OF_ALL = "the whole profile: tensors belong to all of it"

FORMULAS = "public description of the official tool, formulas"
DECODED = "decoded summaries of public captures"
OWN = "this project's definition"


def useful_flops(region: Region) -> Value:
    """FLOPs of multiplications without transposes."""
    return Value(region.useful_flops)


def hardware_flops(region: Region) -> Value:
    """FLOPs of all multiplications."""
    return Value(region.amount("raw_flops"))


def _of_peak(region: Region, flops: float) -> Value:
    cores = max(len(region.cores), 1)
    return Value.of(formulas.flops_share(flops, region.chip, cores, region.seconds), PEAK)


def mfu_inst(region: Region) -> Value:
    """Useful share of the peak, from executed instructions."""
    return _of_peak(region, region.useful_flops)


def hfu(region: Region) -> Value:
    """Share of the peak with transposes."""
    return _of_peak(region, region.amount("raw_flops"))


def adjusted_use(region: Region) -> Value:
    """Share of the BF16 peak that the array was full for, transposes included."""
    return _of_peak(region, region.amount("adjusted_flops"))


def model_flops(region: Region) -> Value:
    """FLOPs of the model by the compiler's statistics."""
    if not region.is_whole or region.core is not None:
        return Value(None, WHOLE)
    found = region.run.summary.get("model_flops")
    return Value.of(float(found) if found else None, HLO)


def mfu_hlo(region: Region) -> Value:
    """Useful share of the peak by the compiler's statistics."""
    flops = model_flops(region)
    return flops if flops.value is None else _of_peak(region, flops.value)


def mfu(region: Region) -> Value:
    """The model's FLOPs where they are known, else those of executed instructions."""
    found = mfu_hlo(region)
    return found if found.value is not None else mfu_inst(region)


def intensity(region: Region) -> Value:
    """Useful FLOPs for a byte of device memory."""
    traffic = region.hbm_bytes or 0
    found = formulas.arithmetic_intensity(region.useful_flops, traffic)
    return Value.of(found, region.lacks_hbm_bytes or HBM)


def balance(region: Region) -> Value:
    """The intensity at which the chosen cores are as fast as their memory."""
    ratio = region.chip.flops_per_byte
    return Value.of(None if ratio is None else ratio * max(len(region.cores), 1), BANDWIDTH)


def mfu_roof(region: Region) -> Value:
    """The most the peak can be used at this intensity."""
    own, most = intensity(region), balance(region)
    if own.value is None or most.value is None:
        return own if own.value is None else most
    cores = max(len(region.cores), 1)
    traffic = region.hbm_bytes or 0
    found = formulas.flops_ceiling(region.useful_flops, traffic, region.chip, cores)
    return Value.of(found, HBM)


def hbm_capacity(region: Region) -> Value:
    """Bytes device memory could have moved."""
    rate = region.chip.hbm_bytes_per_s
    return Value.of(None if rate is None else rate * region.seconds, BANDWIDTH)


def mbu(region: Region) -> Value:
    """Share of what device memory could have moved."""
    if region.hbm_bytes is None:
        return Value(None, region.lacks_hbm_bytes)
    share = formulas.memory_share(region.hbm_bytes, region.chip, region.seconds)
    return Value.of(share, BANDWIDTH)


def tensor_bytes(region: Region, *types: str) -> float | None:
    """Sizes of the program's tensors of these types."""
    if not region.run.tensors:
        return None
    return float(sum(row["size"] or 0 for row in region.run.tensors if row["type"] in types))


def _minimum(*types: str) -> Callable[[Region], Value]:
    def compute(region: Region) -> Value:
        least = tensor_bytes(region, *types)
        if not region.is_whole or least is None:
            return Value(None, TENSORS if region.is_whole else TENSORS_OF_ALL)
        return Value.of(formulas.memory_share(least, region.chip, region.seconds), BANDWIDTH)

    return compute


def traffic_ratio(region: Region) -> Value:
    """Bytes that crossed device memory for each byte of inputs, weights and outputs."""
    least = tensor_bytes(region, "IN", "WEIGHT", "OUT")
    if region.hbm_bytes is None or not region.is_whole:
        return Value(None, region.lacks_hbm_bytes or TENSORS_OF_ALL)
    return Value.of(region.hbm_bytes / least if least else None, TENSORS)


def useful_read(region: Region) -> Value:
    """What of the bytes read was not read again after a spill."""
    if not region.has_hbm_bytes:
        return Value(None, region.lacks_hbm_bytes)
    read, again = region.amount("hbm_read_bytes"), region.amount("spill_reload_bytes")
    return Value.of(formulas.useful_read_share(read, again), HBM)


def _time(of: Callable[[Region], Coverage]) -> Callable[[Region], Value]:
    def compute(region: Region) -> Value:
        return Value(region.length_ns(of(region)))

    return compute


def _moving(region: Region, of: Callable[[Region], float]) -> Value:
    return Value(of(region)) if region.run.has_packets else Value(None, PACKETS)


def any_active_ns(region: Region) -> Value:
    """Time in which an engine worked or a packet moved."""
    return Value(region.length_ns(region.active))


def idle_ns(region: Region) -> Value:
    """Time in which no engine worked and no packet moved."""
    return Value(region.duration_ns - (any_active_ns(region).value or 0))


def dma_active_ns(region: Region) -> Value:
    """Time in which a packet moved."""
    return _moving(region, lambda own: own.length_ns(own.moving))


def dma_active(region: Region) -> Value:
    """That time over T."""
    return _moving(region, lambda own: own.length_ns(own.moving) / own.duration_ns)


def dma_exposed_ns(region: Region) -> Value:
    """Time in which a packet moved and no computing engine worked."""
    return _moving(region, lambda own: own.length_ns(own.exposed))


def dma_bytes(region: Region) -> Value:
    """Bytes of all packets."""
    return _moving(region, _packet_bytes)


def _packet_bytes(region: Region) -> float:
    counted = region.counted_packets
    own = region.own_packets
    return float((counted.executions * region.run.packets.size_bytes)[own].sum())


def dma_packets(region: Region) -> Value:
    """Packets that start in the range."""
    return _moving(region, lambda own: float(own.counted_packets.started[own.own_packets].sum()))


def dma_average_bytes(region: Region) -> Value:
    """Bytes of a packet on average."""

    def average(own: Region) -> float:
        count = float(own.counted_packets.executions[own.own_packets].sum())
        return _packet_bytes(own) / count if count else 0.0

    return _moving(region, average)


def dma_bandwidth_use(region: Region) -> Value:
    """Share of what the DMA engines of the chosen cores could have moved."""
    if not region.run.has_packets:
        return Value(None, PACKETS)
    size, cores = _packet_bytes(region), max(len(region.cores), 1)
    share = formulas.dma_bandwidth_share(size, region.chip, cores, region.seconds)
    return Value.of(share, BANDWIDTH)


def throttled_ns(region: Region) -> Value:
    """Time in which at least one chosen core was below full clock."""
    if not region.limits:
        return Value(None, LIMITS)
    return Value(region.length_ns(region.joined([region.throttled(c) for c in region.limits])))


def throttled(region: Region) -> Value:
    """That time over T."""
    found = throttled_ns(region)
    return found if found.value is None else Value(found.value / region.duration_ns)


def tensor_throttled_ns(region: Region) -> Value:
    """Time in which Tensor worked below full clock, summed over cores."""
    if not region.limits:
        return Value(None, LIMITS)
    parts = (
        region.engine(core, "Tensor").common_ns(region.limit_stretches(core)[0])
        for core in region.limits
    )
    return Value(float(sum(parts)))


def tensor_lost_ns(region: Region) -> Value:
    """Full-clock time of Tensor that limits took while it worked, summed over cores."""
    if not region.limits:
        return Value(None, LIMITS)
    return Value(sum(region.lost_ns(core, region.engine(core, "Tensor")) for core in region.limits))


def _column(name: str) -> Callable[[Region], Value]:
    def compute(region: Region) -> Value:
        if name.startswith("hbm_") and not region.has_hbm_bytes:
            return Value(None, region.lacks_hbm_bytes)
        return Value.of(region.amount(name) if region.has(name) else None, HBM)

    return compute


def _engine(name: str) -> tuple[Metric, Metric]:
    slug = name.lower()

    def active(region: Region) -> Value:
        return Value(region.length_ns(region.engines(name)))

    def share(region: Region) -> Value:
        return Value(region.length_ns(region.engines(name)) / region.duration_ns)

    title = f"{name} active"
    union = f"union of the instructions of {name} without EVENT_SEMAPHORE, over the chosen cores"
    return (
        Metric(f"{slug}_active_ns", title, "ns", union, DECODED, active),
        Metric(f"{slug}_active", title, "share", f"{slug}_active_ns / T", DECODED, share),
    )


def matmuls(region: Region) -> Value:
    """Multiplications that start in the range."""
    own = region.own_kinds & region.run.instructions.where(opcode=MATMUL)
    return Value(float(region.counted.started[own].sum()))


def instruction_count(region: Region) -> Value:
    """Instructions that start in the range."""
    return Value(float(region.counted.started[region.own_kinds].sum()))


def useful_rate(region: Region) -> Value:
    """Useful FLOPs a second."""
    return Value(region.useful_flops / region.duration_ns * NS_PER_S)


def attainable_rate(region: Region) -> Value:
    """The most FLOP/s the roofs allow at this intensity."""
    roof, peak = mfu_roof(region), region.peak_flops
    return Value(roof.value * peak) if roof.value is not None and peak else roof


_M = Metric
METRICS: tuple[Metric, ...] = (
    _M("total_time", "Duration", "ns", "T = end - start of the range", FORMULAS,
       lambda region: Value(region.duration_ns)),
    _M("compute_ns", "Compute", "ns",
       "union of Tensor, Vector, Scalar and GpSimd without EVENT_SEMAPHORE", DECODED,
       _time(lambda region: region.compute)),
    _M("any_active_ns", "Active", "ns",
       "union of all engines without EVENT_SEMAPHORE and of all packets", DECODED, any_active_ns),
    _M("idle_ns", "Idle", "ns", "T - any_active_ns", OWN, idle_ns),
    _M("instructions", "Instructions", "count", "rows of Instruction that start in the range",
       DECODED, instruction_count),
    _M("matmuls", "Matmuls", "count", "rows with opcode MATMUL that start in the range", DECODED,
       matmuls),
    _M("hardware_flops", "Hardware FLOPs", "flop", "sum of raw_flops", DECODED, hardware_flops),
    _M("useful_flops", "Useful FLOPs", "flop", "sum of raw_flops - flops_transpose", DECODED,
       useful_flops),
    _M("transpose_flops", "Transpose FLOPs", "flop", "sum of flops_transpose", DECODED,
       lambda region: Value(region.amount("flops_transpose"))),
    _M("adjusted_flops", "BF16-equivalent FLOPs", "flop",
       "sum of adjusted_flops: raw_flops x weight of the data type", FORMULAS,
       lambda region: Value(region.amount("adjusted_flops"))),
    _M("model_flops", "Model FLOPs", "flop", "2 x multiply-accumulates of hlo_stats.json",
       FORMULAS, model_flops),
    _M("useful_rate", "Useful rate", "flop_per_s", "useful_flops / T", OWN, useful_rate),
    _M("attainable_rate", "Attainable rate", "flop_per_s", "mfu_roof x peak x P", FORMULAS,
       attainable_rate),
    _M("mfu", "MFU", "share", "mfu_hlo where the model's FLOPs are known, else mfu_inst", DECODED,
       mfu),
    _M("mfu_inst", "MFU, executed", "share", "useful_flops / (peak x P x T)", FORMULAS, mfu_inst),
    _M("mfu_hlo", "MFU, model", "share", "model_flops / (peak x P x T)", FORMULAS, mfu_hlo),
    _M("mfu_roof", "MFU ceiling", "share", "min(1, intensity / balance)", FORMULAS, mfu_roof),
    _M("hfu", "HFU", "share", "hardware_flops / (peak x P x T)", FORMULAS, hfu),
    _M("adjusted_use", "Array use", "share", "adjusted_flops / (peak x P x T)", FORMULAS,
       adjusted_use),
    _M("intensity", "Intensity", "flop_per_byte",
       "useful_flops / (hbm_read_bytes + hbm_write_bytes)", FORMULAS, intensity),
    _M("balance", "Machine balance", "flop_per_byte", "peak x P / B", FORMULAS, balance),
    _M("hbm_read_bytes", "HBM read", "bytes", "sum of hbm_read_bytes", DECODED,
       _column("hbm_read_bytes")),
    _M("hbm_write_bytes", "HBM written", "bytes", "sum of hbm_write_bytes", DECODED,
       _column("hbm_write_bytes")),
    _M("hbm_capacity", "HBM capacity", "bytes", "B x T", FORMULAS, hbm_capacity),
    _M("mbu", "HBM bandwidth", "share", "(hbm_read_bytes + hbm_write_bytes) / (B x T)", FORMULAS,
       mbu),
    _M("mbu_minimum", "HBM minimum", "share", "sizes of inputs, weights and outputs / (B x T)", OWN,
       _minimum("IN", "WEIGHT", "OUT")),
    _M("mbu_minimum_read", "HBM minimum, reads", "share", "sizes of inputs and weights / (B x T)",
       FORMULAS, _minimum("IN", "WEIGHT")),
    _M("traffic_ratio", "HBM traffic over minimum", "ratio",
       "(hbm_read_bytes + hbm_write_bytes) / sizes of inputs, weights and outputs", OWN,
       traffic_ratio),
    _M("useful_read", "Useful reads", "share",
       "(hbm_read_bytes - spill_reload_bytes) / hbm_read_bytes", FORMULAS, useful_read),
    _M("spill_save_bytes", "Spill saved", "bytes", "sum of spill_save_bytes", DECODED,
       _column("spill_save_bytes")),
    _M("spill_reload_bytes", "Spill reloaded", "bytes", "sum of spill_reload_bytes", DECODED,
       _column("spill_reload_bytes")),
    _M("dma_active_ns", "DMA active", "ns", "union of packets", DECODED, dma_active_ns),
    _M("dma_active", "DMA active", "share", "dma_active_ns / T", FORMULAS, dma_active),
    _M("dma_exposed_ns", "DMA not under compute", "ns", "union of packets without compute_ns", OWN,
       dma_exposed_ns),
    _M("dma_packets", "Packets", "count", "rows of DmaPacket that start in the range", DECODED,
       dma_packets),
    _M("dma_bytes", "DMA bytes", "bytes", "sum of transfer_bytes of packets", DECODED, dma_bytes),
    _M("dma_average_bytes", "Average packet", "bytes", "dma_bytes / packets", FORMULAS,
       dma_average_bytes),
    _M("dma_bandwidth_use", "DMA bandwidth", "share", "dma_bytes / (D x P x T)", FORMULAS,
       dma_bandwidth_use),
    _M("throttled_ns", "Below full clock", "ns", "union over cores of limits with k < n", DECODED,
       throttled_ns),
    _M("throttled", "Below full clock", "share", "throttled_ns / T", OWN, throttled),
    _M("tensor_throttled_ns", "Tensor below full clock", "ns",
       "Tensor active within limits with k < n, summed over cores", OWN, tensor_throttled_ns),
    _M("tensor_lost_ns", "Tensor time lost to the clock", "ns",
       "Tensor active within limits x (1 - k/n), summed over cores", FORMULAS, tensor_lost_ns),
    *(metric for name in ENGINES for metric in _engine(name)),
)  # fmt: skip
