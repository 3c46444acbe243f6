"""Near-duplicates: which texts of a corpus repeat an earlier one, nearly or in part."""

import tempfile
import zlib
from collections.abc import Callable, Iterable

import numpy as np

from helpers.reading.articles import WORD

# five words a shingle; 32 bands of two rows find a pair that shares a third of its shingles in 97 of 100 cases
SHINGLE, HASHES, ROWS = 5, 64, 2
ENOUGH = 0.7  # share of the shorter text's shingles that must stand in the longer one
_MULTIPLY = np.random.default_rng(20220203).integers(1, 2**61, HASHES, dtype=np.uint64) | np.uint64(1)
_WEIGHTS = np.array([pow(1_000_003, i, 2**64) for i in range(SHINGLE)], dtype=np.uint64)


def shingles(text: str) -> np.ndarray:
    """Return the sorted, distinct hashes (uint32) of all runs of five words, case and punctuation aside."""
    words = np.fromiter((zlib.crc32(w.encode("utf-8", "replace")) for w in WORD.findall(text.lower())), dtype=np.uint64)
    if len(words) < SHINGLE:
        return np.unique(words.astype(np.uint32))
    runs = np.lib.stride_tricks.sliding_window_view(words, SHINGLE)
    with np.errstate(over="ignore"):
        mixed = (runs * _WEIGHTS).sum(axis=1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return np.unique((mixed >> np.uint64(32)).astype(np.uint32))


def _signature(hashes: np.ndarray) -> np.ndarray:
    if not len(hashes):
        return np.zeros(HASHES, dtype=np.uint32)
    with np.errstate(over="ignore"):
        return ((hashes.astype(np.uint64)[None, :] * _MULTIPLY[:, None]) >> np.uint64(32)).min(axis=1).astype(np.uint32)


def find_duplicates(texts: Iterable[str]) -> dict[int, int]:
    """Return {position: position of the earlier text that it (nearly) repeats} for texts in order.

    Candidates come from MinHash (Broder 1997) with locality-sensitive bands; a pair counts when ENOUGH of the shorter
    one's shingles really stand in the longer one, so that half an article and an edited copy are both found. Memory:
    260 bytes a text.
    """
    signatures, places = [], [0]
    with tempfile.TemporaryFile() as store:
        for text in texts:
            hashes = shingles(text)
            signatures.append(_signature(hashes))
            store.write(hashes.tobytes())
            places.append(places[-1] + len(hashes))

        def stored(i: int) -> np.ndarray:
            store.seek(places[i] * 4)
            return np.frombuffer(store.read((places[i + 1] - places[i]) * 4), dtype=np.uint32)

        return _matches(np.array(signatures).reshape(len(signatures), HASHES), stored) if len(signatures) > 1 else {}


def _matches(signatures: np.ndarray, stored: Callable[[int], np.ndarray]) -> dict[int, int]:
    root = list(range(len(signatures)))

    def origin(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    seen = set()
    for band in range(0, HASHES, ROWS):
        keys = (signatures[:, band].astype(np.uint64) << np.uint64(32)) | signatures[:, band + 1]
        order = np.argsort(keys, kind="stable")
        same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
        first = None
        for k in same:
            a, b = int(order[k]), int(order[k + 1])
            first = a if first is None or keys[order[k]] != keys[first] else first
            for early, late in {(a, b), (first, b)}:
                if origin(early) != origin(late) and (early, late) not in seen:
                    seen.add((early, late))
                    if _shared(stored(early), stored(late)):
                        low, high = sorted((origin(early), origin(late)))
                        root[high] = low
    return {i: origin(i) for i in range(len(root)) if origin(i) != i}


def _shared(a: np.ndarray, b: np.ndarray) -> bool:
    shorter = min(len(a), len(b))
    return shorter > 0 and len(np.intersect1d(a, b, assume_unique=True)) >= (ENOUGH if shorter >= 20 else 0.9) * shorter
