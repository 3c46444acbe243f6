"""Near-duplicates: which texts of a corpus repeat an earlier one, nearly or in part."""

import functools
import zlib
from collections.abc import Callable, Sequence

import numpy as np

from helpers.reading.articles import WORD

# five words a shingle; 32 bands of two rows find a pair that shares a third of its shingles in 97 of 100 cases
SHINGLE, HASHES, ROWS = 5, 64, 2
ENOUGH = 0.7  # share of the shorter text's shingles that must stand in the longer one
_MULTIPLY = np.random.default_rng(20220203).integers(1, 2**61, HASHES, dtype=np.uint64) | np.uint64(1)
_WEIGHTS = np.array([pow(1_000_003, i, 2**64) for i in range(SHINGLE)], dtype=np.uint64)


@functools.lru_cache(maxsize=256)  # an original is compared with each of its copies
def shingles(text: str) -> np.ndarray:
    """Return the sorted, distinct hashes (uint32) of all runs of five words, case and punctuation aside."""
    words = np.fromiter((zlib.crc32(w.encode("utf-8", "replace")) for w in WORD.findall(text.lower())), dtype=np.uint64)
    if len(words) < SHINGLE:
        return np.unique(words.astype(np.uint32))
    runs = np.lib.stride_tricks.sliding_window_view(words, SHINGLE)
    with np.errstate(over="ignore"):
        mixed = (runs * _WEIGHTS).sum(axis=1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return np.unique((mixed >> np.uint64(32)).astype(np.uint32))


def signature(text: str) -> np.ndarray:
    """Return a text's MinHash signature (HASHES numbers, uint32): two texts agree in a share of it that is about the
    share of their shingles that they have in common.
    """
    hashes = shingles(text)
    if not len(hashes):
        return np.zeros(HASHES, dtype=np.uint32)
    with np.errstate(over="ignore"):
        return ((hashes.astype(np.uint64)[None, :] * _MULTIPLY[:, None]) >> np.uint64(32)).min(axis=1).astype(np.uint32)


def repeats(a: str, b: str) -> bool:
    """Whether of two texts one (nearly) repeats the other: ENOUGH of the shorter one's shingles stand in the longer
    one, so that half an article and an edited copy are both found.
    """
    first, second = shingles(a), shingles(b)
    shorter = min(len(first), len(second))
    both = len(np.intersect1d(first, second, assume_unique=True))
    return shorter > 0 and both >= (ENOUGH if shorter >= 20 else 0.9) * shorter


class Groups:
    """Positions that belong together, directly or through others (union-find)."""

    def __init__(self, n: int) -> None:
        self._above = list(range(n))

    def of(self, position: int) -> int:
        """The position that stands for the group of a position."""
        above = self._above
        while above[position] != position:
            above[position] = above[above[position]]
            position = above[position]
        return position

    def join(self, position: int, other: int) -> None:
        """The group of `other` joins that of `position`, which keeps its sign."""
        self._above[self.of(other)] = self.of(position)


def candidates(signatures: np.ndarray) -> list[tuple[int, int]]:
    """Return the pairs of positions (early, late), sorted, whose texts may repeat each other: those that agree in one
    of the locality-sensitive bands of their signatures (Broder 1997). signatures: one row a text.
    """
    pairs = [np.empty(0, np.int64)]
    for band in range(0, HASHES, ROWS):
        keys = (signatures[:, band].astype(np.uint64) << np.uint64(32)) | signatures[:, band + 1]
        order = np.argsort(keys, kind="stable")
        new = np.concatenate([[True], keys[order][1:] != keys[order][:-1]])
        first = order[np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))]
        late = order[~new]
        pairs += [before * len(order) + late for before in (order[np.flatnonzero(~new) - 1], first[~new])]
    found = np.unique(np.concatenate(pairs))
    return list(zip((found // len(signatures)).tolist(), (found % len(signatures)).tolist(), strict=True))


def find_duplicates(
    signatures: np.ndarray, same: Callable[[int, int], bool], order: Sequence[int] | None = None
) -> dict[int, int]:
    """Return {position: position of the original that the text there (nearly) repeats}.

    signatures: one row a text; same: asked for two positions, whether one text repeats the other; order: all positions,
    from the text that is the original of all others to the last one (as they stand when left out).
    """
    stories = Groups(len(signatures))
    for early, late in candidates(signatures) if len(signatures) else []:
        if stories.of(early) != stories.of(late) and same(early, late):
            stories.join(early, late)
    original: dict[int, int] = {}
    for i in order if order is not None else range(len(signatures)):
        original.setdefault(stories.of(i), i)
    return {i: first for i in range(len(signatures)) if (first := original[stories.of(i)]) != i}
