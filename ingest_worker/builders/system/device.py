"""A device profile of a capture as a system run links to it."""

from bisect import bisect_right
from dataclasses import dataclass

from profiles.directory import DevicePlan


@dataclass(frozen=True)
class DeviceRef:
    """A device profile made beside a system profile, and what is known of its files.

    `process_id` and `nc_id` are those of the process folder and the file name; `neff_name` is the
    NEFF's path inside the capture; `evidence` is a sentence that says why its files go together.
    `windows_ns` are the executions of its trace in ns of the device's clock, by start; none where
    the trace does not keep that clock.
    """

    profile_id: str
    name: str
    instance_id: str
    process_id: int | None
    nc_id: int | None
    model_id: int | None
    session_id: int | None
    neff_name: str | None
    evidence: str
    windows_ns: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, profile_id: str, plan: DevicePlan) -> "DeviceRef":
        """The device profile that was made as planned."""
        return cls(
            profile_id=profile_id,
            name=plan.name,
            instance_id=plan.instance_id,
            process_id=plan.process_id,
            nc_id=plan.nc_id,
            model_id=plan.model_id,
            session_id=plan.session_id,
            neff_name=plan.neff,
            evidence=plan.evidence,
            windows_ns=plan.windows_ns,
        )

    def covers(self, start_ns: int, end_ns: int) -> bool:
        """Whether one of the executions is the one from start to end on the device's clock.

        Runtime and trace do not take the same instants for begin and end: half of it must be
        shared.
        """
        place = bisect_right(self.windows_ns, (end_ns, end_ns))
        # Executions of a core follow one another; of those that overlap at their edges the
        # nearest three decide.
        near = self.windows_ns[max(place - 3, 0) : place]
        shared = max((min(end_ns, end) - max(start_ns, start) for start, end in near), default=0)
        return shared > 0 and 2 * shared >= end_ns - start_ns
