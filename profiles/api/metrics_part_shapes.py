"""The shapes of the parts of a summary: roofline, FLOPs, busy time, memory, opcodes, DMA, ..."""

from rest_framework import serializers


class LongestEvent(serializers.Serializer[object]):
    """The event that shows a number: the longest it counts, on a row (`track`) of the timeline."""

    track = serializers.CharField()
    row = serializers.IntegerField()
    start_ns = serializers.IntegerField()
    end_ns = serializers.IntegerField()


class RooflinePoint(serializers.Serializer[object]):
    """FLOP rate against FLOP per byte of HBM; `roof` is the most at this intensity.

    `missing` says what it would take to know the bytes, where they are not known.
    """

    name = serializers.CharField()
    flops = serializers.FloatField()
    bytes = serializers.FloatField(allow_null=True)
    ns = serializers.FloatField()
    rate = serializers.FloatField(allow_null=True)
    intensity = serializers.FloatField(allow_null=True)
    roof = serializers.FloatField(allow_null=True)
    of_roof = serializers.FloatField(allow_null=True)
    missing = serializers.CharField(allow_null=True)
    longest = LongestEvent(allow_null=True)


class RooflineClass(RooflinePoint):
    """Multiplications of one data type and purpose, over the time in which they ran."""

    is_transpose = serializers.BooleanField()


class Roofline(serializers.Serializer[object]):
    """Roofs of the chosen cores, the throttled one too, and points."""

    missing = serializers.CharField(allow_null=True)
    peak_flops = serializers.FloatField(allow_null=True)
    hbm_bytes_per_s = serializers.FloatField(allow_null=True)
    balance = serializers.FloatField(allow_null=True)
    throttled_share = serializers.FloatField(allow_null=True)
    throttled_peak_flops = serializers.FloatField(allow_null=True)
    whole = RooflinePoint()
    classes = RooflineClass(many=True)
    operators = RooflinePoint(many=True)


class FlopsPart(serializers.Serializer[object]):
    """useful, transposes, not_full, active_throttled, unused_throttled or unused.

    `flops` are BF16 equivalents, as the share is; `recorded_flops` are those MFU and HFU count.
    Both are null for parts that are time alone.
    """

    id = serializers.CharField()
    share = serializers.FloatField()
    ns = serializers.FloatField()
    flops = serializers.FloatField(allow_null=True)
    recorded_flops = serializers.FloatField(allow_null=True)
    longest = LongestEvent(allow_null=True)


class AllFlops(serializers.Serializer[object]):
    """Shares of peak x T; they add up to 1."""

    parts = FlopsPart(many=True)


class CoreFlops(AllFlops):
    """The same of one core. `over` is what FLOPs take beyond the busy time: 0 in sound data."""

    core = serializers.IntegerField()
    active = serializers.FloatField()
    has_limits = serializers.BooleanField()
    over = serializers.FloatField()


class TensorFlops(serializers.Serializer[object]):
    """What became of the Tensor engines' peak, core by core and together."""

    missing = serializers.CharField(allow_null=True)
    cores = CoreFlops(many=True)
    all = AllFlops(allow_null=True)


class Busy(serializers.Serializer[object]):
    """Busy time of a unit: Tensor, Vector, Scalar, GpSimd, Sync or DMA."""

    core = serializers.IntegerField()
    unit = serializers.CharField()
    active_ns = serializers.FloatField(allow_null=True)
    active = serializers.FloatField(allow_null=True)
    throttled_ns = serializers.FloatField(allow_null=True)
    instruction_ns = serializers.FloatField(allow_null=True)
    instructions = serializers.IntegerField(allow_null=True)
    is_computing = serializers.BooleanField()
    missing = serializers.CharField(allow_null=True)
    longest = LongestEvent(allow_null=True)


class HbmPart(serializers.Serializer[object]):
    """read, written, spill_reload, spill_save or unused."""

    id = serializers.CharField()
    bytes = serializers.FloatField()
    share = serializers.FloatField(allow_null=True)
    longest = LongestEvent(allow_null=True)


class Hbm(serializers.Serializer[object]):
    """What became of the bytes device memory could have moved."""

    missing = serializers.CharField(allow_null=True)
    capacity_bytes = serializers.FloatField(allow_null=True)
    parts = HbmPart(many=True)


class Opcode(serializers.Serializer[object]):
    """Instructions of one opcode on one engine; percentiles are durations that occurred."""

    core = serializers.IntegerField()
    engine = serializers.CharField()
    track = serializers.CharField()
    opcode = serializers.CharField()
    function = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()
    sum_ns = serializers.FloatField()
    share = serializers.FloatField()
    flops = serializers.FloatField()
    median_ns = serializers.IntegerField(allow_null=True)
    p95_ns = serializers.IntegerField(allow_null=True)
    max_ns = serializers.IntegerField(allow_null=True)
    longest = LongestEvent(allow_null=True)


class PacketTotals(serializers.Serializer[object]):
    """Packets counted; `bytes_per_s` is how fast one of them moves on average."""

    packets = serializers.IntegerField()
    bytes = serializers.FloatField()
    sum_ns = serializers.FloatField()
    bytes_per_s = serializers.FloatField(allow_null=True)
    longest = LongestEvent(allow_null=True)


class BusyPackets(PacketTotals):
    """With the time in which at least one moved."""

    active_ns = serializers.FloatField()
    active = serializers.FloatField()


class DmaType(BusyPackets):
    """Packets by class of queue."""

    type = serializers.CharField()


class DmaSource(BusyPackets):
    """Packets by who made their descriptors: static, software_dynamic or hardware_dynamic."""

    source = serializers.CharField()  # type: ignore[assignment]  # a field, not its option


class DmaQueue(BusyPackets):
    """Packets of a queue; `achieved` is its rate while busy over that of the DMA engines."""

    core = serializers.IntegerField()
    index = serializers.IntegerField()
    name = serializers.CharField()
    type = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field, not its option
    achieved_bytes_per_s = serializers.FloatField(allow_null=True)
    achieved = serializers.FloatField(allow_null=True)


class DmaEngine(BusyPackets):
    """Packets of a DMA engine, numbered over the device."""

    core = serializers.IntegerField()
    engine = serializers.IntegerField()


class DmaSize(PacketTotals):
    """Packets of one size, or up to a power of two where there are many sizes."""

    least_bytes = serializers.IntegerField()
    most_bytes = serializers.IntegerField()
    mean_ns = serializers.FloatField(allow_null=True)


class TransferPoint(serializers.Serializer[object]):
    """One whole transfer: a row of DmaPacketAggregated."""

    row = serializers.IntegerField()
    start_ns = serializers.IntegerField()
    ns = serializers.IntegerField()
    bytes = serializers.IntegerField()
    bytes_per_s = serializers.FloatField(allow_null=True)
    variable = serializers.CharField(allow_null=True)


class TransferPoints(serializers.Serializer[object]):
    """Whole transfers that start in the range; of more than 1000 an even choice in time."""

    missing = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()
    points = TransferPoint(many=True)


class Dma(serializers.Serializer[object]):
    """Packets by type, source, queue, engine and size."""

    missing = serializers.CharField(allow_null=True)
    packets = serializers.IntegerField(allow_null=True)
    bytes = serializers.FloatField(allow_null=True)
    types = DmaType(many=True)
    sources = DmaSource(many=True)
    queues = DmaQueue(many=True)
    engines = DmaEngine(many=True)
    sizes = DmaSize(many=True)
    transfers = TransferPoints()


class CollectiveOperation(serializers.Serializer[object]):
    """Durations of one operation; quartiles are durations that occurred."""

    operation = serializers.CharField()
    count = serializers.IntegerField()
    sum_ns = serializers.IntegerField()
    min_ns = serializers.IntegerField()
    q1_ns = serializers.IntegerField()
    median_ns = serializers.IntegerField()
    mean_ns = serializers.FloatField()
    q3_ns = serializers.IntegerField()
    max_ns = serializers.IntegerField()
    variance_ns2 = serializers.FloatField()
    longest = LongestEvent(allow_null=True)


class Collectives(serializers.Serializer[object]):
    """Collective operations that start in the range; points hold columns of CcOp."""

    missing = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()
    operations = CollectiveOperation(many=True)
    points = serializers.ListField(child=serializers.DictField())


class NkiEngine(serializers.Serializer[object]):
    """Instructions and time of an engine: the kernel's, and all; opcodes with both counts."""

    engine = serializers.CharField()
    kernel = serializers.IntegerField()
    all = serializers.IntegerField()
    kernel_ns = serializers.FloatField()
    all_ns = serializers.FloatField()
    longest = LongestEvent(allow_null=True)
    opcodes = serializers.ListField(child=serializers.DictField())


class Nki(serializers.Serializer[object]):
    """Share of instructions that come from a NKI kernel's source."""

    missing = serializers.CharField(allow_null=True)
    engines = NkiEngine(many=True)
