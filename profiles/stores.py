"""The stores, as the settings say."""

from functools import cache
from pathlib import Path

from django.conf import settings

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
