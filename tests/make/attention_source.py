"""Where the instructions of the sample come from: calls of the model, map of its softmax kernel."""

from collections.abc import Mapping, Sequence

from tests.make.description import Calls, Instruction, KernelMap

MODEL, BLOCK = "models/block.py", "kernels/attention.py"
KERNEL_FILE, KERNEL_NAME = "kernels/softmax.py", "kernels.softmax.softmax_tile"
FIRST_LINE = 12
LINES = {"table": 14, "largest": 21, "exp": 23, "sum": 26}


def calls(operations: int) -> Calls:
    """The model calls the block, and the block makes each operation on a line of its own."""
    places = [(2, 2, 21 + number) for number in range(operations)]
    return Calls(
        files=(MODEL, BLOCK),
        functions=("forward", "attention_fwd"),
        places=((1, 1, 48), *places),
        frames=((1, 0), *((2 + number, 1) for number in range(operations))),
    )


def softmax_map(
    programs: Mapping[int, Sequence[Instruction]], penguin: int, tiles: int
) -> KernelMap:
    """The kernel's instructions under the head and the tile they work on."""
    names = {i.name: i for program in programs.values() for i in program if i.penguin == penguin}
    counts: dict[str, int] = {}
    loops: dict[tuple[int, int], list[dict[str, object]]] = {}
    first: list[dict[str, object]] = []
    for name in names:
        stem = name.split(".")[0]
        if stem not in LINES:
            continue
        node: dict[str, object] = {"inst": {"name": name, "line": LINES[stem]}}
        if stem == "table":
            first.append(node)
            continue
        place = counts.get(stem, 0)
        counts[stem] = place + 1
        loops.setdefault(divmod(place, tiles), []).append(node)
    heads = [
        _loop("head", head, 17, [_loop("tile", tile, 18, loops[head, tile]) for tile in own])
        for head in sorted({head for head, _ in loops})
        if (own := sorted(tile for number, tile in loops if number == head))
    ]
    body = {"name": KERNEL_NAME, "line": FIRST_LINE, "file": KERNEL_FILE}
    return KernelMap("softmax_tile", penguin, ({"func": body | {"children": [*first, *heads]}},))


def _loop(name: str, value: int, line: int, children: list[dict[str, object]]) -> dict[str, object]:
    return {"iter": {"var": name, "val": str(value), "line": line, "children": children}}
