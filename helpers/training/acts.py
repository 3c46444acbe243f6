"""Coded acts -> training examples: windows of whole articles, predicates of other corpora, single sentences.

An example is a window of words with the tag of every word (-100: no loss) and the cues in it that are read once more:
kind, modality,
reciprocity, PLOVER type, and the words of their actors and targets. Participants that the window does not hold count
as nobody, since
the network could not see them either.
"""

import bisect
import csv
import random
from typing import NamedTuple

import torch

from helpers.finding import features
from helpers.text import read
from helpers.training.data import disguised, grouped, padded, reach, read_lines, rows
from helpers.training.model import KINDS, MODALITIES, PLOVER, ROLES, TAGS

LABEL = {label: number for number, label in enumerate(TAGS["act"])}
KIND_OF_PLOVER = {
    "AGREE": "TALK",
    "CONSULT": "TALK",
    "SUPPORT": "TALK",
    "COOPERATE": "AID",
    "ASSAULT": "FORCE",
}  # the other types have the name of their kind
UNKNOWN = -100


class Cue(NamedTuple):
    """words[first:last] name an act; numbers into KINDS, MODALITIES, PLOVER (UNKNOWN: no loss); reciprocal 0, 1 or
    UNKNOWN.

    participants: {role: [(first, last), …]}, word ranges; a role that is missing is not known. sentence: word range
    of its sentence.
    """

    first: int
    last: int
    kind: int
    modality: int
    reciprocal: int
    plover: int
    participants: dict
    sentence: tuple


class Window(NamedTuple):
    """What one row of a batch holds. `type`: PLOVER type of a sentence whose cue is not known, else None."""

    words: list
    pieces: object
    tags: list
    cues: list
    type: str | None = None


class Articles:
    """Whole articles, cut into windows with context anew each epoch."""

    def __init__(self, path, share=1.0):
        self.articles = rows(path)
        self.articles = self.articles[: max(1, round(len(self.articles) * share))]

    def prepared(self, row, tokenizer):
        if "words" not in row:
            document = read(row["text"])
            words = features.words_of(document)
            sentences = [features.inside(words, s.start, s.end) for s in document.sentences]
            tags, cues = [0] * len(words), []
            for act in row["acts"]:
                first, last = features.inside(words, act["start"], act["end"])
                if first == last:
                    continue
                mark(tags, first, last, act["act"])
                participants = {
                    role: [
                        features.inside(words, p["start"], p["end"])
                        for p in act[f"{role}s"]
                        if p["start"] is not None and p["start"] >= 0
                    ]
                    for role in ROLES
                }
                sentence = sentences[max(0, bisect.bisect_right(sentences, (first, len(words))) - 1)]
                cues.append(
                    Cue(
                        first,
                        last,
                        KINDS.index(act["act"]),
                        MODALITIES.index(act["modality"]),
                        int(act["reciprocal"]),
                        UNKNOWN,
                        participants,
                        sentence,
                    )
                )
            row.update(words=words, pieces=features.piece_ids(tokenizer, row["text"], words), tags=tags, cues=cues)
            row["starts"] = {s for s, _ in sentences}
        return row

    def epoch(self, maker, rng):
        found = []
        for row in self.articles:
            row = self.prepared(row, maker.tokenizer)
            if not row["words"]:
                continue
            # whole windows, and now and then little more than a sentence: users bring headlines too
            size, context = (
                (rng.randint(96, 256), rng.randint(32, 96)) if rng.random() < 0.7 else (rng.randint(16, 64), 0)
            )
            words = row["words"]
            if rng.random() < 0.12:
                text = disguised(row["text"], rng)
                if text != row["text"]:
                    words = [w._replace(case=features.case_of(text[w.start : w.end])) for w in words]
            for left, first, last, right in features.windows(row["words"], row["pieces"], row["starts"], size, context):
                found.append(self.window(maker, row, words, left, first, last, right, rng))
        rng.shuffle(found)
        return found

    @staticmethod
    def window(maker, row, words, left, first, last, right, rng):
        right = maker.reach(row["pieces"], left, right)
        pieces = row["pieces"]
        if rng.random() < 0.5:
            pieces = pieces[:left] + [[maker.unknown] if rng.random() < 0.04 else p for p in pieces[left:right]]
        made = features.assemble(words, pieces, left, right, maker.begin, maker.separator)
        tags = [row["tags"][k] if first <= k < last else UNKNOWN for k in range(left, right)]
        cues = [shifted(c, left, right) for c in row["cues"] if first <= c.first and c.last <= min(last, right)]
        return Window(words[left:right], made, tags, cues)


def shifted(cue, left, right):
    """A cue in the numbers of a window words[left:right]; participants outside it are left out."""
    participants = {
        role: [(max(a, left) - left, min(b, right) - left) for a, b in spans if a < right and left < b and a < b]
        for role, spans in cue.participants.items()
    }
    start, stop = cue.sentence
    return cue._replace(
        first=cue.first - left,
        last=cue.last - left,
        participants=participants,
        sentence=(max(start, left) - left, min(stop, right) - left),
    )


def mark(tags, first, last, kind):
    tags[first:last] = [LABEL[f"I-{kind}"]] * (last - first)
    tags[first] = LABEL[f"B-{kind}"]


class Sentences:
    """Single sentences: predicates with who and whom of other corpora; the codebook; sentences with a PLOVER type and
    no cue.
    """

    def __init__(self, examples):
        self.examples = examples

    def epoch(self, maker, rng):
        found = []
        for text, spans, type_ in self.examples:
            disguise = disguised(text, rng) if rng.random() < 0.3 else text
            window = self.window(maker, disguise, spans, type_)
            if window:
                found.append(window)
        rng.shuffle(found)
        return found

    @staticmethod
    def window(maker, text, spans, type_):
        words = features.words_of(read_lines(text))
        pieces = features.piece_ids(maker.tokenizer, text, words)
        last = maker.reach(pieces, 0, len(words))
        if not last:
            return None
        words = words[:last]
        made = features.assemble(words, pieces, 0, last, maker.begin, maker.separator)
        neutral = type_ == "NONE"
        tags, cues = [0 if neutral else UNKNOWN] * last, []
        for span in spans:
            first, stop = features.inside(words, *span["cue"])
            if first == stop:
                continue
            if span["tag"] == "NONE":
                tags[first:stop] = [0] * (stop - first)
            elif span["tag"]:
                mark(tags, first, stop, span["tag"])
            participants = {
                role: [features.inside(words, *p) for p in found] for role, found in span["participants"].items()
            }
            cues.append(
                Cue(first, stop, span["kind"], span["modality"], UNKNOWN, span["plover"], participants, (0, last))
            )
        return Window(words, made, tags, cues, None if neutral else type_)


def predicates(path, limit=240):
    """who_whom.jsonl: one sentence with all its predicates is one example."""
    table = {}
    for row in rows(path):
        if len(row["tokens"]) > limit or not row["cue"]:
            continue
        starts, text = [], ""
        for token in row["tokens"]:
            text += " " if text else ""
            starts.append((len(text), len(text) + len(token)))
            text += token
        offset = lambda a, b, starts=starts: (starts[a][0], starts[b - 1][1])
        span = {
            "cue": offset(*row["cue"]),
            "tag": None,
            "kind": UNKNOWN,
            "modality": UNKNOWN,
            "plover": UNKNOWN,
            "participants": {role: [offset(*p) for p in row[role]] for role in ROLES},
        }
        table.setdefault(text, []).append(span)
    return Sentences([(text, spans, None) for text, spans in table.items()])


def codebook(path):
    """This project's own examples: the cue with its kind, modality, type, and the participants that stand in the
    sentence as named.
    """
    table = {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            start = row["sentence"].find(row["cue"]) if row["cue"] else -1
            if start < 0:
                continue
            none = row["category"] == "NONE"
            participants = {}
            for role in ROLES:
                places = [
                    (at, at + len(name))
                    for name in row[role].split("; ")
                    if name and (at := row["sentence"].find(name)) >= 0
                ]
                if places and not none:
                    participants[role] = places
            table.setdefault(row["sentence"], []).append(
                {
                    "cue": (start, start + len(row["cue"])),
                    "tag": "NONE" if none else None,
                    "kind": KINDS.index(row["category"]),
                    "modality": UNKNOWN
                    if none or row["modality"] not in MODALITIES
                    else MODALITIES.index(row["modality"]),
                    "plover": PLOVER.index(row["plover"]) if row["plover"] in PLOVER and not none else UNKNOWN,
                    "participants": participants,
                }
            )
    return Sentences([(text, spans, None) for text, spans in table.items()])


def sentences(path):
    """plover_train.jsonl: a sentence with one type and no cue, or with none."""
    return Sentences([(row["text"].replace("\n", " "), [], row.get("plover") or "NONE") for row in rows(path)])


def of_like_length(windows, budget, rng):
    """Groups of windows of like length, at most `budget` word pieces each with padding; order shuffled."""
    windows = sorted(windows, key=lambda w: len(w.pieces.ids) + rng.random() * 32)
    groups = grouped(windows, lambda w: len(w.pieces.ids), budget)
    rng.shuffle(groups)
    return groups


class Maker:
    """Windows -> padded tensors."""

    def __init__(self, tokenizer_path, longest=420):
        self.tokenizer = features.load_tokenizer(tokenizer_path)
        self.begin, self.separator, self.unknown = (self.tokenizer.token_to_id(t) for t in ("[CLS]", "[SEP]", "[MASK]"))
        self.longest = longest

    def reach(self, pieces, first, last):
        """The last word that still fits."""
        return reach(pieces, first, last, self.longest)

    def batches(self, examples, budget, rng):
        yield from map(self.tensors, of_like_length(examples, budget, rng))

    @staticmethod
    def tensors(group):
        batch = padded([w.pieces for w in group], [len(w.words) for w in group])
        batch["tags"] = torch.full(batch["first"].shape, UNKNOWN)
        for number, window in enumerate(group):
            batch["tags"][number, : len(window.words)] = torch.tensor(window.tags)
        batch["task"], batch["windows"] = "acts", group
        return batch


def endless(dataset, maker, budget, seed):
    rng = random.Random(seed)
    while True:
        yield from maker.batches(dataset.epoch(maker, rng), budget, rng)


def neighbourhoods(batch, chosen):
    """Word-piece ranges around cues: chosen is [(row, Cue)]. Returns [(row, first piece, last piece + 1, words
    inside, Cue)].
    """
    found = []
    for row, cue in chosen:
        made = batch["windows"][row].pieces
        begin, end, a, b = features.neighbourhood(made, cue.first, cue.last, *cue.sentence)
        found.append((row, begin, end, a, b, cue))
    return found
