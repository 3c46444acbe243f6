"""Which articles count: the same filters in every notebook.

`select` takes everything found in a corpus and leaves out whole articles, with all that was found in them; `tell` says
how many, and why.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from helpers.counting import boilerplate
from helpers.counting.offices import day_of
from helpers.text import count, normalise

FoundIn = TypeVar("FoundIn", bound=Any)  # has articles, about, only and _replace
NOTHING = "No article could be read, so nothing is counted; notebook 00 lists the reasons."
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?\Z")


class _Reason(NamedTuple):
    words: str
    out: pd.Series


def select(
    found: FoundIn,
    *,
    since: str = "",
    until: str = "",
    outlet: str = "",
    query: str = "",
    keep_duplicates: bool = False,
    keep_boilerplate: bool = False,
) -> FoundIn:
    """Everything found in the articles that pass all filters. An empty filter lets every article pass.

    since, until: first and last day of publication, "2022-01-31", "2022-01" or "2022" (a month or year counts from its
    first to its last day); articles without a date are left out when one of them is given. outlet: names joined by ";",
    case and accents aside. query: words that must all occur in title or text, "several words" in double quotes as they
    stand; case aside. keep_duplicates: False leaves out what repeats an earlier article that passes the filters, so
    that each story counts once. keep_boilerplate: False leaves out what was found inside text that repeats across all
    the articles given (`boilerplate`). `about` gets "counted" (articles), "left_out" ({why: articles}) and
    "boilerplate" ({table: rows}).

    Raises ValueError, in one sentence, for a date that cannot be read, an end before its beginning, and an outlet the
    corpus does not have.
    """
    articles = found.articles
    out = pd.Series(False, index=articles.index)
    left: dict[str, int] = {}
    for reason in _reasons(articles, since, until, outlet, query):
        left[reason.words] = int((reason.out & ~out).sum())
        out |= reason.out
    if not keep_duplicates:
        repeats = _repeats(articles, out)
        left["near-duplicates of another one"] = int((repeats & ~out).sum())
        out |= repeats
    chosen = found.only(~out) if out.any() else found
    left = {why: n for why, n in left.items() if n}
    chosen = chosen._replace(
        about={**found.about, "counted": len(chosen.articles), "left_out": left, "boilerplate": {}}
    )
    return chosen if keep_boilerplate else boilerplate.leave_out(chosen, boilerplate.find(articles))


def tell(found: Any) -> str:
    """How many articles count, and how many were left out for what reason; what was left out as boilerplate."""
    left = found.about.get("left_out", {})
    total = len(found.articles) + sum(left.values())
    reasons = ", ".join(f"{n:,} {why}" for why, n in left.items())
    if not len(found.articles):
        return f"No article passes the filters, so nothing is counted; left out: {reasons}." if left else NOTHING
    told = f"{len(found.articles):,} of {count(total, 'article')} count; left out: {reasons}."
    if not left:
        told = f"All {total:,} articles count." if total != 1 else "The one article counts."
    return f"{told} {boilerplate.tell(found.about.get('boilerplate', {}))}".strip()


def _reasons(articles: pd.DataFrame, since: str, until: str, outlet: str, query: str) -> Iterable[_Reason]:
    first, last = read_day(since, "since"), read_day(until, "until", last=True)
    if first is not None and last is not None and first > last:
        raise ValueError(f"since ({since}) is after until ({until}): no article can be from then.")
    published = articles["published"]
    if first is not None or last is not None:
        yield _Reason("without a date", published.isna())
    if first is not None:
        yield _Reason(f"before {since}", published < first)
    if last is not None:
        yield _Reason(f"after {until}", published > last)
    if outlet.strip():
        yield _Reason("of other outlets", ~_of_outlets(articles["outlet"], outlet))
    if query.strip():
        yield _Reason(f"without {query.strip()}", ~_with_words(articles, query))


def of_period(articles: pd.DataFrame, period: str) -> pd.DataFrame:
    """The articles published in a day, month or year ("2022-01-31", "2022-01", "2022"). Raises ValueError."""
    first, last = read_day(period, "period"), read_day(period, "period", last=True)
    return articles[(articles["published"] >= first) & (articles["published"] <= last)]


def read_day(value: str, name: str, *, last: bool = False) -> pd.Timestamp | None:
    """First (or, with `last`, last) moment of "2022", "2022-01" or "2022-01-31"; None for "". Raises ValueError."""
    value = str(value).strip()
    if not value:
        return None
    try:
        if not _DATE.match(value):
            raise ValueError
        day = pd.Timestamp(day_of(value, last=last))
        return day + pd.Timedelta(days=1, seconds=-1) if last else day
    except ValueError:
        raise ValueError(f"{name} is {value!r}; write it as 2022-01-31, 2022-01 or 2022.") from None


def _of_outlets(outlets: pd.Series, wanted: str) -> pd.Series:
    names = {normalise(name): name.strip() for name in wanted.split(";") if name.strip()}
    known = {str(name): normalise(str(name)) for name in outlets.dropna().unique()}
    missing = [name for key, name in names.items() if key not in known.values()]
    if missing:
        there = ", ".join(sorted(known)[:8]) or "none, the articles name no outlet"
        raise ValueError(f"No article is from {missing[0]!r}; outlets of this corpus: {there}.")
    return outlets.isin([name for name, key in known.items() if key in names])


def _with_words(articles: pd.DataFrame, query: str) -> pd.Series:
    fits = pd.Series(True, index=articles.index)
    for phrase, word in re.findall(r'"([^"]+)"|([^\s"]+)', query):
        pattern = rf"(?<!\w){re.escape(phrase or word)}(?!\w)"
        in_text = articles["text"].str.contains(pattern, case=False, regex=True)
        in_title = articles["title"].fillna("").str.contains(pattern, case=False, regex=True)
        fits &= in_text | in_title
    return fits


def _repeats(articles: pd.DataFrame, out: pd.Series) -> pd.Series:
    """Articles that repeat one that passes the filters, or another that repeats the same and comes first."""
    passing = articles[~out]
    there = set(passing["article_id"])
    repeats = passing["duplicate_of"].notna()
    first = passing["duplicate_of"].isin(there)
    orphans = passing[repeats & ~first]
    again = orphans.duplicated("duplicate_of")
    found = (repeats & first).reindex(articles.index, fill_value=False)
    found.loc[orphans.index[again]] = True
    return found.astype(bool)
