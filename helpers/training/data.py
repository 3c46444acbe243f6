"""Human-labelled data -> training examples, with augmentation. An example is a text with character spans and labels.

The data folder is laid out as the project's gold folder: ner/, statements/, tone/, acts/ (see README.md beside this
file for
where each corpus comes from and its licence). The codebook of this project adds act examples.
"""

import itertools
import json
import random
from pathlib import Path
from typing import NamedTuple

import torch

from helpers.finding import features
from helpers.text import Document, Span, quotations, read
from helpers.training.model import TAGS

TRIM = " \t\r\n\u00a0.,;:!?\"'“”‘’„«»—–…-()[]`"


class Example(NamedTuple):
    """task; document; spans: (start, end, head, label); links: (start, end, {role: start of its span, -1 none, None
    unknown}); ignore: (start, end) without loss."""

    task: str
    document: Document
    spans: list = []
    links: list = []
    ignore: list = []


def rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


# -- entities ---------------------------------------------------------------------------------------------------------

_NO_SPACE_BEFORE = {
    ".",
    ",",
    ";",
    ":",
    "!",
    "?",
    ")",
    "]",
    "%",
    "'s",
    "'",
    "n't",
    "'re",
    "'ve",
    "'ll",
    "'d",
    "'m",
    "’s",
    "’",
}
_NO_SPACE_AFTER = {"(", "[", "$", "£", "€"}


def joined(tokens, tags, natural):
    """Tokens -> text with (start, end, type) spans; `natural`: punctuation attached as in running text."""
    text, spans, opened, quote_open = "", [], None, False
    after = True
    for token, tag in zip(tokens, tags, strict=True):
        token = {"``": '"', "''": '"', "-LRB-": "(", "-RRB-": ")"}.get(token, token)
        space = bool(text)
        if natural and text:
            space = after and token not in _NO_SPACE_BEFORE
            if token == '"':
                space = not quote_open
        after = not (natural and (token in _NO_SPACE_AFTER or (token == '"' and not quote_open)))
        if token == '"':
            quote_open = not quote_open
        text += " " if space else ""
        start = len(text)
        text += token
        if opened and (tag == "O" or tag[0] == "B" or tag[2:] != opened[1]):
            opened = None
        if tag != "O":
            if opened:
                spans[-1] = (spans[-1][0], len(text), tag[2:])
            else:
                spans.append((start, len(text), tag[2:]))
                opened = (start, tag[2:])
    return text, spans


class Entities:
    """NER sentences; some joined with their neighbours of the same document, some with names swapped."""

    def __init__(self, path, sources=None):
        self.sentences = [r for r in rows(path) if sources is None or r["source"] in sources]
        self.pool = {}
        for row in self.sentences:
            text, spans = joined(row["tokens"], row["tags"], False)
            for start, end, kind in spans:
                self.pool.setdefault(kind, []).append(text[start:end])

    def epoch(self, rng):
        order, number = [], 0
        while number < len(self.sentences):
            size = 1 if rng.random() < 0.4 else rng.randint(2, 9)
            home = (self.sentences[number]["source"], self.sentences[number]["doc"])
            group = list(
                itertools.takewhile(
                    lambda row, home=home: (row["source"], row["doc"]) == home, self.sentences[number : number + size]
                )
            )
            number += len(group)
            order.append(group)
        rng.shuffle(order)
        return [self.example(group, rng) for group in order]

    def example(self, group, rng):
        natural, newline = rng.random() < 0.6, rng.random() < 0.3
        swap = 0.25 if rng.random() < 0.35 else 0.0
        text, spans = "", []
        for row in group:
            if text:
                text += "\n" if newline else " "
            sentence, found = joined(row["tokens"], row["tags"], natural)
            sentence, found = self.swapped(sentence, found, rng, swap)
            sentence = disguised(sentence, rng)
            spans += [(len(text) + s, len(text) + e, "entities", kind) for s, e, kind in found]
            text += sentence
        return Example("entities", read_lines(text), spans)

    def swapped(self, text, spans, rng, chance):
        if not chance:
            return text, spans
        out, found, position = "", [], 0
        for start, end, kind in spans:
            out += text[position:start]
            name = text[start:end]
            if rng.random() < chance:
                name = rng.choice(self.pool[kind])
            found.append((len(out), len(out) + len(name), kind))
            out += name
            position = end
        return out + text[position:], found


def disguised(text, rng):
    """The same text, same length, sometimes as a wire headline, without capitals, or with other quotation marks."""
    chance = rng.random()
    changed = text
    if chance < 0.03:
        changed = text.upper()
    elif chance < 0.06:
        changed = text.lower()
    elif chance < 0.075:
        changed = text.title()
    if rng.random() < 0.3:
        changed = changed.translate(str.maketrans("“”‘’", "\"\"''"))
    elif rng.random() < 0.1:
        changed = changed.replace("'", "’")
    return changed if len(changed) == len(text) else text


def read_lines(text):
    """A document whose every line is a paragraph (sentences are not needed in training)."""
    paragraphs, position = [], 0
    for line in text.split("\n"):
        if line.strip():
            paragraphs.append(Span(position, position + len(line)))
        position += len(line) + 1
    return Document(text, paragraphs, [], quotations(text, paragraphs))


# -- statements -------------------------------------------------------------------------------------------------------


def trimmed(text, start, end):
    while start < end and text[start] in TRIM:
        start += 1
    while end > start and text[end - 1] in TRIM:
        end -= 1
    return start, end


class Statements:
    """Attributions of whole articles, cut into windows of neighbouring paragraphs anew each epoch."""

    def __init__(self, path):
        self.articles = rows(path)

    def epoch(self, rng):
        found = []
        for row in self.articles:
            document = row.get("document")
            if document is None:
                document = row["document"] = read(row["text"])
            number = -rng.randint(0, 3)
            paragraphs = document.paragraphs
            while number < len(paragraphs):
                size, first = 0, max(number, 0)
                last = first
                budget = rng.randint(700, 1500)  # characters
                while last < len(paragraphs) and (
                    last == first or size + paragraphs[last].end - paragraphs[last].start <= budget
                ):
                    size += paragraphs[last].end - paragraphs[last].start
                    last += 1
                    if number < 0 and last - first >= 4 + number:
                        break
                found.append(
                    self.example(
                        row, paragraphs[first].start, min(paragraphs[last - 1].end, paragraphs[first].start + 2400), rng
                    )
                )
                number = last
        rng.shuffle(found)
        return found

    def example(self, row, begin, stop, rng):
        text, spans, links = row["text"], [], []
        for attribution in row["attributions"]:
            contents = [trimmed(text, s, e) for s, e in attribution["content"]]
            if not any(begin <= s and e <= stop for s, e in contents):
                continue
            label = "STATEMENT" if attribution["speech"] else "ATTITUDE"
            targets = {}
            for role in ("source", "cue"):
                pieces = [trimmed(text, s, e) for s, e in attribution[role]]
                pieces = [(s, e) for s, e in pieces if begin <= s and e <= stop and s < e]
                spans += [(s - begin, e - begin, role, role.upper()) for s, e in pieces]
                # -1: there is none; None: it lies outside the window
                targets[role] = pieces[0][0] - begin if pieces else (-1 if not attribution[role] else None)
            for s, e in contents:
                if begin <= s and e <= stop and s < e:
                    spans += [(a - begin, b - begin, "content", label) for a, b in self.pieces(row["document"], s, e)]
                    links += [(a - begin, b - begin, targets) for a, b in self.pieces(row["document"], s, e)]
        ignore = [(max(s, begin) - begin, min(e, stop) - begin) for s, e in row["discard"] if s < stop and e > begin]
        part = text[begin:stop]
        if rng.random() < 0.15:
            part = disguised(part, rng)
        elif rng.random() < 0.02:
            part = part.translate(str.maketrans({"“": '"', "”": '"', "’": "?", "—": "?"}))
        return Example("statements", read_lines(part), spans, links, ignore)

    @staticmethod
    def pieces(document, start, end):
        """A content that runs over several paragraphs, one piece a paragraph."""
        cut = [(max(start, p.start), min(end, p.end)) for p in document.paragraphs if p.start < end and start < p.end]
        return [(s, e) for s, e in (trimmed(document.text, *c) for c in cut) if s < e]


# -- batches ----------------------------------------------------------------------------------------------------------


def reach(pieces, first, last, longest):
    """How far words[first:last] reach in at most `longest` word pieces, with the marks around them."""
    size = 3
    for number in range(first, last):
        size += len(pieces[number])
        if size > longest:
            return number
    return last


def grouped(items, size_of, budget):
    """Neighbours together, as many as fill `budget` word pieces when all are padded to the last one's size."""
    groups, group = [], []
    for item in items:
        if group and size_of(item) * (len(group) + 1) > budget:
            groups.append(group)
            group = []
        group.append(item)
    return groups + ([group] if group else [])


def padded(made, counts):
    """What every task reads of a batch: ids, cases, quotes and mask (rows, pieces); first piece of each word and which
    words there are (rows, words). made: `features.Pieces` of each row; counts: its words.
    """
    size, length, count = len(made), max(len(m.ids) for m in made), max(counts)
    batch = {k: torch.zeros(size, length, dtype=torch.long) for k in ("ids", "cases", "quotes")}
    batch["mask"] = torch.zeros(size, length, dtype=torch.bool)
    batch["first"] = torch.zeros(size, count, dtype=torch.long)
    batch["words"] = torch.zeros(size, count, dtype=torch.bool)
    for number, (row, n_words) in enumerate(zip(made, counts, strict=True)):
        for key in ("ids", "cases", "quotes"):
            batch[key][number, : len(row.ids)] = torch.tensor(getattr(row, key))
        batch["mask"][number, : len(row.ids)] = True
        batch["first"][number, :n_words] = torch.tensor(row.first)
        batch["words"][number, :n_words] = True
    return batch


class Maker:
    """Examples -> padded tensors."""

    def __init__(self, tokenizer_path, longest=383, mask_words=0.03):
        self.tokenizer = features.load_tokenizer(tokenizer_path)
        self.begin, self.separator, self.unknown = (self.tokenizer.token_to_id(t) for t in ("[CLS]", "[SEP]", "[MASK]"))
        self.longest, self.mask_words = longest, mask_words

    def prepare(self, example, rng=None):
        words = features.words_of(example.document)
        pieces = features.piece_ids(self.tokenizer, example.document.text, words)
        last = reach(pieces, 0, len(words), self.longest)
        words, pieces = words[:last], pieces[:last]
        if not words:
            return None
        if rng and example.task in ("entities", "statements"):
            pieces = [[self.unknown] if rng.random() < self.mask_words else p for p in pieces]
        made = features.assemble(words, pieces, 0, last, self.begin, self.separator)
        return example, words, made

    def batches(self, examples, budget, rng=None):
        """Batches of examples of like length, at most `budget` word pieces each with padding; order shuffled."""
        ready = [p for p in (self.prepare(e, rng) for e in examples) if p]
        ready.sort(key=lambda p: len(p[2].ids) + (rng.random() * 24 if rng else 0))
        groups = grouped(ready, lambda p: len(p[2].ids), budget)
        if rng:
            rng.shuffle(groups)
        for group in groups:
            yield self.tensors(group)

    def tensors(self, group):
        batch = padded([p[2] for p in group], [len(p[1]) for p in group])
        size, count = batch["first"].shape
        task = group[0][0].task
        heads = {"entities": ["entities"], "statements": ["content", "source", "cue"]}.get(task, [])
        for head in heads:
            batch[head] = torch.full((size, count), -100)
        batch["task"], batch["links"] = task, []
        for number, (example, words, _made) in enumerate(group):
            for head in heads:
                batch[head][number, : len(words)] = 0
            for start, end, head, label in sorted(example.spans, reverse=True):
                first, last = features.inside(words, start, end)
                if first < last:
                    batch[head][number, first:last] = TAGS[head].index(f"I-{label}")
                    batch[head][number, first] = TAGS[head].index(f"B-{label}")
            for start, end in example.ignore:
                first, last = features.inside(words, start, end)
                for head in heads:
                    batch[head][number, first:last] = -100
            for start, end, targets in example.links:
                first, last = features.inside(words, start, end)
                if first < last:
                    found = {}
                    for role, at in targets.items():
                        if at == -1:
                            found[role] = count
                        elif at is not None:
                            a, b = features.inside(words, at, at + 1)
                            found[role] = a if b > a else None
                    batch["links"].append((number, first, last, found))
        return batch


def sources(gold, entity_sources=None):
    """The names and statements of a gold folder: {task: dataset}."""
    gold = Path(gold)
    return {
        "entities": Entities(gold / "ner/train.jsonl", entity_sources),
        "statements": Statements(gold / "statements/polnear_train.jsonl"),
    }


def endless(dataset, maker, budget, seed):
    """Batches of a dataset, epoch after epoch."""
    rng = random.Random(seed)
    while True:
        yield from maker.batches(dataset.epoch(rng), budget, rng)
