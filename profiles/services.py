"""What changes profiles: submit, rename, delete, process again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from profiles import lifecycle, official_folder, pairing
from profiles.dispatch import send_process_on_commit
from profiles.models import NAME_LENGTH, Profile, SourceFile, Status
from profiles.processing import Processing, processing_of
from profiles.refusal import Refused
from profiles.storage.sources import ReceivedFile
from profiles.stores import official_links, source_store, table_store

ALL = Processing()
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Sample:
    """A capture that comes with the program: its name, and role and file name of its files."""

    name: str
    files: tuple[tuple[str, str], ...]


SAMPLES = {
    "attention": Sample(
        "Sample: attention block", (("neff", "attention.neff"), ("ntff", "attention.ntff"))
    ),
    "serving": Sample("Sample: serving run", (("archive", "serving.tar.gz"),)),
}


def clean_name(name: str) -> str:
    """The name, stripped. Raises Refused; markup is legal, it is only text."""
    text = name.encode("utf-8", "replace").decode().replace("\0", "").strip()
    if not text:
        raise Refused("name.empty", fields={"name": "empty"})
    if len(text) > NAME_LENGTH:
        raise Refused(
            "name.too_long",
            f"The name has {len(text)} characters; {NAME_LENGTH} are allowed.",
            fields={"name": "too long"},
        )
    return text


def profile_submit(
    *,
    name: str | None,
    files: Sequence[ReceivedFile],
    idempotency_key: str = "",
    is_sample: bool = False,
    options: Processing = ALL,
    left_out: Mapping[str, Any] = NOTHING,
) -> tuple[Profile, bool]:
    """A new PENDING profile from received files, and whether it is new.

    `left_out` names files of a directory that its sender kept (profiles.left_out).

    The same key with the same name and contents gives the profile it gave before; with others it
    is refused. Files move first: rows never name a file that is not there.
    """
    chosen = clean_name(pairing.default_name(file.name for file in files) if name is None else name)
    digest = _digest(chosen, files, options)
    if idempotency_key and (known := _known(idempotency_key, digest)):
        return known, False
    profile_id = uuid4()
    try:
        own = Profile(
            id=profile_id,
            name=chosen,
            idempotency_key=idempotency_key[:200] or None,
            content_digest=digest,
            is_sample=is_sample,
            options=options.document(),
            capture={"left_out": dict(left_out)} if left_out else {},
        )
        return _create(own, files), True
    except IntegrityError:
        source_store().delete_profile(str(profile_id))
        if idempotency_key and (known := _known(idempotency_key, digest)):
            return known, False
        raise
    except BaseException:
        source_store().delete_profile(str(profile_id))
        raise


def _digest(name: str, files: Sequence[ReceivedFile], options: Processing) -> str:
    digest = hashlib.sha256(name.encode())
    for file in files:
        digest.update(f"\0{file.role}\0{file.received.sha256}".encode())
    if options != ALL:
        digest.update(json.dumps(options.document(), sort_keys=True).encode())
    return digest.hexdigest()


def _known(key: str, digest: str) -> Profile | None:
    found = Profile.objects.filter(idempotency_key=key[:200]).first()
    if found is not None and found.content_digest != digest:
        raise Refused("upload.key_reused")
    return found


def _create(profile: Profile, files: Sequence[ReceivedFile]) -> Profile:
    """Moves the files and writes the rows of a profile that is described already."""
    places = _placed(files)
    for file, ordinal in places:
        source_store().adopt(file.received.path, str(profile.pk), file.role, ordinal)
    with transaction.atomic():
        profile.size_bytes = sum(file.received.size_bytes for file in files)
        profile.sent_at = timezone.now()
        profile.save(force_insert=True)
        SourceFile.objects.bulk_create(
            SourceFile(
                profile=profile,
                role=file.role,
                ordinal=ordinal,
                name=file.name,
                size_bytes=file.received.size_bytes,
                sha256=file.received.sha256,
            )
            for file, ordinal in places
        )
        official_folder.take_name(profile)
        send_process_on_commit(profile.pk)
    return profile


def _placed(files: Sequence[ReceivedFile]) -> list[tuple[ReceivedFile, int]]:
    counts: dict[str, int] = {}
    places = []
    for file in files:
        ordinal = counts.get(file.role, 0)
        counts[file.role] = ordinal + 1
        places.append((file, ordinal))
    return places


def profile_rename(profile: Profile, *, name: str) -> Profile:
    """Give the profile another name; its folder's link follows."""
    chosen = clean_name(name)
    old_folder = profile.folder_name
    with transaction.atomic():
        Profile.objects.filter(pk=profile.pk).update(name=chosen)
        profile.name = chosen
        official_folder.take_name(profile)
    if profile.folder_name != old_folder:
        official_links(profile.namespace).remove(old_folder)
    official_folder.follow(profile.pk)
    return profile


def source_roots_keep(profile_id: UUID | str, roots: Mapping[str, str]) -> None:
    """Keep where sources lie, for a profile and the device profiles made with it."""
    mine = Q(pk=profile_id) | Q(parent=profile_id)
    Profile.objects.filter(mine).update(source_roots=dict(roots))


def profile_delete(profile: Profile) -> None:
    """Remove a profile with all its files, and the device profiles of a capture with it.

    A run in progress notices that its lease is gone.
    """
    with transaction.atomic():
        # Locked first: a claim that is being written must not add a run to what is deleted here.
        mine = Q(pk=profile.pk) | Q(parent=profile.pk)
        found = Profile.objects.select_for_update().filter(mine)
        folders = {str(one.pk): (one.namespace, one.folder_name) for one in found}
        Profile.objects.filter(pk=profile.pk).delete()
    folders[str(profile.pk)] = (profile.namespace, profile.folder_name)
    for profile_id, (namespace, folder) in folders.items():
        official_links(namespace).remove(folder)
        table_store().drop_profile(profile_id)
        source_store().delete_profile(profile_id)


def profile_reprocess(
    profile: Profile,
    *,
    without: Sequence[str] = (),
    partial: bool = False,
    options: Mapping[str, Any] | None = None,
) -> None:
    """Process the kept files again; with other filters of events, or with those it had.

    Raises Refused while it is being processed, for options that cannot be changed any more, or if
    no file would be left to look at.
    """
    chosen = profile.options
    if options is not None:
        chosen = processing_of(profile.options).with_filters(options).document()
    if not profile.sources.exclude(role__in=without).exists():
        raise Refused("upload.missing_part", "No file would be left to look at.")
    with transaction.atomic():
        if not lifecycle.reprocess(
            profile.pk, without=list(without), partial=partial, options=chosen
        ):
            raise Refused("profile.busy")
        send_process_on_commit(profile.pk)


def sample_files(which: str = "attention") -> list[tuple[str, Path]]:
    """Role and path of a sample capture's files, which come with the program."""
    folder = Path(__file__).parent / "sample"
    return [(role, folder / name) for role, name in SAMPLES[which].files]


def sample_open(which: str = "attention") -> Profile:
    """A sample profile; made at the first call, processed again if it has failed."""
    key = f"sample-{which}-"
    found = Profile.objects.filter(is_sample=True, idempotency_key__startswith=key).first()
    if found is not None:
        if found.status == Status.FAILED:
            profile_reprocess(found)
            found.refresh_from_db()
        return found
    files = []
    for role, path in sample_files(which):
        with source_store().receive() as incoming:
            incoming.append(path.read_bytes())
            files.append(ReceivedFile(role, path.name, incoming.finish()))
    # The key makes one profile of two clicks at once.
    key += "-".join(file.received.sha256[:16] for file in files)
    profile, _ = profile_submit(
        name=SAMPLES[which].name, files=files, idempotency_key=key, is_sample=True
    )
    for file in files:
        file.received.path.unlink(missing_ok=True)
    return profile
