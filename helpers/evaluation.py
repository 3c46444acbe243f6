"""Predictions in the scorers' formats, and the accuracy table.

    python -m helpers.evaluation predict TASK INPUT.jsonl OUTPUT.jsonl
    python -m helpers.evaluation table GOLD          every scorer over the development data of a gold folder

TASK is one of ner, entities, statements, tone, stance, acts, article_acts.
Predictions come from the very functions the notebooks use; answers that an input line may carry are never read.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from helpers import text
from helpers.finding import encoder, entities, escalation, statements, tone

TASKS = ("ner", "entities", "statements", "tone", "stance", "acts", "article_acts")


def annotated(string, model=None):
    """One text through the whole pass: (document, encoding, mentions, statements)."""
    document = text.read(string)
    encoding = encoder.load(model).encode(document)
    mentions = entities.find_mentions(document, encoding)
    return document, encoding, mentions, statements.find_statements(document, encoding, mentions)


def predict_ner(row, model=None):
    """{tokens} -> {tags}: IOB2, whole tokens."""
    joined, offsets = "", []
    for token in row["tokens"]:
        joined += " " if joined else ""
        offsets.append((len(joined), len(joined) + len(token)))
        joined += token
    tags = ["O"] * len(offsets)
    for span in encoder.load(model).encode(text.read(joined)).entities:
        inside = [k for k, (a, b) in enumerate(offsets) if a < span.end and span.start < b]
        for k in inside:
            tags[k] = ("B-" if k == inside[0] else "I-") + span.type
    return {"tags": tags}


def predict_entities(row, model=None):
    """{doc_id, text} -> mentions; a demonym is exported as a named mention of its country, as entity counts use it."""
    document = text.read(row["text"])
    found = entities.find_mentions(document, encoder.load(model).encode(document))
    return {
        "doc_id": row["doc_id"],
        "mentions": [
            {
                "start": m.start,
                "end": m.end,
                "type": m.type,
                "entity_id": m.entity_id or f"{row['doc_id']}:{m.start}",
                "name": m.entity or m.text,
                "kind": "named" if m.kind == "demonym" else m.kind,
                "demonym": m.kind == "demonym",
            }
            for m in found
        ],
    }


def predict_statements(row, model=None):
    """{doc_id, text} -> quotes with content spans, the speaker as written and as resolved."""
    *_, found = annotated(row["text"], model)
    return {
        "doc_id": row["doc_id"],
        "quotes": [
            {
                "spans": [list(s) for s in q.spans],
                "mention_start": q.speaker_mention_start,
                "mention_end": q.speaker_mention_end,
                "speaker": q.speaker or "",
                "via": q.via,
            }
            for q in found
        ],
    }


def predict_tone(row, model=None):
    """{id, text} -> tone on -4..4."""
    document = text.read(row["text"].replace("\n", " "))
    return {
        "id": row["id"],
        "tone": 4 * tone.adjusted(encoder.load(model).encode(document).tone(0, len(row["text"])), row["text"]),
    }


def predict_stance(row, model=None):
    """{id, text, start, end} -> label neg, neu or pos."""
    document = text.read(row["text"].replace("\n", " "))
    chances = encoder.load(model).encode(document).stance(0, len(row["text"]), row["start"], row["end"])
    return {"id": row["id"], "label": max(chances, key=chances.get) if chances else "neu"}


def predict_acts(row, model=None):
    """{id, text} -> PLOVER type of the sentence's main act, None for none."""
    string = re.sub(r"</?[st]>", "", row["text"]).replace("\n", " ")
    document = text.read(string)
    return {"id": row["id"], "plover": escalation.classify_sentence(string, encoder.load(model).encode(document))}


def predict_article_acts(row, model=None):
    """{doc_id, text} -> acts with cue offsets, category, modality, attribution, purpose, actor and target."""
    document, encoding, mentions, said = annotated(row["text"], model)
    fields = ("start", "end", "category", "modality", "attribution", "purpose", "actor", "target")
    return {
        "doc_id": row["doc_id"],
        "acts": [
            {f: getattr(act, f) for f in fields} for act in escalation.find_acts(document, encoding, mentions, said)
        ],
    }


def predict(task, source, target, model=None):
    """Predict every line of a JSONL file; writes JSONL. -> (lines, words, CPU seconds)."""
    function = globals()[f"predict_{task}"]
    encoder.load(model)
    lines = words = 0
    began = time.process_time()
    with open(source, encoding="utf-8") as rows, open(target, "w", encoding="utf-8") as out:
        for line in rows:
            if line.strip():
                row = json.loads(line)
                words += len(row["tokens"]) if "tokens" in row else len(row["text"].split())
                out.write(json.dumps(function(row, model), ensure_ascii=False) + "\n")
                lines += 1
    return lines, words, time.process_time() - began


def _score(gold, scorer, *arguments):
    done = subprocess.run(
        [sys.executable, str(Path(gold) / scorer), *map(str, arguments)], capture_output=True, text=True
    )
    return (done.stdout or done.stderr).strip()


def table(gold, model=None, only=None):
    """Print every scorer's figures on the development data of `gold`.

    Tone and acts have no development set: the shipped model was trained on these very rows, so their figures here say
    only that it learned them; the honest, cross-validated ones come from `python -m helpers.training.crossvalidate`.
    """
    gold = Path(gold)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)

        def run(title, task, source, score):
            if only and task not in only:
                return
            lines, words, seconds = predict(task, source, scratch / "predictions.jsonl", model)
            print(f"\n## {title}\n{lines} lines, {words / max(seconds, 1e-9):.0f} words per CPU-second")
            print(score(scratch / "predictions.jsonl"))

        ner = [json.loads(line) for line in open(gold / "ner/dev.jsonl", encoding="utf-8")]
        for source in dict.fromkeys(r["source"] for r in ner):
            part = scratch / "part.jsonl"
            part.write_text("\n".join(json.dumps(r) for r in ner if r["source"] == source), encoding="utf-8")
            run(
                f"entity spans: {source}",
                "ner",
                part,
                lambda p, part=part: _score(gold, "score_labels.py", "ner", part, p),
            )
        dev = gold / "entities/gum_dev.jsonl"
        run("entity counts: GUM dev, end to end", "entities", dev, lambda p: _score(gold, "score_entities.py", dev, p))
        quotes = gold / "statements/polnear_dev.jsonl"
        run("statements: PolNeAR dev", "statements", quotes, lambda p: _score(gold, "score_statements.py", quotes, p))
        stance = gold / "tone/newsmtsc_dev.jsonl"
        run("stance: NewsMTSC dev", "stance", stance, lambda p: _score(gold, "score_labels.py", "stance", stance, p))
        tone = gold / "tone/nyt_train.jsonl"
        run(
            "tone: NYT snippets (trained on: not a test)",
            "tone",
            tone,
            lambda p: _score(gold, "score_labels.py", "tone", tone, p),
        )
        acts = gold / "acts/plover_train.jsonl"
        run(
            "acts: PLV train (trained on: not a test)",
            "acts",
            acts,
            lambda p: _score(gold, "score_labels.py", "acts", acts, p),
        )
        seed = json.loads((gold / "seed/acts.json").read_text(encoding="utf-8"))
        article = gold.parent / "seeds" / seed["doc"]
        if article.exists():
            sample = scratch / "sample.jsonl"
            string = article.read_text(encoding="utf-8")
            sample.write_text(
                json.dumps({"doc_id": seed["doc"].removesuffix(".txt"), "text": string}) + "\n", encoding="utf-8"
            )
            run(
                "sample article: acts",
                "article_acts",
                sample,
                lambda p: _score(gold, "score_articles.py", gold / "seed/acts.json", p, article.parent),
            )
            entities_gold = scratch / "entities.jsonl"
            entities_gold.write_text(
                json.dumps(json.loads((gold / "seed/entities.json").read_text(encoding="utf-8"))) + "\n",
                encoding="utf-8",
            )
            run(
                "sample article: entity counts",
                "entities",
                sample,
                lambda p: _score(gold, "score_entities.py", entities_gold, p),
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("predict", help="write predictions for one task")
    one.add_argument("task", choices=TASKS)
    one.add_argument("input")
    one.add_argument("output")
    one.add_argument("--model", help="folder of another model (default: the shipped one)")
    every = commands.add_parser("table", help="print the accuracy table over a gold folder")
    every.add_argument("gold")
    every.add_argument("--model")
    every.add_argument("--only", nargs="*", choices=TASKS)
    options = parser.parse_args()
    if options.command == "predict":
        if not Path(options.input).is_file():
            raise SystemExit(f"{options.input}: no such file; give a JSONL file with one object a line.")
        lines, words, seconds = predict(options.task, options.input, options.output, options.model)
        print(
            f"{lines} lines, {words} words, {seconds:.1f} CPU s, {words / max(seconds, 1e-9):.0f} words per CPU-second"
        )
    else:
        if not Path(options.gold).is_dir():
            raise SystemExit(
                f"{options.gold}: no such folder; give the folder of the human-labelled data, as in make evaluate GOLD=path."
            )
        table(options.gold, options.model, options.only)


if __name__ == "__main__":
    main()
