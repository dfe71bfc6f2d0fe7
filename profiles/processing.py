"""What of a capture is processed, as it is chosen when it is sent: which events, which profiles."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from profiles.capture_names import CPU_UTIL, FRAMEWORK, HOST_MEM, NEFF, NTFF, NTRACE, TRACE_INFO
from profiles.refusal import Refused

FIELD = "options"
MOST_CHOSEN = 200
LONGEST_CHOICE = 200
LARGEST_CORE = 1 << 20
SYSTEM_ROLES = frozenset({TRACE_INFO, NTRACE, CPU_UTIL, HOST_MEM, FRAMEWORK})
DEVICE_ROLES = frozenset({NEFF, NTFF})


@dataclass(frozen=True)
class EventFilters:
    """Which events of a system trace are processed; empty means all.

    Types are names, `hardware`, `software`, or a name with `^` before it to leave it out.
    """

    event_types: tuple[str, ...] = ()
    instance_ids: tuple[str, ...] = ()
    neuron_cores: tuple[int, ...] = ()


@dataclass(frozen=True)
class Processing:
    """The options of a profile. Which profiles a directory gives is decided when it is taken in."""

    filters: EventFilters = field(default_factory=EventFilters)
    ignore_device_profile: bool = False
    ignore_system_profile: bool = False

    def __post_init__(self) -> None:
        if self.ignore_device_profile and self.ignore_system_profile:
            raise _refused("Nothing is left without the system profile and the device profiles.")

    @property
    def left_out(self) -> frozenset[str]:
        """Roles of files that are not read."""
        system = SYSTEM_ROLES if self.ignore_system_profile else frozenset()
        return system | (DEVICE_ROLES if self.ignore_device_profile else frozenset())

    def document(self) -> dict[str, Any]:
        """As the database and the API hold it: what differs from the defaults."""
        lists = {name: list(values) for name, values in asdict(self.filters).items() if values}
        flags = {name: True for name in IGNORED if getattr(self, name)}
        return {**lists, **flags}

    def with_filters(self, given: Mapping[str, Any]) -> "Processing":
        """With other filters. Raises Refused for what is fixed once the directory is taken in."""
        for name in IGNORED:
            if name in given:
                raise _refused(f"{name} is decided when the directory is sent; send it again.")
        return replace(self, filters=processing_of(given).filters)


FILTERS = ("event_types", "instance_ids", "neuron_cores")
IGNORED = ("ignore_device_profile", "ignore_system_profile")


def processing_of(given: Mapping[str, Any]) -> Processing:
    """The options of an object. Raises Refused, with what is wrong, for what is none."""
    for name in given:
        if name not in (*FILTERS, *IGNORED):
            known = ", ".join((*FILTERS, *IGNORED))
            raise _refused(f"There is no option {str(name)[:60]!r}; there are {known}.")
    for name in IGNORED:
        if not isinstance(given.get(name, False), bool):
            raise _refused(f"{name} is true or false.")
    filters = EventFilters(
        _texts(given, "event_types"), _texts(given, "instance_ids"), _cores(given)
    )
    return Processing(filters, **{name: given.get(name, False) for name in IGNORED})


def processing_in(text: str) -> Processing:
    """The options of a part of a form: a JSON object, or nothing. Raises Refused."""
    if not text.strip():
        return Processing()
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused("The options are not JSON.") from error
    if not isinstance(given, dict):
        raise _refused("The options are one JSON object.")
    return processing_of(given)


def _list(given: Mapping[str, Any], name: str) -> list[Any]:
    values = given.get(name, [])
    if not isinstance(values, list) or len(values) > MOST_CHOSEN:
        raise _refused(f"{name} is a list of at most {MOST_CHOSEN}.")
    return values


def _texts(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = _list(given, name)
    for value in values:
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_CHOICE or "\0" in value:
            raise _refused(f"{name} holds texts of 1 to {LONGEST_CHOICE} characters.")
    return tuple(dict.fromkeys(values))


def _cores(given: Mapping[str, Any]) -> tuple[int, ...]:
    values = _list(given, "neuron_cores")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST_CORE:
            raise _refused("neuron_cores holds numbers of cores, from 0 up.")
    return tuple(dict.fromkeys(values))


def _refused(text: str) -> Refused:
    return Refused("request.malformed", text, fields={FIELD: text})
