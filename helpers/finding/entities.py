"""Mentions of persons, organisations and places in one article, each linked to an entity by a rule that can be read.

The encoder says where names are; the rest is rules over tables (`helpers/data/`), because rules can be explained and
undone:

1. `names`: the encoder's spans, trimmed (titles, possessives), joined with what the tables know, types settled by vote,
   recognised names carried to occurrences the encoder missed;
2. links: the tables' entities (`known_entities`; demonyms count for the country) → `persons` (titles stripped, short
   forms to the nearest preceding full name, never across conflicting first names) → `organisations` (acronyms in
   brackets, by initials, by table; the one longer name that a short form abbreviates);
3. `references`: he and she, and descriptions ("the senior defense official"), by salience, gender, number and distance.
   "It" and "they" are no mentions that are counted; for whom they stand in an act is said by `collectives`.

Everything is a pure function of one text. Analysts' corrections and counts come afterwards (`helpers.counting`).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from helpers.finding import gazetteers
from helpers.finding.gazetteers import entity_id
from helpers.finding.known_entities import find_states_of_organs, link_known
from helpers.finding.mentions import Mention, overlapping, resolve
from helpers.finding.names import find_names
from helpers.finding.organisations import link_others
from helpers.finding.page import Entity, Name, Page
from helpers.finding.persons import link_persons
from helpers.finding.references import link_references
from helpers.text import Document, word_list

__all__ = ["Mention", "find_mentions", "overlapping", "resolve"]


PLACE_IN = word_list("words before a place")
TRAVEL = word_list("travel")
PEOPLE_OF_A_SEAT = word_list("people of a seat")


# -- the pass --------------------------------------------------------------------------------------------------------


class Encoding(Protocol):
    """What is read of the encoder here: `entities`, spans with start, end, type, score."""

    @property
    def entities(self) -> Iterable[Sequence]: ...


def find_mentions(document: Document, encoding: Encoding, *, gazetteer: str | Path | None = None) -> list[Mention]:
    """All mentions of entities in one article, sorted by start.

    document: `text.read(…)`. encoding: `Encoder.encode(document)`. gazetteer: path of a CSV with more names (columns as
    in `helpers/data/organisations.csv`), None for the shipped tables only. Never raises on odd texts; a text without
    names gives an empty list. Time grows linearly with the text.
    """
    page = Page(document, gazetteers.load(gazetteer))
    names = find_names(page, encoding.entities)
    entities: dict[str, Entity] = {}
    find_states_of_organs(page, names)
    rest = link_known(page, names, entities)
    link_persons(page, [name for name in rest if name.type == "PER"], entities)
    link_others(page, names, entities)
    names = [name for name in names if name.link is not None and name.link.id]
    mentions = [_mention(page, name, name.link) for name in names if name.link is not None]
    for start, end, entity, rule, kind in link_references(page, names, entities):
        words = page.text[start:end]
        mentions.append(Mention(start, end, words, entity.type, kind, entity.id, entity.display, None, rule, 0.5))
    return sorted(mentions, key=lambda mention: (mention.start, mention.end))


def _mention(page: Page, name: Name, entity: Entity) -> Mention:
    words, score = page.text[name.start : name.end], round(float(name.score), 3)
    stands_for = entity_id("LOC", name.metonym) if name.metonym and stands_for_state(page, name) else None
    return Mention(
        name.start, name.end, words, entity.type, name.kind, entity.id, entity.display, stands_for, name.rule, score
    )


def stands_for_state(page: Page, name: Name) -> bool:
    """Whether a capital or seat may stand for its state here; not where the place or the office itself is meant."""
    return not (_is_a_place(page, name) if name.type == "LOC" else _is_an_office(page, name))


def _is_a_place(page: Page, name: Name) -> bool:
    """Somebody is "in Moscow" or goes "from Moscow", "Moscow, Idaho", "MOSCOW (Agency)" in a dateline."""
    before = page.word(name.first - 1).casefold()
    if before in PLACE_IN and page.gap(name.first) == " ":
        return True
    if before in ("to", "from", "for") and page.word(name.first - 2).casefold() in TRAVEL:
        return True
    region = page.text[name.end : name.end + 2] in (", ", " (") and page.word(name.last)[:1].isupper()
    return region or page.words[name.first].isupper() and len(page.words[name.first]) > 4


def _is_an_office(page: Page, name: Name) -> bool:
    """ "Kremlin spokesman", "White House press secretary": the office itself, not the state."""
    after = page.word(name.last)
    if page.gap(name.last) != " " or after.casefold() not in PEOPLE_OF_A_SEAT:
        return False
    return after != "press" or page.word(name.last + 1) in ("secretary", "office")
