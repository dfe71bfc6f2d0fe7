"""What the database knows: profiles, their source files, and the runs that processed them."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

NAME_LENGTH = 150
STAGES = ("identify", "decode", "resolve", "build", "summarise", "timeline", "publish")


class Status(models.TextChoices):
    """The four words for where a profile is; there is no fifth."""

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    PROCESSED = "PROCESSED"
    FAILED = "FAILED"


class Profile(models.Model):
    """What a user uploaded, and which run of it is current.

    A device profile made from a capture directory has the directory's system profile as `parent`.
    `capture` holds what the directory's plan said: of a parent the files left out and notices, of
    a device profile whose trace it is. `source_roots` holds folders of source code on this machine,
    by what they are the sources of: `nki` or `framework`. `options` are those of
    profiles.processing, as they were chosen when it was sent or processed again.

    `status`, `attempts`, `active_run` and `current_run` are written by profiles.lifecycle alone,
    `annotation_revision`, which counts changes of markers, regions and their sets, by
    profiles.annotations.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=NAME_LENGTH)
    namespace = models.CharField(max_length=100, default="global")
    folder_name = models.CharField(max_length=250, default="", blank=True)
    kind = models.CharField(max_length=20, default="device")
    capture = models.JSONField(default=dict, blank=True)
    source_roots = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    size_bytes = models.BigIntegerField(default=0)
    without = models.JSONField(default=list)
    partial = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    last_run_number = models.PositiveIntegerField(default=0)
    active_run = models.OneToOneField(
        "IngestRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="active_for"
    )
    current_run = models.OneToOneField(
        "IngestRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="current_for"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=200, null=True, blank=True, unique=True)
    content_digest = models.CharField(max_length=64, default="", blank=True)
    is_sample = models.BooleanField(default=False)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="devices"
    )
    annotation_revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["namespace", "folder_name"],
                condition=~models.Q(folder_name=""),
                name="one_profile_per_folder",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "sent_at"], name="profile_waiting"),
            models.Index(Lower("name"), name="profile_name"),
        ]

    def __str__(self) -> str:
        return self.name


class SourceFile(models.Model):
    """A file of a profile: what it is for, its name as text, its size and hash.

    `name` is the path inside a capture directory. Where the bytes lie, profiles.stores.source_path
    says: under the role and ordinal, under `place` when it was unpacked, at `in_place` when it was
    left where it is, or where `original` lies, the same file of the parent.
    """

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="sources")
    role = models.CharField(max_length=20)
    ordinal = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=1000)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    place = models.CharField(max_length=40, default="", blank=True)
    in_place = models.TextField(default="", blank=True)
    original = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["role", "ordinal"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["profile", "role", "ordinal"], name="one_source_per_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.ordinal}: {self.name}"


class IngestRun(models.Model):
    """One attempt to process a profile: its lease, its progress, how it ended."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField()
    worker = models.CharField(max_length=200, default="", blank=True)
    lease_until = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=20, default="", blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    outcome = models.CharField(max_length=20, default="", blank=True)
    error_code = models.CharField(max_length=60, default="", blank=True)
    error_message = models.TextField(default="", blank=True)
    error_hint = models.TextField(default="", blank=True)
    error_offset = models.BigIntegerField(null=True, blank=True)
    error_file = models.CharField(max_length=255, default="", blank=True)
    log = models.TextField(default="", blank=True)
    duration_ns = models.BigIntegerField(null=True, blank=True)
    core_count = models.PositiveIntegerField(null=True, blank=True)
    ntff_version = models.PositiveIntegerField(null=True, blank=True)
    instance_type = models.CharField(max_length=60, default="", blank=True)
    notice_count = models.PositiveIntegerField(default=0)
    table_bytes = models.BigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "number"], name="one_run_per_number")
        ]
        indexes: ClassVar = [models.Index(fields=["lease_until"], name="run_lease")]

    def __str__(self) -> str:
        return f"run {self.number} of {self.profile_id}"


class Annotation(models.Model):
    """A marker, or a region if it has an end. It is the profile's, so it outlives every run.

    Times are ns from the zero of the part. `version` counts its changes: who changes it says which
    version was seen. What the fields may hold, profiles.annotations.draft says.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="annotations")
    name = models.CharField(max_length=80)
    start_ns = models.BigIntegerField()
    end_ns = models.BigIntegerField(null=True, blank=True)
    colour = models.CharField(max_length=10)
    note = models.TextField(default="", blank=True)
    part = models.PositiveIntegerField(null=True, blank=True)
    row = models.CharField(max_length=200, default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["start_ns", "created_at", "id"]
        indexes: ClassVar = [models.Index(fields=["profile", "start_ns"], name="annotation_time")]

    def __str__(self) -> str:
        return self.name


class AnnotationSet(models.Model):
    """Markers and regions as they were when somebody saved them under a name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="annotation_sets")
    name = models.CharField(max_length=80)
    entries = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "name"], name="one_set_per_name")
        ]

    def __str__(self) -> str:
        return self.name
