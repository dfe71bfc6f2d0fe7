"""A job travels to the child as one line of JSON and arrives as it left."""

from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders.system.device import DeviceRef
from ingest_worker.formats.limits import Limits
from ingest_worker.job import Job, JobSource

text = st.text(max_size=30)
sources = st.builds(
    JobSource,
    role=st.sampled_from(["neff", "ntff"]),
    name=text,
    path=text,
    ordinal=st.integers(0, 100),
)
windows = st.lists(st.tuples(st.integers(), st.integers()), max_size=3).map(tuple)
devices = st.builds(
    DeviceRef,
    profile_id=text,
    name=text,
    instance_id=text,
    process_id=st.none() | st.integers(),
    nc_id=st.none() | st.integers(0, 200),
    model_id=st.none() | st.integers(0, 2**62),
    session_id=st.none() | st.integers(0, 9),
    neff_name=st.none() | text,
    evidence=text,
    windows_ns=windows,
)
jobs = st.builds(
    Job,
    profile_id=text,
    run=st.integers(1, 10**6),
    tables=text,
    sources=st.lists(sources, max_size=4).map(tuple),
    profile_name=text,
    without=st.lists(text, max_size=2).map(tuple),
    partial=st.booleans(),
    limits=st.builds(Limits, file_bytes=st.integers(1, 10**12)),
    memory_bytes=st.integers(0, 10**11),
    pause_folder=text,
    devices=st.lists(devices, max_size=2).map(tuple),
)


@given(jobs)
def test_a_job_arrives_as_it_left(job: Job) -> None:
    line = job.to_json()
    assert "\n" not in line
    assert Job.from_json(line) == job


def test_a_job_without_a_pause_folder_never_pauses() -> None:
    job = Job(profile_id="p", run=1, tables="t", sources=())
    assert job.pause is None
