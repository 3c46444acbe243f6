"""The second reading of a sentence that somebody said: its tone, and its stance towards a target in it.

The network reads the sentence once more, from the lower states of the pass over the article, with the words whose tone
is asked marked, and for a stance the target. It was trained on passages among unlike neighbours, so that a calm
sentence in an article about a war stays calm. What is said in several sentences is judged sentence by sentence.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from helpers.finding import features
from helpers.finding.decoding import softmax
from helpers.finding.encoder import Encoding, Window
from helpers.text import Span

PASSAGE, TARGET = 3, 4  # marks of the second reading


class ToneReading(NamedTuple):
    """tone: -1 (very negative) to 1 (very positive), the mean over the sentences by their length; words: (Span,
    weight) of each word: its share of the attention times the tone of its own state, so that they add up to about the
    tone of their sentence."""

    tone: float
    words: list[tuple[Span, float]]


class _Part(NamedTuple):
    """words[first:last] are a sentence, as far as its window reaches; said: the word ranges in it that are asked
    about."""

    first: int
    last: int
    said: list[tuple[int, int]]


def read_tone(encoding: Encoding, spans: Iterable[Sequence[int]]) -> ToneReading:
    """Tone of the words in the character ranges `spans`, in order; 0.0 when they hold no words."""
    model, total, size = encoding.encoder, 0.0, 0
    words: list[tuple[Span, float]] = []
    for part in _parts(encoding, spans):
        numbers, states = _read(encoding, part)
        shares = softmax(model.dense("pool.tone", states)[:, 0])
        tone = float(np.clip(model.perceptron("tone", shares @ states)[0], -1, 1))
        each = model.perceptron("tone", states)[:, 0] * shares
        words += [(encoding.offsets(n, n + 1), float(x)) for n, x in zip(numbers, each, strict=True)]
        total, size = total + tone * len(numbers), size + len(numbers)
    return ToneReading(total / max(1, size), words)


def read_stance(
    encoding: Encoding, spans: Iterable[Sequence[int]], target_start: int, target_end: int
) -> dict[str, float]:
    """Probabilities of neg, neu and pos: the stance that the words in `spans` take towards the mention
    target_start..target_end in them, judged by the sentence of the mention. {} when the mention holds no words that
    are said.
    """
    first, last = features.inside(encoding.words, target_start, target_end)
    for part in _parts(encoding, spans):
        begin, stop = max(first, part.first), min(last, part.last)
        if begin >= stop or not any(a <= begin < b for a, b in part.said):
            continue
        model = encoding.encoder
        numbers, states = _read(encoding, part, (begin, stop))
        inside = [k for k, n in enumerate(numbers) if begin <= n < stop]
        about = states[inside].mean(0)
        scores = model.dense("pool.stance", states)[:, 0]
        scores = scores + states @ model.dense("stance_query", about) / math.sqrt(states.shape[1])
        chances = softmax(model.perceptron("stance", np.concatenate([softmax(scores) @ states, about])))
        return dict(zip(model.config["stances"], chances.tolist(), strict=True))
    return {}


def _parts(encoding: Encoding, spans: Iterable[Sequence[int]]) -> Iterator[_Part]:
    """The sentences that hold the words of `spans`, in order."""
    said: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for start, end in spans:
        first, last = features.inside(encoding.words, start, end)
        while first < last:
            sentence = encoding.sentence_words(first)
            window = encoding.window(first)
            sentence = max(sentence[0], window.left), min(sentence[1], window.left + len(window.made.first))
            stop = max(first + 1, min(last, sentence[1]))
            said.setdefault(sentence, []).append((first, stop))
            first = stop
    for (first, last), ranges in said.items():
        yield _Part(first, max(last, ranges[-1][1]), ranges)


def _read(encoding: Encoding, part: _Part, target: tuple[int, int] | None = None) -> tuple[list[int], np.ndarray]:
    """(numbers of the words asked about, their states) after the second reading; the target's words are among them."""
    window: Window = encoding.window(part.said[0][0])
    left, made = window.left, window.made
    place = [*made.first, len(made.ids)]
    piece = lambda word: place[min(max(word - left, 0), len(place) - 1)]  # noqa: E731
    begin, end = piece(part.first), piece(part.last)
    marks = np.zeros(end - begin, np.int64)
    for first, last in part.said:
        marks[piece(first) - begin : piece(last) - begin] = PASSAGE
    numbers = {n for first, last in part.said for n in range(first, last)}
    if target:
        marks[piece(target[0]) - begin : piece(target[1]) - begin] = TARGET
        numbers |= set(range(*target))
    states = encoding.encoder.read_again(window.lower[begin:end], marks)
    inside = [n for n in sorted(numbers) if piece(n) < end]
    return inside, states[[piece(n) - begin for n in inside]]
