"""Writes a large session: 2 instances, 16 processes, 64 cores, as many events as asked for.

`python -m tests.make.session.big --events 1000000 --out FOLDER`. All 64 ranks take every step
together: a prefill now and then, decode steps otherwise. One rank is late in every step and the
host is busy with itself once; both are printed. Each core has one device trace, of its first
decode step. The same numbers always give the same bytes; one process is held at a time.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.make.session.description import (
    DeviceTrace,
    Execution,
    FrameworkEvent,
    FrameworkTrace,
    Instance,
    Loaded,
    Process,
    Samples,
    Session,
)
from tests.make.session.programs import loaded, trace
from tests.make.session.runtime import BARRIER_NS, MS, US, Runtime
from tests.make.session.serving import (
    DECODE_ID,
    DECODE_PROGRAM,
    OPENED_NS,
    PREFILL_ID,
    PREFILL_PROGRAM,
    TICK_NS,
)
from tests.make.session.write import write_session

CORES, STEP_EVENTS, LOAD_EVENTS = 4, 23, 23
PREFILL_EVERY = 32
LOADED_NS = 40 * MS
READY_NS = 340 * US  # every rank but the late one is ready that long after a step's begin
AFTER_NS = 420 * US
INSTANCES = (
    Instance("i-0b16b16b16b16b161", cpus=48, host_name="host-1", address="192.0.2.21"),
    Instance("i-0b16b16b16b16b162", cpus=48, host_name="host-2", address="192.0.2.22"),
)


@dataclass(frozen=True)
class Plan:
    """How large the session is, and what is wrong in it."""

    events: int = 1_000_000
    processes: int = 8  # on each instance
    straggler: int = 37
    late_ns: int = 150 * US
    gap_ns: int = 4 * MS
    pairs: int = 64

    @property
    def ranks(self) -> int:
        """Cores of all instances."""
        return len(INSTANCES) * self.processes * CORES

    @property
    def steps(self) -> int:
        """Steps until there are enough events."""
        left = self.events - 2 * LOAD_EVENTS * self.ranks
        return max(2, -(-left // (STEP_EVENTS * self.ranks)))

    @property
    def gap_after(self) -> int:
        """The step behind which the host is busy with itself."""
        return self.steps // 2


@dataclass(frozen=True)
class Step:
    """A step of all ranks: when it begins, and when the devices run."""

    number: int
    model: Loaded
    begin_ns: int
    running_ns: int

    @property
    def end_ns(self) -> int:
        """When the devices are done."""
        return self.running_ns + self.model.device_ns


def steps(plan: Plan) -> list[Step]:
    """The steps of the session; known beforehand, so that processes can be told one by one."""
    models = loaded(PREFILL_PROGRAM, PREFILL_ID), loaded(DECODE_PROGRAM, DECODE_ID)
    now, found = OPENED_NS + 2 * TICK_NS + LOADED_NS, []
    for number in range(plan.steps):
        model = models[number % PREFILL_EVERY != 0]
        step = Step(number, model, now, now + READY_NS + plan.late_ns + BARRIER_NS)
        found.append(step)
        now = step.end_ns + AFTER_NS + (plan.gap_ns if number == plan.gap_after else 0)
    return found


def big_process(plan: Plan, taken: Sequence[Step], host: int, number: int) -> Process:
    """One process with four ranks; its model numbers are its own."""
    instance, first_rank = INSTANCES[host], (host * plan.processes + number) * CORES
    pid = 40_000 + 1_000 * host + 37 * number
    runtime = Runtime(instance, pid, CORES * number, first_rank, seed=pid)
    ids = {PREFILL_ID: PREFILL_ID + 4096 * first_rank, DECODE_ID: DECODE_ID + 4096 * first_rank}
    own = {step.model.model_id: step.model for step in taken}
    models = {known: replace(model, model_id=ids[known]) for known, model in own.items()}
    for core in range(CORES):
        now = OPENED_NS + 2 * TICK_NS + 30 * US * core
        for model in models.values():
            now = runtime.load(model, core, now) + 10 * US
    for step in taken:
        _take(plan, runtime, replace(step, model=models[step.model.model_id]))
    ticks = 2 + (taken[-1].end_ns - OPENED_NS) // TICK_NS
    first = [
        next(e for e in runtime.executions if (e.core, e.model_id) == (core, ids[DECODE_ID]))
        for core in range(CORES)
        if first_rank + core < plan.pairs
    ]
    return runtime.process(
        OPENED_NS, OPENED_NS + ticks * TICK_NS, list(models.values()), CORES,
        traces=tuple(_trace(runtime, execution) for execution in first),
        samples=_samples(instance, runtime, ticks),
        framework=(_framework(plan, taken, pid),),
    )  # fmt: skip


def _take(plan: Plan, runtime: Runtime, step: Step) -> None:
    for core in range(CORES):
        late = plan.late_ns if runtime.first_rank + core == plan.straggler else 0
        start = runtime.write(core, 256, step.begin_ns + 20 * US + late + runtime.jitter(8 * US))
        ready = runtime.submit(step.model, core, start + 10 * US)
        assert ready.ready_ns <= step.running_ns - BARRIER_NS
        done = runtime.finish(ready, step.running_ns, has_barrier=True)
        assert done.end_ns < step.end_ns + AFTER_NS


def _trace(runtime: Runtime, execution: Execution) -> DeviceTrace:
    return trace(DECODE_PROGRAM, execution.model_id, [execution], runtime.instance, runtime.pid)


def _samples(instance: Instance, runtime: Runtime, count: int) -> Samples:
    ticks = tuple(OPENED_NS + TICK_NS * tick for tick in range(count))
    rows = tuple(
        tuple(round(runtime.random.uniform(0, 100), 1) for _ in range(instance.cpus)) for _ in ticks
    )
    return Samples(ticks, rows, tuple(20_000_000_000 + (tick << 20) for tick in range(count)))


def _framework(plan: Plan, taken: Sequence[Step], pid: int) -> FrameworkTrace:
    events = []
    for step in taken:
        name = "decode_step" if step.number % PREFILL_EVERY else "prefill_step"
        end_ns = step.end_ns + AFTER_NS - 40 * US
        events.append(FrameworkEvent(name, step.begin_ns, end_ns, pid))
        events.append(FrameworkEvent("model.forward", step.begin_ns + 9_000, end_ns - 9_000, pid))
        if step.number == plan.gap_after:
            busy = end_ns + 9_000, end_ns + plan.gap_ns
            events.append(FrameworkEvent("collect_garbage", *busy, pid))
    return FrameworkTrace(events=tuple(events), thread_names={pid: "main thread"})


def write_big_session(folder: Path, plan: Plan) -> int:
    """Writes the directory process by process; returns how many events it holds."""
    taken, count = steps(plan), 0
    for host in range(len(INSTANCES)):
        for number in range(plan.processes):
            process = big_process(plan, taken, host, number)
            write_session(folder, Session((process,)))
            count += len(process.events)
    return count


def main() -> None:
    """Reads the command line and writes the directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    plan = Plan(chosen.events)
    count = write_big_session(chosen.out, plan)
    size = sum(path.stat().st_size for path in chosen.out.rglob("*") if path.is_file())
    print(f"{chosen.out}: {count} events in {size} bytes, {plan.steps} steps of {plan.ranks} ranks")
    print(f"rank {plan.straggler} is {plan.late_ns} ns late in every step")
    print(f"the host is busy with itself for {plan.gap_ns} ns behind step {plan.gap_after}")


if __name__ == "__main__":
    main()
