"""Which bytes of a slot hold which field, for every opcode whose layout is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class FieldSpec:
    """A field's name, how to read it, and its first byte in the slot.

    `kind` is a key of `fields.READERS`; `dtype_at` is the byte with the data type of a pattern
    or number, -1 for none.
    """

    name: str
    kind: str
    offset: int
    dtype_at: int = -1


def _f(name: str, kind: str, offset: int, dtype_at: int = -1) -> FieldSpec:
    return FieldSpec(name, kind, offset, dtype_at)


HEADER: tuple[FieldSpec, ...] = (
    _f("word_length", "u8", 1),
    _f("debug_command", "u8", 2),
    _f("debug_hint", "u8", 3),
    _f("wait_mode", "u8", 4),
    _f("wait_index", "u8", 5),
    _f("update_mode", "u8", 6),
    _f("update_index", "u8", 7),
    _f("sync_value", "u32", 8),
)
HEADER_BYTES = 12

_TENSOR_ENGINE = (
    _f("src", "t3", 16, 32),
    _f("in_dtype", "dtype", 32),
    _f("fp32_mode", "u8", 33),
    _f("transpose", "u8", 34),
    _f("rows", "u8", 38),
    _f("columns", "u8", 39),
    _f("accumulate_flags", "u8", 43),
    _f("row_groups", "hex8", 44),
    _f("column_groups", "hex8", 45),
)
_FLAT = (
    _f("src", "t4", 12, 32),
    _f("dst", "t4", 44, 33),
    _f("in_dtype", "dtype", 32),
    _f("out_dtype", "dtype", 33),
    _f("channels", "u8", 34),
)
_TENSOR_MOVE = (
    _f("dtype", "dtype", 12),
    _f("second_dtype", "dtype", 13),
    _f("count0", "u8", 14),
    _f("count1", "u8", 15),
    _f("addr", "hex64", 16),
    _f("step0", "i16", 24),
    _f("step1", "i16", 26),
    _f("first_register", "register8", 32),
)
_DMA_DIRECT = (
    _f("semaphore", "u8", 13),
    _f("sem_increment", "u8", 14),
    _f("operation", "u8", 15),
    _f("src", "a8", 16),
    _f("src_step0", "i32", 24),
    _f("src_step1", "i32", 28),
    _f("src_count0", "u16", 32),
    _f("src_count1", "u16", 34),
    _f("src_elem_size", "u16", 36),
    _f("src_shape_reg", "u8", 38),
    _f("dst_shape_reg", "u8", 39),
    _f("dst", "a8", 40),
    _f("dst_step0", "i32", 48),
    _f("dst_step1", "i32", 52),
    _f("dst_count0", "u16", 56),
    _f("dst_count1", "u16", 58),
    _f("dst_elem_size", "u16", 60),
    _f("in_dtype", "dtype", 62),
    _f("out_dtype", "dtype", 63),
)

LAYOUTS: Mapping[int, tuple[FieldSpec, ...]] = MappingProxyType(
    {
        0x01: _TENSOR_ENGINE,
        0x02: (*_TENSOR_ENGINE, _f("dst", "t3", 48)),
        0x21: (
            _f("imm_source", "u8", 12),
            _f("scale_source", "u8", 13),
            _f("accumulator_cmd", "u8", 14),
            _f("bias_source", "u8", 15),
            _f("src", "t3_low", 16, 32),
            _f("in_dtype", "dtype_low", 32),
            _f("bias_dtype", "dtype_high", 32),
            _f("out_dtype", "dtype", 33),
            _f("channels", "u8", 34),
            _f("function", "u8", 35),
            _f("scale", "hex32", 36),
            _f("bias", "hex32", 40),
            _f("imm", "hex32", 44),
            _f("dst", "t3", 48, 33),
        ),
        0x23: (_f("table_sel", "u8", 35),),
        0x24: (
            _f("dst", "t1", 44, 32),
            _f("dtype", "dtype", 32),
            _f("negated", "u8", 33),
            _f("channels", "u8", 34),
        ),
        0x41: (
            _f("op", "alu", 14),
            _f("src0", "t3_low", 16, 12),
            _f("src1", "t3_high", 32, 12),
            _f("dst", "t3", 48, 13),
            _f("src0_dtype", "dtype_low", 12),
            _f("src1_dtype", "dtype_high", 12),
            _f("out_dtype", "dtype", 13),
            _f("channels", "u8", 15),
        ),
        0x42: (_f("op", "alu", 36), _f("dim", "u8", 37), _f("negated", "u8", 35), *_FLAT),
        0x43: (
            _f("op0", "alu", 36),
            _f("op1", "alu", 37),
            _f("imm0_source", "u8", 35),
            _f("imm1_source", "u8", 39),
            _f("imm0", "hex32", 40),
            _f("imm1", "hex32", 44),
            _f("accumulator_cmd", "u8", 12),
            _f("reverse_operands", "u8", 38),
            _f("src", "t3", 16, 32),
            _f("dst", "t3", 48, 33),
            _f("in_dtype", "dtype", 32),
            _f("out_dtype", "dtype", 33),
            _f("channels", "u8", 34),
        ),
        0x46: _FLAT,
        0x47: _FLAT,
        0x48: _FLAT,
        0x49: (
            _f("value", "value", 40, 32),
            _f("value_raw", "hex32", 40),
            _f("dst", "t4", 44, 32),
            _f("elements", "u32", 28),
            _f("dtype", "dtype", 32),
            _f("channels", "u8", 34),
        ),
        0x92: (
            _f("pattern", "t4", 16),
            _f("src", "t2_low", 36, 13),
            _f("dst", "t2_high", 48, 13),
            _f("fill", "hex32", 60),
            _f("in_dtype", "dtype_low", 13),
            _f("out_dtype", "dtype_high", 13),
            _f("channels", "u8", 12),
        ),
        0xA0: (
            _f("setter", "u8", 12),
            _f("second_wait_mode", "u8", 32),
            _f("second_wait_index", "u8", 33),
            _f("second_update_mode", "u8", 34),
            _f("second_update_index", "u8", 35),
            _f("second_wait_value", "u32", 36),
            _f("second_update_value", "u32", 40),
        ),
        0xA2: (),
        0xA4: (_f("cycle", "u32", 12),),
        0xA5: (
            _f("size0", "u8", 12),
            _f("size1", "u8", 13),
            _f("dst0", "hex64", 16),
            _f("dst1", "hex64", 24),
            _f("data0", "hex64", 32),
            _f("data1", "hex64", 40),
        ),
        0xA6: (_f("hint", "u8", 36),),
        0xA7: (
            _f("dtype", "dtype", 13),
            _f("dst", "register8", 24),
            _f("value", "hex32", 32),
        ),
        0xA8: (
            _f("op", "alu", 12),
            _f("dtype", "dtype", 13),
            _f("src0", "register8", 16),
            _f("src1", "source1", 18),
            _f("dst", "register8", 20),
            _f("imm", "hex64", 24),
        ),
        0xA9: (
            _f("cmp_op", "u8", 12),
            _f("dtype", "dtype", 13),
            _f("cmp0", "register8", 32),
            _f("cmp1", "hex32", 16),
            _f("label_id", "u32", 48),
        ),
        0xAA: _TENSOR_MOVE,
        0xAB: _TENSOR_MOVE,
        0xB0: (_f("mode", "u8", 12), _f("first", "u8", 13), _f("last", "u8", 14)),
        0xB1: (_f("ordering_mode", "u8", 12),),
        0xB8: _DMA_DIRECT,
        0xC1: (_f("queue", "text36", 12), _f("block_id", "u32", 48)),
        0xCC: (),
        0xD4: _DMA_DIRECT,
        0xF0: (_f("sub_op", "hex8", 13),),
    }
)

# Opcodes whose layout is known but not how the official tool writes them (section 5.6): they
# show these fields, by name. The layout of 92 is read off two slots of a real program.
SHOWN_BY_NAME: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        0x24: ("dst", "negated", "channels"),
        0x41: ("op", "src0", "src1", "dst", "channels"),
        0x49: ("value", "dst", "elements", "channels"),
        0x92: ("pattern", "src", "dst", "fill", "channels"),
        0xA7: ("dtype", "dst", "value"),
        0xA8: ("op", "dtype", "src0", "src1", "dst", "imm"),
        0xCC: (),
        0xF0: ("sub_op",),
    }
)
