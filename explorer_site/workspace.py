"""Files given on the command line, taken into a workspace with or without a running server."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import django
from django.conf import settings
from django.db import connection

from explorer_site import upload
from explorer_site.export import StageBar, source_refs
from explorer_site.serve import data_folder, preparation
from explorer_site.serve.address import configured_address
from explorer_site.serve.refusal import Refusal
from ingest_worker.pipeline.stage import SourceRef

PIECE_BYTES = 1 << 20
EXIT_FAILED = 1


def ingest(neff: Path | None, ntffs: Sequence[Path], *, name: str) -> int:
    """Take the files in, process them, print the profile's address. Returns the exit code.

    A workspace that is being served gets them through its server's API: the server's worker does
    the work. Otherwise it is done here, and no server is started.
    """
    address = configured_address()
    data_folder.prepare(address.data_dir, version=settings.EXPLORER_VERSION)
    server = data_folder.ServerLock(address.data_dir).holder()
    if server is not None:
        return _through(server.port, neff, ntffs, name)
    sources = source_refs(neff, ntffs)
    with data_folder.ingesting(address.data_dir), _database(address.data_dir):
        return _here(_submit(sources, name), address.port)


def submit_before_serving(neff: Path | None, ntffs: Sequence[Path], *, name: str) -> None:
    """Take the files in as a waiting profile; the server that starts next processes it.

    Raises Refusal if the workspace is being served already.
    """
    address = configured_address()
    data_folder.prepare(address.data_dir, version=settings.EXPLORER_VERSION)
    lock = data_folder.ServerLock(address.data_dir)
    lock.take(port=address.port, api_port=address.api_port)
    try:
        with _database(address.data_dir):
            _submit(source_refs(neff, ntffs), name)
    finally:
        lock.release()


def _through(port: int, neff: Path | None, ntffs: Sequence[Path], name: str) -> int:
    """Send the files to the server on `port` and wait until they are processed."""
    parser = argparse.ArgumentParser()
    upload.add_options(parser)
    files = [("--neff", neff)] if neff else []
    files += [("--ntff", path) for path in ntffs]
    arguments = ["--wait", "--endpoint", f"http://localhost:{port}", "--name", name]
    for flag, path in files:
        arguments += [flag, str(path)]
    return upload.run(parser.parse_args(arguments))


@contextmanager
def _database(data_dir: Path) -> Iterator[None]:
    """Django set up and the database up to date; its connection closed at the end."""
    django.setup()
    try:
        preparation.migrate(data_dir)
        yield
    finally:
        connection.close()


def _submit(sources: Sequence[SourceRef], name: str) -> UUID:
    """Copy the files into the workspace and write the rows. Raises Refusal with the code."""
    from profiles.refusal import Refused
    from profiles.services import profile_submit
    from profiles.storage.sources import ReceivedFile
    from profiles.stores import source_store

    files = []
    try:
        for source in sources:
            with source_store().receive() as incoming, source.path.open("rb") as file:
                while piece := file.read(PIECE_BYTES):
                    incoming.append(piece)
                files.append(ReceivedFile(source.role, source.name, incoming.finish()))
        profile, _ = profile_submit(name=name or None, files=files)
    except Refused as refused:
        raise Refusal(str(refused)) from refused
    except OSError as error:
        raise Refusal(f"The files cannot be taken in ({error.strerror or error}).") from error
    finally:
        for received in files:
            received.received.path.unlink(missing_ok=True)
    return profile.pk


def _here(profile_id: UUID, port: int) -> int:
    """Process one profile in this process's own child; print how it ended."""
    from ingest_worker.ingest import ingest as ingest_profile
    from profiles.models import Profile, Status

    with StageBar() as bar:
        told: Callable[[str, int, int], None] = bar
        ingest_profile(profile_id, worker="command line", told=told)
    profile = Profile.objects.get(pk=profile_id)
    sys.stdout.write(f"{profile.status}  http://localhost:{port}/profiles/{profile_id}/\n")
    if profile.status == Status.PROCESSED:
        return 0
    run = profile.runs.first()
    if run is not None:
        sys.stderr.write(f"{run.error_code}: {run.error_message} {run.error_hint}\n")
    return EXIT_FAILED
