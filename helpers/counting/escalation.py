"""The escalation index: the rungs of acts that count, added up, per 1,000 sentences; by actor, over time, and what it
hangs on. Deeds count unless `acts.select` was asked for more.
"""

import numpy as np
import pandas as pd

from helpers import text
from helpers.counting.acts import counted, select, with_actors
from helpers.counting.claims import leads
from helpers.counting.statistics import bootstrap_rate, period_of


def count_sentences(articles: pd.DataFrame, *, exact: int = 3000) -> pd.Series:
    """Number of sentences per article: counted for the first `exact` articles, estimated from the words for the rest.
    Series by article_id.
    """
    known = articles.drop_duplicates("article_id").reset_index(drop=True)
    counts = np.array([max(1, len(text.sentences(words))) for words in known["text"][:exact]], float)
    if len(known) > exact:
        rate = counts.sum() / max(1.0, float(known["n_words"][:exact].sum()))
        counts = np.concatenate([counts, np.maximum(1, known["n_words"][exact:].to_numpy(float) * rate)])
    return pd.Series(counts, index=known["article_id"], dtype=float)


def index_by_actor(
    acts: pd.DataFrame,
    parties: pd.DataFrame,
    sentences: pd.Series,
    *,
    limit: int = 12,
    draws: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Escalation index of each actor: the rungs its acts that count have, added up, per 1,000 sentences of the corpus.

    Columns actor_id, actor, index, low, high (interval over articles; empty for one article), n acts, articles. A
    reciprocal act counts for each of its parties.
    """
    frame = with_actors(counted(acts), parties)
    order = frame["actor_id"].value_counts(sort=False).sort_values(ascending=False, kind="stable").index[:limit]
    rows = []
    for identifier in order:
        mine = frame[frame["actor_id"] == identifier]
        amounts = mine.groupby("article_id")["rung_scored"].sum().reindex(sentences.index).fillna(0)
        index = bootstrap_rate(amounts, sentences, draws=draws, seed=seed)
        rows.append((identifier, mine["actor"].iloc[0], *index, len(mine), mine["article_id"].nunique()))
    return pd.DataFrame(rows, columns=["actor_id", "actor", "index", "low", "high", "n", "articles"])


def index_over_time(
    acts: pd.DataFrame, articles: pd.DataFrame, sentences: pd.Series, *, draws: int = 600, seed: int = 0
) -> pd.DataFrame:
    """Escalation index of the whole corpus per period, each act once: columns period, index, low, high, n, articles.
    Empty when no article has a date.
    """
    columns = ["period", "index", "low", "high", "n", "articles"]
    dated = articles.dropna(subset=["published"]).drop_duplicates("article_id")
    if not len(dated):
        return pd.DataFrame(columns=columns)
    dated = dated.assign(period=period_of(dated["published"]))
    groups = counted(acts).groupby("article_id")
    sums, sizes = groups["rung_scored"].sum(), groups.size()
    rows = []
    for period, group in dated.groupby("period"):
        ids = group["article_id"]
        amounts, lengths = sums.reindex(ids).fillna(0).to_numpy(float), sentences.reindex(ids).to_numpy(float)
        index = bootstrap_rate(amounts, lengths, draws=draws, seed=seed)
        rows.append((period, *index, int(sizes.reindex(ids).fillna(0).sum()), len(ids)))
    return pd.DataFrame(rows, columns=columns)


def count_sensitivity(
    acts: pd.DataFrame, articles: pd.DataFrame, sentences: pd.Series, *, draws: int = 2000, seed: int = 0
) -> pd.DataFrame:
    """The corpus's index when more or fewer acts count: columns variant, index, low, high, n.

    acts: the table as found, not selected.
    """
    variants: tuple[tuple[str, dict], ...] = (
        ("told as done", {}),
        ("also announced, threatened", {"modalities": "all"}),
        ("done, told by the article itself", {"reported": False}),
        ("done, no repeated articles", {"duplicates": False}),
    )
    once = articles.loc[articles["duplicate_of"].isna(), "article_id"].unique()
    rows = []
    for name, options in variants:
        some = counted(select(acts, articles, **options))
        lengths = sentences if options.get("duplicates", True) else sentences.reindex(once)
        amounts = some.groupby("article_id")["rung_scored"].sum().reindex(lengths.index).fillna(0)
        rows.append((name, *bootstrap_rate(amounts, lengths, draws=draws, seed=seed), len(some)))
    frame = pd.DataFrame(rows, columns=["variant", "index", "low", "high", "n"])
    return frame[frame["n"] > 0].reset_index(drop=True)


# -- sentences for titles and notes ----------------------------------------------------------------------------------


def tell_unit(sentences: pd.Series) -> str:
    """The index's unit in one line that holds for one article too."""
    n = sentences.mean() if len(sentences) else float("nan")
    if not n > 0:
        return "Rungs of the acts, added up, per 1,000 sentences."
    one = "this article" if len(sentences) == 1 else "an article of average length here"
    return (
        "Rungs of the acts, added up, per 1,000 sentences: one attack (rung 9) in "
        f"{one} ({n:,.0f} sentences) makes {9000 / n:,.0f}."
    )


def tell_index(index: pd.DataFrame) -> str:
    """The index by actor in a sentence; a leader only where the numbers carry it."""
    if not len(index):
        return "No act that counts has a known actor"
    ranked = index.sort_values("index", ascending=False, kind="stable")
    if leads(ranked):
        top = ranked.iloc[0]
        return f"{top['actor']} is reported to escalate most: {top['index']:,.0f} rungs per 1,000 sentences"
    return f"Escalation index by actor, n = {int(index['n'].sum()):,} acts"


def tell_changes(changes: pd.DataFrame, series: pd.DataFrame) -> str:
    """Change points in a sentence."""
    if not len(series):
        return "No article has a date, so change over time cannot be looked for."
    if len(series) < 8:
        n = f"{len(series)} period{'s' * (len(series) != 1)} with articles"
        return f"{n}: at least 8 are needed to look for changes of level."
    if not len(changes):
        return "No change of level that chance would not produce as well."
    rows = changes.itertuples(index=False)
    return "; ".join(f"{p:%d %B %Y}: {b:,.0f} before, {a:,.0f} after (p = {q:.3f})" for p, b, a, q in rows) + "."
