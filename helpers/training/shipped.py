"""The shipped model -> weights to train on, so that nobody needs a checkpoint that is not in the repository.

8-bit weights turned back to floats give the same states to a cosine of .993.
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

GROUPS = ("tags", "pool")  # several heads of one kind
PERCEPTRON = {"in": "1", "out": "4"}  # places of its two matrices


def weights_of(folder):
    """{parameter name: tensor} of a model folder, for all that the folder has."""
    folder = Path(folder)
    found = {}
    for name, owner in (("encoder", "trunk"), ("reader", "reader")):
        found |= graph_weights(folder / f"{name}.onnx", owner)
    with np.load(folder / "heads.npz") as heads:
        for name in heads.files:
            value = heads[name].astype(np.float32)
            found[parameter(name)] = torch.tensor(
                value.T.copy() if name.endswith(".weight") and value.ndim == 2 else value
            )
    return found


def graph_weights(path, owner):
    """Weights of one quantised graph under the names of the network's parameters; owner: the part of the network it
    was made from.
    """
    graph = onnx.load(path).graph
    given = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    found = {}
    for name, value in given.items():
        if name.startswith("owner.") and name.endswith((".weight", ".bias")):
            found[name.removeprefix("owner.")] = value
        elif name.startswith("owner.") and name.endswith(".weight_quantized"):  # embeddings
            found[name.removeprefix("owner.").removesuffix("_quantized")] = floats(
                given, name.removesuffix("_quantized")
            )
    for node in graph.node:
        if node.op_type == "MatMulInteger":  # /owner/layers.0/qkv/MatMul_quant
            name = node.name.strip("/").replace("/", ".").removeprefix("owner.").replace(".MatMul_quant", ".weight")
            found[name] = floats(given, node.input[1].removesuffix("_quantized")).T
    return {f"{owner}.{name}": torch.tensor(np.ascontiguousarray(value)) for name, value in found.items()}


def floats(given, name):
    return (given[f"{name}_quantized"].astype(np.float32) - given[f"{name}_zero_point"].astype(np.float32)) * given[
        f"{name}_scale"
    ]


def parameter(name):
    """Name of a head's array in heads.npz -> name of the network's parameter."""
    parts = name.split(".")
    parts = [PERCEPTRON.get(p, p) for p in parts]
    if parts[0] == "pointer":  # pointer.source.query.weight -> heads.pointer_query.source.weight
        return ".".join(["heads", f"pointer_{parts[2]}", parts[1], *parts[3:]])
    return ".".join(parts if parts[0] == "reader" else ["heads", *parts])
