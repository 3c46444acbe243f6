"""Text that repeats across articles and belongs to none of them: editor's notes, "follow us", contributor lines, cookie
notices, related headlines.

It is found by its repetition alone: the same paragraph (case, space, punctuation and digits aside) in several articles
that are not copies or later editions of each other. What was found inside it is left out of counting; the text stays
as it was read. An agency's paragraph of background that several stories carry is found too: it was written once. Takes
time in proportion to the text.
"""

import math
import re
from collections import Counter
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from helpers.reading.duplicates import Groups
from helpers.text import count

FEWEST = 3  # articles; two may well be editions of one story
EDITIONS = 0.3  # of the words of the shorter article: those that share so much are editions of one story
_PARAGRAPH = re.compile(r"[^\n]+")
_WORD = re.compile(r"[^\W\d_]")
_DIGITS, _BETWEEN = re.compile(r"\d+"), re.compile(r"[\W_]+")
_FAR = 1 << 32  # more characters than an article has

FoundIn = TypeVar("FoundIn", bound=Any)  # has the tables as attributes, about, and _replace


class _Place(NamedTuple):
    article: int  # its row
    start: int
    end: int
    words: int


def fewest_articles(n_articles: int) -> int:
    """In how many independent articles a paragraph must stand: three, and more in a large corpus, where chance repeats
    short sentences too ("He declined to comment."): a tenth of the square root of its articles, 10 of 10,000.
    """
    return max(FEWEST, math.ceil(math.sqrt(n_articles) / 10))


def find(articles: pd.DataFrame) -> pd.DataFrame:
    """The passages of boilerplate: article_id, start, end, text (the paragraph as it stands where it is first found),
    articles (independent ones that hold it); in the order of articles and text.

    articles: article_id, text, n_words, duplicate_of.
    """
    fewest = fewest_articles(len(articles))
    holders: Counter[int] = Counter()
    for text in articles["text"]:
        holders.update({key for _, _, key in _paragraphs(text)})
    often = {key for key, n in holders.items() if n >= fewest}
    places: dict[int, list[_Place]] = {key: [] for key in often}
    for row, text in enumerate(articles["text"] if often else ()):
        for start, end, key in _paragraphs(text):
            if key in often:
                places[key].append(_Place(row, start, end, text.count(" ", start, end) + 1))
    stories = _stories(articles, places)
    ids, texts = articles["article_id"].to_numpy(), articles["text"].to_numpy()
    rows = []
    for here in places.values():
        n = len({stories[place.article] for place in here})
        if n >= fewest:
            first = texts[here[0].article][here[0].start : here[0].end]
            rows += [(place.article, ids[place.article], place.start, place.end, first, n) for place in here]
    frame = pd.DataFrame(rows, columns=["_", "article_id", "start", "end", "text", "articles"])
    return frame.sort_values(["_", "start"], kind="stable", ignore_index=True).drop(columns="_")


def _paragraphs(text: str) -> list[tuple[int, int, int]]:
    """(start, end, key) of the paragraphs with a letter in them; the same key for the same paragraph."""
    found = []
    for match in _PARAGRAPH.finditer(text):
        words = match[0].strip()
        if _WORD.search(words):
            start = match.start() + match[0].index(words)
            key = _BETWEEN.sub(" ", _DIGITS.sub("0", words.casefold())).strip()
            found.append((start, start + len(words), hash(key)))
    return found


def _stories(articles: pd.DataFrame, places: dict[int, list[_Place]]) -> list[int]:
    """For each article (row) a number that copies and editions of one story share."""
    stories = Groups(len(articles))
    row_of = {article: row for row, article in enumerate(articles["article_id"])}
    for row, original in enumerate(articles["duplicate_of"]):
        if isinstance(original, str) and original in row_of:
            stories.join(row_of[original], row)
    shared: Counter[tuple[int, int]] = Counter()
    for here in places.values():  # each article with the next one that holds it: not all pairs
        holders = list({place.article: place for place in here}.values())
        for one, other in zip(holders, holders[1:], strict=False):
            shared[one.article, other.article] += one.words
    sizes = articles["n_words"].to_numpy()
    for (early, late), words in shared.items():
        if words >= EDITIONS * min(sizes[early], sizes[late]):
            stories.join(late, early)
    return [stories.of(row) for row in range(len(articles))]


def tabulate(passages: pd.DataFrame) -> pd.DataFrame:
    """One row a paragraph of `find`: text, articles (independent ones), times, words (all of them together), and the
    first place (article_id, start, end); most words first.
    """
    columns = ["text", "articles", "times", "words", "article_id", "start", "end"]
    if not len(passages):
        return pd.DataFrame(columns=columns)
    groups = passages.assign(times=1).groupby(["text", "articles"], sort=False, as_index=False)
    table = groups.agg(times=("times", "sum"), **{name: (name, "first") for name in columns[4:]})
    table["words"] = table["text"].str.split().str.len() * table["times"]
    return table.sort_values("words", ascending=False, kind="stable", ignore_index=True)[columns]


def inside(rows: pd.DataFrame, passages: pd.DataFrame) -> np.ndarray:
    """Which rows (article_id, start) begin inside one of the passages: booleans."""
    known = pd.Index(passages["article_id"].unique())
    begins = known.get_indexer(passages["article_id"]) * _FAR + passages["start"].to_numpy(np.int64)
    order = np.argsort(begins)
    begins, ends = begins[order], (begins + (passages["end"] - passages["start"]).to_numpy(np.int64))[order]
    article = known.get_indexer(rows["article_id"])
    at = article.astype(np.int64) * _FAR + rows["start"].to_numpy(np.int64)
    nearest = np.searchsorted(begins, at, side="right") - 1
    return (article >= 0) & (nearest >= 0) & (at < ends[nearest])


def leave_out(found: FoundIn, passages: pd.DataFrame) -> FoundIn:
    """Everything found, without what was found inside the passages. An act goes with its participants, a statement with
    its stances. `about` gets "boilerplate": {table: rows left out}.
    """
    here = passages[passages["article_id"].isin(found.articles["article_id"])]
    changed: dict[str, Any] = {}
    out: dict[str, int] = {}
    if len(here):
        for name in ("mentions", "statements", "stances", "acts"):
            frame = getattr(found, name)
            within = inside(frame, here)
            out[name] = int(within.sum())
            if within.any():
                changed[name] = frame[~within].reset_index(drop=True)
        if "acts" in changed:
            sides = found.participants
            changed["participants"] = sides[sides["act_id"].isin(changed["acts"]["act_id"])].reset_index(drop=True)
    return found._replace(about={**found.about, "boilerplate": {k: n for k, n in out.items() if n}}, **changed)


def tell(left_out: dict[str, int]) -> str:
    """What `leave_out` left out, in a sentence; "" when nothing."""
    parts = [count(n, name[:-1]) for name, n in left_out.items() if name != "stances"]
    return f"Left out as boilerplate (text that repeats across articles): {', '.join(parts)}." if parts else ""
