"""A profile that cannot be viewed says how far it is, why it failed and what can be done."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from profiles.models import Profile, Status
from profiles.services import sample_files
from profiles.views.remedies import remedies
from tests.pages.conftest import MakeProfile, a_log, processed_row
from tests.pages.document import Element, document

NEFF, NTFF = (path.read_bytes() for _, path in sample_files())
ID_AT = 204


def page_of(client: Client, profile: Profile, status: str = "") -> Element:
    answer = client.get(f"/profiles/{profile.pk}/{status}")
    assert answer.status_code == 200
    return document(answer.content)


def ways(page: Element) -> list[str]:
    found = []
    for way in page.one("ol", class_="ways").all("li"):
        found += [act.text for act in way.all() if act.name in {"a", "button"}]
    return found


def test_a_failed_profile_says_cause_code_and_stage(client: Client, failed: MakeProfile) -> None:
    page = page_of(
        client,
        failed(code="ntff.truncated", message="Record 41202 of 57000 is cut.", offset=2_260_346),
    )
    assert page.one("h1").text == "The trace ends early"
    text = page.one("section", class_="state__cause").text.replace("\u202f", " ")
    assert "Record 41202 of 57000 is cut. At byte 2 260 346. The uploaded files are kept." in text
    assert page.one("code", data_code="").text == "ntff.truncated"
    stages = [(one.attributes["class"].split("--")[1], one.text) for one in page.all("li")[:7]]
    assert stages[0] == ("done", "Identify 41\u202fms")
    assert stages[1] == ("failed", "Decode failed")
    assert stages[2] == ("later", "Resolve not started")
    assert [state for state, _ in stages[3:]] == ["later"] * 4


def test_the_stage_that_stopped_says_after_how_long(client: Client, failed: MakeProfile) -> None:
    page = page_of(client, failed(stage="identify"))
    assert (
        page.all("li", class_="stages__one--failed")[0].text == "Identify failed after 41\u202fms"
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("pair.uuid_mismatch", ["Process without NEFF", "Upload Profile"]),
        ("neff.malformed", ["Process without NEFF", "Upload Profile"]),
        ("archive.bomb", ["Process without NEFF", "Upload Profile"]),
        ("ntff.truncated", ["Process what is there", "Process without NTFF", "Upload Profile"]),
        ("ntff.malformed", ["Process without NTFF", "Upload Profile"]),
        ("worker.lost", ["Process again", "Upload Profile"]),
        ("limit.memory", ["Process again", "Upload Profile"]),
        ("store.full", ["Process again", "Upload Profile"]),
    ],
)
def test_ways_out_come_best_first_and_the_first_is_ready(
    client: Client, failed: MakeProfile, code: str, expected: list[str]
) -> None:
    page = page_of(client, failed(code=code))
    assert ways(page) == expected
    acts = [act for act in page.one("ol", class_="ways").all() if act.name in {"a", "button"}]
    assert [("button--primary" in act.attributes["class"]) for act in acts] == [
        place == 0 for place in range(len(acts))
    ]


def test_what_has_been_tried_is_not_offered_again(failed: MakeProfile) -> None:
    profile = failed(code="ntff.truncated", partial=True, without=["neff"])
    found = remedies(profile, {"code": "ntff.truncated", "hint": "Capture again."})
    assert [way.button for way in found] == ["Upload Profile"]


def test_each_way_sends_options_the_api_takes(client: Client, failed: MakeProfile) -> None:
    profile = failed(code="ntff.truncated")
    taken = 0
    for button in page_of(client, profile).all("button"):
        options = button.attributes.get("data-reprocess")
        if options is None:
            continue
        Profile.objects.filter(pk=profile.pk).update(status=Status.FAILED)
        answer = client.post(
            f"/api/v1/profiles/{profile.pk}/reprocess/", options, content_type="application/json"
        )
        assert answer.status_code == 202, answer.content
        taken += 1
    assert taken == 3


def test_an_earlier_result_is_one_click_away(client: Client, failed: MakeProfile) -> None:
    profile = failed(code="worker.fault")
    run = profile.runs.get()
    Profile.objects.filter(pk=profile.pk).update(current_run=run)
    ways_out = remedies(Profile.objects.get(pk=profile.pk), {"code": "worker.fault", "hint": ""})
    assert ways_out[-1].link == f"/profiles/{profile.pk}/timeline/?run=1"


def test_files_say_what_was_read_from_them(client: Client, failed: MakeProfile) -> None:
    other = bytearray(NEFF)
    other[ID_AT : ID_AT + 16] = bytes(range(1, 17))
    page = page_of(client, failed(files={"neff": bytes(other), "ntff": NTFF}))
    neff, ntff = page.all("div", class_="source")
    assert "package version 2" in neff.text
    assert "01020304…0f10" in neff.text
    assert "version 6" in ntff.text
    assert len(page.all("code", class_="facts__odd")) == 2


def test_ids_that_agree_are_not_marked(client: Client, failed: MakeProfile) -> None:
    page = page_of(client, failed(code="worker.lost"))
    assert len([code for code in page.all("code") if "…" in code.text]) >= 4
    assert page.all("code", class_="facts__odd") == []


@pytest.mark.parametrize("data", [b"\x01", b"nonsense " * 40, b"\x06" + b"\xff" * 900, NTFF[:200]])
def test_files_of_any_content_are_shown(client: Client, failed: MakeProfile, data: bytes) -> None:
    page = page_of(client, failed(code="ntff.malformed", files={"ntff": data}))
    assert "Read as" in page.one("div", class_="source").text


def test_a_file_that_is_gone_is_said_in_words(
    client: Client, failed: MakeProfile, data_dir: Path
) -> None:
    profile = failed()
    for path in (data_dir / "sources").rglob("*"):
        if path.is_file():
            path.unlink()
    files = page_of(client, profile).all("div", class_="source")
    assert ["the file cannot be read" in file.text for file in files] == [True, True]


def test_the_log_shows_the_lines_around_the_stop(client: Client, failed: MakeProfile) -> None:
    quiet = json.dumps({"at": "2026-11-24T14:02:10.000+00:00", "message": "hello", "n": 1})
    log = "\n".join([quiet] * 20 + [a_log("pair.uuid_mismatch", "The ids differ.")] + ["and after"])
    lines = page_of(client, failed(log=log)).all("div", class_="log__line")
    assert len(lines) == 5
    assert "log__line--stop" in lines[-1].attributes["class"]
    assert lines[-1].text == "14:02:11.245 stop pair.uuid_mismatch The ids differ."
    assert lines[-2].text.replace("\u202f", " ") == "14:02:11.204 identify done in 41 ms"
    assert lines[0].text == "14:02:10.000 hello n 1"


def test_the_whole_log_can_be_downloaded(client: Client, failed: MakeProfile) -> None:
    profile = failed(log="one\ntwo\n<three>")
    link = next(a for a in page_of(client, profile).all("a") if a.text == "Full log")
    answer = client.get(link.attributes["href"])
    assert answer.content == b"one\ntwo\n<three>"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="run-1.log"'


def test_the_report_names_no_file_no_host_and_no_folder(
    client: Client, failed: MakeProfile
) -> None:
    reason = "model.ntff was read in /home/ana/captures/run7 by worker@ip-10-0-0-7 at 10.0.0.7"
    profile = failed(message=reason, log=a_log("ntff.malformed", reason), code="ntff.malformed")
    report = page_of(client, profile).one("template", data_report_text="").raw_text
    for secret in ("model.ntff", "ana", "run7", "ip-10", "10.0.0.7"):
        assert secret not in report, secret
    assert "Code ntff.malformed: The trace is damaged" in report
    assert "<ntff 0> was read in <path> by <worker> at <host>" in report
    assert f"ntff 0: {len(NTFF)} bytes, version 6, SHA-256 " in report
    assert "stop  ntff.malformed" in report


def test_hostile_texts_are_shown_as_text(client: Client, failed: MakeProfile) -> None:
    hostile = "<img src=x onerror=alert(1)></template><script>alert(2)</script>"
    profile = failed(hostile, message=hostile, log=a_log("x", hostile) + "\n" + hostile)
    answer = client.get(f"/profiles/{profile.pk}/")
    page = document(answer.content)
    assert page.one("strong", class_="bar__name").text == hostile
    assert [image for image in page.all("img") if image.attributes.get("src") == "x"] == []
    assert [script for script in page.all("script") if "alert" in script.text] == []


def test_a_waiting_profile_has_seven_stages_ahead(client: Client, submit: MakeProfile) -> None:
    page = page_of(client, submit())
    assert page.one("h1").text == "Waiting to be processed"
    assert len(page.all("li", class_="stages__one--later")) == 7
    assert page.one("main").attributes["hx-get"].endswith("/status/")


def test_a_running_profile_shows_its_stages_live(client: Client, processing: MakeProfile) -> None:
    page = page_of(client, processing(stage="build", done=1, total=4))
    now = page.one("li", aria_current="step")
    assert now.text == "Build 25\u202f%"
    assert page.one("h1").text == "Building tables"
    assert len(page.all("li", class_="stages__one--done")) == 3
    assert page.one("p", aria_live="polite").text == "PROCESSING, stage 4 of 7"
    assert page.all("ol", class_="ways") == []


@pytest.mark.parametrize("stage", ["", "unheard-of"])
def test_a_run_in_no_known_stage_is_shown_as_beginning(
    client: Client, processing: MakeProfile, stage: str
) -> None:
    page = page_of(client, processing(stage=stage))
    assert page.one("li", aria_current="step").text == "Identify now"


def test_the_fragment_says_when_the_page_must_change(
    client: Client, submit: MakeProfile, failed: MakeProfile, processing: MakeProfile
) -> None:
    answers: list[Any] = []
    for profile in (submit("a"), processing("b"), failed("c"), processed_row(submit("d"))):
        answer = client.get(f"/profiles/{profile.pk}/status/")
        assert answer.headers["Cache-Control"] == "no-store"
        answers.append((answer.headers["X-Profile-Status"], answer.headers.get("HX-Refresh")))
    assert answers == [
        ("PENDING", None),
        ("PROCESSING", None),
        ("FAILED", "true"),
        ("PROCESSED", "true"),
    ]


def test_a_failed_page_does_not_poll(client: Client, failed: MakeProfile) -> None:
    assert "hx-get" not in page_of(client, failed()).one("main").attributes


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "status/", "timeline/", "runs/1/log/", "runs/1/activity/"])
def test_a_profile_that_is_not_there_is_a_404(client: Client, data_dir: Path, path: str) -> None:
    answer = client.get(f"/profiles/00000000-0000-4000-8000-000000000000/{path}")
    assert answer.status_code == 404
