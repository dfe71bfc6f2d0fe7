"""The log of one run: JSON lines, one a stage, kept for the page of a failed profile."""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

logger = logging.getLogger("ingest_worker.run")

MOST_CHARACTERS = 64_000
"""A child that talks endlessly fills no database; the first and the last lines are kept."""


class RunLog:
    """Collects the lines of a run and passes them on to the log of the worker."""

    def __init__(self, *, profile_id: str, run: int) -> None:
        self._facts = {"profile": profile_id, "run": run}
        self._lines: list[str] = []
        self._stage = ""
        self._stage_since = 0.0

    def stage(self, name: str) -> None:
        """Note that stage `name` begins, and how long the one before took."""
        self.end_stage()
        self._stage, self._stage_since = name, time.monotonic()

    def end_stage(self) -> None:
        """Note that the present stage is over."""
        if self._stage:
            seconds = round(time.monotonic() - self._stage_since, 3)
            self.note("stage done", stage=self._stage, seconds=seconds)
            self._stage = ""

    def note(self, message: str, **facts: Any) -> None:
        """Add a line of our own."""
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "message": message}
        self._lines.append(json.dumps({**line, **facts}))
        logger.info(message, extra={**self._facts, **facts})

    def said(self, text: str) -> None:
        """Add a line that the child wrote."""
        self._lines.append(text)
        logger.info("child: %s", text, extra=self._facts)

    def text(self) -> str:
        """All lines; when too long, the first and the last of them."""
        whole = "\n".join(self._lines)
        if len(whole) <= MOST_CHARACTERS:
            return whole
        half = MOST_CHARACTERS // 2
        return f"{whole[:half]}\n… {len(whole) - 2 * half} characters left out …\n{whole[-half:]}"
