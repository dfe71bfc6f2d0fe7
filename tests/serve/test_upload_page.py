"""The served uploader knows its server, and nothing else of the request."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from explorer_site.upload_script import one_file
from tests.serve.fake_server import fake_server


def served(client: Client, host: str = "localhost:3001") -> str:
    response = client.get("/upload.py", headers={"host": host})
    assert response.status_code == 200
    return response.content.decode()


def server_in(script: str) -> object:
    for node in ast.parse(script).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "SERVER":
            assert node.value is not None
            return ast.literal_eval(node.value)
    raise AssertionError("no SERVER in the script")


@pytest.mark.parametrize(
    "host", ["localhost:3001", "127.0.0.1:3002", "localhost:18001", "[::1]:80"]
)
def test_the_served_copy_names_the_server_it_came_from(client: Client, host: str) -> None:
    assert server_in(served(client, host)) == f"http://{host}"


def test_but_for_that_line_it_is_the_file_itself(client: Client) -> None:
    here = one_file().splitlines()
    there = served(client).splitlines()
    changed = [
        number for number, pair in enumerate(zip(here, there, strict=True)) if len(set(pair)) > 1
    ]
    assert [here[number].partition(" =")[0] for number in changed] == ["SERVER: str | None"]


def test_it_imports_nothing_of_the_explorer(client: Client) -> None:
    script = served(client)
    assert "explorer_site" not in script
    names = {
        name.name
        for node in ast.walk(ast.parse(script, feature_version=(3, 8)))
        if isinstance(node, ast.Import)
        for name in node.names
    }
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_host_that_is_not_allowed_gets_no_script(client: Client) -> None:
    assert client.get("/upload.py", headers={"host": 'evil.example"; import os'}).status_code == 400
    assert client.get("/upload.py", headers={"host": "evil.example"}).status_code == 400


def test_it_is_text_and_never_kept(client: Client) -> None:
    response = client.get("/upload.py", headers={"host": "localhost:3001"})
    assert response["Content-Type"] == "text/x-python; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert client.post("/upload.py", headers={"host": "localhost:3001"}).status_code in (403, 405)


def test_piped_into_python_it_finds_its_server_by_itself(client: Client, tmp_path: Path) -> None:
    ntff = tmp_path / "run.ntff"
    ntff.write_bytes(b"trace")
    with fake_server() as server:
        script = served(client, f"127.0.0.1:{server.port}")
        done = subprocess.run(
            [sys.executable, "-", "--ntff", str(ntff), "--wait"],
            input=script,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert server.received[0].files == [("ntff", "run.ntff", b"trace")]
