"""Answers three prompts with vLLM on Neuron, with the profiler of the runtime switched on.

    python qwen3_offline_inference.py

It needs an instance with eight free logical cores, the Neuron SDK with its runtime, and vLLM with
the Neuron plug-in over neuronx-distributed-inference. `save_4layer_qwen.py` makes the model. The
first run compiles, which takes some minutes. Afterwards `./neuron_profiles` holds the capture.
"""

import argparse
import os

MODEL = "4layer_qwen3"
OUTPUT = "./neuron_profiles"
PROMPTS = (
    "The tallest mountain of the Alps is",
    "Water boils at a lower temperature on a mountain because",
    "A profiler is a tool that",
)


def arguments(given=None):
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", default=MODEL, help="folder of the model")
    parser.add_argument("--output", default=OUTPUT, help="folder the profiler writes to")
    parser.add_argument("--tokens", type=int, default=16, help="tokens to generate for a prompt")
    parser.add_argument(
        "--device-profile",
        choices=("0", "model", "session"),
        default="model",
        help="device traces: none, of the first execution of each graph, of everything",
    )
    return parser.parse_args(given)


def variables(chosen):
    """The environment of the run: names in the graphs, and what the runtime records."""
    return {
        "VLLM_NEURON_FRAMEWORK": "neuronx-distributed-inference",
        # Read by the compiler: layers and source lines. A graph compiled before has none.
        "NEURON_FRAMEWORK_DEBUG": "1",
        "XLA_IR_DEBUG": "1",
        "XLA_HLO_DEBUG": "1",
        # Read by the runtime.
        "NEURON_RT_INSPECT_ENABLE": "1",
        "NEURON_RT_INSPECT_SYSTEM_PROFILE": "1",
        "NEURON_RT_INSPECT_DEVICE_PROFILE": chosen.device_profile,
        "NEURON_RT_INSPECT_CPU_UTIL": "1",
        "NEURON_RT_INSPECT_HOST_MEMORY": "1",
        "NEURON_RT_INSPECT_OUTPUT_DIR": chosen.output,
    }


def engine_arguments(chosen):
    """How vLLM is started: one graph for prefill and one for decode, on eight cores."""
    return {
        "model": chosen.model,
        "max_num_seqs": 4,
        "max_model_len": 128,
        "tensor_parallel_size": 8,
        "enable_prefix_caching": False,
        "additional_config": {"override_neuron_config": {"enable_bucketing": False}},
    }


def main():
    """Sets the environment, and only then loads what reads it."""
    chosen = arguments()
    os.environ.update(variables(chosen))
    from vllm import LLM, SamplingParams

    engine = LLM(**engine_arguments(chosen))
    sampling = SamplingParams(temperature=0.0, max_tokens=chosen.tokens)
    for answer in engine.generate(list(PROMPTS), sampling):
        print(f"{answer.prompt!r} -> {answer.outputs[0].text!r}")


if __name__ == "__main__":
    main()
