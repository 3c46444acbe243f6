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
from typing import NamedTuple

from helpers import ROOT, text
from helpers.finding import acts, encoder, entities, opinion_reading, statements, tone
from helpers.scheme import scored_plover

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
    reading = opinion_reading.read_tone(encoder.load(model).encode(document), [(0, len(row["text"]))])
    return {"id": row["id"], "tone": 4 * tone.adjusted(reading.tone, row["text"])}


def predict_stance(row, model=None):
    """{id, text, start, end} -> label neg, neu or pos."""
    document = text.read(row["text"].replace("\n", " "))
    encoding = encoder.load(model).encode(document)
    chances = opinion_reading.read_stance(encoding, [(0, len(row["text"]))], row["start"], row["end"])
    return {"id": row["id"], "label": max(chances, key=chances.get) if chances else "neu"}


def predict_acts(row, model=None):
    """{id, text} -> PLOVER type of the sentence's main act (the surest one that counts), None for none."""
    string = re.sub(r"</?[st]>", "", row["text"]).replace("\n", " ")
    found, _ = acts.find_acts(*annotated(string, model))
    counted = [
        (act.confidence, plover) for act in found if (plover := scored_plover(act.category, act.modality, act.plover))
    ]
    return {"id": row["id"], "plover": max(counted)[1] if counted else None}


def predict_article_acts(row, model=None):
    """{doc_id, text} -> acts with cue offsets, category, modality, attribution, purpose, actor and target, and the
    places of both.
    """
    return as_scored(row["doc_id"], *acts.find_acts(*annotated(row["text"], model)))


def as_scored(doc_id, found, participants):
    """Acts and participants of an article as the scorer of whole articles reads them."""
    places = {role: {} for role in ("actor", "target")}
    for p in participants:
        places[p.role].setdefault(p.act_id, []).append([p.start, p.end])
    fields = ("start", "end", "category", "modality", "attribution", "purpose", "reciprocal", "actor", "target")
    rows = [
        {f: getattr(act, f) for f in fields} | {f"{role}s": at.get(act.act_id, []) for role, at in places.items()}
        for act in found
    ]
    return {"doc_id": doc_id, "acts": rows}


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


class Evaluation(NamedTuple):
    """One line of the accuracy table: what is measured, the task, the file of texts, the scorer and what it is given
    before the predictions.
    """

    title: str
    task: str
    source: Path
    scorer: str
    given: tuple = ()
    after: tuple = ()


def evaluations(gold, scratch):
    """All that a gold folder can measure, in order; files that have to be made are written to `scratch`."""
    ner = [json.loads(line) for line in (gold / "ner/dev.jsonl").read_text(encoding="utf-8").splitlines()]
    found = []
    for number, source in enumerate(dict.fromkeys(row["source"] for row in ner)):
        part = _written(scratch / f"ner{number}.jsonl", [row for row in ner if row["source"] == source])
        found.append(Evaluation(f"entity spans: {source}", "ner", part, "score_labels.py", ("ner", part)))
    gum, quotes = gold / "entities/gum_dev.jsonl", gold / "statements/polnear_dev.jsonl"
    stance, tones = gold / "tone/newsmtsc_dev.jsonl", gold / "tone/nyt_train.jsonl"
    articles, sentences = gold / "acts/articles_dev.jsonl", gold / "acts/plover_train.jsonl"
    found += [
        Evaluation("entity counts: GUM dev, end to end", "entities", gum, "score_entities.py", (gum,)),
        Evaluation("statements: PolNeAR dev", "statements", quotes, "score_statements.py", (quotes,)),
        Evaluation("stance: NewsMTSC dev", "stance", stance, "score_labels.py", ("stance", stance)),
        Evaluation("tone: NYT snippets (trained on: not a test)", "tone", tones, "score_labels.py", ("tone", tones)),
        Evaluation("acts in whole articles: development", "article_acts", articles, "acts/score_acts.py", (articles,)),
        Evaluation(
            "acts of single sentences: PLV train (trained on: not a test)",
            "acts",
            sentences,
            "score_labels.py",
            ("acts", sentences),
        ),
    ]
    return found + _sample(gold, scratch)


def _sample(gold, scratch):
    """The sample article against its coding by hand, which is no training data."""
    seed = json.loads((gold / "seed/acts.json").read_text(encoding="utf-8"))
    article = ROOT / "seeds" / seed["doc"]
    entities_gold = _written(
        scratch / "entities.jsonl", [json.loads((gold / "seed/entities.json").read_text(encoding="utf-8"))]
    )
    row = {"doc_id": seed["doc"].removesuffix(".txt"), "text": article.read_text(encoding="utf-8")}
    text_file = _written(scratch / "sample.jsonl", [row])
    return [
        Evaluation(
            "sample article: acts",
            "article_acts",
            text_file,
            "score_articles.py",
            (gold / "seed/acts.json",),
            (article.parent,),
        ),
        Evaluation("sample article: entity counts", "entities", text_file, "score_entities.py", (entities_gold,)),
    ]


def _written(path, rows):
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return path


def table(gold, model=None, only=None):
    """Print every scorer's figures on the development data of `gold`.

    Tone and single sentences have no development set: the shipped model was trained on these very rows, so their
    figures say only that it
    learned them.
    """
    gold = Path(gold).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        predictions = scratch / "predictions.jsonl"
        for one in evaluations(gold, scratch):
            if only and one.task not in only:
                continue
            lines, words, seconds = predict(one.task, one.source, predictions, model)
            print(f"\n## {one.title}\n{lines} lines, {words / max(seconds, 1e-9):.0f} words per CPU-second")
            print(_score(gold, one.scorer, *one.given, predictions, *one.after), flush=True)


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
                f"{options.gold}: no such folder; give the folder of the labelled data, as in make evaluate GOLD=path."
            )
        table(options.gold, options.model, options.only)


if __name__ == "__main__":
    main()
