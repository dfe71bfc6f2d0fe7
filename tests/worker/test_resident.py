"""Another process's private memory is measured without its mapped files."""

import subprocess
import sys

from ingest_worker.resident import private_bytes
from tests.serve.patience import until

MIB = 2**20


def test_what_a_process_allocates_is_counted() -> None:
    program = "import sys, time\nhold = b'x' * (80 * 2**20)\nprint(1, flush=True)\ntime.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert 80 * MIB <= private_bytes(process.pid) < 140 * MIB
        process.kill()


def test_a_process_that_is_gone_holds_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    assert until(lambda: private_bytes(process.pid) == 0)
