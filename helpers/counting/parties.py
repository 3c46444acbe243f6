"""Who takes part in the acts: participants as they are named, or as the states they act for; who acts towards whom.

Everything goes by identifier: `party_id` is an entity_id, or "words:protesters" for participants that are no known
entity. Names are only shown; two parties of one name are told apart by their type.
"""

from collections.abc import Mapping
from itertools import permutations, product
from typing import TypeAlias

import pandas as pd

from helpers import text
from helpers.counting import offices as office_table

Dates: TypeAlias = Mapping[str, pd.Timestamp] | pd.Series  # by article_id
LEVELS = ("state", "named")
COLUMNS = ["article_id", "act_id", "role", "party_id", "party", "start", "end"]


def resolve(
    acts: pd.DataFrame,
    participants: pd.DataFrame,
    *,
    level: str = "state",
    offices: Mapping[str, list[office_table.Office]] | None = None,
    published: Dates | None = None,
    mentions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The participants of the given acts with party_id and party (name to show), in the order of acts and text.

    level "named": the participant itself. "state": the state or organisation it acts for when the text says so; else,
    for a person, the state whose office it held on the article's date; a capital or seat that stands for a state there
    counts for that state. A bare pronoun that stands for nobody known is no participant. Nobody is lifted where both
    sides would become one (a senator against the president).

    offices: as `offices.load` gives them (None: the project's). published: date by article_id (None: the acts' column
    `published`); an article without one goes by what the text says. mentions: the table of mentions, for capitals and
    seats. Raises ValueError for another level.
    """
    if level not in LEVELS:
        raise ValueError(f"level {level!r} is none of {', '.join(LEVELS)}")
    order = {act: place for place, act in enumerate(acts["act_id"])}
    frame = participants[participants["act_id"].isin(order) & ~_nobody(participants)].reset_index(drop=True)
    frame = frame.assign(**_as_named(frame))
    frame["party_id"] = _known_by_name(frame)
    if level == "state":
        if published is None and "published" in acts:
            published = acts.drop_duplicates("article_id").set_index("article_id")["published"]
        states = _states(frame, office_table.load() if offices is None else offices, published, mentions)
        lifted = _may_be_lifted(frame, states["party_id"], acts)
        frame.loc[lifted, ["party_id", "party"]] = states.loc[lifted]
    frame["party"] = frame["party_id"].map(_names(frame, mentions)).astype(object)
    places = frame["act_id"].map(order)
    return frame.assign(_=places).sort_values(["_", "role"], kind="stable", ignore_index=True).drop(columns="_")


def parties(acts: pd.DataFrame, participants: pd.DataFrame, **how) -> pd.DataFrame:
    """Who takes part in the given acts: one row per act, role and party, with article_id, act_id, role, party_id, party
    (name to show), start, end (words that stand for it). `how` as in `resolve`.
    """
    frame = resolve(acts, participants, **how).drop_duplicates(["act_id", "role", "party_id"])
    return frame[COLUMNS].reset_index(drop=True)


def _given(column: pd.Series) -> pd.Series:
    return column.notna() & (column != "")


def _nobody(frame: pd.DataFrame) -> pd.Series:
    """Participants that are a bare pronoun ("they", "you") which stands for nobody known: nobody is named."""
    known = _given(frame["entity_id"]) | _given(frame["acts_for_id"])
    words = frame["entity"].where(_given(frame["entity"]), frame["text"]).astype(str).str.lower()
    return ~known & words.isin(text.word_list("bare pronouns"))


def _known_by_name(frame: pd.DataFrame) -> pd.Series:
    """party_id, where words of no known entity that are the name of exactly one other participant are that one."""
    named = frame.loc[_given(frame["entity_id"]) & _given(frame["entity"]), ["entity_id", "entity"]]
    bearers = named.assign(name="words:" + named["entity"].astype(str).str.lower()).drop_duplicates(
        ["name", "entity_id"]
    )
    alone = bearers.drop_duplicates("name", keep=False).set_index("name")["entity_id"]
    return frame["party_id"].map(alone).fillna(frame["party_id"]).astype(object)


def _as_named(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Identifier and name of each participant by itself; words that act for a state are not those of another state."""
    known, for_state = _given(frame["entity_id"]), _given(frame["acts_for_id"])
    words = frame["entity"].where(_given(frame["entity"]), frame["text"]).astype(object)
    low = words.astype(str).str.lower()
    of = frame["acts_for_id"].astype(object).where(for_state, "").astype(str)
    identifier = "words:" + low.where(~for_state, low + " of " + of)
    shown = words.where(known | ~for_state, frame["acts_for"].astype(str) + " (" + words.astype(str) + ")")
    return {"party_id": frame["entity_id"].astype(object).where(known, identifier), "party": shown}


def _states(
    frame: pd.DataFrame, offices: Mapping, published: Dates | None, mentions: pd.DataFrame | None
) -> pd.DataFrame:
    """party_id and party of each participant when it counts for the state it acts for; as named where it does not."""
    states = frame[["party_id", "party"]].copy()
    held = _by_office(frame, offices, published)
    states.loc[held.index] = held
    for_state = _given(frame["acts_for_id"])
    states.loc[for_state, "party_id"] = frame.loc[for_state, "acts_for_id"]
    states.loc[for_state, "party"] = frame.loc[for_state, "acts_for"]
    if mentions is not None and len(mentions):
        seats = mentions[_given(mentions["metonym_of"])]
        here = _seats_here(frame, seats)
        states.loc[here.index, "party_id"] = here
        seat_of = seats.drop_duplicates("entity_id").set_index("entity_id")["metonym_of"]
        through = for_state & states["party_id"].isin(seat_of.index)  # acts for the Kremlin: for Russia
        states.loc[through, "party_id"] = states.loc[through, "party_id"].map(seat_of)
    return states


def _by_office(frame: pd.DataFrame, offices: Mapping, published: Dates | None) -> pd.DataFrame:
    """The states of persons in office on their article's date, on the participants' index."""
    persons = frame[frame["entity_id"].isin(list(offices))]
    if published is None or not len(persons):
        return pd.DataFrame(columns=["party_id", "party"])
    days = pd.to_datetime(persons["article_id"].map(published), errors="coerce").dt.date
    held = {}
    for pair in set(zip(persons["entity_id"], days, strict=True)):
        held[pair] = office_table.held_on(offices, *pair) if pd.notna(pair[1]) else None
    found = [held[pair] for pair in zip(persons["entity_id"], days, strict=True)]
    known = [state is not None for state in found]
    return pd.DataFrame(
        [state for state in found if state], columns=["party_id", "party"], index=persons.index[known], dtype=object
    )


def _seats_here(frame: pd.DataFrame, seats: pd.DataFrame) -> pd.Series:
    """The states that participants stand for as capitals and seats, where their words are such a mention."""
    places = frame[["article_id", "entity_id", "start", "end"]].reset_index(names="row")
    seats = seats[["article_id", "entity_id", "start", "metonym_of"]].rename(columns={"start": "at"})
    both = places.merge(seats, on=["article_id", "entity_id"])
    both = both[(both["start"] <= both["at"]) & (both["at"] < both["end"])]
    return both.drop_duplicates("row").set_index("row")["metonym_of"]


def _may_be_lifted(frame: pd.DataFrame, states: pd.Series, acts: pd.DataFrame) -> pd.Series:
    """False for the participants of an act that would stand for one state on both sides."""
    ways = pd.DataFrame({"act_id": frame["act_id"], "state": states, "role": frame["role"], "named": frame["party_id"]})
    clash = ways.groupby(["act_id", "state"])["role"].transform("nunique") > 1
    reciprocal = ways["act_id"].isin(acts.loc[acts["reciprocal"].astype(bool), "act_id"])
    one_state = ways.groupby("act_id")["state"].transform("nunique") == 1
    several = ways.groupby("act_id")["named"].transform("nunique") > 1
    return ~(clash | (reciprocal & one_state & several))


def _names(frame: pd.DataFrame, mentions: pd.DataFrame | None) -> dict[str, str]:
    """{party_id: name to show}: the one used most among participants, mentions and states acted for, in this order;
    parties of one name get their type in brackets.
    """
    sources = [frame[["entity_id", "entity"]], *([] if mentions is None else [mentions[["entity_id", "entity"]]])]
    sources += [frame[["acts_for_id", "acts_for"]], frame[["party_id", "party"]]]
    names: dict[str, str] = {}
    for source in sources:
        pairs = source.set_axis(["i", "name"], axis=1).dropna()
        ranked = pairs.groupby(["i", "name"], sort=False).size().sort_values(ascending=False, kind="stable")
        for identifier, name in ranked.index:
            names.setdefault(identifier, name)
    names = {identifier: names[identifier] for identifier in dict.fromkeys(frame["party_id"])}
    bearers = pd.Series(list(names.values()), dtype=object).str.lower().value_counts()
    return {i: name if bearers[name.lower()] == 1 else f"{name} ({i.partition(':')[0]})" for i, name in names.items()}


def directed(acts: pd.DataFrame, parties: pd.DataFrame) -> pd.DataFrame:
    """Who acts towards whom: one row per act, actor and target, with the act's columns and actor_id, actor, target_id,
    target.

    A reciprocal act has a row for each direction between its parties. Acts whose actor or target nobody names have no
    row, nor does what a party does to itself.
    """
    sides: dict = {}
    for act, role, *who in parties[["act_id", "role", "party_id", "party"]].itertuples(index=False, name=None):
        sides.setdefault((act, role), []).append(tuple(who))
    rows = []
    for act, reciprocal in zip(acts["act_id"], acts["reciprocal"], strict=True):
        actors, targets = sides.get((act, "actor"), []), sides.get((act, "target"), [])
        pairs = permutations(dict.fromkeys([*actors, *targets]), 2) if reciprocal else product(actors, targets)
        rows += [(act, *actor, *target) for actor, target in pairs if actor[0] != target[0]]
    pairs = pd.DataFrame(rows, columns=["act_id", "actor_id", "actor", "target_id", "target"], dtype=object)
    return pairs.merge(acts.drop(columns=["actor", "target"]), on="act_id")


def with_actors(acts: pd.DataFrame, parties: pd.DataFrame) -> pd.DataFrame:
    """Who acts: one row per act and actor, with the act's columns and actor_id, actor; acts that nobody is named for
    have no row.
    """
    actors = parties.loc[parties["role"] == "actor", ["act_id", "party_id", "party"]]
    actors = actors.rename(columns={"party_id": "actor_id", "party": "actor"})
    return actors.merge(acts.drop(columns=["actor", "target"]), on="act_id")
