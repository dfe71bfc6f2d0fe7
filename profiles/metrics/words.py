"""Numbers in the sentences of findings: durations, amounts of data, shares, factors."""

THIN = "\u202f"
_TIMES = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"))
_SIZES = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))
_RATES = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_DIGITS = 3


def _three(value: float) -> str:
    """Three significant digits, without an exponent: 8.84, 16.1, 302."""
    whole = len(str(int(abs(value))))
    text = f"{value:.{max(0, _DIGITS - whole)}f}"
    grew = len(str(int(abs(float(text))))) > whole
    return f"{value:.{max(0, _DIGITS - whole - 1)}f}" if grew else text


def _scaled(value: float, steps: "tuple[tuple[float, str], ...]", unit: str) -> str:
    for size, name in steps:
        if abs(value) >= size * 0.9995:
            return f"{_three(value / size)}{THIN}{name}{unit}"
    return f"{round(value)}{THIN}{unit}"


def duration(value_ns: float) -> str:
    """A time with three digits: 44.4 µs, 686 ns."""
    for size, unit in _TIMES:
        if abs(value_ns) >= size * 0.9995:
            return f"{_three(value_ns / size)}{THIN}{unit}"
    return f"{round(value_ns)}{THIN}ns"


def data(value_bytes: float) -> str:
    """An amount of data in binary units: 17.1 MiB, 4.00 KiB, 512 B."""
    for size, unit in _SIZES:
        if abs(value_bytes) >= size:
            return f"{_three(value_bytes / size)}{THIN}{unit}"
    return f"{round(value_bytes)}{THIN}B"


def flops(value: float) -> str:
    """FLOPs in decimal units: 302 MFLOP."""
    return _scaled(value, _RATES, "FLOP")


def share(value: float) -> str:
    """A share as percent with one decimal: 27.3 %."""
    return f"{100 * value:.1f}{THIN}%"


def factor(value: float) -> str:
    """A multiple: 15.6 ×."""
    return f"{_three(value)}{THIN}×"


def count(value: float, noun: str, plural: str = "") -> str:
    """A count with its noun: 1 gap, 72 matmuls, 4 352 packets."""
    number = f"{round(value):,}".replace(",", THIN)
    return f"{number} {noun if round(value) == 1 else plural or noun + 's'}"
