"""The value rows of a device profile through the API, several in one answer."""

from typing import Any

from django.test import Client

from profiles.models import Profile
from tests.api.conftest import error_of


def base(profile: Profile) -> str:
    return f"/api/v1/profiles/{profile.pk}/runs/1"


def entries(client: Client, profile: Profile) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{base(profile)}/timeline/").json()["series"]
    return found


def test_the_document_names_the_value_rows_of_every_core(
    client: Client, processed: Profile
) -> None:
    titles = {entry["title"] for entry in entries(client, processed)}
    assert {"DMA throughput", "Pending DMA", "HFU", "MFU"} <= titles


def test_several_series_come_in_one_answer(client: Client, processed: Profile) -> None:
    names = [entry["id"] for entry in entries(client, processed)][:5]
    answer = client.get(f"{base(processed)}/series/", {"id": names, "points": 20}).json()
    assert list(answer["series"]) == names
    for name in names:
        alone = client.get(f"{base(processed)}/series/{name}/", {"points": 20}).json()
        assert answer["series"][name] == alone
        assert len(alone["start_ns"]) == len(alone["max"]) > 0


def test_a_series_that_is_not_there_does_not_spoil_the_others(
    client: Client, processed: Profile
) -> None:
    name = entries(client, processed)[0]["id"]
    found = client.get(f"{base(processed)}/series/", {"id": [name, "nobody"]}).json()["series"]
    assert found["nobody"]["code"] == "series.unknown"
    assert found[name]["start_ns"]


def test_too_many_series_at_once_are_refused(client: Client, processed: Profile) -> None:
    answer = client.get(f"{base(processed)}/series/", {"id": [f"s{n}" for n in range(65)]})
    assert answer.status_code == 400
    assert "64" in str(error_of(answer))


def test_what_a_series_holds_at_an_instant_is_a_row_of_its_table(
    client: Client, processed: Profile
) -> None:
    entry = next(one for one in entries(client, processed) if one["title"] == "HFU")
    answer = client.get(f"{base(processed)}/series/{entry['id']}/at/", {"ns": 1 << 40}).json()
    assert answer["row"]["pcore_idx"] == entry["core"]
