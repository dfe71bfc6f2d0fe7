"""The shapes of answers about system runs, for the OpenAPI document."""

from rest_framework import serializers

from profiles.api.shapes import Links
from profiles.models import Status


class NameCount(serializers.Serializer[object]):
    """A name and how often it occurs."""

    name = serializers.CharField()
    count = serializers.IntegerField()


class FoundEvents(serializers.Serializer[object]):
    """Events whose name matches. Each holds the columns of SystemProfileEvents, its row and its
    place among the matches, from 1. `names_total` counts all names, given or not; `hits` are the
    matches from `offset` on, as many as `limit` says.
    """

    count = serializers.IntegerField()
    names = NameCount(many=True)
    names_total = serializers.IntegerField()
    hits = serializers.ListField(child=serializers.DictField())
    first = serializers.DictField(allow_null=True)
    last = serializers.DictField(allow_null=True)
    previous = serializers.DictField(allow_null=True)
    next = serializers.DictField(allow_null=True)


class Spread(serializers.Serializer[object]):
    """Durations counted; percentiles are durations that occurred (nearest rank)."""

    count = serializers.IntegerField()
    sum_ns = serializers.IntegerField()
    median_ns = serializers.IntegerField()
    p99_ns = serializers.IntegerField()
    max_ns = serializers.IntegerField()


class NameStatistics(Spread):
    """Durations of events with one name. `inside_ns` is the part within the range; percentiles
    are durations that occurred (nearest rank). Without a core they are of all cores.
    """

    name = serializers.CharField()
    instance_id = serializers.CharField(allow_null=True)
    process_id = serializers.CharField(allow_null=True)
    nc_idx = serializers.IntegerField(allow_null=True)
    pcore_idx = serializers.IntegerField(allow_null=True)
    inside_ns = serializers.IntegerField()


class RangeStatistics(serializers.Serializer[object]):
    """Events that touch a range. `names` counts all names, `groups` all names on all cores, given
    or not.
    """

    start_ns = serializers.IntegerField(allow_null=True)
    end_ns = serializers.IntegerField(allow_null=True)
    events = serializers.IntegerField()
    by_name = NameStatistics(many=True)
    by_name_and_core = NameStatistics(many=True)
    names = serializers.IntegerField()
    groups = serializers.IntegerField()


class ProcessRunning(serializers.Serializer[object]):
    """A process and its devices. Running is when any of its cores ran; without hardware events
    (`from_hardware` false) when any of its calls did. `gaps` lie between.
    """

    instance_id = serializers.CharField()
    process_id = serializers.CharField()
    first_ns = serializers.IntegerField()
    last_ns = serializers.IntegerField()
    events = serializers.IntegerField()
    cores = serializers.IntegerField()
    running_ns = serializers.IntegerField()
    running_share = serializers.FloatField()
    from_hardware = serializers.BooleanField()
    gaps = Spread(allow_null=True)


class StepPlace(serializers.Serializer[object]):
    """One step."""

    step = serializers.IntegerField()
    start_ns = serializers.IntegerField()
    end_ns = serializers.IntegerField()


class GraphSteps(Spread):
    """Steps of one graph: calls of nrt_execute on all ranks at the same time."""

    graph = serializers.CharField()
    role = serializers.ChoiceField(choices=["prefill", "decode"], allow_null=True)
    ranks = serializers.IntegerField()
    slowest = StepPlace()


class RankPlace(serializers.Serializer[object]):
    """A worker."""

    worker_gid = serializers.IntegerField(allow_null=True)
    instance_id = serializers.CharField()
    process_id = serializers.CharField()
    nc_idx = serializers.IntegerField(allow_null=True)


class RankLateness(serializers.Serializer[object]):
    """A rank at all meetings of one name. `cost_ns`: how long the others waited for it alone."""

    rank = RankPlace()
    meetings = serializers.IntegerField()
    times_last = serializers.IntegerField()
    cost_ns = serializers.IntegerField()
    median_after_first_ns = serializers.IntegerField()


class CostliestRank(RankLateness):
    """The rank that costs most, and its share of the time of all steps."""

    share_of_steps = serializers.FloatField()


class Arrival(serializers.Serializer[object]):
    """When a rank came, after the first."""

    rank = RankPlace()
    after_first_ns = serializers.IntegerField()


class RankMeeting(serializers.Serializer[object]):
    """One begin of a step or one collective, with the arrival of each rank in order."""

    step = serializers.IntegerField()
    graph = serializers.CharField()
    first_ns = serializers.IntegerField()
    spread_ns = serializers.IntegerField()
    cost_ns = serializers.IntegerField()
    last = RankPlace()
    arrivals = Arrival(many=True)


class LateRanks(serializers.Serializer[object]):
    """All meetings of one name: `worst` are the ten that cost most, `ranks` the 64 of
    `rank_count`.
    """

    name = serializers.CharField()
    meetings = serializers.IntegerField()
    cost_ns = serializers.IntegerField()
    costs_most = CostliestRank()
    ranks = RankLateness(many=True)
    rank_count = serializers.IntegerField()
    worst = RankMeeting(many=True)


class HostActivity(serializers.Serializer[object]):
    """What the host did in a gap: at every instant the event that began last counts. Without a
    name nothing was recorded.
    """

    name = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    ns = serializers.IntegerField()
    share = serializers.FloatField()


class HostGap(serializers.Serializer[object]):
    """An idle stretch between executions; `also` further processes were idle then too."""

    instance_id = serializers.CharField()
    process_id = serializers.CharField()
    start_ns = serializers.IntegerField()
    end_ns = serializers.IntegerField()
    duration_ns = serializers.IntegerField()
    also = serializers.IntegerField()
    host = HostActivity(many=True)
    host_other_ns = serializers.IntegerField()


class SystemSummary(serializers.Serializer[object]):
    """A system run in numbers; times from the profile's zero."""

    first_ns = serializers.IntegerField()
    last_ns = serializers.IntegerField()
    wall_ns = serializers.IntegerField()
    events = serializers.IntegerField()
    instances = serializers.IntegerField()
    logical_cores = serializers.IntegerField()
    physical_cores = serializers.IntegerField()
    device_ns = serializers.IntegerField()
    processes = ProcessRunning(many=True)
    steps = GraphSteps(many=True)
    stragglers = LateRanks(many=True)
    gaps = HostGap(many=True)


class DeviceMemory(serializers.Serializer[object]):
    """One memory of a device."""

    instance_id = serializers.CharField()
    device_idx = serializers.IntegerField()
    hbm_idx = serializers.IntegerField()


class MemoryPeak(serializers.Serializer[object]):
    """When most was in use, and how much."""

    time_ns = serializers.IntegerField()
    bytes = serializers.IntegerField()


class MemoryKind(serializers.Serializer[object]):
    """What memory is used for: bytes at each instant, and the most."""

    kind = serializers.CharField()
    max_bytes = serializers.IntegerField()
    bytes = serializers.ListField(child=serializers.IntegerField())


class HbmUsage(serializers.Serializer[object]):
    """Device memory in use at instants, from the profile's zero; each holds until the next. Of
    more changes than asked for the largest are kept. `capacity_bytes` is null for unknown chips.
    """

    memories = DeviceMemory(many=True)
    capacity_bytes = serializers.IntegerField(allow_null=True)
    time_ns = serializers.ListField(child=serializers.IntegerField())
    total_bytes = serializers.ListField(child=serializers.IntegerField())
    peak = MemoryPeak(allow_null=True)
    kinds = MemoryKind(many=True)


class DeviceFile(serializers.Serializer[object]):
    """A file of a device profile, by its path in the directory."""

    role = serializers.CharField()
    name = serializers.CharField()
    size_bytes = serializers.IntegerField()


class DeviceProfile(serializers.Serializer[object]):
    """A device profile. Without an id it was listed and not made. `calls` are those of
    nrt_execute that ran its program on its core; `reason` says why there is no `mfu`.
    """

    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices, allow_null=True)
    instance = serializers.CharField(allow_null=True)
    process = serializers.CharField(allow_null=True)
    nc = serializers.IntegerField(allow_null=True)
    model_id = serializers.CharField(allow_null=True)
    session = serializers.CharField(allow_null=True)
    duration_ns = serializers.IntegerField(allow_null=True)
    files = DeviceFile(many=True)
    calls = serializers.IntegerField()
    total_ns = serializers.IntegerField(allow_null=True)
    median_ns = serializers.IntegerField(allow_null=True)
    mfu = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    links = Links(allow_null=True)


class DeviceProfiles(serializers.Serializer[object]):
    """The device profiles of a system profile."""

    total = serializers.IntegerField()
    ready = serializers.IntegerField()
    failed = serializers.IntegerField()
    devices = DeviceProfile(many=True)


class NamedModel(serializers.Serializer[object]):
    """A model's name, and its parts where it has them."""

    name = serializers.CharField()
    graph = serializers.CharField(allow_null=True)
    role = serializers.ChoiceField(choices=["prefill", "decode"], allow_null=True)
    rank = serializers.IntegerField(allow_null=True)
    bucket = serializers.IntegerField(allow_null=True)


class TimeShare(serializers.Serializer[object]):
    """A part of an event's time."""

    label = serializers.CharField()  # type: ignore[assignment]
    ns = serializers.IntegerField()
    share = serializers.FloatField()


class DeviceCandidate(serializers.Serializer[object]):
    """A device profile that an event may belong to. `open_url` leads to the same instant where
    `at_same_instant` is true; `device_zero_host_ns` is its zero, from the system profile's.
    """

    profile_id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices, allow_null=True)
    relation = serializers.CharField()
    evidence = serializers.CharField()
    open_url = serializers.CharField(allow_null=True)
    at_same_instant = serializers.BooleanField()
    device_zero_host_ns = serializers.IntegerField(allow_null=True)


class DeviceLink(serializers.Serializer[object]):
    """An event and the device profiles it may be."""

    event = serializers.DictField()
    model = NamedModel(allow_null=True)
    where = TimeShare(many=True)
    candidates = DeviceCandidate(many=True)
    note = serializers.CharField()


class EventPlace(serializers.Serializer[object]):
    """Where an event is; times from the profile's zero."""

    row = serializers.IntegerField()
    name = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    instance_id = serializers.CharField()
    process_id = serializers.CharField()
    thread_id = serializers.CharField()
    worker_gid = serializers.IntegerField(allow_null=True)
    nc_idx = serializers.IntegerField(allow_null=True)
    pcore_idx = serializers.IntegerField(allow_null=True)
    start_ts = serializers.IntegerField()
    end_ts = serializers.IntegerField()


class FlowEvent(EventPlace):
    """An event of an execution. `reason`: by its execution id, because it lies inside the call on
    its thread, or by time alone. `cause_row` is the event it follows from.
    """

    reason = serializers.ChoiceField(choices=["execution id", "inside the call", "time"])
    cause_row = serializers.IntegerField(allow_null=True)


class BesideEvent(EventPlace):
    """What another core did at the same time; `shared_ns` of it lie within the event asked for."""

    shared_ns = serializers.IntegerField()
    has_same_name = serializers.BooleanField()


class Flow(serializers.Serializer[object]):
    """The execution an event is a part of, in order of time, and one event of every other core.
    `beside_count` counts all cores, given or not.
    """

    flow = FlowEvent(many=True)
    beside = BesideEvent(many=True)
    beside_count = serializers.IntegerField()


class DeviceRow(serializers.Serializer[object]):
    """The first execution a device profile shows. `device_zero_host_ns` is the device profile's
    zero, from the system profile's.
    """

    profile_id = serializers.UUIDField()
    row = serializers.IntegerField()
    instance_id = serializers.CharField()
    process_id = serializers.CharField()
    nc_idx = serializers.IntegerField(allow_null=True)
    device_zero_host_ns = serializers.IntegerField()


class DeviceRows(serializers.Serializer[object]):
    """Device profiles that can be drawn on host time, in order of their executions."""

    rows = DeviceRow(many=True)
