"""Capture directories: taken in as one profile, unfolded into one for the system and the traces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from profiles import lifecycle, official_folder
from profiles.capture_names import RESULTS
from profiles.directory import SYSTEM, CapturePlan, DevicePlan
from profiles.dispatch import send_process_on_commit
from profiles.models import Profile, SourceFile
from profiles.processing import Processing
from profiles.refusal import Refused
from profiles.services import clean_name
from profiles.stores import source_path

ARCHIVE, NEFF, NTFF = "archive", "neff", "ntff"
MOST_LISTED = 1000


@dataclass(frozen=True)
class KeptFile:
    """A file of a capture as it came to lie: `place` below the profile's folder, or `in_place`."""

    name: str
    role: str
    size_bytes: int
    sha256: str = ""
    place: str = ""
    in_place: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether its bytes are there; others are only listed."""
        return bool(self.place or self.in_place)


@dataclass
class _Unfolding:
    """What one unfolding makes: the rows of the parent, by name, and the children's ids."""

    profile: Profile
    plan: CapturePlan
    sources: dict[str, SourceFile] = field(default_factory=dict)


def capture_submit_in_place(path: Path, name: str, options: Processing | None = None) -> Profile:
    """A new PENDING profile of a directory that is read where it lies. Raises Refused.

    One file that the official tool wrote is taken like a directory that holds nothing else.
    """
    if not path.exists():
        raise Refused("source.gone", f"There is no directory {path}.")
    with transaction.atomic():
        profile = Profile.objects.create(
            name=clean_name(name),
            sent_at=timezone.now(),
            options={} if options is None else options.document(),
        )
        SourceFile.objects.create(
            profile=profile,
            role=ARCHIVE,
            name=path.name or "directory",
            size_bytes=0,
            in_place=str(path.resolve()),
        )
        official_folder.take_name(profile)
        send_process_on_commit(profile.pk)
    return profile


def is_unfolded(profile: Profile) -> bool:
    """Whether the profile's archive or directory has been listed."""
    return not profile.sources.filter(role=ARCHIVE).exists()


def holds_results(profile: Profile) -> bool:
    """Whether it was made of what the official tool wrote, not of a capture."""
    return profile.sources.filter(role__in=RESULTS).exists()


def capture_unfold(run_id: int, attempt: int, files: Sequence[KeptFile], plan: CapturePlan) -> bool:
    """Replace the archive by its files and make the device profiles, in one transaction.

    False when the run no longer holds the profile: then nothing has changed.
    """
    with transaction.atomic():
        if not lifecycle.is_held(run_id, attempt):
            return False
        profile = Profile.objects.get(runs=run_id)
        archives = list(profile.sources.filter(role=ARCHIVE))
        SourceFile.objects.filter(pk__in=[one.pk for one in archives]).delete()
        read = [file for file in files if file.is_kept and file.name not in set(plan.others)]
        own = _Unfolding(profile, plan, _sources(profile, read))
        _describe(own, read, files)
        if plan.kind == SYSTEM:
            for device in plan.devices:
                _child(own, device)
    for archive in archives:
        if not archive.in_place:
            source_path(archive).unlink(missing_ok=True)
    _drop_unread(profile, {file.place for file in files} - {file.place for file in read})
    return True


def _drop_unread(profile: Profile, places: set[str]) -> None:
    """Remove what was unpacked and turned out to be of no use."""
    for place in places - {""}:
        source_path(SourceFile(profile=profile, place=place)).unlink(missing_ok=True)


def drop_unfolded_archive(profile: Profile) -> None:
    """Remove the archive that a kill right after the unfolding left behind."""
    left = SourceFile(profile=profile, role=ARCHIVE, ordinal=0)
    if is_unfolded(profile):
        source_path(left).unlink(missing_ok=True)


def _sources(profile: Profile, files: Sequence[KeptFile]) -> dict[str, SourceFile]:
    """A row for every file that is read, by its name."""
    counts: dict[str, int] = {}
    rows = []
    for file in sorted(files, key=lambda file: (file.role, file.name)):
        ordinal = counts.get(file.role, 0)
        counts[file.role] = ordinal + 1
        rows.append(
            SourceFile(
                profile=profile,
                role=file.role,
                ordinal=ordinal,
                name=file.name,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
                place=file.place,
                in_place=file.in_place,
            )
        )
    return {row.name: row for row in SourceFile.objects.bulk_create(rows)}


def _describe(own: _Unfolding, read: Sequence[KeptFile], files: Sequence[KeptFile]) -> None:
    """Kind, size and facts of the profile."""
    plan = own.plan
    sizes = {file.place or file.in_place: file.size_bytes for file in read}
    listed = [[file.name, file.size_bytes] for file in files if file.name not in own.sources]
    left_out = own.profile.capture.get("left_out", {})
    capture: dict[str, Any] = {
        "ignored": sorted([*listed, *left_out.get("files", ())])[:MOST_LISTED],
        "ignored_count": len(listed) + left_out.get("count", 0),
        "notices": [[one.code, one.message, one.count] for one in plan.notices],
        "devices": len(plan.devices),
        "processes": [
            [one.instance, one.process_id, one.folder] for one in plan.processes[:MOST_LISTED]
        ],
    }
    if plan.kind != SYSTEM:
        capture["parts"] = [[one.ntff, one.neff, one.name] for one in plan.devices]
    own.profile.kind = plan.kind
    own.profile.capture = capture
    own.profile.size_bytes = sum(sizes.values())
    own.profile.save(update_fields=["kind", "capture", "size_bytes"])


def _child(own: _Unfolding, device: DevicePlan) -> None:
    """The device profile of a trace; its files are the parent's."""
    used = {NTFF: own.sources[device.ntff]}
    if device.neff is not None:
        used[NEFF] = own.sources[device.neff]
    child = Profile.objects.create(
        id=uuid4(),
        name=device.name,
        parent=own.profile,
        namespace=own.profile.namespace,
        size_bytes=sum(source.size_bytes for source in used.values()),
        capture={"device": {**vars(device)}},
        source_roots=own.profile.source_roots,
        sent_at=timezone.now(),
    )
    SourceFile.objects.bulk_create(_borrowed(child, used))
    official_folder.take_name(child)
    send_process_on_commit(child.pk)


def _borrowed(child: Profile, used: Mapping[str, SourceFile]) -> list[SourceFile]:
    return [
        SourceFile(
            profile=child,
            role=role,
            name=source.name,
            size_bytes=source.size_bytes,
            sha256=source.sha256,
            original=source,
        )
        for role, source in used.items()
    ]


def devices_of(profile: Profile) -> list[tuple[UUID, DevicePlan]]:
    """The device profiles of a capture, each as it was planned."""
    found = profile.devices.order_by("name").values_list("pk", "capture")
    return [(pk, planned_device(capture["device"])) for pk, capture in found if "device" in capture]


def planned_device(document: Mapping[str, Any]) -> DevicePlan:
    """The plan as it was kept; plans of before know no windows."""
    windows = tuple((start, end) for start, end in document.get("windows_ns", ()))
    return DevicePlan(**{**document, "windows_ns": windows})
