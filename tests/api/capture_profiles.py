"""A written capture as profiles in the database: the system run and its device profiles."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from ingest_worker.capture_scan import scan_directory
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from ingest_worker.pipeline.system import process_system
from profiles import lifecycle
from profiles.directory import DevicePlan, plan
from profiles.models import Profile
from profiles.storage.tables import RunFolder
from profiles.stores import table_store
from tests.make.session.description import Session
from tests.make.session.write import write_session
from tests.system.runs import device_refs, system_sources


@dataclass(frozen=True)
class Captured:
    """The system profile, and its device profiles by the path of their trace."""

    system: Profile
    devices: dict[str, Profile]


def captured(session: Session, folder: Path, decoded: Collection[str] = ()) -> Captured:
    """Writes and processes a session; of the device profiles those with these traces."""
    root = write_session(folder, session)
    system = Profile.objects.create(name="serving", kind="system")
    devices = plan(scan_directory(root), "serving").devices
    children = {
        device.ntff: Profile.objects.create(
            name=device.name, parent=system, capture={"device": {**vars(device)}}
        )
        for device in devices
    }
    refs = [
        replace(ref, profile_id=str(children[device.ntff].pk))
        for ref, device in zip(device_refs(root), devices, strict=True)
    ]
    options = Options(explorer_version="test", profile_name="serving")
    process_system(system_sources(root), _folder(system), options, silent, refs)
    _publish(system)
    for device in devices:
        if device.ntff in decoded or Path(device.ntff).name in decoded:
            _decode(root, device, children[device.ntff])
    return Captured(system, children)


def _decode(root: Path, device: DevicePlan, child: Profile) -> None:
    sources = [SourceRef("ntff", device.ntff, root / device.ntff)]
    if device.neff:
        sources.append(SourceRef("neff", device.neff, root / device.neff))
    process(sources, _folder(child), Options(explorer_version="test"), silent)
    _publish(child)


def _folder(profile: Profile) -> RunFolder:
    run = lifecycle.claim(profile.pk, worker="test", lease_s=60)
    assert run is not None
    return table_store().new_run(str(profile.pk), run.number)


def _publish(profile: Profile) -> None:
    profile.refresh_from_db()
    run = profile.active_run
    assert run is not None
    manifest = table_store().open_run(str(profile.pk), run.number).manifest
    assert lifecycle.publish(run.pk, run.attempt, manifest)
    profile.refresh_from_db()
