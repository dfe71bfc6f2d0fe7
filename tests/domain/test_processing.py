"""Options of a profile: what is taken, what is refused with a sentence, what may be changed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.processing import Processing, processing_in, processing_of
from profiles.refusal import Refused

WHOLE: dict[str, Any] = {
    "event_types": ["nrt_execute", "^hardware"],
    "instance_ids": ["i-0aa"],
    "neuron_cores": [0, 5],
    "ignore_device_profile": True,
}


def test_what_is_chosen_comes_back_and_what_is_not_is_left_out() -> None:
    assert processing_of(WHOLE).document() == WHOLE
    assert processing_of({}).document() == {}
    assert processing_of({"neuron_cores": [], "ignore_system_profile": False}) == Processing()
    assert processing_in(json.dumps(WHOLE)) == processing_of(WHOLE)
    assert processing_in(" ") == Processing()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cores": [1]}, "no option 'cores'"),
        ({"neuron_cores": ["1"]}, "numbers of cores"),
        ({"neuron_cores": [True]}, "numbers of cores"),
        ({"neuron_cores": [-1]}, "numbers of cores"),
        ({"neuron_cores": 3}, "a list"),
        ({"event_types": "nrt_execute"}, "a list"),
        ({"event_types": [""]}, "1 to 200 characters"),
        ({"event_types": ["a\0b"]}, "1 to 200 characters"),
        ({"instance_ids": ["x" * 201]}, "1 to 200 characters"),
        ({"instance_ids": ["x"] * 201}, "at most 200"),
        ({"ignore_device_profile": "yes"}, "true or false"),
        ({"ignore_device_profile": True, "ignore_system_profile": True}, "Nothing is left"),
    ],
)
def test_what_is_no_option_is_refused_with_a_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as caught:
        processing_of(given)
    assert caught.value.code == "request.malformed"
    assert said in caught.value.detail
    assert caught.value.fields == {"options": caught.value.detail}


@pytest.mark.parametrize("text", ["{", "[]", "3", '"x"', "null", "[" * 100_000])
def test_a_part_that_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        processing_in(text)
    assert caught.value.code == "request.malformed"


def test_filters_change_and_what_the_directory_became_stays() -> None:
    changed = processing_of(WHOLE).with_filters({"neuron_cores": [7]})
    assert changed.document() == {"neuron_cores": [7], "ignore_device_profile": True}
    with pytest.raises(Refused, match="decided when the directory is sent"):
        processing_of(WHOLE).with_filters({"ignore_device_profile": False})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from([*WHOLE, "ignore_system_profile", "else"]), JSON, max_size=3)
)
def test_any_object_gives_options_or_a_refusal(given: dict[str, Any]) -> None:
    try:
        found = processing_of(given)
    except Refused:
        return
    assert processing_of(found.document()) == found
