"""The sample profile, resolved, and the rows of a table made from it."""

from pathlib import Path
from typing import Any

import profiles
from ingest_worker.builders.built import BuiltTable
from ingest_worker.builders.part import Part
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.neff.reader import read_neff
from ingest_worker.formats.ntff.reader import read_ntff
from ingest_worker.pipeline.join import NeffJoin
from ingest_worker.pipeline.resolve import resolve_part

SAMPLE = Path(profiles.__path__[0]) / "sample"


def sample_part() -> Part:
    """The attention block on two cores, with its NEFF."""
    neff = read_neff(SAMPLE / "attention.neff", limits=DEFAULT_LIMITS)
    ntff = read_ntff(SAMPLE / "attention.ntff", limits=DEFAULT_LIMITS)
    return resolve_part(0, "sample", ntff, NeffJoin(neff))


def table_rows(table: BuiltTable) -> list[dict[str, Any]]:
    """Every row of a table."""
    return [row for batch in table.batches() for row in batch.to_pylist()]
