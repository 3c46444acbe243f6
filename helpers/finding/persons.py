"""Which names are one person: full names that agree, then short forms, then names that stand alone.

Short forms go to the nearest preceding full name they fit, never across conflicting genders or first names.
"""

import bisect
import functools
from collections import defaultdict
from collections.abc import Iterable

from helpers import DATA
from helpers.finding.gazetteers import entity_id, normalise
from helpers.finding.page import GENERATION, PARTICLES, REGAL, Entity, Name, Page, Person, count_forms, prominence
from helpers.text import rows_of, word_list

FAMILY_FIRST = word_list("family names first")  # family names that stand first in a full name
CANDIDATES = 60  # persons looked at for one name: keeps the time linear
_HE_SHE = {"he": "m", "him": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f"}

Key = tuple[str, ...]


def link_persons(page: Page, people: list[Name], entities: dict[str, Entity]) -> None:
    """Link names of persons, sorted by start, each to its entity; new entities are added to `entities`."""
    for name in people:
        name.gender = title_gender(page, name)
    persons = join_full_names(page, people)
    link_short_forms(page, people, persons)
    alone = join_lone_names(people)
    for person in persons + alone:
        open_person(page, person, entities)
    for name in people:
        name.link = name.group.entity if name.group is not None else None
        if name.link is not None and name.rule in ("short form of", "first name of"):
            name.rule = f"{name.rule} {name.link.display}"


# -- what a name tells about its bearer ------------------------------------------------------------------------------


def title_gender(page: Page, name: Name) -> str:
    """Gender of a person ("m", "f" or "") from the title, or from the word before the name."""
    table = page.table
    for word in name.title.split():
        gender = table.titles.get(word, ("", ""))[1]
        if gender:
            return gender
    if page.gap(name.first) not in (" ", ". "):
        return ""
    word = page.word(name.first - 1)
    return table.titles.get(word, ("", ""))[1] or table.relations.get(word, "") or table.roles.get(word, ("",))[0]


def given_gender(page: Page, name: Name) -> str:
    """Gender of a person from the given name, "" when it tells none."""
    words, given = page.words[name.first : name.last], page.table.given
    if len(words) > 1 and words[0] in REGAL:
        words = words[1:]
    gender = given.get(words[0])
    if gender is None and words[0].isupper():
        gender = given.get(words[0].title())
    if gender is None and len(words) > 2:
        gender = given.get(words[1])
    return gender or ""


def generation(page: Page, name: Name) -> str:
    """ "Jr", "III" … at the end of a person's name, or ""."""
    last = page.words[name.last - 1]
    return last if last in GENERATION and last != "I" else ""


# -- full names ------------------------------------------------------------------------------------------------------


@functools.cache
def _nicknames() -> dict[str, str]:
    return {row["short"]: row["name"] for row in rows_of(DATA / "nicknames.csv")}


def _same_first(a: str, b: str) -> bool:
    """True when two first or middle names can be one: an initial, a nickname, a beginning."""
    short = _nicknames()
    return (
        a == b
        or len(a) == 1
        and b.startswith(a)
        or len(b) == 1
        and a.startswith(b)
        or short.get(a, a) == short.get(b, b)
        or len(a) > 3
        and len(b) > 3
        and (a.startswith(b) or b.startswith(a))
    )


def same_person(a: Key, b: Key) -> bool:
    """True when two full names (keys of two tokens or more) can be one person: same last name, first and middle names
    agree.
    """
    if a[-1] != b[-1]:
        return len(a) == 2 and len(b) == 2 and a[0] == b[1] and a[1] == b[0]
    if len(a) > len(b):
        a, b = b, a
    if a == b[len(b) - len(a) :] and len(a) > 2 - (a[0] in PARTICLES):
        return True
    if not _same_first(a[0], b[0]):
        return len(a) == 2 and len(b) > 2 and a == b[-2:]
    middle, others = a[1:-1], b[1:-1]
    return not middle or any(_same_first(m, o) for m in middle for o in others) or not others


def join_full_names(page: Page, people: list[Name]) -> list[Person]:
    """Persons named with two words or more, each with all full names that agree."""
    persons: list[Person] = []
    by_end: dict[str, list[Person]] = defaultdict(list)  # first and last word of a name -> persons
    for name in people:
        if len(name.key) < 2:
            continue
        candidates = reversed(by_end[name.key[-1]][-CANDIDATES:])
        person = next((other for other in candidates if _may_be(page, name, other)), None)
        if person is None:
            person = Person({name.key}, generation(page, name))
            persons.append(person)
            by_end[name.key[-1]].append(person)
            by_end[name.key[0]].append(person)
        person.keys.add(name.key)
        person.add(name)
        first = person.names[0]
        words = page.text[first.start : first.end]
        same = f"same person as {words} (first and last name agree)"
        name.rule = "full name" if name.key == first.key else same
    return persons


def _may_be(page: Page, name: Name, person: Person) -> bool:
    """Whether a full name can be a person's: gender and generation agree, and the name agrees with all others."""
    if _conflict(name, person):
        return False
    if person.generation != generation(page, name) and any(key[0] == name.key[0] for key in person.keys):
        return False  # father and son
    return any(same_person(name.key, key) for key in person.keys) and all(
        same_person(name.key, key) or name.key == key for key in person.keys
    )


def _conflict(name: Name, person: Person) -> bool:
    return bool(person.gender and name.gender and person.gender != name.gender)


# -- short forms -----------------------------------------------------------------------------------------------------


class ShortForms:
    """Which persons a short form can mean: the end of a full name, else its first name, else a middle name."""

    def __init__(self, persons: Iterable[Person]) -> None:
        self.ends: dict[Key, list[Person]] = defaultdict(list)
        self.firsts: dict[Key, list[Person]] = defaultdict(list)
        self.middles: dict[Key, list[Person]] = defaultdict(list)
        for person in persons:
            keys = person.keys
            ends = {key[k:] for key in keys for k in range(max(1, len(key) - 5), len(key))}
            ends |= {("al" + key[-1],) for key in keys if key[-2] in ("al", "el", "bin")}
            firsts = {key[:1] for key in keys} | {key[:2] for key in keys if len(key) > 2}
            middles = {(word,) for key in keys for word in key[1:-1] if len(word) > 3}
            for index, forms in ((self.ends, ends), (self.firsts, firsts), (self.middles, middles)):
                for form in forms:
                    index[form].append(person)

    def fitting(self, name: Name) -> tuple[list[Person], str]:
        """(persons that a name can be short for, how)."""
        found, how = self.ends.get(name.key, []), "short form of"
        if not found:
            found = self.firsts.get(name.key, [])
            if found:
                how = "first name of"
            else:
                found = [p for p in self.middles.get(name.key, []) if p.names[0].start < name.start]
            if len(found) > 1 and name.key[0] not in FAMILY_FIRST:
                found = []
        return [p for p in found[:CANDIDATES] if not _conflict(name, p) and p is not name.group], how

    def is_short(self, name: Name) -> bool:
        """True for two words that only once look like a full name and end one longer name ("Van Dyck")."""
        if name.group is None:
            return True
        longer = self.ends.get(name.key, [])
        lone = len(name.key) == 2 and len(name.group.names) == 1
        return lone and len(longer) == 1 and longer[0] is not name.group


def link_short_forms(page: Page, people: list[Name], persons: list[Person]) -> None:
    """Give each short form to the person it means; the display name follows in its rule when it is known."""
    forms = ShortForms(persons)
    full = [name for name in people if name.group is not None]
    starts = [name.start for name in full]
    for name in people:
        if not forms.is_short(name):
            continue
        fitting, how = forms.fitting(name)
        if fitting:
            name.group = nearest(page, fitting, full, starts, name)
            name.group.gender = name.group.gender or name.gender
            name.rule = how


def nearest(page: Page, fitting: list[Person], full: list[Name], starts: list[int], name: Name) -> Person:
    """The person a short form means when several full names fit.

    The fitting full name nearest before it, when it is a subject in the same paragraph; else the person named in full
    first: the article is about that one, and relatives keep their given names. full, starts: the full names of the
    article and where they start.
    """
    if len(fitting) == 1:
        return fitting[0]
    near = _near(fitting, full, bisect.bisect_left(starts, name.start))
    genders = {id(person): person.gender or _gender_by_names(page, person) for person in fitting}
    hint = _pronoun_after(page, name) if {"m", "f"} <= set(genders.values()) else ""
    if hint:
        fitting = [person for person in fitting if genders[id(person)] in (hint, "")]
        if len(fitting) == 1:
            return fitting[0]
        if not any(person is near.group for person in fitting):
            near = fitting[0].names[0]
    same_paragraph = page.paragraph(name.start) == page.paragraph(near.start)
    if near.group is not None and same_paragraph and prominence(page, near.first, near) >= 0.9:
        return near.group
    before = [person for person in fitting if person.names[0].start < name.start] or fitting
    return min(before, key=lambda person: person.names[0].start)


def _near(fitting: list[Person], full: list[Name], k: int) -> Name:
    """The last full name before position k that fits, else the first one after it."""
    wanted = {id(person) for person in fitting}
    for other in (*reversed(full[max(0, k - 400) : k]), *full[k : k + 400]):
        if id(other.group) in wanted:
            return other
    return fitting[0].names[0]


def _gender_by_names(page: Page, person: Person) -> str:
    return next(filter(None, (given_gender(page, name) for name in person.names[:5])), "")


def _pronoun_after(page: Page, name: Name) -> str:
    """Gender of the first he or she after a name in its sentence ("expects Ruiz to recover from her cold"), or ""."""
    sentence = page.sentence(name.start)
    for index in range(name.last, min(len(page.words), name.last + 25)):
        word = page.words[index]
        if word in _HE_SHE:
            return _HE_SHE[word] if page.sentence(page.starts[index]) == sentence else ""
        if word in page.table.given:
            return ""  # somebody else comes in
    return ""


# -- names that stand alone ------------------------------------------------------------------------------------------


def join_lone_names(people: list[Name]) -> list[Person]:
    """Persons without a full name: one for each name and gender; a name without gender joins one with."""
    found: dict[tuple[Key, str], Person] = {}
    for name in people:
        if name.group is not None:
            continue
        person = found.get((name.key, name.gender))
        if person is None and len(found) < 200:  # looking through more would take quadratic time
            alike = (p for (key, gender), p in found.items() if key == name.key and not (gender and name.gender))
            person = next(alike, None)
        if person is None:
            person = found[name.key, name.gender] = Person({name.key})
        person.add(name)
        name.rule = "name as written"
    return list(found.values())


# -- entities --------------------------------------------------------------------------------------------------------


def person_id(page: Page, display: str) -> str:
    """Identifier of a person: without middle initials ("Donald J. Trump" is Donald Trump) unless the table of people
    tells two persons apart by them.
    """
    key = normalise(display)
    words = key.split()
    if len(words) > 2 and key not in page.table.people:
        words = [words[0], *(word for word in words[1:-1] if len(word) > 1), words[-1]]
    return "PER:" + " ".join(words)


def open_person(page: Page, person: Person, entities: dict[str, Entity]) -> None:
    """Give a person an entity: a known one, or a new one where none has the name or its gender contradicts."""
    display = longest_form(page, person.names)
    identifier = person_id(page, display)
    entity = entities.get(identifier)
    if entity is not None and person.gender and entity.gender and person.gender != entity.gender:
        display = ("Mrs. " if person.gender == "f" else "Mr. ") + display
        identifier, entity = entity_id("PER", display), None
    if entity is None:
        tokens = tuple(normalise(display).split())
        entity = Entity("PER", display, tokens, person.names[0].start, "person", identifier)
        entities[identifier] = entity
    entity.gender = entity.gender or person.gender or _gender_of_whole_names(page, person, normalise(display))
    person.entity = entity


def _gender_of_whole_names(page: Page, person: Person, key: str) -> str:
    """Gender by the given name, from names that hold one."""
    whole = (n for n in person.names if len(n.key) > 1 or page.words[n.first] in REGAL or n.key[0] == key)
    return next(filter(None, (given_gender(page, name) for name in whole)), "")


def longest_form(page: Page, names: Iterable[Name]) -> str:
    """The name of a person to show: the most frequent full form, the longest of several."""
    forms = count_forms(page, names)
    return max(forms, key=lambda form: (" " in form, forms[form], len(form), form))
