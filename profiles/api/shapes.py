"""The shapes of requests and answers, for the OpenAPI document."""

from typing import ClassVar

from rest_framework import serializers

from profiles.models import STAGES, Status


class Stage(serializers.Serializer[object]):
    """How far a run is."""

    name = serializers.ChoiceField(choices=STAGES)
    index = serializers.IntegerField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    started_at = serializers.DateTimeField()


class Failure(serializers.Serializer[object]):
    """Why a profile failed."""

    code = serializers.CharField()
    title = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField()
    offset = serializers.IntegerField(allow_null=True)
    file = serializers.CharField()
    stage = serializers.CharField()


class Links(serializers.Serializer[object]):
    """Addresses of everything about a profile; those of pages are null on a server without."""

    self = serializers.CharField()
    page = serializers.CharField(allow_null=True)
    timeline = serializers.CharField(allow_null=True)
    runs = serializers.CharField()
    sources = serializers.CharField()
    tables = serializers.CharField()


class EventFilters(serializers.Serializer[object]):
    """Which events of a system trace are processed; empty lists mean all."""

    event_types = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Names of events; hardware or software; with ^ before it, one to leave out.",
    )
    instance_ids = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Instances by their ids."
    )
    neuron_cores = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Cores by their numbers."
    )


class Options(EventFilters):
    """What of a capture directory is processed; those that differ from the defaults."""

    ignore_device_profile = serializers.BooleanField(
        required=False, help_text="Leave NEFF and NTFF files out: no device profiles."
    )
    ignore_system_profile = serializers.BooleanField(
        required=False, help_text="Leave the system trace out: one device profile."
    )


class DeviceCounts(serializers.Serializer[object]):
    """How many device profiles a system profile has, and how far they are."""

    total = serializers.IntegerField()
    ready = serializers.IntegerField()
    failed = serializers.IntegerField()


class Profile(serializers.Serializer[object]):
    """A profile."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    kind = serializers.CharField()
    cores = serializers.IntegerField(allow_null=True)
    duration_ns = serializers.IntegerField(allow_null=True)
    instance_type = serializers.CharField()
    ntff_version = serializers.IntegerField(allow_null=True)
    size_bytes = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    processed_at = serializers.DateTimeField(allow_null=True)
    notices = serializers.IntegerField()
    stage = Stage(allow_null=True)
    failure = Failure(allow_null=True)
    run = serializers.IntegerField(allow_null=True)
    queue_position = serializers.IntegerField(allow_null=True)
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    devices = DeviceCounts()
    options = Options()
    source_roots = serializers.DictField(
        child=serializers.CharField(),
        help_text="Folders of source code that the command line named: nki, framework.",
    )
    links = Links()


class ProfilePage(serializers.Serializer[object]):
    """One page of profiles."""

    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = Profile(many=True)


class ProfileUpload(serializers.Serializer[object]):
    """The parts of an upload."""

    name = serializers.CharField(
        required=False,
        max_length=150,
        help_text="1 to 150 characters; the trace's file name if absent.",
    )
    neff = serializers.FileField(required=False, help_text="The compiled program.")
    ntff = serializers.ListField(
        child=serializers.FileField(),
        required=False,
        help_text="Traces: a part each, in order. A NEFF, a trace, or both are needed.",
    )
    directory = serializers.FileField(
        required=False,
        help_text="In their place: a capture directory as .tar, .tar.gz, .tar.zst or .zip.",
    )
    options = serializers.CharField(
        required=False, help_text="What of a directory is processed: Options as JSON text."
    )
    left_out = serializers.CharField(
        required=False,
        help_text="Files of a directory that were not sent, as JSON text: "
        '{"count": 2, "files": [["notes.txt", 12]]}; at most 1000 are named.',
    )


class Rename(serializers.Serializer[object]):
    """A new name."""

    name = serializers.CharField(max_length=150, help_text="1 to 150 characters.")


class Reprocess(serializers.Serializer[object]):
    """Options for processing again."""

    without = serializers.ListField(
        child=serializers.ChoiceField(choices=["neff", "ntff"]),
        required=False,
        help_text="Roles of files to leave out.",
    )
    partial = serializers.BooleanField(  # type: ignore[assignment]
        required=False, help_text="Show what can be read of a trace that is cut."
    )
    options = EventFilters(required=False, help_text="Other filters; without it they stay.")


class RunError(serializers.Serializer[object]):
    """How a run ended badly."""

    code = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField()
    offset = serializers.IntegerField(allow_null=True)
    file = serializers.CharField()


class Run(serializers.Serializer[object]):
    """One attempt."""

    number = serializers.IntegerField()
    attempt = serializers.IntegerField()
    outcome = serializers.CharField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    stage = serializers.CharField()
    error = RunError(allow_null=True)
    log = serializers.CharField()


class Source(serializers.Serializer[object]):
    """An uploaded file."""

    id = serializers.IntegerField()
    role = serializers.CharField()
    ordinal = serializers.IntegerField()
    name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    file = serializers.CharField()


class IgnoredFile(serializers.Serializer[object]):
    """A file that is not read."""

    name = serializers.CharField()
    size_bytes = serializers.IntegerField()


class IgnoredFiles(serializers.Serializer[object]):
    """Files of a capture directory that are not read."""

    total = serializers.IntegerField(help_text="All of them; at most 1000 are listed.")
    files = IgnoredFile(many=True)


class Table(serializers.Serializer[object]):
    """A table of the current run."""

    name = serializers.CharField()
    part = serializers.IntegerField()
    rows = serializers.IntegerField()
    size_bytes = serializers.IntegerField()
    content_hash = serializers.CharField()
    description = serializers.CharField()
    file = serializers.CharField()
    columns: ClassVar = serializers.ListField(child=serializers.DictField())


class Rows(serializers.Serializer[object]):
    """Rows of a table. 64-bit ids and Unix times are text."""

    columns = serializers.ListField(child=serializers.DictField())
    rows = serializers.ListField(child=serializers.DictField())
    row_numbers = serializers.ListField(child=serializers.IntegerField())
    total = serializers.IntegerField()
