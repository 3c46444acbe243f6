"""Checkpoint -> model folder: python -m helpers.training.export CHECKPOINT FOLDER [--float]

Writes encoder.onnx (dynamic int8, weights per channel), heads.npz, tokenizer.json and config.json. Biases of the decoder are
tuned on development data afterwards (helpers.training.tune) and kept in config.json.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from helpers.training.model import ACTS, MODALITIES, STANCES, TAGS, Network
from helpers.training.train import minilm


class Traced(torch.nn.Module):
    def __init__(self, trunk):
        super().__init__()
        self.trunk = trunk

    def forward(self, ids, cases, quotes):
        return self.trunk(ids, cases, quotes)


def heads_of(network):
    """Weights of the heads under the names helpers.encoder reads, matrices as (inputs, outputs)."""
    found = {}

    def dense(name, layer):
        found[f"{name}.weight"], found[f"{name}.bias"] = layer.weight.T, layer.bias

    def perceptron(name, layers):
        dense(f"{name}.in", layers[1])
        dense(f"{name}.out", layers[4])

    heads = network.heads
    for task, layers in heads.tags.items():
        perceptron(f"tags.{task}", layers)
    for task, layer in heads.pool.items():
        dense(f"pool.{task}", layer)
    for name in ("act", "modality", "tone", "stance"):
        perceptron(name, getattr(heads, name))
    dense("stance_query", heads.stance_query)
    for role in ("source", "cue"):
        dense(f"pointer.{role}.query", heads.pointer_query[role])
        dense(f"pointer.{role}.key", heads.pointer_key[role])
        found[f"pointer.{role}.null"] = heads.pointer_null[role]
        found[f"pointer.{role}.distance"] = heads.pointer_distance[role]
    return {k: v.detach().numpy().astype(np.float16) for k, v in found.items()}


def export(network, folder, quantise=True):
    """Write a model folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    ids = torch.randint(5, 1000, (1, 24))
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        torch.onnx.export(
            Traced(network.trunk), (ids, ids % 5, ids % 3), str(plain), dynamo=False, opset_version=17,
            input_names=["ids", "cases", "quotes"], output_names=["states"],
            dynamic_axes={name: {1: "length"} for name in ("ids", "cases", "quotes", "states")},
        )
        if quantise:
            quantize_dynamic(plain, folder / "encoder.onnx", per_channel=True, reduce_range=False, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"])
        else:
            onnx.save(onnx.load(plain), folder / "encoder.onnx")
    np.savez(folder / "heads.npz", **heads_of(network))
    (folder / "tokenizer.json").write_text((minilm() / "tokenizer.json").read_text(encoding="utf-8"), encoding="utf-8")
    known = folder / "config.json"
    decoding = json.loads(known.read_text())["decoding"] if known.exists() else {}
    config = {"width": network.trunk.words.embedding_dim, "tags": TAGS, "acts": ACTS, "modalities": MODALITIES, "stances": STANCES, "decoding": decoding}
    known.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("folder")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--float", action="store_true", help="no quantisation, to compare with")
    options = parser.parse_args()
    network = Network(layers=options.layers)
    network.load_state_dict(torch.load(options.checkpoint, weights_only=True)["mean"], strict=False)
    export(network, options.folder, quantise=not options.float)


if __name__ == "__main__":
    main()
