"""Dependencies of an instruction through the API."""

import pytest
from django.test import Client

from profiles.models import Profile
from tests.api.conftest import error_of


def address(profile: Profile) -> str:
    return f"/api/v1/profiles/{profile.pk}/runs/1/dependencies/"


def test_an_instruction_of_the_sample_names_what_it_waited_for(
    client: Client, processed: Profile
) -> None:
    flow = client.get(f"/api/v1/profiles/{processed.pk}/tables/Flow/rows/", {"limit": 1}).json()
    rows = client.get(
        f"/api/v1/profiles/{processed.pk}/tables/Instruction/rows/",
        {"limit": 1000, "columns": "id"},
    ).json()["rows"]
    row = [one["id"] for one in rows].index(flow["rows"][0]["out_id"])
    found = client.get(address(processed), {"row": row}).json()
    assert found["has_edges"]
    earlier = [rows[one["row"]]["id"] for one in found["waits_for"]]
    assert flow["rows"][0]["in_id"] in earlier


@pytest.mark.parametrize("query", [{}, {"row": 10_000_000}, {"row": 0, "part": 7}])
def test_what_is_not_there_is_404(
    client: Client, processed: Profile, query: dict[str, int]
) -> None:
    answer = client.get(address(processed), query)
    assert (answer.status_code, error_of(answer)["code"]) == (404, "table.missing")
