"""Everything a corpus says about one actor: mentions, statements by and about it, acts as source and target.

Tidy frames in, tidy frames out; every row keeps article_id, start and end, so that `display.evidence` can show the
passage.
"""

import numpy as np
import pandas as pd

from helpers.counting import offices
from helpers.counting.acts import read_modalities
from helpers.counting.mentions import Entity
from helpers.counting.parties import resolve
from helpers.counting.statistics import choose_period
from helpers.keeping.store import Tables
from helpers.text import count

HOSTILE, FRIENDLY, NOT_NAMED = "hostile", "cooperative", "(not named)"
NOBODY = f"words:{NOT_NAMED}"  # partner_id where nobody is named


def _rows(frame: pd.DataFrame, column: str, actor: Entity) -> pd.DataFrame:
    """The rows whose `column` is the actor; none for an actor that was not found."""
    return frame[(frame[column] == actor.entity_id).fillna(False).astype(bool)] if actor.found else frame.head(0)


def summarise(found: Tables, actor: Entity, *, level: str = "state") -> pd.DataFrame:
    """Return (what, n, articles) rows: in how many rows and articles the actor appears in each role; level as in
    `acts_with`.
    """
    mentions, acts = _rows(found.mentions, "entity_id", actor), acts_with(found, actor, level=level)
    named = mentions["kind"].isin(["named", "demonym"])
    parts = [
        ("mentions by name", mentions[named]),
        ("mentions by pronoun or description", mentions[~named]),
        ("statements by it", statements_by(found, actor)),
        ("statements that speak about it", _rows(found.stances, "target_id", actor)),
        ("acts by it", acts[acts["role"] == "by it"]),
        ("acts towards it", acts[acts["role"] == "towards it"]),
        ("acts both ways (talks, clashes)", acts[acts["role"] == "both ways"]),
    ]
    return pd.DataFrame(
        [(what, len(rows), rows["article_id"].nunique()) for what, rows in parts], columns=["what", "n", "articles"]
    )


def names_used(found: Tables, actor: Entity) -> pd.DataFrame:
    """Return words, kind, rule, n: by which words the actor is mentioned."""
    rows = _rows(found.mentions, "entity_id", actor)
    return (
        rows.fillna({"rule": ""})
        .groupby(["text", "kind", "rule"], as_index=False)
        .size()
        .rename(columns={"text": "words", "size": "n"})
        .sort_values("n", ascending=False, kind="stable", ignore_index=True)
    )


def statements_by(found: Tables, actor: Entity) -> pd.DataFrame:
    """Return the statements whose speaker is the actor, in order."""
    return _rows(found.statements, "speaker_id", actor).reset_index(drop=True)


def statements_about(found: Tables, actor: Entity) -> pd.DataFrame:
    """Return the stances towards the actor with the statement's speaker, most negative and most positive first."""
    speakers = found.statements[["article_id", "start", "end", "speaker", "speaker_id"]].drop_duplicates(
        ["article_id", "start", "end"]
    )
    rows = _rows(found.stances, "target_id", actor).merge(speakers, on=["article_id", "start", "end"], how="left")
    return rows.sort_values("stance", key=lambda s: -s.abs(), kind="stable", ignore_index=True)


def acts_with(found: Tables, actor: Entity, *, level: str = "state") -> pd.DataFrame:
    """Return the actor's acts with role (by it, towards it, both ways), partner (the other side, names joined by "; ")
    and leaning (hostile rung > 0, cooperative < 0), strongest first.

    level: "state" counts acts of its leaders, ministries and troops for a state; "named" only its own. A reciprocal act
    (they met, they clashed) is one row, both ways.
    """
    sides, mine = _sides(found, actor, level)
    acts = found.acts.assign(rung=found.acts["rung"].astype(int))
    roles = sides[mine].sort_values("role", kind="stable").drop_duplicates("act_id").set_index("act_id")["role"]
    rows = acts[acts["act_id"].isin(roles.index)]
    role = (rows["act_id"].map(roles) == "actor").map({True: "by it", False: "towards it"})
    rows = rows.assign(role=role.mask(rows["reciprocal"].astype(bool), "both ways"))
    names = _others(rows, sides, mine).groupby("act_id")["party"].agg("; ".join)
    rows["partner"] = rows["act_id"].map(names).astype(object)
    rows["leaning"] = rows["rung"].map(lambda r: HOSTILE if r > 0 else FRIENDLY if r < 0 else "neutral")
    return rows.sort_values(["rung"], key=lambda r: -r.abs(), kind="stable", ignore_index=True)


def _sides(found: Tables, actor: Entity, level: str) -> tuple[pd.DataFrame, pd.Series]:
    """The participants, with their parties, of acts that the actor may have a part in, and which of them are the actor
    or act for it.
    """
    ids = {actor.entity_id, *(person for person, held in offices.load().items() if _for(held, actor))}
    ids |= set(found.mentions.loc[found.mentions["metonym_of"] == actor.entity_id, "entity_id"])
    part = found.participants["entity_id"].isin(ids) | found.participants["acts_for_id"].isin(ids)
    acts = found.acts[found.acts["act_id"].isin(found.participants.loc[part & actor.found, "act_id"])]
    published = found.articles.drop_duplicates("article_id").set_index("article_id")["published"]
    sides = resolve(acts, found.participants, level=level, published=published, mentions=found.mentions)
    return sides, (sides["party_id"] == actor.entity_id) | sides["entity_id"].isin([actor.entity_id])


def _for(held: list[offices.Office], actor: Entity) -> bool:
    return any(office.state_id == actor.entity_id for office in held)


def _others(rows: pd.DataFrame, sides: pd.DataFrame, mine: pd.Series) -> pd.DataFrame:
    """The parties on the other side of the actor's acts: act_id, party_id, party."""
    other = (
        rows.drop_duplicates("act_id")
        .set_index("act_id")["role"]
        .map({"by it": "target", "towards it": "actor", "both ways": "actor"})
    )
    own = set(zip(sides.loc[mine, "act_id"], sides.loc[mine, "party_id"], strict=True))
    foreign = np.array([pair not in own for pair in zip(sides["act_id"], sides["party_id"], strict=True)], bool)
    sides = sides[(sides["act_id"].map(other) == sides["role"]) & foreign]
    return sides[["act_id", "party_id", "party"]].drop_duplicates(["act_id", "party_id"])


def count_partners(found: Tables, actor: Entity, *, level: str = "state", modalities: str = "actual") -> pd.DataFrame:
    """Return role, partner_id, partner, category, n: with whom the actor deals, and how, by acts of these modalities
    (done, unless asked for more); an act with two partners counts for both.
    """
    rows = partner_rows(found, actor, level=level, modalities=modalities)
    keys = ["role", "partner_id", "partner", "category"]
    return rows.groupby(keys, as_index=False, observed=True).size().rename(columns={"size": "n"})


def partner_rows(found: Tables, actor: Entity, *, level: str = "state", modalities: str = "actual") -> pd.DataFrame:
    """Return the acts behind `count_partners`, one row an act and partner: the act's columns, role, partner_id,
    partner.
    """
    acts = acts_with(found, actor, level=level).drop(columns="partner")
    acts = acts[acts["modality"].isin(read_modalities(modalities))]
    others = _others(acts, *_sides(found, actor, level))
    rows = acts.merge(others, on="act_id", how="left").rename(columns={"party_id": "partner_id", "party": "partner"})
    return rows.fillna({"partner_id": NOBODY, "partner": NOT_NAMED})


def follow_over_time(found: Tables, actor: Entity, *, level: str = "state") -> pd.DataFrame:
    """Return period, what (mentions by name, statements, acts), n per period of the corpus's dated articles; no rows
    when no article has a date.
    """
    dates = found.articles.set_index("article_id")["published"].dropna()
    if not len(dates):
        return pd.DataFrame(columns=["period", "what", "n"])
    freq = choose_period(dates)
    every = pd.period_range(dates.min(), dates.max(), freq=freq)
    passages = passages_over_time(found, actor, level=level)
    parts = []
    for what, rows in passages.groupby("what", sort=False, observed=False):
        periods = rows["article_id"].map(dates).dropna()
        counts = periods.dt.to_period(freq).value_counts() if len(periods) else pd.Series(dtype="int64")
        parts.append(
            pd.DataFrame({"period": every.to_timestamp(), "what": what, "n": [int(counts.get(p, 0)) for p in every]})
        )
    return pd.concat(parts, ignore_index=True)


def passages_over_time(found: Tables, actor: Entity, *, level: str = "state") -> pd.DataFrame:
    """Return the passages behind `follow_over_time`: article_id, start, end, what."""
    mentions = _rows(found.mentions, "entity_id", actor)
    roles = {
        "mentions by name": mentions[mentions["kind"].isin(["named", "demonym"])],
        "statements by it": statements_by(found, actor),
        "acts by or towards it": acts_with(found, actor, level=level),
    }
    place = ["article_id", "start", "end"]
    rows = pd.concat([frame[place].assign(what=what) for what, frame in roles.items()], ignore_index=True)
    return rows.assign(what=pd.Categorical(rows["what"], list(roles)))


def tell(found: Tables, actor: Entity, *, level: str = "state") -> str:
    """Return one sentence that sums the dossier up, for a chart's title."""
    if not actor.found:
        return actor.name
    n = summarise(found, actor, level=level).set_index("what")["n"]
    both = n["acts both ways (talks, clashes)"]
    return (
        f"{actor.name}: {count(n['mentions by name'], 'mention')}, {count(n['statements by it'], 'statement')}, "
        f"{count(n['acts by it'], 'act')} by it and {count(n['acts towards it'], 'act')} towards it"
        + (f", {both:,} both ways" if both else "")
    )


def tell_partners(partners: pd.DataFrame, actor: Entity) -> str:
    """Return a chart title: with whom the actor deals."""
    if not len(partners) or not actor.found:
        return f"{actor.name}: no acts told as done" if actor.found else actor.name
    named = partners.loc[partners["partner_id"] != NOBODY, "partner_id"].nunique()
    return (
        f"{actor.name} and {count(named, 'partner')}: acts by and towards it"
        if named
        else f"{actor.name}: acts without a named partner"
    )
