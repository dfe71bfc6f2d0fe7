"""The shapes of the summary of a device profile, for the OpenAPI document.

A value that cannot be given is null, and `missing` names the input it would take.
"""

from rest_framework import serializers

from profiles.api.metrics_part_shapes import (
    Busy,
    Collectives,
    Dma,
    Hbm,
    Nki,
    Opcode,
    Roofline,
    TensorFlops,
)


class MetricEntry(serializers.Serializer[object]):
    """What a number means. T, P, peak, B, D are explained in docs/metrics.md."""

    id = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    formula = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field, not its option


class MetricValue(serializers.Serializer[object]):
    """A number, or what is missing for it."""

    value = serializers.FloatField(allow_null=True)
    missing = serializers.CharField(allow_null=True)


class SummaryCore(serializers.Serializer[object]):
    """A physical core of the profile."""

    core = serializers.IntegerField()
    has_instructions = serializers.BooleanField()
    has_limits = serializers.BooleanField()


class SummaryRange(serializers.Serializer[object]):
    """What was asked for; `first_ns` to `last_ns` is the whole profile, `core` null for all."""

    start_ns = serializers.IntegerField()
    end_ns = serializers.IntegerField()
    duration_ns = serializers.IntegerField()
    first_ns = serializers.IntegerField()
    last_ns = serializers.IntegerField()
    is_whole = serializers.BooleanField()
    core = serializers.IntegerField(allow_null=True)
    cores = SummaryCore(many=True)


class Machine(serializers.Serializer[object]):
    """Constants of one physical core; null where the chip is not known. `cores` are chosen."""

    generation = serializers.CharField()
    is_known = serializers.BooleanField()
    peak_flops = serializers.FloatField(allow_null=True)
    hbm_bytes_per_s = serializers.FloatField(allow_null=True)
    dma_bytes_per_s = serializers.FloatField(allow_null=True)
    tensor_ghz = serializers.FloatField(allow_null=True)
    other_ghz = serializers.FloatField(allow_null=True)
    cores = serializers.IntegerField()


class Tick(serializers.Serializer[object]):
    """A mark on a tile's bar. `kind` is roof, minimum or balance; `at` is its place, 0 to 1."""

    metric = serializers.CharField()
    kind = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    at = serializers.FloatField(allow_null=True)
    missing = serializers.CharField(allow_null=True)


class TileNote(MetricValue):
    """A second number of a tile."""

    metric = serializers.CharField()


class Tile(MetricValue):
    """A number of the strip. `bar` is how far its bar is filled, 0 to 1."""

    metric = serializers.CharField()
    bar = serializers.FloatField(allow_null=True)
    tick = Tick(allow_null=True)
    notes = TileNote(many=True)
    cores = serializers.IntegerField()


class Bound(serializers.Serializer[object]):
    """The most that could be saved: `factor` is T / (T - saved_ns). Bounds do not add up."""

    factor = serializers.FloatField()
    saved_ns = serializers.FloatField()
    assumption = serializers.CharField()


class Evidence(serializers.Serializer[object]):
    """Rows of a table, at most 200, and how many there are. `tracks` are rows of the timeline."""

    table = serializers.CharField()
    rows = serializers.ListField(child=serializers.IntegerField())
    count = serializers.IntegerField()
    noun = serializers.CharField()
    tracks = serializers.ListField(child=serializers.CharField())


class Finding(serializers.Serializer[object]):
    """What a rule found, the largest bound first. `ranges` are [start_ns, end_ns] pairs where it
    happens, at most 64 in order of time, of `range_count`; `values` are the rule's own numbers.
    """

    rank = serializers.IntegerField()
    rule = serializers.CharField()
    title = serializers.CharField()
    detail = serializers.CharField()
    advice = serializers.CharField()
    bound = Bound()
    evidence = Evidence()
    ranges = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2)
    )
    range_count = serializers.IntegerField()
    values = serializers.DictField(child=serializers.FloatField())


class Rung(serializers.Serializer[object]):
    """A time the range could take; `gap` names what is lost between it and the rung above."""

    id = serializers.CharField()
    title = serializers.CharField()
    ns = serializers.FloatField(allow_null=True)
    missing = serializers.CharField(allow_null=True)
    gap = serializers.CharField(allow_null=True)
    gap_ns = serializers.FloatField(allow_null=True)


class Ladder(serializers.Serializer[object]):
    """From the measured time down to an ideal."""

    id = serializers.CharField()
    title = serializers.CharField()
    rungs = Rung(many=True)


class Bounds(serializers.Serializer[object]):
    """Ladders of memory, compute and pipeline. Gaps are no predictions of savings."""

    measured_ns = serializers.IntegerField()
    ladders = Ladder(many=True)


class PathResource(serializers.Serializer[object]):
    """Time on the critical path by kind (work, transfer, latency or unexplained) and unit."""

    kind = serializers.CharField()
    core = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    ns = serializers.IntegerField()
    share = serializers.FloatField()
    count = serializers.IntegerField()


class PathSegment(serializers.Serializer[object]):
    """A stretch of the path: the row of Instruction it belongs to, and the timeline's row."""

    kind = serializers.CharField()
    start_ns = serializers.IntegerField()
    end_ns = serializers.IntegerField()
    row = serializers.IntegerField(allow_null=True)
    track = serializers.CharField(allow_null=True)


class PathLink(PathSegment):
    """One of the longest: `row` worked, waited for the signal or issued the transfer, and
    `after_row` could go on then; `released_by` is engine order, semaphore, transfer or first.
    """

    core = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    ns = serializers.IntegerField()
    opcode = serializers.CharField(allow_null=True)
    after_row = serializers.IntegerField(allow_null=True)
    after_opcode = serializers.CharField(allow_null=True)
    released_by = serializers.CharField(allow_null=True)


class CriticalPath(serializers.Serializer[object]):
    """Back from the last instruction, always to what was waited for. `links` are the ten longest,
    `segments` at most 500 of `segment_count` in order of time.
    """

    missing = serializers.CharField(allow_null=True)
    ns = serializers.IntegerField()
    share = serializers.FloatField()
    resources = PathResource(many=True)
    links = PathLink(many=True)
    segments = PathSegment(many=True)
    segment_count = serializers.IntegerField()


class DataNotice(serializers.Serializer[object]):
    """Something odd or missing in the data; `detail` says what it means for the numbers."""

    code = serializers.CharField()
    title = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()


class SystemFact(serializers.Serializer[object]):
    """A version or a fact about the machine."""

    id = serializers.CharField()
    title = serializers.CharField()
    value = serializers.JSONField(allow_null=True)


class Summary(serializers.Serializer[object]):
    """A range of a device profile in numbers; the whole profile is the range of all of it."""

    profile = serializers.UUIDField()
    run = serializers.IntegerField()
    range = SummaryRange()
    machine = Machine()
    metrics = serializers.DictField(child=MetricValue())
    strip = Tile(many=True)
    findings = Finding(many=True)
    roofline = Roofline()
    tensor_flops = TensorFlops()
    busy = Busy(many=True)
    hbm = Hbm()
    opcodes = Opcode(many=True)
    dma = Dma()
    collectives = Collectives()
    nki = Nki()
    bounds = Bounds()
    critical_path = CriticalPath()
    notices = DataNotice(many=True)
    system = SystemFact(many=True)
