"""Names of everything that is stored, relative to a store's root."""

import re

MANIFEST = "manifest.json"
PYRAMID = "timeline.pyramid"
TIMELINE = "timeline.json"
PARTS = "parts"

_SAFE = re.compile(r"[0-9A-Za-z_-]{1,100}\Z")


def checked(name: str) -> str:
    """A path segment made of letters, digits, `_` and `-` only. Raises ValueError otherwise."""
    if not _SAFE.match(name):
        raise ValueError(f"not a name of the store: {name!r}")
    return name


def run_key(profile_id: str, run: int) -> str:
    """`<profile>/<run>`"""
    return f"{checked(profile_id)}/{int(run)}"


def table_file(name: str) -> str:
    """`<Table>.parquet`"""
    return f"{checked(name)}.parquet"


def part_folder(part: int) -> str:
    """`parts/<n>`"""
    return f"{PARTS}/{int(part)}"


def value_grid_file(series: str) -> str:
    """`<series>.grid.npy`, beside the tables of the part"""
    return f"{checked(series)}.grid.npy"


def source_key(profile_id: str, role: str, ordinal: int) -> str:
    """`<profile>/<role>-<ordinal>`: never the name a file came with."""
    return f"{checked(profile_id)}/{checked(role)}-{int(ordinal)}"


def unpacked_key(number: int | str) -> str:
    """`unpacked-<n>`: a member of an archive, below its profile's folder; `*` for all."""
    return f"unpacked-{number}"
