"""What the official tool wrote, uploaded as a person does it, and opened."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from ingest_worker.pipeline.official import process_official
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles import lifecycle
from profiles.models import Profile
from profiles.stores import source_store, table_store
from tests.api.conftest import claimed
from tests.browser.test_upload import choose, file, open_dialog
from tests.imports.official_files import decoded, device_document, tables_of


def processed(profile_id: str) -> None:
    """Process a profile as the worker does."""
    run = claimed(profile_id)
    source = run.profile.sources.get()
    path = source_store().path(profile_id, source.role, 0)
    folder = table_store().new_run(profile_id, run.number)
    sources = [SourceRef(source.role, source.name, path)]
    result = process_official(sources, folder, Options(), silent)
    assert lifecycle.publish(run.pk, run.attempt, result.manifest)


def test_a_json_is_a_card_of_its_own_and_opens_with_its_timeline(
    page: Page, live_server: Any, sent: list[str], tmp_path: Path
) -> None:
    document = json.dumps(device_document(decoded(tmp_path))).encode()
    dialog = open_dialog(page, live_server)
    choose(page, file("step_7.json", document))
    expect(dialog.locator(".pair .badge")).to_have_text("Result of the official tool")
    expect(dialog.locator(".pair .role")).to_have_text("JSON")
    expect(dialog.locator("#upload-name")).to_have_value("step_7")
    dialog.get_by_role("button", name="Upload profile").click()
    expect(page.locator("#toast")).to_have_text("Result of the official tool uploaded: step_7")
    profile = Profile.objects.get()
    assert sent == [str(profile.pk)]
    processed(str(profile.pk))
    row = page.locator("tr.list__row")
    expect(row.locator(".status")).to_have_text("PROCESSED")
    row.get_by_role("link", name="step_7").click()
    expect(page.locator("[data-timeline]")).to_be_visible()
    expect(page.get_by_text("nothing was decoded here").first).to_be_visible()


def test_a_folder_of_tables_is_told_as_what_it_is(
    page: Page, live_server: Any, tmp_path: Path
) -> None:
    tables = tables_of(decoded(tmp_path).path)
    dialog = open_dialog(page, live_server)
    choose(page, *(file(Path(one.name).name, one.path.read_bytes()) for one in tables[:6]))
    expect(dialog.locator("[data-becomes]")).to_have_text("A profile of the official tool’s tables")
    expect(dialog.locator(".role--parquet")).to_have_text("PARQUET")
    expect(dialog.get_by_role("button", name="Upload profile")).to_be_enabled()
