"""What a capture directory consists of, as plain values: every expected value comes from here.

Host times are Unix nanoseconds, device times the nanoseconds of the device's own counter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.make.description import Capture, Model

KINDS = (
    "generic", "nrt_load", "async_post_request", "nrt_execute", "kmgr_exec_core",
    "nrt_load_collectives", "cc_exec_barrier", "nc_exec_running", "cc_running", "nrt_tensor_read",
    "nrt_tensor_write", "nrt_tensor_read_batch", "nrt_tensor_write_batch", "numerical_err",
    "enc_barrier_recv", "enc_barrier_send", "enc_barrier", "kbl_exec_pre", "kbl_exec_core",
    "kbl_exec_wait", "kbl_exec_post", "nrt_model_switch", "nrt_model_submit",
    "nrt_async_sema_wait", "hw_notify", "timestamp_sync_point", "nc_model_switch",
    "nrt_tensor_allocate", "nrt_tensor_free", "tensor_block_while_exec", "dmem_buf_copyin",
    "dmem_buf_copyout", "dmem_buf_batch_copyin", "dmem_buf_batch_copyout", "nrt_dma_mem_alloc",
    "nrt_dma_mem_dealloc", "exec_consume_nc_status_notifications",
    "exec_consume_cc_core_notifications", "notification_consume_errors",
    "exec_consume_gpsimd_stdio",
)  # fmt: skip
NUMBERS = {name: number for number, name in enumerate(KINDS)}
USAGES = (
    "generic", "pe", "act", "pool", "io", "spill", "weight", "profiler buffers", "act table",
    "dve", "sp", "shared scratchpad", "tensor", "ucode", "pool stdio", "collectives", "scratchpad",
    "xt cc", "dma rings runtime", "dma rings spill", "dma rings io", "dma rings collectives",
)  # fmt: skip
SUCCESS, PLACED_ELSEWHERE, OUT_OF_MEMORY = 0, 2, 12


@dataclass(frozen=True)
class Counter:
    """One physical core's count of the device memory it uses; no event names the core."""

    device: int
    hbm: int
    core: int


@dataclass(frozen=True)
class Memory:
    """What an allocation or a release does; `size` is negative for a release."""

    counter: Counter
    usage: str
    size: int
    address: int
    return_code: int = SUCCESS
    is_device: bool = True


@dataclass(frozen=True)
class Event:
    """One span or instant. `end_ns` None leaves the START without its STOP.

    `recorded_ns` says where it stands among the frames of its core, when that is not its time:
    what the hardware did is read and written after the execution.
    """

    kind: int
    start_ns: int
    end_ns: int | None = None
    core: int = 0
    worker: int = 0
    thread: int = 0
    keys: Mapping[str, str] = field(default_factory=dict)
    stop_keys: Mapping[str, str] = field(default_factory=dict)
    memory: Memory | None = None
    is_instant: bool = False
    is_start_lost: bool = False
    recorded_ns: int | None = None

    @property
    def name(self) -> str:
        """The kind's name; one that is in no table is called by its number."""
        return KINDS[self.kind] if self.kind < len(KINDS) else f"type_{self.kind}"


@dataclass(frozen=True)
class FrameworkEvent:
    """A span of the framework's own trace; with a `stream` it is one on the device."""

    name: str
    start_ns: int
    end_ns: int
    thread: int
    stream: int | None = None
    category: str = "user_annotation"
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FrameworkTrace:
    """A Chrome JSON file. `clock`: "base" (a base time in ns), "unix" (microseconds), "none"."""

    file_name: str = "trace.json"
    events: tuple[FrameworkEvent, ...] = ()
    clock: str = "base"
    thread_names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Instance:
    """A host; `memory_bytes` is what it has."""

    name: str = "i-0a11ce5e55104e550"
    type: str = "trn2.48xlarge"
    arch: int = 2
    cpus: int = 12
    cpu_model: str = "Example CPU"
    memory_bytes: int = 2_147_483_648_000
    address: str = "192.0.2.10"
    host_name: str = "host-1"
    ultraserver_index: int = 0xFFFF_FFFF


@dataclass(frozen=True)
class Loaded:
    """A program the process loaded: its number there, the path it was compiled to, its file."""

    model_id: int
    path: str
    model: Model
    device_ns: int
    file_name: str = ""
    is_written: bool = True

    @property
    def neff_name(self) -> str:
        """The name in the capture directory."""
        return self.file_name or f"neff_{self.model_id}.neff"


@dataclass(frozen=True)
class SyncPoint:
    """An instant on both clocks, of one physical core."""

    pcore: int
    exec_id: int
    host_ns: int
    device_ns: int

    @property
    def offset_ns(self) -> int:
        """Host minus device."""
        return self.host_ns - self.device_ns


@dataclass(frozen=True)
class Execution:
    """One execution on one logical core: on the host, and on the device's own clock.

    `running` is (physical core, host start, host end) as the runtime reports it.
    """

    exec_id: int
    model_id: int
    core: int
    worker: int
    start_ns: int
    end_ns: int
    device_start_ns: int
    device_end_ns: int
    running: tuple[tuple[int, int, int], ...]
    syncs: tuple[SyncPoint, ...]
    arrived_ns: int = 0  # when it reached the barrier; 0 without one


@dataclass(frozen=True)
class DeviceTrace:
    """One NTFF of the directory and the executions in it; `is_empty` writes no byte."""

    file_name: str
    capture: Capture
    model_id: int
    core: int
    session: int | None = None
    executions: tuple[Execution, ...] = ()
    is_empty: bool = False


@dataclass(frozen=True)
class Samples:
    """One row of values at every tick: percent of each CPU, or bytes."""

    ticks_ns: tuple[int, ...] = ()
    cpu: tuple[tuple[float, ...], ...] = ()
    memory: tuple[int, ...] = ()


@dataclass(frozen=True)
class Process:
    """One process folder. `baselines` is what each counter holds before the first event.

    `left_out` names files that are not written, `cut` how many bytes of a file are; the `extra_*`
    are further fields, unknown ones for instance; `lost` counts overwritten events.
    """

    instance: Instance
    pid: int
    opened_ns: int
    closed_ns: int
    events: tuple[Event, ...] = ()
    baselines: Mapping[Counter, Mapping[str, int]] = field(default_factory=dict)
    models: tuple[Loaded, ...] = ()
    traces: tuple[DeviceTrace, ...] = ()
    executions: tuple[Execution, ...] = ()
    samples: Samples = Samples()
    framework: tuple[FrameworkTrace, ...] = ()
    lnc_size: int = 2
    stamp: str = ""
    left_out: frozenset[str] = frozenset()
    cut: Mapping[str, int] = field(default_factory=dict)
    extra_info: bytes = b""
    extra_frame: bytes = b""
    lost: int = 0

    @property
    def folder(self) -> str:
        """Its place in the capture directory."""
        place = f"{self.instance.name}_pid_{self.pid}"
        return f"{place}/{self.stamp}" if self.stamp else place

    @property
    def frame_count(self) -> int:
        """How many frames ntrace.pb holds."""
        return sum(
            1 if event.is_instant else (not event.is_start_lost) + (event.end_ns is not None)
            for event in self.events
        )


@dataclass(frozen=True)
class Session:
    """A whole capture directory; `further` are other files in it, path -> bytes."""

    processes: tuple[Process, ...] = ()
    further: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def events(self) -> Iterator[tuple[Process, Event]]:
        """Every event with its process."""
        return ((process, event) for process in self.processes for event in process.events)

    @property
    def zero_ns(self) -> int:
        """The first event of all."""
        return min(event.start_ns for _, event in self.events)
