"""Numbers as people read them: times, file sizes, counts (docs: the design's section 10)."""

from datetime import UTC, datetime

from django import template

register = template.Library()

THIN = "\u202f"
_TIMES = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns"))
_SIZES = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"), (1, "B"))
_AGES = ((86_400, "d"), (3600, "h"), (60, "min"))


def _digits(value: float, digits: int) -> str:
    """A number with that many significant digits, without an exponent."""
    whole = len(str(int(abs(value))))
    return f"{value:.{max(0, digits - whole)}f}"


@register.filter
def duration(value: int | None) -> str:
    """A duration in ns with four digits: 102.7 µs. A dash where there is none."""
    if value is None:
        return "–"
    for size, unit in _TIMES:
        if value >= size:
            if unit == "ns":
                return f"{value}{THIN}ns"
            return f"{_digits(value / size, 4)}{THIN}{unit}"
    return f"0{THIN}ns"


@register.filter
def file_size(value: int | None) -> str:
    """A file's size, decimal: 394.6 MB."""
    if value is None:
        return "–"
    for size, unit in _SIZES:
        if value >= size:
            text = str(value) if unit == "B" else _digits(value / size, 4)
            return f"{text.rstrip('0').rstrip('.') if '.' in text else text}{THIN}{unit}"
    return f"0{THIN}B"


@register.filter
def count(value: int | None) -> str:
    """A count with thin spaces from a thousand: 25 510."""
    return "–" if value is None else f"{value:,}".replace(",", THIN)


@register.filter
def ago(value: datetime | str | None) -> str:
    """Relative up to seven days, then the date."""
    if not value:
        return "–"
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    age_s = (datetime.now(UTC) - moment).total_seconds()
    if age_s < 60:
        return "just now"
    if age_s < 7 * 86_400:
        size, unit = next((s, u) for s, u in _AGES if age_s >= s)
        return f"{int(age_s // size)}{THIN}{unit} ago"
    return f"{moment.day} {moment:%b}" + ("" if age_s < 300 * 86_400 else f" {moment.year}")


@register.filter
def ordinal(value: int) -> str:
    """1st, 2nd, 3rd, 4th."""
    tail = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10)
    return f"{value}{tail or 'th'}"


@register.filter
def short_id(value: str) -> str:
    """First eight … last four."""
    return value if len(value) < 14 else f"{value[:8]}…{value[-4:]}"
