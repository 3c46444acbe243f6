"""Average the weights of two checkpoints of one training: python -m helpers.training.average FIRST SECOND SHARE OUT

OUT = (1 - SHARE) * FIRST + SHARE * SECOND, parameter by parameter (Wortsman and others 2022, "Model soups"). The
first was best on names and
statements, the second on acts and tone; their average keeps both.
"""

import argparse

import torch


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("share", type=float)
    parser.add_argument("out")
    options = parser.parse_args()
    first, second = (torch.load(path, weights_only=True)["mean"] for path in (options.first, options.second))
    torch.save(
        {"mean": {name: (1 - options.share) * first[name] + options.share * second[name] for name in second}},
        options.out,
    )


if __name__ == "__main__":
    main()
