"""Links `<root>/<namespace>/<name>@latest` to current runs, where the official tool's users look.

The database says which run is current; the link follows, and a wrong one is repaired at start.
"""

import contextlib
import os
import uuid
from collections.abc import Mapping
from pathlib import Path

NAMESPACE = "global"
SUFFIX = "@latest"
MOST_BYTES = 200


def folder_name(name: str) -> str:
    """A profile's name as a folder name.

    `/`, NUL, control characters and a leading dot are percent-encoded, and the result is cut at 200
    bytes without cutting a character or an escape in half. Names that become equal so are told
    apart like equal names: by the id.
    """
    pieces: list[str] = []
    size = 0
    for place, character in enumerate(name):
        piece = _escaped(character, is_first=place == 0)
        size += len(piece.encode())
        if size > MOST_BYTES:
            break
        pieces.append(piece)
    return "".join(pieces)


def _escaped(character: str, *, is_first: bool) -> str:
    is_control = ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0
    if character == "/" or is_control or (is_first and character == "."):
        return "".join(f"%{byte:02X}" for byte in character.encode())
    return character.encode("utf-8", "replace").decode()


def with_id(folder: str, profile_id: str) -> str:
    """The folder name to use when `folder` belongs to another profile."""
    return f"{folder}~{profile_id.replace('-', '')[:8]}"


class OfficialLinks:
    """The links of one workspace."""

    def __init__(self, root: Path, namespace: str = NAMESPACE) -> None:
        self.folder = root / namespace

    def path(self, folder: str) -> Path:
        return self.folder / f"{folder}{SUFFIX}"

    def point(self, folder: str, run_path: Path) -> None:
        """Make the link name `run_path`, in one step for anyone who follows it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        link = self.path(folder)
        draft = self.folder / f".{uuid.uuid4().hex}"
        draft.symlink_to(os.path.relpath(run_path, self.folder), target_is_directory=True)
        try:
            draft.replace(link)
        except OSError:
            draft.unlink(missing_ok=True)
            raise

    def remove(self, folder: str) -> None:
        """Remove a link; what is not a link is left alone."""
        path = self.path(folder)
        if path.is_symlink():
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def repair(self, wanted: Mapping[str, Path]) -> int:
        """Make the links exactly `wanted` (folder name to run). Returns how many changed.

        What is not a link is somebody else's and is left alone.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        changed = 0
        for path in self.folder.iterdir():
            name = path.name.removesuffix(SUFFIX)
            is_leftover = path.name.startswith(".") or name not in wanted
            if path.is_symlink() and is_leftover:
                path.unlink()
                changed += 1
        for folder, run_path in wanted.items():
            target = os.path.relpath(run_path, self.folder)
            link = self.path(folder)
            is_foreign = link.exists() and not link.is_symlink()
            if not is_foreign and not (link.is_symlink() and str(link.readlink()) == target):
                self.point(folder, run_path)
                changed += 1
        return changed
