"""Whom pronouns and descriptions mean: "he", "the senior defense official", "the country".

The last part of `entities`: reads an article in order, keeps how present every person is (`salience`), and links each
pronoun or description (`descriptions`) to the most salient entity that fits in gender, number and kind. "It" and
"they" are left to `collectives`.
"""

import bisect
from collections.abc import Sequence
from typing import NamedTuple

from helpers.finding.descriptions import Reference, described, introduce_titles, phrase_at
from helpers.finding.page import Entity, Name, Page
from helpers.finding.salience import Memory, most_salient
from helpers.finding.speakers import cues
from helpers.text import word_list

HE = {"he": "subject", "him": "object", "his": "owner", "himself": "self"}
SHE = {"she": "subject", "her": "owner", "hers": "owner", "herself": "self"}
_PRONOUN_FORMS = frozenset([*HE, *SHE, *(w.capitalize() for w in (*HE, *SHE)), "HE", "SHE", "HIS", "HER", "HIM"])
_AFTER_OBJECT = word_list("after an object")
NAME, PRONOUN, ROLE = range(3)


class Event(NamedTuple):
    """Something that is read at a token: a name, a pronoun (in lower case) or a noun for a role."""

    token: int
    sort: int
    name: Name | None
    word: str


def link_references(page: Page, names: Sequence[Name], entities: dict[str, Entity]) -> list[Reference]:
    """Pronouns and descriptions, each linked to the most salient entity that fits.

    names: all linked names of the page; entities: {id: Entity}, to which unnamed persons ("a senior official") are
    added.
    """
    titled = introduce_titles(page, names)
    covered = {k: name for name in names for k in range(name.first, name.last)}
    events = events_of(page, names, covered, titled)
    memory, found = Memory(page, names), []
    for position, event in enumerate(events):
        reference = None
        if event.name is not None:
            memory.meet(event.name)
        elif event.sort == PRONOUN:
            reference = link_pronoun(memory, event, events[position + 1 : position + 30])
        else:
            reference = link_description(memory, event, covered, entities)
        if reference is not None:
            found.append(reference)
    found += titled
    return found + link_they(page, found, names)


def events_of(page: Page, names: Sequence[Name], covered: dict[int, Name], titled: Sequence[Reference]) -> list[Event]:
    """What is read, in order. Roles in a title before a name are no descriptions of their own."""
    taken = {k for title in titled for k in range(*page.tokens_in(title.start, title.end))}
    words = page.words
    events = [Event(name.first, NAME, name, "") for name in names if name.link is not None]
    events += [
        Event(index, PRONOUN, None, words[index].lower())
        for index in page.tokens_among(_PRONOUN_FORMS)
        if index not in covered
    ]
    events += [
        Event(index, ROLE, None, words[index])
        for index in page.tokens_among(page.table.roles)
        if index not in covered and index not in taken
    ]
    return sorted(events, key=lambda event: (event.token, event.sort))


# -- pronouns --------------------------------------------------------------------------------------------------------


def link_pronoun(memory: Memory, event: Event, following: Sequence[Event]) -> Reference | None:
    """Whom he or she means: the most salient person, else the first one named later in the sentence."""
    page, index = memory.page, event.token
    gender = "m" if event.word in HE else "f"
    form = form_of(page, event)
    entity = most_salient(memory, index, gender, form) or _named_later(page, index, gender, following)
    if entity is None:
        return None
    entity.gender = entity.gender or gender
    prominent = 0.2 if form != "subject" else 1.0 if page.opens_sentence(index) else 0.6
    memory.touch(entity, index, prominent)
    memory.chain[gender] = entity
    rule = f"{event.word}: most salient {'man' if gender == 'm' else 'woman'}"
    return Reference(page.starts[index], page.ends[index], entity, rule, "pronoun")


def form_of(page: Page, event: Event) -> str:
    """subject, object, owner or self; "her" owns something when a noun may follow."""
    owns = page.gap(event.token + 1) == " " and page.word(event.token + 1) not in _AFTER_OBJECT
    if event.word == "her" and not owns:
        return "object"
    return HE.get(event.word) or SHE[event.word]


def _named_later(page: Page, index: int, gender: str, following: Sequence[Event]) -> Entity | None:
    """For "In his speech, Biden …": the first fitting person later in the same sentence."""
    sentence = page.sentence(page.starts[index])
    for event in following:
        if event.name is None or event.name.link is None:
            continue
        if page.sentence(event.name.start) != sentence:
            return None
        if event.name.type == "PER" and event.name.link.gender in ("", gender):
            return event.name.link
    return None


def link_they(page: Page, found: Sequence[Reference], names: Sequence[Name]) -> list[Reference]:
    """Singular they after an unnamed speaker: “…,” they added."""
    unnamed = sorted(
        (f for f in found if f.kind == "nominal" and f.entity.kind == "unnamed"), key=lambda reference: reference.start
    )
    starts = [reference.start for reference in unnamed]
    persons = [name.start for name in names if name.type == "PER"]
    saying, linked = cues().plain_verbs, []
    for index in page.tokens_among(("they", "They")) if unnamed else ():
        offset = page.starts[index]
        k = bisect.bisect_right(starts, offset) - 1
        if page.word(index + 1) not in saying or k < 0 or page.sentence(offset) - page.sentence(starts[k]) > 3:
            continue
        if bisect.bisect_left(persons, offset) == bisect.bisect_left(persons, starts[k]):
            rule = "they: the unnamed person who spoke before"
            linked.append(Reference(offset, page.ends[index], unnamed[k].entity, rule, "pronoun"))
    return linked


# -- descriptions ----------------------------------------------------------------------------------------------------


def link_description(
    memory: Memory, event: Event, covered: dict[int, Name], entities: dict[str, Entity]
) -> Reference | None:
    """Whom or what a description means, when its noun is the head of one."""
    page, phrase = memory.page, phrase_at(memory.page, event.token, covered)
    result = described(memory, phrase, covered, entities) if phrase is not None else None
    if phrase is None or result is None:
        return None
    entity, rule = result
    if entity.type == "PER":
        entity.gender = entity.gender or phrase.gender
        memory.touch(entity, phrase.last, 0.6)
    return Reference(page.starts[phrase.start], page.ends[phrase.last], entity, rule, "nominal")
