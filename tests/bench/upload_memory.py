"""Sends one very large file to a running server and reports how much its web processes grow.

Run by hand, against a server started with `make run`:

    python tests/bench/upload_memory.py --pid <supervisor> --head a.ntff --size 5GB

The file has a real trace's first bytes and then zeros, so it passes the door and would fail in the
worker; the profile is deleted afterwards. Memory is the resident size of the supervisor's
descendants that are web processes, summed, sampled every 50 ms.
"""

import argparse
import http.client
import json
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

PIECE_BYTES = 1 << 20
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9}


def children_of(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children_of(int(child))]
    return found


def resident_bytes(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    line = next((row for row in text.splitlines() if row.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(line.split()[1]) * 1024


def is_web(pid: int) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").lower()
    except OSError:
        return False
    return b"granian" in words or b"serve.web" in words or b"wsgi" in words


class Watch(threading.Thread):
    """Samples the web processes' resident memory until stopped; `first` and `most` in bytes."""

    def __init__(self, supervisor: int) -> None:
        super().__init__(daemon=True)
        self.pids = [pid for pid in children_of(supervisor) if is_web(pid)]
        self.first = self.most = self.sample()
        self.stopped = threading.Event()

    def sample(self) -> int:
        return sum(resident_bytes(pid) for pid in self.pids)

    def run(self) -> None:
        while not self.stopped.wait(0.05):
            self.most = max(self.most, self.sample())


def body(boundary: str, head: bytes, size_bytes: int) -> Iterator[bytes]:
    field = "Content-Disposition: form-data; name="
    yield f'--{boundary}\r\n{field}"name"\r\n\r\nlarge upload\r\n'.encode()
    yield (
        f'--{boundary}\r\n{field}"ntff"; filename="large.ntff"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    yield head
    zeros = bytes(PIECE_BYTES)
    left = size_bytes - len(head)
    while left > 0:
        yield zeros[: min(left, PIECE_BYTES)]
        left -= PIECE_BYTES
    yield f"\r\n--{boundary}--\r\n".encode()


def size_of(text: str) -> int:
    return int(float(text[:-2]) * UNITS[text[-2:].upper()])


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--endpoint", default="http://127.0.0.1:3001")
    words.add_argument("--pid", type=int, required=True, help="process id of the supervisor")
    words.add_argument("--size", default="5GB")
    words.add_argument("--head", type=Path, required=True, help="a real trace, for its first bytes")
    given = words.parse_args()
    size_bytes = size_of(given.size)
    head = given.head.read_bytes()[:4096]
    boundary = uuid.uuid4().hex
    length = sum(len(piece) for piece in body(boundary, head, len(head))) + size_bytes - len(head)
    watch = Watch(given.pid)
    watch.start()
    started = time.perf_counter()
    place = urlsplit(given.endpoint)
    line = http.client.HTTPConnection(place.hostname or "127.0.0.1", place.port, timeout=600)
    line.request(
        "POST",
        "/api/v1/profiles/",
        body=body(boundary, head, size_bytes),
        headers={
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(length),
        },
    )
    answer = line.getresponse()
    text = answer.read()
    seconds = time.perf_counter() - started
    watch.stopped.set()
    rate = size_bytes / 1e6 / seconds
    before, most = watch.first / 1e6, watch.most / 1e6
    print(f"answer            {answer.status}")
    print(f"sent              {size_bytes / 1e9:.2f} GB in {seconds:.1f} s, {rate:.0f} MB/s")
    print(f"web processes     {len(watch.pids)}: {before:.0f} MB before, {most:.0f} MB at most")
    print(f"growth            {(watch.most - watch.first) / 1e6:.1f} MB")
    if answer.status == 201:
        line.request("DELETE", f"/api/v1/profiles/{json.loads(text)['id']}/")
        print(f"deleted           {line.getresponse().status}")


if __name__ == "__main__":
    main()
