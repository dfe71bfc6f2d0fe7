"""Before a start: database and static files brought up to date, old work taken up again."""

import hashlib
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from explorer_site.serve import data_folder
from explorer_site.serve.refusal import Refusal

STAMP = ".made-from"


def bring_up_to_date(data_dir: Path) -> None:
    """Set Django up, migrate the database, collect static files that changed.

    Raises Refusal if the database was made by a newer version or cannot be used.
    """
    django.setup()
    try:
        migrate(data_dir)
        take_up_old_work(data_dir)
    except DatabaseError as error:
        raise Refusal(f"The database in {data_dir} cannot be used ({error}).") from error
    finally:
        connection.close()
    collect_static(
        Path(settings.STATIC_ROOT), [Path(folder) for folder in settings.STATICFILES_DIRS]
    )


def migrate(data_dir: Path) -> None:
    """Apply what is missing. Raises Refusal if the database knows migrations that are not here."""
    executor = MigrationExecutor(connection)
    ours = {app for app, _ in executor.loader.disk_migrations}
    unknown = [
        key
        for key in executor.loader.applied_migrations
        if key[0] in ours and key not in executor.loader.disk_migrations
    ]
    if unknown:
        raise Refusal(data_folder.newer(data_dir, ""))
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def take_up_old_work(data_dir: Path) -> None:
    """Let the first sweep take back every run and send every waiting profile.

    Whoever holds the folder's lock knows that no worker of this folder runs, so no lease is alive.
    Where that is not sure (a database elsewhere, a command that ingests) leases end by themselves.
    """
    from profiles import official_folder
    from profiles.models import IngestRun, Profile, Status

    if connection.vendor == "sqlite" and not data_folder.is_being_ingested(data_dir):
        past = timezone.now() - timedelta(seconds=1)
        IngestRun.objects.filter(finished_at=None).update(lease_until=past)
        Profile.objects.filter(status=Status.PENDING).update(sent_at=None)
    official_folder.repair_all()


def collect_static(target: Path, folders: list[Path]) -> None:
    """Collect static files into `target`, unless they are the ones collected last time."""
    stamp = target / STAMP
    made_from = _fingerprint(folders)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == made_from:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(made_from, encoding="utf-8")


def _fingerprint(folders: list[Path]) -> str:
    """A hash over names, sizes and times of all static files."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                facts = path.stat()
                digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
