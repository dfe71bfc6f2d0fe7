"""The stores, as the settings say."""

from functools import cache
from pathlib import Path

from django.conf import settings

from profiles.models import SourceFile
from profiles.storage import layout
from profiles.storage.official_link import OfficialLinks
from profiles.storage.sources import SourceStore
from profiles.storage.tables import TableStore


@cache
def _source_store(folder: Path) -> SourceStore:
    return SourceStore(folder / "sources", folder / "incoming")


def source_store() -> SourceStore:
    """Uploaded files."""
    return _source_store(settings.DATA_DIR)


def table_store() -> TableStore:
    """Runs."""
    return TableStore(settings.DATA_DIR / "tables")


def official_links(namespace: str) -> OfficialLinks:
    """Links to current runs."""
    return OfficialLinks(settings.DATA_DIR / "profiles", namespace)


def source_path(source: SourceFile) -> Path:
    """Where the bytes of a source lie."""
    if source.original is not None:
        return source_path(source.original)
    if source.in_place:
        return Path(source.in_place)
    store, profile_id = source_store(), str(source.profile_id)
    if source.place:
        return store.root / layout.checked(profile_id) / layout.checked(source.place)
    return store.path(profile_id, source.role, source.ordinal)
