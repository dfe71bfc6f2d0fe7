"""The first half of the headline numbers: columns of Summary in their published order."""

from profiles.tables.schema import Field

FIELDS = (
    Field("total_time", "float", "Total time", required=False, unit="seconds"),
    Field(
        "neuroncore_cycle_count", "int64", "Neuroncore cycle count", required=False, unit="cycles"
    ),
    Field("model_flops", "int64", "Model flops", required=False, unit="flops"),
    Field("hardware_flops", "int64", "Hardware flops", required=False, unit="flops"),
    Field("transpose_flops", "int64", "Transpose flops", required=False, unit="flops"),
    Field(
        "adjusted_hardware_flops", "int64", "Adjusted hardware flops", required=False, unit="flops"
    ),
    Field(
        "adjusted_transpose_flops",
        "int64",
        "Adjusted transpose flops",
        required=False,
        unit="flops",
    ),
    Field("mm_arithmetic_intensity", "float", "Mm arithmetic intensity", required=False),
    Field("peak_flops_bandwidth_ratio", "float", "Peak flops bandwidth ratio", required=False),
    Field("trace_count", "int64", "Trace count", required=False),
    Field("event_count", "int64", "Event count", required=False),
    Field("total_row_count", "int64", "Total row count", required=False),
    Field("dma_active_cycles", "int64", "DMA active cycles", required=False, unit="cycles"),
    Field("dma_active_time", "float", "DMA active time", required=False, unit="seconds"),
    Field(
        "dma_active_time_percent",
        "float",
        "DMA active time (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "static_dma_active_time", "float", "Static DMA active time", required=False, unit="seconds"
    ),
    Field(
        "dynamic_dma_active_time_percent",
        "float",
        "Dynamic DMA active time (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "static_dma_active_time_percent",
        "float",
        "Static DMA active time (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "dma_transfer_average_bytes",
        "float",
        "DMA transfer average bytes",
        required=False,
        unit="bytes",
    ),
    Field("dma_packet_time", "float", "DMA packet time", required=False, unit="seconds"),
    Field("dma_transfer_time", "float", "DMA transfer time", required=False, unit="seconds"),
    Field("dma_transfer_count", "int64", "DMA transfer count", required=False),
    Field(
        "dma_transfer_total_bytes",
        "int64",
        "DMA transfer total bytes",
        required=False,
        unit="bytes",
    ),
    Field("dma_queue_count", "int64", "DMA queue count", required=False),
    Field(
        "inputs_and_weights_size_bytes",
        "int64",
        "Inputs and weights size bytes",
        required=False,
        unit="bytes",
    ),
    Field(
        "inputs_outputs_weights_size_bytes",
        "int64",
        "Inputs outputs weights size bytes",
        required=False,
        unit="bytes",
    ),
    Field("weight_size_bytes", "int64", "Weight size bytes", required=False, unit="bytes"),
    Field("static_dma_packet_count", "int64", "Static DMA packet count", required=False),
    Field("static_dma_size", "int64", "Static DMA size", required=False, unit="bytes"),
    Field(
        "dynamic_dma_packet_percent",
        "float",
        "Dynamic DMA packet (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "static_dma_packet_percent",
        "float",
        "Static DMA packet (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "dynamic_dma_size_percent",
        "float",
        "Dynamic DMA size (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "static_dma_size_percent",
        "float",
        "Static DMA size (share)",
        required=False,
        unit="percent",
    ),
    Field(
        "mbu_estimated_percent", "float", "MBU estimated (share)", required=False, unit="percent"
    ),
    Field(
        "mbu_min_read_util_percent",
        "float",
        "MBU min read util (share)",
        required=False,
        unit="percent",
    ),
    Field("hbm_write_bytes", "int64", "Written to device memory", required=False, unit="bytes"),
    Field("hbm_read_bytes", "int64", "Read from device memory", required=False, unit="bytes"),
    Field(
        "sbuf_write_bytes",
        "int64",
        "Written to SBUF; per partition for compute",
        required=False,
        unit="bytes",
    ),
    Field(
        "sbuf_read_bytes",
        "int64",
        "Read from SBUF; per partition for compute",
        required=False,
        unit="bytes",
    ),
    Field(
        "spill_save_bytes", "int64", "Spilled out of on-chip memory", required=False, unit="bytes"
    ),
    Field(
        "spill_reload_bytes", "int64", "Loaded again after spilling", required=False, unit="bytes"
    ),
    Field(
        "psum_write_bytes", "int64", "Written to PSUM, per partition", required=False, unit="bytes"
    ),
    Field(
        "psum_read_bytes", "int64", "Read from PSUM, per partition", required=False, unit="bytes"
    ),
    Field("psum_read_sbuf_write_count", "int64", "PSUM read SBUF write count", required=False),
    Field(
        "psum_read_sbuf_write_bytes",
        "int64",
        "Written to SBUF by instructions that read PSUM",
        required=False,
        unit="bytes",
    ),
    Field("input_queue_bytes", "int64", "Moved by input queues", required=False, unit="bytes"),
    Field("output_queue_bytes", "int64", "Moved by output queues", required=False, unit="bytes"),
    Field("weight_queue_bytes", "int64", "Moved by weight queues", required=False, unit="bytes"),
    Field(
        "software_dynamic_dma_active_time",
        "float",
        "Software dynamic DMA active time",
        required=False,
        unit="seconds",
    ),
    Field(
        "software_dynamic_dma_active_time_percent",
        "float",
        "Software dynamic DMA active time (share)",
        required=False,
        unit="percent",
    ),
)
