"""Choose the decoder's few constants on development articles: python -m helpers.training.tune GOLD MODEL

Per head: `begin`, the cost (log odds) of opening a span, and `stop`, of closing one; per role: the bonus of naming no
source. Coordinate
search over a coarse grid by the sum of the exact, half and end-to-end F1 of the statement scorer, and strict F1 for
entities. Seven numbers
chosen on thousands of spans: what they gain on these articles they gain elsewhere. Written to MODEL/config.json.
"""

import argparse
import importlib.util
import json
from pathlib import Path

from helpers import text
from helpers.finding import encoder, entities, statements
from helpers.keeping.sums import write_sums
from helpers.training.data import joined, rows


def scorer(gold):
    """The statement scorer of the gold folder as a module."""
    spec = importlib.util.spec_from_file_location("score_statements", Path(gold) / "score_statements.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Bench:
    """Encodings of the development texts, kept, so that only decoding is repeated."""

    def __init__(self, gold, model):
        self.scorer = scorer(gold)
        self.model = encoder.load(model)
        self.articles = rows(Path(gold) / "statements/polnear_dev.jsonl")
        self.encodings = [self.model.encode(text.read(r["text"])) for r in self.articles]
        self.mentions = [entities.find_mentions(e.document, e) for e in self.encodings]
        self.sentences = []
        for row in rows(Path(gold) / "ner/dev.jsonl")[::3]:
            string, spans = joined(row["tokens"], row["tags"], False)
            kinds = {"PER", "ORG", "LOC"} | (set() if "EWT" in row["source"] else {"MISC"})
            self.sentences.append((self.model.encode(text.read(string)), set(spans), kinds))

    def statements(self):
        counts = []
        for row, encoding, mentions in zip(self.articles, self.encodings, self.mentions, strict=True):
            encoding.__dict__.pop("attributions", None)
            found = statements.find_statements(encoding.document, encoding, mentions)
            quotes = [
                {
                    "spans": [list(s) for s in q.spans],
                    "mention_start": q.speaker_mention_start,
                    "mention_end": q.speaker_mention_end,
                    "speaker": q.speaker or "",
                }
                for q in found
            ]
            counts.append(self.scorer.score_doc(row, quotes))
        result = self.scorer.summarise(self.scorer.tot(counts))["statements"]
        return sum(result[k][2] for k in ("exact", "half", "e2e"))

    def entities(self):
        right = gold = predicted = 0
        for encoding, truth, kinds in self.sentences:
            encoding.__dict__.pop("entities", None)
            found = {(e.start, e.end, e.type) for e in encoding.entities if e.type in kinds}
            right, gold, predicted = right + len(found & truth), gold + len(truth), predicted + len(found)
        return 2 * right / max(1, gold + predicted)


def search(measure, decoding, key, name, values):
    """Set decoding[key][name] to the best of `values`."""
    best = None
    for value in values:
        decoding.setdefault(key, {})[name] = value
        score = measure()
        # a constant has to earn its place: zero unless something else is better by more than noise
        score += 0.0005 if value == 0 else 0
        if best is None or score > best[0]:
            best = (score, value)
    decoding[key][name] = best[1]
    print(f"{key}.{name} = {best[1]} ({best[0]:.4f})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold")
    parser.add_argument("model")
    options = parser.parse_args()
    bench = Bench(options.gold, options.model)
    decoding = bench.model.config["decoding"]
    search(bench.entities, decoding, "entities", "begin", (-0.6, -0.3, 0, 0.3, 0.6))
    for key, name in (
        ("content", "begin"),
        ("content", "stop"),
        ("source", "begin"),
        ("source", "stop"),
        ("none", "source"),
        ("content", "begin"),
    ):
        search(bench.statements, decoding, key, name, (-2, -1, 0, 1, 2))
    path = Path(options.model) / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["decoding"] = decoding
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    write_sums(path.parent)


if __name__ == "__main__":
    main()
