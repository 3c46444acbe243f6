"""The language engine: one small transformer, one pass over a text, several heads.

`load()` gives the shipped model; `load(folder)` any other folder with the same four files (see
helpers/models/README.md):
``encoder.onnx`` (word pieces with case and quotation classes -> one state per piece), ``heads.npz`` (small dense
layers that read
the states), ``tokenizer.json`` and ``config.json`` (labels and decoding constants). Nothing outside this module knows
what is inside.

Every window of a text is run by itself, without padding, so the labels of a text never depend on what it is processed
with.
"""

import bisect
import functools
import json
import math
import operator
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers import MODELS
from helpers.finding import features
from helpers.finding.decoding import busy, gelu, softmax, spans_of, viterbi
from helpers.text import Span, word_list

FORMAT = 3  # of a model folder
PARTS = ("encoder", "reader")  # of the network, a graph each
FILES = (*(f"{part}.onnx" for part in PARTS), "heads.npz", "tokenizer.json", "config.json")


class EntitySpan(NamedTuple):
    """A name: offsets, type (PER, ORG, LOC, MISC), mean probability of its words' labels."""

    start: int
    end: int
    type: str
    score: float


class Attribution(NamedTuple):
    """Something said or thought: content pieces, who (source) and the words that say so (cue), spans or None.

    kind: ``STATEMENT`` (a communication) or ``ATTITUDE`` (hopes, believes, wants). score: probability.
    """

    content: list
    source: Span | None
    cue: Span | None
    kind: str
    score: float


_first = operator.itemgetter(0)


class Encoder:
    """A loaded model. Make one with `load`."""

    def __init__(self, folder):
        import onnxruntime

        folder = Path(folder)
        missing = [n for n in FILES if not (folder / n).is_file()]
        if missing:
            raise FileNotFoundError(
                f"{folder} is not a model folder: {', '.join(missing)} missing (see helpers/models/README.md)."
            )
        self.folder = folder
        self.config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if self.config.get("format") != FORMAT:
            raise ValueError(
                f"{folder} holds a model of format {self.config.get('format', 1)}, this version reads {FORMAT}: "
                "export it again with helpers.training.export of this version."
            )
        self.tokenizer = features.load_tokenizer(str(folder / "tokenizer.json"))
        self.begin, self.separator = (self.tokenizer.token_to_id(t) for t in ("[CLS]", "[SEP]"))
        with np.load(folder / "heads.npz") as weights:
            self.weights = {k: weights[k].astype(np.float32) for k in weights.files}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.sessions = {
            name: onnxruntime.InferenceSession(
                str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
            )
            for name in PARTS
        }

    def encode(self, document):
        """A `text.Document` -> its `Encoding`."""
        return Encoding(self, document)

    def read(self, words, pieces, first, last):
        """words[first:last] read as one window -> (`Pieces`, states of its words, lower states of its word pieces)."""
        made = features.assemble(words, pieces, first, last, self.begin, self.separator)
        feed = {
            name: np.array([values], dtype=np.int64)
            for name, values in (("ids", made.ids), ("cases", made.cases), ("quotes", made.quotes))
        }
        states, lower = self.sessions["encoder"].run(None, feed)
        return made, states[0][made.first], lower[0]

    def read_again(self, lower, marks):
        """Lower states (pieces, width) of some words and their marks (0 none; 1 the sentence of a cue, 2 the cue; 3
        what is said, 4 a target in it) -> states.
        """
        return self.sessions["reader"].run(None, {"lower": lower[None], "marks": np.array([marks], dtype=np.int64)})[0][
            0
        ]

    def dense(self, name, x):
        return x @ self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def perceptron(self, name, x):
        return self.dense(f"{name}.out", gelu(self.dense(f"{name}.in", x)))


class Window(NamedTuple):
    """words[first:last] are decided by a window that starts with the word `left`; its word states, pieces, and lower
    states of the pieces.
    """

    first: int
    last: int
    left: int
    states: np.ndarray
    made: features.Pieces
    lower: np.ndarray


class Encoding:
    """What the encoder makes of one document. Names and attributions are decoded on first use and kept."""

    def __init__(self, encoder, document):
        self.encoder, self.document = encoder, document
        self.words = features.words_of(document)
        self.pieces = pieces = features.piece_ids(encoder.tokenizer, document.text, self.words)
        self.sentences = [features.inside(self.words, s.start, s.end) for s in document.sentences]
        starts = {first for first, _ in self.sentences}
        width = encoder.config["width"]
        self.states = np.zeros((len(self.words), width), np.float32)
        self.windows = []
        for left, first, last, right in features.windows(self.words, pieces, starts):
            made, states, lower = encoder.read(self.words, pieces, left, right)
            self.states[first:last] = states[first - left : last - left]
            self.windows.append(Window(first, last, left, states, made, lower))

    # -- labels of words ---------------------------------------------------------------------------------------------

    def probabilities(self, head):
        """(words, labels) probabilities of one tagging head."""
        return (
            softmax(self.encoder.perceptron(f"tags.{head}", self.states))
            if len(self.words)
            else np.zeros((0, len(self.encoder.config["tags"][head])))
        )

    def spans(self, head):
        """Decoded spans of a head: (first word, last word + 1, label, score), sorted."""
        if not self.words:
            return []
        labels = self.encoder.config["tags"][head]
        probabilities = self.probabilities(head)
        decoding = self.encoder.config["decoding"].get(head, {})
        found = []
        for first, last in busy(probabilities[:, 0], self.words):
            path = viterbi(np.log(probabilities[first:last] + 1e-9), labels, **decoding)
            found += [
                (first + a, first + b, kind, float(np.mean([probabilities[first + k, path[k]] for k in range(a, b)])))
                for a, b, kind in spans_of(path, labels)
            ]
        return found

    def offsets(self, first, last):
        return Span(self.words[first].start, self.words[last - 1].end)

    @functools.cached_property
    def entities(self):
        """Names in the text, in order."""
        found = [EntitySpan(*self.offsets(a, b), kind, score) for a, b, kind, score in self.spans("entities")]
        return _with_nicknames(
            self.document.text,
            [e for e in found if not _MACHINE.search(_run_around(self.document.text, e.start, e.end))],
        )

    # -- attributions ------------------------------------------------------------------------------------------------

    @functools.cached_property
    def attributions(self):
        """Statements and attitudes with their sources and cues; pieces that share both are one attribution."""
        sources, cues = self._whole_sources(), self.spans("cue")
        found, open_ = [], {}
        for first, last, kind, score in self.spans("content"):
            source, sure = self.pointed("source", first, last, sources)
            cue, _ = self.pointed("cue", first, last, cues)
            key = (source, cue)
            piece = self.offsets(first, last)
            if (
                cue is not None
                and key in open_
                and self.words[found[open_[key]][1]].paragraph == self.words[first].paragraph
            ):
                found[open_[key]][0].append(piece)
                continue
            open_[key] = len(found)
            found.append(([piece], first, source, cue, kind, score * sure))
        return [
            Attribution(c, self.offsets(*s[:2]) if s else None, self.offsets(*q[:2]) if q else None, kind, score)
            for c, _, s, q, kind, score in found
        ]

    def _whole_sources(self):
        """Spans of sources; one that ends in an article or title ("the", "Mr.") goes on with the words after it, as
        long as they are likely to belong to it, so that nobody is called "the".
        """
        found, text, words = self.spans("source"), self.document.text, self.words
        opening = {
            last for _, last, *_ in found if text[words[last - 1].start : words[last - 1].end].lower() in _OPENING
        }
        if not opening:
            return found
        inside, whole = self.probabilities("source")[:, 2], []
        ends = {first: last for first, last, *_ in found}
        for first, last, kind, score in found:
            if last in opening:
                last = ends.get(last, last)
                while (
                    last < len(words) and words[last].paragraph == words[first].paragraph and inside[last] >= _BELONGS
                ):
                    last += 1
            if not whole or first >= whole[-1][1]:
                whole.append((first, last, kind, score))
        return whole

    def pointed(self, role, first, last, candidates):
        """The candidate span the content words[first:last] points to (None: none), and the probability of that
        choice.
        """
        weights = self.encoder.weights
        window = self.window(first)
        left, states = window.left, window.states
        right = left + len(states)
        reach = candidates[
            bisect.bisect_left(candidates, left, key=_first) : bisect.bisect_left(candidates, right, key=_first)
        ]
        near = [c for c in reach if c[1] <= first or c[0] >= last]
        stop = min(last, right)
        mean = states[first - left : stop - left].mean(0)
        query = self.encoder.dense(f"pointer.{role}.query", np.concatenate([mean, states[first - left]]))
        none = float(query @ weights[f"pointer.{role}.null"]) / 8
        if not near:
            return None, 1 / (1 + math.exp(-min(none, 30)))
        keys = self.encoder.dense(f"pointer.{role}.key", states[[c[0] - left for c in near]])
        scores = keys @ query / 8 + weights[f"pointer.{role}.distance"][[_bucket(c[0], first, last) for c in near]]
        chances = softmax(np.append(scores, none + self.encoder.config["decoding"].get("none", {}).get(role, 0.0)))
        best = int(chances.argmax())
        return (near[best] if best < len(near) else None), float(chances[best])

    def constant(self, group, name, default):
        """A constant of decoding, as tuned on development texts and kept with the model (config.json)."""
        return self.encoder.config["decoding"].get(group, {}).get(name, default)

    def sentence_words(self, number):
        """(first, last + 1) of the words of the sentence that holds a word."""
        return (
            self.sentences[max(0, bisect.bisect_right(self.sentences, number, key=_first) - 1)]
            if self.sentences
            else (0, len(self.words))
        )

    def window(self, number):
        """The window that decides a word."""
        return self.windows[
            bisect.bisect_right(self.windows, number, key=_first) - 1
        ]  # windows decide every word once, in order


_OPENING = word_list("words that open a source")
_BELONGS = 0.07  # probability from which a word goes on with such a source

# e-mail addresses, links and file names are not names
_MACHINE = re.compile(r"@|://|\bwww\.|\.(?:docx?|pdf|xlsx?|pptx?|html?|jpe?g|png|csv|zip)\b", re.I)


_NICKNAME = re.compile(r"\s*[“\"‘'(][^\W\d_][\w.-]*[”\"’')]\s*")


def _with_nicknames(text, entities):
    """William “Bill” Stanton is one name."""
    out = []
    for entity in entities:
        for back in (1, 2):
            before = out[-back] if len(out) >= back else None
            if (
                before
                and before.type == entity.type == "PER"
                and entity.start - before.end < 24
                and _NICKNAME.fullmatch(text, before.end, entity.start)
            ):
                del out[-back:]
                entity = EntitySpan(before.start, entity.end, "PER", min(before.score, entity.score))
                break
        out.append(entity)
    return out


def _run_around(text, start, end, reach=80):
    """text[start:end] with the characters that touch it, up to white space."""
    left = max(start - reach, max(text.rfind(c, 0, start) for c in " \n\t") + 1)
    after = [k for k in (text.find(c, end, end + reach) for c in " \n\t") if k >= 0]
    return text[left : min(after, default=min(len(text), end + reach))]


def _bucket(place, first, last):
    """Signed logarithmic distance of a word to a content (the same buckets as in training)."""
    if place < first:
        return min(7, int(math.log2(first - place))) + 1
    return min(7, int(math.log2(place - last + 1))) + 9 if place >= last else 0


@functools.lru_cache(maxsize=2)
def load(folder=None):
    """The model in `folder` (default: the shipped one), loaded once a process.

    Raises FileNotFoundError, naming what is missing, when the folder holds no model.
    """
    return Encoder(folder or MODELS)
