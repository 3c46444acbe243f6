"""Names the tables know, linked to the table's entities; and whose ministry "the Foreign Ministry" is."""

from collections import Counter

from helpers.finding.gazetteers import Entry, entity_id, normalise
from helpers.finding.page import Entity, Name, Page
from helpers.text import word_list

ORGANS = word_list("organs of a state")
_GEORGIA = "Georgia (U.S. state)"


def find_states_of_organs(page: Page, names: list[Name]) -> None:
    """Organs that every state has ("Foreign Ministry") get the state whose they are: "China's", "Chinese" before them,
    or the last one named so.
    """
    last: dict[tuple[str, ...], str] = {}
    before = None
    for name in names:
        previous, before = before, name
        if not _is_organ(name):
            continue
        hit = page.phrase_at(name.first)
        if hit and name.first + hit[0] < name.last and hit[1].kind == "country" and len(name.key) > hit[0]:
            name.state, name.key = hit[1].country, name.key[hit[0] :]
        elif previous is not None:
            name.state = _owner(page, previous, name)
        name.state = last[name.key] = name.state or last.get(name.key, "")
        if name.entry is not None and name.state and name.state != name.entry.country:
            name.entry = None


def _is_organ(name: Name) -> bool:
    organ = name.key[-1] in ORGANS or name.key[0] == "ministry"
    return name.type == "ORG" and name.kind == "named" and organ and (name.entry is None or name.entry.generic)


def _owner(page: Page, previous: Name, name: Name) -> str:
    """The state that stands right before a name ("Chinese", "China's"), or ""."""
    if previous.entry is None or previous.entry.kind != "country":
        return ""
    adjective = previous.last == name.first and page.gap(name.first) == " "
    owner = previous.last + 1 == name.first and page.owns(previous.last)
    return previous.entry.country if adjective or owner else ""


def link_known(page: Page, names: list[Name], entities: dict[str, Entity]) -> list[Name]:
    """Link names that the tables know for certain; return the names still to link, acronyms and generic names among
    them: the article's own reading of those comes first.
    """
    mentioned = _countries_mentioned(names)
    top = mentioned.most_common(1)[0][0] if mentioned else ""
    states = any(name.entry is not None and name.entry.kind == "state" for name in names)
    rest = []
    for name in names:
        entry = name.entry
        if entry is not None and entry.generic and _is_elsewhere(entry, name.state, mentioned, top):
            entry = name.entry = None
        if entry is None or entry.form == "acronym" or entry.generic:
            rest.append(name)
            continue
        if entry.name == "Georgia" and entry.form == "name" and _is_us_georgia(page, name, states, mentioned):
            entry = name.entry = entry._replace(
                name=_GEORGIA, kind="state", country="United States", id=entity_id("LOC", _GEORGIA)
            )
        link_entry(name, entry, entities)
    return rest


def _countries_mentioned(names: list[Name]) -> Counter[str]:
    """How often each country is named, by its places, organs and demonyms too."""
    known = (name.entry for name in names if name.entry is not None)
    return Counter(e.country for e in known if e.country and not e.generic and e.kind not in ("outlet", "company"))


def _is_elsewhere(entry: Entry, state: str, mentioned: Counter[str], top: str) -> bool:
    """True for a generic name ("Senate") whose country is not the one the article is about."""
    return bool(top) and entry.country not in (top, state) and mentioned[entry.country] < mentioned[top]


def _is_us_georgia(page: Page, name: Name, states: bool, mentioned: Counter[str]) -> bool:
    """Whether "Georgia" is the U.S. state: by towns and leaders of either, by other states, by "Atlanta, Georgia"."""
    seen = page.vocabulary
    if any(word in seen for word in ("Tbilisi", "Georgian", "Georgians", "Saakashvili")):
        return False
    if "Atlanta" in seen or "Savannah" in seen:
        return True
    after_comma = page.text[max(0, name.start - 2) : name.start] == ", "
    return mentioned["Russia"] == 0 and (states or after_comma)


def link_entry(name: Name, entry: Entry, entities: dict[str, Entity]) -> None:
    """Link a name to the entity of a table entry, with the rule that says so."""
    entity = entities.get(entry.id)
    if entity is None:
        tokens = tuple(normalise(entry.name).split())
        entity = Entity(entry.type, entry.name, tokens, name.start, entry.kind, entry.id, country=entry.country)
        entities[entry.id] = entity
    name.link, name.type = entity, entry.type
    if entry.form == "demonym":
        name.kind, name.rule = "demonym", f"people or adjective of {entry.name} (table)"
    elif entry.form == "acronym":
        name.rule = f"acronym of {entry.name} (table)"
    elif name.rule == "known name":
        name.rule = f"table of names, not marked by the model: {entry.name}"
    else:
        name.rule = f"table of names: {entry.name}"
    if entry.metonym_of:
        name.metonym = entry.metonym_of
