"""Executed instructions as kinds: everything but time is the same at every execution of a kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from profiles.metrics.chips import Chip
from profiles.metrics.column_reading import TableColumns, distinct
from profiles.metrics.coverage import Coverage
from profiles.metrics.events import NONE, Coded, Longs, Mask
from profiles.metrics.formulas import MOVED, SETUP
from profiles.metrics.operand_text import MatmulShape, matmul_shape
from profiles.metrics.tally import Counted, Tally
from profiles.storage.tables import ReadableRun

TABLE = "Instruction"
ENGINES = ("Tensor", "Vector", "Scalar", "GpSimd", "Sync")
WAITING = "EVENT_SEMAPHORE"
TRANSPOSE = "TRANSPOSE"
MATMUL = "MATMUL"

TEXTS = (
    "engine",
    "timeline_track",
    "opcode",
    "scalar_activation_fn",
    "tensor_instruction_type",
    "layer",
    "hlo_name",
    "nki_source_location",
    "kernel_instruction_name",
    "operands",
    "bir_debug_info_source_location",
)
SOURCES = ("nki_source_location", "bir_debug_info_source_location")
KIND_TEXTS = TEXTS[:5]
"""Those that tell kinds apart as they are; the others tell the operator, the kernel, the shape."""

AMOUNTS = (
    "raw_flops",
    "adjusted_flops",
    "flops_transpose",
    "adjusted_flops_transpose",
    *MOVED,
)


@dataclass(frozen=True)
class Kind:
    """What executions have in common."""

    core: int
    engine: str
    track: str
    opcode: str
    function: str
    is_transpose: bool
    is_kernel: bool
    shape: MatmulShape | None

    @property
    def is_waiting(self) -> bool:
        """Whether the engine only waits for a semaphore."""
        return self.opcode == WAITING

    @property
    def is_setup(self) -> bool:
        """Whether it belongs to start-up and end rather than to the kernel."""
        return self.opcode in SETUP


@dataclass(frozen=True)
class Operators:
    """The same instructions by operator: the framework's layer, or else the HLO name.

    `tally` counts pairs of an operator and a kind; int64 (pairs,) say which they are.
    """

    names: Sequence[str]
    tally: Tally
    operator: Longs
    kind: Longs

    def coverage(self, operator: int, kinds: Mask) -> Coverage:
        """The time in which instructions of these kinds of an operator ran."""
        return self.tally.coverage((self.operator == operator) & kinds[self.kind])


@dataclass(frozen=True)
class InstructionKinds:
    """All instructions of a part: a tally of kinds, and per kind what one execution does.

    `amounts` int64 (kinds,) by column, 0 where it does not apply; `has` names those that some row
    holds, `has_source` whether one tells its line. `rows` int64 (n,) is the table row of each
    slice of the tally.
    """

    kinds: Sequence[Kind]
    tally: Tally
    amounts: Mapping[str, Longs]
    has: frozenset[str]
    operators: Operators | None = None
    has_source: bool = False

    @property
    def rows(self) -> Longs:
        """Rows of `Instruction`, in the tally's order."""
        return self.tally.order

    @cached_property
    def cores(self) -> list[int]:
        """The cores that ran at least one instruction."""
        return sorted({kind.core for kind in self.kinds})

    def where(self, **wanted: object) -> Mask:
        """Which kinds have these values."""
        found: Mask = np.ones(len(self.kinds), bool)
        for name, value in wanted.items():
            found &= self._column(name) == value
        return found

    def _column(self, name: str) -> npt.NDArray[Any]:
        """One attribute of every kind."""
        if name not in self._columns:
            self._columns[name] = np.array([getattr(kind, name) for kind in self.kinds])
        return self._columns[name]

    @cached_property
    def _columns(self) -> dict[str, npt.NDArray[Any]]:
        return {}

    @cached_property
    def engine_coverage(self) -> Mapping[tuple[int, str], Coverage]:
        """By core and engine the time in which it worked; waits for semaphores are no work."""
        found = {}
        for core in self.cores:
            for engine in ENGINES:
                chosen = self.where(core=core, engine=engine, is_waiting=False)
                if chosen.any():
                    found[core, engine] = self.tally.covered(chosen)
        return MappingProxyType(found)

    def amount(self, counted: Counted, name: str, kinds: Mask) -> float:
        """What these kinds did within a counted range."""
        per = self.amounts[name]
        return float((counted.executions * per)[kinds].sum())


def instruction_kinds(run: ReadableRun, part: int, chip: Chip) -> InstructionKinds:
    """The instructions of a part. Raises OSError or ArrowException."""
    numbers = ("start_ts", "end_ts", "pcore_idx", *AMOUNTS)
    table = TableColumns(run, part, TABLE, TEXTS, numbers)
    coded = {name: table.coded(name) for name in TEXTS}
    shapes, shape = _shapes(coded["opcode"], coded["operands"])
    is_kernel = _filled(coded["nki_source_location"]) | _filled(coded["kernel_instruction_name"])
    core = table.numbers("pcore_idx", 0)
    codes = [coded[name].codes for name in KIND_TEXTS]
    amounts = {name: table.numbers(name) for name in AMOUNTS}
    key, found = distinct([core, *codes, is_kernel.astype(np.int64), shape, *amounts.values()])
    texts = [
        [str(coded[name].values[code] or "") for code in column.tolist()]
        for name, column in zip(KIND_TEXTS, found[1:], strict=False)
    ]
    first = 1 + len(KIND_TEXTS)
    rows = zip(found[0].tolist(), *texts, found[first].tolist(), found[first + 1].tolist(),
               strict=True)  # fmt: skip
    kinds = [
        Kind(core, engine, track or engine, opcode, function, of == TRANSPOSE, kernel > 0,
             shapes[place])
        for core, engine, track, opcode, function, of, kernel, place in rows
    ]  # fmt: skip
    per_kind = dict(zip(AMOUNTS, found[first + 2 :], strict=True))
    start, end = table.numbers("start_ts"), table.numbers("end_ts")
    has = frozenset(name for name, values in per_kind.items() if (values != NONE).any())
    return InstructionKinds(
        kinds,
        Tally(start, end, key, len(kinds)),
        _completed(per_kind, kinds, chip),
        has,
        _operators(start, end, key, coded["layer"], coded["hlo_name"]),
        any(bool(text) for name in SOURCES for text in coded[name].values),
    )


def _shapes(opcode: Coded, operands: Coded) -> tuple[list[MatmulShape | None], Longs]:
    """The shapes of multiplications, and the place of each row's among them; 0 is none."""
    is_matmul = np.array([text == MATMUL for text in opcode.values], bool)[opcode.codes]
    used = np.unique(operands.codes[is_matmul]).tolist()
    found = {code: matmul_shape(str(operands.values[code])) for code in used}
    shapes = list(dict.fromkeys([None, *found.values()]))
    places = {shape: place for place, shape in enumerate(shapes)}
    of_code = np.zeros(len(operands.values), np.int64)
    for code, shape in found.items():
        of_code[code] = places[shape]
    return shapes, np.where(is_matmul, of_code[operands.codes], 0)


def _operators(start: Longs, end: Longs, kind: Longs, layer: Coded, hlo: Coded) -> Operators | None:
    """None where no instruction belongs to an operator."""
    has_layer = np.array([text not in {"", "Unknown"} for text in layer.values], bool)
    texts = [*(str(text) for text in layer.values), *(str(text or "") for text in hlo.values)]
    names = list(dict.fromkeys(["", *texts]))
    places = {name: place for place, name in enumerate(names)}
    place = np.array([places[text] for text in texts], np.int64)
    code = np.where(has_layer[layer.codes], layer.codes, len(layer.values) + hlo.codes)
    operator = place[code]
    if not operator.any():
        return None
    pair, (of_operator, of_kind) = distinct([operator, kind])
    return Operators(names, Tally(start, end, pair, len(of_kind)), of_operator, of_kind)


def _filled(column: Coded) -> Mask:
    """Which rows hold a text."""
    has_text = np.array([bool(value) for value in column.values], bool)
    return has_text[column.codes]


def _completed(
    found: Mapping[str, Longs], kinds: Sequence[Kind], chip: Chip
) -> Mapping[str, Longs]:
    """Amounts with 0 for what does not apply; adjusted FLOPs by the rule where there are none."""
    amounts = {name: np.maximum(values, 0) for name, values in found.items()}
    weight = np.array([adjusting(kind.shape, chip) for kind in kinds], np.float64)
    is_transpose = np.array([kind.is_transpose for kind in kinds], bool)
    for adjusted, raw in (
        ("adjusted_flops", amounts["raw_flops"]),
        ("adjusted_flops_transpose", np.where(is_transpose, amounts["raw_flops"], 0)),
    ):
        is_missing = found[adjusted] == NONE
        amounts[adjusted] = np.where(is_missing, (raw * weight).astype(np.int64), amounts[adjusted])
    is_missing = found["flops_transpose"] == NONE
    amounts["flops_transpose"] = np.where(
        is_missing & is_transpose, amounts["raw_flops"], amounts["flops_transpose"]
    )
    return MappingProxyType(amounts)


def adjusting(shape: MatmulShape | None, chip: Chip) -> float:
    """BF16 FLOPs that one recorded FLOP stands for; as recorded where no weight is known."""
    return 1.0 if shape is None else chip.recorded_weights.get(shape.dtype, 1.0)
