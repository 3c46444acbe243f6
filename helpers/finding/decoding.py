"""From probabilities of labels to spans of words: the best legal sequence of begin, inside, outside."""

import functools
from collections.abc import Sequence

import numpy as np

from helpers.finding.features import Word

QUIET = 0.995  # a stretch of words that are "outside" with more than this probability is not decoded


def gelu(x: np.ndarray) -> np.ndarray:
    """The tanh form; within 0.0005 of the exact one."""
    return 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))


def softmax(x: np.ndarray) -> np.ndarray:
    """Along the last axis."""
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def busy(outside: np.ndarray, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Stretches of words, within a paragraph, that are not plainly outside every span."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for number in range(len(words) + 1):
        quiet = number == len(words) or outside[number] > QUIET
        if start is not None and (quiet or words[number].paragraph != words[number - 1].paragraph):
            found.append((start, number))
            start = None
        if start is None and not quiet:
            start = number
    return found


def stretches(chosen: np.ndarray) -> list[tuple[int, int]]:
    """Runs of True in an array of booleans: (first, last + 1)."""
    edges = np.flatnonzero(np.diff(chosen, prepend=False, append=False))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


@functools.cache
def _transitions(labels: tuple[str, ...], begin: float, stop: float) -> tuple[np.ndarray, np.ndarray]:
    """(previous, next) additive scores: -inf where BIO forbids it; `begin` for opening a span; `stop` for leaving
    one.
    """
    n = len(labels)
    matrix = np.zeros((n, n))
    for i, before in enumerate(labels):
        for j, after in enumerate(labels):
            if after[0] == "I" and before[1:] != after[1:]:
                matrix[i, j] = -np.inf
            elif after[0] == "B":
                matrix[i, j] = begin
            if before != "O" and after[0] != "I":
                matrix[i, j] += stop
    start = np.array([-np.inf if label[0] == "I" else begin * (label[0] == "B") for label in labels])
    return matrix, start


def viterbi(scores: np.ndarray, labels: Sequence[str], begin: float = 0.0, stop: float = 0.0) -> list[int]:
    """The best legal BIO label sequence for (words, labels) log probabilities."""
    matrix, start = _transitions(tuple(labels), begin, stop)
    best = scores[0] + start
    back: list[np.ndarray] = []
    for row in scores[1:]:
        through = best[:, None] + matrix
        choice = through.argmax(0)
        back.append(choice)
        best = through[choice, np.arange(len(choice))] + row
    path = [int(best.argmax())]
    for choice in reversed(back):
        path.append(int(choice[path[-1]]))
    return path[::-1]


def spans_of(path: Sequence[int], labels: Sequence[str]) -> list[tuple[int, int, str]]:
    """(first, last, type) of the spans in a legal label path."""
    found: list[tuple[int, int, str]] = []
    for number, label in enumerate(labels[k] for k in path):
        if label[0] == "B":
            found.append((number, number + 1, label[2:]))
        elif label[0] == "I":
            found[-1] = (found[-1][0], number + 1, found[-1][2])
    return found
