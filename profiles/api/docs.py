"""The API for people: one reading of the OpenAPI document, for the page and for docs/api.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

_METHODS = ("get", "post", "patch", "delete")
_JSON = "application/json"


@dataclass(frozen=True)
class Value:
    """A parameter, a part of a request's body, or a field of an answer."""

    name: str
    type: str
    place: str = ""
    is_required: bool = False
    description: str = ""


@dataclass(frozen=True)
class Answer:
    """One way in which an operation answers: the status, the type and what is in it."""

    status: str
    content_type: str
    shape: str


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    method: str
    path: str
    summary: str
    description: str
    body_type: str
    values: tuple[Value, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Shape:
    """A named JSON object."""

    name: str
    description: str
    fields: tuple[Value, ...]


class Reading:
    """What the OpenAPI document says, in plain words."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._schemas: dict[str, Any] = document["components"]["schemas"]

    def operations(self) -> Iterator[Operation]:
        """All operations in the order of their addresses."""
        for path, item in sorted(self._document["paths"].items()):
            for method in _METHODS:
                if method in item:
                    yield self._operation(path, method, item[method])

    def shapes(self) -> Iterator[Shape]:
        """Objects that answers hold, by name."""
        for name, schema in sorted(self._schemas.items()):
            if "properties" in schema and not name.endswith("Request"):
                fields = tuple(self._fields(schema, ""))
                yield Shape(name, schema.get("description", ""), fields)

    def _operation(self, path: str, method: str, item: dict[str, Any]) -> Operation:
        bodies = item.get("requestBody", {}).get("content", {})
        body_type = next(iter(bodies), "")
        values = [
            Value(
                p["name"],
                self._type(p["schema"]),
                p["in"],
                p.get("required", False),
                p.get("description", ""),
            )
            for p in item.get("parameters", ())
        ]
        if bodies:
            schema = self._resolved(bodies[body_type]["schema"])
            values += self._fields(schema, "part" if "multipart" in body_type else "body")
        return Operation(
            method.upper(),
            path,
            item["summary"],
            item["description"],
            body_type,
            tuple(values),
            tuple(self._answers(item["responses"])),
        )

    def _answers(self, responses: dict[str, Any]) -> Iterator[Answer]:
        for status, response in sorted(responses.items()):
            content = response.get("content", {})
            for kind, entry in content.items():
                yield Answer(status, kind, self._type(entry["schema"]))
            if not content:
                yield Answer(status, "", "nothing")

    def _fields(self, schema: dict[str, Any], place: str) -> Iterator[Value]:
        required = schema.get("required", ())
        for name, field in schema["properties"].items():
            yield Value(
                name, self._type(field), place, name in required, field.get("description", "")
            )

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        return self._schemas[name] if name else schema

    def _type(self, schema: dict[str, Any]) -> str:
        if "allOf" in schema:
            text = self._type(schema["allOf"][0])
        elif "$ref" in schema:
            found = self._resolved(schema)
            name = str(schema["$ref"]).rpartition("/")[2]
            text = " | ".join(found["enum"]) if "enum" in found else name
        elif schema.get("type") == "array":
            text = f"list of {self._type(schema['items'])}"
        else:
            text = _PLAIN.get(schema.get("format", ""), str(schema.get("type", "anything")))
        return f"{text} or null" if schema.get("nullable") else text


_PLAIN = {"binary": "bytes", "uuid": "UUID", "date-time": "time (ISO 8601)", "uri": "address"}


@cache
def reading() -> Reading:
    """The API as it is."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    return Reading(generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


@require_safe
def docs_page(request: HttpRequest) -> HttpResponse:
    """Every address with its parameters and answers."""
    return render(
        request,
        "profiles/api.html",
        {"operations": tuple(reading().operations()), "shapes": tuple(reading().shapes())},
    )


_HEAD = """\
# REST API

Below `/api/v1/`, on the pages' own port and on 3002; no key is needed in local mode. Made from the
OpenAPI document at `/api/v1/schema/`; a server shows the same at `/api/v1/docs/`.

```sh
curl -F name=run-12 -F neff=@a.neff -F ntff=@b.ntff localhost:3001/api/v1/profiles/
curl -F name=run-12 -F official=@ntff.json localhost:3001/api/v1/profiles/
curl 'localhost:3001/api/v1/profiles/?status=PROCESSED&search=run&ordering=-created_at'
curl -X PATCH -H 'Content-Type: application/json' -d '{"name": "run-13"}' \\
  localhost:3001/api/v1/profiles/ID/
curl -OJ localhost:3001/api/v1/profiles/ID/tables/Instruction.parquet
```

From a training script, with the uploader that every server gives:

```python
import subprocess, sys, urllib.request

script = urllib.request.urlopen("http://localhost:3001/upload.py").read()
flags = ["--neff", "model.neff", "--ntff", "rank0.ntff", "--wait"]
subprocess.run([sys.executable, "-", *flags], input=script, check=True)
```

- `status` is PENDING, PROCESSING, PROCESSED or FAILED. While PROCESSING, `stage` says how far; when
  FAILED, `failure` says the code, the sentence, the offset and the file.
- Every error has one shape; [errors](errors.md) lists the codes:
  `{"error": {"code", "title", "detail", "hint", "fields", "request_id"}}`.
- An upload with an `Idempotency-Key` that was seen before, with the same name and files, answers
  with the profile it made then (200); with other files or another name it is refused (409).
- A row is addressed by part, table and row number; the official `id` is data and repeats between
  profiles. 64-bit ids are text in JSON, as is every whole number from 2^53 up. Times are
  nanoseconds from the profile's zero.
- Tables are those of the current run, or of `?run=N` as long as that run is kept. Parquet files
  and sources answer ranges. Timeline and tiles of a run never change and may be kept for good.
- The server answers on loopback only and without an account. It refuses changes that a page of
  another site orders (403), and names it does not know (400); see [upload](upload.md).
- `/api/v1/health` tells how the server is, `/healthz` that it lives, `/readyz` that it is ready.
"""


def describe() -> str:
    """The page docs/api.md."""
    pieces = [_HEAD]
    for operation in reading().operations():
        pieces.append(
            f"\n## {operation.summary}\n\n`{operation.method} {operation.path}`\n\n"
            f"{operation.description}\n"
        )
        if operation.values:
            pieces.append("\n| value | where | type | |\n|---|---|---|---|\n")
            pieces += [_row(value) for value in operation.values]
        said = [
            f"`{a.status}` {a.shape}{f' as `{a.content_type}`' if a.content_type else ''}"
            for a in operation.answers
        ]
        pieces.append(f"\nAnswers: {'; '.join(said)}.\n")
    pieces.append("\n# Shapes\n")
    for shape in reading().shapes():
        pieces.append(f"\n## {shape.name}\n\n{shape.description}\n\n| field | type |\n|---|---|\n")
        pieces += [f"| `{f.name}` | {_cell(f.type)} |\n" for f in shape.fields]
    return "".join(pieces)


def _row(value: Value) -> str:
    needed = "required" if value.is_required else ""
    about = ". ".join(text for text in (needed, value.description) if text)
    return f"| `{value.name}` | {value.place} | {_cell(value.type)} | {_cell(about)} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
