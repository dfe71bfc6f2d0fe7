"""Runs the measurements that need no browser and no server: ingest, then tiles.

    python -m tests.bench [--records 1000000 10000000]

Other viewers beside this one (`tests.bench.peers`), frame times (`tests.bench.frame_time`) and
the memory of a large upload (`tests.bench.upload_memory`) are started by hand.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Reads the command line and runs one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "bench-ingest")
    chosen = parser.parse_args()
    for count in chosen.records:
        print(f"ingest of {count:,} records", flush=True)
        run("tests.bench.ingest", "--records", str(count), "--folder", str(chosen.folder))
        print(f"tiles of {count:,} records", flush=True)
        tables = chosen.folder / str(count) / "tables"
        run("tests.bench.tiles", "--run", str(tables), "--every")


def run(module: str, *arguments: str) -> None:
    """Runs a measurement in a process of its own. Raises CalledProcessError."""
    subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    main()
