"""The API describes itself: one OpenAPI document, a page and a file made from it."""

from pathlib import Path

from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern

from profiles.api import urls
from profiles.api.docs import Reading, describe, reading

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_openapi_document_is_valid_and_complete(tmp_path: Path) -> None:
    file = tmp_path / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    assert file.read_text().startswith("openapi: 3.")


def test_every_address_of_a_resource_is_in_it() -> None:
    named = {operation.path for operation in reading().operations()}
    own = ("profiles/", "metrics/")
    resources = [p for p in urls.urlpatterns if str(p.pattern).startswith(own)]
    assert len(named) == len(resources) > 10
    assert all(isinstance(p, URLPattern) for p in resources)


def test_the_file_of_the_api_is_up_to_date() -> None:
    assert (ROOT / "docs" / "api.md").read_text(encoding="utf-8") == describe()


def test_the_page_shows_every_operation_and_shape(client: Client, db: None) -> None:
    page = client.get("/api/v1/docs/").content.decode()
    for operation in reading().operations():
        assert operation.path in page
        assert operation.summary in page.replace("&#x27;", "'")
    for shape in reading().shapes():
        assert f"<code>{shape.name}</code>" in page


def test_an_upload_s_parts_are_told_as_bytes() -> None:
    post = next(op for op in reading().operations() if op.summary == "Submit a profile")
    types = {value.name: (value.place, value.type) for value in post.values}
    assert types["neff"] == ("part", "bytes")
    assert types["ntff"] == ("part", "list of bytes")
    assert types["Idempotency-Key"][0] == "header"


def test_types_are_plain_words() -> None:
    document = {
        "paths": {},
        "components": {
            "schemas": {
                "Word": {"enum": ["a", "b"]},
                "Box": {
                    "properties": {
                        "one": {"$ref": "#/components/schemas/Word"},
                        "many": {"type": "array", "items": {"type": "integer"}},
                        "maybe": {
                            "allOf": [{"$ref": "#/components/schemas/Word"}],
                            "nullable": True,
                        },
                        "when": {"type": "string", "format": "date-time"},
                    }
                },
            }
        },
    }
    box = next(Reading(document).shapes())
    assert [field.type for field in box.fields] == [
        "a | b",
        "list of integer",
        "a | b or null",
        "time (ISO 8601)",
    ]


def test_there_is_no_browsable_page(client: Client, db: None) -> None:
    answer = client.get("/api/v1/profiles/", headers={"accept": "text/html"})
    assert answer.headers["Content-Type"] == "application/json"
