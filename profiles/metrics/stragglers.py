"""Ranks that come late to a step or to what all ranks wait for, and what that costs the others."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from profiles.metrics.events import Events
from profiles.metrics.steps import Rank, Step, ranks_at

COLLECTIVES = ("cc_exec_barrier", "cc_running", "enc_barrier")
STEP_BEGIN = "step begin"


@dataclass(frozen=True)
class Meeting:
    """Something that all ranks of a step come to: when each came, from the zero."""

    name: str
    step: int
    graph: str
    arrived_ns: Mapping[Rank, int]

    @property
    def in_order(self) -> list[tuple[Rank, int]]:
        """Ranks as they came."""
        return sorted(self.arrived_ns.items(), key=lambda pair: (pair[1], pair[0]))

    @property
    def first_ns(self) -> int:
        """When the first came."""
        return self.in_order[0][1]

    @property
    def last(self) -> Rank:
        """Who came last."""
        return self.in_order[-1][0]

    @property
    def spread_ns(self) -> int:
        """From the first to the last."""
        return self.in_order[-1][1] - self.in_order[0][1]

    @property
    def cost_ns(self) -> int:
        """How long the others waited for the last one alone: from the last but one."""
        return self.in_order[-1][1] - self.in_order[-2][1]


@dataclass
class Lateness:
    """A rank at all meetings of one name."""

    rank: Rank
    meetings: int = 0
    times_last: int = 0
    cost_ns: int = 0
    after_first_ns: list[int] = field(default_factory=list)

    @property
    def median_after_first_ns(self) -> int:
        """Half of the times it came no later than this after the first."""
        ordered = sorted(self.after_first_ns)
        return ordered[(len(ordered) - 1) // 2]


@dataclass(frozen=True)
class Stragglers:
    """Meetings of one name: ranks, the one that costs most first, and the meetings themselves."""

    name: str
    meetings: Sequence[Meeting]
    ranks: Sequence[Lateness]


def stragglers_of(events: Events, steps: Sequence[Step]) -> list[Stragglers]:
    """By name of what ranks meet at: the begin of steps, and each collective."""
    found = [
        Meeting(STEP_BEGIN, step.number, step.graph, {r: c.start_ns for r, c in step.calls.items()})
        for step in steps
    ]
    found += collectives_of(events, steps)
    by_name: dict[str, list[Meeting]] = defaultdict(list)
    for meeting in found:
        if len(meeting.arrived_ns) > 1:
            by_name[meeting.name].append(meeting)
    return [Stragglers(name, of, _ranks(of)) for name, of in by_name.items()]


def collectives_of(events: Events, steps: Sequence[Step]) -> list[Meeting]:
    """The first, second, ... of each name in the calls of a step are one meeting.

    A rank on several physical cores has arrived when the last of them has.
    """
    name = events.coded("name")
    rows = np.flatnonzero(name.where(*COLLECTIVES))
    start = events.numbers("start_ts")
    rows = rows[np.argsort(start[rows], kind="stable")]
    pcore = events.numbers("pcore_idx")
    calls = _Calls(steps)
    counted: dict[tuple[int, Rank, str, int], int] = defaultdict(int)
    met: dict[tuple[str, int, int], dict[Rank, int]] = defaultdict(dict)
    for row, rank in zip(rows.tolist(), ranks_at(events, rows.tolist()), strict=True):
        step = calls.step_at(rank, int(start[row]))
        if step is None:
            continue
        what = str(name.values[int(name.codes[row])])
        own = (step, rank, what, int(pcore[row]))
        arrived = met[what, step, counted[own]]
        arrived[rank] = max(arrived.get(rank, int(start[row])), int(start[row]))
        counted[own] += 1
    return [
        Meeting(what, step, steps[step].graph, arrived) for (what, step, _), arrived in met.items()
    ]


class _Calls:
    """The calls of each rank, to be found by an instant."""

    def __init__(self, steps: Iterable[Step]) -> None:
        found: dict[Rank, list[tuple[int, int, int]]] = defaultdict(list)
        for step in steps:
            for rank, call in step.calls.items():
                found[rank].append((call.start_ns, call.end_ns, step.number))
        self._calls = {rank: sorted(calls) for rank, calls in found.items()}
        self._starts = {
            rank: np.array([call[0] for call in calls]) for rank, calls in self._calls.items()
        }

    def step_at(self, rank: Rank, at_ns: int) -> int | None:
        """The step of the call that was under way, the one that began last."""
        if rank not in self._calls:
            return None
        place = int(np.searchsorted(self._starts[rank], at_ns, "right")) - 1
        # Calls may be submitted ahead: one that began before may be the one still running.
        for _, end, step in reversed(self._calls[rank][max(place - 3, 0) : place + 1]):
            if at_ns <= end:
                return step
        return None


def _ranks(meetings: Iterable[Meeting]) -> list[Lateness]:
    found: dict[Rank, Lateness] = {}
    for meeting in meetings:
        first_ns = meeting.first_ns
        for rank, arrived_ns in meeting.arrived_ns.items():
            one = found.setdefault(rank, Lateness(rank))
            one.meetings += 1
            one.after_first_ns.append(arrived_ns - first_ns)
        found[meeting.last].times_last += 1
        found[meeting.last].cost_ns += meeting.cost_ns
    return sorted(found.values(), key=lambda one: (-one.cost_ns, one.rank))
