"""Whether a trace was captured from a NEFF, by the ids inside both."""

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.ntff.facts import Facts
from profiles.pairing import DIFFERENT, ID_BYTES, TraceIds, compare


def ids_of(facts: Facts) -> TraceIds:
    """The ids a trace carries: whole ones of its executions, and the NEFF's as written."""
    executions = (execution.uid for execution in facts.executions)
    return TraceIds(
        executions=tuple(uid for uid in executions if len(uid) == ID_BYTES and any(uid)),
        stored=facts.uuid[:ID_BYTES],
    )


def check_pair(neff_uuid: bytes, neff_name: str, facts: Facts, trace_name: str) -> None:
    """Raises FormatError `pair.uuid_mismatch` when the ids say that the two do not belong.

    A file without an id is no mismatch.
    """
    own = neff_uuid if any(neff_uuid) else b""
    if compare(own, ids_of(facts)) == DIFFERENT:
        raise FormatError(
            "pair.uuid_mismatch",
            f"{trace_name} was not captured from {neff_name}: the ids inside differ "
            f"(NEFF {neff_uuid.hex()}).",
            file=trace_name,
        )
