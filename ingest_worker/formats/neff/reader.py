"""Opens a NEFF: follows the names in it from the network down to every engine's program."""

from collections.abc import Mapping
from pathlib import Path
from posixpath import basename, dirname, normpath
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.limits import Limits
from ingest_worker.formats.neff.archive import Index, read_index, read_members
from ingest_worker.formats.neff.debug_info import (
    NO_ID,
    DebugRecords,
    first_parents,
    read_debug_files,
)
from ingest_worker.formats.neff.graph import (
    Definition,
    activation_names,
    read_blocks,
    read_definition,
    read_tensors,
)
from ingest_worker.formats.neff.json_text import Json, parse_json
from ingest_worker.formats.neff.kernel_source import Kernel, KernelReader
from ingest_worker.formats.neff.program import ENGINE_TOKENS, SLOT_BYTES, Engine, Neff, Subgraph
from ingest_worker.formats.neff.stack_frames import StackFrames, read_stack_frames
from ingest_worker.formats.notice import Notice

NETWORK, PROGRAMS, PACKAGE, STATISTICS = (
    "neff.json",
    "kelf-0.json",
    "info.json",
    "hlo_stats.json",
)
DEBUG_MARK = ".dbg"
STACK_FRAMES = "debug_info_stack_frame_index.dbg"
KERNELS, KERNEL_MAP_ENDING = "kernel_debug_info.json", ".klir.debuginfo.json"
# Not read with the first members: source maps are large, the catalogue of tables is not needed.
LATER_ENDINGS = (KERNEL_MAP_ENDING, "act_info.json")
MOST_PROGRAMS = 64
# What is lost with a member; the two layers are also absent from kernels compiled on their own.
LOSSES: Mapping[str, str] = MappingProxyType(
    {
        STATISTICS: "the floating-point operations of the model are not known",
        PACKAGE: "the version of the compiler is not known",
        NETWORK: "the network's inputs and outputs are not known",
        "debug_info_hlo.dbg": "instructions have no operation of a model",
        "debug_info_pttf.dbg": "instructions have no layer of a model",
        "tensor_map.json": "shapes and formats of tensors are not known",
    }
)

__all__ = ["Neff", "read_neff"]


def read_neff(path: Path, *, limits: Limits) -> Neff:
    """Everything a viewer needs of the NEFF at `path`; nothing is ever unpacked to disk.

    Raises FormatError: `neff.not_this_format`, `neff.truncated`, `neff.malformed`,
    `neff.unsupported_version`, `archive.*`, `limit.*`. Members that are missing are told as
    notices, damaged ones are errors that name the member.
    """
    index = read_index(path, limits, _is_wanted_json)
    return _Reader(path, index, limits).read()


def _is_wanted_json(name: str) -> bool:
    return name.endswith(".json") and not name.endswith(LATER_ENDINGS)


class _Reader:
    """The members at hand, and what was found missing or odd on the way."""

    def __init__(self, path: Path, index: Index, limits: Limits) -> None:
        self.index = index
        self.limits = limits
        self.path = path
        self.names = frozenset(member.name for member in index.members)
        self.bytes: dict[str, bytes] = dict(index.kept)
        self.missing: dict[str, None] = {}
        self.layers: dict[str, DebugRecords] = {}
        self.notices: list[Notice] = list(index.notices)

    def read(self) -> Neff:
        """The whole NEFF."""
        network = self.json(NETWORK)
        node, programs = _device_node(network)
        root = self.json(programs)
        places = [
            (entry.get("name").text(), entry.get("definition").text()) for entry in _graphs(root)
        ]
        definitions = [(name, place, self.json(place)) for name, place in places]
        maps = self.kernel_maps()
        self.fetch(definitions, frozenset(member for member, _, _ in maps))
        kernels, frames = self.kernels(maps), self.stack_frames()
        subgraphs = [
            self.subgraph(number, name, dirname(place), entry, kernels)
            for number, (name, place, entry) in enumerate(definitions)
        ]
        statistics = self.json(STATISTICS)
        package = self.json(PACKAGE)
        return Neff(
            header=self.index.header,
            checksum_state=self.index.checksum_state,
            members=self.index.members,
            subgraphs=subgraphs,
            target=root.get("target").text(),
            compiler_version=package.get("tool_version").text(),
            node=node,
            statistics=statistics.decimals(),
            notices=(*self.notices, *self.missing_notices()),
            kernels=kernels,
            stack_frames=frames,
        )

    def json(self, name: str) -> Json:
        """A JSON member; absent, with a notice, when it is not there."""
        data = self.bytes.get(name)
        if data is None:
            self.missing[name or "(no name)"] = None
            return Json(name, None)
        return parse_json(name, data)

    def missing_notices(self) -> list[Notice]:
        """One notice for each member that is named or expected and not there."""
        losses = [
            (name, LOSSES.get(basename(name), "what it tells is left out")) for name in self.missing
        ]
        return [
            Notice("neff.missing_member", f"The NEFF has no {name}: {loss}.")
            for name, loss in losses
        ]

    def fetch(self, definitions: list[tuple[str, str, Json]], further: frozenset[str]) -> None:
        """Reads the programs and debug files which the definitions name, in one more pass."""
        wanted = {
            name
            for name in self.names
            if DEBUG_MARK in basename(name) and dirname(name) not in _folders(definitions)
        } | further
        for _, place, entry in definitions:
            for token in ENGINE_TOKENS:
                wanted.add(_within(place, self.instructions_name(place, entry, token)))
                for key in (f"{token}_dbg", f"{token}_asm_dbg"):
                    wanted.update(_within(place, name) for name in entry.get(key).texts())
            wanted.update(_within(place, name) for name in entry.get("dma_dbg").texts())
        found = frozenset(wanted & self.names)
        self.bytes |= read_members(self.path, self.index.header, self.limits, found)

    def instructions_name(self, place: str, entry: Json, token: str) -> str:
        """The file of an engine's instructions: by the definition, else by the engine's JSON."""
        named = entry.get(f"{token}_instr").text()
        engine = _within(place, entry.get(token).text())
        if named or engine not in self.bytes:
            return named
        return self.json(engine).get("instr").text()

    def kernel_maps(self) -> list[tuple[str, str, int]]:
        """Each source map's member, the kernel it is of and the kernel's Penguin id."""
        if KERNELS not in self.bytes:
            return []
        try:
            return [
                (
                    _within(KERNELS, entry.get("file_name").text()),
                    entry.get("kernel_name").text(),
                    entry.get("parent_tensorizer_id").number(NO_ID),
                )
                for entry in self.json(KERNELS).get("debug_info_files").items()
            ]
        except FormatError as error:
            self.without_sources(error)
            return []

    def kernels(self, maps: list[tuple[str, str, int]]) -> list[Kernel]:
        """The source maps; one that is missing or damaged is told and left out."""
        reader = KernelReader(self.limits)
        found = []
        for member, name, penguin_id in maps:
            try:
                root = self.json(member)
                if not root.is_absent:
                    found.append(reader.read(name, penguin_id, root))
            except FormatError as error:
                self.without_sources(error)
        return found

    def stack_frames(self) -> StackFrames:
        """The call stacks of the framework program; most kernels have none."""
        name = next((n for n in sorted(self.bytes) if basename(n).startswith(STACK_FRAMES)), "")
        try:
            return read_stack_frames(name, self.bytes.get(name, b""), self.limits)
        except FormatError as error:
            self.without_sources(error)
            return StackFrames()

    def without_sources(self, error: FormatError) -> None:
        """Source lines are worth less than the profile: damage to them is told, no more."""
        text = f"{error.file}: {error.message} The source lines it holds are left out."
        self.notices.append(Notice("neff.source_map", text))

    def subgraph(
        self, number: int, name: str, folder: str, entry: Json, kernels: list[Kernel]
    ) -> Subgraph:
        """One program with its engines and names."""
        place = f"{folder}/def.json"
        definition = read_definition(entry)
        engines = {
            engine: self.engine(engine, token, place, entry, definition)
            for engine, token in enumerate(ENGINE_TOKENS)
        }
        dma = self.records(place, entry.get("dma_dbg").texts())
        parents = [own.bir.parent_file for own in engines.values() if own.bir.parent_file]
        penguin = self.layer(parents[0] if parents else "", number)
        hlo = self.layer(penguin.parent_file, number)
        return Subgraph(
            name=name,
            number=number,
            definition=definition,
            engines=engines,
            tensors=read_tensors(self.json(_within(place, "tensor_map.json"))),
            activation_names=self.activations(place, entry),
            dma=dma,
            penguin=penguin,
            hlo=hlo,
            framework=self.layer(hlo.parent_file, number),
            kernels=kernels,
        )

    def engine(
        self, number: int, token: str, place: str, entry: Json, definition: Definition
    ) -> Engine:
        """One engine; an absent one has an empty program."""
        named = entry.get(token).text()
        root = self.json(_within(place, named)) if named else Json("", None)
        slots = self.slots(_within(place, self.instructions_name(place, entry, token)))
        bir = self.records(place, entry.get(f"{token}_dbg").texts())
        order = first_parents(self.files(place, entry.get(f"{token}_asm_dbg").texts()), self.limits)
        bir_id = self.bir_ids(order, len(slots), f"{dirname(place)}/{token}")
        return Engine(
            number=number,
            slots=slots,
            bir_id=bir_id,
            bir_row=bir.rows_of(bir_id),
            bir=bir,
            blocks=tuple(read_blocks(root, definition.variables)),
        )

    def slots(self, name: str) -> npt.NDArray[np.uint8]:
        """The instructions of a member, whole ones only."""
        data = self.bytes.get(name, b"")
        if name and name not in self.bytes:
            self.missing[name] = None
        count = len(data) // SLOT_BYTES
        if len(data) % SLOT_BYTES:
            text = f"{name} is not a whole number of instructions."
            self.notices.append(Notice("neff.odd_size", text))
        raw = np.frombuffer(data, np.uint8, count=count * SLOT_BYTES)
        return raw.reshape(count, SLOT_BYTES)

    def files(self, place: str, names: tuple[str, ...]) -> list[tuple[str, bytes]]:
        """The debug files a definition lists, with their names."""
        found = []
        for name in (_within(place, own) for own in names):
            if name in self.bytes:
                found.append((name, self.bytes[name]))
            else:
                self.missing[name] = None
        return found

    def records(self, place: str, names: tuple[str, ...]) -> DebugRecords:
        """The records of the debug files a definition lists."""
        return read_debug_files(self.files(place, names), self.limits)

    def bir_ids(self, order: npt.NDArray[np.int64], count: int, what: str) -> npt.NDArray[np.int64]:
        """The instruction behind each slot; none at all when records and slots do not match."""
        if len(order) == count:
            return order
        if len(order):
            text = f"{what} has {count} instructions and {len(order)} names: they are left out."
            self.notices.append(Notice("neff.debug_mismatch", text))
        return np.full(count, NO_ID, np.int64)

    def layer(self, logical_name: str, number: int) -> DebugRecords:
        """A layer above the instructions, by the name the layer below gives it.

        The member may have the program's number behind the name (`.dbg_sg000000`); the program's
        own comes first, else the only or first one. A member is read once for all programs.
        """
        if not logical_name:
            return read_debug_files([], self.limits)
        own = sorted(
            name
            for name in self.names
            if basename(name) == logical_name or basename(name).startswith(f"{logical_name}_sg")
        )
        if not own:
            self.missing[logical_name] = None
            return read_debug_files([], self.limits)
        fitting = [name for name in own if name.endswith(f"_sg{number:06d}")] or own
        name = fitting[0]
        if name not in self.layers:
            data = self.bytes.get(name, b"")
            self.layers[name] = read_debug_files([(name, data)], self.limits)
        return self.layers[name]

    def activations(self, place: str, entry: Json) -> dict[int, str]:
        """Function names of the tables the scalar engine loads."""
        named = entry.get("act").text()
        engine = _within(place, named)
        if not named or engine not in self.bytes:
            return {}
        names: dict[int, str] = {}
        for table in self.json(engine).get("activation_function_sets").texts():
            names |= activation_names(self.json(_within(place, f"{table}.json")))
        return names


def _graphs(root: Json) -> list[Json]:
    graphs = list(root.get("graphs").items())
    if len(graphs) > MOST_PROGRAMS:
        raise root.get("graphs").wrong(f"a list of at most {MOST_PROGRAMS} programs")
    return graphs


def _device_node(network: Json) -> tuple[int | None, str]:
    """The number of the node that runs on the device, and the member that lists its programs."""
    for number, node in enumerate(network.get("nodes").items()):
        attrs = node.get("attrs")
        if not attrs.is_absent and attrs.get("func_name").text() == "__kelf":
            return number, attrs.get("kelf").text(PROGRAMS)
    return None, PROGRAMS


def _within(place: str, name: str) -> str:
    """A name as seen from the member at `place`; empty for none, and never outside the archive."""
    if not name:
        return ""
    return normpath(f"{dirname(place)}/{name}").lstrip("/")


def _folders(definitions: list[tuple[str, str, Json]]) -> frozenset[str]:
    return frozenset(dirname(place) for _, place, _ in definitions)
