"""What a title may claim, and how well the program finds what a chart counts.

A title states who leads only where the data carry it; else it names what is shown, with its n. The measured figures
come from `helpers/models/figures.csv`, beside the model card.
"""

import csv
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers import MODELS
from helpers.counting.statistics import FEWEST_ARTICLES, FEWEST_PASSAGES, bootstrap_mean
from helpers.text import count


def leads(ranked: pd.DataFrame, *, low: str = "low", high: str = "high") -> bool:
    """Whether a title may say that the first row leads: it and the second have at least 30 passages (n) in 10 articles
    each, and their intervals do not overlap.

    ranked: n, articles and the columns of the interval, one row a candidate, the first on top. Every superlative of a
    chart, a caption or a finding asks here.
    """
    if len(ranked) < 2:
        return False
    first, second = ranked.iloc[0], ranked.iloc[1]
    enough = all(row["n"] >= FEWEST_PASSAGES and row["articles"] >= FEWEST_ARTICLES for row in (first, second))
    return bool(enough and first[low] > second[high])


def most_frequent(rows: pd.DataFrame, key: str) -> object | None:
    """The value of `key` that occurs most, where a title may say so (`leads`); else None.

    rows: article_id and the key, one row a passage. The intervals are of the number of passages an article, articles
    drawn anew, because the passages of one article are not independent.
    """
    counts = rows[key].value_counts()
    ids = list(dict.fromkeys(rows["article_id"]))
    if len(counts) < 2 or counts.iloc[1] < FEWEST_PASSAGES:
        return None
    two = []
    for value in counts.index[:2]:
        amounts = rows.loc[rows[key] == value, "article_id"].value_counts().reindex(ids).fillna(0)
        _, low, high = bootstrap_mean(amounts, ids)
        two.append((int(counts[value]), int((amounts > 0).sum()), low, high))
    ranked = pd.DataFrame(two, columns=["n", "articles", "low", "high"])
    return counts.index[0] if leads(ranked) else None


def tell_spread(rows: pd.DataFrame, n_articles: int) -> str:
    """How many passages stand in how many of all articles, with the number an article and its 95 % interval (articles
    drawn anew); no interval below two articles.
    """
    counts = rows.drop_duplicates(["article_id", "start", "end"])["article_id"].value_counts()
    amounts = np.zeros(max(n_articles, len(counts)))
    amounts[: len(counts)] = counts
    told = f"{count(int(counts.sum()), 'passage')} in {len(counts):,} of {count(n_articles, 'article')}"
    if n_articles < 2:
        return f"{told}; one article has no interval"
    rate, low, high = bootstrap_mean(amounts, np.arange(len(amounts)))
    return f"{told}: {rate:.2f} an article (95 % interval {low:.2f} to {high:.2f})"


class Figure(NamedTuple):
    """One measured figure: of which kind of finding, by which measure, on which texts, how many cases (0: not said)."""

    kind: str
    measure: str
    value: float
    sets: str
    n: int


@functools.cache
def figures(path: Path = MODELS / "figures.csv") -> Sequence[Figure]:
    """Return the measured figures. Raises ValueError with file and line for one that is no number."""
    with path.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    found = []
    for number, line in enumerate(lines, 2):
        try:
            found.append(Figure(line["kind"], line["measure"], float(line["value"]), line["sets"], int(line["n"] or 0)))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}, line {number}: kind, measure, a number, sets and n are needed") from error
    return found


def measured(*kinds: str) -> str:
    """How well each kind of finding was found on texts coded by people, in a sentence for below a chart.

    Raises KeyError for a kind without a figure.
    """
    first = {figure.kind: figure for figure in reversed(figures())}
    parts = [f"{kind} {first[kind].measure} {_short(first[kind].value)} ({first[kind].sets})" for kind in kinds]
    return f"Measured accuracy of the program: {'; '.join(parts)}." if parts else ""


def _short(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")
