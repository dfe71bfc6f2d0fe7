"""The language of a search: words, fields with values, and what is not wanted, all together.

    matmul                     a word, anywhere in what names an event
    "dynamic dma"              words with spaces
    /^ACT.*EXP$/               a regular expression
    engine:vector              a field that holds a text; of a number: equals
    opcode=MATMUL              a field that equals a text
    duration>2us size>=1KiB    numbers with units
    -layer:attention           what does not match; NOT before a term says the same

Terms that stand beside each other all have to match. Upper and lower case are alike.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_CHARACTERS = 500
MOST_TERMS = 16
MOST_PATTERN_CHARACTERS = 200

_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\S+")
_FIELD = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:(:)|\s*(!=|>=|<=|=|>|<)\s*)")
_NOT = re.compile(r"NOT(?=\s)\s+")


class SearchError(ValueError):
    """A query that says nothing that could be looked for; where, and what was perhaps meant."""

    def __init__(
        self, code: str, message: str, position: int = 0, length: int = 1, near: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.position = position
        self.length = length
        self.near = tuple(near)


@dataclass(frozen=True)
class Term:
    """One thing asked for; `field` is empty for a word. Positions are places in the query."""

    field: str
    operator: str
    text: str
    is_pattern: bool
    is_negated: bool
    position: int
    length: int
    field_position: int
    value_position: int

    @property
    def meaning(self) -> tuple[str, str, str, bool, bool]:
        """The term without its place."""
        return (self.field, self.operator, self.text, self.is_pattern, self.is_negated)


def parse(query: str) -> tuple[Term, ...]:
    """The terms of a query, one at least. Raises SearchError."""
    if len(query) > MOST_CHARACTERS:
        message = f"A search has at most {MOST_CHARACTERS} characters"
        raise SearchError("search.syntax", message, MOST_CHARACTERS)
    found: list[Term] = []
    at = _after_space(query, 0)
    while at < len(query):
        term, at = _term(query, at)
        if term is not None:
            found.append(term)
        if len(found) > MOST_TERMS:
            raise SearchError("search.syntax", f"A search has at most {MOST_TERMS} terms", at - 1)
        at = _after_space(query, at)
    if not found:
        raise SearchError("search.syntax", "There is nothing to look for")
    return tuple(found)


def _after_space(query: str, at: int) -> int:
    space = _SPACE.match(query, at)
    return space.end() if space else at


def _term(query: str, begin: int) -> tuple[Term | None, int]:
    """The term at a place and where it ends; None for AND, which goes without saying."""
    at, is_negated = begin, False
    negation = _NOT.match(query, at)
    if negation:
        at, is_negated = negation.end(), True
    if query.startswith("-", at) and at + 1 < len(query) and not query[at + 1].isspace():
        at, is_negated = at + 1, not is_negated
    word = _WORD.match(query, at)
    spelt = word.group() if word else ""
    if spelt == "AND" and not is_negated:
        return None, at + len(spelt)
    if spelt in {"OR", "NOT", "-"}:
        hint = "Write a regular expression such as /a|b/" if spelt == "OR" else "A term is missing"
        raise SearchError("search.syntax", f"{spelt} cannot stand here. {hint}", at, len(spelt))
    named = _FIELD.match(query, at)
    field = named.group(1).lower() if named else ""
    operator = (named.group(2) or named.group(3)) if named else ":"
    value_at = named.end() if named else at
    text, is_pattern, end = _value(query, value_at)
    if not text:
        raise SearchError("search.syntax", "A value is missing here", value_at)
    term = Term(field, operator, text, is_pattern, is_negated, begin, end - begin, at, value_at)
    return term, end


def _value(query: str, at: int) -> tuple[str, bool, int]:
    """A value: its text, whether it is a regular expression, and where it ends."""
    if query.startswith('"', at):
        text, end = _delimited(query, at, '"', "The quotation mark is not closed")
        return text, False, end
    if query.startswith("/", at):
        text, end = _delimited(query, at, "/", "The regular expression is not closed by /")
        if len(text) > MOST_PATTERN_CHARACTERS:
            message = f"A regular expression has at most {MOST_PATTERN_CHARACTERS} characters"
            raise SearchError("search.pattern", message, at, end - at)
        return text, True, end
    word = _WORD.match(query, at)
    return (word.group(), False, word.end()) if word else ("", False, at)


def _delimited(query: str, begin: int, mark: str, message: str) -> tuple[str, int]:
    """What stands between two marks; a backslash keeps a mark, in quotes also a backslash."""
    kept: list[str] = []
    at = begin + 1
    while at < len(query):
        one = query[at]
        if one == mark:
            return "".join(kept), at + 1
        following = query[at + 1 : at + 2]
        if one == "\\" and following:
            is_escaped = following == mark or (mark == '"' and following == "\\")
            kept.append(following if is_escaped else one + following)
            at += 2
            continue
        kept.append(one)
        at += 1
    raise SearchError("search.syntax", message, begin)


def written(terms: Sequence[Term]) -> str:
    """A query that means the same, in one way of writing."""
    return " ".join(map(_written, terms))


def _written(term: Term) -> str:
    if term.is_pattern:
        # A mark that is escaped already stays as it is.
        value = "/" + re.sub(r"(\\.)|/", lambda m: m.group(1) or r"\/", term.text) + "/"
    else:
        value = '"' + term.text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    sign = "-" if term.is_negated else ""
    return sign + (f"{term.field}{term.operator}{value}" if term.field else value)
