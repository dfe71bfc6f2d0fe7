"""Decodes each sample capture once for all tests of the ground truth."""

from pathlib import Path

import pytest

from profiles.storage.tables import ReadableRun, TableStore
from tests.ground_truth.captures import KERNELS, NAMES, Sample


@pytest.fixture(scope="session")
def kernels(samples: Path) -> dict[str, Sample]:
    found = {name: Sample(samples / KERNELS / name) for name in NAMES}
    missing = [str(sample.folder) for sample in found.values() if not sample.folder.is_dir()]
    if missing:
        pytest.skip(f"there are no sample captures in {', '.join(missing)}; set SAMPLES")
    return found


@pytest.fixture(scope="session")
def decoded(
    kernels: dict[str, Sample], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, ReadableRun]:
    store = TableStore(tmp_path_factory.mktemp("ground-truth"))
    return {name: sample.decoded(store) for name, sample in kernels.items()}
