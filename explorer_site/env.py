"""Typed readers of environment variables: text, flags, numbers, sizes, secrets."""

import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_UNITS = {
    "": 1,
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KIB": 2**10,
    "MIB": 2**20,
    "GIB": 2**30,
    "TIB": 2**40,
}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*\Z")
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"", "0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """The variable's text, stripped; `default` when unset."""
    return os.environ.get(name, default).strip()


def secret(name: str) -> str:
    """The variable, or the contents of the file that NAME_FILE names."""
    file_name = text(f"{name}_FILE")
    if not file_name:
        return text(name)
    try:
        return Path(file_name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE={file_name} cannot be read ({error}).") from error


def flag(name: str, *, default: bool = False) -> bool:
    """Yes or no, in the usual spellings."""
    value = text(name, "yes" if default else "no").lower()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise ImproperlyConfigured(f"{name}={value} is neither yes nor no.")


def number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """A whole number between two bounds."""
    value = text(name, str(default))
    try:
        found = int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={value} is not a whole number.") from error
    if found < least or (most is not None and found > most):
        bounds = f"from {least}" + (f" to {most}" if most is not None else " up")
        raise ImproperlyConfigured(f"{name}={value} is not {bounds}.")
    return found


def size_bytes(name: str, default: str) -> int:
    """A size with a unit: `20GB` is decimal, `512MiB` binary."""
    value = text(name, default)
    match = _SIZE.match(value)
    if match is None or match[2].upper() not in _UNITS:
        raise ImproperlyConfigured(f"{name}={value} is not a size such as 20GB or 512MiB.")
    return int(float(match[1]) * _UNITS[match[2].upper()])


def names(name: str) -> list[str]:
    """A list with commas; empty when unset."""
    return [piece.strip() for piece in text(name).split(",") if piece.strip()]


def folder(name: str, default: Path) -> Path:
    """An absolute folder; `~` is the user's home."""
    value = text(name)
    return Path(value).expanduser().absolute() if value else default
