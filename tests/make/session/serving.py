"""Ready sessions: a serving run of four layers on eight cores, and a small one of one core.

`python -m tests.make.session.serving FOLDER` writes the serving run.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
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
from tests.make.session.programs import DECODE, PREFILL, Program, loaded, trace
from tests.make.session.runtime import BARRIER_NS, MS, US, Runtime
from tests.make.session.write import write_session

OPENED_NS = 1_773_237_643_508_494_611
TICK_NS = 1_000_000_000
PREFILL_ID, DECODE_ID = 171_450_338_541_704, 171_450_339_065_992
PREFILL_PROGRAM = Program(
    PREFILL, bytes.fromhex("3f2a8d0e61b94c7f95d1a0c4be7712e8"), tiles=4, slowness=9.0
)
DECODE_PROGRAM = Program(
    DECODE, bytes.fromhex("8c14e7b25f3d4b6ea9027d61cf83b5a9"), tiles=2, slowness=6.0
)
SESSION_STEPS = 3
HOST = Instance()


@dataclass(frozen=True)
class Serving:
    """What happens in a serving run.

    In every step rank `straggler` begins `late_ns` after the others. After step `gap_after` (from
    0, over all requests) the host is busy with itself for `gap_ns` more.
    """

    instance: Instance = HOST
    pid: int = 713_479
    cores: int = 8
    requests: int = 2
    decode_steps: int = 6
    mode: str = "model"
    straggler: int | None = None
    late_ns: int = 300 * US
    gap_after: int | None = None
    gap_ns: int = 2 * MS
    ticks: int = 12
    clock: str = "base"
    stamp: str = ""
    has_framework: bool = True
    is_single: bool = False  # one rank: no barrier


@dataclass
class _Run:
    """The run while it is told."""

    plan: Serving
    runtime: Runtime
    now_ns: int
    host: list[FrameworkEvent] = field(default_factory=list)
    steps: int = 0
    done: dict[tuple[int, int], list[Execution]] = field(default_factory=dict)

    def says(self, name: str, start_ns: int, end_ns: int) -> None:
        self.host.append(FrameworkEvent(name, start_ns, end_ns, self.plan.pid))

    def load(self, models: Sequence[Loaded]) -> None:
        begun = self.now_ns
        for model in models:
            ends = [
                self.runtime.load(model, core, self.now_ns + 40 * US * core)
                for core in range(self.plan.cores)
            ]
            self.now_ns = max(ends) + 60 * US
        for core in range(self.plan.cores):
            self.runtime.tensor(core, 402_657_280 >> 3, self.now_ns)
        self.says("LLM.load_model", begun - 30 * US, self.now_ns + 20 * US)
        self.now_ns += 500 * US

    def step(self, name: str, model: Loaded, tokens: int) -> None:
        """One forward pass on every core, and the token that comes of it."""
        begun, plan, runtime = self.now_ns, self.plan, self.runtime
        ready = []
        for core in range(plan.cores):
            late = plan.late_ns if core == plan.straggler else runtime.jitter(6 * US, 0.9)
            written = runtime.write(core, 4 * tokens, begun + 40 * US + late)
            ready.append(runtime.submit(model, core, written + 15 * US))
        running = max(one.ready_ns for one in ready) + BARRIER_NS
        has_barrier = not plan.is_single
        done = [runtime.finish(one, running, has_barrier=has_barrier) for one in ready]
        for execution in done:
            self.done.setdefault((model.model_id, execution.core), []).append(execution)
        finished = max(one.end_ns for one in done)
        taken = runtime.read(0, 4096, finished + 70 * US)
        self.says("neuron::execute", begun + 30 * US, finished + 20 * US)
        self.says("model.forward", begun + 20 * US, finished + 45 * US)
        self.says("sample_tokens", finished + 60 * US, taken + 40 * US)
        self.says(name, begun, taken + 60 * US)
        self.now_ns = taken + 110 * US
        if self.steps == plan.gap_after:
            self.says("detokenize", self.now_ns, self.now_ns + plan.gap_ns)
            self.now_ns += plan.gap_ns + 20 * US
        self.steps += 1

    def request(self, prefill: Loaded, decode: Loaded) -> None:
        begun = self.now_ns
        self.says("tokenize", begun + 10 * US, begun + 150 * US)
        self.now_ns += 200 * US
        self.step("prefill_step", prefill, 128)
        for _ in range(self.plan.decode_steps):
            self.step("decode_step", decode, 1)
        self.says("LLM.generate", begun, self.now_ns)
        self.now_ns += 900 * US


def _traces(run: _Run) -> tuple[DeviceTrace, ...]:
    """Model mode keeps the first execution of each, session mode some executions a session."""
    found = []
    programs = {PREFILL_ID: PREFILL_PROGRAM, DECODE_ID: DECODE_PROGRAM}
    for (model_id, _), executions in run.done.items():
        kept = executions[:1] if run.plan.mode == "model" else executions[:SESSION_STEPS]
        session = None if run.plan.mode == "model" else sorted(programs).index(model_id)
        found.append(
            trace(
                programs[model_id], model_id, kept, run.plan.instance, run.plan.pid,
                session=session,
            )
        )  # fmt: skip
    return tuple(found)


def _samples(plan: Serving, runtime: Runtime) -> Samples:
    ticks = tuple(OPENED_NS + 168_443_280 + TICK_NS * n for n in range(plan.ticks))
    rows = [
        tuple(
            round(runtime.random.uniform(60, 98), 2) if (cpu + n) % 4 == 0 else float(cpu % 3)
            for cpu in range(plan.instance.cpus)
        )
        for n in range(plan.ticks)
    ]
    used = tuple(14_472_425_472 + 67_108_864 * n for n in range(plan.ticks))
    return Samples(ticks, tuple(rows), used)


def serving_process(plan: Serving) -> Process:
    """One process that serves requests: prefill once, then decode step by step."""
    runtime = Runtime(plan.instance, plan.pid, seed=plan.pid)
    run = _Run(plan, runtime, OPENED_NS + 2_233_513_584)
    models = [loaded(PREFILL_PROGRAM, PREFILL_ID), loaded(DECODE_PROGRAM, DECODE_ID)]
    run.load(models)
    for _ in range(plan.requests):
        run.request(*models)
    framework = FrameworkTrace(
        events=tuple(sorted(run.host, key=lambda e: (e.start_ns, -e.end_ns))),
        clock=plan.clock,
        thread_names={plan.pid: "main thread"},
    )
    return runtime.process(
        OPENED_NS,
        OPENED_NS + TICK_NS * plan.ticks,
        models,
        plan.cores,
        traces=_traces(run) if plan.mode in {"model", "session"} else (),
        samples=_samples(plan, runtime),
        framework=(framework,) if plan.has_framework else (),
        stamp=plan.stamp,
    )


def serving_session(plan: Serving | None = None) -> Session:
    """A serving run: four layers, eight cores with two physical cores each, two requests."""
    return Session((serving_process(plan or Serving()),))


def small_session(**changes: object) -> Session:
    """One core, one request of one prefill and two decode steps: quick for any test."""
    plan: dict[str, object] = {
        "cores": 1, "requests": 1, "decode_steps": 2, "ticks": 3, "is_single": True,
    }  # fmt: skip
    return serving_session(Serving(**(plan | changes)))  # type: ignore[arg-type]


def main() -> None:
    """Writes the serving run into the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    print(write_session(chosen.folder, serving_session()))


if __name__ == "__main__":
    main()
