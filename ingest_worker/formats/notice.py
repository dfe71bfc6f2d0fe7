"""Something odd in a file that is kept and told, not an error."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """`code` is dotted and stable, `message` a sentence, `count` how often it was met."""

    code: str
    message: str
    count: int = 1
