"""The tutorial's two scripts: syntax, arguments, and what they ask their libraries for.

They need the vendor's SDK and an instance, so that nothing beyond their arguments runs here.
"""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "examples"
NAMES = ("save_4layer_qwen", "qwen3_offline_inference")
BUILT_IN = {"argparse", "os"}


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def called(name: str, *given: str) -> subprocess.CompletedProcess[str]:
    path = str(FOLDER / f"{name}.py")
    return subprocess.run(
        [sys.executable, path, *given], capture_output=True, text=True, check=False
    )


class FakeLibrary(ModuleType):
    """Takes any call and remembers it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def told(self, name: str, answer: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            self.calls.append((name, given, named))
            return answer

        return call


def test_there_are_these_two() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.py")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_help_needs_nothing_but_python(name: str) -> None:
    done = called(name, "--help")
    assert done.returncode == 0, done.stderr
    first = script(name).__doc__
    assert first is not None
    assert " ".join(first.split("\n\n")[0].split()) in " ".join(done.stdout.split())


@pytest.mark.parametrize("name", NAMES)
def test_only_built_in_modules_are_loaded_before_the_arguments_are_read(name: str) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text())
    found = {
        alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names
    }
    assert found <= BUILT_IN
    assert not [node for node in tree.body if isinstance(node, ast.ImportFrom)]


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_needs(name: str) -> None:
    assert "needs" in (script(name).__doc__ or "")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("save_4layer_qwen", ["--layers", "0"]),
        ("save_4layer_qwen", ["--layers", "four"]),
        ("qwen3_offline_inference", ["--device-profile", "all"]),
        ("qwen3_offline_inference", ["--cores", "8"]),
    ],
)
def test_wrong_arguments_are_refused(name: str, given: list[str]) -> None:
    done = called(name, *given)
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_four_layers_of_qwen3_8b_base_go_to_4layer_qwen3() -> None:
    chosen = script("save_4layer_qwen").arguments([])
    assert (chosen.model, chosen.layers, chosen.out) == ("Qwen/Qwen3-8B-Base", 4, "4layer_qwen3")


def test_every_place_that_counts_layers_is_cut() -> None:
    cut = script("save_4layer_qwen").cut
    config = SimpleNamespace(
        num_hidden_layers=36, layer_types=["full_attention"] * 36, max_window_layers=36
    )
    cut(config, 4)
    assert config.num_hidden_layers == config.max_window_layers == len(config.layer_types) == 4
    old = cut(SimpleNamespace(num_hidden_layers=36), 2)
    assert vars(old) == {"num_hidden_layers": 2}
    with pytest.raises(ValueError, match="36 layers, not 40"):
        cut(SimpleNamespace(num_hidden_layers=36), 40)


def test_the_model_is_saved_with_its_tokenizer(monkeypatch: pytest.MonkeyPatch) -> None:
    library = FakeLibrary("transformers")
    config = SimpleNamespace(num_hidden_layers=36)
    saved = SimpleNamespace(save_pretrained=library.told("save", None))
    library.AutoConfig = SimpleNamespace(from_pretrained=library.told("config", config))  # type: ignore[attr-defined]
    library.AutoModelForCausalLM = SimpleNamespace(  # type: ignore[attr-defined]
        from_pretrained=library.told("model", saved)
    )
    library.AutoTokenizer = SimpleNamespace(  # type: ignore[attr-defined]
        from_pretrained=library.told("tokenizer", saved)
    )
    monkeypatch.setitem(sys.modules, "transformers", library)
    monkeypatch.setattr(sys, "argv", ["save_4layer_qwen.py"])
    script("save_4layer_qwen").main()
    names = [name for name, *_ in library.calls]
    assert names == ["config", "model", "save", "tokenizer", "save"]
    assert library.calls[1][2]["config"].num_hidden_layers == 4
    assert [given for name, given, _ in library.calls if name == "save"] == [
        ("4layer_qwen3",), ("4layer_qwen3",),
    ]  # fmt: skip


def test_the_run_is_the_tutorials() -> None:
    module = script("qwen3_offline_inference")
    chosen = module.arguments([])
    engine = module.engine_arguments(chosen)
    assert engine["model"] == "4layer_qwen3"
    assert (engine["max_num_seqs"], engine["max_model_len"]) == (4, 128)
    assert engine["tensor_parallel_size"] == 8
    assert engine["additional_config"] == {"override_neuron_config": {"enable_bucketing": False}}
    assert len(module.PROMPTS) == 3
    found = module.variables(chosen)
    assert found["NEURON_RT_INSPECT_OUTPUT_DIR"] == "./neuron_profiles"
    assert found["NEURON_RT_INSPECT_ENABLE"] == found["NEURON_FRAMEWORK_DEBUG"] == "1"
    assert found["NEURON_RT_INSPECT_DEVICE_PROFILE"] == "model"
    assert all(isinstance(value, str) for value in found.values())


def test_the_environment_is_set_before_vllm_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}
    library = FakeLibrary("vllm")
    answer = SimpleNamespace(prompt="a", outputs=[SimpleNamespace(text="b")])

    class Engine:
        def __init__(self, **given: Any) -> None:
            seen.update(os.environ)
            library.calls.append(("LLM", (), given))

        def generate(self, prompts: list[str], sampling: Any) -> list[Any]:
            assert len(prompts) == 3
            return [answer] * 3

    library.LLM = Engine  # type: ignore[attr-defined]
    library.SamplingParams = library.told("sampling", "greedy")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm", library)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(sys, "argv", ["qwen3_offline_inference.py", "--output", "elsewhere"])
    script("qwen3_offline_inference").main()
    assert seen["NEURON_RT_INSPECT_OUTPUT_DIR"] == "elsewhere"
    assert [name for name, *_ in library.calls] == ["LLM", "sampling"]
