"""The runtime of one process: says what is done and records the events a real one leaves.

Times follow one another as in the public session: an execution is submitted, its model switched
to, it waits for the other ranks, runs, and is waited for by another thread.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.make.session.description import (
    NUMBERS,
    Counter,
    Event,
    Execution,
    Instance,
    Loaded,
    Memory,
    Process,
    SyncPoint,
)

US, MS = 1_000, 1_000_000
HOST_MINUS_DEVICE_NS = 1_772_980_582_515_532_692
BARRIER_NS = 2_400
LOGICAL_A_CHIP = 4


@dataclass(frozen=True)
class Submitted:
    """An execution that is ready to run, and would wait for the other ranks from `ready_ns`."""

    model: Loaded
    core: int
    exec_id: int
    start_ns: int
    ready_ns: int


@dataclass
class Runtime:
    """Collects the events of one process.

    `first_core` is the place of its core 0 among the logical cores of the instance, `first_rank`
    the worker number of that core. The sync points of one execution disagree by at most
    `spread_ns`, as those of a real device do.
    """

    instance: Instance
    pid: int
    first_core: int = 0
    first_rank: int = 0
    lnc_size: int = 2
    spread_ns: int = 1_500
    seed: int = 0
    events: list[Event] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)
    free_address: dict[Counter, int] = field(default_factory=dict)
    exec_ids: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def jitter(self, value: int, share: float = 0.08) -> int:
        """The value, off by a few percent, always the same for the same seed."""
        return int(value * (1 + share * (2 * self.random.random() - 1)))

    def counters(self, core: int) -> tuple[Counter, ...]:
        """The memory counters of a logical core: one a physical core, at the same memory."""
        chip, place = divmod(self.first_core + core, LOGICAL_A_CHIP)
        return tuple(
            Counter(chip, place, self.lnc_size * place + index) for index in range(self.lnc_size)
        )

    def offset_ns(self, core: int) -> int:
        """Host minus device: every chip counts from its own start."""
        return HOST_MINUS_DEVICE_NS + 7_310_000_123 * self.counters(core)[0].device

    def baselines(self, cores: int) -> dict[Counter, dict[str, int]]:
        """What the runtime holds before the trace begins; different for every counter."""
        return {
            counter: {"generic": 65_536 + 32 * number, "ucode": 1_744_584 + 64 * number}
            for core in range(cores)
            for number, counter in enumerate(self.counters(core), 2 * core)
        }

    def thread(self, core: int, purpose: str) -> int:
        """Cores have threads to execute on; one thread waits for four of them."""
        if purpose == "wait":
            return self.pid + 300 + core // 4
        return self.pid + 100 + 4 * core + ("execute", "io", "load").index(purpose)

    def add(
        self,
        name: str,
        core: int,
        thread: int,
        start_ns: int,
        end_ns: int | None,
        keys: Mapping[str, str] | None = None,
        stop_keys: Mapping[str, str] | None = None,
        *,
        memory: Memory | None = None,
        is_instant: bool = False,
        recorded_ns: int | None = None,
    ) -> None:
        """Records one event of a core's worker."""
        self.events.append(
            Event(
                NUMBERS[name], start_ns, end_ns, core, self.first_rank + core, thread, keys or {},
                stop_keys or {}, memory, is_instant=is_instant, recorded_ns=recorded_ns,
            )
        )  # fmt: skip

    def allocate(
        self, core: int, index: int, usage: str, size: int, start_ns: int, thread: int, **more: int
    ) -> tuple[int, int]:
        """Takes device memory on the logical core's physical core `index`; (end, address)."""
        counter = self.counters(core)[index]
        address = self.free_address.get(counter, 0x8005_C03E_7000 + (counter.core << 36))
        self.free_address[counter] = address + size + (-size) % 4096
        end_ns = start_ns + self.jitter(1_900)
        memory = Memory(counter, usage, size, address, more.get("return_code", 0))
        self.add("nrt_dma_mem_alloc", core, thread, start_ns, end_ns, memory=memory)
        return end_ns, address

    def release(
        self, core: int, index: int, usage: str, held: tuple[int, int], start_ns: int, thread: int
    ) -> int:
        """Gives back `held`, (size, address); returns when it is done."""
        memory = Memory(self.counters(core)[index], usage, -held[0], held[1])
        end_ns = start_ns + self.jitter(2_600)
        self.add("nrt_dma_mem_dealloc", core, thread, start_ns, end_ns, memory=memory)
        return end_ns

    def load(self, model: Loaded, core: int, start_ns: int, weights: int = 50_331_648) -> int:
        """Loads a program on a core: instructions, weights and rings; returns when it is done."""
        thread, now = self.thread(core, "load"), start_ns + 12 * US
        for index in range(self.lnc_size):
            for usage, size in _held(weights):
                elsewhere = {"return_code": 2} if usage == "weight" and index else {}
                now, _ = self.allocate(core, index, usage, size, now + 600, thread, **elsewhere)
                if usage == "weight":
                    keys = _buffer(size, 2)
                    self.add("dmem_buf_copyin", core, thread, now + 400, now + 90 * US, keys)
                    now += 91 * US
        end_ns = now + self.jitter(700 * US)
        self.add(
            "nrt_load", core, thread, start_ns, end_ns, stop_keys={"model_id": str(model.model_id)}
        )
        return end_ns

    def tensor(self, core: int, size: int, start_ns: int) -> int:
        """Allocates a tensor that stays; returns when it is done."""
        thread = self.thread(core, "io")
        end_ns, _ = self.allocate(core, 0, "tensor", size, start_ns + 500, thread)
        keys = {"size": str(size), "tensor_id": "0"}
        self.add("nrt_tensor_allocate", core, thread, start_ns, end_ns + 300, keys)
        return end_ns + 300

    def write(self, core: int, size: int, start_ns: int, speed: float = 8.0) -> int:
        """Host to device, `speed` bytes a nanosecond; returns when it is done."""
        return self._transfer("nrt_tensor_write", "dmem_buf_copyin", core, size, start_ns, speed)

    def read(self, core: int, size: int, start_ns: int, speed: float = 6.0) -> int:
        """Device to host; returns when it is done."""
        return self._transfer("nrt_tensor_read", "dmem_buf_copyout", core, size, start_ns, speed)

    def _transfer(
        self, name: str, inner: str, core: int, size: int, start_ns: int, speed: float
    ) -> int:
        thread, begun = self.thread(core, "io"), start_ns + 800
        done = begun + self.jitter(2_000) + int(size / speed)
        self.add(inner, core, thread, begun, done, _buffer(size, 2))
        keys = {"size": str(size), "tensor_id": str(202_982_732_869_795 + core)}
        self.add(name, core, thread, start_ns, done + 250, keys)
        return done + 250

    def submit(self, model: Loaded, core: int, start_ns: int) -> Submitted:
        """Everything before the device: the execution is ready for the barrier afterwards."""
        exec_id = self.exec_ids[core] = self.exec_ids.get(core, 0) + 1
        thread, ids = self.thread(core, "execute"), {"model_id": str(model.model_id)}
        both = ids | {"exec_id": str(exec_id)}
        prepared = start_ns + 19 * US + self.jitter(62 * US)
        self.add("kbl_exec_pre", core, thread, start_ns + 19 * US, prepared, both)
        for count in range(2):
            begun = start_ns + 24 * US + 20 * US * count
            done = begun + self.jitter(9 * US)
            self.add("dmem_buf_copyin", core, thread, begun, done, _buffer(1024 << count, 2))
        submitted = prepared + self.jitter(74 * US)
        self.add("nrt_model_submit", core, thread, start_ns + 900, submitted, ids)
        return Submitted(model, core, exec_id, start_ns, prepared + self.jitter(60 * US))

    def finish(
        self, ready: Submitted, running_ns: int, *, has_barrier: bool = False, late_ns: int = 0
    ) -> Execution:
        """The device's part and the waiting for it; it runs from `running_ns` on.

        `late_ns` is how much longer than the program itself the device takes.
        """
        core, model = ready.core, ready.model
        length_ns = model.device_ns + late_ns
        end_ns = running_ns + length_ns
        recorded = end_ns + 9 * US
        syncs, running = [], []
        for index, counter in enumerate(self.counters(core)):
            error = 0 if index == 0 else self.random.randint(-self.spread_ns, self.spread_ns)
            sync = self._synced(ready, counter.core, error, recorded)
            syncs.append(sync)
            running.append(self._ran(ready, sync, running_ns + error, length_ns, recorded))
        if has_barrier:
            self._barrier(ready, running_ns, recorded)
        finished = self._waited(ready, end_ns)
        execution = Execution(
            ready.exec_id, model.model_id, core, self.first_rank + core, ready.start_ns, finished,
            running_ns - self.offset_ns(core), end_ns - self.offset_ns(core), tuple(running),
            tuple(syncs), ready.ready_ns if has_barrier else 0,
        )  # fmt: skip
        self.executions.append(execution)
        return execution

    def _synced(self, ready: Submitted, pcore: int, error: int, recorded: int) -> SyncPoint:
        """A sync point and the model switch that begins at it; both stand behind the execution."""
        core, thread = ready.core, self.thread(ready.core, "wait")
        host_ns = ready.ready_ns - 10 * US
        device_ns = host_ns - self.offset_ns(core) - error
        keys = {
            "nc_timestamp_ns": str(device_ns),
            "cpu_timestamp_ns": str(host_ns),
            "exec_id": str(ready.exec_id),
        }
        written = host_ns + 32 * US + self.random.randrange(10 * US)
        self.add(
            "timestamp_sync_point", core, thread, written, None, keys, is_instant=True,
            recorded_ns=recorded - 40,
        )  # fmt: skip
        keys = {
            "model_id": str(ready.model.model_id),
            "device_core_idx": str(pcore),
            "exec_id": str(ready.exec_id),
            "nc_timestamp_ns": str(device_ns),
        }
        stop = {"nc_timestamp_ns": str(device_ns + 9_025)}
        self.add(
            "nc_model_switch", core, thread, host_ns, host_ns + 9_025, keys, stop,
            recorded_ns=recorded + 20,
        )  # fmt: skip
        return SyncPoint(pcore, ready.exec_id, host_ns, device_ns)

    def _ran(
        self, ready: Submitted, sync: SyncPoint, start_ns: int, length_ns: int, recorded: int
    ) -> tuple[int, int, int]:
        device_ns = start_ns - sync.offset_ns
        keys = {
            "device_core_idx": str(sync.pcore),
            "exec_id": str(ready.exec_id),
            "nc_timestamp_ns": str(device_ns),
        }
        self.add(
            "nc_exec_running", ready.core, self.thread(ready.core, "wait"), start_ns,
            start_ns + length_ns, keys, {"nc_timestamp_ns": str(device_ns + length_ns)},
            recorded_ns=recorded,
        )  # fmt: skip
        return sync.pcore, start_ns, start_ns + length_ns

    def _barrier(self, ready: Submitted, running_ns: int, recorded: int) -> None:
        """The rank waits from when it is ready until all are; every rank leaves together."""
        core = ready.core
        first = self.counters(core)[0].core
        for name, start_ns, end_ns in (
            ("cc_exec_barrier", ready.ready_ns, running_ns - 200),
            ("cc_running", running_ns + 4 * US, running_ns + 4 * US + ready.model.device_ns // 8),
        ):
            device_ns = start_ns - self.offset_ns(core)
            keys = {
                "device_core_idx": str(first),
                "exec_id": str(ready.exec_id),
                "nc_timestamp_ns": str(device_ns),
            }
            stop = {"nc_timestamp_ns": str(device_ns + end_ns - start_ns)}
            self.add(
                name, core, self.thread(core, "wait"), start_ns, end_ns, keys, stop,
                recorded_ns=recorded + 60,
            )  # fmt: skip

    def _waited(self, ready: Submitted, end_ns: int) -> int:
        """The waiting thread, what it does behind the execution, and the end of the call."""
        core, thread = ready.core, self.thread(ready.core, "wait")
        ids = {"model_id": str(ready.model.model_id)}
        both = ids | {"exec_id": str(ready.exec_id)}
        now = end_ns + self.jitter(31 * US)
        for name in ("exec_consume_gpsimd_stdio", "notification_consume_errors"):
            self.add(name, core, thread, now, now + 900, both)
            now += 7 * US
        self.add("kbl_exec_wait", core, thread, ready.ready_ns + 20 * US, now, both)
        generic = 32
        post = now + 500
        taken, address = self.allocate(
            core, 0, "generic", generic, ready.start_ns + 70 * US, self.thread(core, "execute")
        )
        assert taken < post
        now = self.release(core, 0, "generic", (generic, address), post + 1_000, thread)
        keys = {"size": "4096", "tensor_id": str(202_982_732_869_795 + core), "ref_count": "2"}
        self.add("nrt_tensor_free", core, thread, now + 200, now + 280, keys)
        self.add("kbl_exec_post", core, thread, post, now + 2 * US, both)
        finished = now + self.jitter(16 * US)
        execute = self.thread(core, "execute")
        begun = ready.start_ns + 108 * US
        self.add("kmgr_exec_core", core, execute, begun, finished, ids)
        self.add("nrt_execute", core, execute, ready.start_ns, finished + 2_600, ids)
        return finished + 2_600

    def process(
        self, opened_ns: int, closed_ns: int, models: Sequence[Loaded], cores: int, **more: object
    ) -> Process:
        """The process as captured, its events in the order they began."""
        return Process(
            self.instance, self.pid, opened_ns, closed_ns,
            tuple(sorted(self.events, key=lambda event: event.start_ns)), self.baselines(cores),
            tuple(models), executions=tuple(self.executions), lnc_size=self.lnc_size,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip


def _held(weights: int) -> tuple[tuple[str, int], ...]:
    """What a loaded program takes on each physical core."""
    return (
        ("pe", 8_192), ("act", 8_192), ("pool", 8_192), ("dve", 8_192), ("sp", 12_288),
        ("weight", weights), ("scratchpad", 2_097_152), ("dma rings runtime", 32_768),
        ("dma rings io", 16_384), ("collectives", 262_144),
    )  # fmt: skip


def _buffer(size: int, memory_type: int) -> dict[str, str]:
    return {
        "mem_handle": "632292976",
        "mem_type": str(memory_type),
        "offset": "0",
        "size": str(size),
    }
