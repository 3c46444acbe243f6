"""What a name is compared by, and what kind of thing it names: keys, types by vote, which are the tables' entities."""

import re
from collections import defaultdict

from helpers.finding.gazetteers import UNSAFE, Entry, normalise
from helpers.finding.name_spans import POST_NOMINALS
from helpers.finding.page import COMPANY, GENERATION, REGAL, Name, Page
from helpers.text import word_list

GENERIC_OF = word_list("kinds of place")

# type -> how much speaks for it
Votes = defaultdict[str, float]


# -- keys ------------------------------------------------------------------------------------------------------------


def set_keys(page: Page, names: list[Name]) -> None:
    """Give every name its key (normalised words without "Jr", "PhD", "Inc.") and the entry its whole form shows."""
    for name in names:
        words = _words_of(page, name)
        key = tuple(normalise(word) for word in words)
        if name.type == "PER":
            name.key = _person_key(name, words, key)
            continue
        while len(key) > 1 and key[-1] in COMPANY:
            key = key[:-1]
        name.key = key
        if name.type == "LOC" and name.entry is None:
            name.entry = _place_entry(page, name, words)
        elif name.type == "ORG" and name.entry is None and len(key) > 1:
            name.entry = _organ_entry(page, name)


def _words_of(page: Page, name: Name) -> list[str]:
    """The words of a name; one with an apostrophe is cut at spaces and hyphens, so that "O'Reilly" is one word."""
    words, text = page.words[name.first : name.last], page.text[name.start : name.end].replace("’", "'")
    if len(words) > 1 and "'" in text:
        return [word.strip(".,'") for word in re.split(r"[\s-]+", text) if word.strip(".,'")] or words
    return words


def _person_key(name: Name, words: list[str], key: tuple[str, ...]) -> tuple[str, ...]:
    while len(key) > 1 and (words[-1] in GENERATION or words[-1] in POST_NOMINALS):
        key, words = key[:-1], words[:-1]
    if len(key) == 2 and words[0] in REGAL:
        name.title, key = words[0], key[1:]
    return key


def _place_entry(page: Page, name: Name, words: list[str]) -> Entry | None:
    """Table entry for "the State of Pennsylvania", "Tulsa, OK" and the like."""
    key = name.key
    if len(key) > 2 and key[1] == "of" and key[0] in GENERIC_OF:
        known = page.table.names.get(" ".join(key[2:]))
        return known if known is not None and known.type == "LOC" else None
    if len(words) == 1 and page.gap(name.first) == ", ":
        return page.table.postal.get(words[0])
    return None


def _organ_entry(page: Page, name: Name) -> Entry | None:
    """Table entry for "US Treasury Department", "British Foreign Office": a state and one of its organs."""
    words = page.words[name.first : name.last]
    phrases = page.table.phrases.get(words[0], ())
    for k in range(1, min(3, len(words))):
        state = next((entry for tokens, entry in phrases if tokens == tuple(words[:k])), None)
        if state is not None and state.kind == "country":
            organ = page.table.names.get(normalise(" ".join(words[k:])))
            return organ if organ is not None and organ.type == "ORG" and organ.country == state.country else None
    return None


# -- types -----------------------------------------------------------------------------------------------------------


def settle_types(page: Page, names: list[Name]) -> None:
    """One type for all mentions with the same words, and which of them are the table's entity."""
    for name in names:
        if name.type != "PER" and len(name.key) > 1 and " ".join(name.key) in page.table.people:
            name.type = "PER"
    votes = _votes(page, names)
    winners = {key: max(count, key=lambda type_: count[type_]) for key, count in votes.items()}
    lasts = {name.key[-1] for name in names if name.type == "PER" and len(name.key) > 1}
    for name in names:
        _settle(page, name, winners[name.key], votes[name.key], lasts)


def _votes(page: Page, names: list[Name]) -> dict[tuple[str, ...], Votes]:
    """Key -> type -> how much speaks for it: the scores of its mentions, and the longer names around."""
    votes: dict[tuple[str, ...], Votes] = defaultdict(lambda: defaultdict(float))
    for name in names:
        votes[name.key][name.type] += 0.2 + name.score
    longer = [name for name in names if len(name.key) > 1]
    lasts = {name.key[-1] for name in longer if name.type == "PER"}
    parts = {word for name in longer if name.type != "PER" for word in name.key}
    heads = {name.key[0] for name in longer if name.type == "ORG"}
    for (word, *more), count in votes.items():
        if more:
            continue
        if word in lasts:
            count["PER"] += 0.7 if word in parts else 2.5  # the last name of somebody in this article
        elif count["PER"] and word in page.table.surnames:
            count["PER"] += 0.5
        elif word in heads and count["PER"] < 2:
            count["ORG"] += 1.0  # "Exxon" beside Exxon Mobil
    return votes


def _settle(page: Page, name: Name, most: str, count: Votes, lasts: set[str]) -> None:
    """Type, kind and table entry of one mention. most: the type with most votes; lasts: last names of persons here."""
    entry, is_last = name.entry, name.key[-1] in lasts
    if entry is None:
        if not (name.type == "PER" and len(name.key) == 1 and is_last):
            name.type = most
    elif entry.form == "demonym":
        if name.type == "PER" and (is_last or name.score >= 0.8):
            name.entry = None  # "Dane", "French" as surnames
        else:
            name.kind, name.type = "demonym", entry.type
    elif name.type == "ORG" and entry.kind in ("city", "capital", "state") and _is_team(page, name):
        name.entry = None
    elif is_entry(page, name, most, count, is_last):
        name.type = entry.type
    else:
        name.entry = None
        name.type = name.type if name.type == "PER" and is_last else most


def _is_team(page: Page, name: Name) -> bool:
    """A town's name with a score or a standing after it, or "at" between two of them: the town's team."""
    after = page.word(name.last)
    score = after[:1].isdigit() and page.gap(name.last) == " " and len(after) < 4
    return score or after in ("AT", "v", "V", "vs")


def is_entry(page: Page, name: Name, most: str, count: Votes, is_last: bool) -> bool:
    """Whether a mention with a table name's words means the table's entity here. most, count: the votes on its type;
    is_last: its last word is the last name of a person of the article.
    """
    entry, word = name.entry, page.words[name.first]
    person = name.type == "PER" and is_last
    if entry is None:
        return False
    if entry.type == "ORG":
        return _is_organisation(name, entry, most, person)
    if entry.kind == "country":
        given = word in page.table.given
        return not (given and (person or most == "PER" and count["LOC"] == 0))
    if person:
        return False
    if most == "PER":  # towns and states that are also names of persons
        return word not in page.table.given and word not in UNSAFE
    return not (most == "ORG" and entry.kind == "city")  # a team or company named like the town


def _is_organisation(name: Name, entry: Entry, most: str, person: bool) -> bool:
    if entry.safe and name.last - name.first > 1:
        return True  # "Al Jazeera"
    if person:
        return False
    return entry.safe or entry.form == "acronym" or most == "ORG" or most == "LOC" and entry.generic
