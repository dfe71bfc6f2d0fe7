"""The ways out of a failure, best first."""

import json
from dataclasses import dataclass
from typing import Any

from profiles.models import Profile


@dataclass(frozen=True)
class Remedy:
    """A way out: what its button says, and the address it opens or the options it sends."""

    title: str
    text: str
    button: str
    icon: str = ""
    link: str = ""
    options: str = ""


TRACE_ALONE = Remedy(
    "Look at what the trace alone can show",
    "A timeline with opcodes, operands, DMA, semaphores and clock. No names, tensors or queues.",
    "Process without NEFF",
    options=json.dumps({"without": ["neff"]}),
)
READABLE_PART = Remedy(
    "Show the part that can be read",
    "Everything up to the byte where the trace is cut. A notice says that it is not all.",
    "Process what is there",
    options=json.dumps({"partial": True}),
)
NEFF_ALONE = Remedy(
    "Look at what the NEFF alone can show",
    "Header, tensors and queues. There is no timeline without a trace.",
    "Process without NTFF",
    options=json.dumps({"without": ["ntff"]}),
)
AGAIN = Remedy(
    "Process it again",
    "The uploaded files are kept; nothing is sent again.",
    "Process again",
    icon="again",
    options="{}",
)
_MACHINE = ("worker.", "store.", "limit.")


def remedies(profile: Profile, failure: dict[str, Any]) -> list[Remedy]:
    """Ways out for this failure; none that the options of the failed run have tried already."""
    code = str(failure["code"])
    roles = {source.role for source in profile.sources.all()} - set(profile.without)
    ways: list[Remedy] = []
    if code == "ntff.truncated" and not profile.partial:
        ways.append(READABLE_PART)
    if code.startswith(_MACHINE):
        ways.append(AGAIN)
    if roles >= {"neff", "ntff"}:
        if code.startswith(("pair.", "neff.", "archive.")):
            ways.append(TRACE_ALONE)
        elif code.startswith("ntff."):
            ways.append(NEFF_ALONE)
    ways.append(_upload(str(failure["hint"])))
    if profile.current_run is not None:
        ways.append(_earlier(profile, profile.current_run.number))
    return ways


def _upload(hint: str) -> Remedy:
    return Remedy(
        "Upload the files anew", hint, "Upload Profile", icon="upload", link="/profiles/?upload"
    )


def _earlier(profile: Profile, run: int) -> Remedy:
    return Remedy(
        "Open the result there was before",
        f"Run {run} was processed and is still there.",
        "Open the timeline",
        icon="trace",
        link=f"/profiles/{profile.pk}/timeline/?run={run}",
    )
