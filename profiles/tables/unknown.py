"""Why some tables are not written and some columns hold nothing, in one sentence each."""

from collections.abc import Mapping
from types import MappingProxyType

NO_RULE = "no rule for it is known"

_BARRIER = (
    "barriers between cores are rewritten by the runtime in a way that no capture at hand shows"
)
_COLLECTIVES = (
    "no capture at hand holds collectives: how their records and programs are laid out is not known"
)
NOT_WRITTEN: Mapping[str, str] = MappingProxyType(
    {
        "AssemblyInstruction": "the simulator's profiles alone have it, and there is none at hand",
        "CcOp": _COLLECTIVES,
        "CcInstruction": _COLLECTIVES,
        "CcStream": _COLLECTIVES,
        "CoreBarriers": _BARRIER,
        "MemoryBandwidthPoint": "it is made when it is asked for and never stored",
        "MemoryBandwidthSeries": "it is made when it is asked for and never stored",
        "MemoryBandwidthResponse": "it is made when it is asked for and never stored",
    }
)
"""Published tables that this version does not write, and why."""

_ONE_CALL = "programs with functions that are called repeatedly were not seen"
_BELOW = "a row has many instructions below it, and which one is meant is not known"
_ROLLED_UP = "no capture at hand holds collectives"
_FRAMES = "the map of the source does not say which cores run it"
_WHY: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Instruction": {
            "dma_wait_time_ns": "no record tells it, and how it is computed is not known",
            "instruction_chain": "its format is not known",
            "performance_mode": "the bits of a slot that say it are not known",
        },
        "DmaPacketAggregated": {
            "modular_flow_function": _ONE_CALL,
            "transpose_from_shape": "no descriptor tells it",
            "transpose_to_shape": "no descriptor tells it",
            "transpose_unroll_factor": "no descriptor tells it",
            "completion": "the record of a completion is per packet; what it means of a whole "
            "transfer is not known",
        },
        "Summary": dict.fromkeys(
            (
                "cc_op_time",
                "cc_op_active_time",
                "cc_op_active_time_percent",
                "cc_op_count",
                "cc_cores_instruction_time",
                "cc_cores_instruction_active_time",
                "cc_cores_instruction_active_time_percent",
                "cc_cores_instruction_count",
            ),
            _ROLLED_UP,
        ),
        "FrameworkNode": {
            "mbu_per_interval": "bytes are known of instructions, and the transfer goes on after "
            "the instruction that started it"
        },
        "FrameworkInstruction": {
            "raw_bir_id": _BELOW,
            "raw_penguin_id": _BELOW,
            "raw_hlo_id": _BELOW,
            "modular_flow_invocation_idx": _ONE_CALL,
        },
        "HloInstruction": {
            "raw_bir_id": _BELOW,
            "raw_penguin_id": _BELOW,
            "modular_flow_invocation_idx": _ONE_CALL,
        },
        "PenguinInstruction": {"raw_bir_id": _BELOW, "modular_flow_invocation_idx": _ONE_CALL},
        "BirInstruction": {"modular_flow_invocation_idx": _ONE_CALL},
        "KernelInstructions": {"pcore_idx": _FRAMES},
        "KernelStackFrames": {"pcore_idx": _FRAMES},
        "KernelIterationVariables": {"pcore_idx": _FRAMES},
        "SemaphoreUpdate": {"update_trigger_timing": "the bits that say it are not known"},
        "Metadata": {
            "s3_bucket_path": "profiles are not kept there",
            "explorer_build_time": "a build has no time of its own",
        },
        "NeffHeader": {"cc_participant_count": _ROLLED_UP},
        "TensorInfo": {"pcore_idx": "tensors are listed for the whole network"},
    }
)


def reason(table: str, column: str) -> str:
    """Why a column holds nothing."""
    return _WHY.get(table, {}).get(column, NO_RULE)


def told() -> set[tuple[str, str]]:
    """Every column a reason is given for."""
    return {(table, column) for table, columns in _WHY.items() for column in columns}
