"""Choose the few constants of acts on development articles: python -m helpers.training.tune_acts GOLD MODEL

`act.begin`: bonus (log odds) for opening a cue; `acts.none`: a cue that the second reading takes for no act with more
than this probability is dropped; `acts.nobody`, `acts.share`, `acts.far`: how sure the pointer must be of the first
participant, of further ones, and of one outside the sentence. Coordinate search by F1 of found acts plus F1 of dyads
(score_acts.py of the gold folder); of values that differ by less than .003 the first, since fewer cues are read faster.
Written to MODEL/config.json.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers import evaluation, text
from helpers.finding import acts, cue_reading, encoder, entities, statements
from helpers.keeping.sums import write_sums
from helpers.training.data import rows

GRID = (
    ("act", "begin", (0.5, 1.0, 1.5, 2.0)),
    ("acts", "none", (0.1, 0.15, 0.2, 0.25, 0.3)),
    ("acts", "nobody", (0.5, 0.7, 1.0, 1.4, 2.0)),
    ("acts", "share", (0.3, 0.4, 0.5, 0.6, 0.7)),
    ("acts", "far", (0.3, 0.4, 0.5, 0.7, 0.9)),
    ("act", "begin", (1.25, 1.5, 1.75)),
    ("acts", "none", (0.1, 0.15, 0.2, 0.25, 0.3)),
)


class Bench:
    """Articles read once; second readings are kept, so that only decisions are repeated."""

    def __init__(self, gold, model):
        self.gold = Path(gold) / "acts"
        self.model = encoder.load(model)
        self.articles = []
        for row in rows(self.gold / "articles_dev.jsonl"):
            document = text.read(row["text"])
            encoding = self.model.encode(document)
            mentions = entities.find_mentions(document, encoding)
            self.articles.append(
                (row["doc_id"], document, encoding, mentions, statements.find_statements(document, encoding, mentions))
            )
        self.known = {}
        self.read = cue_reading.read_cue
        cue_reading.read_cue = self.reading

    def reading(self, encoding, first, last, *, most_none=1.0):
        key = id(encoding), first, last
        if key not in self.known:
            self.known[key] = self.read(encoding, first, last)
        return self.known[key] if self.known[key].kind["NONE"] <= most_none else None

    def measure(self):
        """The scorer's figures at the constants as they are."""
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "acts.jsonl"
            lines = [
                json.dumps(evaluation.as_scored(doc_id, *acts.find_acts(*article)))
                for doc_id, *article in self.articles
            ]
            path.write_text("\n".join(lines), encoding="utf-8")
            command = [sys.executable, self.gold / "score_acts.py", self.gold / "articles_dev.jsonl", path, "--json"]
            return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold")
    parser.add_argument("model")
    options = parser.parse_args()
    bench = Bench(options.gold, options.model)
    decoding = bench.model.config["decoding"]
    for group, name, values in GRID:
        scored = []
        for value in values:
            decoding.setdefault(group, {})[name] = value
            figures = bench.measure()
            scored.append((figures["f1"] + figures["dyads"], value, figures))
        best = max(score for score, _, _ in scored)
        _, decoding[group][name], figures = next(found for found in scored if found[0] > best - 0.003)
        print(f"{group}.{name} = {decoding[group][name]}: {figures}", flush=True)
    path = Path(options.model) / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["decoding"] = decoding
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    write_sums(path.parent)


if __name__ == "__main__":
    main()
