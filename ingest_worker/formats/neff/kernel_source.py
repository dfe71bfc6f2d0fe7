"""The source map of hand-written kernels: frames, loops and lines (container notes, section 4.4).

A map is a tree of calls, loop iterations and instructions. Ids of frames and of loop values are
this reader's own: they count from 1 through all maps of a NEFF, an outer one before its inner ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import NoReturn

from ingest_worker.formats.errors import LimitExceeded, Malformed
from ingest_worker.formats.limits import Limits
from ingest_worker.formats.neff.json_text import LARGEST, Json, clean

NO_ID = 0


@dataclass(frozen=True)
class KernelFrame:
    """A call inside a kernel: the function called, where its body is, and the frame around it."""

    own: int
    parent: int
    function: str
    file: str
    line: int


@dataclass(frozen=True)
class KernelLoop:
    """One value of a loop variable, and the value of the loop around it."""

    own: int
    parent: int
    variable: str
    value: str
    file: str
    line: int


@dataclass(frozen=True)
class KernelInstruction:
    """An instruction of the source: its line, innermost frame and loop, and how deep they are."""

    name: str
    frame: int
    frame_depth: int
    loop: int
    loop_depth: int
    file: str
    line: int

    @property
    def location(self) -> str:
        """`file:line`; empty without a file."""
        return f"{self.file}:{self.line}" if self.file else ""


@dataclass(frozen=True)
class Kernel:
    """One kernel call: its name, the Penguin id of what it became, and its map."""

    name: str
    penguin_id: int
    instructions: Sequence[KernelInstruction] = ()
    frames: Sequence[KernelFrame] = ()
    loops: Sequence[KernelLoop] = ()

    @cached_property
    def by_name(self) -> Mapping[str, KernelInstruction]:
        """Instructions by name; of equal names the first counts."""
        found: dict[str, KernelInstruction] = {}
        for instruction in self.instructions:
            found.setdefault(instruction.name, instruction)
        return MappingProxyType(found)

    def find(self, bir_name: str) -> KernelInstruction | None:
        """The source of a compiled instruction: by its name, then without `-suffix` parts."""
        name = bir_name
        while name not in self.by_name:
            name, dash, _ = name.rpartition("-")
            if not dash:
                return None
        return self.by_name[name]


@dataclass(frozen=True)
class _Place:
    """Where in the tree a node stands."""

    file: str = ""
    frame: int = NO_ID
    frame_depth: int = 0
    loop: int = NO_ID
    loop_depth: int = 0


Node = dict[str, object]


@dataclass
class KernelReader:
    """Reads one map after the other and goes on counting."""

    limits: Limits
    frame_count: int = 0
    loop_count: int = 0
    node_count: int = 0
    _member: str = ""
    _instructions: list[KernelInstruction] = field(default_factory=list)
    _frames: list[KernelFrame] = field(default_factory=list)
    _loops: list[KernelLoop] = field(default_factory=list)

    def read(self, name: str, penguin_id: int, root: Json) -> Kernel:
        """The map of one kernel, as deep as it may be.

        Raises FormatError: `neff.malformed` with the member's name, or `limit.records`.
        """
        self._member = root.member
        self._instructions, self._frames, self._loops = [], [], []
        for one in root.items():
            self._walk(self._list(one.get("info").raw))
        return Kernel(name, penguin_id, self._instructions, self._frames, self._loops)

    def _walk(self, nodes: list[object]) -> None:
        """Every node in file order; a stack of iterators stands for the calls around it."""
        open_: list[tuple[Iterator[object], _Place]] = [(iter(nodes), _Place())]
        while open_:
            siblings, place = open_[-1]
            for entry in siblings:
                inner = self._node(self._object(entry), place)
                if inner is not None:
                    open_.append(inner)
                    break
            else:
                open_.pop()

    def _node(self, node: Node, place: _Place) -> tuple[Iterator[object], _Place] | None:
        self.node_count += 1
        if self.node_count > self.limits.message_fields:
            text = f"The source map has more than {self.limits.message_fields} nodes."
            raise LimitExceeded("limit.records", text, file=self._member)
        if "inst" in node:
            self._instruction(self._object(node["inst"]), place)
            return None
        if "iter" in node:
            own = self._object(node["iter"])
            return iter(self._list(own.get("children"))), self._loop(own, place)
        if "func" in node:
            own = self._object(node["func"])
            return iter(self._list(own.get("children"))), self._call(own, place)
        return None

    def _instruction(self, node: Node, place: _Place) -> None:
        name, line = self._text(node, "name"), self._number(node, "line")
        depth = place.frame_depth, place.loop_depth
        self._instructions.append(
            KernelInstruction(name, place.frame, depth[0], place.loop, depth[1], place.file, line)
        )

    def _loop(self, node: Node, place: _Place) -> _Place:
        self.loop_count += 1
        names = self._text(node, "var"), self._text(node, "val")
        line = self._number(node, "line")
        self._loops.append(KernelLoop(self.loop_count, place.loop, *names, place.file, line))
        depth = place.loop_depth + 1
        return _Place(place.file, place.frame, place.frame_depth, self.loop_count, depth)

    def _call(self, node: Node, place: _Place) -> _Place:
        self.frame_count += 1
        name, line = self._text(node, "name"), self._number(node, "line")
        file = self._text(node, "file", place.file)
        self._frames.append(KernelFrame(self.frame_count, place.frame, name, file, line))
        depth = place.frame_depth + 1
        return _Place(file, self.frame_count, depth, place.loop, place.loop_depth)

    def _object(self, value: object) -> Node:
        return value if isinstance(value, dict) else self._fail("a node", "an object")

    def _list(self, value: object) -> list[object]:
        if value is None:
            return []
        return value if isinstance(value, list) else self._fail("nodes", "a list")

    def _text(self, node: Node, key: str, missing: str = "") -> str:
        value = node.get(key, missing)
        return clean(value) if isinstance(value, str) else self._fail(key, "a text")

    def _number(self, node: Node, key: str) -> int:
        value = node.get(key, 0)
        if isinstance(value, int) and not isinstance(value, bool) and -LARGEST <= value < LARGEST:
            return value
        return self._fail(key, "a whole number of 64 bits")

    def _fail(self, what: str, wanted: str) -> NoReturn:
        place = f"Node {self.node_count} of the source map"
        text = f"{place}: {what} is not {wanted}."
        raise Malformed("neff.malformed", text, file=self._member)
