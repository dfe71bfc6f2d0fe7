"""Why something was refused at the door."""

from typing import Any

from profiles.error_codes import error_code


class Refused(Exception):  # noqa: N818 (a refusal is an answer, not an error of the program)
    """Answered with the code's status; nothing is kept."""

    def __init__(
        self, code: str, detail: str = "", *, fields: dict[str, Any] | None = None
    ) -> None:
        self.entry = error_code(code)
        self.code = code
        self.detail = detail or f"{self.entry.title}."
        self.fields = fields
        super().__init__(f"{code}: {self.detail}")
