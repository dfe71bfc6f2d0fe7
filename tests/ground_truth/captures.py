"""The sample captures with official output, each decoded once a test session."""

from dataclasses import dataclass
from pathlib import Path

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.tables import ReadableRun, TableStore

NAMES = ("baseline_bf16_s1024", "baseline_bf16_s512", "fused_bf16_s1024", "fused_bf16_s512")
KERNELS = "trainium-kernel-fusion"


@dataclass(frozen=True)
class Sample:
    """A capture with the official tool's JSON of it."""

    folder: Path

    @property
    def official(self) -> Path:
        return next(self.folder.glob("*_profile_full.json"))

    @property
    def sources(self) -> list[SourceRef]:
        paths = [*self.folder.glob("*.neff"), *self.folder.glob("*.ntff")]
        return [SourceRef(path.suffix[1:], path.name, path) for path in paths]

    def decoded(self, store: TableStore) -> ReadableRun:
        process(self.sources, store.new_run(self.folder.name, 1), Options(), silent)
        return store.open_run(self.folder.name, 1)
