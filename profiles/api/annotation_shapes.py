"""The shapes of markers, regions and their sets."""

from rest_framework import serializers

from profiles.annotations.draft import (
    COLOURS,
    LAST_NS,
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_ROW,
)

_END = "Without it it is a marker, with it a region."
_PLACED = "What it was put on; nothing means all of the profile."


class AnnotationDraft(serializers.Serializer[object]):
    """What a marker or a region holds."""

    name = serializers.CharField(max_length=LONGEST_NAME, help_text="1 to 80 characters, one line.")
    start_ns = serializers.IntegerField(
        min_value=0, max_value=LAST_NS, help_text="From the zero of the part."
    )
    end_ns = serializers.IntegerField(
        min_value=0, max_value=LAST_NS, required=False, allow_null=True, help_text=_END
    )
    colour = serializers.ChoiceField(
        choices=COLOURS, required=False, help_text="One of the nine hues; blue if absent."
    )
    note = serializers.CharField(
        max_length=LONGEST_NOTE, required=False, help_text=f"Up to {LONGEST_NOTE} characters."
    )
    part = serializers.IntegerField(required=False, allow_null=True, help_text=_PLACED)
    row = serializers.CharField(
        max_length=LONGEST_ROW, required=False, help_text="The key of a row of the timeline."
    )


class AnnotationChange(AnnotationDraft):
    """Fields to change, and the version that was seen."""

    version = serializers.IntegerField(help_text="As it was read; another one answers 409.")
    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    start_ns = serializers.IntegerField(min_value=0, max_value=LAST_NS, required=False)


class Annotation(serializers.Serializer[object]):
    """A marker or a region."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=("marker", "region"))
    name = serializers.CharField()
    start_ns = serializers.IntegerField()
    end_ns = serializers.IntegerField(allow_null=True)
    colour = serializers.ChoiceField(choices=COLOURS)
    note = serializers.CharField()
    part = serializers.IntegerField(allow_null=True)
    row = serializers.CharField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class AnnotationSet(serializers.Serializer[object]):
    """Markers and regions kept under a name."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    count = serializers.IntegerField()
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


class AnnotationBoard(serializers.Serializer[object]):
    """All markers, regions and sets of a profile."""

    revision = serializers.IntegerField()
    annotations = Annotation(many=True)
    sets = AnnotationSet(many=True)


class AnnotationFile(serializers.Serializer[object]):
    """The file that is exported and imported; docs/annotations.md has its columns as CSV."""

    format = serializers.CharField(required=False, help_text="neuron-explorer-annotations")
    version = serializers.IntegerField(required=False, help_text="1")
    profile = serializers.DictField(child=serializers.CharField(), required=False)
    annotations = AnnotationDraft(many=True)


class BroughtIn(serializers.Serializer[object]):
    """What came of a file or a set."""

    added = serializers.IntegerField()
    already_there = serializers.IntegerField()


class Cleared(serializers.Serializer[object]):
    """How many are gone."""

    deleted = serializers.IntegerField()


class SetName(serializers.Serializer[object]):
    """What is there now, under a name."""

    name = serializers.CharField(max_length=LONGEST_NAME, help_text="1 to 80 characters, one line.")


class SetChange(serializers.Serializer[object]):
    """Another name, other contents, or both; and the version that was seen."""

    version = serializers.IntegerField(help_text="As it was read; another one answers 409.")
    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    save_over = serializers.BooleanField(
        required=False, help_text="Keep what is there now in its place."
    )


class SetLoad(serializers.Serializer[object]):
    """How a set is brought back."""

    mode = serializers.ChoiceField(
        choices=("add", "replace"), required=False, help_text="add if absent."
    )
    revision = serializers.IntegerField(
        required=False, help_text="The board's revision that was seen; needed to replace."
    )
