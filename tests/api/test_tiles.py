"""The tiles of a view in one answer: each as it would come alone, nothing left out in silence."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.test import Client

from profiles.api import tiles
from profiles.models import Profile
from profiles.selectors import run_opened
from profiles.stores import table_store
from profiles.timeline.query import Tile, Timeline, timeline_of
from tests.api.conftest import error_of
from tests.api.frames import END, LEFT_OUT, OUTSIDE, TILE, UNREADABLE, Frame, body_of, frames_in

NO_BUCKET = 65_535


def base(profile: Profile) -> str:
    return f"/api/v1/profiles/{profile.pk}/runs/1"


def asked(client: Client, profile: Profile, *names: str, **headers: str) -> list[Frame]:
    answer = client.get(f"{base(profile)}/tiles/", {"tile": list(names)}, headers=headers)
    assert answer.status_code == 200, answer.content
    return list(frames_in(body_of(answer)))


def every_name(client: Client, profile: Profile) -> list[str]:
    document = client.get(f"{base(profile)}/timeline/").json()
    levels = range(-1, len(document["levels"]))
    slugs = [group["slug"] for group in document["groups"]]
    return [f"{slug}/{level}/0" for slug in slugs for level in levels]


def alone(client: Client, profile: Profile, name: str) -> dict[str, Any]:
    answer = client.get(f"{base(profile)}/tiles/{name}")
    table = pa.ipc.open_stream(answer.content).read_all()
    return {column: table.column(column).to_numpy() for column in table.column_names}


def test_every_tile_draws_as_the_one_read_alone(client: Client, processed: Profile) -> None:
    names = every_name(client, processed)
    found = asked(client, processed, *names)
    assert [(frame.place, frame.said) for frame in found] == [
        *((place, TILE) for place in range(len(names))),
        (len(names), END),
    ]
    for name, frame in zip(names, found, strict=False):
        full, drawn = alone(client, processed, name), frame.columns
        is_bare = (full["bucket"] != NO_BUCKET) & (full["count"] != 1)
        for column in ("track", "lane", "count", "bucket", "busy_ns", "colour", "label"):
            assert np.array_equal(drawn[column], full[column]), (name, column)
        for column in ("start_ns", "duration_ns", "row"):
            assert np.array_equal(drawn[column][~is_bare], full[column][~is_bare]), (name, column)
        assert not drawn["row"][is_bare].any()
        assert not drawn["duration_ns"][is_bare].any()


def test_a_cell_of_several_begins_where_its_bucket_does(client: Client, processed: Profile) -> None:
    document = client.get(f"{base(processed)}/timeline/").json()
    names = [name for name in every_name(client, processed) if "/-1/" not in name]
    seen = 0
    for name, frame in zip(names, asked(client, processed, *names), strict=False):
        columns = frame.columns
        is_bare = (columns["bucket"] != NO_BUCKET) & (columns["count"] != 1)
        bucket_ns = document["levels"][int(name.split("/")[1])]["bucket_ns"]
        expected = columns["bucket"].astype(np.int64) * bucket_ns
        assert np.array_equal(columns["start_ns"][is_bare], expected[is_bare])
        seen += int(np.count_nonzero(is_bare))
    assert seen > 10


def test_the_form_for_drawing_takes_far_fewer_bytes(client: Client, processed: Profile) -> None:
    names = every_name(client, processed)
    drawing = b"".join(frame.body for frame in asked(client, processed, *names))
    full = b"".join(client.get(f"{base(processed)}/tiles/{name}").content for name in names)
    assert len(drawing) < 0.7 * len(full)
    assert len(gzip.compress(drawing, 1)) < 0.9 * len(gzip.compress(full, 1))


def test_one_tile_that_is_not_there_takes_no_other_with_it(
    client: Client, processed: Profile
) -> None:
    found = asked(client, processed, "nobody/0/0", "p0-c0/0/0", "p0-c0/99/0", "p0-c0/0/99999999")
    assert [frame.said for frame in found] == [OUTSIDE, TILE, OUTSIDE, OUTSIDE, END]
    assert found[0].code == "tile.outside"


def test_a_damaged_pyramid_is_said_of_each_of_its_tiles(client: Client, processed: Profile) -> None:
    path = table_store().run_path(str(processed.pk), 1) / "parts" / "0" / "timeline.pyramid"
    path.write_bytes(path.read_bytes()[:-16])
    found = asked(client, processed, "p0-c0/0/0", "p0-c1/0/0")
    assert [frame.said for frame in found] == [UNREADABLE, UNREADABLE, END]
    assert found[0].code == "tile.unreadable"


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_the_answer_is_compressed_as_the_client_takes_it(
    client: Client, processed: Profile, encoding: str
) -> None:
    names = ["p0-c0/0/0", "p0-dma0/1/0"]
    plain = client.get(f"{base(processed)}/tiles/", {"tile": names})
    answer = client.get(
        f"{base(processed)}/tiles/", {"tile": names}, headers={"Accept-Encoding": encoding}
    )
    assert answer.headers["Content-Encoding"] == encoding
    packed, expected = body_of(answer), body_of(plain)
    assert len(packed) < len(expected)
    assert pa.CompressedInputStream(pa.BufferReader(packed), encoding).read() == expected


def test_the_answer_may_be_kept_and_a_client_that_has_it_is_told(
    client: Client, processed: Profile
) -> None:
    answer = client.get(f"{base(processed)}/tiles/", {"tile": ["p0-c0/0/0"]})
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    tag = answer.headers["ETag"]
    again = client.get(
        f"{base(processed)}/tiles/", {"tile": ["p0-c0/0/0"]}, headers={"If-None-Match": tag}
    )
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(f"{base(processed)}/tiles/", {"tile": ["p0-c0/0/1"]})
    assert other.headers["ETag"] != tag


@pytest.mark.parametrize(
    "names",
    [[], ["p0-c0/0"], ["p0-c0/x/0"], ["p0-c0/0/0/0"], ["p0-c0/0/" + "9" * 30], ["p0-c0/0/0"] * 65],
)
def test_a_question_that_is_none_is_refused(
    client: Client, processed: Profile, names: list[str]
) -> None:
    answer = client.get(f"{base(processed)}/tiles/", {"tile": names})
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "request.malformed"


def test_what_has_no_room_is_named_and_not_read(
    processed: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeline = timeline_of(run_opened(processed.pk, 1))
    addresses = [tiles.Address("p0-c0", 0, 0)] * 4
    (first, *_) = frames_in(b"".join(tiles.frames(timeline, addresses)))
    monkeypatch.setattr(tiles, "MOST_BYTES", len(first.body) + 1)
    found = list(frames_in(b"".join(tiles.frames(timeline, addresses))))
    assert [frame.said for frame in found] == [TILE, TILE, LEFT_OUT, LEFT_OUT, END]


class CountingTimeline(Timeline):
    """Counts the tiles that are read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.read = 0

    def tile(self, slug: str, level: int, index: int) -> Tile:
        self.read += 1
        return super().tile(slug, level, index)


def test_nothing_more_is_read_for_a_client_that_has_gone(processed: Profile) -> None:
    timeline = CountingTimeline(run_opened(processed.pk, 1).path)
    sending = tiles.frames(timeline, [tiles.Address("p0-c0", 0, 0)] * 20)
    next(sending)
    sending.close()
    assert timeline.read == 1
