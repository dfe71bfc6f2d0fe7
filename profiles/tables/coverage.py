"""Which tables this version writes, and which of their columns it leaves empty."""

from collections.abc import Mapping
from types import MappingProxyType

from profiles.tables.schema import Field

WRITTEN: Mapping[str, str] = MappingProxyType(
    {
        "Instruction": "every trace",
        "Flow": "profiles with a NEFF that names dependencies",
        "FrameworkNode": "profiles with a NEFF compiled from a model",
        "FrameworkInstruction": "profiles with a NEFF compiled from a model",
        "HloInstruction": "profiles with a NEFF compiled from a model",
        "PenguinInstruction": "profiles with a NEFF that has debug information",
        "BirInstruction": "profiles with a NEFF that has debug information",
        "StackFrame": "NEFFs compiled with the model's stack frames",
        "StackFrameFileLocation": "NEFFs compiled with the model's stack frames",
        "StackFrameFileName": "NEFFs compiled with the model's stack frames",
        "StackFrameFunctionName": "NEFFs compiled with the model's stack frames",
        "KernelInstructions": "NEFFs with the source map of a kernel",
        "KernelStackFrames": "NEFFs with the source map of a kernel",
        "KernelIterationVariables": "NEFFs with the source map of a kernel",
        "SemaphoreUpdate": "traces with semaphore records",
        "DmaPacket": "traces with DMA records",
        "DmaPacketAggregated": "traces with DMA records whose transfer is known",
        "Throttle": "traces with throttling records",
        "ActiveTime": "every trace",
        "PendingDma": "traces with DMA records",
        "DmaUsage": "traces with DMA records",
        "Summary": "every trace",
        "OpcodeSummary": "traces with instructions",
        "ThrottleSummary": "traces with throttling records",
        "HbmUsageSummaryByType": "traces that say what memory was allocated for",
        "DmaUsageSummary": "traces with DMA records",
        "HbmUsage": "traces whose transfers are known, beside their NEFF",
        "SbufAllocation": "traces whose program writes SBUF, of a known chip",
        "SbufUsage": "traces whose program writes SBUF, of a known chip",
        "PsumUsage": "traces whose program writes PSUM, of a known chip",
        "Error": "traces with error records",
        "Metadata": "every trace",
        "NeffHeader": "profiles with a NEFF",
        "TensorInfo": "profiles with a NEFF",
        "DmaQueuesInfo": "traces with DMA rings, and profiles of a NEFF alone",
        "ExecutionInfo": "every trace",
        "Warning": "wherever something is missing, odd or unknown",
        "SchemaFields": "every profile",
        "DmaPacketPicoseconds": "traces with packets that cross the window's edge",
        "LegacySummary": "every trace",
        "LegacyCore": "every trace",
        "LegacyLayer": "every trace with instructions",
        "UnknownRecord": "traces with records of unknown type",
        "TimelineTrack": "every trace",
        "SystemProfileEvents": "system profiles",
        "CpuUsage": "system profiles with samples of the host's processors",
        "HostMemUsage": "system profiles with samples of the host's memory",
        "SystemProfileHbmUsage": "system profiles with allocations of device memory",
        "SystemProfileMetadata": "system profiles",
        "DeviceProfileList": "system profiles with device profiles",
        "DeviceProfileLink": "system profiles with executions that belong to a device profile",
        "TensorThroughput": "traces with matrix multiplications",
        "TransferBandwidth": "system profiles with transfers between host and device",
        "SyncPoint": "system profiles with points at which host and device clocks meet",
    }
)
"""Tables of this version, and when they are there: a table without rows is not written."""

LEFT_EMPTY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Instruction": frozenset(
            {
                "dma_wait_time_ns",
                "instruction_chain",
                "performance_mode",
            }
        ),
        "DmaPacketAggregated": frozenset(
            {
                "modular_flow_function",
                "transpose_from_shape",
                "transpose_to_shape",
                "transpose_unroll_factor",
                "completion",
            }
        ),
        "Summary": frozenset(
            {
                "cc_op_time",
                "cc_op_active_time",
                "cc_op_active_time_percent",
                "cc_op_count",
                "cc_cores_instruction_time",
                "cc_cores_instruction_active_time",
                "cc_cores_instruction_active_time_percent",
                "cc_cores_instruction_count",
            }
        ),
        "FrameworkNode": frozenset({"mbu_per_interval"}),
        "FrameworkInstruction": frozenset(
            {"raw_bir_id", "raw_penguin_id", "raw_hlo_id", "modular_flow_invocation_idx"}
        ),
        "HloInstruction": frozenset(
            {"raw_bir_id", "raw_penguin_id", "modular_flow_invocation_idx"}
        ),
        "PenguinInstruction": frozenset({"raw_bir_id", "modular_flow_invocation_idx"}),
        "BirInstruction": frozenset({"modular_flow_invocation_idx"}),
        "KernelInstructions": frozenset({"pcore_idx"}),
        "KernelStackFrames": frozenset({"pcore_idx"}),
        "KernelIterationVariables": frozenset({"pcore_idx"}),
        "SemaphoreUpdate": frozenset({"update_trigger_timing"}),
        "Metadata": frozenset({"s3_bucket_path", "explorer_build_time"}),
        "NeffHeader": frozenset({"cc_participant_count"}),
        "TensorInfo": frozenset({"pcore_idx"}),
        "SystemProfileMetadata": frozenset({"ntff_version"}),
        "SchemaFields": frozenset(
            {"field_example", "field_format", "field_minimum", "field_maximum"}
        ),
    }
)
"""Columns of written tables for which there is no rule yet, in no profile."""


def is_left_empty(table: str, field: Field) -> bool:
    """Whether the column holds nothing in every profile of this version."""
    return field.name in LEFT_EMPTY.get(table, frozenset())
