"""Rows take the names and shapes of the official JSON."""

from typing import Any

import pytest

from ingest_worker.exports.official_rows import (
    HEADER,
    INSTRUCTION,
    LIMIT,
    PACKET,
    SHAPES,
    TRANSFER,
    in_shape,
    limit_type,
)
from profiles.tables.registry import REGISTRY, arrow_schema


def empty_row(table: str, **given: Any) -> dict[str, Any]:
    schema = arrow_schema(table)
    values = {
        field.name: None if field.nullable else {"string": ""}.get(str(field.type), 0)
        for field in schema
    }
    return values | given


def test_every_shape_reads_columns_that_exist() -> None:
    for sources in SHAPES.values():
        for table, shape in sources:
            assert table in REGISTRY
            in_shape(
                empty_row(table, pcore_idx=0) if table != "NeffHeader" else empty_row(table), shape
            )


def test_an_instruction_without_names_has_empty_texts_and_zeros() -> None:
    row = in_shape(empty_row("Instruction", pcore_idx=1, pc=7), INSTRUCTION)
    assert (row["subgraph"], row["fully_qualified_subgraph"], row["pc"]) == ("sg01", "/sg01", 7)
    assert (row["bir_id"], row["raw_bir_id"], row["layer"], row["hlo_attrs"]) == ("", 0, "", "")
    for absent in ("compiler_pc", "elements", "sbuf_read_bytes", "compiler_opcode"):
        assert absent not in row


def test_reading_psum_and_writing_sbuf_is_a_flag_of_its_own() -> None:
    row = in_shape(empty_row("Instruction", pcore_idx=0, psum_read_sbuf_write_bytes=8), INSTRUCTION)
    assert (row["is_psum_read_sbuf_write"], row["psum_read_sbuf_write_bytes"]) == (True, 8)
    plain = in_shape(empty_row("Instruction", pcore_idx=0), INSTRUCTION)
    assert "is_psum_read_sbuf_write" not in plain


def test_a_packet_writes_its_engine_and_queue_as_text() -> None:
    row = in_shape(empty_row("DmaPacket", pcore_idx=0, engine_idx=64, queue_idx=1), PACKET)
    assert (row["dma_engine"], row["dma_queue"], row["aggregated"]) == ("64", "1", "no")
    assert (row["variable"], row["semaphore_id"], row["source"]) == ("unknown", "-1", [["unknown"]])


def test_a_transfer_without_a_trigger_has_no_such_field() -> None:
    row = in_shape(empty_row("DmaPacketAggregated", pcore_idx=0, queue_idx=3), TRANSFER)
    assert (row["aggregated"], row["dma_queue"]) == ("yes", "3")
    assert "trigger" not in row


@pytest.mark.parametrize(
    ("name", "kind"), [("activity_0", 0), ("activity_1", 1), ("unknown", 99), ("gpio_3", "gpio_3")]
)
def test_limits_have_the_number_of_their_type(name: str, kind: int | str) -> None:
    assert limit_type({"type": name}) == kind
    row = in_shape(empty_row("Throttle", pcore_idx=0, type=name), LIMIT)
    assert row["type"] == kind


def test_the_header_prints_numbers_as_decimal_text() -> None:
    row = in_shape(empty_row("NeffHeader", header_size=1024, pcore_count_per_lnc=2), HEADER)
    assert (row["header_size"], row["number_of_neuroncores_per_lnc"]) == ("1024", "2")
    assert row["build_version"] == ""
