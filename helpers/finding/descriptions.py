"""Whom descriptions mean: "the senior defense official", "the country", "John Smith, the president,"; and titles, which
introduce persons.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from helpers.finding.gazetteers import entity_id, normalise
from helpers.finding.page import Entity, Name, Page
from helpers.finding.salience import Memory, Standing
from helpers.text import word_list

HEADS_OF_STATE = word_list("heads of state")
DETERMINERS = word_list("determiners")
MODIFIER = re.compile(r"[A-Za-z][\w’'-]*\Z")
NOT_MODIFIERS = word_list("no modifiers")
TITLE_WORDS = word_list("words in a title")
TOO_VAGUE = word_list("too vague to describe")
FAR = ("ALLIANCE", "BLOC", "OUTLET")  # few in any article: distance does not matter


class Reference(NamedTuple):
    """Words that stand for an entity without naming it. kind: pronoun or nominal; rule: why it was linked."""

    start: int
    end: int
    entity: Entity
    rule: str
    kind: str


class Phrase(NamedTuple):
    """A description: tokens start..last (the head noun), the names inside; gender, refers: what the head tells."""

    start: int
    last: int
    head: str
    gender: str
    refers: str
    definite: bool
    modifiers: list[str]
    inside: list[Name]

    @property
    def country(self) -> str:
        """The country that a name inside belongs to, or ""."""
        return next((name.link.country for name in self.inside if name.link and name.link.country), "")


# -- titles before names ---------------------------------------------------------------------------------------------


def introduce_titles(page: Page, names: Sequence[Name]) -> list[Reference]:
    """Record titles on entities; return longer descriptions before names ("Pentagon press secretary" John Kirby)."""
    found = []
    ends = {name.last: name for name in names}
    for name in names:
        if name.type != "PER" or name.link is None:
            continue
        first = title_start(page, name)
        run = page.words[first : name.first] or name.title.split()
        _learn_roles(page, name.link, run)
        if first == name.first:
            continue
        before = ends.get(first)
        _learn_country(
            page, name.link, before or (ends.get(first - 1) if page.word(first - 1) in ("s", "S") else None), first
        )
        lowered = any(word[0].islower() for word in run)
        if (lowered or len(run) > 2) and any(word.casefold() in page.table.roles for word in run):
            start = page.starts[first if before is None else before.first]
            end = page.ends[name.first - 1]
            found.append(Reference(start, end, name.link, "description before the name", "nominal"))
    return found


def title_start(page: Page, name: Name) -> int:
    """The first token of the run of title and role words directly before a person's name."""
    k = name.first
    while k > 0 and name.first - k < 7:
        if page.gap(k) not in (" ", ". ", "-") or not _is_title_word(page, k - 1, k < name.first):
            break
        k -= 1
    return k


def _is_title_word(page: Page, index: int, inner: bool) -> bool:
    """Whether a token belongs to a title. inner: another word of the title follows ("of" needs one)."""
    word, before = page.words[index], page.word(index - 1)
    if word[0].isdigit():
        return False
    if word in page.table.titles and word[0].isupper() or word in page.table.roles or word.casefold() in TITLE_WORDS:
        return True
    if word in ("of", "Of"):
        return inner and before.casefold() in ("secretary", "chief", "speaker", "minister", "chancellor")
    return word in ("State", "Defense", "Defence", "Staff", "Treasury") and before == "of"


def _learn_roles(page: Page, entity: Entity, run: Sequence[str]) -> None:
    """Roles of a person from the words of a title, and the gender they tell."""
    for word in run:
        role = page.table.roles.get(word.casefold())
        if role is not None:
            entity.roles.add(word.casefold())
            entity.gender = entity.gender or role[0]


def _learn_country(page: Page, entity: Entity, owner: Name | None, first: int) -> None:
    """The country of a person from the name before the title ("Russian President", "Chile's foreign minister")."""
    if owner is not None and owner.link is not None and not entity.country and page.gap(first) in (" ", "-"):
        entity.country = owner.link.country


# -- phrases ---------------------------------------------------------------------------------------------------------


def phrase_at(page: Page, index: int, covered: Mapping[int, Name]) -> Phrase | None:
    """The description that ends with the head noun at a token, its determiner included; None without one."""
    role = _head_at(page, index)
    start = _phrase_start(page, index) if role is not None else None
    if role is None or start is None:
        return None
    definite = page.words[start].casefold() in ("the", "this", "that")
    inside = [covered[k] for k in range(start, index) if k in covered]
    return Phrase(start, index, page.words[index], *role, definite, page.words[start + 1 : index], inside)


def _head_at(page: Page, index: int) -> tuple[str, str] | None:
    """(gender, what it refers to) when a token is a singular role noun that ends its phrase."""
    roles, word, after = page.table.roles, page.words[index], page.word(index + 1)
    if page.gap(index + 1) in (" ", "-") and (after in roles or after.rstrip("s") in roles and after != word):
        return None
    return roles.get(word)


def _phrase_start(page: Page, index: int) -> int | None:
    """First token of the noun phrase that ends with the head at `index`, its determiner included; None without one."""
    k = index
    while k > 0 and index - k < 6:
        word = page.words[k - 1]
        if page.gap(k) not in (" ", "-", "’", "'", ". "):
            return None
        if word in DETERMINERS:
            return k - 1
        if word in NOT_MODIFIERS or not MODIFIER.match(word) and "." not in word:
            return None
        k -= 1
    return None


# -- persons ---------------------------------------------------------------------------------------------------------


def described(
    memory: Memory, phrase: Phrase, covered: Mapping[int, Name], entities: dict[str, Entity]
) -> tuple[Entity, str] | None:
    """(entity, rule) for a description, or None. An unnamed person ("a senior official") is added to `entities`."""
    if phrase.refers != "PER":
        return described_thing(memory, phrase) if phrase.definite else None
    return (
        _beside_a_name(memory.page, phrase, covered)
        or phrase.definite
        and (_introduced(phrase, memory.recent) or _in_office(memory.page, phrase, memory.recent))
        or _unnamed(memory.page, phrase, entities)
    )


def _beside_a_name(page: Page, phrase: Phrase, covered: Mapping[int, Name]) -> tuple[Entity, str] | None:
    """ "John Smith, the president," and "the president, John Smith"."""
    before, after = covered.get(phrase.start - 1), covered.get(phrase.last + 1)
    if before is not None and before.type == "PER" and page.gap(phrase.start).strip() == ",":
        name, rule = before, "description after the name"
    elif after is not None and after.type == "PER" and page.gap(phrase.last + 1).strip() in (",", ""):
        name, rule = after, "description before the name"
    else:
        return None
    if name.link is None:
        return None
    name.link.roles.add(phrase.head)
    name.link.country = name.link.country or phrase.country
    return name.link, rule


def _introduced(phrase: Phrase, recent: Sequence[Standing]) -> tuple[Entity, str] | None:
    """ "the minister": the last person introduced as minister whose gender and country do not contradict."""
    home = phrase.country
    for standing in reversed(recent):
        entity = standing.entity
        other_gender = phrase.gender and entity.gender and phrase.gender != entity.gender
        other_country = home and entity.country and home != entity.country
        if phrase.head in entity.roles and not other_gender and not other_country:
            return entity, f"{phrase.head}: the person introduced as {phrase.head}"
    return None


def _in_office(page: Page, phrase: Phrase, recent: Sequence[Standing]) -> tuple[Entity, str] | None:
    """ "the Russian president": the person mentioned last who holds the office by the table of people."""
    home = phrase.country
    for standing in reversed(recent) if home else ():
        country, office = page.table.people.get(normalise(standing.entity.display), ("", ""))
        leads = phrase.head == "leader" and any(word in office for word in HEADS_OF_STATE)
        if country == home and (leads or phrase.head in office.split()):
            return standing.entity, f"{phrase.head} of {country} (table of people)"
    return None


def _unnamed(page: Page, phrase: Phrase, entities: dict[str, Entity]) -> tuple[Entity, str] | None:
    """ "a senior defense official": a person without a name, the same wherever described so."""
    says_more = any(word not in DETERMINERS for word in phrase.modifiers)
    if not says_more and (phrase.definite or phrase.head in TOO_VAGUE):
        return None
    words = " ".join(page.text[page.starts[phrase.start + 1] : page.ends[phrase.last]].split())
    display, identifier = f"(unnamed {words})", entity_id("PER", f"unnamed {words}")
    entity = entities.get(identifier)
    if entity is None:
        tokens, start = tuple(normalise(display).split()), page.starts[phrase.start]
        entity = Entity("PER", display, tokens, start, "unnamed", identifier, phrase.gender)
        entities[identifier] = entity
    entity.roles.add(phrase.head)
    entity.country = entity.country or phrase.country
    return entity, "unnamed person, as described"


# -- places and organisations ----------------------------------------------------------------------------------------


def described_thing(memory: Memory, phrase: Phrase) -> tuple[Entity, str] | None:
    """(entity, rule) for "the country", "the alliance", "the port city": the last one named that fits, or None."""
    page, modifiers = memory.page, phrase.modifiers
    if phrase.inside or len(modifiers) > 1:
        return None
    sentence = page.sentence(page.starts[phrase.start])
    for name in reversed(memory.places):
        if phrase.refers not in FAR and sentence - page.sentence(name.start) > 2:
            return None
        if name.kind == "demonym" or name.link is None or not _is_a(name.link, phrase.refers, phrase.head):
            continue
        other = phrase.refers == "STATE" or phrase.refers == "CITY" and modifiers[:1] not in (["port"], ["capital"])
        return None if modifiers and other else (name.link, f"the {phrase.head}: the last one named")
    return None


def _is_a(entity: Entity, refers: str, head: str) -> bool:
    """Whether an entity is what a head noun refers to."""
    place = entity.type == "LOC"
    match refers:
        case "STATE":
            return entity.kind == "country"
        case "CITY":
            return place and entity.kind in ("city", "capital", "")
        case "PLACE":
            return place and "island" in normalise(entity.display).split()
        case "PROVINCE":
            return entity.kind == "state"
        case "ALLIANCE" | "OUTLET":
            return entity.kind == refers.lower()
        case "BLOC":
            return entity.kind in ("bloc", "alliance")
        case "PARTY":
            return entity.kind == "party" or "party" in entity.tokens
        case "ORG":
            return entity.type == "ORG" and _is_an_organisation(entity, head)
    return False


def _is_an_organisation(entity: Entity, head: str) -> bool:
    """ "the company": any organisation of no other kind; "the board": one that is called so."""
    other = entity.kind in ("outlet", "alliance", "bloc", "seat", "party", "parliament")
    business = head in ("company", "firm", "organization", "organisation", "agency")
    return business and not other or head in entity.tokens
