"""The capture that real servers are given: the sample that comes with the program."""

import os
from pathlib import Path


def small_pair(folder: Path) -> list[tuple[str, Path]]:
    """Role and path of each file."""
    folder = (
        Path(os.environ.get("SAMPLES", "../shared/samples")).resolve()
        / "trainium-kernel-fusion/baseline_bf16_s512"
    )
    return [("ntff", folder / "baseline_exec_2.ntff")]
