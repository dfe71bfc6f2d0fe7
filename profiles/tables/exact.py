"""Columns that equal the official tool's output on the sample captures, in every row.

Made by `python -m tests.ground_truth.covered`; a test of the ground truth compares.
"""

from collections.abc import Mapping
from types import MappingProxyType

_PROVEN = """
ActiveTime duration_ns end_ts engine pcore_idx start_ts
DmaPacket crc duration_ns engine_idx id packet_aggregation_id packet_idx pcore_idx queue_idx
  queue_name queue_type read_bytes start_ts throughput transfer_bytes write_bytes
DmaQueuesInfo axi_port dram_channel engine_idx idx name pcore_idx type
DmaUsage current_throughput pcore_idx timestamp total_transfer_bytes
Flow dependency_type in_id out_id
HbmUsageSummaryByType neuron_device_idx neuroncore_idx usage_bytes usage_type
Instruction bir_id bir_instruction_name compiler_opcode compiler_operands compiler_pc crc_in
  crc_out duration_ns engine evt_wait_time_ns hbm_read_bytes hbm_write_bytes hlo_attrs hlo_name
  id layer opcode operands pc pcore_idx penguin_id psum_read_bytes psum_read_sbuf_write_bytes
  raw_bir_id raw_penguin_id sbuf_read_bytes sbuf_write_bytes scalar_activation_fn start_ts
  tensor_elements tensor_instruction_type timeline_track
Metadata dma_ddr_bandwidth first_hw_timestamp first_ts hbm_ddr_bandwidth is_simulation
  last_hw_timestamp last_ts neuroncore_clock_freq ntff_version num_physical_cores
  tensor_engine_clock_freq tensor_engine_num_cols tensor_engine_num_rows ticks_per_nanosec
  vnc_enabled
NeffHeader build_version data_size enabled_features hash header_size logical_neuroncore_count
  major_version minor_version network_name package_version pcore_count_per_lnc uuid
PendingDma pcore_idx timestamp value
PsumUsage avg_util_percent bank_0_util_percent bank_1_util_percent bank_2_util_percent
  bank_3_util_percent bank_4_util_percent bank_5_util_percent bank_6_util_percent
  bank_7_util_percent pcore_idx timestamp
SbufUsage avg_util_percent partition_0_util_percent partition_32_util_percent
  partition_64_util_percent partition_96_util_percent pcore_idx timestamp
SemaphoreUpdate id pcore_idx timestamp value
Summary activate_instruction_count activate_instruction_time dma_queue_count dma_transfer_time
  event_count gpsimd_engine_active_time gpsimd_engine_active_time_percent
  gpsimd_engine_instruction_count gpsimd_engine_instruction_time
  hardware_dynamic_dma_active_time hardware_dynamic_dma_packet_count hardware_dynamic_dma_size
  hardware_flops hbm_read_bytes hbm_write_bytes input_queue_bytes inputs_and_weights_size_bytes
  inputs_outputs_weights_size_bytes matmul_instruction_count mbu_estimated_percent
  mbu_min_read_util_percent mfu_estimated_percent mfu_inst_estimated_percent
  mfu_inst_max_achievable_estimated_percent mfu_max_achievable_estimated_percent
  mm_arithmetic_intensity neuroncore_cycle_count output_queue_bytes peak_flops_bandwidth_ratio
  psum_read_bytes psum_read_sbuf_write_bytes psum_read_sbuf_write_count sbuf_read_bytes
  sbuf_write_bytes scalar_engine_active_time scalar_engine_active_time_percent
  scalar_engine_instruction_count scalar_engine_instruction_time
  software_dynamic_dma_active_time software_dynamic_dma_packet_count software_dynamic_dma_size
  sync_engine_active_time sync_engine_active_time_percent sync_engine_instruction_count
  sync_engine_instruction_time tensor_engine_active_time tensor_engine_active_time_percent
  tensor_engine_instruction_count tensor_engine_instruction_time total_time transpose_flops
  vector_engine_active_time vector_engine_active_time_percent vector_engine_instruction_count
  vector_engine_instruction_time weight_queue_bytes weight_size_bytes
TensorInfo format shape size type variable_name
Throttle duration k n pcore_idx timestamp type
"""
# A table begins a line with its name; its columns follow, where they are many on further lines.


def _read(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, list[str]] = {}
    table = ""
    for line in text.splitlines():
        words = line.split()
        if words and not line.startswith(" "):
            table = words.pop(0)
        found.setdefault(table, []).extend(words)
    return {name: frozenset(columns) for name, columns in found.items() if columns}


EXACT: Mapping[str, frozenset[str]] = MappingProxyType(_read(_PROVEN))
