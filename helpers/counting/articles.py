"""The articles: how many, how long, from whom, from when, which repeat each other; choosing one to show."""

import difflib
import functools
from typing import NamedTuple

import pandas as pd

from helpers import DATA
from helpers.counting.statistics import choose_period
from helpers.reading.articles import WORD
from helpers.reading.dates import AMBIGUOUS
from helpers.text import count

STEPS = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000)  # words: how wide a group of lengths may be


def overview(articles: pd.DataFrame, quarantine: pd.DataFrame) -> pd.DataFrame:
    """Return (what, value) rows that say how much was read, from whom and from when."""
    dates = articles["published"].dropna()
    outlets = articles["outlet"].nunique()
    two_ways = count_ambiguous(articles)
    rows = [
        ("inputs", f"{len(articles) + len(quarantine):,}"),
        ("articles analysed", f"{len(articles):,}"),
        ("inputs that could not be analysed", f"{len(quarantine):,}"),
        ("words", f"{int(articles['n_words'].sum()):,}"),
        ("median words an article", f"{articles['n_words'].median():,.0f}" if len(articles) else "none"),
        ("near-duplicates of an earlier article", f"{int(articles['duplicate_of'].notna().sum()):,}"),
        ("outlets", f"{outlets:,} named" if outlets else "none named"),
        ("articles with a date", f"{len(dates):,} of {len(articles):,}"),
        *([("dates that can be read in two ways, left out", f"{two_ways:,}")] if two_ways else []),
        (
            "first and last date",
            f"{dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}" if len(dates) else "no article has a date",
        ),
        ("read with an assumption (column notes)", f"{int(articles['notes'].notna().sum()):,}"),
    ]
    return pd.DataFrame(rows, columns=["what", "value"], dtype=object)


def count_ambiguous(articles: pd.DataFrame) -> int:
    """How many articles have a date that can be read in two ways, and so none."""
    return int(articles["notes"].fillna("").str.contains(AMBIGUOUS, regex=False).sum())


def tell_ambiguous(articles: pd.DataFrame) -> str:
    """How many dates are ambiguous and what settles them, in a sentence."""
    n = count_ambiguous(articles)
    if not n:
        return "No date can be read in two ways."
    return (
        f"{count(n, 'date')} can be read in two ways (03/02/2022) and {'is' if n == 1 else 'are'} left out: write "
        f'date_order = "DMY" (3 February) or "MDY" (March 2) into a .toml file in the corpus\'s folder.'
    )


def lengths(articles: pd.DataFrame) -> pd.DataFrame:
    """Return article_id, article (title or id), n_words, outlet, length (as the chart groups it: "200 to 399 words");
    longest first.
    """
    step = next(step for step in STEPS if not articles["n_words"].max() > 20 * step or step == STEPS[-1])
    lowest = articles["n_words"] // step * step
    named = articles.assign(
        article=articles["title"].fillna(articles["article_id"]),
        length=[f"{n:,} to {n + step - 1:,} words" for n in lowest],
    )
    columns = ["article_id", "article", "n_words", "outlet", "length"]
    return named[columns].sort_values("n_words", ascending=False, ignore_index=True)


def count_lengths(sizes: pd.DataFrame) -> pd.DataFrame:
    """Return length, articles: how many of `lengths` fall in each group, shortest first."""
    rising = sizes.sort_values("n_words", kind="stable")
    return rising.groupby("length", sort=False).size().rename("articles").reset_index()


def say_counted(articles: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """Return article_id, outlet, counts of all articles: "counted" where `counted` holds it, else "near-duplicate" or
    "left out by a filter".
    """
    why = articles["duplicate_of"].notna().map({True: "near-duplicate", False: "left out by a filter"})
    here = articles["article_id"].isin(counted["article_id"])
    return articles[["article_id", "outlet"]].assign(counts=why.mask(here, "counted"))


def count_outlets(said: pd.DataFrame) -> pd.DataFrame:
    """Return outlet, counts (as in `say_counted`), articles: how many each outlet contributes."""
    named = said.dropna(subset=["outlet"])
    return named.groupby(["outlet", "counts"], as_index=False).agg(articles=("article_id", "size"))


def count_over_time(articles: pd.DataFrame) -> pd.DataFrame:
    """Return period (first day of the day, week, month or year that suits the span), articles; periods without an
    article count 0.
    """
    dates = articles["published"].dropna()
    if not len(dates):
        return pd.DataFrame({"period": pd.Series(dtype="datetime64[s]"), "articles": pd.Series(dtype="int64")})
    periods = dates.dt.to_period(choose_period(dates))
    counts = periods.value_counts().reindex(
        pd.period_range(periods.min(), periods.max(), freq=periods.dt.freq), fill_value=0
    )
    return pd.DataFrame({"period": counts.index.to_timestamp(), "articles": counts.to_numpy()})


def list_duplicates(articles: pd.DataFrame) -> pd.DataFrame:
    """Return article_id, title, outlet, published, duplicate_of, outlet_of_first for near-duplicates."""
    first = articles.drop_duplicates("article_id").set_index("article_id")["outlet"]
    copies = articles[articles["duplicate_of"].notna()]
    return copies.assign(outlet_of_first=copies["duplicate_of"].map(first))[
        ["article_id", "title", "outlet", "published", "duplicate_of", "outlet_of_first"]
    ]


class Chosen(NamedTuple):
    """An article to show: its id, text and title (its id where it has none); empty strings when there is none."""

    article_id: str
    text: str
    title: str


def choose(articles: pd.DataFrame, wanted: str = "", *, rows: pd.DataFrame | None = None) -> Chosen:
    """Return the article wanted (article_id, or words of its title), else the one with most of `rows`, else the first.

    Raises ValueError, with the nearest id or title, when none fits; an empty corpus gives an empty article.
    """
    if not len(articles):
        return Chosen("", "", "")
    titles = articles["title"].where(articles["title"].notna(), articles["article_id"]).astype(str)
    if not wanted:
        counts = rows["article_id"].value_counts(sort=False) if rows is not None else pd.Series(dtype=int)
        most = counts.sort_values(ascending=False, kind="stable").index[:1]
        fits = articles["article_id"].isin(most) if len(most) else pd.Series(True, index=articles.index)
    else:
        fits = articles["article_id"] == wanted
        fits = fits if fits.any() else titles.str.contains(wanted, case=False, regex=False)
    if not fits.any():
        near = difflib.get_close_matches(wanted, [*articles["article_id"], *titles], n=1, cutoff=0.0)[0]
        raise ValueError(f"no article has the id or title {wanted!r}; the nearest is {near!r}")
    row = articles[fits].iloc[0]
    return Chosen(row["article_id"], row["text"], titles[fits].iloc[0])


@functools.cache
def _common_words() -> frozenset[str]:
    """Words so common in English that a list of frequent words without them says more."""
    return frozenset((DATA / "counting" / "common_words.csv").read_text("utf-8").split()[1:])


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without 's."""
    return [word.replace("’", "'").removesuffix("'s").lower() for word in WORD.findall(text)]


def frequent_pairs(articles: pd.DataFrame, *, limit: int = 20, sample: int = 2_000) -> pd.DataFrame:
    """Return pair, n: word pairs that stand together more often than chance (NLTK collocations by likelihood ratio),
    most frequent first.
    """
    from nltk.collocations import BigramAssocMeasures, BigramCollocationFinder

    texts = articles["text"].head(sample)
    documents = [words_of(text) for text in texts]
    finder = BigramCollocationFinder.from_documents(documents)
    common = _common_words()
    finder.apply_ngram_filter(
        lambda a, b: a in common or b in common or len(a) < 2 or len(b) < 2 or a.isdigit() or b.isdigit()
    )
    finder.apply_freq_filter(2)
    best = finder.nbest(BigramAssocMeasures.likelihood_ratio, limit)
    rows = [(" ".join(pair), finder.ngram_fd[pair]) for pair in best]
    return pd.DataFrame(rows, columns=["pair", "n"]).sort_values("n", ascending=False, kind="stable", ignore_index=True)


def tell_lengths(articles: pd.DataFrame) -> str:
    """Return a chart title on the lengths."""
    if len(articles) < 2:
        return (
            f"One article of {int(articles['n_words'].sum()):,} words" if len(articles) else "No article could be read"
        )
    return f"Half of the {len(articles):,} articles have {articles['n_words'].median():,.0f} words or more"


def tell_dates(articles: pd.DataFrame) -> str:
    """Return a chart title on the dates."""
    dates = articles["published"].dropna()
    if not len(dates):
        return "Articles over time"
    first, last = f"{dates.min():%Y-%m-%d}", f"{dates.max():%Y-%m-%d}"
    return f"{len(dates):,} of {len(articles):,} articles have a date, from {first} to {last}"


def tell_outlets(articles: pd.DataFrame) -> str:
    """Return a chart title on the outlets."""
    counts = articles["outlet"].value_counts()
    if not len(counts):
        return "Articles by outlet"
    return f"Articles by outlet: {int(counts.sum()):,} of {count(len(counts), 'outlet')}"
