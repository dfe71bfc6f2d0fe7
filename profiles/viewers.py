"""The catalogue of viewers: slug, title, the table each needs, its module."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Viewer:
    """A way to look at a profile; without its table it is greyed, with the reason."""

    slug: str
    title: str
    table: str
    module: str
    reason: str

    def is_served_by(self, tables: Collection[str]) -> bool:
        """Whether a run with these tables has what the viewer shows."""
        return not self.table or self.table in tables


VIEWERS = (
    Viewer(
        "timeline",
        "Timeline",
        "Metadata",
        "js/pages/viewer.js",
        "There is no trace in this profile: a NEFF alone has no timeline.",
    ),
    Viewer("info", "Info", "", "js/pages/info.js", ""),
)
