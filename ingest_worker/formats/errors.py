"""What can be wrong with a file, as exceptions that carry a stable code and the offset."""

from collections.abc import Mapping
from types import MappingProxyType

HINTS: Mapping[str, str] = MappingProxyType(
    {
        "not_this_format": "Check that the right file was chosen for this place.",
        "malformed": "The file is damaged. Copy it again from the instance, or capture again.",
        "truncated": "The file ends too early. Copy it again; a cut trace can also be read partly.",
        "unsupported_version": "The file is kept. A newer version of this tool may read it.",
        "archive.unsafe_member": "The archive inside the NEFF was not made by the compiler.",
        "archive.duplicate_member": "The archive inside the NEFF names one file twice.",
        "archive.bomb": "The archive inside the NEFF unpacks to far more than its size.",
        "limit.records": "Capture a shorter run, or raise the limit of records in the settings.",
        "limit.bytes": "Capture a shorter run, or raise the limit of bytes in the settings.",
        "pair.uuid_mismatch": "Choose the NEFF this trace was captured from, or leave it out.",
    }
)


def hint_for(code: str) -> str:
    """What helps against `code`: by the whole code, else by what follows its first dot."""
    return HINTS.get(code) or HINTS.get(code.partition(".")[2], "")


class FormatError(Exception):
    """A file cannot be used, for a reason the file itself gives.

    `code` is dotted and never changes meaning, `message` is a sentence, `offset` counts bytes
    from the start of the file (or of the archive member named by `file`), `hint` says what to do.
    """

    def __init__(
        self,
        code: str,
        message: str,
        offset: int | None = None,
        *,
        file: str | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.offset = offset
        self.file = file
        self.hint = hint or hint_for(code)

    def __str__(self) -> str:
        place = "" if self.offset is None else f" (at byte {self.offset})"
        name = "" if self.file is None else f"{self.file}: "
        return f"{self.code}: {name}{self.message}{place}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.code, self.message, self.offset, self.file, self.hint))


def _rebuild(
    kind: type[FormatError],
    code: str,
    message: str,
    offset: int | None,
    file: str | None,
    hint: str,
) -> FormatError:
    return kind(code, message, offset, file=file, hint=hint)


class NotThisFormat(FormatError):  # noqa: N818
    """The first bytes belong to another kind of file."""


class Malformed(FormatError):  # noqa: N818
    """A length, an offset or a structure contradicts the rest of the file."""


class Truncated(FormatError):  # noqa: N818
    """The file ends before what it announces."""


class Unsupported(FormatError):  # noqa: N818
    """A version or a compression this program does not know."""


class LimitExceeded(FormatError):  # noqa: N818
    """The file is larger, or unpacks to more, than the settings allow."""
