"""Mentions of persons, organisations and places in one article, each linked to an entity by a rule that can be read.

The encoder says where names are; the rest is rules over tables (`helpers/data/`), because rules can be explained and
undone:

1. names: the encoder's spans, trimmed (titles, possessives), joined with what the tables know, types settled by vote,
   recognised names carried to occurrences the encoder missed;
2. links: country table (demonyms count for the country) → persons (titles stripped, short forms to the nearest
preceding full
   name, never across conflicting first names) → acronyms (in brackets, by initials, by table) → the one longer
   organisation that a short form abbreviates;
3. he and she, and descriptions ("the senior defense official"), by salience, gender, number and distance. "It" is left
alone.

Everything is a pure function of one text. Analysts' corrections and counts come afterwards (`helpers.counting`).
"""

import bisect
import functools
import re
from collections import Counter, defaultdict
from typing import NamedTuple

from helpers.finding import gazetteers
from helpers.finding.gazetteers import entity_id, normalise
from helpers.finding.names import HEADS, find_names
from helpers.finding.page import COMPANY, GENERATION, PARTICLES, REGAL, Entity, Page, is_acronym, prominence
from helpers.finding.references import link_references

__all__ = ["Mention", "affiliations", "antecedent", "country_of", "find_mentions", "overlapping", "resolve"]


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


SHORT_FOR = {
    "joe": "joseph",
    "bill": "william",
    "will": "william",
    "bob": "robert",
    "rob": "robert",
    "dick": "richard",
    "rick": "richard",
    "mike": "michael",
    "jim": "james",
    "jimmy": "james",
    "tom": "thomas",
    "tony": "anthony",
    "ted": "edward",
    "ed": "edward",
    "dan": "daniel",
    "dave": "david",
    "steve": "steven",
    "ben": "benjamin",
    "sam": "samuel",
    "alex": "alexander",
    "matt": "matthew",
    "chris": "christopher",
    "nick": "nicholas",
    "pete": "peter",
    "greg": "gregory",
    "jeff": "jeffrey",
    "ron": "ronald",
    "don": "donald",
    "ken": "kenneth",
    "larry": "lawrence",
    "andy": "andrew",
    "chuck": "charles",
    "charlie": "charles",
    "jack": "john",
    "liz": "elizabeth",
    "beth": "elizabeth",
    "kate": "katherine",
    "kathy": "katherine",
    "sue": "susan",
    "barb": "barbara",
    "debbie": "deborah",
    "jen": "jennifer",
    "jenny": "jennifer",
    "meg": "margaret",
    "maggie": "margaret",
    "patty": "patricia",
    "vicky": "victoria",
    "bernie": "bernard",
    "mitch": "mitchell",
    "max": "maximilian",
    "tim": "timothy",
    "josh": "joshua",
}
# Family names that stand first in a full name.
FAMILY_FIRST = frozenset(
    "kim xi li wang zhang chen liu zhao huang wu zhou xu sun ma zhu hu lin guo he gao deng mao jiang lee park moon yoon choi jung chung kang cho han roh ban nguyen tran pham tsai ma".split()
)
SMALL = frozenset("of and the for on in at de la du des to &".split())
PLACE_IN = frozenset("in near outside around inside across throughout central downtown visiting visited".split())
TRAVEL = frozenset(
    """travel travels travelled traveled travelling traveling fly flies flew flying flown flight flights go goes going went gone trip trips visit visits return returns
    returned returning move moves moved moving come came drive drove left leave leaves leaving bound headed heading heads arrive arrived train trains road way""".split()
)
PLACE_HEADS = frozenset("mount mt lake cape fort port camp river isle".split())
PLACE_TAILS = frozenset(
    "school college university museum hotel mansion books theatre theater stadium airport hospital cathedral palace castle library gallery prison restaurant cafe bookstore zoo".split()
)


# -- links -----------------------------------------------------------------------------------------------------------


def _gender_of(page, name):
    """Gender of a person mention from its title, or from the word before it, or from the given name."""
    for word in name.title.split():
        gender = page.table.titles.get(word, ("", ""))[1]
        if gender:
            return gender
    k = name.first - 1
    if k >= 0 and page.gap(name.first) in (" ", ". ", ", "):
        word = page.words[k]
        gender = (
            page.table.titles.get(word, ("", ""))[1]
            or page.table.relations.get(word, "")
            or page.table.roles.get(word, ("",))[0]
        )
        if gender and page.gap(name.first) != ", ":
            return gender
    return ""


def _given_gender(page, name):
    words = page.words[name.first : name.last]
    if words and words[0] in REGAL and len(words) > 1:
        words = words[1:]
    if not words:
        return ""
    gender = page.table.given.get(words[0])
    if gender is None and words[0].isupper():
        gender = page.table.given.get(words[0].title())
    if gender is None and len(words) > 2:
        gender = page.table.given.get(words[1])
    return gender or ""


def _generation(page, name):
    """ "Jr", "III" … at the end of a person's name, or ""."""
    last = page.words[name.last - 1]
    return last if last in GENERATION and last != "I" else ""


def _initial(token, other):
    return len(token) == 1 and other.startswith(token) or len(other) == 1 and token.startswith(other)


def _same_first(a, b):
    return (
        a == b
        or _initial(a, b)
        or SHORT_FOR.get(a, a) == SHORT_FOR.get(b, b)
        or (len(a) > 3 and len(b) > 3 and (a.startswith(b) or b.startswith(a)))
    )


def _same_person(a, b):
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


def _display(page, names, type_):
    """The name to show: the longest full form of a person, the most frequent form of anything else."""
    forms = Counter()
    for name in names:
        text = " ".join(page.text[name.start : name.end].split())
        if text.isupper() and (len(text) > (5 if type_ in ("ORG", "MISC") else 3) and "." not in text or " " in text):
            text = text.title()
            forms[text] += 0.5
        else:
            forms[text] += 1
    if type_ == "PER":
        return max(forms, key=lambda f: (" " in f, forms[f], len(f), f))
    return max(forms, key=lambda f: (forms[f], len(f), f))


ORGANS = frozenset(
    "ministry parliament army navy force forces embassy court senate cabinet police military government assembly".split()
)


def _qualify(page, names):
    """Organs that every state has ("Foreign Ministry") get the state whose they are: "China's", "Chinese" before them,
    or the last one named so.
    """
    last = {}
    before = None
    for name in names:
        previous, before = before, name
        if (
            name.type != "ORG"
            or name.kind != "named"
            or not (name.key[-1] in ORGANS or name.key[0] == "ministry")
            or name.entry is not None
            and not name.entry.generic
        ):
            continue
        hit = page.phrase_at(name.first)
        if hit and name.first + hit[0] < name.last and hit[1].kind == "country" and len(name.key) > hit[0]:
            name.state, name.key = hit[1].country, name.key[hit[0] :]
        elif (
            previous is not None
            and previous.entry is not None
            and previous.entry.kind == "country"
            and (
                previous.last == name.first
                and page.gap(name.first) == " "
                or previous.last + 1 == name.first
                and page.owns(previous.last)
            )
        ):
            name.state = previous.entry.country
        if name.state:
            last[name.key] = name.state
        else:
            name.state = last.get(name.key, "")
        if name.entry is not None and name.state and name.state != name.entry.country:
            name.entry = None


def _link_table(page, names, entities):
    """Names the tables know. Returns the names still to link."""
    rest = []
    mentioned = Counter(
        n.entry.country
        for n in names
        if n.entry is not None and n.entry.country and not n.entry.generic and n.entry.kind not in ("outlet", "company")
    )
    top = mentioned.most_common(1)[0][0] if mentioned else ""
    states = sum(1 for n in names if n.entry is not None and n.entry.kind == "state")
    for name in names:
        entry = name.entry
        if entry is None:
            rest.append(name)
            continue
        if (
            entry.generic
            and top
            and entry.country not in (top, name.state)
            and mentioned[entry.country] < mentioned[top]
        ):
            name.entry = None
            rest.append(name)
            continue
        if entry.form == "acronym" or entry.generic:
            rest.append(name)  # the article's own reading of an acronym comes first
            continue
        if entry.name == "Georgia" and entry.form == "name" and _us_georgia(page, name, states, mentioned):
            entry = name.entry = entry._replace(
                name="Georgia (U.S. state)", kind="state", country="United States", id="LOC:georgia us state"
            )
        _to_entry(name, entry, entities)
    return rest


def _us_georgia(page, name, states, mentioned):
    before = page.text[max(0, name.start - 2) : name.start]
    local = "Atlanta" in page.vocabulary or "Savannah" in page.vocabulary
    abroad = (
        "Tbilisi" in page.vocabulary
        or "Georgian" in page.vocabulary
        or "Georgians" in page.vocabulary
        or "Saakashvili" in page.vocabulary
    )
    return not abroad and (
        local or states > 0 and mentioned["Russia"] == 0 or before == ", " and mentioned["Russia"] == 0
    )


def _to_entry(name, entry, entities):
    entity = entities.get(entry.id)
    if entity is None:
        entity = entities[entry.id] = Entity(
            entry.type, entry.name, tuple(normalise(entry.name).split()), name.start, entry.kind
        )
        entity.id, entity.country = entry.id, entry.country
    name.link, name.type = entity, entry.type
    if entry.form == "demonym":
        name.kind, name.rule = "demonym", f"people or adjective of {entry.name} (table)"
    elif entry.form == "acronym":
        name.rule = f"acronym of {entry.name} (table)"
    else:
        name.rule = (
            f"table of names: {entry.name}"
            if name.rule != "known name"
            else f"table of names, not marked by the model: {entry.name}"
        )
    if entry.metonym_of:
        name.metonym = entry.metonym_of


def _link_persons(page, names, entities):
    people = [name for name in names if name.type == "PER"]
    for name in people:
        name.gender = _gender_of(page, name)
    clusters, by_last = [], defaultdict(list)
    for name in people:
        if len(name.key) < 2:
            continue
        cluster = None
        for other in reversed(by_last[name.key[-1]][-60:]):
            if other["gender"] and name.gender and other["gender"] != name.gender:
                continue
            if other["generation"] != _generation(page, name) and any(key[0] == name.key[0] for key in other["keys"]):
                continue  # father and son
            if any(_same_person(name.key, key) for key in other["keys"]) and all(
                _same_person(name.key, key) or name.key == key for key in other["keys"]
            ):
                cluster = other
                break
        if cluster is None:
            cluster = {"keys": set(), "names": [], "gender": "", "generation": _generation(page, name)}
            clusters.append(cluster)
            by_last[name.key[-1]].append(cluster)
            by_last[name.key[0]].append(cluster)
        cluster["keys"].add(name.key)
        cluster["names"].append(name)
        cluster["gender"] = cluster["gender"] or name.gender
        name.group = cluster
        name.rule = (
            "full name"
            if name.key == cluster["names"][0].key
            else f"same person as {page.text[cluster['names'][0].start : cluster['names'][0].end]} (first and last name agree)"
        )
    # short forms: any suffix of a full name, or its first name; which full names they fit
    suffixes, firsts, middles = defaultdict(list), defaultdict(list), defaultdict(list)
    for cluster in clusters:
        seen = set()
        for key in cluster["keys"]:
            for k in range(max(1, len(key) - 5), len(key)):
                seen.add(key[k:])
            if key[-2] in ("al", "el", "bin"):
                seen.add(("al" + key[-1],))
        for short in seen:
            suffixes[short].append(cluster)
        for word in {word for key in cluster["keys"] for word in key[1:-1] if len(word) > 3}:
            middles[(word,)].append(cluster)
        for first in {key[0] for key in cluster["keys"]} | {key[:2] for key in cluster["keys"] if len(key) > 2}:
            firsts[first if isinstance(first, tuple) else (first,)].append(cluster)
    positions = [(name.start, name) for name in people if name.group is not None]
    starts = [start for start, _ in positions]
    for name in people:
        if name.group is not None and not (
            len(name.key) == 2
            and len(suffixes.get(name.key, ())) == 1
            and len(name.group["names"]) == 1
            and suffixes[name.key][0] is not name.group
        ):
            continue
        fitting = suffixes.get(name.key)
        how = "short form of"
        if not fitting:
            fitting = firsts.get(name.key, [])[:60]
            how = "first name of"
            if not fitting:
                fitting, how = (
                    [c for c in middles.get(name.key, []) if c["names"][0].start < name.start],
                    "short form of",
                )
            if len(fitting) > 1 and name.key[0] not in FAMILY_FIRST:
                fitting = []
        fitting = [
            c
            for c in fitting[:60]
            if not (c["gender"] and name.gender and c["gender"] != name.gender) and c is not name.group
        ]
        if not fitting:
            continue
        chosen = _nearest(page, fitting, positions, starts, name)
        if chosen is not None:
            name.group = chosen
            name.rule = how  # the display name follows when it is known
            chosen["gender"] = chosen["gender"] or name.gender
    for cluster in clusters:
        display = _display(page, cluster["names"], "PER")
        _open_person(page, cluster, display, entities)
    singles = {}
    for name in people:
        if name.group is None:
            cluster = (
                singles.get((name.key, name.gender))
                or next(
                    (c for (key, gender), c in singles.items() if key == name.key and (not gender or not name.gender)),
                    None,
                )
                if len(singles) < 200
                else singles.get((name.key, name.gender))
            )
            if cluster is None:
                cluster = singles[name.key, name.gender] = {"keys": {name.key}, "names": [], "gender": name.gender}
            cluster["names"].append(name)
            cluster["gender"] = cluster["gender"] or name.gender
            name.group = cluster
            name.rule = "name as written"
    for cluster in singles.values():
        display = _display(page, cluster["names"], "PER")
        _open_person(page, cluster, display, entities)
    for name in people:
        name.link = name.group["entity"]
        if name.rule in ("short form of", "first name of"):
            name.rule = f"{name.rule} {name.link.display}"


def _person_id(page, display):
    """Identifier of a person: without middle initials ("Donald J. Trump" is Donald Trump) unless the table of people
    tells two persons apart by them.
    """
    key = normalise(display)
    words = key.split()
    if len(words) > 2 and key not in page.table.people:
        words = [words[0], *(word for word in words[1:-1] if len(word) > 1), words[-1]]
    return "PER:" + " ".join(words)


def _open_person(page, cluster, display, entities):
    identifier = _person_id(page, display)
    entity = entities.get(identifier)
    if entity is not None and cluster["gender"] and entity.gender and cluster["gender"] != entity.gender:
        display = ("Mrs. " if cluster["gender"] == "f" else "Mr. ") + display
        identifier, entity = entity_id("PER", display), None
    if entity is None:
        entity = entities[identifier] = Entity(
            "PER", display, tuple(normalise(display).split()), cluster["names"][0].start, "person"
        )
        entity.id = identifier
    entity.gender = entity.gender or cluster["gender"]
    if not entity.gender:
        for name in cluster["names"]:
            if (
                len(name.key) > 1
                or page.words[name.first] in REGAL
                or len(cluster["names"])
                and name.key[0] == normalise(display)
            ):
                entity.gender = _given_gender(page, name)
                if entity.gender:
                    break
    cluster["entity"] = entity


def _nearest(page, fitting, positions, starts, name):
    """The person a short form means when several full names fit.

    The fitting full name nearest before it, when it is a subject in the same paragraph; else the person named in full
    first: the article is about that one, and relatives keep their given names.
    """
    if len(fitting) == 1:
        return fitting[0]
    start = name.start
    k = bisect.bisect_left(starts, start)
    wanted = {id(c) for c in fitting}
    near = next((other for _, other in reversed(positions[max(0, k - 400) : k]) if id(other.group) in wanted), None)
    if near is None:
        near = next((other for _, other in positions[k : k + 400] if id(other.group) in wanted), fitting[0]["names"][0])
    genders = {
        id(c): c["gender"] or next((g for g in (_given_gender(page, n) for n in c["names"][:5]) if g), "")
        for c in fitting
    }
    if {"m", "f"} <= set(genders.values()):
        hint = _pronoun_after(page, name)
        if hint:
            fitting = [c for c in fitting if genders[id(c)] in (hint, "")]
            if len(fitting) == 1:
                return fitting[0]
            if id(near.group) not in {id(c) for c in fitting}:
                near = fitting[0]["names"][0]
    if page.paragraph(start) == page.paragraph(near.start) and prominence(page, near.first, near) >= 0.9:
        return near.group
    before = [c for c in fitting if c["names"][0].start < start] or fitting
    return min(before, key=lambda c: c["names"][0].start)


def _pronoun_after(page, name):
    """Gender of the first he or she after a name in its sentence ("expects Ruiz to recover from her cold"), or ""."""
    sentence = page.sentence(name.start)
    for index in range(name.last, min(len(page.words), name.last + 25)):
        word = page.words[index]
        if word in _HE_SHE:
            return _HE_SHE[word] if page.sentence(page.starts[index]) == sentence else ""
        if word in page.table.given:
            return ""  # somebody else comes in
    return ""


_HE_SHE = {"he": "m", "him": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f"}


def _letters(name_text):
    return name_text.replace(".", "").replace("&", "")


def _link_others(page, names, entities):
    """Organisations, places and other names that no table settled: acronyms, then the one longer name, then the words
    themselves.
    """
    rest = [name for name in names if name.link is None]
    long_names = [name for name in names if name.type != "PER" and name.kind == "named" and name.last - name.first > 1]
    brackets, initials = {}, defaultdict(set)
    for name in long_names:
        words = page.words[name.first : name.last]
        k = name.last
        if (
            k < len(page.words)
            and re.fullmatch(r"\.? ?[(\[]", page.gap(k))
            and is_acronym(page.words[k])
            and page.gap(k + 1)[:1] in (")", "]", ";", ",")
        ):
            if page.words[k][0].casefold() in {w[0].casefold() for w in words}:
                brackets.setdefault(_letters(page.words[k]), name)
        if name.type in ("ORG", "MISC", "LOC") or name.entry is not None:
            big = "".join(w[0] for w in words if w[0].isupper())
            every = "".join(w[0] for w in words if w not in ("the",)).upper()
            for letters in {big, every}:
                if len(letters) > 1:
                    initials[letters].add(name.key)
    by_key = {}
    for name in long_names:
        by_key.setdefault(name.key, name)
    # "IAEA (International Atomic Energy Agency)"
    for name in rest:
        if (
            name.last - name.first == 1
            and is_acronym(page.words[name.first])
            and name.last < len(page.words)
            and page.gap(name.last) in (" (", "(")
        ):
            inside = (
                next((other for other in long_names if other.first == name.last), None)
                if len(long_names) < 300
                else None
            )
            if inside is not None:
                brackets.setdefault(_letters(page.words[name.first]), inside)
    groups = {}

    def group_of(name):
        if name.link is not None:
            return name.link
        entity = groups.get((name.key, name.state))
        if entity is None:
            entity = groups[name.key, name.state] = Entity(name.type, "", name.key, name.start)
            entity.country = name.state
        return entity

    pending = []
    for name in sorted(rest, key=lambda n: (n.first - n.last, n.start)):
        if name.type == "PER":
            continue
        word = page.words[name.first] if name.last - name.first == 1 else ""
        if word and is_acronym(word):
            letters = _letters(word)
            meant = brackets.get(letters)
            rule = "acronym given in brackets for"
            if meant is None and len(letters) > 1:
                keys = initials.get(letters, ())
                if len(keys) == 1:
                    meant, rule = by_key[next(iter(keys))], "initials of"
            if meant is not None and meant is not name and (name.entry is None or name.entry.form == "acronym"):
                name.link = group_of(meant)
                name.rule = f"{rule} {page.text[meant.start : meant.end]}"
                name.type = meant.type if meant.type != "PER" else name.type
                continue
        if name.entry is not None and not name.entry.generic:
            _to_entry(name, name.entry, entities)
            continue
        pending.append(name)
    longer = _longer_index(page, names, group_of)
    for name in pending:
        meant = _longer(name, longer)
        if meant is not None and not (name.entry is not None and meant.id):  # "House" is not short for White House
            name.link = meant
            name.rule = "short form of the only longer name that contains it"
            continue
        if name.entry is not None:
            _to_entry(name, name.entry, entities)
            continue
        name.link = group_of(name)
    members = defaultdict(list)
    for name in rest:
        if name.link is not None and name.link.id == "" and name.type != "PER":
            members[id(name.link)].append(name)
    for same in members.values():
        entity = same[0].link
        own = [name for name in same if name.key == entity.tokens] or same
        entity.display = _display(page, own, entity.type)
        if entity.country:  # one state's organ
            words = entity.display.replace("’", "'").split()
            entity.display = f"{' '.join(words[-len(entity.tokens) :])} ({entity.country})"
        identifier = entity_id(entity.type, entity.display)
        entity.id = identifier
        known = entities.get(identifier)
        if known is not None:
            for name in same:
                name.link = known
        else:
            entities[identifier] = entity


_HEADS = frozenset(word.casefold() for word in HEADS)
_VAGUE = frozenset(
    "northern southern eastern western central north south east west national international american european royal new united first general world global great federal state public people's".split()
)
_TAILS = frozenset(
    "international holdings industries systems motors motor airlines airways news television tv radio newspaper magazine technologies technology communications energy oil petroleum bancorp financial securities insurance partners partnership trust".split()
)


def _longer_index(page, names, group_of):
    """Prefixes and suffixes of every longer name in the text -> the entities that bear it."""
    index = defaultdict(dict)
    done = set()
    for name in names:
        n = len(name.key)
        if n < 2 or name.type not in ("ORG", "LOC", "MISC") or name.kind != "named" or name.key in done:
            continue
        done.add(name.key)
        entity = group_of(name)
        key = name.key
        tokens = [key] if name.entry is None else [key, tuple(normalise(name.entry.name).split())]
        for form in tokens:
            if name.type in ("ORG", "MISC"):
                for k in range(1, min(len(form), 8)):
                    # "Boeing" for Boeing Aircraft; but "University of Ghana" is no short form of "University of Ghana
                    # Medical Centre"
                    if (
                        k == 1
                        and form[0] not in _HEADS
                        and form[0] not in _VAGUE
                        or all(word in _HEADS or word in COMPANY or word in _TAILS for word in form[k:])
                    ):
                        index[form[:k], name.type][id(entity)] = entity
                    index[form[k:], name.type if name.type == "MISC" or form[k - 1] not in SMALL else "ORG OF"][
                        id(entity)
                    ] = entity
            else:
                if form[0] in PLACE_HEADS or form[0] in ("st", "saint"):
                    index[form[1:], "LOC"][id(entity)] = entity
                if form[-1] in PLACE_TAILS:
                    for k in range(1, min(len(form), 8)):
                        index[form[:k], "LOC"][id(entity)] = entity
    return index


def _longer(name, index):
    kinds = {"ORG": ("ORG", "ORG OF", "LOC"), "LOC": ("LOC",), "MISC": ("MISC", "ORG")}[
        name.type if name.type in ("ORG", "LOC", "MISC") else "MISC"
    ]
    for kind in kinds:
        found = index.get((name.key, kind))
        if found and len(found) == 1:
            return next(iter(found.values()))
    return None


# -- the pass --------------------------------------------------------------------------------------------------------


def _metonym(page, name):
    """The state a capital or seat stands for here; None where the place or the office itself is meant."""
    if not name.metonym:
        return None
    before = page.words[name.first - 1].casefold() if name.first else ""
    if name.type == "LOC":
        if before in PLACE_IN and page.gap(name.first) == " ":
            return None
        if before in ("to", "from", "for") and name.first > 1 and page.words[name.first - 2].casefold() in TRAVEL:
            return None
        if (
            page.text[name.end : name.end + 2] in (", ", " (")
            and name.last < len(page.words)
            and page.words[name.last][0].isupper()
            or page.words[name.first].isupper()
            and len(page.words[name.first]) > 4
        ):
            return None
    elif (
        name.last < len(page.words)
        and page.gap(name.last) == " "
        and page.words[name.last].casefold()
        in ("press", "spokesman", "spokeswoman", "spokesperson", "official", "aide", "correspondent", "reporter")
    ):
        if (
            page.words[name.last] != "press"
            or name.last + 1 < len(page.words)
            and page.words[name.last + 1] in ("secretary", "office")
        ):
            return None
    return entity_id("LOC", name.metonym)


def find_mentions(document, encoding, *, gazetteer=None):
    """All mentions of entities in one article, sorted by start.

    document: `text.read(…)`. encoding: `Encoder.encode(document)` (anything with `.entities`, spans with start, end,
    type, score).
    gazetteer: path of a CSV with more names (columns as in `helpers/data/organisations.csv`), None for the shipped
    tables only. Never raises on odd texts; a text without names gives an empty list. Time grows linearly with the text.
    """
    page = Page(document, gazetteers.load(gazetteer))
    names = find_names(page, encoding.entities)
    entities = {}
    _qualify(page, names)
    rest = _link_table(page, names, entities)
    _link_persons(page, [name for name in rest if name.type == "PER"], entities)
    _link_others(page, names, entities)
    names = [name for name in names if name.link is not None and name.link.id]
    others = link_references(page, names, entities)
    text = page.text
    mentions = [
        Mention(
            n.start,
            n.end,
            text[n.start : n.end],
            n.link.type,
            n.kind,
            n.link.id,
            n.link.display,
            _metonym(page, n),
            n.rule,
            round(float(n.score), 3),
        )
        for n in names
    ]
    mentions += [
        Mention(start, end, text[start:end], entity.type, kind, entity.id, entity.display, None, rule, 0.5)
        for start, end, entity, rule, kind in others
    ]
    return sorted(mentions, key=lambda m: (m.start, m.end))


# -- look-ups for the modules that come after ------------------------------------------------------------------------


def overlapping(mentions, start, end):
    """Mentions that share at least one character with [start, end), in order. `mentions` is sorted by start."""
    k = bisect.bisect_left(mentions, end, key=lambda m: m.start)
    found = []
    for mention in reversed(mentions[max(0, k - 60) : k]):
        if mention.end > start:
            found.append(mention)
        elif mention.end < start - 400:
            break
    return found[::-1]


def resolve(mentions, start, end, *, document=None, types=None):
    """The mention that a span of words stands for, or None.

    Give it a speaker, an actor or a target as it stands in the text: "Pentagon press secretary John Kirby" → John
    Kirby, "he" → whom `find_mentions` linked it to, "a senior defense official" → the unnamed official, "Russian
    troops" → Russia (demonym), "the U.S. and its allies" → United States. With `document`, a possessor does not stand
    for what it owns when something better is there ("Putin's spokesman Dmitry Peskov" → Dmitry Peskov). types: only
    these entity types ({"PER"}).
    """
    inside = [m for m in overlapping(mentions, start, end) if types is None or m.type in types]
    if not inside:
        return None

    def rank(mention):
        owner = (
            document is not None
            and document.text[mention.end : mention.end + 2] in ("'s", "’s")
            and mention.end + 2 < end
        )
        exact = mention.start == start and mention.end == end
        within = mention.start >= start and mention.end <= end
        kind = {
            "named": 3 if mention.type == "PER" else 2,
            "pronoun": 2,
            "nominal": 2.5 if mention.type == "PER" else 1.5,
            "demonym": 1,
        }[mention.kind]
        return (not owner, exact, within, kind, -mention.start)

    return max(inside, key=rank)


def antecedent(document, mentions, offset, *, types=("ORG", "LOC"), sentences=1):
    """The mention that an "it", "its", "they" or "the country" at `offset` most likely stands for, or None.

    A subject beats a later mention: of the names before `offset` in its sentence, else in up to `sentences` sentences
    before, the first one that opens its sentence or clause is taken, else the last one. Demonyms count for their
    country only when nothing else is there.
    """
    starts = [sentence[0] for sentence in document.sentences]
    here = bisect.bisect_right(starts, offset) - 1
    for number in range(here, max(-1, here - sentences - 1), -1):
        low = starts[number] if number >= 0 else 0
        high = offset if number == here else document.sentences[number][1]
        found = [
            m
            for m in overlapping(mentions, low, high)
            if m.type in types and m.start >= low and m.end <= high and m.kind != "pronoun"
        ]
        named = [m for m in found if m.kind == "named"] or found
        if named:
            first = named[0]
            lead = document.text[low : first.start]
            return first if len(lead.split()) <= 2 else named[-1]
    return None


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
