"""The measurement of the summary tells what it measured, of kept files and of tables."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.stored import write_answer
from profiles.storage.tables import ReadableRun
from tests.bench.metrics import drawn, measure, opened, spread
from tests.metrics.device_tables import device, matmul, packet


@pytest.fixture
def run(tmp_path: Path) -> ReadableRun:
    made = device(
        tmp_path,
        Instruction=[matmul(at, 300) for at in range(0, 50_000, 900)],
        DmaPacket=[packet(at, 90) for at in range(0, 50_000, 700)],
    ).run
    write_answer(made, 0, Thresholds())
    return made


@pytest.mark.parametrize("from_tables", [False, True])
def test_figures_are_of_the_run_that_was_asked_for(run: ReadableRun, from_tables: bool) -> None:
    found = measure(run, 3, from_tables=from_tables)
    assert (found["instructions"], found["packets"]) == (56, 72)
    assert found["ranges"]["p50_wall_ms"] <= found["ranges"]["p95_wall_ms"]
    assert found["ranges"]["p95_wall_ms"] <= found["ranges"]["max_wall_ms"]
    assert found["kept_share"] > 0
    assert found["peak_mb"] > 10


def test_ranges_are_drawn_alike_each_time_and_lie_in_the_run(run: ReadableRun) -> None:
    own = opened(run, from_tables=False)
    pairs = drawn(own, 50)
    assert pairs == drawn(own, 50)
    first, last = own.span_ns
    assert all(first <= start < end <= last + 1 for start, end in pairs)
    widths = np.array([end - start for start, end in pairs]) / (last - first)
    assert widths.min() < 0.01
    assert widths.max() > 0.5


def test_a_spread_names_the_middle_and_the_largest() -> None:
    found = spread([(1.0, 9.0), (3.0, 7.0), (2.0, 8.0)])
    assert (found["p50_wall_ms"], found["max_wall_ms"]) == (2.0, 3.0)
    assert (found["p50_cpu_ms"], found["max_cpu_ms"]) == (8.0, 9.0)


def test_a_range_of_a_fresh_process_loads_no_data_set_library(run: ReadableRun) -> None:
    code = (
        "import json, sys; from pathlib import Path\n"
        "from profiles.storage.tables import TableStore\n"
        "from profiles.metrics.shelf import device_run\n"
        "from tests.bench.metrics import ranged\n"
        f"run = device_run(TableStore(Path({str(run.path.parent.parent)!r})).open_run('made', 1))\n"
        "ranged(run, 1000, 20000)\n"
        "print(json.dumps('pyarrow.dataset' in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) is False
