"""Keeps the official tool's folder names and links in step with the database."""

import logging
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, transaction

from profiles.models import Profile
from profiles.storage import official_link
from profiles.stores import official_links, table_store

logger = logging.getLogger(__name__)


def take_name(profile: Profile) -> None:
    """Give the profile its folder name: its own name's, or with its id when that is taken."""
    wanted = official_link.folder_name(profile.name)
    for folder in (wanted, official_link.with_id(wanted, str(profile.pk))):
        if folder == profile.folder_name:
            return
        try:
            with transaction.atomic():
                Profile.objects.filter(pk=profile.pk).update(folder_name=folder)
        except IntegrityError:
            continue
        profile.folder_name = folder
        return


def follow(profile_id: UUID) -> None:
    """Point the profile's link at its current run. A failure is repaired at the next start."""
    profile = Profile.objects.select_related("current_run").filter(pk=profile_id).first()
    if profile is None or profile.current_run is None or not profile.folder_name:
        return
    run_path = table_store().run_path(str(profile.pk), profile.current_run.number)
    try:
        official_links(profile.namespace).point(profile.folder_name, run_path)
    except OSError as error:
        logger.warning("the link was not set: %s", error, extra={"profile": str(profile.pk)})


def repair_all() -> int:
    """Make all links what the database says. Returns how many were wrong."""
    return sum(official_links(name).repair(links) for name, links in _wanted().items())


def _wanted() -> dict[str, dict[str, Path]]:
    """Run folders by namespace and folder name."""
    wanted: dict[str, dict[str, Path]] = {"global": {}}
    processed = Profile.objects.exclude(current_run=None).exclude(folder_name="")
    for profile in processed.select_related("current_run"):
        assert profile.current_run is not None
        path = table_store().run_path(str(profile.pk), profile.current_run.number)
        wanted.setdefault(profile.namespace, {})[profile.folder_name] = path
    return wanted
