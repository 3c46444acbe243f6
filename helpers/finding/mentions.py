"""What a mention is, and whom a span of words stands for: look-ups for all who read mentions."""

import bisect
from collections.abc import Collection, Sequence
from typing import NamedTuple

from helpers.text import Document


class Mention(NamedTuple):
    """One mention. Fields are the columns of the table `mentions`.

    start, end: character offsets into the article's text; text: the words. type: PER ORG LOC MISC. kind: named,
    demonym, pronoun, nominal. entity_id: type and normalised name, the same in every article. entity: name to show.
    metonym_of: entity_id of the state that a capital or seat of government may stand for here, or None. rule: why it
    was linked. score: the encoder's score, 0 to 1.
    """

    start: int
    end: int
    text: str
    type: str
    kind: str
    entity_id: str
    entity: str
    metonym_of: str | None
    rule: str
    score: float


def overlapping(mentions: Sequence[Mention], start: int, end: int) -> list[Mention]:
    """Mentions that share at least one character with [start, end), in order. `mentions` is sorted by start."""
    k = bisect.bisect_left(mentions, end, key=lambda mention: mention.start)
    found = []
    for mention in reversed(mentions[max(0, k - 60) : k]):
        if mention.end > start:
            found.append(mention)
        elif mention.end < start - 400:
            break
    return found[::-1]


# What a span stands for, by kind of the mentions in it: a named person before others, demonyms last.
_RANKS = {"named": 2.0, "pronoun": 2.0, "nominal": 1.5, "demonym": 1.0}
_RANKS_OF_PERSONS = _RANKS | {"named": 3.0, "nominal": 2.5}


def resolve(
    mentions: Sequence[Mention],
    start: int,
    end: int,
    *,
    document: Document | None = None,
    types: Collection[str] | None = None,
) -> Mention | None:
    """The mention that a span of words stands for, or None.

    Give it a speaker, an actor or a target as it stands in the text: "Pentagon press secretary John Kirby" → John
    Kirby, "he" → whom `find_mentions` linked it to, "a senior defense official" → the unnamed official, "Russian
    troops" → Russia (demonym), "the U.S. and its allies" → United States. With `document`, a possessor does not stand
    for what it owns when something better is there ("Putin's spokesman Dmitry Peskov" → Dmitry Peskov). types: only
    these entity types ({"PER"}).
    """
    inside = [m for m in overlapping(mentions, start, end) if types is None or m.type in types]

    def rank(mention: Mention) -> tuple:
        after = document.text[mention.end : mention.end + 2] if document is not None else ""
        owner = after in ("'s", "’s") and mention.end + 2 < end
        exact = mention.start == start and mention.end == end
        within = mention.start >= start and mention.end <= end
        kind = (_RANKS_OF_PERSONS if mention.type == "PER" else _RANKS)[mention.kind]
        return (not owner, exact, within, kind, -mention.start)

    return max(inside, key=rank, default=None)
