"""docs/metrics.md, out of the registry and the thresholds."""

import ast
import dataclasses
import inspect

from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.registry import METRICS

HEAD = """# Metrics

Made by `python manage.py describe_metrics` from `profiles/metrics/registry.py`; a test compares.

Every number of the Summary, for the whole profile and for any range of it: the whole is the range
of all of it, by the same code. `GET /api/v1/profiles/<id>/metrics/?start_ns=&end_ns=&core=` answers
them, `GET /api/v1/metrics/` this list.

| | |
|---|---|
| T | length of the range |
| P | physical cores that are looked at; all of the profile unless one is chosen |
| peak | FLOP/s of one Tensor engine for BF16: rows x columns x 2 x clock |
| B | bandwidth of one stack of device memory, which the cores share |
| D | what the DMA engines of one core can move |
| k/n | the limit on a core's clock, as `Throttle` records it |

An instruction or packet that crosses an edge of the range gives the share of its FLOPs, bytes and
time that lies inside, so that ranges side by side add up. Counts are of those that start in the
range. Percentiles are durations that occurred. Compute is Tensor, Vector, Scalar and GpSimd; Sync
issues transfers and waits. A value that cannot be given is null, and names the input it would take.
Of an unknown chip only what needs no constant is given.

"""


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def page() -> str:
    """The page as it stands in docs/."""
    text = [HEAD, "## Numbers\n\n", "| name | title | unit | formula | source |\n"]
    text.append("|---|---|---|---|---|\n")
    for metric in METRICS.values():
        name = f"`{metric.id}`"
        text.append(_row(name, metric.title, metric.unit, metric.formula, metric.source))
    text += [
        "\n## Thresholds of the findings\n\n",
        "| name | value | meaning |\n",
        "|---|---|---|\n",
    ]
    meanings = _meanings()
    for entry in dataclasses.fields(Thresholds):
        text.append(_row(f"`{entry.name}`", f"{entry.default:g}", meanings[entry.name]))
    text.append(
        "\n`INSIGHT_THRESHOLDS=transpose_share=0.2,gap_ns=5000` replaces some of them; "
        "see `docs/install.md`.\n"
    )
    return "".join(text)


def _meanings() -> dict[str, str]:
    """The text below each field of `Thresholds`."""
    found: dict[str, str] = {}
    body = ast.parse(inspect.getsource(Thresholds)).body[0]
    name = ""
    for statement in getattr(body, "body", []):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
        elif isinstance(statement, ast.Expr) and name and isinstance(statement.value, ast.Constant):
            found[name] = " ".join(str(statement.value.value).split())
    return found
