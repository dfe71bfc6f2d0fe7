"""Colour modes of the timeline over HTTP."""

import gzip

import numpy as np
import pytest
from django.test import Client

from profiles.models import Profile
from tests.api.conftest import error_of


def base(profile: Profile) -> str:
    return f"/api/v1/profiles/{profile.pk}/runs/1/colours"


@pytest.mark.parametrize(
    "mode", ["opcode", "operator", "layer", "queue", "line", "duration", "wait"]
)
def test_a_mode_names_what_it_tells_apart(client: Client, processed: Profile, mode: str) -> None:
    found = client.get(f"{base(processed)}/{mode}/").json()
    assert found["mode"] == mode
    assert found["names"]
    assert all(one["count"] > 0 for one in found["names"])
    sums = [one["sum_ns"] for one in found["names"]]
    assert found["has_order"] or sums == sorted(sums, reverse=True)


def test_colours_of_a_tile_come_packed_and_for_good(client: Client, processed: Profile) -> None:
    url = f"{base(processed)}/opcode/p0-c0/2/0"
    plain = client.get(url)
    assert "immutable" in plain.headers["Cache-Control"]
    count, complete = np.frombuffer(plain.content, "<u4", 2).tolist()
    assert count > 100
    assert complete == 1
    packed = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.content) == plain.content
    names = client.get(f"{base(processed)}/opcode/").json()["names"]
    codes = np.frombuffer(plain.content, "<u2", count, 8 + 8 * count)
    assert codes.max() < len(names)


def test_what_is_not_there_is_refused(client: Client, processed: Profile) -> None:
    for path in ("mood/", "mood/p0-c0/0/0"):
        answer = client.get(f"{base(processed)}/{path}")
        assert answer.status_code == 404
        assert error_of(answer)["code"] == "colour.unknown"
    for path in ("nobody/0/0", "p0-c0/99/0", "p0-c0/0/99999999"):
        answer = client.get(f"{base(processed)}/opcode/{path}")
        assert error_of(answer)["code"] == "tile.outside"
