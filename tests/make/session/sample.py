"""The sample of a system profile: three requests served by eight cores, one of them always late.

`python -m tests.make.session.sample profiles/sample` writes serving.tar.gz.
"""

import argparse
from pathlib import Path

from tests.make.archive import Member, gzip, tar
from tests.make.session.description import Session
from tests.make.session.runtime import MS, US
from tests.make.session.serving import Serving, serving_session
from tests.make.session.write import session_files

FILE_NAME = "serving.tar.gz"
FOLDER = "neuron_profiles"
SAMPLE = Serving(
    requests=3, decode_steps=4, straggler=5, late_ns=120 * US, gap_after=4, gap_ns=3 * MS
)


def sample_session() -> Session:
    """The session in the sample: rank 5 begins late, the host is busy behind the first request."""
    return serving_session(SAMPLE)


def sample_tar() -> bytes:
    """The capture directory as a tar, its files in the order of their names."""
    files = session_files(sample_session())
    return tar(Member(f"{FOLDER}/{name}", files[name]) for name in sorted(files))


def main() -> None:
    """Writes the sample into the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    path: Path = parser.parse_args().folder / FILE_NAME
    packed = gzip(sample_tar(), level=9)
    path.write_bytes(packed)
    print(f"{path}: {len(packed)} bytes")


if __name__ == "__main__":
    main()
