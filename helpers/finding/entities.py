"""Mentions of persons, organisations and places in one article, each linked to an entity by a rule that can be read.

The encoder says where names are; the rest is rules over tables (`helpers/data/`), because rules can be explained and
undone:

1. `names`: the encoder's spans, trimmed (titles, possessives), joined with what the tables know, types settled by vote,
   recognised names carried to occurrences the encoder missed;
2. links: the tables' entities (`known_entities`; demonyms count for the country) → `persons` (titles stripped, short
   forms to the nearest preceding full name, never across conflicting first names) → `organisations` (acronyms in
   brackets, by initials, by table; the one longer name that a short form abbreviates);
3. `references`: he and she, and descriptions ("the senior defense official"), by salience, gender, number and distance.
   "It" is left alone.

Everything is a pure function of one text. Analysts' corrections and counts come afterwards (`helpers.counting`).
"""

import functools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from helpers.finding import gazetteers
from helpers.finding.gazetteers import entity_id, normalise
from helpers.finding.known_entities import find_states_of_organs, link_known
from helpers.finding.mentions import Mention, antecedent, overlapping, resolve
from helpers.finding.names import find_names
from helpers.finding.organisations import link_others
from helpers.finding.page import Entity, Name, Page
from helpers.finding.persons import link_persons
from helpers.finding.references import link_references
from helpers.text import Document, word_list

__all__ = ["Mention", "affiliations", "antecedent", "country_of", "find_mentions", "overlapping", "resolve"]


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


# -- states that entities stand for ----------------------------------------------------------------------------------


# Organisations that do not act for the state they are based in.
STATE_ORGAN = frozenset(
    """Ministry Minister Government Army Navy Force Forces Military Parliament Senate Congress Assembly Cabinet Council Court Police Embassy Consulate Department
    Guard Guards Intelligence Defense Defence Foreign Security President Presidency Treasury Bank Mission Administration State Command Corps Marines Agency Authority""".split()
)
NOT_OF_A_STATE = frozenset("outlet company sport university nongovernmental party".split()) | {"armed group"}


@functools.lru_cache(maxsize=8)
def _countries(gazetteer):
    table = gazetteers.load(gazetteer)
    return table, {entry.name: entry.id for entry in table.names.values() if entry.kind == "country"}


def country_of(mention, *, gazetteer=None):
    """(entity_id, name) of the state an entity belongs to by the tables alone: a country to itself, "Pentagon" to the
    United States, a city to its country, a well-known leader to theirs; None when the tables don't say.
    """
    table, ids = _countries(gazetteer)
    name = ""
    if mention.type == "PER":
        key = normalise(mention.entity)
        name = table.people.get(key, ("",))[0] or (table.surnames.get(key, "") if " " not in key else "")
    else:
        entry = table.names.get(normalise(mention.entity))
        organ = re.search(r"\((.+)\)\Z", mention.entity)
        if organ and organ.group(1) in ids:
            name = organ.group(1)
        elif entry is not None and entry.type == mention.type:
            if entry.kind in NOT_OF_A_STATE:
                return None
            name = entry.country
        if not name and mention.type == "ORG" and STATE_ORGAN.intersection(gazetteers.tokens_of(mention.entity)):
            for token in gazetteers.tokens_of(mention.entity):
                for tokens, known in table.phrases.get(token, ()):
                    if len(tokens) == 1 and known.kind == "country":
                        name = known.country
    return (ids[name], name) if name in ids else None


def affiliations(document, mentions, *, gazetteer=None):
    """Which state each entity of an article stands for: {entity_id: (country entity_id, country name)}.

    Read from the text first ("Russian President Vladimir Putin", "Pentagon press secretary John Kirby", "Sergei Lavrov,
    Russia's foreign minister,", "the Ukrainian defense ministry"), then from the tables (`country_of`). Entities
    without a state are left out.
    """
    table, _ = _countries(gazetteer)
    text, known = document.text, {}
    for mention in mentions:
        if mention.entity_id not in known and mention.type != "PER":
            country = country_of(mention, gazetteer=gazetteer)
            if country:
                known[mention.entity_id] = country
    named = [m for m in mentions if m.kind in ("named", "demonym")]
    told = {}
    for position, mention in enumerate(named):
        if mention.kind != "named" or mention.type not in ("PER", "ORG") or mention.entity_id in told:
            continue
        before = named[position - 1] if position else None
        state = None
        if before is not None:  # "Mr. Ruiz's spokesman, Tom Berg" speaks for Ruiz's state
            state = (
                known.get(before.entity_id)
                or before.type == "PER"
                and (told.get(before.entity_id) or country_of(before, gazetteer=gazetteer))
            )
        if (
            state
            and 0 <= mention.start - before.end <= 60
            and (before.type != "PER" or text[before.end : before.end + 2] in ("'s", "’s"))
        ):
            between = text[before.end : mention.start]
            words = between.replace("’s", "").replace("'s", "").split()
            job = (
                words
                and all(_is_job_word(table, word) for word in words)
                and not all(table.titles.get(word.strip("."), ("",))[0] == "honorific" for word in words)
            )
            if (
                mention.type == "PER"
                and "\n" not in between
                and (job or between in ("'s ", "’s ") and before.type != "PER")
            ):
                told[mention.entity_id] = state
            elif (
                mention.type == "ORG"
                and mention.entity_id not in known
                and between.strip() in ("", "'s", "’s")
                and "\n" not in between
            ):
                told[mention.entity_id] = state
        after = named[position + 1] if position + 1 < len(named) else None
        if (
            mention.type == "PER"
            and mention.entity_id not in told
            and after is not None
            and after.entity_id in known
            and 2 <= after.start - mention.end <= 60
        ):
            between = text[mention.end : after.start]
            following = re.match(r"(?:['’]s)?((?: [\w-]+){1,5})", text[after.end : after.end + 60])
            roles = following and any(word in table.roles for word in following.group(1).split())
            of = re.search(r"([\w-]+) (?:of|for|to|at|from)(?: the)?\s\Z", between)
            of = of and of.group(1) in table.roles and len(between.split()) <= 8
            if (
                re.match(r",\s(?:the |a |an |former )?", between)
                and (roles and len(between.split()) <= 3 or of)
                and "." not in between
            ):
                told[mention.entity_id] = known[after.entity_id]
    for mention in mentions:  # "a senior U.S. official"
        if mention.kind == "nominal" and mention.type == "PER" and mention.entity_id not in told:
            inside = next((m for m in overlapping(named, mention.start, mention.end) if m.entity_id in known), None)
            if inside is not None:
                told[mention.entity_id] = known[inside.entity_id]
    for mention in named:
        if mention.type == "PER" and mention.entity_id not in told:
            country = country_of(mention, gazetteer=gazetteer)
            if country:
                told[mention.entity_id] = country
    return {**known, **told}


def _is_job_word(table, word):
    word = word.strip(",.")
    return (
        word in table.titles or word in table.roles or word.casefold() in table.roles or word.casefold() in _JOB_WORDS
    )


_JOB_WORDS = frozenset(
    "press deputy vice prime foreign defense defence interior senior chief former acting national security general top military army of state staff minister's party opposition rebel government intelligence permanent special first supreme crown finance health energy trade economy rights human".split()
)
