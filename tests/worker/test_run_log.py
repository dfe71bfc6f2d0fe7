"""The log of a run is JSON lines: one a stage, and what the child said."""

import json

from ingest_worker import run_log
from ingest_worker.run_log import RunLog


def test_each_stage_gets_one_line_with_its_seconds() -> None:
    log = RunLog(profile_id="p", run=3)
    log.stage("decode")
    log.stage("build")
    log.end_stage()
    log.end_stage()
    lines = [json.loads(line) for line in log.text().splitlines()]
    assert [line["stage"] for line in lines] == ["decode", "build"]
    assert all(line["seconds"] >= 0 for line in lines)


def test_lines_keep_their_order() -> None:
    log = RunLog(profile_id="p", run=3)
    log.said("first")
    log.note("second", code="x")
    assert log.text().splitlines()[0] == "first"
    assert json.loads(log.text().splitlines()[1])["code"] == "x"


def test_a_long_log_keeps_its_beginning_and_its_end() -> None:
    log = RunLog(profile_id="p", run=3)
    log.said("beginning")
    for _ in range(2000):
        log.said("x" * 100)
    log.said("the end")
    text = log.text()
    assert text.startswith("beginning")
    assert text.endswith("the end")
    assert len(text) < run_log.MOST_CHARACTERS + 100
