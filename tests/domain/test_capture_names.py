"""What the names in a capture directory say, for every layout that is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.capture_names import ROLES, NameFacts, ProcessKey, name_facts, process_of

PROCESS = "i-0af76a70a6d3864dd_pid_713479"


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("neff_171450338541704.neff", NameFacts("neff", 171450338541704)),
        ("neff_12_vnc_3.neff", NameFacts("neff", 12, nc=3)),
        ("neff_deadBEEF_vnc_0.neff", NameFacts("neff", nc=0, program="deadbeef")),
        ("graph_77aa.neff", NameFacts("neff", program="77aa")),
        ("attn_v6.neff", NameFacts("neff")),
        ("profile_nc_5_session_2.ntff", NameFacts("ntff", nc=5, session=2)),
        ("12_instid_1_vnc_4.ntff", NameFacts("ntff", 12, nc=4, instance_index=1)),
        ("12_vnc_4.ntff", NameFacts("ntff", 12, nc=4)),
        ("MODULE_ab_vnc_4.ntff", NameFacts("ntff", nc=4, program="module_ab")),
        (
            "model_12_pid_99_vnc_1_inst_0_20260301_101500.ntff",
            NameFacts("ntff", 12, nc=1, instance_index=0),
        ),
        ("profile_rank_7.ntff", NameFacts("ntff", rank=7)),
        ("profile_rank_7_exec_2.ntff", NameFacts("ntff", rank=7, execution=2)),
        ("profile.ntff", NameFacts("ntff")),
        ("profile_exec_2.ntff", NameFacts("ntff", execution=2)),
        ("fused_exec_3.NTFF", NameFacts("ntff", execution=3)),
        ("trace_info.pb", NameFacts("trace_info")),
        ("ntrace.pb", NameFacts("ntrace")),
        ("CPU_util.pb", NameFacts("cpu_util")),
        ("host_mem.pb", NameFacts("host_mem")),
        ("trace.json", NameFacts("framework")),
        ("neuron_framework_trace_rank_3.json", NameFacts("framework", rank=3)),
        ("plugins/profile/2026/host.trace.json.gz", NameFacts("framework")),
        ("x/plugins/y/trace.json.gz", NameFacts("framework")),
        ("host.trace.json.gz", NameFacts("official")),
        ("README.md", NameFacts("other")),
        ("trace_info.pb.bak", NameFacts("other")),
        (".neff", NameFacts("neff")),
        ("", NameFacts("other")),
    ],
)
def test_a_name_says_what_its_layout_puts_into_it(name: str, facts: NameFacts) -> None:
    if facts.model_id is not None:
        facts = NameFacts(**{**vars(facts), "program": str(facts.model_id)})
    assert name_facts(f"some/where/{name}") == facts


def test_a_number_longer_than_any_id_is_text() -> None:
    facts = name_facts(f"neff_{'9' * 40}.neff")
    assert facts.model_id is None
    assert facts.program == "9" * 40


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (f"{PROCESS}/ntrace.pb", ("i-0af76a70a6d3864dd", 713479, PROCESS)),
        (f"out/{PROCESS}/ntrace.pb", ("i-0af76a70a6d3864dd", 713479, f"out/{PROCESS}")),
        (
            f"{PROCESS}/1772500000000000000/ntrace.pb",
            ("i-0af76a70a6d3864dd", 713479, f"{PROCESS}/1772500000000000000"),
        ),
        (
            f"{PROCESS}/plugins/profile/trace.json.gz",
            ("i-0af76a70a6d3864dd", 713479, PROCESS),
        ),
        ("i-0af76a70a6d3864dd-12/x.ntff", ("i-0af76a70a6d3864dd", 12, "i-0af76a70a6d3864dd-12")),
        ("my_host_pid_7/x.ntff", ("my_host", 7, "my_host_pid_7")),
        ("a_pid_1/b_pid_2/x.ntff", ("b", 2, "a_pid_1/b_pid_2")),
    ],
)
def test_the_nearest_process_folder_above_a_file_is_its_process(
    path: str, key: tuple[str, int, str]
) -> None:
    assert process_of(path) == ProcessKey(*key)


@pytest.mark.parametrize(
    "path", ["x.ntff", "out/x.ntff", f"{PROCESS}", "run-12/x.ntff", "_pid_1/x", "a_pid_x/b"]
)
def test_a_file_outside_a_process_folder_has_no_process(path: str) -> None:
    assert process_of(path) is None


@given(st.text(max_size=80))
def test_any_text_is_a_name(text: str) -> None:
    assert name_facts(text).role in ROLES
    process_of(text)
