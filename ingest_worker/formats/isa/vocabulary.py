"""Words of the instruction set: data types, arithmetic operations, semaphores and queues."""

from collections.abc import Mapping
from types import MappingProxyType

# Code, size in bits, text. Texts of 6 to A are those of the official tool (section 4.2).
_DTYPES = (
    (0x00, 0, "invalid"),
    (0x01, 64, "uint64"),
    (0x02, 8, "int8"),
    (0x03, 8, "uint8"),
    (0x04, 16, "int16"),
    (0x05, 16, "uint16"),
    (0x06, 16, "bfloat16"),
    (0x07, 16, "fp16"),
    (0x08, 32, "int32"),
    (0x09, 32, "uint32"),
    (0x0A, 32, "fp32"),
    (0x0B, 32, "fp32r"),
    (0x0C, 64, "int64"),
    (0x0D, 8, "fp8e3"),
    (0x0E, 8, "fp8e4"),
    (0x0F, 8, "fp8e5"),
    (0x10, 4, "fp4e2"),
    (0x11, 8, "fp8e2"),
    (0x12, 4, "int4"),
    (0x13, 8, "e8m0"),
)
DTYPE_TEXTS: Mapping[int, str] = MappingProxyType({code: text for code, _, text in _DTYPES})
DTYPE_BITS: Mapping[int, int] = MappingProxyType({code: bits for code, bits, _ in _DTYPES})
BFLOAT16, FP16, FP32 = 0x06, 0x07, frozenset({0x0A, 0x0B})
SIGNED = frozenset({0x02, 0x04, 0x08, 0x0C, 0x12})
FLOATS = frozenset({0x06, 0x07, 0x0A, 0x0B, 0x0D, 0x0E, 0x0F, 0x10, 0x11})

ALU_TEXTS: Mapping[int, str] = MappingProxyType(
    {
        0x00: "BYPASS",
        0x01: "BITWISE_NOT",
        0x02: "ARITH_SHIFT_LEFT",
        0x03: "ARITH_SHIFT_RIGHT",
        0x04: "ADD",
        0x05: "SUBTRACT",
        0x06: "MULTIPLY",
        0x07: "DIVIDE",
        0x08: "MAX",
        0x09: "MIN",
        0x0A: "BITWISE_AND",
        0x0B: "BITWISE_OR",
        0x0C: "BITWISE_XOR",
        0x0D: "LOGICAL_AND",
        0x0E: "LOGICAL_OR",
        0x0F: "LOGICAL_XOR",
        0x10: "LOGICAL_SHIFT_LEFT",
        0x11: "LOGICAL_SHIFT_RIGHT",
        0x12: "IS_EQ",
        0x13: "IS_GT",
        0x14: "IS_GE",
        0x15: "IS_LE",
        0x16: "IS_LT",
        0x17: "ABSOLUTE_DIFF",
        0x18: "IS_NE",
        0x19: "ABSOLUTE_VALUE",
        0x1A: "POW",
        0x1B: "MOD",
        0x1C: "CRC32",
        0x1D: "RSQRT",
        0x20: "ABS_MAX",
        0x21: "ABS_MIN",
        0x22: "RELU",
        0x23: "SQUARE",
        0xC4: "INT_ADD",
        0xC5: "INT_MULTIPLY",
        0xC6: "INT_SUBTRACT",
        0xC7: "INT_DIVIDE",
        0xC8: "INT_MOD",
        0xC9: "INT_IS_EQ",
        0xCA: "INT_IS_NE",
    }
)

# Every engine counts its finished instructions in a semaphore of its own (section 5.2).
ENGINE_SEMAPHORES: Mapping[int, str] = MappingProxyType(
    {3: "GpSimd", 4: "Scalar", 5: "Tensor", 6: "Vector"}
)

# Function numbers seen in activation table sets; the names in a NEFF come before these.
ACTIVATION_FUNCTIONS: Mapping[int, str] = MappingProxyType(
    {
        1: "IDENTITY",
        2: "RELU",
        3: "LEAKY_RELU",
        4: "PARAMETRIC_RELU",
        6: "TANH",
        7: "EXP",
        10: "LN",
        11: "DERIVATIVE_IDENTITY",
        12: "DERIVATIVE_RELU",
        13: "DERIVATIVE_LEAKY_RELU",
        19: "SIN",
        29: "RECIPROCAL_SQRT",
        30: "SQUARE",
        31: "SIGN",
        33: "ABS",
        35: "IS_FINITE",
        36: "SILU",
        128: "COPY",
        130: "MEMSET_ZERO",
    }
)

_QUEUE_PREFIXES = (
    ("qSP", "qSync"),
    ("qAct", "qScalar"),
    ("qPool", "qGpSimd"),
    ("qDVE", "qVector"),
)


def dtype_text(code: int) -> str:
    """The data type as operands show it; `dtype_0x14` for a code nobody knows."""
    return DTYPE_TEXTS.get(code) or f"dtype_0x{code:02x}"


def dtype_bytes(code: int, count: int = 1) -> int:
    """Bytes of `count` elements, rounded up; 0 for a code nobody knows."""
    return (DTYPE_BITS.get(code, 0) * count + 7) // 8


def alu_text(code: int) -> str:
    """The arithmetic operation as operands show it; `ALU_0x30` for a code nobody knows."""
    return ALU_TEXTS.get(code) or f"ALU_0x{code:02X}"


def queue_display_name(name: str) -> str:
    """A DMA queue's name with its engine as people call it: `qSPIO0` is `qSyncIO0`."""
    for prefix, shown in _QUEUE_PREFIXES:
        if name.startswith(prefix):
            return shown + name[len(prefix) :]
    return name
