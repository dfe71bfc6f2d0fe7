"""Every address of the API, asked with odd numbers and texts, answers with a stable code."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import URLPattern
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.api.urls import urlpatterns
from profiles.error_codes import ERROR_CODES
from profiles.models import Profile
from tests.api.conftest import error_of
from tests.api.system_profile import system_profile
from tests.metrics.system_events import event, running

RUN = "profiles/{id}/runs/1/"
ASKED = {
    "profiles/": ("page", "page_size", "search", "ordering", "status", "kind"),
    "profiles/{id}/": (),
    "profiles/{id}/runs/": ("page",),
    "profiles/{id}/ignored/": ("page", "page_size"),
    "profiles/{id}/sources/": ("page",),
    "profiles/{id}/devices/": (),
    "profiles/{id}/tables/": ("run",),
    "profiles/{id}/tables/Instruction.parquet": ("run", "part"),
    "profiles/{id}/tables/Instruction/rows/": (
        "run", "part", "offset", "limit", "row", "columns",
    ),
    "profiles/{id}/metrics/": ("start_ns", "end_ns", "core", "part"),
    "profiles/{id}/annotations/export.csv": ("set",),
    "metrics/": (),
    f"{RUN}device-link/": ("row", "back"),
    f"{RUN}device-rows/": (),
    f"{RUN}flow/": ("row",),
    f"{RUN}dependencies/": ("row", "part"),
    f"{RUN}dependencies/chain/": ("row", "table", "way", "depth", "limit", "kinds", "part"),
    f"{RUN}critical-path/": ("start_ns", "end_ns", "part", "core"),
    f"{RUN}waits/": ("start_ns", "end_ns", "least_ns", "part"),
    f"{RUN}search/": ("q", "wait_ms", "start_ns", "end_ns"),
    f"{RUN}search/caps/": ("q", "wait_ms", "start_ns", "end_ns", "buckets"),
    f"{RUN}search/step/": ("q", "wait_ms", "way", "from_ns", "from_track", "from_row"),
    f"{RUN}search/fields/": (),
    f"{RUN}selection/": ("start_ns", "end_ns", "tracks"),
    f"{RUN}export/": ("start_ns", "end_ns", "tracks", "format"),
    f"{RUN}colours/opcode/": (),
    f"{RUN}colours/opcode/p0-c0/0/0": (),
    f"{RUN}find/": ("q", "after_ns", "after_row", "limit", "offset", "names_offset"),
    f"{RUN}range-statistics/": ("start_ns", "end_ns", "tracks", "offset"),
    f"{RUN}system-summary/": (),
    f"{RUN}hbm-usage/": ("memory", "points"),
    f"{RUN}series/": ("id", "start_ns", "end_ns", "points"),
    f"{RUN}series/p0-c0-dma/": ("start_ns", "end_ns", "points"),
    f"{RUN}series/p0-c0-dma/at/": ("ns",),
    f"{RUN}perfetto/": ("start_ns", "end_ns", "flows"),
    f"{RUN}output/summary-json/": ("part",),
    f"{RUN}timeline/": (),
    f"{RUN}tiles/": ("tile",),
    f"{RUN}tiles/p0-c0/0/0": (),
}  # fmt: skip
"""Every address that reads a profile, with its parameters."""

ODD = (
    "", "0", "-1", "7", "٣", "1.5", "1e9", " 1", "NaN", "true", ",,", "9" * 15, "-" + "9" * 18,
    "9" * 19, "9" * 5000, "\x00", "a" * 3000, "../..", "'\"\u202e%", "opcode,opcode",
)  # fmt: skip
QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def sent(client: Client, profile: Profile, path: str, query: dict[str, str]) -> None:
    """Asks, and fails for a fault, for an error without a known code, or for JSON that is none."""
    address = path.replace("{id}", str(profile.pk))
    answer = client.get(f"/api/v1/{address}?{urlencode(query)}")
    if answer.status_code >= 400:
        code = error_of(answer)["code"]
        assert code in ERROR_CODES, code
        assert code != "server.fault", (address, query)
        return
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if answer.headers["Content-Type"] == "application/json":
        json.loads(body, parse_constant=pytest.fail)


def routes() -> Iterator[str]:
    """The addresses of the API that name a profile, as the table of addresses writes them."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        if route.startswith("profiles/<"):
            yield route


def test_every_address_that_reads_a_profile_is_asked_here() -> None:
    plain = {
        path.replace("{id}", "<uuid:profile_id>")
        .replace("runs/1/", "runs/<int:run>/")
        .replace("Instruction", "<slug:table>")
        .replace("p0-c0-dma", "<slug:series>")
        .replace("export.csv", "export.<ending:ending>")
        .replace("output/summary-json", "output/<str:kind>")
        .replace("p0-c0/0/0", "<slug:group>/<level:level>/<int:index>")
        .replace("colours/opcode/", "colours/<slug:mode>/")
        for path in ASKED
    }
    elsewhere = {
        "profiles/<uuid:profile_id>/reprocess/",
        "profiles/<uuid:profile_id>/sources/<int:source_id>/file",
    }
    missing = set(routes()) - plain - elsewhere
    # What is put there is tested with what is odd about it in test_annotations.
    assert {one for one in missing if "/annotations/" not in one} == set()


DEVICE_ALONE = ("dependencies", "series", "output", "tiles", "search", "selection", "export")
"""What of a run is asked of a device profile one by one; the rest is of systems, or mixed below."""


def of_devices() -> Iterator[str]:
    for path, names in ASKED.items():
        if names and (not path.startswith(RUN) or any(one in path for one in DEVICE_ALONE)):
            yield path


@pytest.mark.parametrize("path", list(of_devices()))
def test_no_single_odd_value_is_a_fault_of_a_device_profile(
    client: Client, processed: Profile, path: str
) -> None:
    for name in ASKED[path]:
        for value in ODD:
            sent(client, processed, path, {name: value})


@pytest.fixture
def serving(db: None, data_dir: object) -> Profile:
    """A system profile of a few events, one of them running on a core."""
    rows = [event("nrt_execute", 0, 50), running(10, 40), event("copy", 60, 70)]
    return system_profile({"SystemProfileEvents": rows})


@pytest.mark.parametrize("path", [path for path in ASKED if path.startswith(RUN)])
def test_no_single_odd_value_is_a_fault_of_a_system_profile(
    client: Client, serving: Profile, path: str
) -> None:
    for name in ASKED[path] or ("",):
        for value in ODD:
            sent(client, serving, path, {name: value} if name else {})


@QUICK
@given(st.sampled_from(sorted(ASKED)), st.data())
def test_no_mix_of_odd_values_is_a_fault(
    client: Client, processed: Profile, path: str, data: st.DataObject
) -> None:
    values = st.one_of(
        st.sampled_from(ODD),
        st.integers(-(1 << 62), 1 << 62).map(str),
        st.integers(0, 120_000).map(str),
    )
    names = ASKED[path]
    query = {name: data.draw(values) for name in names if data.draw(st.booleans())}
    sent(client, processed, path, query)


@QUICK
@given(st.sampled_from([path for path in ASKED if path.startswith(RUN)]), st.data())
def test_no_mix_of_odd_values_is_a_fault_of_a_system_run(
    client: Client, serving: Profile, path: str, data: st.DataObject
) -> None:
    values = st.one_of(st.sampled_from(ODD), st.integers(-5, 90).map(str))
    query = {name: data.draw(values) for name in ASKED[path] if data.draw(st.booleans())}
    sent(client, serving, path, query)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_what_only_reads_takes_no_other_method(
    client: Client, processed: Profile, method: str
) -> None:
    for path in ASKED:
        if path in ("profiles/", "profiles/{id}/"):
            continue
        address = f"/api/v1/{path.replace('{id}', str(processed.pk))}"
        answer = getattr(client, method)(address, b"{}", content_type="application/json")
        assert answer.status_code == 405, (method, path)
        assert error_of(answer)["code"] in ERROR_CODES


def test_a_profile_that_is_not_there_is_404_everywhere(client: Client, db: None) -> None:
    for path in ASKED:
        if "{id}" not in path:
            continue
        missing = path.replace("{id}", "00000000-0000-0000-0000-000000000000")
        answer = client.get(f"/api/v1/{missing}?row=0&id=x&q=a&ns=0")
        assert answer.status_code == 404, path
        assert error_of(answer)["code"] in ERROR_CODES


def test_a_run_that_is_not_there_is_404_everywhere(client: Client, processed: Profile) -> None:
    for path in ASKED:
        if not path.startswith(RUN):
            continue
        address = path.replace("{id}", str(processed.pk)).replace("runs/1/", "runs/2/")
        answer = client.get(f"/api/v1/{address}?row=0&id=x&q=a&ns=0")
        assert answer.status_code == 404, path
        assert error_of(answer)["code"] in ERROR_CODES
