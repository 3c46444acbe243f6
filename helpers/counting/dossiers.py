"""Everything a corpus says about one actor: mentions, statements by and about it, acts as source and target.

Tidy frames in, tidy frames out; every row keeps article_id, start and end, so that `display.evidence` can show the
passage.
"""

import difflib
from typing import NamedTuple

import pandas as pd

from helpers.counting.statistics import choose_period
from helpers.text import count

HOSTILE, FRIENDLY = "hostile", "cooperative"


class Actor(NamedTuple):
    """An entity of the corpus, or (entity_id None) the reason why there is none in `name`."""

    entity_id: str | None
    name: str

    @property
    def found(self) -> bool:
        return self.entity_id is not None


def find_actor(mentions: pd.DataFrame, wanted: str = "") -> Actor:
    """Return the actor wanted (entity_id or name, case aside; "": the one mentioned most). When nothing fits, `name` is
    a sentence with the nearest name.
    """
    named = mentions[mentions["type"] != "MISC"]
    if not len(named):
        return Actor(None, "No actor was found in this corpus.")
    counts = (
        named.groupby(["entity_id", "entity"], sort=False)
        .size()
        .sort_values(ascending=False, kind="stable")
        .reset_index(name="n")
    )
    if not wanted:
        by_name = named[named["kind"].isin(["named", "demonym"])]
        most = by_name["entity_id"].value_counts().index[0] if len(by_name) else counts["entity_id"][0]
        return Actor(most, counts.set_index("entity_id")["entity"][[most]].iloc[0])
    low = wanted.strip().lower()
    for fits in (
        counts["entity_id"].str.lower() == low,
        counts["entity"].str.lower() == low,
        counts["entity_id"].isin(named.loc[named["text"].str.lower() == low, "entity_id"]),
        counts["entity"].str.lower().str.contains(low, regex=False),
    ):
        if fits.any():
            best = counts[fits].iloc[0]
            return Actor(best["entity_id"], best["entity"])
    near = difflib.get_close_matches(wanted, list(counts["entity"]), n=1, cutoff=0.4)
    return Actor(
        None, f"No actor called {wanted} was found in this corpus." + (f" Did you mean {near[0]}?" if near else "")
    )


def _rows(frame: pd.DataFrame, column: str, actor: Actor) -> pd.DataFrame:
    """The rows whose `column` is the actor; none for an actor that was not found."""
    return frame[(frame[column] == actor.entity_id).fillna(False).astype(bool)] if actor.found else frame.head(0)


def summarise(found, actor: Actor) -> pd.DataFrame:
    """Return (what, n, articles) rows: in how many rows and articles the actor appears in each role."""
    mentions, acts = _rows(found.mentions, "entity_id", actor), acts_with(found, actor)
    named = mentions["kind"].isin(["named", "demonym"])
    parts = [
        ("mentions by name", mentions[named]),
        ("mentions by pronoun or description", mentions[~named]),
        ("statements by it", statements_by(found, actor)),
        ("statements that speak about it", _rows(found.stances, "target_id", actor)),
        ("acts by it", acts[acts["role"] == "by it"]),
        ("acts towards it", acts[acts["role"] == "towards it"]),
    ]
    return pd.DataFrame(
        [(what, len(rows), rows["article_id"].nunique()) for what, rows in parts], columns=["what", "n", "articles"]
    )


def names_used(found, actor: Actor) -> pd.DataFrame:
    """Return words, kind, rule, n: by which words the actor is mentioned."""
    rows = _rows(found.mentions, "entity_id", actor)
    return (
        rows.fillna({"rule": ""})
        .groupby(["text", "kind", "rule"], as_index=False)
        .size()
        .rename(columns={"text": "words", "size": "n"})
        .sort_values("n", ascending=False, kind="stable", ignore_index=True)
    )


def statements_by(found, actor: Actor) -> pd.DataFrame:
    """Return the statements whose speaker is the actor, in order."""
    return _rows(found.statements, "speaker_id", actor).reset_index(drop=True)


def statements_about(found, actor: Actor) -> pd.DataFrame:
    """Return the stances towards the actor with the statement's speaker, most negative and most positive first."""
    speakers = found.statements[["article_id", "start", "end", "speaker", "speaker_id"]].drop_duplicates(
        ["article_id", "start", "end"]
    )
    rows = _rows(found.stances, "target_id", actor).merge(speakers, on=["article_id", "start", "end"], how="left")
    return rows.sort_values("stance", key=lambda s: -s.abs(), kind="stable", ignore_index=True)


def parties(words: object) -> list[str]:
    """Return who stands in an actor or target cell: "United States (Joe Biden); its allies" names three, "(implied)"
    none.
    """
    if not isinstance(words, str):
        return []
    found = []
    for part in words.split(";"):
        name, _, inside = part.strip().partition(" (")
        inside = inside.rstrip(")")
        found += [name, *([inside] if inside and inside != "implied" else [])]
    return [name for name in found if name]


def states_and_groups(words: object) -> list[str]:
    """Return the parties of a cell without the persons who act for them."""
    return (
        [part.strip().partition(" (")[0] for part in words.split(";") if part.strip()] if isinstance(words, str) else []
    )


def _takes_part(acts: pd.DataFrame, side: str, actor: Actor) -> pd.Series:
    """Whether the actor stands on a side (actor, target) of each act: as its entity, as one of several, or as the
    person who acts for a state.
    """
    if not actor.found:
        return pd.Series(False, index=acts.index)
    name = actor.name.lower()
    return (acts[f"{side}_id"] == actor.entity_id).fillna(False).astype(bool) | acts[side].map(
        lambda words: name in [n.lower() for n in parties(words)]
    ).astype(bool)


def acts_with(found, actor: Actor) -> pd.DataFrame:
    """Return the actor's acts with role (by it, towards it), partner (the other side, as written) and leaning (hostile
    rung > 0, cooperative < 0), strongest first. An act in which it stands on both sides (they met) counts as one by it.
    """
    acts = found.acts.assign(rung=found.acts["rung"].astype(int))
    acting = _takes_part(acts, "actor", actor)
    by = acts[acting].assign(role="by it", partner=lambda rows: rows["target"])
    to = acts[_takes_part(acts, "target", actor) & ~acting].assign(
        role="towards it", partner=lambda rows: rows["actor"]
    )
    rows = pd.concat([by, to]).sort_values(["rung"], key=lambda r: -r.abs(), kind="stable", ignore_index=True)
    rows["leaning"] = rows["rung"].map(lambda r: HOSTILE if r > 0 else FRIENDLY if r < 0 else "neutral")
    return rows


def count_partners(found, actor: Actor) -> pd.DataFrame:
    """Return role, partner, category, n: with whom the actor deals, and how; an act with two partners counts for both."""
    rows = acts_with(found, actor)
    rows["partner"] = [
        [name for name in states_and_groups(words) if name != actor.name] or ["(not named)"]
        for words in rows["partner"]
    ]
    rows = rows.explode("partner", ignore_index=True)
    return (
        rows.groupby(["role", "partner", "category"], as_index=False, observed=True)
        .size()
        .rename(columns={"size": "n"})
    )


def follow_over_time(found, actor: Actor) -> pd.DataFrame:
    """Return period, what (mentions by name, statements, acts), n per period of the corpus's dated articles; no rows
    when no article has a date.
    """
    dates = found.articles.set_index("article_id")["published"].dropna()
    if not len(dates):
        return pd.DataFrame(columns=["period", "what", "n"])
    freq = choose_period(dates)
    every = pd.period_range(dates.min(), dates.max(), freq=freq)
    mentions = _rows(found.mentions, "entity_id", actor)
    roles = {
        "mentions by name": mentions[mentions["kind"].isin(["named", "demonym"])],
        "statements by it": statements_by(found, actor),
        "acts by or towards it": acts_with(found, actor),
    }
    parts = []
    for what, rows in roles.items():
        periods = rows["article_id"].map(dates).dropna()
        counts = periods.dt.to_period(freq).value_counts() if len(periods) else pd.Series(dtype="int64")
        parts.append(
            pd.DataFrame({"period": every.to_timestamp(), "what": what, "n": [int(counts.get(p, 0)) for p in every]})
        )
    return pd.concat(parts, ignore_index=True)


def tell(found, actor: Actor) -> str:
    """Return one sentence that sums the dossier up, for a chart's title."""
    if not actor.found:
        return actor.name
    n = summarise(found, actor).set_index("what")["n"]
    return (
        f"{actor.name}: {count(n['mentions by name'], 'mention')}, {count(n['statements by it'], 'statement')}, "
        f"{count(n['acts by it'], 'act')} by it and {count(n['acts towards it'], 'act')} towards it"
    )


def tell_partners(partners: pd.DataFrame, actor: Actor) -> str:
    """Return a chart title: with whom the actor deals most."""
    if not len(partners) or not actor.found:
        return f"{actor.name}: no acts" if actor.found else actor.name
    totals = (
        partners.groupby("partner")["n"]
        .sum()
        .drop("(not named)", errors="ignore")
        .sort_values(ascending=False, kind="stable")
    )
    return (
        f"{actor.name} deals most with {totals.index[0]}"
        if len(totals)
        else f"{actor.name}: acts without a named partner"
    )
