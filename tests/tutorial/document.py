"""The commands of a document: fenced blocks, each with a remark that says whether it is run."""

import re
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).parents[2] / "docs" / "tutorial.md"
RUNS, NEEDS_INSTANCE = "runs", "needs an instance"
_BLOCK = re.compile(
    r"(?:^<!-- (?P<remark>[a-z ]+) -->\n)?^```(?P<language>[a-z]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One fenced block: the line it begins in, its remark, language and text."""

    line: int
    remark: str
    language: str
    text: str


def blocks(path: Path = PATH) -> list[Block]:
    """Every fenced block of a document, in order."""
    text = path.read_text(encoding="utf-8")
    return [
        Block(
            text.count("\n", 0, found.start()) + 1,
            found["remark"] or "",
            found["language"],
            found["text"],
        )
        for found in _BLOCK.finditer(text)
    ]
