"""Numbers as people read them: times, file sizes, counts; static/js/kit/units.js says the same."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django import template

register = template.Library()

THIN = "\u202f"
NONE = "–"
_TIMES = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"))
_SIZES = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
_FROM = 0.99995
"""From here on a unit is used: what a smaller one would round up to 1000.0 of it."""
_COUNTS = ((10**9, "G"), (10**6, "M"))
_AGES = ((86_400, "d"), (3600, "h"), (60, "min"))
_MINUTE_NS = 60_000_000_000


def _digits(value: float, digits: int) -> str:
    """A number with that many significant digits, without an exponent."""
    whole = len(str(int(abs(value))))
    decimals = max(0, digits - whole)
    text = f"{value:.{decimals}f}"
    # 99.996 becomes 100.0, not 100.00: rounding may have added a digit in front.
    grew = decimals > 0 and len(str(int(abs(float(text))))) > whole
    return f"{value:.{decimals - 1}f}" if grew else text


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def duration(value: int | None) -> str:
    """A duration in ns with four digits: 102.7 µs, 4 min 47 s. A dash where there is none."""
    if value is None:
        return NONE
    if value >= _MINUTE_NS:
        minutes, seconds = divmod(round(value / 1e9), 60)
        return f"{minutes}{THIN}min {seconds}{THIN}s"
    for size, unit in _TIMES:
        # What would round up to the next unit is written in that unit: 1.000 ms, not 1000 µs.
        if value >= size * 0.99995:
            return f"{_digits(value / size, 4)}{THIN}{unit}"
    return f"{value}{THIN}ns"


@register.filter
def file_size(value: int | None) -> str:
    """A file's size, decimal: 394.6 MB, 18.4 GB, 1.13 GB."""
    if value is None:
        return NONE
    for size, unit in _SIZES:
        if value >= size * _FROM:
            scaled = value / size
            return f"{_trimmed(f'{scaled:.{2 if scaled < 10 else 1}f}')}{THIN}{unit}"
    return f"{value}{THIN}B"


@register.filter
def count(value: int | None) -> str:
    """A count with thin spaces from a thousand: 25 510."""
    return NONE if value is None else f"{value:,}".replace(",", THIN)


@register.filter
def prose_count(value: int) -> str:
    """A count in a sentence: 41 202, from a million 3.1 M."""
    for size, unit in _COUNTS:
        if value >= size:
            return f"{value / size:.1f}{THIN}{unit}"
    return count(value)


@register.filter
def ago(value: datetime | str | None) -> str:
    """Relative up to seven days, then the date: 18 min ago, 12 Nov, 12 Nov 2024."""
    if not value:
        return NONE
    moment = _moment(value)
    now = datetime.now(UTC)
    age_s = (now - moment).total_seconds()
    if age_s < 60:
        return "just now"
    if age_s < 7 * 86_400:
        size, unit = next((s, u) for s, u in _AGES if age_s >= s)
        return f"{int(age_s // size)}{THIN}{unit} ago"
    return f"{moment.day} {moment:%b}" + ("" if moment.year == now.year else f" {moment.year}")


@register.filter
def exact_time(value: datetime | str | None) -> str:
    """The instant with its zone: 2026-11-24 14:01:58 UTC."""
    return f"{_moment(value).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if value else NONE


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


@register.filter
def ordinal(value: int) -> str:
    """1st, 2nd, 3rd, 4th."""
    tail = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10)
    return f"{value}{tail or 'th'}"


@register.filter
def short_id(value: str) -> str:
    """First eight … last four."""
    return value if len(value) < 14 else f"{value[:8]}…{value[-4:]}"


@register.filter
def at(values: Mapping[str, object], key: str) -> object:
    """The value under a key."""
    return values[key]
