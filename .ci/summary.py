"""Add up what the test programs wrote and judge the whole: `summary.py STATUS RESULTS SAMPLES`."""

import sys
from pathlib import Path
from xml.etree import ElementTree

GROUND_TRUTH = "ground_truth"


def say(line):
    sys.stdout.write(f"{line}\n")


def cases(results):
    """(file, name, verdict, reason) of every test in the JUnit files."""
    for path in sorted(Path(results).glob("*.xml")):
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            verdict, reason = "passed", ""
            for child in case:
                if child.tag in ("failure", "error"):
                    verdict = "failed"
                elif child.tag == "skipped":
                    verdict, reason = "skipped", child.get("message") or child.text or ""
            where = f"{case.get('classname', '')} {case.get('file', '')}"
            yield where, case.get("name", ""), verdict, reason


def is_ground_truth(where, reason):
    """Whether a skipped test needs the samples: by its folder, or by the reason it gives."""
    return GROUND_TRUTH in where or "SAMPLES" in reason or "sample captures" in reason


def judge(status, results, samples):
    """Print the sum and return the exit code."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    left_out = []
    for where, name, verdict, reason in cases(results):
        counts[verdict] += 1
        if verdict == "skipped" and is_ground_truth(where, reason):
            left_out.append(f"{where} {name}")
    problem = status != 0 or counts["failed"] > 0
    if Path(samples).is_dir() and left_out:
        problem = True
        counts["failed"] += len(left_out)
        counts["skipped"] -= len(left_out)
        say(f"The ground truth is at {samples}, and yet these tests were skipped:")
        for name in left_out:
            say(f"  {name}")
    if counts["passed"] == 0 or (problem and counts["failed"] == 0):
        problem = True
        counts["failed"] += 1
    say("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(judge(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
