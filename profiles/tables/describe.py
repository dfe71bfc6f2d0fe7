"""The page docs/tables.md, made from the registry and from what is known of each column."""

from collections.abc import Iterator

from profiles.tables.coverage import WRITTEN, is_left_empty
from profiles.tables.exact import EXACT
from profiles.tables.registry import REGISTRY, SCHEMA_VERSION
from profiles.tables.schema import ENUMS, Field, Table
from profiles.tables.unknown import NOT_WRITTEN, reason

HEAD = f"""# Tables

Made by `python manage.py describe_tables` from the registry in `profiles/tables`; a test compares.

Names, columns and types are those of the published schema {SCHEMA_VERSION} of the official tool;
the descriptions are this project's. Each part of a profile (one trace) has its own files,
`parts/<n>/<Table>.parquet`; those of part 0 also stand at the run's root, where the link
`<data folder>/profiles/global/<name>@latest` leads. A table without rows is not written.

Times are nanoseconds from the part's zero. A row is addressed by part, table and row number; the
column `id` is data. In JSON answers 64-bit ids and Unix times are strings.

*Known* says of every column how well it is known:

- **exact**: equal to the official tool's output in every row of all samples; a test compares.
- **by rule**: computed by a rule of the notes on the formats or of this project, with no official
  output at hand that could confirm it.
- **not known**: there is no rule, and the reason. The column is null, or, where it is required,
  holds `""`, 0, false, or -1 for an index; nothing is guessed.

Where a row has no value, an optional column is null and a required one holds the same.
"""


def page() -> str:
    """The whole page, as Markdown."""
    official = [table for table in REGISTRY.values() if table.official]
    sections = [
        HEAD,
        *_chapter("Written by this version", [t for t in official if t.name in WRITTEN]),
        *_chapter("Our own", [t for t in REGISTRY.values() if not t.official]),
        *_chapter("Published, not written", [t for t in official if t.name not in WRITTEN]),
    ]
    return "\n".join(sections)


def _chapter(title: str, tables: list[Table]) -> Iterator[str]:
    yield f"## {title}\n"
    names = sorted(table.name for table in tables)
    yield ", ".join(f"[{name}](#{name.lower()})" for name in names) + "\n"
    for name in names:
        yield from _table(REGISTRY[name])


def _table(table: Table) -> Iterator[str]:
    yield f"### {table.name}\n"
    yield f"{table.description}{_when(table)}\n"
    yield "| column | type | unit | required | known | meaning |\n|---|---|---|---|---|---|"
    yield from (_row(table, field) for field in table.fields)
    yield ""


def _when(table: Table) -> str:
    """When the table is there, or why it never is, and how much of it is proven."""
    if table.name not in WRITTEN:
        return f" Not written: {NOT_WRITTEN[table.name]}."
    proven = len(EXACT.get(table.name, ()))
    share = f" {proven} of its {len(table.fields)} columns are exact." if proven else ""
    return f" Written for {WRITTEN[table.name]}.{share}"


def _row(table: Table, field: Field) -> str:
    kind = field.type.replace("<", "&lt;")
    required = "yes" if field.required else "no"
    meaning = field.description.replace("|", "\\|")
    if values := ENUMS.get(field.enum or ""):
        meaning += ": " + ", ".join(f"`{value}`" for value in values)
    cells = (f"`{field.name}`", kind, field.unit or "", required, known(table, field), meaning)
    return "| " + " | ".join(cells) + " |"


def known(table: Table, field: Field) -> str:
    """How well a column is known: exact, by rule, or not and why."""
    if table.name not in WRITTEN:
        return ""
    if is_left_empty(table.name, field):
        return f"not known: {reason(table.name, field.name)}"
    return "exact" if field.name in EXACT.get(table.name, frozenset()) else "by rule"
