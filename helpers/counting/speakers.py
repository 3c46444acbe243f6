"""What speakers say and in what tone, with honest intervals; a user's own scorer.

Summaries count articles as the independent unit (see `statistics`).
"""

import importlib.util
import re
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd

from helpers import resolve
from helpers.counting.claims import leads, most_frequent
from helpers.counting.statistics import (
    FEWEST_ARTICLES,
    FEWEST_PASSAGES,
    bootstrap_mean,
    cliffs_delta,
    holm,
    period_of,
)
from helpers.scheme import NEUTRAL
from helpers.text import STRAIGHT, count, vader

Scorer = Callable[[list[str]], list[tuple[float, list[str]]]]


# -- tones: a user's own scorer, a plain lexicon ---------------------------------------------------------------------


def load_scorer(name: str) -> Scorer:
    """The function behind "path/to/file.py:function": score(texts: list[str]) -> list of (tone -1..1, terms).

    A relative path means the project's root.

    Raises ValueError with one sentence when the file or the function is not there.
    """
    file, _, function = name.rpartition(":")
    path = resolve(file)
    spec = importlib.util.spec_from_file_location("user_scorer", path) if function and path.is_file() else None
    if spec is None or spec.loader is None:
        raise ValueError(f"scorer {name!r}: give a Python file and a function in it, as in my_scorer.py:score.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not callable(getattr(module, function, None)):
        raise ValueError(f"scorer {name!r}: {path} has no function {function!r}.")
    return getattr(module, function)


def rescored(statements: pd.DataFrame, scorer: str | Scorer | None) -> pd.DataFrame:
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


def lexicon_tone(text: str) -> float:
    """Mean valence of the words VADER's lexicon knows, scaled to -1..1, without any rule; 0.0 when it knows none."""
    known = [
        vader().lexicon[w] for w in re.findall(r"[a-z'-]+", text.translate(STRAIGHT).lower()) if w in vader().lexicon
    ]
    return float(np.mean(known)) / 4 if known else 0.0


# -- summaries -------------------------------------------------------------------------------------------------------


def named(statements: pd.DataFrame) -> pd.DataFrame:
    """The statements with a known speaker, with a speaker_id each ("words:a senior official" for those that are no
    known entity) and under one name a speaker, the one used most.
    """
    known = statements[statements["speaker"].notna()]
    if known.empty:
        return known.astype({"speaker_id": object})
    ids = known["speaker_id"].fillna("words:" + known["speaker"].str.lower())
    names = known["speaker"].groupby(ids).agg(lambda names: names.mode().iat[0])
    return known.assign(speaker_id=ids, speaker=ids.map(names))


def speaker_summary(
    statements: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    by: str = "speaker_id",
    score: str = "tone",
    draws: int = 2000,
    seed: int = 0,
    fewest_statements: int = FEWEST_PASSAGES,
    fewest_articles: int = FEWEST_ARTICLES,
) -> pd.DataFrame:
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
    statements: pd.DataFrame,
    *,
    by: str = "speaker_id",
    score: str = "tone",
    most: int = 6,
    draws: int = 1000,
    seed: int = 0,
    fewest_statements: int = FEWEST_PASSAGES,
    fewest_articles: int = FEWEST_ARTICLES,
) -> pd.DataFrame:
    """Pairs of the most quoted speakers that have enough statements: Cliff's delta with interval and Holm-corrected p.

    Both come from resampling articles. -> columns first_speaker_id, first, second_speaker_id, second (ids are called as
    `by` says), delta, low, high, p, p_holm; empty when fewer than two speakers have enough.
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
            (
                *(first, name[first], second, name[second], delta),
                *np.quantile(sample, [0.025, 0.975]),
                min(1.0, max(p, 1 / draws)),
            )
        )
    columns = [f"first_{by}", "first", f"second_{by}", "second", "delta", "low", "high", "p"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(p_holm=holm(frame["p"]) if len(frame) else [])


def robustness(statements: pd.DataFrame, *, by: str = "speaker_id", most: int = 12) -> pd.DataFrame:
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


def extremes(statements: pd.DataFrame, *, n: int = 5) -> pd.DataFrame:
    """The n most negative and n most positive statements: frame with a column `side`."""
    order = statements.sort_values("tone", kind="stable")
    lowest, highest = order[order["tone"] <= -NEUTRAL].head(n), order[order["tone"] >= NEUTRAL].tail(n)[::-1]
    return pd.concat([lowest.assign(side="most negative"), highest.assign(side="most positive")])


# -- frames for the notebook -----------------------------------------------------------------------------------------


def count_speakers(statements: pd.DataFrame) -> pd.DataFrame:
    """Statements of each known speaker by kind (direct, mixed, indirect): speaker, speaker_id, kind, n."""
    known = named(statements)
    if known.empty:
        return pd.DataFrame({"speaker": [], "speaker_id": [], "kind": [], "n": pd.Series(dtype="int64")})
    return (
        known.groupby(["speaker", "speaker_id", "kind"], as_index=False)
        .size()
        .rename(columns={"size": "n"})
        .sort_values("n", ascending=False, kind="stable", ignore_index=True)
    )


def tell_speakers(statements: pd.DataFrame) -> str:
    """One sentence: how many statements, by how many speakers; who is quoted most only where the numbers carry it."""
    known = named(statements)
    if known.empty:
        return "No statement with a known speaker was found"
    unknown = f"{len(statements) - len(known):,} by unknown speakers"
    first = most_frequent(known, "speaker_id")
    if first is None:
        by = count(known["speaker_id"].nunique(), "speaker")
        return f"Statements by speaker: {len(known):,} by {by}, {unknown}"
    his = known.loc[known["speaker_id"] == first, "speaker"]
    return f"{his.mode().iat[0]} is quoted most: {len(his):,} of {len(statements):,} statements ({unknown})"


def tone_shares(summary: pd.DataFrame, *, most: int = 12) -> pd.DataFrame:
    """Long frame speaker_id, speaker, tone (negative, neutral, positive), share, for stacked bars of the most quoted
    speakers.
    """
    wide = summary.head(most).assign(speaker=lambda f: f["speaker"] + " (" + f["n_statements"].astype(str) + ")")
    return wide.melt(["speaker_id", "speaker"], ["negative", "neutral", "positive"], "tone", "share")


def warn_small(
    summary: pd.DataFrame, *, fewest_statements: int = FEWEST_PASSAGES, fewest_articles: int = FEWEST_ARTICLES
) -> str:
    """One sentence that says how many speakers have enough statements to be ranked."""
    enough = int(summary["enough"].sum()) if len(summary) else 0
    base = f"At least {fewest_statements} statements in {fewest_articles} articles are needed to rank speakers"
    return f"{base}: {enough} of {len(summary)} speakers have them." + (
        "" if enough > 1 else " Read the order below as a list, not as a ranking."
    )


def tone_over_time(statements: pd.DataFrame, articles: pd.DataFrame, *, speaker: str = "") -> pd.DataFrame:
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
    dated = chosen[chosen["article_id"].isin(dates.dropna().index)]
    columns = ["period", "mean", "low", "high", "n"]
    if dated.empty:
        return pd.DataFrame(columns=columns)
    dated = dated.assign(period=period_of(dated["article_id"].map(dates)))
    rows = [(period, *bootstrap_mean(g["tone"], g["article_id"]), len(g)) for period, g in dated.groupby("period")]
    return pd.DataFrame(rows, columns=columns)


def tone_by_outlet(statements: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
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


def spoken_about(statements: pd.DataFrame, stances: pd.DataFrame) -> pd.DataFrame:
    """Who speaks about whom, one row a stance: article_id, start, end, speaker_id, speaker, target_id, target, stance;
    those that are no known entity go by their words.
    """
    keys = ["article_id", "start", "end"]
    spoken = statements.loc[statements["speaker"].notna(), [*keys, "speaker", "speaker_id"]]
    joined = stances[stances["target"].notna()].merge(spoken, on=keys, how="inner")
    for side in ("speaker", "target"):
        joined[f"{side}_id"] = joined[f"{side}_id"].fillna("words:" + joined[side].str.lower())
    return joined


def passages_of(statements: pd.DataFrame, speaker: str = "") -> pd.DataFrame:
    """The statements as charts count them: article_id, start, end, speaker_id (as in `named`; empty for unknown
    speakers), kind, tone as negative, neutral or positive. speaker: only one, by name or id.
    """
    rows = statements[["article_id", "start", "end", "kind"]].assign(
        speaker_id=named(statements)["speaker_id"].reindex(statements.index),
        tone=np.select(
            [statements["tone"] <= -NEUTRAL, statements["tone"] >= NEUTRAL], ["negative", "positive"], "neutral"
        ),
    )
    return rows[(statements["speaker"] == speaker) | (statements["speaker_id"] == speaker)] if speaker else rows


def stance_cells(
    statements: pd.DataFrame, stances: pd.DataFrame, *, most_speakers: int = 10, most_targets: int = 10
) -> pd.DataFrame:
    """Mean stance of each speaker towards each target, for a heat map: speaker_id, speaker, target_id, target, stance,
    low, high (95 %, articles drawn anew; empty for few statements), n, articles, shown ("-0.4 (3)"). Speakers and
    targets that are no known entity go by their words.
    """
    columns = ["speaker_id", "speaker", "target_id", "target", "stance", "low", "high", "n", "articles", "shown"]
    joined = spoken_about(statements, stances)
    if joined.empty:
        return pd.DataFrame(columns=columns)
    for side, most in (("speaker", most_speakers), ("target", most_targets)):
        joined[side] = joined.groupby(f"{side}_id")[side].transform(lambda names: names.mode().iat[0])
        joined["_" + side] = joined[f"{side}_id"].isin(joined[f"{side}_id"].value_counts().index[:most])
    cells = joined[joined["_speaker"] & joined["_target"]].groupby(columns[:4], sort=False)
    rows = []
    for key, cell in cells:
        n, articles = len(cell), cell["article_id"].nunique()
        enough = n >= FEWEST_PASSAGES and articles >= FEWEST_ARTICLES
        ends = bootstrap_mean(cell["stance"], cell["article_id"])[1:] if enough else (np.nan, np.nan)
        rows.append((*key, cell["stance"].mean(), *ends, n, articles))
    frame = pd.DataFrame(rows, columns=columns[:-1])
    return frame.assign(shown=[f"{s:+.1f} ({n})" for s, n in zip(frame["stance"], frame["n"], strict=True)])


def tell_stances(cells: pd.DataFrame) -> str:
    """The chart of stances in a sentence: the most hostile and the most friendly cell only where the numbers carry it,
    else what is shown.
    """
    if cells.empty:
        return "No statement speaks about a named entity"
    ranked = cells.sort_values("stance", kind="stable")
    low, high = ranked.iloc[0], ranked.iloc[-1]
    parts = []
    if low["stance"] <= -NEUTRAL and leads(ranked.assign(low=-ranked["high"], high=-ranked["low"])):
        parts.append(f"{low['speaker']} is most critical of {low['target']}")
    if high["stance"] >= NEUTRAL and leads(ranked[::-1]):
        parts.append(f"{high['speaker']} is most supportive of {high['target']}")
    shown = count(int(cells["n"].sum()), "statement")
    return "; ".join(parts) or f"Stance of speakers towards those they speak about, n = {shown}"


def marks_of(statements: pd.DataFrame, article_id: str) -> list[tuple]:
    """(start, end, label, words on hover) of every statement, speaker and cue of one article, for
    `display.marked_text`.
    """
    marks: list[tuple] = []
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
