"""A system profile in the database, its tables written by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from profiles import lifecycle
from profiles.models import Profile
from profiles.storage.manifest import Manifest, PartEntry
from profiles.stores import table_store
from profiles.tables.registry import REGISTRY, arrow_schema

Rows = Sequence[Mapping[str, Any]]
ORIGIN_UNIX_NS = 1_772_000_000_000_000_000


_LINK = pa.schema(
    [
        ("event_row", pa.int64()),
        ("device_profile_name", pa.string()),
        ("device_profile_id", pa.string()),
        ("relation", pa.string()),
        ("evidence", pa.string()),
        ("host_minus_device_ns", pa.int64()),
        ("device_start_ns", pa.int64()),
        ("device_end_ns", pa.int64()),
    ]
)


def whole_table(name: str, rows: Rows) -> pa.Table:
    """Rows as a table; columns that are not given are empty as the published table says."""
    if name not in REGISTRY:
        return pa.Table.from_pylist([dict(row) for row in rows], schema=_LINK)
    fields = REGISTRY[name].fields
    full = [{field.name: row.get(field.name, field.empty) for field in fields} for row in rows]
    return pa.Table.from_pylist(full, schema=arrow_schema(name))


def publish_run(
    profile: Profile,
    tables: Mapping[str, Rows],
    *,
    duration_ns: int = 1000,
    parts: Sequence[PartEntry] = (),
) -> None:
    """Claims the profile, writes the tables as part 0 and publishes."""
    run = lifecycle.claim(profile.pk, worker="test", lease_s=60)
    assert run is not None
    folder = table_store().new_run(str(profile.pk), run.number)
    for name, rows in tables.items():
        whole = whole_table(name, rows)
        folder.write_table(name, 0, whole.schema, iter(whole.combine_chunks().to_batches()))
    manifest = Manifest(
        "7.4.0",
        "test",
        duration_ns=duration_ns,
        parts=tuple(parts),
        tables=tuple(folder.tables),
    )
    folder.publish(manifest)
    assert lifecycle.publish(run.pk, run.attempt, manifest)


def system_profile(tables: Mapping[str, Rows], *, name: str = "serving", **facts: Any) -> Profile:
    """A processed system profile."""
    profile = Profile.objects.create(name=name, kind="system")
    part = PartEntry(0, name, facts.get("duration_ns", 1000), origin_unix_ns=str(ORIGIN_UNIX_NS))
    publish_run(profile, tables, parts=(part,), **facts)
    profile.refresh_from_db()
    return profile
