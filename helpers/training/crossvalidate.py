"""Honest figures for the two tasks without development data: python -m helpers.training.crossvalidate GOLD CHECKPOINT OUT [--folds 5]

CHECKPOINT is a network trained on the other tasks only. For each fold it is trained further on the acts and tones of the other
folds (grouped, so that near-copies of a sentence and sentences of one article never stand on both sides; the codebook is ours and always
in), exported to int8, and predicts the held-out rows with the code the notebooks use. OUT receives the pooled predictions as the scorers
read them; the scores are printed.
"""

import argparse
import json
import subprocess
import sys
import zlib
from pathlib import Path

import torch

from helpers.training import data, train
from helpers.training.export import export


def fold_of(key, folds):
    """A stable fold number for a group key."""
    return zlib.crc32(str(key).encode()) % folds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold")
    parser.add_argument("checkpoint")
    parser.add_argument("out")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--tokens", type=float, default=0.8e6)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--codebook", default="helpers/training/codebook.csv")
    parser.add_argument("--python", default=sys.executable, help="interpreter with the run-time requirements, for the predictions")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    gold, out = Path(options.gold), Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    acts_path, tone_path = gold / "acts/plover_train.jsonl", gold / "tone/nyt_train.jsonl"
    maker = data.Maker(train.minilm() / "tokenizer.json")
    predicted = {"acts": [], "tone": []}
    for fold in range(options.folds):
        done = {task: out / f"{task}{fold}.jsonl" for task in predicted}
        held = {"acts": lambda r, f=fold: fold_of(r["group"], options.folds) == f, "tone": lambda r, f=fold: fold_of(r["article"], options.folds) == f}
        if not all(p.exists() for p in done.values()):
            torch.manual_seed(fold)
            sets = {
                "acts": data.acts(acts_path, lambda r: not held["acts"](r)),
                "tone": data.tones(tone_path, lambda r: not held["tone"](r)),
                "codebook": data.codebook(options.codebook),
            }
            network = train.build(options.layers, options.checkpoint)
            weights = {"acts": 1.0, "tone": 0.9, "codebook": 0.7}
            mean = train.fit(network, sets, maker, weights, tokens=options.tokens, rate=options.rate, budget=1500, seed=fold, average=0.99)
            network.load_state_dict(mean)
            export(network, out / "model")
            for task, path in (("acts", acts_path), ("tone", tone_path)):
                rows = [r for r in data.rows(path) if held[task](r)]
                (out / "held.jsonl").write_text("\n".join(json.dumps({"id": r["id"], "text": r["text"]}) for r in rows), encoding="utf-8")
                subprocess.run([options.python, "-m", "helpers.evaluation", "predict", task, out / "held.jsonl", done[task], "--model", out / "model"], check=True)
        for task in predicted:
            predicted[task] += data.rows(done[task])
    for task, path, scorer in (("acts", acts_path, "acts"), ("tone", tone_path, "tone")):
        (out / f"{task}.jsonl").write_text("\n".join(map(json.dumps, predicted[task])), encoding="utf-8")
        print(f"{task}, {options.folds}-fold cross-validated:")
        subprocess.run([sys.executable, gold / "score_labels.py", scorer, path, out / f"{task}.jsonl"], check=True)


if __name__ == "__main__":
    main()
