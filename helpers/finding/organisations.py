"""Organisations, places and other names that no table settled: acronyms first, then the one longer name that a short
form abbreviates, then the words themselves.
"""

import re
from collections import defaultdict

from helpers.finding.gazetteers import entity_id, normalise
from helpers.finding.known_entities import link_entry
from helpers.finding.page import COMPANY, Entity, Name, Page, count_forms, is_acronym
from helpers.text import word_list

SMALL = word_list("small words")
PLACE_HEADS = word_list("heads of places") | {"st", "saint"}
PLACE_TAILS = word_list("tails of places")
_HEADS = frozenset(word.casefold() for word in word_list("heads of organisations"))
_VAGUE = word_list("vague first words")
_TAILS = word_list("tails of organisations")

Key = tuple[str, ...]


def link_others(page: Page, names: list[Name], entities: dict[str, Entity]) -> None:
    """Link all names without a link that are no persons. names: all names of the page, sorted by start."""
    rest = [name for name in names if name.link is None and name.type != "PER"]
    longest_first = sorted(rest, key=lambda name: (name.first - name.last, name.start))
    groups = Groups()
    pending = link_acronyms(page, names, longest_first, groups, entities)
    link_short_names(names, pending, groups, entities)
    open_groups(page, rest, entities)


class Groups:
    """Entities in the making: one for each key, and each state's organ apart."""

    def __init__(self) -> None:
        self._found: dict[tuple[Key, str], Entity] = {}

    def of(self, name: Name) -> Entity:
        """The entity of a name: the one it is linked to, else the one of its words."""
        if name.link is not None:
            return name.link
        entity = self._found.get((name.key, name.state))
        if entity is None:
            entity = Entity(name.type, "", name.key, name.start, country=name.state)
            self._found[name.key, name.state] = entity
        return entity


# -- acronyms --------------------------------------------------------------------------------------------------------


class Acronyms:
    """What the acronyms of an article mean: letters -> the longer name, by brackets or by initials."""

    def __init__(self, page: Page, names: list[Name]) -> None:
        self.page = page
        self.brackets: dict[str, Name] = {}
        self.initials: dict[str, set[Key]] = defaultdict(set)
        self.by_key: dict[Key, Name] = {}
        long_names = [n for n in names if n.type != "PER" and n.kind == "named" and n.last - n.first > 1]
        for name in long_names:
            words = page.words[name.first : name.last]
            acronym = bracketed_acronym(page, name)
            if acronym and acronym[0].casefold() in {word[0].casefold() for word in words}:
                self.brackets.setdefault(letters_of(acronym), name)
            for letters in initials_of(words):
                self.initials[letters].add(name.key)
            self.by_key.setdefault(name.key, name)
        # "IAEA (International Atomic Energy Agency)"
        at = {name.first: name for name in reversed(long_names)}
        for name in names:
            if name.link is None and name.last in at and single_acronym(page, name):
                if page.gap(name.last) in (" (", "("):
                    self.brackets.setdefault(letters_of(page.words[name.first]), at[name.last])

    def meaning(self, name: Name) -> tuple[Name, str] | None:
        """(the longer name that an acronym stands for, rule), or None."""
        letters = letters_of(self.page.words[name.first])
        meant, rule = self.brackets.get(letters), "acronym given in brackets for"
        if meant is None and len(letters) > 1:
            keys = self.initials.get(letters, set())
            if len(keys) == 1:
                meant, rule = self.by_key[next(iter(keys))], "initials of"
        free = name.entry is None or name.entry.form == "acronym"
        return (meant, rule) if meant is not None and meant is not name and free else None


def letters_of(acronym: str) -> str:
    """An acronym without dots and "&"."""
    return acronym.replace(".", "").replace("&", "")


def initials_of(words: list[str]) -> set[str]:
    """The letters that may abbreviate a name: of its capitalised words, and of all words."""
    capitals = "".join(word[0] for word in words if word[0].isupper())
    every = "".join(word[0] for word in words if word != "the").upper()
    return {letters for letters in (capitals, every) if len(letters) > 1}


def single_acronym(page: Page, name: Name) -> bool:
    """True for a name that is one word, an acronym."""
    return name.last - name.first == 1 and is_acronym(page.words[name.first])


def bracketed_acronym(page: Page, name: Name) -> str:
    """The acronym in brackets after a name, or ""."""
    k = name.last
    if not re.fullmatch(r"\.? ?[(\[]", page.gap(k)) or not is_acronym(page.words[k]):
        return ""
    return page.words[k] if page.gap(k + 1)[:1] in (")", "]", ";", ",") else ""


def link_acronyms(
    page: Page, names: list[Name], rest: list[Name], groups: Groups, entities: dict[str, Entity]
) -> list[Name]:
    """Link the acronyms that the article explains, then names of the tables; return the names still to link."""
    acronyms, pending = Acronyms(page, names), []
    for name in rest:
        found = acronyms.meaning(name) if single_acronym(page, name) else None
        if found is not None:
            meant, rule = found
            name.link = groups.of(meant)
            name.rule = f"{rule} {page.text[meant.start : meant.end]}"
            name.type = meant.type if meant.type != "PER" else name.type
        elif name.entry is not None and not name.entry.generic:
            link_entry(name, name.entry, entities)
        else:
            pending.append(name)
    return pending


# -- short forms of one longer name ----------------------------------------------------------------------------------


def link_short_names(names: list[Name], pending: list[Name], groups: Groups, entities: dict[str, Entity]) -> None:
    """Link names to the only longer name that contains them, else to the table's entity, else to their own words."""
    longer = LongerNames(names, groups)
    for name in pending:
        meant = longer.of(name)
        if meant is not None and not (name.entry is not None and meant.id):  # "House" is not short for White House
            name.link = meant
            name.rule = "short form of the only longer name that contains it"
        elif name.entry is not None:
            link_entry(name, name.entry, entities)
        else:
            name.link = groups.of(name)


class LongerNames:
    """Beginnings and ends of every longer name in the text -> the entities that bear it."""

    # what a name of a type may be short for; "ORG OF": the end of a name after a small word ("of Ghana")
    KINDS = {"ORG": ("ORG", "ORG OF", "LOC"), "LOC": ("LOC",), "MISC": ("MISC", "ORG")}

    def __init__(self, names: list[Name], groups: Groups) -> None:
        self._index: dict[tuple[Key, str], dict[int, Entity]] = defaultdict(dict)
        done = set()
        for name in names:
            if len(name.key) < 2 or name.type not in self.KINDS or name.kind != "named" or name.key in done:
                continue
            done.add(name.key)
            entity = groups.of(name)
            short_forms = place_short_forms if name.type == "LOC" else organisation_short_forms
            forms = [name.key] if name.entry is None else [name.key, tuple(normalise(name.entry.name).split())]
            for form in forms:
                for short, kind in short_forms(form, name.type):
                    self._index[short, kind][id(entity)] = entity

    def of(self, name: Name) -> Entity | None:
        """The only entity with a longer name that a name may be short for, or None."""
        for kind in self.KINDS.get(name.type, self.KINDS["MISC"]):
            found = self._index.get((name.key, kind), {})
            if len(found) == 1:
                return next(iter(found.values()))
        return None


def organisation_short_forms(form: Key, type_: str) -> list[tuple[Key, str]]:
    """Short forms of an organisation, each with its kind: its end; its beginning where the rest says but what it is."""
    found = []
    for k in range(1, min(len(form), 8)):
        # "Boeing" for Boeing Aircraft; but "University of Orla" is none for "University of Orla Medical Centre"
        named = k == 1 and form[0] not in _HEADS and form[0] not in _VAGUE
        if named or all(word in _HEADS or word in COMPANY or word in _TAILS for word in form[k:]):
            found.append((form[:k], type_))
        found.append((form[k:], type_ if type_ == "MISC" or form[k - 1] not in SMALL else "ORG OF"))
    return found


def place_short_forms(form: Key, type_: str) -> list[tuple[Key, str]]:
    """Short forms of a place: "Orla" for Lake Orla and for Orla Castle."""
    found = [(form[1:], type_)] if form[0] in PLACE_HEADS else []
    if form[-1] in PLACE_TAILS:
        found += [(form[:k], type_) for k in range(1, min(len(form), 8))]
    return found


# -- entities --------------------------------------------------------------------------------------------------------


def open_groups(page: Page, names: list[Name], entities: dict[str, Entity]) -> None:
    """Give every entity in the making its name to show and its id; one whose id is known already becomes that one."""
    members: dict[int, list[Name]] = defaultdict(list)
    for name in names:
        if name.link is not None and not name.link.id and name.type != "PER":
            members[id(name.link)].append(name)
    for same in members.values():
        entity = same[0].link
        if entity is None:
            continue
        own = [name for name in same if name.key == entity.tokens] or same
        entity.display = group_display(page, own, entity)
        entity.id = entity_id(entity.type, entity.display)
        known = entities.setdefault(entity.id, entity)
        for name in same:
            name.link = known


def group_display(page: Page, names: list[Name], entity: Entity) -> str:
    """The most frequent form of an entity's names; "Foreign Ministry (Chile)" for one state's organ."""
    forms = count_forms(page, names, longest_acronym=5 if entity.type in ("ORG", "MISC") else 3)
    display = max(forms, key=lambda form: (forms[form], len(form), form))
    if not entity.country:
        return display
    words = display.replace("’", "'").split()
    return f"{' '.join(words[-len(entity.tokens) :])} ({entity.country})"
