"""Which words set two outlets or two periods apart: log-likelihood (Rayson and Garside 2000) with log ratio (Hardie
2014) as the size of the difference.
"""

from collections import Counter

import numpy as np
import pandas as pd

from helpers.counting.articles import words_of
from helpers.counting.selection import of_period
from helpers.text import count, normalise

FEWEST, FEWEST_ARTICLES = 5, 3  # of a word in one of the two; rarer words tell of single articles
CRITICAL = 15.13  # log-likelihood that chance exceeds once in 10,000 (one degree of freedom)
COLUMNS = [
    "word",
    "more_in",
    "log_likelihood",
    "log_ratio",
    "n_first",
    "n_second",
    "a_thousand_first",
    "a_thousand_second",
]


def choose_two(articles: pd.DataFrame, compare: str = "") -> list[tuple[str, pd.DataFrame]]:
    """The two groups of articles that `compare` names, each (name, its articles): two outlets ("Post; Times") or two
    periods ("2022-01; 2022-02"); "": the two outlets with most articles, none when fewer than two are named.

    Raises ValueError, in one sentence, when `compare` names anything else.
    """
    names = [name.strip() for name in compare.split(";") if name.strip()]
    if not names:
        names = list(articles["outlet"].value_counts().index[:2])
        if len(names) < 2:
            return []
    if len(names) != 2:
        raise ValueError(
            f'compare {compare!r}: give two outlets or two periods, as in "Post; Times" or "2022-01; 2022-02".'
        )
    outlets = articles["outlet"].map(normalise, na_action="ignore")
    chosen = [articles[outlets == normalise(name)] for name in names]
    if not all(map(len, chosen)) and all(name[:1].isdigit() for name in names):
        chosen = [of_period(articles, name) for name in names]
    for name, group in zip(names, chosen, strict=True):
        if not len(group):
            raise ValueError(f"compare {compare!r}: no article that counts is from {name}.")
    return list(zip(names, chosen, strict=True))


def compare_words(two: list[tuple[str, pd.DataFrame]], *, limit: int = 15) -> pd.DataFrame:
    """The words that two groups of articles use most unlike each other: word, more_in (name of the group),
    log_likelihood, log_ratio (1: twice as often in the first, -1: half), n_first, n_second, a_thousand_first,
    a_thousand_second (per thousand words); at most `limit` for each group, surest first.

    Only words that one group has at least five times in three articles, and that chance would not set apart so far once
    in 10,000 words.
    """
    if not two:
        return pd.DataFrame(columns=COLUMNS)
    (first, second), names = [_count(group["text"]) for _, group in two], [name for name, _ in two]
    a, b = first[0], second[0]
    words = [w for w in a | b if any(n[w] >= FEWEST and m[w] >= FEWEST_ARTICLES for n, m in (first, second))]
    n = np.array([[a[w], b[w]] for w in words], float).reshape(-1, 2)
    sizes = np.array([sum(a.values()), sum(b.values())], float)
    expected = sizes * n.sum(axis=1, keepdims=True) / sizes.sum()
    likelihood = 2 * (n * np.log(np.where(n > 0, n, 1) / np.maximum(expected, 1e-12))).sum(axis=1)
    rates = np.maximum(n, 0.5) / sizes  # half an occurrence for none, as Hardie does
    frame = pd.DataFrame(
        {
            "word": words,
            "more_in": np.where(rates[:, 0] > rates[:, 1], *names),
            "log_likelihood": likelihood,
            "log_ratio": np.log2(rates[:, 0] / rates[:, 1]),
            "n_first": n[:, 0].astype(int),
            "n_second": n[:, 1].astype(int),
            "a_thousand_first": 1000 * n[:, 0] / sizes[0],
            "a_thousand_second": 1000 * n[:, 1] / sizes[1],
        }
    )
    frame = frame[frame["log_likelihood"] >= CRITICAL].sort_values("log_likelihood", ascending=False, kind="stable")
    return frame.groupby("more_in", sort=False).head(limit).reset_index(drop=True)[COLUMNS]


def _count(texts: pd.Series) -> tuple[Counter[str], Counter[str]]:
    """How often each word stands in texts, and in how many of them."""
    times: Counter[str] = Counter()
    holders: Counter[str] = Counter()
    for text in texts:
        words = Counter(words_of(text))
        times.update(words)
        holders.update(words.keys())
    return times, holders


def tell(two: list[tuple[str, pd.DataFrame]]) -> str:
    """What is compared, in a sentence for a caption."""
    if not two:
        return "Fewer than two outlets are named, so no words are compared."
    return "Words that set apart " + " and ".join(f"{name} ({count(len(group), 'article')})" for name, group in two)
