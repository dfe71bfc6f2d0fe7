"""A model's name split into what compilers put into it: graph, tensor-parallel rank and bucket."""

import re
from dataclasses import dataclass
from typing import Literal

Role = Literal["prefill", "decode"]

_RANK = re.compile(r"(?:\A|[_/.-])tp_?([0-9]{1,6})(?![0-9a-z])", re.IGNORECASE)
_BUCKET = re.compile(r"(?:\A|[_/.-])(?:bk|bucket)_?([0-9]{1,6})(?![0-9a-z])", re.IGNORECASE)
_PREFILL = re.compile(r"context_?encoding|prefill|(?:\A|[_/.-])cte(?![a-z])", re.IGNORECASE)
_DECODE = re.compile(r"token_?gen|decod|(?:\A|[_/.-])tkg(?![a-z])", re.IGNORECASE)
_GRAPH_FOLDER = re.compile(r"([^/]+)/[^/]*tp_?[0-9]", re.IGNORECASE)
_GRAPH_WORD = re.compile(r"[^/\\]*\w[^/\\]*")


@dataclass(frozen=True)
class ModelName:
    """The whole name, and its parts where it has them."""

    name: str
    graph: str | None = None
    role: Role | None = None
    rank: int | None = None
    bucket: int | None = None

    @property
    def title(self) -> str:
        """In a few words: `prefill, bucket 0`; without a role the graph, or the whole name."""
        bucket = "" if self.bucket is None else f", bucket {self.bucket}"
        return f"{self.role or self.graph or self.name}{bucket}"


def model_name(name: str) -> ModelName:
    """The parts of a model's name, which is often the path of the folder it was compiled in.

    `.../context_encoding_model/_tp0_bk0/model.neff` is prefill, rank 0, bucket 0. What a name
    does not say stays None; a name that tells both roles tells none.
    """
    is_prefill, is_decode = bool(_PREFILL.search(name)), bool(_DECODE.search(name))
    role: Role | None = None
    if is_prefill != is_decode:
        role = "prefill" if is_prefill else "decode"
    return ModelName(
        name, _graph(name, role), role, _last_number(_RANK, name), _last_number(_BUCKET, name)
    )


def _last_number(pattern: re.Pattern[str], name: str) -> int | None:
    """The innermost folder's number is the model's own."""
    found = pattern.findall(name)
    return int(found[-1]) if found else None


def _graph(name: str, role: Role | None) -> str | None:
    """The folder above the rank's, else the part of the path that tells the role."""
    folder = _GRAPH_FOLDER.search(name)
    if folder is not None:
        return folder.group(1)
    told = _PREFILL if role == "prefill" else _DECODE
    if role is None:
        return None
    return next((part for part in _GRAPH_WORD.findall(name) if told.search(part)), None)
