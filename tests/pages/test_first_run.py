"""An empty library says how to fill it."""

from pathlib import Path

import pytest
from django.test import Client

from tests.pages.conftest import MakeProfile
from tests.pages.document import Element, document

pytestmark = pytest.mark.django_db


def first_run(client: Client, host: str = "localhost:3001") -> Element:
    answer = client.get("/profiles/", headers={"host": host})
    assert answer.status_code == 200
    return document(answer.content)


def commands(page: Element) -> list[str]:
    return [pre.raw_text for pre in page.all("pre")]


def test_an_empty_library_offers_upload_and_the_sample(client: Client, data_dir: Path) -> None:
    page = first_run(client)
    assert page.one("main").one("h1").text.startswith("Drop NEFF and NTFF files")
    assert page.one("main").one("button", data_upload="").text == "Upload Profile"
    assert "Open Sample Profile" in page.one("button", data_sample="attention").text
    assert page.one("button", data_sample="serving").text == "or a sample serving run"
    assert page.all("table") == []


@pytest.mark.parametrize("host", ["localhost:3001", "localhost:8080", "127.0.0.1:3001"])
def test_commands_name_the_address_the_page_came_from(
    client: Client, data_dir: Path, host: str
) -> None:
    sending = [text for text in commands(first_run(client, host)) if "upload.py" in text]
    assert len(sending) == 2
    assert all(f"curl -s http://{host}/upload.py | python3 - \\" in text for text in sending)


def test_the_send_command_uses_options_the_uploader_has(client: Client, data_dir: Path) -> None:
    known = {"--neff", "--ntff", "--name", "--wait"}
    for text in commands(first_run(client)):
        if "upload.py" in text:
            assert {word for word in text.split() if word.startswith("--")} == known


def test_every_command_has_a_button_that_copies_it(client: Client, data_dir: Path) -> None:
    blocks = first_run(client).all("div", class_="command")
    assert len(blocks) == 4
    assert all(block.one("button", data_copy="").attributes["aria-label"] for block in blocks)


def test_the_tunnel_names_the_port_of_the_page(client: Client, data_dir: Path) -> None:
    page = first_run(client, "localhost:4005")
    assert "ssh -L 4005:localhost:4005" in page.text


def test_each_tab_names_its_panel_and_one_is_shown(client: Client, data_dir: Path) -> None:
    page = first_run(client)
    tabs = page.all("button", role="tab")
    panels = {panel.attributes["id"]: panel for panel in page.all("div", role="tabpanel")}
    assert {tab.attributes["aria-controls"] for tab in tabs} == set(panels)
    shown = [name for name, panel in panels.items() if "hidden" not in panel.attributes]
    chosen = [t for t in tabs if t.attributes["aria-selected"] == "true"]
    assert [tab.attributes["aria-controls"] for tab in chosen] == shown


def test_with_one_profile_the_list_takes_its_place(client: Client, submit: MakeProfile) -> None:
    submit()
    assert first_run(client).all("table", class_="list")
