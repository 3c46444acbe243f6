"""Summaries of acts: the ladder, who towards whom, an index of escalation with intervals, change over time, passages.
Frames in, tidy frames out.

Acts count with the rung that their modality leaves them (`scheme.scored_rung`): a threat of force counts as a threat, a
denial as a small step down, what is merely possible not at all. Frequency in the news is not frequency in the world:
`count_events` says how many independent texts and different events stand behind a number.
"""

import numpy as np
import pandas as pd

from helpers import scheme, text
from helpers.counting.statistics import bootstrap_rate, period_of
from helpers.scheme import LADDER, MODALITIES

QUAD_NAMES = dict(scheme.QUADS)
EXTRA = ["rung_scored", "quad", "published", "duplicate"]


def select(acts, articles, *, announced=True, reported=True, duplicates=True):
    """Acts with what summaries need: rung_scored, quad (class of what the act counts as), published, duplicate (its
    article repeats another one).

    announced: False leaves out what is only announced, threatened, conditional; reported: False leaves out what is
    reported, quoted or alleged rather than told by the article itself; duplicates: False leaves out articles that
    repeat an earlier one.
    """
    known = articles.drop_duplicates("article_id").set_index("article_id")
    frame = acts.copy()
    frame["rung_scored"] = [
        scheme.scored_rung(c, m, r) for c, m, r in zip(frame["category"], frame["modality"], frame["rung"], strict=True)
    ]
    frame["quad"] = [QUAD_NAMES.get(_quad(c, m), "") for c, m in zip(frame["category"], frame["modality"], strict=True)]
    frame["published"] = frame["article_id"].map(known["published"]) if len(known) else pd.NaT
    frame["duplicate"] = frame["article_id"].map(known["duplicate_of"]).notna() if len(known) else False
    if not announced:
        frame = frame[~frame["modality"].isin(["announced", "threatened", "conditional"])]
    if not reported:
        frame = frame[frame["attribution"] == "narrator"]
    if not duplicates:
        frame = frame[~frame["duplicate"].astype(bool)]
    return frame.reset_index(drop=True)


def _quad(category, modality):
    plover = scheme.scored_plover(category, modality) if category in LADDER else None
    return scheme.EVENTS[plover][1] if plover else 0


def plain_name(name):
    """A participant without the person who acts for it and without "(implied)": "Russia (Vladimir Putin)" is Russia."""
    return name.split(" (")[0].strip()


def directed(acts):
    """One row per act, actor and target: acts with several of them are spread; columns actor_name and target_name
    (empty when unknown).
    """
    if not len(acts):
        return acts.assign(actor_name=pd.Series(dtype=object), target_name=pd.Series(dtype=object))
    frame = acts.assign(actor_name=acts["actor"].map(_names), target_name=acts["target"].map(_names))
    frame = frame.explode("actor_name", ignore_index=True).explode("target_name", ignore_index=True)
    same = (frame["actor_name"] == frame["target_name"]) & frame["actor_name"].notna()
    return frame[~same].reset_index(drop=True)


def _names(cell):
    names = list(dict.fromkeys(plain_name(name) for name in cell.split("; "))) if isinstance(cell, str) and cell else []
    return [name for name in names if name] or [None]


def count_rungs(acts):
    """How many acts stand on each rung: one row per category and modality. Columns category, rung, label, modality, n."""
    if not len(acts):
        return pd.DataFrame(columns=["category", "rung", "label", "modality", "n"])
    counts = acts.groupby(["category", "rung", "modality"], observed=True).size().rename("n").reset_index()
    counts["label"] = [f"{c}  {r:+d}" for c, r in zip(counts["category"], counts["rung"], strict=True)]
    return counts.sort_values(["rung", "modality"], ascending=[False, True], kind="stable", ignore_index=True)


def count_directions(acts, *, limit=12):
    """Who acts towards whom: actor, target, n, rung (mean rung they count with), hostile and friendly numbers, shown
    ("n, mean rung"). Only known pairs.
    """
    frame = directed(acts).dropna(subset=["actor_name", "target_name"]) if len(acts) else acts
    if not len(frame):
        return pd.DataFrame(columns=["actor", "target", "n", "rung", "hostile", "friendly", "shown"])
    groups = frame.groupby(["actor_name", "target_name"], sort=False)["rung_scored"]
    pairs = groups.agg(
        n="size", rung="mean", hostile=lambda r: int((r > 0).sum()), friendly=lambda r: int((r < 0).sum())
    ).reset_index()
    pairs = pairs.rename(columns={"actor_name": "actor", "target_name": "target"})
    weight = pd.concat([pairs.groupby("actor")["n"].sum(), pairs.groupby("target")["n"].sum()]).groupby(level=0).sum()
    kept = list(weight.sort_values(ascending=False, kind="stable").index[:limit])
    pairs = pairs[pairs["actor"].isin(kept) & pairs["target"].isin(kept)]
    pairs["shown"] = [
        f"{rung:+.1f}\n{n} act{'s' if n != 1 else ''}" for rung, n in zip(pairs["rung"], pairs["n"], strict=True)
    ]
    return pairs.sort_values("n", ascending=False, kind="stable", ignore_index=True)


def count_sentences(articles, *, exact=3000):
    """Number of sentences per article: counted for the first `exact` articles, estimated from the words for the rest.
    Series by article_id.
    """
    known = articles.drop_duplicates("article_id").reset_index(drop=True)
    counts = np.array([max(1, len(text.sentences(words))) for words in known["text"][:exact]], float)
    if len(known) > exact:
        rate = counts.sum() / max(1.0, float(known["n_words"][:exact].sum()))
        counts = np.concatenate([counts, np.maximum(1, known["n_words"][exact:].to_numpy(float) * rate)])
    return pd.Series(counts, index=known["article_id"], dtype=float)


def index_by_actor(acts, sentences, *, limit=12, draws=2000, seed=0):
    """Escalation index of each actor: the rungs its acts count with, added up, per 1,000 sentences of the corpus.

    Columns actor, actor_id (for the colour), index, low, high (interval over articles; empty for one article), n acts,
    articles.
    """
    frame = directed(acts).dropna(subset=["actor_name"]) if len(acts) else acts
    columns = ["actor", "actor_id", "index", "low", "high", "n", "articles"]
    if not len(frame):
        return pd.DataFrame(columns=columns)
    frame = frame.drop_duplicates(["article_id", "start", "end", "category", "actor_name"])
    order = frame["actor_name"].value_counts(sort=False).sort_values(ascending=False, kind="stable").index[:limit]
    rows = []
    for name in order:
        mine = frame[frame["actor_name"] == name]
        amounts = mine.groupby("article_id")["rung_scored"].sum().reindex(sentences.index).fillna(0)
        rate, low, high = bootstrap_rate(amounts, sentences, draws=draws, seed=seed)
        rows.append((name, colour_id(name), rate, low, high, len(mine), mine["article_id"].nunique()))
    return pd.DataFrame(rows, columns=columns)


def colour_id(name):
    """The identifier that gives an actor its colour in every chart."""
    return f"LOC:{name.lower()}"


def index_over_time(acts, articles, sentences, *, draws=600, seed=0):
    """Escalation index of the whole corpus per period: columns period, index, low, high, n, articles. Empty when no
    article has a date.
    """
    columns = ["period", "index", "low", "high", "n", "articles"]
    dated = articles.dropna(subset=["published"]).drop_duplicates("article_id")
    if not len(dated):
        return pd.DataFrame(columns=columns)
    dated = dated.assign(period=period_of(dated["published"]))
    sums, sizes = acts.groupby("article_id")["rung_scored"].sum(), acts.groupby("article_id").size()
    rows = []
    for period, group in dated.groupby("period"):
        ids = group["article_id"]
        amounts, lengths = sums.reindex(ids).fillna(0).to_numpy(float), sentences.reindex(ids).to_numpy(float)
        rate, low, high = bootstrap_rate(amounts, lengths, draws=draws, seed=seed)
        rows.append((period, rate, low, high, int(sizes.reindex(ids).fillna(0).sum()), len(ids)))
    return pd.DataFrame(rows, columns=columns)


def count_quads(acts, *, limit=10):
    """Verbal and material, cooperation and conflict, per actor: columns actor, quad, n. What counts for nothing is left
    out.
    """
    frame = directed(acts) if len(acts) else acts
    frame = (
        frame[frame["quad"] != ""]
        .dropna(subset=["actor_name"])
        .drop_duplicates(["article_id", "start", "end", "actor_name"])
        if len(frame)
        else frame
    )
    if not len(frame):
        return pd.DataFrame(columns=["actor", "quad", "n"])
    order = frame["actor_name"].value_counts(sort=False).sort_values(ascending=False, kind="stable").index[:limit]
    counts = frame[frame["actor_name"].isin(order)].groupby(["actor_name", "quad"]).size().rename("n").reset_index()
    return counts.rename(columns={"actor_name": "actor"})


def talk_and_deeds(acts, *, limit=10):
    """Each actor's mean rung in words and in deeds: columns actor, actor_id, talk, deed, n_talk, n_deed; actors without
    one of the two have it empty.

    Words are verbal acts and everything announced, threatened, conditional or denied; deeds are material acts that are
    told as done.
    """
    columns = ["actor", "actor_id", "talk", "deed", "n_talk", "n_deed"]
    frame = directed(acts) if len(acts) else acts
    frame = (
        frame[frame["modality"] != "possible"]
        .dropna(subset=["actor_name"])
        .drop_duplicates(["article_id", "start", "end", "actor_name"])
        if len(frame)
        else frame
    )
    if not len(frame):
        return pd.DataFrame(columns=columns)
    material = frame["category"].isin(["YIELD", "AID", "PROTEST", "MOBILIZE", "SANCTION", "COERCE", "FORCE"]) | ~frame[
        "category"
    ].isin(list(LADDER))
    deed = material & (frame["modality"] == "actual")
    rows = []
    for name in frame["actor_name"].value_counts(sort=False).sort_values(ascending=False, kind="stable").index[:limit]:
        mine = frame["actor_name"] == name
        words, deeds = frame.loc[mine & ~deed, "rung_scored"], frame.loc[mine & deed, "rung_scored"]
        rows.append(
            (
                name,
                colour_id(name),
                words.mean() if len(words) else np.nan,
                deeds.mean() if len(deeds) else np.nan,
                len(words),
                len(deeds),
            )
        )
    return pd.DataFrame(rows, columns=columns)


def count_sensitivity(acts, articles, sentences, *, draws=2000, seed=0):
    """The corpus's index when acts are left out: columns variant, index, low, high, n."""
    variants = (
        ("all acts", {}),
        ("not the announced, threatened", {"announced": False}),
        ("not the reported, alleged", {"reported": False}),
        ("only what is told as done", {"announced": False, "reported": False}),
        ("no repeated articles", {"duplicates": False}),
    )
    rows = []
    for name, options in variants:
        some = select(acts, articles, **options)
        lengths = (
            sentences
            if options.get("duplicates", True)
            else sentences.reindex(articles.loc[articles["duplicate_of"].isna(), "article_id"].unique())
        )
        amounts = (
            some.groupby("article_id")["rung_scored"].sum().reindex(lengths.index).fillna(0)
            if len(some)
            else np.zeros(len(lengths))
        )
        rows.append((name, *bootstrap_rate(amounts, lengths, draws=draws, seed=seed), len(some)))
    frame = pd.DataFrame(rows, columns=["variant", "index", "low", "high", "n"])
    return frame[frame["n"] > 0].reset_index(drop=True) if len(acts) else frame.iloc[:0]


def count_events(acts):
    """Reports against events: per category the acts found, those in independent texts, and different events (same
    actor, target, category, modality and day once).

    Columns category, rung, acts, in_independent_texts, events.
    """
    columns = ["category", "rung", "acts", "in_independent_texts", "events"]
    if not len(acts):
        return pd.DataFrame(columns=columns)
    frame = acts.assign(
        day=pd.to_datetime(acts["published"], utc=True).dt.date.astype(str),
        actor_=acts["actor"].map(lambda a: _names(a)[0] or ""),
        target_=acts["target"].map(lambda t: _names(t)[0] or ""),
    )
    independent = frame[~frame["duplicate"].astype(bool)]
    rows = []
    for (category, rung), group in frame.groupby(["category", "rung"]):
        alone = independent[independent["category"] == category]
        rows.append(
            (
                category,
                rung,
                len(group),
                len(alone),
                len(alone.drop_duplicates(["actor_", "target_", "modality", "day"])),
            )
        )
    return pd.DataFrame(rows, columns=columns).sort_values("rung", ascending=False, ignore_index=True)


def extremes(acts, *, n=8):
    """The most escalatory and the most de-escalatory passages: the act's columns with `direction` and `label`; surest
    first within a rung, each sentence once.
    """
    if not len(acts):
        return acts.assign(
            direction=pd.Series(dtype=object), label=pd.Series(dtype=object), who=pd.Series(dtype=object)
        )
    ranked = acts.assign(
        who=[
            f"{a or '?'} → {t or '?'}"
            for a, t in zip(
                acts["actor"].astype(object).where(acts["actor"].notna(), None),
                acts["target"].astype(object).where(acts["target"].notna(), None),
                strict=True,
            )
        ]
    )
    ranked["label"] = ranked["category"] + ", " + ranked["modality"]
    up = (
        ranked[ranked["rung_scored"] > 0]
        .sort_values(["rung_scored", "confidence"], ascending=False, kind="stable")
        .drop_duplicates(["article_id", "sentence_start"])
        .head(n)
    )
    down = (
        ranked[ranked["rung_scored"] < 0]
        .sort_values(["rung_scored", "confidence"], ascending=[True, False], kind="stable")
        .drop_duplicates(["article_id", "sentence_start"])
        .head(n)
    )
    return pd.concat([up.assign(direction="up"), down.assign(direction="down")], ignore_index=True)


def choose_article(acts, articles, wanted=""):
    """article_id of the article to show in full: the wanted one (id, or words of its title), else the one with most
    acts; "" when there is none.
    """
    if wanted:
        hit = articles[
            (articles["article_id"] == wanted)
            | articles["title"].fillna("").str.contains(wanted, case=False, regex=False)
        ]
        return hit["article_id"].iloc[0] if len(hit) else ""
    if len(acts):
        return acts["article_id"].value_counts(sort=False).sort_values(ascending=False, kind="stable").index[0]
    return articles["article_id"].iloc[0] if len(articles) else ""


def marks_of(acts, article_id):
    """Spans for `display.marked_text`: (start, end, category, words on hover)."""
    mine = acts[acts["article_id"] == article_id] if len(acts) else acts
    missing = lambda value: "?" if not isinstance(value, str) else value  # noqa: E731
    return [
        (
            a["start"],
            a["end"],
            a["category"],
            f"{a['modality']}, {a['attribution']}; {missing(a['actor'])} → {missing(a['target'])}",
        )
        for a in mine.to_dict("records")
    ]


def text_of(articles, article_id):
    """Text and title of one article; ("", "") when it is not there."""
    mine = articles[articles["article_id"] == article_id] if len(articles) else articles
    return (
        (mine["text"].iloc[0], mine["title"].iloc[0] if isinstance(mine["title"].iloc[0], str) else article_id)
        if len(mine)
        else ("", "")
    )


# -- sentences for titles and notes ----------------------------------------------------------------------------------


def tell_ladder(acts):
    """The ladder in a sentence."""
    if not len(acts):
        return "No acts were found"
    hostile, friendly = int((acts["rung_scored"] > 0).sum()), int((acts["rung_scored"] < 0).sum())
    commonest = acts["category"].value_counts(sort=False).sort_values(ascending=False, kind="stable").index[0]
    return f"{hostile:,} acts count as escalation, {friendly:,} as de-escalation; most often {commonest}"


def tell_numbers(acts, articles, sentences):
    """n in words, for the note of a chart."""
    weak = int((acts["rung_scored"] == 0).sum()) if len(acts) else 0
    only = " One article: no intervals." if len(sentences) == 1 else ""
    return f"{len(acts):,} acts in {int(sentences.sum()):,} sentences of {len(sentences):,} article{'s' if len(sentences) != 1 else ''}; {weak:,} of them are only possible and count for nothing.{only}"


def tell_directions(pairs):
    """The most frequent direction in a sentence."""
    if not len(pairs):
        return "No act has both a known actor and a known target"
    top = pairs.iloc[0]
    return f"Most acts go from {top['actor']} towards {top['target']} ({top['n']:,})"


def tell_index(index):
    """The highest index in a sentence."""
    if not len(index):
        return "No act has a known actor"
    top = index.sort_values("index", ascending=False, kind="stable").iloc[0]
    return f"{top['actor']} is reported to escalate most: {top['index']:,.0f} rungs per 1,000 sentences"


def tell_changes(changes, series):
    """Change points in a sentence."""
    if not len(series):
        return "No article has a date, so change over time cannot be looked for."
    if len(series) < 8:
        return f"{len(series)} period{'s' if len(series) != 1 else ''} with articles: at least 8 are needed to look for changes of level."
    if not len(changes):
        return "No change of level that chance would not produce as well."
    return (
        "; ".join(
            f"{p:%d %B %Y}: {b:,.0f} before, {a:,.0f} after (p = {q:.3f})"
            for p, b, a, q in changes.itertuples(index=False)
        )
        + "."
    )


def tell_talk(frame):
    """Talk against deeds in a sentence."""
    both = frame.dropna(subset=["talk", "deed"]) if len(frame) else frame
    if not len(both):
        return "No actor has both words and deeds in these articles"
    gap = (both["deed"] - both["talk"]).abs()
    top = both.loc[gap.idxmax()]
    return f"{top['actor']}: {top['talk']:+.1f} in words, {top['deed']:+.1f} in deeds"


def all_modalities(rungs):
    """Modalities that occur, in the scheme's order."""
    return [m for m in MODALITIES if m in set(rungs["modality"])]
