"""Files damaged on purpose, each kind with the answers that fit it.

A kind makes a file, or a pair, from a random generator alone: the same seed gives the same
damage. `fitting` are the answers a reader may give: `ROWS`, or the code of an error.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.pair import small_capture, small_model

ROWS = "rows"


@dataclass(frozen=True)
class Files:
    """What is sent: either file may be absent."""

    neff: bytes | None = None
    ntff: bytes | None = None


@dataclass(frozen=True)
class Damage:
    """A kind of damage: a name, how it is made, and the answers that fit."""

    name: str
    make: Callable[[Random], Files]
    fitting: frozenset[str]


_KINDS: list[Damage] = []


def damages(*fitting: str) -> Callable[[Callable[[Random], Files]], Callable[[Random], Files]]:
    """Registers a function as a kind; its name, with a dot for the first line, is the kind's."""

    def register(make: Callable[[Random], Files]) -> Callable[[Random], Files]:
        name = make.__name__.replace("_", ".", 1)
        _KINDS.append(Damage(name, make, frozenset(fitting)))
        return make

    return register


@cache
def sound_neff(cores: int = 2) -> bytes:
    """The small kernel's NEFF."""
    return make_neff(small_model(cores))


@cache
def sound_ntff(version: int = 6) -> bytes:
    """The small kernel's NTFF; version 4 has one core and scaled clocks."""
    return make_ntff(small_capture(version, 1 if version == 4 else 2))


def kinds() -> tuple[Damage, ...]:
    """Every kind, those of the NTFF first."""
    from tests.make import damage_neff, damage_ntff

    order = (damage_ntff.__name__, damage_neff.__name__)
    return tuple(sorted(_KINDS, key=lambda kind: order.index(kind.make.__module__)))


@dataclass(frozen=True)
class Case:
    """One damaged file: its kind, its number within the kind, and the files."""

    kind: Damage
    number: int
    files: Files


def corpus(count: int, seed: int) -> Iterator[Case]:
    """`count` cases, all kinds in turn; each depends on seed, kind and number only."""
    found = kinds()
    for place in range(count):
        kind, number = found[place % len(found)], place // len(found)
        random = Random(f"{seed}/{kind.name}/{number}")
        yield Case(kind, number, kind.make(random))
