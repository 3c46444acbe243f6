"""The second reading of an act: the network reads the neighbourhood of a cue once more, the cue marked, and says what
it is, and who acts on whom.

Where the cue comes from does not matter: the network's own tags (`find_cues`) or a user's codebook; both are read in
the same way.
"""

from typing import NamedTuple

import numpy as np

from helpers.finding import features
from helpers.finding.decoding import QUIET, softmax, spans_of, stretches, viterbi
from helpers.finding.encoder import Encoder, Encoding

EXTENTS = ("O", "B-P", "I-P")


class CueSpan(NamedTuple):
    """words[first:last] may name an act of a kind; score: mean probability of its tags."""

    first: int
    last: int
    kind: str
    score: float


class Pointed(NamedTuple):
    """words[first:last] stand for who acts or who undergoes; score: probability that the pointer gives these words."""

    first: int
    last: int
    score: float


class CueReading(NamedTuple):
    """What the second reading says of a cue: probabilities of its kind (NONE: no act), modality and PLOVER type, that
    it is reciprocal, and
    for each role the participants, best first, with the probability of nobody."""

    kind: dict
    modality: dict
    plover: dict
    reciprocal: float
    participants: dict
    nobody: dict


LONGEST = 8  # words of a cue: the fewest that name an act


def find_cues(encoding: Encoding) -> list[CueSpan]:
    """Cues of acts by the network's tags, in order, without marks at their ends; what is too long to be a cue is left
    out.
    """
    trimmed = [
        CueSpan(*_trimmed(encoding, first, last), kind, score) for first, last, kind, score in encoding.spans("act")
    ]
    return [cue for cue in trimmed if 0 < cue.last - cue.first <= LONGEST]


def _trimmed(encoding: Encoding, first: int, last: int) -> tuple[int, int]:
    text, words = encoding.document.text, encoding.words
    while first < last and not text[words[first].start].isalnum():
        first += 1
    while first < last and not text[words[last - 1].end - 1].isalnum():
        last -= 1
    return first, last


def read_cue(encoding: Encoding, first: int, last: int, *, most_none: float = 1.0) -> CueReading | None:
    """The cue words[first:last] of an `Encoding`, read again; None when it is no act with a probability over
    `most_none`.
    """
    model, window = encoding.encoder, encoding.window(first)
    left, made = window.left, window.made
    sentence = encoding.sentence_words(first)
    count = len(made.first)
    here = [min(max(n - left, 0), count) for n in (first, last, *sentence)]
    begin, end, a, b = features.neighbourhood(made, *here)
    piece = lambda word: min(max((made.first[word] if word < count else end) - begin, 0), end - begin)  # noqa: E731
    marks = np.zeros(end - begin, np.int64)
    marks[piece(here[2]) : piece(here[3])] = 1
    marks[piece(here[0]) : piece(here[1])] = 2
    states = model.read_again(window.lower[begin:end], marks)
    cue = np.array(made.first[here[0] : here[1]]) - begin
    both = np.concatenate([states[cue].mean(0), softmax(model.dense("reader.pool", states)[:, 0]) @ states])
    kind = softmax(model.perceptron("reader.kind", both))
    if kind[model.config["kinds"].index("NONE")] > most_none:
        return None
    return judged(model, states, np.array(made.first[a:b]) - begin, both, kind, left + a)


def judged(
    model: Encoder, states: np.ndarray, places: np.ndarray, both: np.ndarray, kind: np.ndarray, offset: int
) -> CueReading:
    """States of the second reading -> `CueReading`; places: first pieces of the words, both: mean state of the cue and
    of all, kind: probabilities of its kinds, offset: number of the first word.
    """
    config = model.config
    chances = {"kind": kind} | {
        name: softmax(model.perceptron(f"reader.{name}", both)) for name in ("modality", "plover")
    }
    reciprocal = float(1 / (1 + np.exp(-model.perceptron("reader.reciprocal", both)[0])))
    roles = model.perceptron("reader.roles", states[places]).reshape(len(places), len(config["roles"]), 4)
    nobody = model.dense("reader.nobody", both)
    found, none = {}, {}
    for number, role in enumerate(config["roles"]):
        pointer = softmax(np.append(roles[:, number, 0], nobody[number]))
        found[role] = spans(pointer[:-1], softmax(roles[:, number, 1:]), offset)
        none[role] = float(pointer[-1])
    label = {"kind": "kinds", "modality": "modalities", "plover": "plover"}
    named = {name: dict(zip(config[label[name]], values.tolist(), strict=True)) for name, values in chances.items()}
    return CueReading(named["kind"], named["modality"], named["plover"], reciprocal, found, none)


LEAST = 0.02  # a word with less of the pointer's probability stands for nobody


def spans(pointer: np.ndarray, extents: np.ndarray, offset: int) -> list[Pointed]:
    """What one role points at, best first: extents (words, 3) give the phrases, the pointer (words) their
    probability.
    """
    phrases = []
    for first, last in stretches(extents[:, 0] <= QUIET):
        path = viterbi(np.log(extents[first:last] + 1e-9), EXTENTS, begin=1.0)
        phrases += [(first + a, first + b) for a, b, _ in spans_of(path, EXTENTS)]
    covered = np.zeros(len(pointer), bool)
    for a, b in phrases:
        covered[a:b] = True
    phrases += stretches((pointer >= LEAST) & ~covered)  # words the pointer names and no phrase holds
    found = [Pointed(offset + a, offset + b, float(pointer[a:b].sum())) for a, b in phrases]
    return sorted((p for p in found if p.score >= LEAST), key=lambda p: -p.score)
