"""The Profile Manager as a person uses it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from profiles.models import Profile
from profiles.services import sample_files
from tests.api.conftest import process_now

NEFF = next(path for role, path in sample_files() if role == "neff").read_bytes()
Submit = Callable[..., Profile]


def open_list(page: Page, live_server: Any, query: str = "") -> None:
    page.goto(f"{live_server.url}/profiles/{query}")
    expect(page.locator("table.list")).to_be_visible()


def row(page: Page, name: str) -> Locator:
    return page.locator("[data-kept] tr.list__row", has_text=name)


def open_menu(page: Page, name: str) -> Locator:
    page.get_by_role("button", name=f"Actions for {name}").click()
    menu = page.get_by_role("menu", name=f"Actions for {name}")
    expect(menu).to_be_visible()
    return menu


def test_a_profile_is_renamed_where_it_stands(page: Page, live_server: Any, submit: Submit) -> None:
    submit("old name", neff=NEFF)
    open_list(page, live_server)
    open_menu(page, "old name").get_by_role("menuitem", name="Rename").click()
    field = page.get_by_role("textbox", name="Name", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_value("old name")
    field.fill("new <b>name</b>")
    field.press("Enter")
    link = page.get_by_role("link", name="new <b>name</b>")
    expect(link).to_be_visible()
    assert Profile.objects.get().name == "new <b>name</b>"


def test_esc_gives_a_rename_up(page: Page, live_server: Any, submit: Submit) -> None:
    submit("kept", neff=NEFF)
    open_list(page, live_server)
    open_menu(page, "kept").get_by_role("menuitem", name="Rename").click()
    field = page.get_by_role("textbox", name="Name", exact=True)
    field.fill("dropped")
    field.press("Escape")
    expect(page.get_by_role("link", name="kept")).to_be_focused()
    assert Profile.objects.get().name == "kept"


@pytest.mark.failing_requests
def test_a_name_the_server_refuses_stays_in_the_field(
    page: Page, live_server: Any, submit: Submit
) -> None:
    submit("kept", neff=NEFF)
    open_list(page, live_server)
    open_menu(page, "kept").get_by_role("menuitem", name="Rename").click()
    field = page.get_by_role("textbox", name="Name", exact=True)
    field.fill("x" * 151)
    field.press("Enter")
    expect(page.locator("[data-problem]")).to_contain_text("The name is too long.")
    expect(field).to_have_value("x" * 151)


def test_deleting_asks_and_names_what_goes(page: Page, live_server: Any, submit: Submit) -> None:
    submit("one", neff=NEFF)
    submit("two", neff=NEFF)
    open_list(page, live_server)
    open_menu(page, "one").get_by_role("menuitem", name="Delete").click()
    dialog = page.locator("#confirm")
    expect(dialog).to_contain_text("Delete “one”?")
    expect(dialog.locator("li").first).to_contain_text("1 uploaded file (")
    dialog.get_by_role("button", name="Keep it").click()
    assert Profile.objects.count() == 2
    open_menu(page, "one").get_by_role("menuitem", name="Delete").click()
    dialog.get_by_role("button", name="Delete profile").click()
    expect(row(page, "one")).to_have_count(0)
    expect(page.locator("[data-count='all']")).to_have_text("1")
    assert [profile.name for profile in Profile.objects.all()] == ["two"]


def test_after_the_last_profile_comes_the_first_run_screen(
    page: Page, live_server: Any, submit: Submit
) -> None:
    submit("last", neff=NEFF)
    open_list(page, live_server)
    open_menu(page, "last").get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Delete profile").click()
    expect(page.get_by_role("heading", name="Drop NEFF and NTFF files")).to_be_visible()


def test_sources_are_downloaded_from_the_menu(page: Page, live_server: Any, submit: Submit) -> None:
    submit("run", neff=NEFF)
    open_list(page, live_server)
    item = open_menu(page, "run").get_by_role("menuitem", name="Download run.neff")
    with page.expect_download() as waiting:
        item.click()
    assert waiting.value.suggested_filename == "run.neff"
    assert waiting.value.path().read_bytes() == NEFF


def test_a_processed_profile_is_processed_again_while_it_stays_open(
    page: Page, live_server: Any, processed: Profile
) -> None:
    open_list(page, live_server)
    open_menu(page, "attention").get_by_role("menuitem", name="Process again").click()
    expect(row(page, "attention")).to_contain_text("PENDING")
    process_now(str(processed.pk))
    expect(row(page, "attention")).to_contain_text("PROCESSED")


def test_the_menu_is_walked_by_keys(page: Page, live_server: Any, submit: Submit) -> None:
    submit("run", neff=NEFF)
    open_list(page, live_server)
    opener = page.get_by_role("button", name="Actions for run")
    opener.focus()
    page.keyboard.press("Enter")
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="Rename")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("menuitem", name="Delete")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("menuitem", name="Download")).to_be_focused()
    page.keyboard.press("Home")
    expect(menu.get_by_role("menuitem", name="Rename")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(opener).to_be_focused()


def test_search_and_status_narrow_the_list_and_stay_in_the_address(
    page: Page, live_server: Any, submit: Submit, processed: Profile
) -> None:
    submit("moe step", neff=NEFF)
    open_list(page, live_server)
    page.keyboard.press("/")
    search = page.get_by_role("searchbox")
    expect(search).to_be_focused()
    search.fill("moe")
    expect(row(page, "attention")).to_have_count(0)
    expect(page).to_have_url(f"{live_server.url}/profiles/?search=moe")
    search.fill("")
    page.get_by_role("button", name="Status", exact=True).click()
    page.get_by_role("checkbox", name="PROCESSED").check()
    page.keyboard.press("Escape")
    expect(row(page, "moe step")).to_have_count(0)
    expect(page).to_have_url(f"{live_server.url}/profiles/?status=PROCESSED")
    expect(page.locator(".nav [aria-current]")).to_contain_text("PROCESSED")
    page.get_by_role("button", name="Drop the filter PROCESSED").click()
    expect(row(page, "moe step")).to_have_count(1)
    search.fill("nothing like it")
    expect(page.locator(".list__empty")).to_contain_text("Nothing matches nothing like it.")
    page.get_by_role("button", name="Drop the search").click()
    expect(row(page, "moe step")).to_have_count(1)


def test_rows_are_sorted_by_their_heads(page: Page, live_server: Any, submit: Submit) -> None:
    for name in ("bb", "aa", "cc"):
        submit(name, neff=NEFF)
    open_list(page, live_server)
    links = page.locator(".name__link")
    expect(links).to_have_text(["cc", "aa", "bb"])
    page.get_by_role("link", name="Name").click()
    expect(links).to_have_text(["aa", "bb", "cc"])
    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("link", name="Name").click()
    expect(links).to_have_text(["cc", "bb", "aa"])


@pytest.mark.failing_requests
def test_a_lost_connection_is_said_and_found_again(
    page: Page, live_server: Any, submit: Submit
) -> None:
    submit("run", neff=NEFF)
    open_list(page, live_server)
    updated = page.locator("[data-updated]")
    expect(updated).to_contain_text("Updated")
    page.route("**/profiles/rows/**", lambda route: route.abort())
    expect(updated).to_contain_text("No connection since")
    expect(updated).to_have_class("manager__updated manager__updated--stale")
    page.unroute("**/profiles/rows/**")
    expect(updated).to_contain_text("Updated")
    expect(updated).to_have_class("manager__updated")


def test_rows_that_come_in_take_neither_focus_nor_menu_away(
    page: Page, live_server: Any, submit: Submit
) -> None:
    submit("one", neff=NEFF)
    open_list(page, live_server)
    menu = open_menu(page, "one")
    submit("two", neff=NEFF)
    expect(row(page, "two")).to_have_count(1)
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="one").focus()
    submit("three", neff=NEFF)
    expect(row(page, "three")).to_have_count(1)
    expect(page.get_by_role("link", name="one")).to_be_focused()


def test_the_theme_is_switched_and_kept(page: Page, live_server: Any, submit: Submit) -> None:
    submit("run", neff=NEFF)
    open_list(page, live_server)
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(13, 16, 21)"
    page.get_by_role("button", name="Switch between dark and light").click()
    expect(root).to_have_attribute("data-theme", "light")
    assert page.evaluate(ground) == "rgb(238, 241, 245)"
    page.reload()
    expect(root).to_have_attribute("data-theme", "light")
    assert page.evaluate(ground) == "rgb(238, 241, 245)"


def test_the_sample_opens_from_an_empty_library(page: Page, live_server: Any, sent: Any) -> None:
    page.goto(f"{live_server.url}/profiles/")
    page.get_by_role("button", name="Open Sample Profile").click()
    expect(page.get_by_role("heading", name="Waiting to be processed")).to_be_visible()
    process_now(str(Profile.objects.get().pk))
    expect(page.locator("[data-timeline]")).to_be_visible()


def test_commands_are_copied_whole(page: Page, live_server: Any) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{live_server.url}/profiles/")
    page.get_by_role("tab", name="Any command").click()
    page.get_by_role("button", name="Copy the capture command").click()
    expect(page.locator("#toast")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "NEURON_RT_INSPECT_ENABLE=1 \\\n" in copied
    page.get_by_role("tab", name="Any command").press("ArrowLeft")
    expect(page.get_by_role("tab", name="One NEFF")).to_be_focused()
    page.get_by_role("button", name="Copy the send command").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"curl -s {live_server.url}/upload.py" in copied


@pytest.mark.parametrize("width", [1024, 640, 320])
def test_the_list_fits_narrow_windows(
    browser: Browser, live_server: Any, processed: Profile, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 768})
    page = context.new_page()
    try:
        open_list(page, live_server)
        expect(row(page, "attention")).to_be_visible()
        sizes = page.evaluate(
            "(() => { const d = document.documentElement; "
            "return [d.scrollWidth, d.clientWidth]; })()"
        )
        assert sizes[0] <= sizes[1]
        expect(page.get_by_role("button", name="Upload Profile")).to_be_in_viewport()
    finally:
        context.close()


def test_htmx_makes_no_styles_and_evaluates_nothing(
    page: Page, live_server: Any, submit: Submit
) -> None:
    submit("run", neff=NEFF)
    open_list(page, live_server)
    config = page.locator("meta[name='htmx-config']").get_attribute("content")
    assert '"includeIndicatorStyles": false' in str(config)
    assert '"allowEval": false' in str(config)
    expect(page.locator("style")).to_have_count(0)
    used = page.evaluate(
        "import('/static/vendor/htmx/htmx.js').then(({ default: htmx }) =>"
        " [htmx.config.includeIndicatorStyles, htmx.config.allowEval])"
    )
    assert used == [False, False]
