"""Average two sets of weights: python -m helpers.training.average FIRST SECOND SHARE OUT

FIRST and SECOND are checkpoints or model folders; OUT = (1 - SHARE) * FIRST + SHARE * SECOND for what both have,
SECOND for the rest (Wortsman
and others 2022, "Model soups"). The first was better at names, the second knows acts; their average keeps nearly all
of both.
"""

import argparse
from pathlib import Path

import torch

from helpers.training.shipped import weights_of


def read(path):
    return weights_of(path) if Path(path).is_dir() else torch.load(path, weights_only=True)["mean"]


# The second readings and what reads their states stay the second's: they may have been made from other layers.
SECOND = ("reader.", "heads.tone", "heads.stance", "heads.pool")


def averaged(first, second, share):
    """{name: tensor} of the second, with `share` of it where both have a tensor of the same shape."""
    both = [n for n, v in second.items() if n in first and first[n].shape == v.shape and not n.startswith(SECOND)]
    return {**second, **{name: (1 - share) * first[name] + share * second[name] for name in both}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("share", type=float)
    parser.add_argument("out")
    options = parser.parse_args()
    torch.save({"mean": averaged(read(options.first), read(options.second), options.share)}, options.out)


if __name__ == "__main__":
    main()
