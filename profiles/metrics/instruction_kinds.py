"""Executed instructions as kinds: everything but time is the same at every execution of a kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from profiles.metrics.chips import Chip
from profiles.metrics.column_reading import TableColumns, distinct
from profiles.metrics.coverage import Coverage
from profiles.metrics.events import NONE, Coded, Longs, Mask
from profiles.metrics.operand_text import MatmulShape, matmul_shape
from profiles.metrics.tally import Counted, Tally
from profiles.storage.tables import ReadableRun

TABLE = "Instruction"
ENGINES = ("Tensor", "Vector", "Scalar", "GpSimd", "Sync")
WAITING = "EVENT_SEMAPHORE"
TRANSPOSE = "TRANSPOSE"
MATMUL = "MATMUL"
FP32_PASSES = 2
SETUP = frozenset(
    {
        "NOP",
        "SET_ORDERING_MODE",
        "EVENT_SEMAPHORE",
        "EVENT_SEMAPHORE_RANGE_CLEAR",
        "NOTIFY",
        "COMPARE_BRANCH",
        "DRAIN",
        "WRITE",
        "TENSOR_LOAD",
        "MODIFY_POOL_CONFIG",
    }
)
"""Opcodes that set up and take down and do no work of the kernel (inventory, appendix B)."""

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
)
AMOUNTS = (
    "raw_flops",
    "adjusted_flops",
    "flops_transpose",
    "adjusted_flops_transpose",
    "hbm_read_bytes",
    "hbm_write_bytes",
    "sbuf_read_bytes",
    "sbuf_write_bytes",
    "psum_read_bytes",
    "psum_write_bytes",
    "psum_read_sbuf_write_bytes",
    "spill_save_bytes",
    "spill_reload_bytes",
    "input_queue_bytes",
    "output_queue_bytes",
    "weight_queue_bytes",
)


@dataclass(frozen=True)
class Kind:
    """What executions have in common. `operator` is the framework's layer or the HLO name."""

    core: int
    engine: str
    track: str
    opcode: str
    function: str
    is_transpose: bool
    is_kernel: bool
    operator: str
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
class InstructionKinds:
    """All instructions of a part: a tally of kinds, and per kind what one execution does.

    `amounts` int64 (kinds,) by column, 0 where it does not apply; `has` names those that some row
    holds. `rows` int64 (n,) is the table row of each slice of the tally.
    """

    kinds: Sequence[Kind]
    tally: Tally
    amounts: Mapping[str, Longs]
    has: frozenset[str]

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
        return np.array(
            [all(getattr(k, name) == value for name, value in wanted.items()) for k in self.kinds],
            bool,
        )

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
    shape_of_text = [matmul_shape(text) for text in coded["operands"].values]
    shapes: list[MatmulShape | None] = list(dict.fromkeys([None, *shape_of_text]))
    place = {shape: number for number, shape in enumerate(shapes)}
    code_of_text = np.array([place[shape] for shape in shape_of_text], np.int64)
    is_matmul = np.array([text == MATMUL for text in coded["opcode"].values], bool)
    shape = np.where(is_matmul[coded["opcode"].codes], code_of_text[coded["operands"].codes], 0)
    is_kernel = _filled(coded["nki_source_location"]) | _filled(coded["kernel_instruction_name"])
    core = table.numbers("pcore_idx", 0)
    codes = [coded[name].codes for name in TEXTS[:7]]
    amounts = {name: table.numbers(name) for name in AMOUNTS}
    key, found = distinct([core, *codes, is_kernel.astype(np.int64), shape, *amounts.values()])
    texts = [
        [str(coded[name].values[code] or "") for code in column.tolist()]
        for name, column in zip(TEXTS[:7], found[1:8], strict=True)
    ]
    kinds = [
        _kind(int(core), [column[n] for column in texts], bool(kernel), shapes[of])
        for n, (core, kernel, of) in enumerate(
            zip(found[0].tolist(), found[8].tolist(), found[9].tolist(), strict=True)
        )
    ]
    per_kind = dict(zip(AMOUNTS, found[10:], strict=True))
    tally = Tally(table.numbers("start_ts"), table.numbers("end_ts"), key, len(kinds))
    has = frozenset(name for name, values in per_kind.items() if (values != NONE).any())
    return InstructionKinds(kinds, tally, _completed(per_kind, kinds, chip), has)


def _kind(core: int, texts: list[str], is_kernel: bool, shape: MatmulShape | None) -> Kind:  # noqa: FBT001
    engine, track, opcode, function, of, layer, hlo = texts
    operator = layer if layer not in {"", "Unknown"} else hlo
    return Kind(
        core, engine, track or engine, opcode, function, of == TRANSPOSE, is_kernel, operator, shape
    )


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
    """BF16 FLOPs that one recorded FLOP stands for (inventory, 4.2).

    FP32 runs as two instructions that record all FLOPs each (NEFF decoding, 7.2).
    """
    if shape is None:
        return 1.0
    weight = chip.flop_weights.get(shape.dtype, 1.0)
    return weight / FP32_PASSES if shape.dtype == "fp32" else weight
