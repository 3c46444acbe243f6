"""Checkpoint -> model folder: python -m helpers.training.export CHECKPOINT FOLDER [--float]

Writes encoder.onnx (dynamic int8, weights per channel), heads.npz, tokenizer.json, config.json and
SHA256SUMS. Biases of the decoder are tuned on development data afterwards (helpers.training.tune) and kept in
config.json.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from helpers.keeping.sums import write_sums
from helpers.training.model import KINDS, MODALITIES, PLOVER, ROLES, STANCES, TAGS, Network
from helpers.training.train import minilm

FORMAT = 3  # of the model folder; helpers.finding.encoder reads this one


class Part(torch.nn.Module):
    """A part of the network under one name, so that both graphs call their weights `owner.…` (see
    helpers.training.shipped).
    """

    def __init__(self, owner):
        super().__init__()
        self.owner = owner

    def forward(self, *given):
        return self.owner(*given)


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
    for name in ("tone", "stance"):
        perceptron(name, getattr(heads, name))
    for name in ("kind", "modality", "reciprocal", "plover", "roles"):
        perceptron(f"reader.{name}", getattr(network.reader, name))
    dense("reader.pool", network.reader.pool)
    dense("reader.nobody", network.reader.nobody)
    dense("stance_query", heads.stance_query)
    for role in ("source", "cue"):
        dense(f"pointer.{role}.query", heads.pointer_query[role])
        dense(f"pointer.{role}.key", heads.pointer_key[role])
        found[f"pointer.{role}.null"] = heads.pointer_null[role]
        found[f"pointer.{role}.distance"] = heads.pointer_distance[role]
    return {k: v.detach().numpy().astype(np.float16) for k, v in found.items()}


def write(module, example, inputs, outputs, path, quantise):
    """One graph, its matrices as 8-bit integers with a scale a column."""
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        axes = {name: {1: "length"} for name in (*inputs, *outputs)}
        torch.onnx.export(
            Part(module),
            example,
            str(plain),
            dynamo=False,
            opset_version=17,
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=axes,
        )
        if quantise:
            quantize_dynamic(
                plain,
                path,
                per_channel=True,
                reduce_range=False,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=["MatMul", "Gather"],
            )
        else:
            onnx.save(onnx.load(plain), path)


def export(network, folder, quantise=True):
    """Write a model folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    ids = torch.randint(5, 1000, (1, 24))
    lower = torch.randn(1, 24, network.trunk.words.embedding_dim)
    graphs = (
        ("encoder.onnx", network.trunk, {"ids": ids, "cases": ids % 5, "quotes": ids % 3}, ["states", "lower"]),
        ("reader.onnx", network.reader, {"lower": lower, "marks": ids % 3}, ["states"]),
    )
    for name, part, given, results in graphs:
        write(part, tuple(given.values()), list(given), results, folder / name, quantise)
    np.savez(folder / "heads.npz", **heads_of(network))
    (folder / "tokenizer.json").write_text((minilm() / "tokenizer.json").read_text(encoding="utf-8"), encoding="utf-8")
    known = folder / "config.json"
    decoding = json.loads(known.read_text())["decoding"] if known.exists() else {}
    config = {
        "width": network.trunk.words.embedding_dim,
        "tags": TAGS,
        "format": FORMAT,
        "kinds": KINDS,
        "plover": PLOVER,
        "modalities": MODALITIES,
        "roles": ROLES,
        "stances": STANCES,
        "decoding": decoding,
    }
    known.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    write_sums(folder)


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
