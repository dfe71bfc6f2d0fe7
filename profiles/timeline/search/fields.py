"""Which fields there are, by which names, and what a term about one asks of each table."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from profiles.tables.registry import REGISTRY
from profiles.tables.schema import Field
from profiles.timeline.search.chunk import Chunk, Mask, TextTest
from profiles.timeline.search.conditions import (
    Condition,
    Holds,
    Never,
    Not,
    NumberIn,
    TextIn,
    pattern_fault,
)
from profiles.timeline.search.language import SearchError, Term
from profiles.timeline.search.quantities import UNIT_WORDS, interval, quantity

LABEL = "label"
TRANSFERS = "DmaPacketAggregated"
PACKETS = "DmaPacket"

ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "start": ("start_ts", "timestamp"),
        "end": ("end_ts",),
        "duration": ("duration_ns",),
        "wait": ("evt_wait_time_ns",),
        "size": ("transfer_bytes",),
        "bytes": ("transfer_bytes",),
        "name": ("bir_instruction_name", "kernel_instruction_name"),
        "operator": ("hlo_name",),
        "function": ("scalar_activation_fn",),
        "location": ("nki_source_location", "bir_debug_info_source_location"),
        "track": ("timeline_track",),
        "core": ("pcore_idx",),
        "flops": ("raw_flops",),
        "queue": ("queue_name",),
        "tensor": ("variable",),
        "source": ("trace_event_source",),
        "process": ("process_id",),
        "thread": ("thread_id",),
        "stream": ("framework_stream_id",),
        "attributes": ("extra_attributes_json",),
    }
)
"""Short names; where a table has a column of that very name, that one is meant."""

WORD_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Instruction": (
            *("opcode", "compiler_opcode", "engine", "timeline_track", "bir_instruction_name"),
            *("kernel_instruction_name", "hlo_name", "layer", "scalar_activation_fn"),
            *("nki_source_location", "bir_debug_info_source_location"),
        ),
        PACKETS: ("queue_name", "queue_type", "variable"),
        "Throttle": ("type",),
        "Error": ("description", "type", "metadata"),
        "CcOp": ("operation", "algorithm", "dtype", "trigger_engine"),
        "CcInstruction": ("description", "trigger_engine"),
        "CoreBarriers": ("engine_name", "compiler_opcode"),
        "SystemProfileEvents": ("name",),
    }
)
"""Where a word is looked for, besides the label that is drawn."""

_TRUTH = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
_MOST_NEAR = 3

Labels = Callable[[Chunk, TextTest], Mask]
OfTransfers = Callable[[Condition], Condition]


@dataclass(frozen=True)
class FieldFacts:
    """A field as it is offered: what it measures, and what else it is called."""

    name: str
    measures: str
    description: str
    tables: tuple[str, ...]
    aliases: tuple[str, ...]


def measures_of(field: Field) -> str | None:
    """text, truth, or what the number measures; None for a column that cannot be searched."""
    if field.type in {"string", "boolean"}:
        return {"string": "text", "boolean": "truth"}[field.type]
    if field.type not in {"int64", "int32", "float", "double"}:
        return None
    unit = field.unit or ""
    if unit == "nanoseconds" or field.name.endswith(("_ts", "_ns")):
        return "time"
    if field.name in {"trigger", "completion"}:
        return "time"
    if unit == "bytes" or field.name.endswith("_bytes"):
        return "bytes"
    if unit in {"bytes_per_second", "bytes per second"}:
        return "rate"
    return "percent" if unit == "percent" else "count"


class Fields:
    """The fields of a run that draws rows of these tables."""

    def __init__(self, tables: Sequence[str]) -> None:
        self.tables = tuple(dict.fromkeys(table for table in tables if table in REGISTRY))
        searched = [*self.tables, *([TRANSFERS] if PACKETS in self.tables else [])]
        self._by_table = {table: REGISTRY[table].by_name for table in searched}

    def columns(self, table: str, name: str) -> tuple[Field, ...]:
        """The columns of a table that a name means; none where it has no such field."""
        known = self._by_table.get(table, {})
        if name in known:
            return (known[name],) if measures_of(known[name]) else ()
        wanted = (known.get(column) for column in ALIASES.get(name, ()))
        return tuple(field for field in wanted if field is not None)

    def described(self) -> list[FieldFacts]:
        """Every field once, short names with it; the drawn label first."""
        found: dict[str, FieldFacts] = {}
        for table, known in self._by_table.items():
            for name, field in known.items():
                measures = measures_of(field)
                if measures is None:
                    continue
                before = found.get(name)
                tables = (*(before.tables if before else ()), table)
                own = tuple(short for short, columns in ALIASES.items() if name in columns)
                shown = before.description if before else field.description
                found[name] = FieldFacts(name, measures, shown, tables, own)
        label = FieldFacts(LABEL, "text", "What is written on the bar", self.tables, ())
        return [label, *found.values()]

    def names(self) -> list[str]:
        """All names that a term may use."""
        columns = [facts.name for facts in self.described()]
        short = [n for n in ALIASES if any(self.columns(table, n) for table in self._by_table)]
        return sorted({*columns, *short})

    def conditions(
        self, terms: Sequence[Term], labels: Mapping[str, Labels], of_transfers: OfTransfers
    ) -> dict[str, list[Condition]]:
        """What a query asks of each table that is drawn. Raises SearchError.

        `labels` reads the drawn labels of a table's rows; `of_transfers` makes what is asked of
        packets from what is asked of their transfers.
        """
        for term in terms:
            self._check(term)
        return {
            table: [self._condition(term, table, labels.get(table), of_transfers) for term in terms]
            for table in self.tables
        }

    def _check(self, term: Term) -> None:
        if term.is_pattern and (fault := pattern_fault(term.text)):
            place, length = term.value_position, term.length - term.value_position + term.position
            message = f"The regular expression cannot be read: {fault}"
            raise SearchError("search.pattern", message, place, length)
        if not term.field or term.field == LABEL:
            if term.operator not in {":", "=", "!="}:
                raise _no_order(term)
            return
        names = self.names()
        if term.field not in names:
            near = difflib.get_close_matches(term.field.lower(), names, _MOST_NEAR)
            # A name is remembered by a part of it rather than by its beginning.
            near += [n for n in names if term.field.lower() in n and n not in near]
            meant = f" Near it: {', '.join(near[:_MOST_NEAR])}." if near else ""
            message = f"There is no field {term.field}.{meant}"
            at, length = term.field_position, len(term.field)
            raise SearchError("search.field", message, at, length, near[:_MOST_NEAR])
        for table in self._by_table:
            for field in self.columns(table, term.field):
                _value_test(term, field)

    def _condition(
        self, term: Term, table: str, labels: Labels | None, of_transfers: OfTransfers
    ) -> Condition:
        condition: Condition = Never()
        if not term.field or term.field == LABEL:
            columns = WORD_COLUMNS.get(table, ()) if not term.field else ()
            condition = TextIn(columns, _text_test(term), labels)
        elif found := self.columns(table, term.field):
            condition = _on_columns(term, found)
        elif table == PACKETS and (found := self.columns(TRANSFERS, term.field)):
            condition = of_transfers(_on_columns(term, found))
        return Not(condition) if term.is_negated != (term.operator == "!=") else condition


def _on_columns(term: Term, fields: Sequence[Field]) -> Condition:
    names = [field.name for field in fields]
    test = _value_test(term, fields[0])
    if isinstance(test, Holds):
        return TextIn(names, test)
    return NumberIn(names, interval(term.operator, test))


def _value_test(term: Term, field: Field) -> Holds | Fraction:
    """What is asked of a value of a column. Raises SearchError for what it cannot be asked."""
    measures = measures_of(field)
    if measures == "text":
        if term.operator not in {":", "=", "!="}:
            raise _no_order(term)
        return _text_test(term)
    place, length = term.value_position, term.position + term.length - term.value_position
    if term.is_pattern:
        message = f"{term.field} is a number; a regular expression needs a text"
        raise SearchError("search.value", message, place, length)
    if measures == "truth":
        truth = _TRUTH.get(term.text.lower())
        if truth is None:
            raise SearchError("search.value", f"{term.field} is true or false", place, length)
        return Fraction(truth)
    value = quantity(term.text, measures or "count")
    if value is None:
        units = UNIT_WORDS[measures or "count"]
        message = f"{term.field} is a number with {units}, and “{term.text}” is none"
        raise SearchError("search.value", message, place, length)
    return value


def _text_test(term: Term) -> Holds:
    if term.is_pattern:
        return Holds(term.text, "pattern")
    is_exact = bool(term.field) and term.operator in {"=", "!="}
    return Holds(term.text, "equals" if is_exact else "holds")


def _no_order(term: Term) -> SearchError:
    what = f"{term.field} is a text" if term.field else "A word is a text"
    message = f"{what}: ask for it with : or ="
    return SearchError("search.value", message, term.position, term.length)
