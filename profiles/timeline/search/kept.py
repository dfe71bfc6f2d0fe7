"""The last few searches of this process, so that asking on about one does not begin anew."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from profiles.storage.tables import ReadableRun
from profiles.timeline.query import timeline_of
from profiles.timeline.search.language import parse, written
from profiles.timeline.search.search import Search, Span

MOST_SEARCHES = 12
MOST_BYTES = 160 << 20

Key = tuple[Path, str]


class Searches:
    """Searches by run and query; the one not asked about for longest is forgotten first."""

    def __init__(self, most: int = MOST_SEARCHES, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._kept: OrderedDict[Key, Search] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, make: Callable[[], Search]) -> Search:
        """The search of a key, made where it is not there."""
        with self._lock:
            search = self._kept.get(key)
            if search is None:
                search = self._kept[key] = make()
            self._kept.move_to_end(key)
            self._forget()
            return search

    def _forget(self) -> None:
        while len(self._kept) > 1 and (
            len(self._kept) > self._most
            or sum(search.size_bytes for search in self._kept.values()) > self._most_bytes
        ):
            self._kept.popitem(last=False)


_SEARCHES = Searches()


def search_of(run: ReadableRun, query: str, near: Span | None = None) -> Search:
    """The search for a query among all drawn rows of a run; runs never change.

    Raises SearchError or UnreadableError.
    """
    terms = parse(query)
    return _SEARCHES.get((run.path, written(terms)), lambda: Search(timeline_of(run), terms, near))
