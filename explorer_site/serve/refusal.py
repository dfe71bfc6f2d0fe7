"""A reason not to start, in one sentence."""


class Refusal(Exception):  # noqa: N818 (it is a person that is refused, politely)
    """Raised with the sentence shown to the person; the command then exits with code 2."""
