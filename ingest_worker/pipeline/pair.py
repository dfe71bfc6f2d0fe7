"""Whether a trace was captured from a NEFF, by the ids inside both."""

from collections.abc import Iterable

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.ntff.facts import Facts

UUID_BYTES = 16


def belongs(neff_uuid: bytes, facts: Facts) -> bool | None:
    """True or False by the ids, None when the trace has none.

    The executions' ids are whole and count first. The older field is a text cut at its first NUL
    or followed by stray memory: only its first min(16, stored) bytes are compared.
    """
    ids = _whole(execution.uid for execution in facts.executions)
    ids = ids or _whole(graph.uid for graph in facts.subgraphs)
    if ids:
        return neff_uuid in ids
    stored = facts.uuid[:UUID_BYTES]
    return neff_uuid.startswith(stored) if stored else None


def _whole(ids: Iterable[bytes]) -> set[bytes]:
    return {uid[:UUID_BYTES] for uid in ids if len(uid) >= UUID_BYTES}


def check_pair(neff_uuid: bytes, neff_name: str, facts: Facts, trace_name: str) -> None:
    """Raises FormatError `pair.uuid_mismatch` when the ids say that the two do not belong."""
    if belongs(neff_uuid, facts) is False:
        raise FormatError(
            "pair.uuid_mismatch",
            f"{trace_name} was not captured from {neff_name}: the ids inside differ "
            f"(NEFF {neff_uuid.hex()}).",
            file=trace_name,
        )
