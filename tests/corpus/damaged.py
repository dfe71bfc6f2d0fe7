"""Sends damaged files through the pipeline and sums up the answers by kind."""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.corpus.answering import HANG, MEMORY_LIMIT, TIME_LIMIT_S
from tests.make.damage import Case, corpus

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What came of one case; `is_fitting` is false for a wrong answer, too slow or too large."""

    case: Case
    answer: str
    detail: str
    seconds: float
    peak_bytes: int

    @property
    def is_fitting(self) -> bool:
        """Whether the answer is one of the kind's, in time and within the memory."""
        in_bounds = self.seconds <= TIME_LIMIT_S and self.peak_bytes <= MEMORY_LIMIT
        return in_bounds and self.answer in self.case.kind.fitting

    def told(self) -> str:
        """One line for a person."""
        return (
            f"{self.case.kind.name} #{self.case.number}: {self.answer}, "
            f"{self.seconds:.1f} s, {self.peak_bytes >> 20} MiB\n{self.detail}"
        )


def _ask(cases: list[Case], folder: Path) -> Iterator[Answer]:
    """Answers for some cases, by one answering process.

    What hangs is asked once more: on a busy machine a process can starve, a real hang stays.
    """
    command = [sys.executable, "-m", "tests.corpus.answering"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for case in cases:
            request = json.dumps(_request(case, folder)) + "\n"
            for _ in range(2):
                process.stdin.write(request)
                process.stdin.flush()
                said = json.loads(process.stdout.readline())
                if said["answer"] != HANG:
                    break
            yield Answer(case, said["answer"], said["detail"], said["seconds"], said["peak_bytes"])
        process.stdin.close()


def _request(case: Case, folder: Path) -> dict[str, str | None]:
    """Writes the case's files; what to ask for them."""
    request: dict[str, str | None] = {"neff": None, "ntff": None, "out": str(folder / "out")}
    for role, data in (("neff", case.files.neff), ("ntff", case.files.ntff)):
        if data is not None:
            path = folder / f"damaged.{role}"
            path.write_bytes(data)
            request[role] = str(path)
    return request


def answers(count: int, seed: int, folder: Path, processes: int = 2) -> list[Answer]:
    """The answers to `count` damaged files made from `seed`, in the corpus's order."""
    cases = list(corpus(count, seed))
    folders = [folder / str(number) for number in range(processes)]
    for own in folders:
        own.mkdir(parents=True)
    with ThreadPoolExecutor(processes) as pool:
        shares = [
            pool.submit(lambda c, f: list(_ask(c, f)), cases[number::processes], own)
            for number, own in enumerate(folders)
        ]
        found = [answer for share in shares for answer in share.result()]
    order = {id(case): place for place, case in enumerate(cases)}
    return sorted(found, key=lambda answer: order[id(answer.case)])


def table(found: Iterable[Answer]) -> str:
    """Kinds and their answers, one line a kind."""
    by_kind: dict[str, Counter[str]] = {}
    slowest = largest = 0.0
    for item in found:
        by_kind.setdefault(item.case.kind.name, Counter())[item.answer] += 1
        slowest = max(slowest, item.seconds)
        largest = max(largest, item.peak_bytes)
    width = max(map(len, by_kind))
    lines = [
        f"{name:{width}}  " + ", ".join(f"{code} x{n}" for code, n in sorted(codes.items()))
        for name, codes in by_kind.items()
    ]
    total = sum(codes.total() for codes in by_kind.values())
    lines.append(
        f"{total} files of {len(by_kind)} kinds; slowest {slowest:.1f} s, "
        f"largest {int(largest) >> 20} MiB"
    )
    return "\n".join(lines)


def main() -> None:
    """Prints the table for a count and a seed, and every answer that does not fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        found = answers(chosen.count, chosen.seed, Path(folder))
    for item in found:
        if not item.is_fitting:
            print("DOES NOT FIT", item.told(), sep="\n")
    print(table(found))


if __name__ == "__main__":
    main()
