"""The page docs/tables.md, made from the registry."""

from collections.abc import Iterator

from profiles.tables.coverage import WRITTEN, is_left_empty
from profiles.tables.registry import REGISTRY, SCHEMA_VERSION
from profiles.tables.schema import ENUMS, Field, Table

HEAD = f"""# Tables

Made by `python manage.py describe_tables` from the registry in `profiles/tables`; a test compares.

Names, columns and types are those of the published schema {SCHEMA_VERSION} of the official tool;
the descriptions are this project's. Each part of a profile (one trace) has its own files,
`parts/<n>/<Table>.parquet`; those of part 0 also stand at the run's root, where the link
`<data folder>/profiles/global/<name>@latest` leads. A table without rows is not written.

Times are nanoseconds from the part's zero. A row is addressed by part, table and row number; the
column `id` is data. In JSON answers 64-bit ids and Unix times are strings.

*Holds* says what this version writes into a column: **values** where the capture has them, or what
stands there in every profile because there is no rule for it yet. Where a row has no value, an
optional column is null and a required one holds `""`, 0, false, or -1 for an index.
"""


def page() -> str:
    """The whole page, as Markdown."""
    official = [table for table in REGISTRY.values() if table.official]
    sections = [
        HEAD,
        *_chapter("Written by this version", [t for t in official if t.name in WRITTEN]),
        *_chapter("Our own", [t for t in REGISTRY.values() if not t.official]),
        *_chapter("Published, not yet written", [t for t in official if t.name not in WRITTEN]),
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
    when = f" Written for {WRITTEN[table.name]}." if table.name in WRITTEN else ""
    yield f"{table.description}{when}\n"
    yield "| column | type | unit | required | holds | meaning |\n|---|---|---|---|---|---|"
    yield from (_row(table, field) for field in table.fields)
    yield ""


def _row(table: Table, field: Field) -> str:
    kind = field.type.replace("<", "&lt;")
    required = "yes" if field.required else "no"
    meaning = field.description.replace("|", "\\|")
    if values := ENUMS.get(field.enum or ""):
        meaning += ": " + ", ".join(f"`{value}`" for value in values)
    cells = (f"`{field.name}`", kind, field.unit or "", required, _holds(table, field), meaning)
    return "| " + " | ".join(cells) + " |"


def _holds(table: Table, field: Field) -> str:
    if table.name not in WRITTEN:
        return ""
    if not is_left_empty(table.name, field):
        return "values"
    if field.empty is None:
        return "null"
    return '`""`' if field.empty == "" else str(field.empty).lower()
