"""A run read out of its kept file: a window of it, or all of it, block by block."""

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from profiles.metrics.chips import Chip
from profiles.metrics.compiled_edges import EdgesBySide
from profiles.metrics.coverage import Coverage
from profiles.metrics.critical_links import Links
from profiles.metrics.device_run import DeviceRun, Limits, Transfers
from profiles.metrics.events import Longs
from profiles.metrics.instruction_kinds import InstructionKinds, Kind, Operators
from profiles.metrics.kept.links import KeptEdges, KeptLinks
from profiles.metrics.kept.tally import KeptCoverages, KeptTally, Slices, Window
from profiles.metrics.operand_text import MatmulShape
from profiles.metrics.packet_kinds import PacketKind, PacketKinds, Queue
from profiles.storage.columns import ColumnFile
from profiles.storage.tables import ReadableRun

Document = Mapping[str, Any]


class KeptFacts:
    """What is the same for every window: kinds, small tables, where slices stand."""

    def __init__(self, base: DeviceRun, file: ColumnFile) -> None:
        header: Document = file.header
        self.base, self.file = base, file
        self.instructions, self.packets = header["instructions"], header["packets"]
        self.links, self.edges = header["links"], header["edges"]
        self.coverages: Mapping[str, Mapping[str, str]] = header["coverages"]
        self.span_ns = (int(header["span_ns"][0]), int(header["span_ns"][1]))
        self.kinds = [_kind(one) for one in self.instructions["kinds"]]
        self.packet_kinds = [_packet_kind(one) for one in self.packets["kinds"]]
        self.slices = Slices(file, "instructions", "instructions", self.instructions["tally"])
        self.packet_slices = Slices(file, "packets", "packets", self.packets["tally"])
        self.amounts = {
            name: file.column(f"amount.{name}").whole() for name in self.instructions["amounts"]
        }


def _kind(document: Document) -> Kind:
    shape = document["shape"]
    return Kind(**{**document, "shape": None if shape is None else MatmulShape(**shape)})


def _packet_kind(document: Document) -> PacketKind:
    return PacketKind(**{**document, "queue": Queue(**document["queue"])})


class KeptRun(DeviceRun):
    """Answers as the tables would, from a file that is read only where a range needs it."""

    def __init__(self, run: ReadableRun, part: int, facts: KeptFacts, window: Window) -> None:
        super().__init__(run, part)
        self._facts = facts
        self._window = window

    def between(self, start_ns: int, end_ns: int) -> "KeptRun":
        """The same run, read for questions about a range alone."""
        return KeptRun(self.run, self.part, self._facts, (start_ns, end_ns))

    def prepare(self) -> "KeptRun":
        """Nothing needs to be read before it is asked for."""
        return self

    @cached_property
    def _coverages(self) -> KeptCoverages:
        return KeptCoverages(self._facts.file, self._facts.coverages, self._window)

    def _tally(self, name: str, slices: Slices, document: Document) -> KeptTally:
        return KeptTally(self._facts.file, name, slices, document, self._window, self._coverages)

    @cached_property
    def instructions(self) -> InstructionKinds:
        """Executed instructions."""
        facts, document = self._facts, self._facts.instructions
        operators = None
        if document["operators"] is not None:
            own = document["operators"]
            operators = Operators(
                own["names"],
                self._tally("operators", facts.slices, own["tally"]),
                facts.file.column("operators.operator").whole(),
                facts.file.column("operators.of_kind").whole(),
            )
        return InstructionKinds(
            facts.kinds,
            self._tally("instructions", facts.slices, document["tally"]),
            facts.amounts,
            frozenset(document["has"]),
            operators,
            bool(document["has_source"]),
        )

    @cached_property
    def packets(self) -> PacketKinds:
        """DMA packets."""
        tally = self._tally("packets", self._facts.packet_slices, self._facts.packets["tally"])
        return PacketKinds(self._facts.packet_kinds, tally)

    @cached_property
    def critical_links(self) -> Links:
        """For every instruction what let it start."""
        waiting = np.array([kind.is_waiting for kind in self._facts.kinds], bool)
        return KeptLinks(self._facts.file, self._facts.slices, waiting, self._facts.links)

    @property
    def compiled_edges(self) -> EdgesBySide | None:
        """The edges that the compiler names; None where it names none."""
        edges = self._facts.edges
        return None if edges is None else KeptEdges(self._facts.file, edges["kinds"])

    def kept_coverage(
        self, name: str, cores: tuple[int, ...], make: Callable[[], Coverage]
    ) -> Coverage:
        """What parts of the run cover together within the window."""

        def found() -> Coverage:
            kept = self._coverages.named("run", str((name, cores)))
            return kept if kept is not None else make()

        return super().kept_coverage(name, cores, found)

    @cached_property
    def spills(self) -> tuple[Longs, Longs]:
        """When instructions began that reload spilled values, and that save them."""
        file = self._facts.file
        return file.column("reloads").whole(), file.column("saves").whole()

    @cached_property
    def span_ns(self) -> tuple[int, int]:
        """The measured window: from the zero to the last instant of the trace."""
        return self._facts.span_ns

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """The row of `Metadata`."""
        return self._facts.base.metadata

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """The row of `Summary`."""
        return self._facts.base.summary

    @cached_property
    def chip(self) -> Chip:
        """The machine's constants."""
        return self._facts.base.chip

    @cached_property
    def limits(self) -> Mapping[int, Limits]:
        """By core the limits it recorded."""
        return MappingProxyType(dict(self._facts.base.limits))

    @cached_property
    def transfers(self) -> Transfers:
        """What the trace knows of whole transfers."""
        return self._facts.base.transfers

    @cached_property
    def collectives(self) -> list[dict[str, Any]]:
        """The rows of `CcOp`."""
        return self._facts.base.collectives

    @cached_property
    def tensors(self) -> list[dict[str, Any]]:
        """The rows of `TensorInfo`."""
        return self._facts.base.tensors
