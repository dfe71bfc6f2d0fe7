"""Columns that equal the official tool's output on the sample captures, in every row.

Made by `python -m tests.ground_truth.covered`; a test of the ground truth compares.
"""

from collections.abc import Mapping
from types import MappingProxyType

EXACT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ActiveTime": frozenset(
            {
                "duration_ns",
                "end_ts",
                "engine",
                "pcore_idx",
                "start_ts",
            }
        ),
        "DmaPacket": frozenset(
            {
                "crc",
                "duration_ns",
                "engine_idx",
                "id",
                "packet_aggregation_id",
                "packet_idx",
                "pcore_idx",
                "queue_idx",
                "queue_name",
                "queue_type",
                "read_bytes",
                "start_ts",
                "throughput",
                "transfer_bytes",
                "write_bytes",
            }
        ),
        "DmaQueuesInfo": frozenset(
            {
                "axi_port",
                "dram_channel",
                "engine_idx",
                "idx",
                "name",
                "pcore_idx",
                "type",
            }
        ),
        "DmaUsage": frozenset(
            {
                "current_throughput",
                "pcore_idx",
                "timestamp",
                "total_transfer_bytes",
            }
        ),
        "Flow": frozenset(
            {
                "dependency_type",
                "in_id",
                "out_id",
            }
        ),
        "HbmUsageSummaryByType": frozenset(
            {
                "neuron_device_idx",
                "neuroncore_idx",
                "usage_bytes",
                "usage_type",
            }
        ),
        "Instruction": frozenset(
            {
                "bir_id",
                "bir_instruction_name",
                "compiler_opcode",
                "compiler_operands",
                "compiler_pc",
                "crc_in",
                "crc_out",
                "duration_ns",
                "engine",
                "evt_wait_time_ns",
                "hbm_read_bytes",
                "hbm_write_bytes",
                "hlo_attrs",
                "hlo_name",
                "id",
                "layer",
                "opcode",
                "operands",
                "pc",
                "pcore_idx",
                "penguin_id",
                "psum_read_bytes",
                "psum_read_sbuf_write_bytes",
                "psum_write_bytes",
                "raw_bir_id",
                "raw_penguin_id",
                "sbuf_read_bytes",
                "sbuf_write_bytes",
                "scalar_activation_fn",
                "start_ts",
                "tensor_elements",
                "tensor_instruction_type",
                "timeline_track",
            }
        ),
        "Metadata": frozenset(
            {
                "dma_ddr_bandwidth",
                "first_hw_timestamp",
                "first_ts",
                "hbm_ddr_bandwidth",
                "is_simulation",
                "last_hw_timestamp",
                "last_ts",
                "neuroncore_clock_freq",
                "ntff_version",
                "num_physical_cores",
                "tensor_engine_clock_freq",
                "tensor_engine_num_cols",
                "tensor_engine_num_rows",
                "ticks_per_nanosec",
                "vnc_enabled",
            }
        ),
        "NeffHeader": frozenset(
            {
                "build_version",
                "data_size",
                "enabled_features",
                "hash",
                "header_size",
                "logical_neuroncore_count",
                "major_version",
                "minor_version",
                "network_name",
                "package_version",
                "pcore_count_per_lnc",
                "uuid",
            }
        ),
        "PendingDma": frozenset(
            {
                "pcore_idx",
                "timestamp",
                "value",
            }
        ),
        "PsumUsage": frozenset(
            {
                "avg_util_percent",
                "bank_0_util_percent",
                "bank_1_util_percent",
                "bank_2_util_percent",
                "bank_3_util_percent",
                "bank_4_util_percent",
                "bank_5_util_percent",
                "bank_6_util_percent",
                "bank_7_util_percent",
                "pcore_idx",
                "timestamp",
            }
        ),
        "SbufUsage": frozenset(
            {
                "avg_util_percent",
                "partition_0_util_percent",
                "partition_32_util_percent",
                "partition_64_util_percent",
                "partition_96_util_percent",
                "pcore_idx",
                "timestamp",
            }
        ),
        "SemaphoreUpdate": frozenset(
            {
                "id",
                "pcore_idx",
                "timestamp",
                "value",
            }
        ),
        "Throttle": frozenset(
            {
                "duration",
                "k",
                "n",
                "pcore_idx",
                "timestamp",
                "type",
            }
        ),
    }
)
