"""Whatever is written into a slot is what its operands, fields and counts say."""

import itertools
import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats.isa.fields import decoded_fields
from ingest_worker.formats.isa.patterns import access_patterns, byte_range
from ingest_worker.formats.isa.sync import update_text, wait_text
from ingest_worker.formats.isa.traffic import traffic
from ingest_worker.formats.isa.vocabulary import ALU_TEXTS, DTYPE_BITS, DTYPE_TEXTS
from tests.formats.slot_bytes import ENGINES, operands, read, rows, slot
from tests.make import control, slots
from tests.make.slots import Access, Sync

ADDRESSES = st.integers(0, (1 << 32) - 1)
STEPS = st.integers(-(1 << 15), (1 << 15) - 1)
COUNTS = st.integers(0, (1 << 16) - 1)
BYTES = st.integers(0, 255)
DTYPES = st.sampled_from(sorted(set(DTYPE_TEXTS) - {0}))
NIBBLES = st.integers(1, 15)
OPERATIONS = st.sampled_from(sorted(ALU_TEXTS))
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


def accesses(dimensions: int) -> st.SearchStrategy[Access]:
    """Access patterns with so many dimensions."""
    return st.builds(
        Access,
        ADDRESSES,
        st.tuples(*[STEPS] * dimensions),
        st.tuples(*[COUNTS] * dimensions),
    )


SYNCS = st.builds(
    Sync,
    wait_mode=st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, 14, 15]),
    wait_index=BYTES,
    update_mode=st.sampled_from([0, 1, 2, 3, 4, 5, 7, 9, 17, 18, 19, 20, 21, 23, 25]),
    update_index=BYTES,
    value=st.integers(0, (1 << 32) - 1),
)


def shown(access: Access) -> str:
    """A pattern as section 5.3 writes it."""
    steps, counts = ",".join(map(str, access.steps)), ",".join(map(str, access.counts))
    return f"0x{access.address:x}[{steps}][{counts}]"


def head(sync: Sync) -> str:
    """Wait and update as section 5.1 frames them."""
    wait = wait_text(sync.wait_mode, sync.wait_index, sync.value, ENGINES)
    update = update_text(sync.update_mode, sync.update_index, sync.value, ENGINES)
    return f"{wait} {update} " if wait and update else f"{wait}{update} "


def fields(raw: bytes) -> dict[str, str]:
    """The fields of a slot by name."""
    return dict(decoded_fields(raw))


@given(SYNCS)
def test_sync_stands_before_every_body_and_in_the_fields(sync: Sync) -> None:
    raw = control.drain(sync)
    assert operands(raw) == head(sync)
    found = fields(raw)
    assert (found["wait_mode"], found["wait_index"]) == (str(sync.wait_mode), str(sync.wait_index))
    assert found["update_mode"] == str(sync.update_mode)
    assert found["sync_value"] == str(sync.value)


@given(accesses(3), accesses(3), st.integers(0, 3), BYTES, BYTES, BYTES, DTYPES, SYNCS)
def test_a_matmul(
    source: Access,
    target: Access,
    passes: int,
    flags: int,
    row_count: int,
    column_count: int,
    dtype: int,
    sync: Sync,
) -> None:
    raw = slots.matmul(
        source,
        target,
        rows=row_count,
        columns=column_count,
        dtype=dtype,
        passes=passes,
        flags=flags,
        sync=sync,
    )
    mode = ("", "fp32_mode=LOW ", "fp32_mode=HIGH ", "fp32_mode=LOW_HIGH ")[passes]
    assert operands(raw) == (
        f"{head(sync)}acc_flags={flags} {mode}src={DTYPE_TEXTS[dtype]}@{shown(source)} "
        f"dst={shown(target)} {row_count}*{column_count} "
    )
    assert fields(raw)["src"] == f"{DTYPE_TEXTS[dtype]}@{shown(source)}"


@given(accesses(3), st.booleans(), DTYPES)
def test_weights(source: Access, is_transpose: bool, dtype: int) -> None:
    raw = slots.load_weights(source, dtype=dtype, is_transpose=is_transpose)
    mode = "ENABLED" if is_transpose else "DISABLED"
    assert operands(raw) == (
        f" transpose_mode={mode} src={DTYPE_TEXTS[dtype]}@{shown(source)} 128*128 "
    )
    assert operands(raw, generation="trn1") == (
        f" src={DTYPE_TEXTS[dtype]}@{shown(source)} 128*128 "
    )


@given(accesses(4), accesses(4), DTYPES, DTYPES, BYTES)
def test_copies_casts_and_reciprocals(
    source: Access, target: Access, dtype_in: int, dtype_out: int, channels: int
) -> None:
    for make in (slots.copy, slots.cast, slots.reciprocal):
        raw = make(source, target, dtype_in=dtype_in, dtype_out=dtype_out, channels=channels)
        assert operands(raw) == (
            f" src={DTYPE_TEXTS[dtype_in]}@{shown(source)} "
            f"dst={DTYPE_TEXTS[dtype_out]}@{shown(target)} channels={channels} "
        )


@given(accesses(4), accesses(4), OPERATIONS, st.sampled_from([2, 3, 4, 5]), st.booleans())
def test_a_reduction(
    source: Access, target: Access, operation: int, dimension: int, is_negated: bool
) -> None:
    raw = slots.reduce(source, target, operation, dimension=dimension, is_negated=is_negated)
    shape = {2: "X", 3: "XY", 4: "XYZ", 5: "XYZW"}[dimension]
    assert operands(raw) == (
        f" op={ALU_TEXTS[operation]} dim={shape} {'negated=1 ' if is_negated else ''}"
        f"src=fp32@{shown(source)} dst=fp32@{shown(target)} channels=128 "
    )


@given(accesses(3), accesses(3), NIBBLES, DTYPES, FLOATS, FLOATS, FLOATS)
def test_an_activation(
    source: Access,
    target: Access,
    dtype_in: int,
    dtype_out: int,
    scale: float,
    bias: float,
    imm: float,
) -> None:
    raw = slots.activate(
        source,
        target,
        slots.EXP,
        dtype_in=dtype_in,
        dtype_out=dtype_out,
        scale=scale,
        bias=bias,
        imm=imm,
    )
    assert operands(raw) == (
        f" EXP bias_imm={bias:.6f} src={DTYPE_TEXTS[dtype_in]}@{shown(source)} "
        f"dst={DTYPE_TEXTS[dtype_out]}@{shown(target)} channels=128 scale={scale:.6f} "
        f"imm={imm:.6f} accumulator_cmd=IDLE"
    )
    assert read(raw).activation_fn == ["EXP"]


@given(accesses(3), accesses(3), ADDRESSES)
def test_an_activation_whose_bias_lies_in_memory(
    source: Access, target: Access, address: int
) -> None:
    raw = slots.activate(source, target, slots.TANH, bias_address=address)
    assert operands(raw).startswith(f" TANH bias_ptr=fp32@0x{address:x} src=")


@given(accesses(3), accesses(3), st.tuples(OPERATIONS, OPERATIONS), st.none() | ADDRESSES)
def test_a_scalar_operation(
    source: Access, target: Access, pair: tuple[int, int], pointer: int | None
) -> None:
    raw = slots.tensor_scalar(source, target, pair, pointer=pointer)
    first = "0" if pointer is None else f"0x{pointer:x}"
    kind = "INSTRUCTION" if pointer is None else "PTR"
    assert operands(raw) == (
        f" ops={ALU_TEXTS[pair[0]]},{ALU_TEXTS[pair[1]]} imm={first},0 "
        f"imm_src={kind},INSTRUCTION src=fp32@{shown(source)} dst=bfloat16@{shown(target)} "
        "channels=128 "
    )


@given(accesses(3), accesses(3), accesses(3), OPERATIONS, NIBBLES, DTYPES)
def test_a_tensor_operation(
    first: Access, second: Access, target: Access, operation: int, dtype_in: int, dtype_out: int
) -> None:
    raw = slots.tensor_tensor(
        first, second, target, operation, dtype_in=dtype_in, dtype_out=dtype_out
    )
    source = DTYPE_TEXTS[dtype_in]
    assert operands(raw) == (
        f" decoded: op={ALU_TEXTS[operation]} src0={source}@{shown(first)} "
        f"src1={source}@{shown(second)} dst={DTYPE_TEXTS[dtype_out]}@{shown(target)} "
        "channels=128 "
    )


@given(accesses(4), FLOATS, st.integers(0, (1 << 32) - 1))
def test_the_value_of_a_fill_reads_back(target: Access, value: float, elements: int) -> None:
    found = fields(slots.fill(target, value, elements=elements))
    assert struct.pack("<f", float(found["value"])) == struct.pack("<f", value)
    assert (found["elements"], found["dst"]) == (str(elements), f"fp32@{shown(target)}")


@given(st.text("abcqSP0", min_size=1, max_size=35), st.integers(0, (1 << 32) - 1))
def test_a_trigger(queue: str, block: int) -> None:
    found = fields(control.trigger(queue, block))
    assert (found["queue"], found["block_id"]) == (queue, str(block))


def test_start_up_instructions() -> None:
    assert operands(control.set_ordering()) == " ordering_mode=relaxed "
    assert operands(control.set_ordering(is_strict=True)) == " ordering_mode=strict "
    assert operands(control.clear_semaphores(207, 255)) == (
        " mode=SEMAPHORE_ZERO first=207 last=255 "
    )
    assert operands(control.nop(7)) == " cycle=7 "
    assert operands(control.notify(2)) == "  hint=2 notification=EXPLICIT  trace=START "
    assert operands(control.branch(896)) == " cmp_op=ALWAYS label_id=896 "
    assert operands(control.branch(896, hint=2)) == " cmp_op=ALWAYS label_id=896 debugHint=2"
    assert operands(control.load_registers(0x8005C035E000, [3])) == (
        " addr=uint32@0x8005c035e000[1,1][1,1] data=$R[3] "
    )
    assert operands(control.write(2, 0x100, size=4)) == " data=0x2 size=4 dst=0x100 "


def touched(access: Access, size: int) -> tuple[int, int]:
    """The first and the last byte of any element, by visiting all of them."""
    places = [
        access.address + size * sum(step * n for step, n in zip(access.steps, index, strict=True))
        for index in itertools.product(*(range(count) for count in access.counts))
    ]
    return min(places), max(places) + size


SMALL = st.builds(
    Access,
    st.integers(1 << 16, 1 << 20),
    st.tuples(*[st.integers(-40, 40)] * 3),
    st.tuples(*[st.integers(1, 5)] * 3),
)
WHOLE_BYTES = st.sampled_from([code for code, bits in DTYPE_BITS.items() if bits >= 8])


@given(SMALL, WHOLE_BYTES)
def test_a_range_holds_exactly_the_elements_of_its_pattern(access: Access, dtype: int) -> None:
    (found,) = access_patterns(rows(slots.load_weights(access, dtype=dtype)))
    first, last = byte_range(found)
    assert (int(first[0]), int(last[0])) == touched(access, DTYPE_BITS[dtype] // 8)


@given(st.lists(st.tuples(SMALL, SMALL, WHOLE_BYTES), min_size=1, max_size=8))
def test_counts_of_many_matmuls_are_those_of_each(
    written: list[tuple[Access, Access, int]],
) -> None:
    made = [slots.matmul(source, target, dtype=dtype) for source, target, dtype in written]
    found = traffic(rows(*made)).columns
    for row, (source, target, dtype) in enumerate(written):
        size = DTYPE_BITS[dtype] // 8
        moved, stored = int(np.prod(source.counts)), int(np.prod(target.counts))
        assert found["tensor_elements"][row] == 128 * 128 * moved
        assert found["sbuf_read_bytes"][row] == moved * size
        assert found["sbuf_write_bytes"][row] == stored * 4
        assert found["psum_write_bytes"][row] == -1


@given(BYTES, BYTES, st.integers(0, (1 << 32) - 1))
def test_different_waits_have_different_texts(mode: int, index: int, value: int) -> None:
    own = wait_text(mode, index, value, ENGINES)
    assert own != wait_text(mode, (index + 1) % 256, value, ENGINES) or mode == 0
    assert own != wait_text((mode + 1) % 256, index, value, ENGINES)


def test_no_two_ways_to_signal_look_alike() -> None:
    texts = [update_text(mode, 9, 7, ENGINES) for mode in range(256)]
    assert len(set(texts)) == len(texts)


def test_an_instruction_and_its_neighbour_do_not_mix() -> None:
    made = [slot(0xA4, at_12=bytes([n])) for n in range(200)]
    assert read(*made).operands == [f" cycle={n} " for n in range(200)]
