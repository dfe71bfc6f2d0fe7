"""The shapes of what a range on some rows holds, for the OpenAPI document."""

from rest_framework import serializers

from profiles.api.metrics_part_shapes import LongestEvent


class SelectedEngine(serializers.Serializer[object]):
    """An engine's row: what started, the time it worked, and the waits that are not work."""

    key = serializers.CharField()
    core = serializers.IntegerField()
    name = serializers.CharField()
    count = serializers.IntegerField()
    sum_ns = serializers.FloatField()
    active_ns = serializers.IntegerField()
    active = serializers.FloatField()
    waits = serializers.IntegerField()
    wait_ns = serializers.FloatField()
    longest_wait_ns = serializers.IntegerField(allow_null=True)


class SelectedQueue(serializers.Serializer[object]):
    """A row of packets: a queue, or a DMA engine; both may show the same packets."""

    key = serializers.CharField()
    kind = serializers.CharField()
    core = serializers.IntegerField()
    name = serializers.CharField()
    packets = serializers.IntegerField()
    bytes = serializers.FloatField()
    sum_ns = serializers.FloatField()
    bytes_per_s = serializers.FloatField(allow_null=True)
    active_ns = serializers.IntegerField()
    active = serializers.FloatField()


class SelectedOpcode(serializers.Serializer[object]):
    """An opcode on the chosen engines; `longest_ns` is whole, of those that start in the range."""

    opcode = serializers.CharField()
    engines = serializers.ListField(child=serializers.CharField())
    is_waiting = serializers.BooleanField()
    count = serializers.IntegerField()
    sum_ns = serializers.FloatField()
    longest_ns = serializers.IntegerField(allow_null=True)


class SelectedSize(serializers.Serializer[object]):
    """Packets of one size, or of sizes up to the next power of two where there are many."""

    least_bytes = serializers.IntegerField()
    most_bytes = serializers.IntegerField()
    packets = serializers.IntegerField()
    bytes = serializers.FloatField()
    sum_ns = serializers.FloatField()
    bytes_per_s = serializers.FloatField(allow_null=True)
    mean_ns = serializers.FloatField(allow_null=True)
    longest = LongestEvent(allow_null=True)


class MovedBytes(serializers.Serializer[object]):
    """Bytes by a column of `Instruction`; null where no instruction of the profile tells it."""

    id = serializers.CharField()
    bytes = serializers.FloatField(allow_null=True)


class Route(serializers.Serializer[object]):
    """Whole transfers that start in the range; null where an end has no name."""

    to = serializers.CharField(allow_null=True)
    transfers = serializers.IntegerField()
    bytes = serializers.FloatField()

    def get_fields(self) -> dict[str, serializers.Field[object, object, object, object]]:
        """With `from`, which no attribute can be called."""
        return {"from": serializers.CharField(allow_null=True), **super().get_fields()}


class SelectedPart(serializers.Serializer[object]):
    """One part; `rows` chosen, `running_before` what began before the range and reaches into it."""

    part = serializers.IntegerField()
    rows = serializers.IntegerField()
    instructions = serializers.IntegerField()
    packets = serializers.IntegerField()
    running_before = serializers.IntegerField()
    packet_bytes = serializers.FloatField()
    engines = SelectedEngine(many=True)
    queues = SelectedQueue(many=True)
    opcodes = SelectedOpcode(many=True)
    opcodes_total = serializers.IntegerField()
    sizes = SelectedSize(many=True)
    moved = MovedBytes(many=True)
    routes = Route(many=True)


class SelectionAnswer(serializers.Serializer[object]):
    """A range; parts have clocks of their own and are counted apart."""

    start_ns = serializers.IntegerField()
    end_ns = serializers.IntegerField()
    duration_ns = serializers.IntegerField()
    parts = SelectedPart(many=True)
