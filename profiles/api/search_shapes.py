"""Shapes of answers about searches."""

from rest_framework import serializers

from profiles.timeline.search.quantities import UNIT_WORDS

Plain = serializers.Serializer[object]


class SearchHit(Plain):
    """A drawn row that matches: its row on the timeline, its row number, its times."""

    track = serializers.CharField()
    part = serializers.IntegerField()
    table = serializers.CharField()
    row = serializers.IntegerField()
    start_ns = serializers.IntegerField()
    end_ns = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]


class SearchTrack(Plain):
    """The hits of one row of the timeline; `busy_ns` is what at least one of them covers."""

    track = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    part = serializers.IntegerField()
    core = serializers.IntegerField()
    count = serializers.IntegerField()
    sum_ns = serializers.IntegerField()
    busy_ns = serializers.IntegerField()
    busy_share = serializers.FloatField()


class FoundHits(Plain):
    """What was found so far; all of it where `complete`. `tracks` come with the whole."""

    complete = serializers.BooleanField()
    rows = serializers.IntegerField()
    rows_read = serializers.IntegerField()
    count = serializers.IntegerField()
    sum_ns = serializers.IntegerField()
    first = SearchHit(allow_null=True)
    last = SearchHit(allow_null=True)
    duration_ns = serializers.IntegerField()
    tracks = SearchTrack(many=True)
    tracks_total = serializers.IntegerField()


class TrackCaps(Plain):
    """Where hits of one track lie: four numbers a stretch, one after another.

    First bucket, first bucket behind it, a bit for each lane, and how many hits begin there (null
    for a DMA engine). Buckets count from the zero.
    """

    track = serializers.IntegerField()
    runs = serializers.ListField(child=serializers.IntegerField(allow_null=True))


class SearchCaps(Plain):
    """Hits of a view, as stretches that can be drawn."""

    complete = serializers.BooleanField()
    count = serializers.IntegerField()
    bucket_ns = serializers.IntegerField()
    tracks = TrackCaps(many=True)


class SearchStep(Plain):
    """One hit, and its place among all of them from 1; null where there is none on that side."""

    complete = serializers.BooleanField()
    count = serializers.IntegerField()
    hit = SearchHit(allow_null=True)
    place = serializers.IntegerField(allow_null=True)


class SearchField(Plain):
    """A field that a search may ask about; `units` only of a number."""

    name = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    measures = serializers.ChoiceField(["text", "truth", *UNIT_WORDS])
    units = serializers.CharField(allow_null=True)
    tables = serializers.ListField(child=serializers.CharField())
    description = serializers.CharField()


class SearchFields(Plain):
    """All fields of a run."""

    columns = SearchField(many=True)
