"""Summaries of acts: the ladder, who towards whom, words and deeds, passages. Frames in, tidy frames out.

Who takes part comes from `parties` (by identifier, as named or as states). Charts of who towards whom count what is
reported as done; `select` can be asked for what is announced, threatened or tied to a condition too, which then counts
with the rung that its modality leaves it (`scheme.scored_rung`: a threat of force is a threat). What is denied or only
possible is never counted with deeds: it has columns of its own. Frequency in the news is not frequency in the world:
`count_events` says how many independent texts and different events stand behind a number.
"""

import numpy as np
import pandas as pd

from helpers import scheme
from helpers.counting.claims import leads
from helpers.counting.parties import LEVELS, directed, parties, with_actors
from helpers.counting.statistics import wilson
from helpers.scheme import LADDER, MODALITIES
from helpers.text import count

__all__ = ["LEVELS", "directed", "parties", "with_actors"]  # what the notebooks take from here too

QUAD_NAMES = dict(scheme.QUADS)
COUNTABLE = ("actual", "announced", "threatened", "conditional")
DEEDS = ("YIELD", "AID", "PROTEST", "MOBILIZE", "SANCTION", "COERCE", "FORCE")


def read_modalities(words: str) -> tuple[str, ...]:
    """Return the modalities that "actual; announced" names; "all": actual, announced, threatened, conditional.

    Raises ValueError in one sentence for others: what is denied or possible is never counted with deeds.
    """
    given = tuple(dict.fromkeys(word.strip().lower() for word in words.split(";") if word.strip()))
    if given == ("all",):
        return COUNTABLE
    wrong = [word for word in given if word not in COUNTABLE]
    if wrong or not given:
        why = "what is denied or possible has columns of its own; " if set(wrong) & {"denied", "possible"} else ""
        raise ValueError(f"modalities {words!r}: {why}give some of {'; '.join(COUNTABLE)}, or all")
    return given


def select(
    acts: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    modalities: str = "actual",
    reported: bool = True,
) -> pd.DataFrame:
    """Acts with what summaries need: rung_scored, quad (class of what the act counts as), counted (its modality is one
    of those asked for), published, duplicate (its article repeats another one).

    modalities: which acts count, as `read_modalities` takes them; the others keep their rows. reported: False leaves
    out what is reported, quoted or alleged rather than told by the article itself.
    """
    known = articles.drop_duplicates("article_id").set_index("article_id")
    frame = acts.copy()
    frame["rung_scored"] = [
        scheme.scored_rung(c, m, r) for c, m, r in zip(frame["category"], frame["modality"], frame["rung"], strict=True)
    ]
    kinds = zip(frame["category"], frame["modality"], frame["plover"], strict=True)
    frame["quad"] = [QUAD_NAMES.get(_quad(*kind), "") for kind in kinds]
    frame["counted"] = frame["modality"].isin(read_modalities(modalities)) & (frame["category"] != "NONE")
    frame["published"] = frame["article_id"].map(known["published"]) if len(known) else pd.NaT
    frame["duplicate"] = frame["article_id"].map(known["duplicate_of"]).notna() if len(known) else False
    if not reported:
        frame = frame[frame["attribution"] == "narrator"]
    return frame.reset_index(drop=True)


def _quad(category: str, modality: str, plover: str | None) -> int:
    counts_as = scheme.scored_plover(category, modality, plover if isinstance(plover, str) else None)
    return scheme.EVENTS[counts_as][1] if category in LADDER and counts_as else 0


def counted(acts: pd.DataFrame) -> pd.DataFrame:
    """The acts that count, of selected ones."""
    return acts[acts["counted"].astype(bool)]


def _most(column: pd.Series, limit: int) -> list:
    """The values that occur most, ties in order of appearance."""
    return list(column.value_counts(sort=False).sort_values(ascending=False, kind="stable").index[:limit])


# -- counts ----------------------------------------------------------------------------------------------------------


def count_rungs(acts: pd.DataFrame) -> pd.DataFrame:
    """How many acts stand on each rung: category, rung, label, modality, n; one row per category and modality."""
    if not len(acts):
        return pd.DataFrame(columns=["category", "rung", "label", "modality", "n"])
    counts = acts.groupby(["category", "rung", "modality"], observed=True).size().rename("n").reset_index()
    counts["label"] = [f"{c}  {r:+d}" for c, r in zip(counts["category"], counts["rung"], strict=True)]
    return counts.sort_values(["rung", "modality"], ascending=[False, True], kind="stable", ignore_index=True)


def count_directions(acts: pd.DataFrame, parties: pd.DataFrame, *, limit: int = 12) -> pd.DataFrame:
    """Who acts towards whom, for the `limit` parties with most acts that count.

    Columns actor_id, actor, target_id, target, n (acts that count), articles, rung (mean rung these count with; empty
    without one), hostile and friendly numbers of them, both_ways (of them: talks, clashes; they stand in both
    directions), announced (with threatened and conditional ones), denied, possible, shown ("mean rung, n").
    """
    keys = ["actor_id", "actor", "target_id", "target"]
    numbers = ["n", "articles", "rung", "hostile", "friendly", "both_ways", "announced", "denied", "possible"]
    frame = directed(acts, parties)
    if not len(frame):
        return pd.DataFrame(columns=[*keys, *numbers, "shown"])
    counts = frame["counted"].astype(bool)
    frame["rung"] = frame["rung_scored"].where(counts).astype(float)
    frame = frame.assign(
        n=counts,
        hostile=frame["rung"] > 0,
        friendly=frame["rung"] < 0,
        both_ways=counts & frame["reciprocal"].astype(bool),
        announced=frame["modality"].isin(["announced", "threatened", "conditional"]),
        denied=frame["modality"] == "denied",
        possible=frame["modality"] == "possible",
        articles=frame["article_id"].where(counts),
    )
    sums = {name: (name, "sum") for name in numbers} | {"rung": ("rung", "mean"), "articles": ("articles", "nunique")}
    pairs = frame.groupby(keys, sort=False).agg(**sums).reset_index()
    weight = pd.concat([pairs.groupby(side)["n"].sum() for side in ("actor_id", "target_id")]).groupby(level=0).sum()
    kept = list(weight.sort_values(ascending=False, kind="stable").index[:limit])
    pairs = pairs[pairs["actor_id"].isin(kept) & pairs["target_id"].isin(kept)]
    pairs["shown"] = [f"{r:+.1f}\n{n} act{'s' * (n != 1)}" for r, n in zip(pairs["rung"], pairs["n"], strict=True)]
    return pairs.sort_values("n", ascending=False, kind="stable", ignore_index=True)[[*keys, *numbers, "shown"]]


def count_modalities(acts: pd.DataFrame, parties: pd.DataFrame, *, limit: int = 10) -> pd.DataFrame:
    """How the acts of the parties with most of them are told: actor_id, actor, modality, n."""
    frame = with_actors(acts, parties)
    frame = frame[frame["actor_id"].isin(_most(frame["actor_id"], limit))]
    return frame.groupby(["actor_id", "actor", "modality"], sort=False).size().rename("n").reset_index()


def count_quads(acts: pd.DataFrame, parties: pd.DataFrame, *, limit: int = 10) -> pd.DataFrame:
    """Verbal and material, cooperation and conflict, per actor, of acts that count: actor_id, actor, quad, n."""
    frame = with_actors(counted(acts), parties)
    frame = frame[frame["quad"] != ""]
    frame = frame[frame["actor_id"].isin(_most(frame["actor_id"], limit))]
    return frame.groupby(["actor_id", "actor", "quad"], sort=False).size().rename("n").reset_index()


def talk_and_deeds(acts: pd.DataFrame, parties: pd.DataFrame, *, limit: int = 10) -> pd.DataFrame:
    """Each actor's mean rung in words and in deeds: columns actor_id, actor, talk, deed, n_talk, n_deed; actors without
    one of the two have it empty.

    Words are verbal acts and everything announced, threatened or conditional; deeds are material acts that are told as
    done. What is denied or only possible is neither.
    """
    frame = with_actors(acts[acts["modality"].isin(COUNTABLE) & (acts["category"] != "NONE")], parties)
    material = frame["category"].isin(DEEDS) | ~frame["category"].isin(list(LADDER))
    deed = material & (frame["modality"] == "actual")
    rows = []
    for identifier in _most(frame["actor_id"], limit):
        mine = frame["actor_id"] == identifier
        words, deeds = (frame.loc[mine & side, "rung_scored"] for side in (~deed, deed))
        means = [side.mean() if len(side) else np.nan for side in (words, deeds)]
        rows.append((identifier, frame.loc[mine, "actor"].iloc[0], *means, len(words), len(deeds)))
    return pd.DataFrame(rows, columns=["actor_id", "actor", "talk", "deed", "n_talk", "n_deed"])


def count_events(acts: pd.DataFrame, parties: pd.DataFrame) -> pd.DataFrame:
    """Reports against events, per category of all acts: those found, those in independent texts, and different events
    (same actors, targets, category, modality and day once). A reciprocal act counts once.

    Columns category, rung, acts, in_independent_texts, events.
    """
    columns = ["category", "rung", "acts", "in_independent_texts", "events"]
    if not len(acts):
        return pd.DataFrame(columns=columns)
    ids = parties.sort_values("party_id").groupby(["act_id", "role"])["party_id"].agg("|".join)
    sides = ids.unstack().reindex(columns=["actor", "target"]).reindex(acts["act_id"])
    frame = acts.assign(
        day=pd.to_datetime(acts["published"], utc=True).dt.date.astype(str),
        actors=sides["actor"].fillna("").to_numpy(),
        targets=sides["target"].fillna("").to_numpy(),
    )
    independent = frame[~frame["duplicate"].astype(bool)]
    rows = []
    for (category, rung), group in frame.groupby(["category", "rung"]):
        alone = independent[independent["category"] == category]
        events = alone.drop_duplicates(["actors", "targets", "modality", "day"])
        rows.append((category, rung, len(group), len(alone), len(events)))
    return pd.DataFrame(rows, columns=columns).sort_values("rung", ascending=False, ignore_index=True)


# -- passages --------------------------------------------------------------------------------------------------------


def passages_of(acts: pd.DataFrame, parties: pd.DataFrame) -> pd.DataFrame:
    """The rows behind the charts of acts: each act (also one that nobody is named for) with every actor_id and
    target_id it has, as `with_actors` and `directed` count them.
    """
    columns = ["act_id", "article_id", "start", "end", "category", "modality", "quad", "counted"]
    plain = acts[columns]
    actors = with_actors(acts, parties)[["actor_id", *columns]]
    pairs = directed(acts, parties)[["actor_id", "target_id", *columns]]
    return pd.concat([pairs, actors, plain], ignore_index=True)


def name_sides(acts: pd.DataFrame) -> pd.Series:
    """Who towards whom of each act, to be read: "Norland → Ruritania", "Norland; Ruritania ↔"; ? where nobody is
    named.
    """
    cells = zip(acts["actor"], acts["target"], acts["reciprocal"], strict=True)
    read = [(a if isinstance(a, str) else "?", t if isinstance(t, str) else "?", both) for a, t, both in cells]
    named = [f"{a} ↔" if both else f"{a} → {t}" for a, t, both in read]
    return pd.Series(named, index=acts.index, dtype=object)


def extremes(acts: pd.DataFrame, *, n: int = 8) -> pd.DataFrame:
    """The most escalatory and the most de-escalatory passages among the acts that count: the act's columns with who,
    `direction` (up, down) and `label`; surest first within a rung, each sentence once.
    """
    ranked = counted(acts)
    ranked = ranked.assign(who=name_sides(ranked), label=ranked["category"] + ", " + ranked["modality"])
    ends = []
    for direction, rows, rising in (
        ("up", ranked[ranked["rung_scored"] > 0], False),
        ("down", ranked[ranked["rung_scored"] < 0], True),
    ):
        rows = rows.sort_values(["rung_scored", "confidence"], ascending=[rising, False], kind="stable")
        rows = rows.drop_duplicates(["article_id", "sentence_start"]).head(n)
        ends.append(rows.assign(direction=pd.Series(direction, index=rows.index, dtype=object)))
    return pd.concat(ends, ignore_index=True)


def denials(acts: pd.DataFrame) -> pd.DataFrame:
    """What is denied or said not to be done, the highest rung first: the act's columns with who."""
    rows = acts[acts["modality"] == "denied"]
    rows = rows.assign(who=name_sides(rows))
    return rows.sort_values(["rung", "confidence"], ascending=False, kind="stable", ignore_index=True)


def marks_of(acts: pd.DataFrame, participants: pd.DataFrame, article_id: str) -> list[tuple]:
    """Spans for `display.marked_text`: (start, end, category, words on hover) of each cue, (start, end, role, words on
    hover) of the words that stand for its actors and targets.
    """
    mine, words = (frame[frame["article_id"] == article_id] for frame in (acts, participants))
    hover = mine["modality"] + ", " + mine["attribution"] + "; " + name_sides(mine)
    cues = list(zip(mine["start"], mine["end"], mine["category"], hover, strict=True))
    words = words[words["act_id"].isin(mine["act_id"])].drop_duplicates(["start", "end", "role", "entity"])
    return [*cues, *words[["start", "end", "role", "entity"]].itertuples(index=False, name=None)]


# -- sentences for titles and notes ----------------------------------------------------------------------------------


def tell_ladder(acts: pd.DataFrame) -> str:
    """The ladder in a sentence."""
    if not len(acts):
        return "No acts were found"
    done = acts[acts["modality"] == "actual"]
    up, down = int((done["rung"] > 0).sum()), int((done["rung"] < 0).sum())
    return (
        f"Of {len(acts):,} reported act{'s' * (len(acts) != 1)}, {len(done):,} are told as done: "
        f"{up:,} escalate, {down:,} de-escalate"
    )


def tell_numbers(acts: pd.DataFrame, articles: pd.DataFrame) -> str:
    """n in words, for the note of a chart."""
    n = len(articles)
    only = " One article: no intervals." if n == 1 else ""
    return f"{count(len(acts), 'act')} in {acts['article_id'].nunique():,} of {count(n, 'article')}.{only}"


def tell_modalities(modalities: str = "actual") -> str:
    """Which acts count, in a sentence for a chart's note."""
    kinds = read_modalities(modalities)
    what = "acts reported as done" if kinds == ("actual",) else f"acts that are {', '.join(kinds)}"
    return f"Counted: {what}."


def _left_out(acts: pd.DataFrame) -> str:
    out = acts.loc[~acts["counted"].astype(bool), "modality"].value_counts() if len(acts) else {}
    left = ", ".join(f"{out[m]:,} {m}" for m in MODALITIES if m in out)
    return f" Left out: {left}." if left else ""


def tell_directions(pairs: pd.DataFrame) -> str:
    """The chart of who towards whom in a sentence; a leading direction only where the numbers carry it."""
    pairs = pairs[pairs["n"] > 0] if len(pairs) else pairs
    if not len(pairs):
        return "No act that counts has both a known actor and a known target"
    total = int(pairs["n"].sum())
    ends = np.array([wilson(n, total) for n in pairs["n"]])
    if leads(pairs.assign(low=ends[:, 0], high=ends[:, 1])):
        top = pairs.iloc[0]
        return f"Most acts go from {top['actor']} towards {top['target']} ({top['n']:,})"
    return f"Who acts towards whom: {count(len(pairs), 'direction')}, n = {count(total, 'act')}"


def note_directions(acts: pd.DataFrame, parties: pd.DataFrame) -> str:
    """The note of the chart of who towards whom: what is counted, what goes both ways, what is left out."""
    some = counted(acts)
    pairs = directed(some, parties)
    kinds = [m for m in MODALITIES if m in set(some["modality"])] or ["actual"]
    both = int(some.loc[some["act_id"].isin(pairs["act_id"]), "reciprocal"].sum())
    ways = (
        f" {both:,} of them {'goes' if both == 1 else 'go'} both ways (talks, clashes) and "
        f"{'stands' if both == 1 else 'stand'} in both directions; totals count such an act once."
        if both
        else ""
    )
    alone = len(some) - pairs["act_id"].nunique()
    unnamed = f" {alone:,} more {'names' if alone == 1 else 'name'} no actor or no target." if alone else ""
    what = f"Mean rung of the acts; number of acts below it. {tell_modalities('; '.join(kinds))}"
    return f"{what}{ways}{unnamed}{_left_out(acts)}"


def tell_talk(frame: pd.DataFrame) -> str:
    """Words against deeds in a sentence."""
    both = frame.dropna(subset=["talk", "deed"])
    if not len(both):
        return "No actor has both words and deeds in these articles"
    words, deeds = int(both["n_talk"].sum()), int(both["n_deed"].sum())
    return f"Mean rung of words and of deeds by actor, n = {words:,} in words, {deeds:,} in deeds"
