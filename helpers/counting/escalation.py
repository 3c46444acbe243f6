"""The escalation index: the mean rung of the acts that count, from −4 (yields) to 9 (force); by actor, over time, and
what it hangs on. Deeds count unless `acts.select` was asked for more.

Why a mean, and not rungs per so many words: it can be read on one article ("its three acts stand at rung 6 on
average"), stays on the ladder that the reader knows, and does not grow with how much is written about an actor. How
much is reported is another question, which the number of acts beside it answers. Rungs are an order, not a measure: a
mean of 4 may be threats, or talks and attacks; the charts of the ladder and of words and deeds tell which.
"""

from typing import Any

import pandas as pd

from helpers.counting.acts import counted, select, with_actors
from helpers.counting.claims import leads
from helpers.counting.statistics import bootstrap_mean, period_of

UNIT = "Mean rung of the acts, on the ladder from −4 (yields) over 4 (threatens) to 9 (force); n is how many acts."
NOT_DONE = ("announced", "threatened", "conditional", "possible", "denied")


def index_by_actor(
    acts: pd.DataFrame, parties: pd.DataFrame, *, limit: int = 12, draws: int = 2000, seed: int = 0
) -> pd.DataFrame:
    """Escalation index of each actor: the mean rung of its acts that count.

    Columns actor_id, actor, index, low, high (interval over articles; empty for one article), n (acts that count),
    articles, and the numbers of the actor's other acts, which do not count: announced (with threatened and conditional
    ones, where these were not asked for), possible, denied. A reciprocal act counts for each of its parties.
    """
    all_acts = with_actors(acts, parties)
    frame = counted(all_acts)
    others = all_acts[~all_acts["counted"].astype(bool)].groupby(["actor_id", "modality"]).size()
    order = frame["actor_id"].value_counts(sort=False).sort_values(ascending=False, kind="stable").index[:limit]
    rows = []
    for identifier in order:
        mine = frame[frame["actor_id"] == identifier]
        index = bootstrap_mean(mine["rung_scored"], mine["article_id"], draws=draws, seed=seed)
        kinds = [int(others.get((identifier, kind), 0)) for kind in NOT_DONE]
        rest = (sum(kinds[:3]), *kinds[3:])
        rows.append((identifier, mine["actor"].iloc[0], *index, len(mine), mine["article_id"].nunique(), *rest))
    columns = ["actor_id", "actor", "index", "low", "high", "n", "articles", "announced", "possible", "denied"]
    return pd.DataFrame(rows, columns=columns)


def index_over_time(acts: pd.DataFrame, articles: pd.DataFrame, *, draws: int = 600, seed: int = 0) -> pd.DataFrame:
    """Escalation index of the whole corpus per period, each act once: columns period, index, low, high, n (acts),
    articles (published then). A period without an act that counts has no row; empty when no article has a date.
    """
    columns = ["period", "index", "low", "high", "n", "articles"]
    dated = articles.dropna(subset=["published"]).drop_duplicates("article_id")
    if not len(dated):
        return pd.DataFrame(columns=columns)
    periods = pd.Series(period_of(dated["published"]).to_numpy(), index=dated["article_id"])
    published = periods.value_counts()
    frame = counted(acts)
    frame = frame.assign(period=frame["article_id"].map(periods)).dropna(subset=["period"])
    rows = []
    for period, group in frame.groupby("period"):
        index = bootstrap_mean(group["rung_scored"], group["article_id"], draws=draws, seed=seed)
        rows.append((period, *index, len(group), int(published[period])))
    return pd.DataFrame(rows, columns=columns)


def count_sensitivity(acts: pd.DataFrame, articles: pd.DataFrame, *, draws: int = 2000, seed: int = 0) -> pd.DataFrame:
    """The corpus's index when more or fewer acts count: columns variant, index, low, high, n. The last variant only
    where the articles hold near-duplicates.

    acts: the table as found, not selected.
    """
    variants: tuple[tuple[str, dict[str, Any], bool], ...] = (
        ("told as done", {}, False),
        ("also announced, threatened", {"modalities": "all"}, False),
        ("done, told by the article itself", {"reported": False}, False),
        ("done, each story once", {}, True),
    )
    rows = []
    for name, options, once in variants:
        some = counted(select(acts, articles, **options))
        if once and not some["duplicate"].any():
            continue
        some = some[~some["duplicate"].astype(bool)] if once else some
        if len(some):
            index = bootstrap_mean(some["rung_scored"], some["article_id"], draws=draws, seed=seed)
            rows.append((name, *index, len(some)))
    return pd.DataFrame(rows, columns=["variant", "index", "low", "high", "n"])


# -- sentences for titles and notes ----------------------------------------------------------------------------------


def tell_index(index: pd.DataFrame) -> str:
    """The index by actor in a sentence; a leader only where the numbers carry it."""
    if not len(index):
        return "No act that counts has a known actor"
    ranked = index.sort_values("index", ascending=False, kind="stable")
    if leads(ranked):
        top = ranked.iloc[0]
        return f"{top['actor']} is reported to escalate furthest: mean rung {top['index']:+.1f}"
    return f"Mean rung of each actor's acts, n = {int(index['n'].sum()):,} acts"


def tell_changes(changes: pd.DataFrame, series: pd.DataFrame) -> str:
    """Change points in a sentence."""
    if not len(series):
        return "No act has a date, so change over time cannot be looked for."
    if len(series) < 8:
        n = f"{len(series)} period{'s' * (len(series) != 1)} with acts"
        return f"{n}: at least 8 are needed to look for changes of level."
    if not len(changes):
        return "No change of level that chance would not produce as well."
    rows = changes.itertuples(index=False)
    return "; ".join(f"{p:%d %B %Y}: {b:+.1f} before, {a:+.1f} after (p = {q:.3f})" for p, b, a, q in rows) + "."
