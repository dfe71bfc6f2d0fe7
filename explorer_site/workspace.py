"""Files given on the command line, taken into a workspace with or without a running server."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Given:
    """What the command line was given: a pair of files, or a capture directory."""

    neff: Path | None
    ntffs: Sequence[Path]
    directory: Path | None = None
    name: str = ""


def ingest(given: Given) -> int:
    """Take the files in, process them, print the profile's address. Returns the exit code.

    A workspace that is being served gets them through its server's API: the server's worker does
    the work. Otherwise it is done here, and no server is started.
    """
    address = configured_address()
    data_folder.prepare(address.data_dir, version=settings.EXPLORER_VERSION)
    server = data_folder.ServerLock(address.data_dir).holder()
    if server is not None:
        return _through(server.port, given)
    with data_folder.ingesting(address.data_dir), _database(address.data_dir):
        return _here(_taken(given), address.port)


def submit_before_serving(given: Given) -> None:
    """Take the files in as a waiting profile; the server that starts next processes it.

    Raises Refusal if the workspace is being served already.
    """
    address = configured_address()
    data_folder.prepare(address.data_dir, version=settings.EXPLORER_VERSION)
    lock = data_folder.ServerLock(address.data_dir)
    lock.take(port=address.port, api_port=address.api_port)
    try:
        with _database(address.data_dir):
            _taken(given)
    finally:
        lock.release()


def _taken(given: Given) -> UUID:
    """The waiting profile of what was given. Raises Refusal with the code."""
    if given.directory is None:
        return _submit(source_refs(given.neff, given.ntffs), given.name)
    from profiles.captures import capture_submit_in_place
    from profiles.refusal import Refused

    name = given.name or given.directory.absolute().name
    try:
        return capture_submit_in_place(given.directory, name).pk
    except Refused as refused:
        raise Refusal(str(refused)) from refused


def _through(port: int, given: Given) -> int:
    """Send the files to the server on `port` and wait until they are processed."""
    parser = argparse.ArgumentParser()
    upload.add_options(parser)
    files = [("--neff", given.neff)] if given.neff else []
    files += [("--ntff", path) for path in given.ntffs]
    files += [("--profile-directory", given.directory)] if given.directory else []
    arguments = ["--wait", "--endpoint", f"http://localhost:{port}", "--name", given.name]
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
    """Process one profile, and those it unfolds into, in this process's own child.

    Prints how each ended. Returns the exit code.
    """
    from profiles.models import Profile, Status

    has_failed = _processed(profile_id, port)
    for device in Profile.objects.filter(parent=profile_id, status=Status.PENDING).order_by("name"):
        has_failed |= _processed(device.pk, port)
    return EXIT_FAILED if has_failed else 0


def _processed(profile_id: UUID, port: int) -> bool:
    """Process one profile; whether it failed."""
    from ingest_worker.ingest import ingest as ingest_profile
    from profiles.models import Profile, Status

    with StageBar(Profile.objects.get(pk=profile_id).name) as bar:
        told: Callable[[str, int, int], None] = bar
        ingest_profile(profile_id, worker="command line", told=told)
    profile = Profile.objects.get(pk=profile_id)
    sys.stdout.write(f"{profile.status}  http://localhost:{port}/profiles/{profile_id}/\n")
    if profile.status == Status.PROCESSED:
        return False
    run = profile.runs.first()
    if run is not None:
        sys.stderr.write(f"{run.error_code}: {run.error_message} {run.error_hint}\n")
    return True
