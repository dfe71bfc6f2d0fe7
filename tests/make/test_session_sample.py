"""The committed sample session is what the writer makes, and shows what it promises."""

import tarfile
from pathlib import Path

import pytest

from tests.make.session.description import Process, Session
from tests.make.session.sample import FOLDER, SAMPLE, sample_session
from tests.make.session.write import session_files
from tests.make.test_sample import archive_of

PACKED = Path(__file__).parents[2] / "profiles" / "sample" / "serving.tar.gz"
REMAKE = "python -m tests.make.session.sample profiles/sample"


@pytest.fixture(scope="module")
def committed() -> dict[str, bytes]:
    with tarfile.open(PACKED) as opened:
        found = {}
        for member in opened.getmembers():
            content = opened.extractfile(member)
            assert content is not None, member.name
            found[member.name] = content.read()
        return found


@pytest.fixture(scope="module")
def described() -> Session:
    return sample_session()


@pytest.fixture(scope="module")
def process(described: Session) -> Process:
    (process,) = described.processes
    return process


def test_the_committed_directory_is_the_one_written_now(
    committed: dict[str, bytes], described: Session
) -> None:
    """Compressed bytes may differ between builds of zlib; what they unpack to may not."""
    now = {f"{FOLDER}/{name}": data for name, data in session_files(described).items()}
    assert set(committed) == set(now), f"to renew it: {REMAKE}"
    for name, data in now.items():
        kept = committed[name]
        if name.endswith(".neff"):
            kept, data = archive_of(kept), archive_of(data)
        assert kept == data, f"{name} differs; to renew it: {REMAKE}"


def test_it_is_small_and_tells_of_no_machine(committed: dict[str, bytes]) -> None:
    assert PACKED.stat().st_size < 400_000
    for name, data in committed.items():
        whole = data + (archive_of(data) if name.endswith(".neff") else b"")
        for trace in (b"/home/", b"/root", b"/tmp/", b"ubuntu", b"ip-172", b"10.0."):
            assert trace not in whole, name


def test_its_address_is_one_for_documentation(process: Process) -> None:
    assert process.instance.address.startswith("192.0.2.")


def test_it_serves_three_requests_with_prefill_and_decode(process: Process) -> None:
    graphs = [loaded.path.split("/")[2] for loaded in process.models]
    assert graphs == ["context_encoding_model", "token_generation_model"]
    calls = [e.keys["model_id"] for e in process.events if e.name == "nrt_execute"]
    prefill, decode = (str(loaded.model_id) for loaded in process.models)
    assert calls.count(prefill) == 3 * 8
    assert calls.count(decode) == 3 * 4 * 8
    assert len(process.traces) == 2 * 8


def test_one_rank_is_late_in_every_step(process: Process) -> None:
    late: dict[int, int] = {}
    for exec_id in {e.exec_id for e in process.executions}:
        step = [e for e in process.executions if e.exec_id == exec_id]
        arrived = sorted((e.arrived_ns, e.worker) for e in step)
        assert arrived[-1][1] == SAMPLE.straggler
        late[exec_id] = arrived[-1][0] - arrived[-2][0]
    assert min(late.values()) > SAMPLE.late_ns // 2


def test_the_host_is_busy_with_itself_behind_the_first_request(process: Process) -> None:
    (gap,) = [e for e in process.framework[0].events if e.name == "detokenize"]
    assert gap.end_ns - gap.start_ns == SAMPLE.gap_ns
    for execution in process.executions:
        for _, start_ns, end_ns in execution.running:
            assert end_ns < gap.start_ns or gap.end_ns < start_ns
