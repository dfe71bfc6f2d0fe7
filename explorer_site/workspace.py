"""Files given on the command line, taken into a workspace with or without a running server."""

import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

import django
from django.conf import settings
from django.db import connection

from explorer_site.export import StageBar, source_refs
from explorer_site.serve import data_folder, preparation
from explorer_site.serve.address import Address, configured_address
from explorer_site.serve.refusal import Refusal
from explorer_site.served_workspace import final_documents, sent_pair
from ingest_worker.pipeline.stage import SourceRef

PIECE_BYTES = 1 << 20
EXIT_FAILED = 1
TOLD_OTHERWISE = ("profiles.dispatch", "ingest_worker.run")
"""Loggers that would say on the terminal what the bar shows, or that no server runs."""


@dataclass(frozen=True)
class Given:
    """What the command line was given: a pair of files, or a capture directory.

    `source_roots` are folders of source code by what they are the sources of: `nki`, `framework`.
    `options` are those of profiles.processing. `replaces`: earlier profiles of the same name go.
    """

    neff: Path | None
    ntffs: Sequence[Path]
    directory: Path | None = None
    name: str = ""
    source_roots: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    replaces: bool = False


def ingest(given: Given, *, as_json: bool = False) -> int:
    """Take the files in, process them, print how each profile ended. Returns the exit code.

    In a workspace that is being served the server's worker does the work. Otherwise it is done
    here, and no server is started.
    """
    address = configured_address()
    check_roots(given.source_roots)
    data_folder.prepare(address.data_dir, version=settings.EXPLORER_VERSION)
    server = data_folder.ServerLock(address.data_dir).holder()
    report = _Report(address, as_json=as_json)
    if server is not None:
        with _database(address.data_dir):
            profile_id = _taken_while_served(server.port, given)
        for document in final_documents(server.port, profile_id):
            report.tell(document)
        with _database(address.data_dir):
            _replace(given, profile_id)
        return report.end()
    with data_folder.ingesting(address.data_dir), _database(address.data_dir):
        taken = _taken(given)
        _here(taken, report)
        _replace(given, taken)
    return report.end()


def submit_before_serving(given: Given) -> None:
    """Take the files in as a waiting profile; the server that starts next processes it.

    Raises Refusal if the workspace is being served already.
    """
    address = configured_address()
    check_roots(given.source_roots)
    data_folder.prepare(address.data_dir, version=settings.EXPLORER_VERSION)
    lock = data_folder.ServerLock(address.data_dir)
    lock.take(port=address.main_port, api_port=address.api_port)
    try:
        with _database(address.data_dir):
            _replace(given, _taken(given))
    finally:
        lock.release()


def _replace(given: Given, profile_id: UUID | str) -> None:
    """Delete the earlier profiles of the same name, if asked to; one that failed replaces none."""
    from profiles.models import Profile, Status
    from profiles.services import profile_delete, profile_rename

    if not given.replaces:
        return
    kept = Profile.objects.get(pk=profile_id)
    if kept.status == Status.FAILED:
        return
    same = Profile.objects.filter(name=kept.name, parent=None, is_sample=False)
    for earlier in same.exclude(pk=kept.pk):
        profile_delete(earlier)
    profile_rename(kept, name=kept.name)  # takes the folder's name that is free now


def check_roots(roots: Mapping[str, Path]) -> None:
    """Raise Refusal for a folder of sources that is not there."""
    for name, folder in roots.items():
        if not folder.is_dir():
            raise Refusal(f"--{name}-source-root {folder} is not a directory.")


def _taken(given: Given) -> UUID:
    """The waiting profile of what was given. Raises Refusal with the code."""
    if given.directory is None:
        profile_id = _submit(source_refs(given.neff, given.ntffs), given.name)
    else:
        profile_id = _submit_in_place(given.directory, given.name, given.options)
    _keep_roots(profile_id, given.source_roots)
    return profile_id


def _taken_while_served(port: int, given: Given) -> str:
    """The id of the waiting profile in a workspace that is served on `port`. Raises Refusal.

    A pair goes through the server's API. A directory is read where it lies: its row is enough.
    """
    if given.directory is not None:
        return str(_taken(given))
    source_refs(given.neff, given.ntffs)
    profile_id = sent_pair(port, given.neff, given.ntffs, given.name)
    _keep_roots(profile_id, given.source_roots)
    return profile_id


def _keep_roots(profile_id: UUID | str, roots: Mapping[str, Path]) -> None:
    from profiles.services import source_roots_keep

    if roots:
        source_roots_keep(profile_id, {name: str(path.resolve()) for name, path in roots.items()})


def _submit_in_place(directory: Path, name: str, options: Mapping[str, Any]) -> UUID:
    from profiles.captures import capture_submit_in_place
    from profiles.processing import processing_of
    from profiles.refusal import Refused

    own_name = name or directory.absolute().name
    try:
        return capture_submit_in_place(directory, own_name, processing_of(options)).pk
    except Refused as refused:
        raise Refusal(str(refused)) from refused


@contextmanager
def _database(data_dir: Path) -> Iterator[None]:
    """Django set up and the database up to date; its connection closed at the end."""
    django.setup()
    for name in TOLD_OTHERWISE:
        logging.getLogger(name).setLevel(logging.ERROR)
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


class _Report:
    """How profiles ended: a line each as they end, or one JSON list at the end."""

    def __init__(self, address: Address, *, as_json: bool) -> None:
        self._address = address
        self._as_json = as_json
        self._documents: list[dict[str, Any]] = []

    def tell(self, document: dict[str, Any]) -> None:
        """A profile, as the API tells it, that is processed or has failed."""
        self._documents.append(document)
        if not self._as_json:
            page = self._address.profile(document["id"])
            sys.stdout.write(f"{document['status']}  {page}\n")
            sys.stdout.flush()
        if failure := document["failure"]:
            said = f"{failure['code']}: {failure['message']} {failure['hint']}"
            sys.stderr.write(f"{document['name']}: {said}\n")

    def end(self) -> int:
        """Print what is left to print. Returns the exit code."""
        if self._as_json:
            told = [{**one, "page": self._address.profile(one["id"])} for one in self._documents]
            sys.stdout.write(json.dumps(told, indent=1) + "\n")
        has_failed = any(one["status"] != "PROCESSED" for one in self._documents)
        return EXIT_FAILED if has_failed else 0


def _here(profile_id: UUID, report: _Report) -> None:
    """Process one profile, and those it unfolds into, in this process's own child."""
    from profiles.models import Profile, Status

    _process(profile_id, report)
    for device in Profile.objects.filter(parent=profile_id, status=Status.PENDING).order_by("name"):
        _process(device.pk, report)


def _process(profile_id: UUID, report: _Report) -> None:
    from ingest_worker.ingest import ingest as ingest_profile
    from profiles.models import Profile
    from profiles.presentation import profile_document
    from profiles.selectors import profiles_visible

    with StageBar(Profile.objects.get(pk=profile_id).name) as bar:
        told: Callable[[str, int, int], None] = bar
        ingest_profile(profile_id, worker="command line", told=told)
    report.tell(profile_document(profiles_visible().get(pk=profile_id)))
