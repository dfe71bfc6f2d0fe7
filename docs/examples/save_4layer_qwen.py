"""Saves the first layers of a Qwen3 model with its tokenizer: small enough to profile in minutes.

    python save_4layer_qwen.py

It needs the packages `torch` and `transformers`, and downloads the model, 16 GB, at the first run.
Cut to its first layers the model writes nonsense; what a layer costs stays the same.
"""

import argparse

MODEL = "Qwen/Qwen3-8B-Base"
LAYERS = 4
FOLDER = "4layer_qwen3"


def arguments(given=None):
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", default=MODEL, help="name or folder of the whole model")
    parser.add_argument("--layers", type=int, default=LAYERS, help="how many layers to keep")
    parser.add_argument("--out", default=FOLDER, help="folder to write")
    chosen = parser.parse_args(given)
    if chosen.layers < 1:
        parser.error("at least one layer has to stay")
    return chosen


def cut(config, layers):
    """The model's configuration with only its first layers. Raises ValueError if it has fewer."""
    if layers > config.num_hidden_layers:
        raise ValueError(f"the model has {config.num_hidden_layers} layers, not {layers}")
    config.num_hidden_layers = layers
    for name in ("layer_types", "max_window_layers"):  # newer configurations say it once more
        kept = getattr(config, name, None)
        if isinstance(kept, list):
            setattr(config, name, kept[:layers])
        elif isinstance(kept, int):
            setattr(config, name, min(kept, layers))
    return config


def main():
    """Loads, cuts and saves."""
    chosen = arguments()
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    config = cut(AutoConfig.from_pretrained(chosen.model), chosen.layers)
    # Weights of the layers that are gone are reported as not used; that is what is meant.
    model = AutoModelForCausalLM.from_pretrained(chosen.model, config=config, torch_dtype="auto")
    model.save_pretrained(chosen.out)
    AutoTokenizer.from_pretrained(chosen.model).save_pretrained(chosen.out)
    print(f"{chosen.layers} layers of {chosen.model} are in {chosen.out}")


if __name__ == "__main__":
    main()
