"""Bare surnames that count for a full name: "Obama", in an article that never says "Barack Obama".

Within an article a surname is linked to the full name before it when mentions are found. Where an article has no full
name, the corpus decides, and only when one full name dominates it: of all mentions of persons under full names with
that surname, it must have at least `DOMINANT`, and the word must hardly ever be somebody's first name in this corpus
("Paul" may be Ron Paul or Paul Ryan). Counting does this, so nothing is annotated anew, it can be switched off, and a
line `keep,PER:obama` in a corrections file undoes it for one name.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from helpers.counting import offices
from helpers.text import normalise

DOMINANT = 0.85  # of the mentions of persons with this surname under full names
HALF = 0.5  # … of the only one in office
FEWEST = 3  # mentions of the full name
FIRST_NAMES = 0.1  # mentions of persons whose first name this is, at most, for one of the full name
NAMED = ("named", "demonym")

FoundIn = TypeVar("FoundIn", bound=Any)  # has the tables as attributes, and _replace


class _Person(NamedTuple):
    entity_id: str
    entity: str
    words: tuple[str, ...]
    mentions: int
    articles: int


def find(mentions: pd.DataFrame, *, keep: Collection[str] = ()) -> pd.DataFrame:
    """The bare surnames that one full name dominates: entity_id, entity, mentions, articles (of the bare surname),
    into_id, into (the full name), share (of the mentions under full names with this surname), line (undoes it in a
    corrections file); most mentioned first.

    mentions: article_id, entity_id, entity, type, kind. keep: entity_ids or names that stay as they are.
    """
    kept = {name.casefold() for name in keep} | {normalise(name) for name in keep}
    people, leaders = _people(mentions), offices.load()
    last: dict[str, list[_Person]] = {}
    first: dict[str, int] = {}
    for person in people:
        if len(person.words) > 1:
            last.setdefault(person.words[-1], []).append(person)
            first[person.words[0]] = first.get(person.words[0], 0) + person.mentions
    rows = []
    for person in people:
        bearers = last.get(person.words[0], []) if len(person.words) == 1 else []
        if not bearers or person.entity_id.casefold() in kept or normalise(person.entity) in kept:
            continue
        best = max(bearers, key=lambda bearer: bearer.mentions)
        share = best.mentions / sum(bearer.mentions for bearer in bearers)
        as_first = first.get(person.words[0], 0)
        in_office = [bearer for bearer in bearers if bearer.entity_id in leaders]
        least = HALF if in_office == [best] else DOMINANT
        if share >= least and best.mentions >= FEWEST and as_first <= FIRST_NAMES * best.mentions:
            bare = (person.entity_id, person.entity, person.mentions, person.articles)
            rows.append((*bare, best.entity_id, best.entity, share, f"keep,{person.entity_id}"))
    columns = ["entity_id", "entity", "mentions", "articles", "into_id", "into", "share", "line"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("mentions", ascending=False, kind="stable", ignore_index=True)


def listed(mentions: pd.DataFrame, lines: Iterable[Any], *, join: bool = True) -> pd.DataFrame:
    """What `find` joins for these lines of a corrections file (as `corrections.load` gives them); no row when `join` is
    False. mentions: as found, before anything was joined.
    """
    return find(mentions if join else mentions.head(0), keep=[line.entity for line in lines if line.action == "keep"])


def _people(mentions: pd.DataFrame) -> list[_Person]:
    """Persons by name, with the words of their names, most mentioned first."""
    named = mentions[(mentions["type"] == "PER") & mentions["kind"].isin(NAMED)]
    counts = named.groupby("entity_id", observed=True, sort=False).agg(
        entity=("entity", "first"), mentions=("article_id", "size"), articles=("article_id", "nunique")
    )
    counts = counts.sort_values("mentions", ascending=False, kind="stable")
    rows = counts.reset_index().itertuples(index=False, name=None)
    return [
        _Person(str(i), str(name), words, int(n), int(articles))
        for i, name, n, articles in rows
        if (words := tuple(normalise(str(name)).split()))
    ]


def join(found: FoundIn, columns: Mapping[str, list[tuple[str, str]]], *, keep: Collection[str] = ()) -> FoundIn:
    """Everything found in a corpus, with bare surnames counted for the full names that dominate them, in every table.

    columns: of each table, the pairs (identifier, name) that hold an entity. The rule of a mention says what was done.
    """
    joined = find(found.mentions, keep=keep)
    if not len(joined):
        return found
    ids = dict(zip(joined["entity_id"], joined["into_id"], strict=True))
    names = dict(zip(joined["entity_id"], joined["into"], strict=True))
    changed = {}
    for table, pairs in {"mentions": [("entity_id", "entity")], **columns}.items():
        frame = getattr(found, table, None)
        hits = {key: frame[key].isin(ids) for key, _ in pairs} if frame is not None else {}
        if frame is None or not any(rows.any() for rows in hits.values()):
            continue
        frame = frame.copy()
        for key, shown in pairs:
            old = frame.loc[hits[key], key]
            frame.loc[hits[key], shown] = old.map(names)
            frame.loc[hits[key], key] = old.map(ids)
            if table == "mentions":
                shares = dict(zip(joined["entity_id"], joined["share"], strict=True))
                frame.loc[hits[key], "rule"] = [f"surname: {shares[i]:.0%} of its full names here" for i in old]
        changed[table] = frame
    return found._replace(**changed)
