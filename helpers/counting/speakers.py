"""What speakers say and in what tone, with honest intervals; a user's own scorer.

Summaries count articles as the independent unit (see `statistics`).
"""

import difflib
import importlib.util
import re
from itertools import combinations

import numpy as np
import pandas as pd

from helpers import resolve
from helpers.counting.statistics import bootstrap_mean, choose_period, cliffs_delta, holm
from helpers.scheme import NEUTRAL
from helpers.text import STRAIGHT, vader

FEWEST_STATEMENTS, FEWEST_ARTICLES = 30, 10  # a ranking on less is not defensible


# -- tones: a user's own scorer, a plain lexicon ---------------------------------------------------------------------


def load_scorer(name):
    """The function behind "path/to/file.py:function": score(texts: list[str]) -> list of (tone -1..1, terms).

    A relative path means the project's root.

    Raises ValueError with one sentence when the file or the function is not there.
    """
    path, _, function = name.rpartition(":")
    path = resolve(path)
    if not function or not path.is_file():
        raise ValueError(f"scorer {name!r}: give a Python file and a function in it, as in my_scorer.py:score.")
    spec = importlib.util.spec_from_file_location("user_scorer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not callable(getattr(module, function, None)):
        raise ValueError(f"scorer {name!r}: {path} has no function {function!r}.")
    return getattr(module, function)


def rescored(statements, scorer):
    """The statements frame with tone and tone_terms from a user's `scorer(texts)`; unchanged when scorer is None or "".

    Raises ValueError when the scorer returns another number of results or a tone outside -1..1.
    """
    if not scorer or statements.empty:
        return statements
    scorer = load_scorer(scorer) if isinstance(scorer, str) else scorer
    results = list(scorer(statements["text"].tolist()))
    if len(results) != len(statements):
        raise ValueError(f"the scorer returned {len(results)} results for {len(statements)} texts.")
    tones = [float(tone) for tone, _ in results]
    if any(not -1 <= tone <= 1 for tone in tones):
        raise ValueError("the scorer returned a tone outside -1..1.")
    return statements.assign(tone=tones, tone_terms=["; ".join(map(str, terms)) or None for _, terms in results])


def lexicon_tone(text):
    """Mean valence of the words VADER's lexicon knows, scaled to -1..1, without any rule; 0.0 when it knows none."""
    known = [
        vader().lexicon[w] for w in re.findall(r"[a-z'-]+", text.translate(STRAIGHT).lower()) if w in vader().lexicon
    ]
    return float(np.mean(known)) / 4 if known else 0.0


# -- summaries -------------------------------------------------------------------------------------------------------


def without_copies(statements, articles):
    """Statements of articles that are not near-duplicates of another one: syndicated quotes count once."""
    copies = articles.loc[articles["duplicate_of"].notna(), "article_id"] if "duplicate_of" in articles else []
    return statements[~statements["article_id"].isin(set(copies))]


def speaker_summary(
    statements,
    articles,
    *,
    by="speaker_id",
    score="tone",
    draws=2000,
    seed=0,
    fewest_statements=FEWEST_STATEMENTS,
    fewest_articles=FEWEST_ARTICLES,
):
    """One row a speaker, most statements first.

    Columns: speaker, n_statements, n_articles, n_outlets, negative, neutral, positive (shares), mean, low, high (95 %
    interval by bootstrap over articles), article_mean (each article weighs the same), median, enough (rankable: at
    least `fewest_statements` statements in `fewest_articles` articles).
    """
    known = statements[statements[by].notna()]
    outlets = articles.set_index("article_id")["outlet"] if "outlet" in articles else pd.Series(dtype=object)
    rows = []
    for key, group in known.groupby(by, sort=False):
        values = group[score].to_numpy(float)
        mean, low, high = bootstrap_mean(values, group["article_id"], draws=draws, seed=seed)
        rows.append(
            {
                by: key,
                "speaker": group["speaker"].mode().iat[0],
                "n_statements": len(group),
                "n_articles": group["article_id"].nunique(),
                "n_outlets": outlets.reindex(group["article_id"].unique()).nunique(),
                "negative": float((values <= -NEUTRAL).mean()),
                "neutral": float((np.abs(values) < NEUTRAL).mean()),
                "positive": float((values >= NEUTRAL).mean()),
                "mean": mean,
                "low": low,
                "high": high,
                "article_mean": float(group.groupby("article_id")[score].mean().mean()),
                "median": float(np.median(values)),
                "enough": len(group) >= fewest_statements and group["article_id"].nunique() >= fewest_articles,
            }
        )
    columns = [
        by,
        "speaker",
        "n_statements",
        "n_articles",
        "n_outlets",
        "negative",
        "neutral",
        "positive",
        "mean",
        "low",
        "high",
        "article_mean",
        "median",
        "enough",
    ]
    return pd.DataFrame(rows, columns=list(dict.fromkeys(columns))).sort_values(
        "n_statements", ascending=False, kind="stable", ignore_index=True
    )


def compare_speakers(
    statements,
    *,
    by="speaker_id",
    score="tone",
    most=6,
    draws=1000,
    seed=0,
    fewest_statements=FEWEST_STATEMENTS,
    fewest_articles=FEWEST_ARTICLES,
):
    """Pairs of the most quoted speakers that have enough statements: Cliff's delta with interval and Holm-corrected p.

    Both come from resampling articles. -> columns first, second, delta, low, high, p, p_holm; empty when fewer than two
    speakers have enough.
    """
    known = statements[statements[by].notna()]
    size = known.groupby(by)["article_id"].agg(["size", "nunique"])
    chosen = (
        size[(size["size"] >= fewest_statements) & (size["nunique"] >= fewest_articles)]
        .sort_values("size", ascending=False)
        .index[:most]
    )
    rng = np.random.default_rng(seed)
    name = known.groupby(by)["speaker"].agg(lambda s: s.mode().iat[0])
    values = {
        key: [g[score].to_numpy(float) for _, g in known[known[by] == key].groupby("article_id")] for key in chosen
    }

    def resampled(groups):
        return np.concatenate([groups[k] for k in rng.integers(len(groups), size=len(groups))])

    rows = []
    for first, second in combinations(chosen, 2):
        delta = cliffs_delta(np.concatenate(values[first]), np.concatenate(values[second]))
        sample = np.array([cliffs_delta(resampled(values[first]), resampled(values[second])) for _ in range(draws)])
        p = 2 * min((sample <= 0).mean(), (sample >= 0).mean())
        rows.append(
            (name[first], name[second], delta, *np.quantile(sample, [0.025, 0.975]), min(1.0, max(p, 1 / draws)))
        )
    frame = pd.DataFrame(rows, columns=["first", "second", "delta", "low", "high", "p"])
    return frame.assign(p_holm=holm(frame["p"]) if len(frame) else [])


def robustness(statements, *, by="speaker_id", most=12):
    """Mean tone by three measures (encoder, VADER, plain lexicon) for the most quoted speakers, and whether their signs
    agree.
    """
    known = statements[statements[by].notna()]
    known = known.assign(lexicon=[lexicon_tone(t) for t in known["text"]])
    chosen = known[by].value_counts().index[:most]
    frame = (
        known[known[by].isin(chosen)]
        .groupby(by)
        .agg(
            speaker=("speaker", lambda s: s.mode().iat[0]),
            n=("text", "size"),
            encoder=("tone", "mean"),
            vader=("vader", "mean"),
            lexicon=("lexicon", "mean"),
        )
    )
    signs = frame[["encoder", "vader", "lexicon"]].apply(lambda column: np.sign(column.where(column.abs() >= 0.05, 0)))
    frame["agree"] = (signs.max(axis=1) - signs.min(axis=1)) < 2
    return frame.sort_values("n", ascending=False, kind="stable").reset_index()


def stance_matrix(statements, stances, *, most_speakers=10, most_targets=10):
    """Mean stance of each speaker (rows) towards each target (columns), and the number of statements behind each cell.

    -> (means, counts), both frames indexed by speaker name.
    """
    keys = ["article_id", "start", "end"]
    joined = stances.merge(statements[[*keys, "speaker", "speaker_id"]], on=keys, how="inner")
    joined = joined[joined["speaker"].notna()]
    speakers = joined["speaker"].value_counts().index[:most_speakers]
    targets = joined["target"].value_counts().index[:most_targets]
    joined = joined[joined["speaker"].isin(speakers) & joined["target"].isin(targets)]
    cells = joined.groupby(["speaker", "target"])["stance"]
    return cells.mean().unstack().reindex(index=speakers, columns=targets), cells.size().unstack(fill_value=0).reindex(
        index=speakers, columns=targets, fill_value=0
    )


def extremes(statements, *, n=5):
    """The n most negative and n most positive statements: frame with a column `side`."""
    order = statements.sort_values("tone", kind="stable")
    lowest, highest = order[order["tone"] <= -NEUTRAL].head(n), order[order["tone"] >= NEUTRAL].tail(n)[::-1]
    return pd.concat([lowest.assign(side="most negative"), highest.assign(side="most positive")])


# -- frames for the notebook -----------------------------------------------------------------------------------------


def count_speakers(statements, articles):
    """Statements of each known speaker by kind (direct, mixed, indirect), near-duplicate articles left out: speaker,
    speaker_id, kind, n.
    """
    known = without_copies(statements, articles)
    known = known[known["speaker"].notna()]
    if known.empty:
        return pd.DataFrame({"speaker": [], "speaker_id": [], "kind": [], "n": pd.Series(dtype="int64")})
    named = known.assign(speaker_id=known["speaker_id"].fillna(known["speaker"]))
    label = named.groupby("speaker_id")["speaker"].transform(lambda s: s.mode().iat[0])
    return (
        named.assign(speaker=label)
        .groupby(["speaker", "speaker_id", "kind"], as_index=False)
        .size()
        .rename(columns={"size": "n"})
        .sort_values("n", ascending=False, kind="stable", ignore_index=True)
    )


def tell_speakers(statements, articles):
    """One sentence: how many statements, by how many speakers, and who has most."""
    total = without_copies(statements, articles)
    counts = (
        count_speakers(statements, articles).groupby("speaker")["n"].sum().sort_values(ascending=False, kind="stable")
    )
    if counts.empty:
        return "No statement with a known speaker was found"
    first = counts[counts == counts.iloc[0]]
    who = f"{first.index[0]} is quoted most" if len(first) == 1 else f"{len(first)} speakers are quoted equally often"
    return (
        f"{who}: {first.iloc[0]} of {len(total)} statements ({int(total['speaker'].isna().sum())} by unknown speakers)"
    )


def tone_shares(summary, *, most=12):
    """Long frame speaker, tone (negative, neutral, positive), share, for stacked bars of the most quoted speakers."""
    wide = summary.head(most).assign(speaker=lambda f: f["speaker"] + " (" + f["n_statements"].astype(str) + ")")
    return wide.melt("speaker", ["negative", "neutral", "positive"], "tone", "share")


def warn_small(summary, *, fewest_statements=FEWEST_STATEMENTS, fewest_articles=FEWEST_ARTICLES):
    """One sentence that says how many speakers have enough statements to be ranked."""
    enough = int(summary["enough"].sum()) if len(summary) else 0
    base = f"At least {fewest_statements} statements in {fewest_articles} articles are needed to rank speakers"
    return f"{base}: {enough} of {len(summary)} speakers have them." + (
        "" if enough > 1 else " Read the order below as a list, not as a ranking."
    )


def tone_over_time(statements, articles, *, speaker=""):
    """Mean tone per period with bootstrap interval: period, mean, low, high, n; empty without dates. speaker: name or
    id, "" for all.
    """
    dates = pd.to_datetime(articles.set_index("article_id")["published"], errors="coerce", utc=True).dt.tz_localize(
        None
    )
    chosen = (
        statements
        if not speaker
        else statements[(statements["speaker"] == speaker) | (statements["speaker_id"] == speaker)]
    )
    dated = chosen.assign(published=chosen["article_id"].map(dates)).dropna(subset=["published"])
    columns = ["period", "mean", "low", "high", "n"]
    if dated.empty:
        return pd.DataFrame(columns=columns)
    dated = dated.assign(period=dated["published"].dt.to_period(choose_period(dated["published"])))
    rows = [
        (period.to_timestamp(), *bootstrap_mean(g["tone"], g["article_id"]), len(g))
        for period, g in dated.groupby("period")
    ]
    return pd.DataFrame(rows, columns=columns)


def tone_by_outlet(statements, articles):
    """Mean tone of the statements each outlet prints, with interval: outlet, mean, low, high, n, n_articles; empty
    without outlets.
    """
    outlets = articles.set_index("article_id")["outlet"]
    known = statements.assign(outlet=statements["article_id"].map(outlets)).dropna(subset=["outlet"])
    rows = [
        (name, *bootstrap_mean(g["tone"], g["article_id"]), len(g), g["article_id"].nunique())
        for name, g in known.groupby("outlet")
    ]
    return pd.DataFrame(rows, columns=["outlet", "mean", "low", "high", "n", "n_articles"]).sort_values(
        "n", ascending=False, kind="stable", ignore_index=True
    )


def stance_cells(statements, stances, *, most_speakers=10, most_targets=10):
    """The stance matrix as a long frame for a heat map: speaker, target, stance, n, shown ("-0.4 (3)")."""
    if statements.empty or stances.empty:
        return pd.DataFrame(columns=["speaker", "target", "stance", "n", "shown"])
    means, counts = stance_matrix(statements, stances, most_speakers=most_speakers, most_targets=most_targets)
    frame = (
        means.stack()
        .rename("stance")
        .reset_index()
        .merge(counts.stack().rename("n").reset_index(), on=["speaker", "target"])
    )
    return frame.assign(shown=[f"{s:+.1f} ({n})" for s, n in zip(frame["stance"], frame["n"], strict=True)])


def tell_stances(cells):
    """One sentence: the most hostile and the most friendly cell."""
    if cells.empty:
        return "No statement speaks about a named entity"
    low, high = cells.loc[cells["stance"].idxmin()], cells.loc[cells["stance"].idxmax()]
    parts = []
    if low["stance"] <= -NEUTRAL:
        parts.append(f"{low['speaker']} is most critical of {low['target']}")
    if high["stance"] >= NEUTRAL:
        parts.append(f"{high['speaker']} is most supportive of {high['target']}")
    return "; ".join(parts) or "No clear stance towards anybody"


def choose_article(statements, articles, article=""):
    """The article to show in full: the id given, else the one with most statements. -> row of articles, or None for an
    empty corpus.

    Raises ValueError, naming a near id, when the id is not in the corpus.
    """
    if articles.empty:
        return None
    if article:
        chosen = articles[articles["article_id"] == article]
        if chosen.empty:
            near = difflib.get_close_matches(article, list(articles["article_id"]), n=1, cutoff=0.0)
            raise ValueError(f"article {article!r} is not in this corpus; the nearest id is {near[0]!r}.")
        return chosen.iloc[0]
    best = statements["article_id"].value_counts()
    return articles[articles["article_id"] == best.index[0]].iloc[0] if len(best) else articles.iloc[0]


def marks_of(statements, article_id):
    """(start, end, label, words on hover) of every statement, speaker and cue of one article, for
    `display.marked_text`.
    """
    marks = []
    for row in statements[statements["article_id"] == article_id].to_dict("records"):
        side = "negative" if row["tone"] <= -NEUTRAL else ("positive" if row["tone"] >= NEUTRAL else "neutral")
        via = f", via {row['via']}" if isinstance(row["via"], str) else ""
        spans = row["spans"] if isinstance(row["spans"], (list, np.ndarray)) else [(row["start"], row["end"])]
        marks += [
            (int(a), int(b), side, f"{row['speaker'] or 'unknown speaker'}{via}, tone {row['tone']:+.2f}")
            for a, b in spans
        ]
        for what in ("speaker_mention", "cue"):
            if not pd.isna(row[f"{what}_start"]):
                marks.append(
                    (
                        int(row[f"{what}_start"]),
                        int(row[f"{what}_end"]),
                        "speaker" if what == "speaker_mention" else "cue",
                    )
                )
    return marks
