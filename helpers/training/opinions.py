"""Tone and stance -> training examples: passages with a rating or a label, read the way a notebook reads them.

A passage is read within a window that holds other passages too, and judged by a second reading of its own sentences
(`model.Reader`): so the network learns that the neighbours of a calm sentence do not change its tone.
"""

import csv
import itertools
import random
from typing import NamedTuple

from helpers.finding import features
from helpers.text import Span, read
from helpers.training.acts import of_like_length
from helpers.training.data import disguised, padded, reach, rows
from helpers.training.model import STANCES

FILLER = 0.35  # windows that also hold a paragraph of an article nobody rated
LONGEST = 351  # word pieces of a window


class Passage(NamedTuple):
    """text with what was judged in it: text[said[0]:said[1]], towards text[target[0]:target[1]] (None: its tone);
    value: -1 to 1, or a number into STANCES; group: passages of one article."""

    text: str
    said: tuple
    target: tuple | None
    value: float
    group: str


class Part(NamedTuple):
    """A sentence of a passage that is read again: words[first:last], of which `said` are judged; target: word range."""

    first: int
    last: int
    said: tuple
    target: tuple | None


class Judged(NamedTuple):
    """The parts of one passage and the answer for all of them."""

    parts: list
    value: float


class Window(NamedTuple):
    """What one row of a batch holds."""

    words: list
    pieces: object
    judged: list


def tones(nyt, own, keep=lambda row: True):
    """Editorial snippets rated by readers, and this project's own sentences of other registers."""
    found = [
        Passage(text, (0, len(text)), None, row["rating"] / 4, row["article"])
        for row in rows(nyt)
        if keep(row) and (text := row["text"].replace("\n", " "))
    ]
    return found + [
        Passage(row["text"], (0, len(row["text"])), None, float(row["tone"]), f"own {number}")
        for number, row in enumerate(table(own))
    ]


def stances(newsmtsc, own):
    """Sentences of news with a labelled target, and this project's own: defended, mocked and quoted targets."""
    found = []
    for row in rows(newsmtsc):
        if row["end"] > row["start"]:
            text, target, value = (
                row["text"].replace("\n", " "),
                (row["start"], row["end"]),
                STANCES.index(row["label"]),
            )
            found.append(Passage(text, (0, len(text)), target, value, row["id"]))
    for number, row in enumerate(table(own)):
        begin = row["text"].find(row["quote"])
        at = row["text"].find(row["target"], begin)
        if begin >= 0 and begin <= at < begin + len(row["quote"]):
            said, target = (begin, begin + len(row["quote"])), (at, at + len(row["target"]))
            found.append(Passage(row["text"], said, target, STANCES.index(row["label"]), f"own {number}"))
    return found


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Opinions:
    """Windows of several passages, put together anew each epoch. task: "tone" or "stance"."""

    def __init__(self, task, passages, articles):
        self.task, self.passages = task, passages
        self.paragraphs = [row["text"][p.start : p.end] for row in rows(articles) for p in read(row["text"]).paragraphs]

    def epoch(self, maker, rng):
        groups = [list(group) for _, group in itertools.groupby(self.passages, key=lambda p: p.group)]
        if rng.random() < 0.5:  # neighbours of the same article, or of any
            groups = [[p] for group in groups for p in group]
        rng.shuffle(groups)
        order, found, number = [p for group in groups for p in group], [], 0
        while number < len(order):
            size = 1 if rng.random() < 0.25 else rng.randint(2, 6)
            found.append(self.window(maker, order[number : number + size], rng))
            number += size
        rng.shuffle(found)
        return [window for window in found if window.judged]

    def window(self, maker, passages, rng):
        between = "\n\n" if rng.random() < 0.5 else " "
        blocks = [(p.text, p) for p in passages]
        if rng.random() < FILLER:
            blocks.insert(rng.randint(0, len(blocks)), (rng.choice(self.paragraphs)[:600], None))
        text, placed = "", []
        for block, passage in blocks:
            text += between if text else ""
            if passage:
                placed.append((len(text), passage))
            text += disguised(block, rng) if rng.random() < 0.3 else block
        document = read(text)
        words = features.words_of(document)
        pieces = features.piece_ids(maker.tokenizer, text, words)
        last = reach(pieces, 0, len(words), LONGEST)
        made = features.assemble(words[:last], pieces[:last], 0, last, maker.begin, maker.separator)
        judged = [Judged(parts, p.value) for at, p in placed if (parts := parts_of(document, words[:last], at, p))]
        return Window(words[:last], made, judged)


def parts_of(document, words, at, passage):
    """The sentences of a passage that starts at the offset `at`; for a stance the one that holds the target."""
    start, end = at + passage.said[0], at + passage.said[1]
    target = features.inside(words, *(at + t for t in passage.target)) if passage.target else None
    if target and target[0] == target[1]:
        return []
    found = []
    for sentence in document.sentences:
        sentence = Span(max(sentence.start, at), min(sentence.end, at + len(passage.text)))
        first, last = features.inside(words, *sentence)
        said = features.inside(words, max(start, sentence.start), min(end, sentence.end))
        if said[0] < said[1] and (target is None or first <= target[0] < last):
            found.append(Part(first, last, said, target and (target[0], min(target[1], last))))
    return found


def endless(dataset, maker, budget, seed):
    """Batches of a dataset, epoch after epoch."""
    rng = random.Random(seed)
    while True:
        for group in of_like_length(dataset.epoch(maker, rng), budget, rng):
            batch = padded([w.pieces for w in group], [len(w.words) for w in group])
            yield {**batch, "task": dataset.task, "windows": group}
