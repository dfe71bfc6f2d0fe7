"""The text of what a slot waits for and what it signals (decoding notes, section 5.2)."""

from collections.abc import Mapping

_COMPARISONS = {1: "==", 2: "<", 3: "<=", 4: ">", 5: ">="}
_EVENT_WAITS = {6: "==1", 7: "==1-", 14: "==0", 15: "==0+"}
_EVENT_UPDATES = {1: "+", 2: "-"}
_STEPS = {3: "++", 4: "--"}
_VALUES = {5: "+=", 7: "-=", 9: "="}
_AT_COMPLETION = 16


def semaphore_text(index: int, names: Mapping[int, str]) -> str:
    """`S[5] (Tensor)` for a semaphore with a name, else `$S[5]`."""
    name = names.get(index)
    return f"S[{index}] ({name})" if name else f"$S[{index}]"


def wait_text(mode: int, index: int, value: int, names: Mapping[int, str]) -> str:
    """What an instruction waits for; empty for nothing."""
    if mode == 0:
        return ""
    if mode in _COMPARISONS:
        return f"{semaphore_text(index, names)}{_COMPARISONS[mode]}{value}"
    if mode in _EVENT_WAITS:
        return f"$E[{index}]{_EVENT_WAITS[mode]}"
    return f"wait_mode={mode},{index},{value}"


def update_text(mode: int, index: int, value: int, names: Mapping[int, str]) -> str:
    """What an instruction signals, and whether when it has read or completed; empty for nothing."""
    if mode == 0:
        return ""
    kind = mode & ~_AT_COMPLETION
    when = "complete" if mode & _AT_COMPLETION else "read"
    if kind in _EVENT_UPDATES:
        return f"$E[{index}]{_EVENT_UPDATES[kind]}@{when}"
    if kind in _STEPS:
        return f"{semaphore_text(index, names)}{_STEPS[kind]}@{when}"
    if kind in _VALUES:
        return f"{semaphore_text(index, names)}{_VALUES[kind]}{value}@{when}"
    return f"update_mode={mode},{index},{value}"
