"""Honest figures for tone, which has no development data: python -m helpers.training.crossvalidate GOLD CHECKPOINT
OUT [--folds 5]

CHECKPOINT is a network that never saw a tone ("base": the base model). For each fold it is trained on the tones of the
other folds and on stances (grouped, so that snippets of one article never stand on both sides), exported to int8, and
predicts the held-out rows with the code the notebooks use. OUT receives the pooled predictions as the scorer reads
them; the score is printed. --only: these folds alone, joined by commas.
"""

import argparse
import json
import subprocess
import sys
import zlib
from pathlib import Path

import torch

from helpers.training import acts, data, train
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
    parser.add_argument("--only", default="")
    parser.add_argument("--tokens", type=float, default=0.4e6)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--python", default=sys.executable, help="interpreter with the run-time requirements, for the predictions"
    )
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    gold, out = Path(options.gold), Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    path = gold / "tone/nyt_train.jsonl"
    tokenizer = train.minilm() / "tokenizer.json"
    makers = data.Maker(tokenizer), acts.Maker(tokenizer)
    predicted = []
    for fold in map(int, options.only.split(",")) if options.only else range(options.folds):
        done = out / f"tone{fold}.jsonl"
        held = lambda row, fold=fold: fold_of(row["article"], options.folds) == fold  # noqa: E731
        if not done.exists():
            torch.manual_seed(fold)
            network = train.build(6, None if options.checkpoint == "base" else options.checkpoint)
            sources = train.opinion_sources(gold, lambda row, held=held: not held(row))
            mean = train.fit(
                network,
                sources,
                makers,
                {"tone": 3.0, "stance": 1.0},
                tokens=options.tokens,
                rate=options.rate,
                budget=1500,
                seed=fold,
                average=0.99,
            )
            network.load_state_dict(mean)
            export(network, out / "model")
            rows = [json.dumps({"id": row["id"], "text": row["text"]}) for row in data.rows(path) if held(row)]
            (out / "held.jsonl").write_text("\n".join(rows), encoding="utf-8")
            command = [
                options.python,
                "-m",
                "helpers.evaluation",
                "predict",
                "tone",
                out / "held.jsonl",
                done,
                "--model",
                out / "model",
            ]
            subprocess.run(command, check=True)
        predicted += data.rows(done)
    (out / "tone.jsonl").write_text("\n".join(map(json.dumps, predicted)), encoding="utf-8")
    print(f"tone, {options.folds}-fold cross-validated:")
    subprocess.run([sys.executable, gold / "score_labels.py", "tone", path, out / "tone.jsonl"], check=True)


if __name__ == "__main__":
    main()
