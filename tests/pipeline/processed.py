"""A profile processed in a test: its result and the rows of its tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingest_worker.pipeline.run import RunResult, process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.tables import RunFolder

Row = Mapping[str, Any]


class Run:
    """A processed profile: its result and the rows of its tables."""

    def __init__(self, folder: Path, files: Mapping[str, bytes], options: Options) -> None:
        self.folder = folder / "run"
        self.folder.mkdir()
        refs = []
        for place, (name, data) in enumerate(files.items()):
            path = folder / name
            path.write_bytes(data)
            refs.append(SourceRef(path.suffix[1:], name, path, place))
        self.result: RunResult = process(refs, RunFolder(self.folder), options, silent)

    def rows(self, table: str, part: int = 0) -> list[Row]:
        path = self.folder / "parts" / str(part) / f"{table}.parquet"
        return list(pq.ParquetFile(path).read().to_pylist()) if path.exists() else []

    @property
    def codes(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for notice in self.result.manifest.notices:
            found[notice.code] = found.get(notice.code, 0) + notice.count
        return found
