"""The operands of control and DMA instructions, exactly as the official tool writes them."""

from struct import unpack_from

from ingest_worker.formats.isa.bodies import Words, u32
from ingest_worker.formats.isa.sync import update_text, wait_text
from ingest_worker.formats.isa.vocabulary import SIGNED, dtype_text, queue_display_name

SLOT_BYTES = 64
_TABLE_MARK, _VARIABLE_MARK = 0x20, 0x10
_COMPUTE = {0: "NONE", 1: "ADD", 2: "MULTIPLY", 3: "MAX", 4: "MIN"}
_ALWAYS, _EQUAL = 0, 3


def u64(slot: bytes, offset: int) -> int:
    """Eight bytes, little-endian."""
    return int.from_bytes(slot[offset : offset + 8], "little")


def event_semaphore(slot: bytes, words: Words) -> str:
    """EVENT_SEMAPHORE: a second wait and update at bytes 32 to 43; empty ones keep their space."""
    wait = wait_text(slot[32], slot[33], u32(slot, 36), words.semaphores)
    update = update_text(slot[34], slot[35], u32(slot, 40), words.semaphores)
    return f"setter={slot[12]} {wait} {update} "


def nop(slot: bytes) -> str:
    """NOP: cycles to wait."""
    return f"cycle={u32(slot, 12)} "


def write(slot: bytes) -> str:
    """WRITE: one or two stores."""
    count = 2 if slot[13] else 1
    data = ",".join(f"{u64(slot, 32 + 8 * n):#x}" for n in range(count))
    size = ",".join(str(slot[12 + n]) for n in range(count))
    target = ",".join(f"{u64(slot, 16 + 8 * n):#x}" for n in range(count))
    return f"data={data} size={size} dst={target} "


def notify(slot: bytes) -> str:
    """NOTIFY: its first space belongs to it."""
    return f" hint={slot[36]} notification=EXPLICIT  trace=START "


def compare_branch(slot: bytes) -> str:
    """COMPARE_BRANCH; the distance is unsigned, so that steps back look very large."""
    label = f"label_id={u32(slot, 48)} "
    if slot[12] == _ALWAYS:
        return f"cmp_op=ALWAYS {label}"
    operation = "EQ" if slot[12] == _EQUAL else str(slot[12])
    raw, dtype = u32(slot, 16), slot[13]
    number = str(raw - (1 << 32) if raw >> 31 else raw) if dtype in SIGNED else f"{raw:#x}"
    return f"cmp_op={operation} dtype={dtype_text(dtype)} cmp0=$R[{slot[32]}] cmp1={number} {label}"


def tensor_move(slot: bytes) -> str:
    """TENSOR_LOAD and TENSOR_STORE: memory to registers or back."""
    dtype = slot[12] or slot[13]
    steps = unpack_from("<2h", slot, 24)
    count = min(slot[14] * slot[15], SLOT_BYTES - 32)
    registers = ",".join(f"$R[{number}]" for number in slot[32 : 32 + count])
    return (
        f"addr={dtype_text(dtype)}@{u64(slot, 16):#x}[{steps[0]},{steps[1]}]"
        f"[{slot[14]},{slot[15]}] data={registers} "
    )


def range_clear(slot: bytes) -> str:
    """EVENT_SEMAPHORE_RANGE_CLEAR: first and last number."""
    mode = "SEMAPHORE_ZERO" if slot[12] == 1 else str(slot[12])
    return f"mode={mode} first={slot[13]} last={slot[14]} "


def ordering_mode(slot: bytes) -> str:
    """SET_ORDERING_MODE."""
    mode = {0: "relaxed", 1: "strict"}.get(slot[12], str(slot[12]))
    return f"ordering_mode={mode} "


def dma_direct(slot: bytes) -> str:
    """DMA_DIRECT2D, with addresses."""
    operation = _COMPUTE.get(slot[15], str(slot[15]))
    return f"{_dma_frame(slot)}compute_op={operation} "


def pseudo_dma_direct(slot: bytes) -> str:
    """PSEUDO_DMA_DIRECT2D, with variables: the compiler's text (section 5.7)."""
    operation = {0: "DIRECT2D"}.get(slot[15], str(slot[15]))
    return f"dge_op={operation} {_dma_frame(slot, is_final=False)}  "


def _dma_frame(slot: bytes, *, is_final: bool = True) -> str:
    """What both forms share: shapes, both ends, and the data types when they differ."""
    types = ""
    if slot[62] != slot[63]:
        types = f"in_dtype={dtype_text(slot[62])} out_dtype={dtype_text(slot[63])} "
    source_size, target_size = unpack_from("<H", slot, 36)[0], unpack_from("<H", slot, 60)[0]
    return (
        f"semaphore={slot[13]} sem_increment={slot[14]}  "
        f"src_elem_size={source_size} dst_elem_size={target_size} "
        f"src_pattern={_shape(slot, 24)} dst_pattern={_shape(slot, 48)} "
        f"{_end(slot, 16, 'src', is_final=is_final)} src_shape_reg={slot[38]} "
        f"{_end(slot, 40, 'dst', is_final=is_final)} dst_shape_reg={slot[39]} {types}"
    )


def _shape(slot: bytes, offset: int) -> str:
    steps, counts = unpack_from("<2i", slot, offset), unpack_from("<2H", slot, offset + 8)
    return f"[{steps[0]},{steps[1]}][{counts[0]},{counts[1]}]"


def _end(slot: bytes, offset: int, side: str, *, is_final: bool) -> str:
    """An eight-byte address: of a table, of a variable (before the runtime), or absolute."""
    low, index = u32(slot, offset), int.from_bytes(slot[offset + 4 : offset + 7], "little")
    mark = slot[offset + 7]
    if mark == _TABLE_MARK:
        shown = f"{low:#x}" if is_final else str(low)
        return f"{side}_table_offset_imm={shown} {side}_table_index={index}"
    if mark == _VARIABLE_MARK and not is_final:
        return f"{side}_var_id={index} {side}_var_offset={low}"
    return f"{side}_addr_imm={u64(slot, offset):#x}"


def pseudo_dma_trigger(slot: bytes) -> str:
    """PSEUDO_DMA_TRIGGER: queue and descriptor block (section 5.7)."""
    return f"{queue_display_name(queue_text(slot))} block_id={u32(slot, 48)} "


def queue_text(slot: bytes) -> str:
    """The queue a PSEUDO_DMA_TRIGGER names: text at byte 12, up to a NUL, 36 bytes at most."""
    return slot[12:48].split(b"\0", 1)[0].decode("utf-8", "replace")
