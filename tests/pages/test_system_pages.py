"""The Summary and Devices pages of a system profile, and what other profiles show instead."""

import pytest
from django.test import Client

from profiles.models import Profile
from profiles.services import sample_files
from tests.api.conftest import process_now
from tests.api.system_profile import system_profile
from tests.metrics.system_events import event
from tests.pages.conftest import MakeProfile
from tests.pages.document import Element, document


@pytest.fixture
def system(submit: MakeProfile) -> Profile:
    """A system profile; `submit` gives it a database and a data folder."""
    return system_profile({"SystemProfileEvents": [event("nrt_load", 0, 9)]}, name="<i>serving")


def page_of(client: Client, profile: Profile, viewer: str) -> Element:
    answer = client.get(f"/profiles/{profile.pk}/{viewer}/")
    assert answer.status_code == 200
    return document(answer.content)


def tabs_of(page: Element) -> list[str]:
    nav = page.one("nav", aria_label="Viewers")
    return [one.text for one in (*nav.all("a"), *nav.all("span"))]


@pytest.mark.parametrize(
    ("viewer", "title", "mark"),
    [("summary", "Summary", "data-summary"), ("devices", "Devices", "data-devices")],
)
def test_a_page_names_the_run_its_module_asks_about(
    client: Client, system: Profile, viewer: str, title: str, mark: str
) -> None:
    page = page_of(client, system, viewer)
    main = page.one("main")
    assert mark in main.attributes
    assert main.attributes["data-profile"] == str(system.pk)
    assert page.one("strong", class_="bar__name").text == "<i>serving"
    current = page.one("nav", aria_label="Viewers").one("a", aria_current="page")
    assert current.text == title
    assert page.one("p", class_="summary__state").attributes["role"] == "status"


def test_the_summary_knows_its_run(client: Client, system: Profile) -> None:
    assert page_of(client, system, "summary").one("main").attributes["data-run"] == "1"


def test_tabs_of_a_system_profile_have_summary_and_devices(client: Client, system: Profile) -> None:
    assert {"Summary", "Devices", "Info"} <= set(tabs_of(page_of(client, system, "info")))


def test_a_device_profile_has_a_summary_of_its_own_and_no_devices(
    client: Client, submit: MakeProfile
) -> None:
    files = {role: path.read_bytes() for role, path in sample_files()}
    device = process_now(str(submit("attention", **files).pk))
    assert tabs_of(page_of(client, device, "info")) == ["Timeline", "Summary", "Info"]
    page = page_of(client, device, "summary")
    main = page.one("main")
    assert "data-device-summary" in main.attributes
    assert "data-summary" not in main.attributes
    assert main.attributes["data-parts"] == "0"
    assert page.one("h1").text == "Summary of attention"
    # The address of the devices leads to what there is.
    assert "Versions" in [h2.text for h2 in page_of(client, device, "devices").all("h2")]


def test_a_program_alone_has_a_summary_that_is_greyed_and_says_why(
    client: Client, submit: MakeProfile
) -> None:
    files = {role: path.read_bytes() for role, path in sample_files() if role == "neff"}
    page = page_of(client, process_now(str(submit("program", **files).pk)), "summary")
    off = [
        one for one in page.all("span", class_="bar__tab bar__tab--off") if one.text == "Summary"
    ]
    assert "need a trace" in off[0].attributes["title"]


def test_the_system_summary_has_nothing_of_the_device_summary(
    client: Client, system: Profile
) -> None:
    page = page_of(client, system, "summary")
    assert "data-device-summary" not in page.one("main").attributes
    styles = [one.attributes["href"] for one in page.all("link", rel="stylesheet")]
    assert not [one for one in styles if "summary-device" in one]


def test_while_nothing_is_published_the_state_is_shown(client: Client, submit: MakeProfile) -> None:
    waiting = submit("run 1", ntff=b"trace")
    page = page_of(client, waiting, "summary")
    assert "data-summary" not in page.one("main").attributes
