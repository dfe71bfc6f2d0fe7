"""The catalogue of viewers: slug, title, the table each needs, its module."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Viewer:
    """A way to look at a profile; without its table it is greyed, with the reason.

    One that is for system profiles is not spoken of where its table is missing, and one that is for
    devices not in a system profile. Two may share a slug: a profile has at most one of them.
    """

    slug: str
    title: str
    table: str
    module: str
    reason: str
    is_for_systems: bool = False
    is_for_devices: bool = False

    def is_served_by(self, tables: Collection[str]) -> bool:
        """Whether a run with these tables has what the viewer shows."""
        return not self.table or self.table in tables


SYSTEM_TABLE = "SystemProfileEvents"

VIEWERS = (
    Viewer(
        "timeline",
        "Timeline",
        "TimelineTrack",
        "js/pages/viewer.js",
        "There are no events in this profile: a NEFF or a summary alone has no timeline.",
    ),
    Viewer(
        "summary",
        "Summary",
        "Instruction",
        "js/pages/device-summary.js",
        "There are no executed instructions in this profile: its numbers need a trace.",
        is_for_devices=True,
    ),
    Viewer(
        "summary",
        "Summary",
        SYSTEM_TABLE,
        "js/pages/summary.js",
        "There are no events of a host in this profile.",
        is_for_systems=True,
    ),
    Viewer(
        "devices",
        "Devices",
        SYSTEM_TABLE,
        "js/pages/devices.js",
        "This profile has no further device profiles.",
        is_for_systems=True,
    ),
    Viewer("info", "Info", "", "js/pages/info.js", ""),
)


def viewers_for(tables: Collection[str]) -> list[Viewer]:
    """The viewers a profile with these tables speaks of, in the order of the tabs."""
    is_system = SYSTEM_TABLE in tables
    return [
        v
        for v in VIEWERS
        if not (v.is_for_devices if is_system else v.is_for_systems and not v.is_served_by(tables))
    ]
