"""Model names: what a compiler's folder names say, and what they do not say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.metrics.model_name import ModelName, model_name


@pytest.mark.parametrize(
    ("name", "graph", "role", "rank", "bucket"),
    [
        ("context_encoding_model/_tp0_bk0", "context_encoding_model", "prefill", 0, 0),
        ("token_generation_model/_tp7_bk3", "token_generation_model", "decode", 7, 3),
        (
            "/tmp/nxd_model/token_generation_model/_tp0_bk1/graph.neff",
            "token_generation_model",
            "decode",
            0,
            1,
        ),
        ("TokenGenerationModel/tp_12_bucket_4", "TokenGenerationModel", "decode", 12, 4),
        ("speculation_model/_tp3_bk0", "speculation_model", None, 3, 0),
        ("llama.prefill.neff", "llama.prefill.neff", "prefill", None, None),
        ("decode_step", "decode_step", "decode", None, None),
        ("qwen3_tkg", "qwen3_tkg", "decode", None, None),
        ("attn_cte/model.neff", "attn_cte", "prefill", None, None),
    ],
)
def test_the_parts_of_a_name_are_read(
    name: str, graph: str, role: str | None, rank: int | None, bucket: int | None
) -> None:
    found = model_name(name)
    assert (found.graph, found.role, found.rank, found.bucket) == (graph, role, rank, bucket)
    assert found.name == name


@pytest.mark.parametrize(
    "name",
    ["", "graph.neff", "/var/tmp/neff_171450338541704.neff", "MODULE_123+abc", "http0_bk_list"],
)
def test_a_name_that_says_nothing_is_kept_whole(name: str) -> None:
    assert model_name(name) == ModelName(name)


def test_a_name_that_tells_both_roles_tells_none() -> None:
    assert model_name("prefill_then_decode").role is None


def test_the_innermost_folder_tells_rank_and_bucket() -> None:
    found = model_name("run_tp8/context_encoding_model/_tp2_bk1")
    assert (found.rank, found.bucket) == (2, 1)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("context_encoding_model/_tp0_bk0", "prefill, bucket 0"),
        ("speculation_model/_tp3_bk0", "speculation_model, bucket 0"),
        ("token_generation_model", "decode"),
        ("graph.neff", "graph.neff"),
    ],
)
def test_a_title_is_the_role_else_the_graph_else_the_name(name: str, title: str) -> None:
    assert model_name(name).title == title


@given(st.text(max_size=300))
def test_no_name_is_too_strange(name: str) -> None:
    found = model_name(name)
    assert found.name == name
    assert found.graph is None or found.graph in name
