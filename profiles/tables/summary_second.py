"""The second half of the headline numbers: columns of Summary in their published order."""

from profiles.tables.schema import Field

FIELDS = (
    Field(
        "software_dynamic_dma_packet_count",
        "int64",
        "Software dynamic DMA packet count",
        required=False,
    ),
    Field(
        "software_dynamic_dma_size",
        "int64",
        "Software dynamic DMA size",
        required=False,
        unit="bytes",
    ),
    Field(
        "software_dynamic_dma_packet_percent",
        "float",
        "Software dynamic DMA packet (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "software_dynamic_dma_size_percent",
        "float",
        "Software dynamic DMA size (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "hardware_dynamic_dma_active_time",
        "float",
        "Hardware dynamic DMA active time",
        required=False,
        unit="seconds",
    ),
    Field(
        "hardware_dynamic_dma_active_time_percent",
        "float",
        "Hardware dynamic DMA active time (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "hardware_dynamic_dma_packet_count",
        "int64",
        "Hardware dynamic DMA packet count",
        required=False,
    ),
    Field(
        "hardware_dynamic_dma_size",
        "int64",
        "Hardware dynamic DMA size",
        required=False,
        unit="bytes",
    ),
    Field(
        "hardware_dynamic_dma_packet_percent",
        "float",
        "Hardware dynamic DMA packet (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "hardware_dynamic_dma_size_percent",
        "float",
        "Hardware dynamic DMA size (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "tensor_engine_instruction_time",
        "float",
        "Tensor engine: summed instruction time",
        required=False,
        unit="seconds",
    ),
    Field(
        "tensor_engine_active_time",
        "float",
        "Tensor engine: time with at least one instruction",
        required=False,
        unit="seconds",
    ),
    Field(
        "tensor_engine_active_time_percent",
        "float",
        "Tensor engine: share of the time with at least one instruction",
        required=False,
        unit="percent",
    ),
    Field(
        "tensor_engine_instruction_count", "int64", "Tensor engine: instructions", required=False
    ),
    Field("matmul_instruction_count", "int64", "Matmul instruction count", required=False),
    Field(
        "mfu_estimated_percent", "float", "MFU estimated (share)", required=False, unit="percent"
    ),
    Field(
        "mfu_max_achievable_estimated_percent",
        "float",
        "MFU max achievable estimated (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "mfu_hlo_estimated_percent",
        "float",
        "MFU HLO estimated (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "mfu_hlo_max_achievable_estimated_percent",
        "float",
        "MFU HLO max achievable estimated (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "mfu_inst_estimated_percent",
        "float",
        "MFU inst estimated (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "mfu_inst_max_achievable_estimated_percent",
        "float",
        "MFU inst max achievable estimated (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "hfu_estimated_percent", "float", "HFU estimated (share)", required=False, unit="percent"
    ),
    Field(
        "vector_engine_instruction_time",
        "float",
        "Vector engine: summed instruction time",
        required=False,
        unit="seconds",
    ),
    Field(
        "vector_engine_active_time",
        "float",
        "Vector engine: time with at least one instruction",
        required=False,
        unit="seconds",
    ),
    Field(
        "vector_engine_active_time_percent",
        "float",
        "Vector engine: share of the time with at least one instruction",
        required=False,
        unit="percent",
    ),
    Field(
        "vector_engine_instruction_count", "int64", "Vector engine: instructions", required=False
    ),
    Field(
        "scalar_engine_instruction_time",
        "float",
        "Scalar engine: summed instruction time",
        required=False,
        unit="seconds",
    ),
    Field(
        "scalar_engine_active_time",
        "float",
        "Scalar engine: time with at least one instruction",
        required=False,
        unit="seconds",
    ),
    Field(
        "scalar_engine_active_time_percent",
        "float",
        "Scalar engine: share of the time with at least one instruction",
        required=False,
        unit="percent",
    ),
    Field(
        "scalar_engine_instruction_count", "int64", "Scalar engine: instructions", required=False
    ),
    Field(
        "activate_instruction_time",
        "float",
        "Activate instruction time",
        required=False,
        unit="seconds",
    ),
    Field("activate_instruction_count", "int64", "Activate instruction count", required=False),
    Field(
        "sync_engine_instruction_time",
        "float",
        "Sync engine: summed instruction time",
        required=False,
        unit="seconds",
    ),
    Field(
        "sync_engine_active_time",
        "float",
        "Sync engine: time with at least one instruction",
        required=False,
        unit="seconds",
    ),
    Field(
        "sync_engine_active_time_percent",
        "float",
        "Sync engine: share of the time with at least one instruction",
        required=False,
        unit="percent",
    ),
    Field("sync_engine_instruction_count", "int64", "Sync engine: instructions", required=False),
    Field(
        "gpsimd_engine_instruction_time",
        "float",
        "GpSimd engine: summed instruction time",
        required=False,
        unit="seconds",
    ),
    Field(
        "gpsimd_engine_active_time",
        "float",
        "GpSimd engine: time with at least one instruction",
        required=False,
        unit="seconds",
    ),
    Field(
        "gpsimd_engine_active_time_percent",
        "float",
        "GpSimd engine: share of the time with at least one instruction",
        required=False,
        unit="percent",
    ),
    Field(
        "gpsimd_engine_instruction_count", "int64", "GpSimd engine: instructions", required=False
    ),
    Field("cc_op_time", "float", "Collectives op time", required=False, unit="seconds"),
    Field(
        "cc_op_active_time", "float", "Collectives op active time", required=False, unit="seconds"
    ),
    Field(
        "cc_op_active_time_percent",
        "float",
        "Collectives op active time (share)",
        required=False,
        unit="percent",
    ),
    Field("cc_op_count", "int64", "Collectives op count", required=False),
    Field(
        "cc_cores_instruction_time",
        "float",
        "Collectives cores instruction time",
        required=False,
        unit="seconds",
    ),
    Field(
        "cc_cores_instruction_active_time",
        "float",
        "Collectives cores instruction active time",
        required=False,
        unit="seconds",
    ),
    Field(
        "cc_cores_instruction_active_time_percent",
        "float",
        "Collectives cores instruction active time (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "cc_cores_instruction_count", "int64", "Collectives cores instruction count", required=False
    ),
    Field("total_exec_time", "float", "Total exec time", required=False, unit="seconds"),
    Field("total_active_time", "float", "Total active time", required=False, unit="seconds"),
    Field(
        "total_active_time_percent",
        "float",
        "Total active time (share)",
        required=False,
        unit="percent",
    ),
)
