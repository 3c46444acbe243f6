"""Whom pronouns and descriptions mean: "he", "the senior defense official", "the country".

The last part of `entities`: reads an article in order, keeps how present every person is, and links each pronoun or
description to the most salient entity that fits in gender, number and kind. "It" is left alone (see
`entities.antecedent`).
"""

import bisect
import math
import re
from collections import Counter

from helpers.finding.gazetteers import entity_id, normalise
from helpers.finding.page import Entity, prominence

HE = {"he": "subject", "him": "object", "his": "owner", "himself": "self"}
SHE = {"she": "subject", "her": "owner", "hers": "owner", "herself": "self"}
SAYING = frozenset(
    "said says say added told adds tells explained wrote warned insisted continued noted argued stressed".split()
)
HEADS_OF_STATE = ("president", "prime minister", "chancellor", "premier", "leader")
DETERMINERS = frozenset("the The a A an An this This that That another Another one One".split())
MODIFIER = re.compile(r"[A-Za-z][\w’'-]*\Z")
NOT_MODIFIERS = frozenset(
    "of in on at by to for from with and or but is was are were be been has had have said says that which who as than".split()
)
STATE_KINDS = frozenset(("country",))
CITY_KINDS = frozenset(("city", "capital"))


def _titles_before(page, name):
    """(first token, words) of the run of title and role words directly before a person's name."""
    words, roles, titles = page.words, page.table.roles, page.table.titles
    k = name.first
    while k > 0 and name.first - k < 7:
        gap = page.gap(k)
        word = words[k - 1]
        if gap not in (" ", ". ", "-") or word[:1].isdigit():
            break
        if (
            word in titles
            and word[0].isupper()
            or word in roles
            or word.casefold()
            in (
                "press",
                "deputy",
                "vice",
                "prime",
                "foreign",
                "defense",
                "defence",
                "interior",
                "senior",
                "chief",
                "former",
                "acting",
                "national",
                "security",
                "general",
                "secretary",
            )
        ):
            k -= 1
        elif (
            word in ("of", "Of")
            and k - 1 > 0
            and words[k - 2].casefold() in ("secretary", "chief", "speaker", "minister", "chancellor")
            and k < name.first
        ):
            k -= 1
        elif word in ("State", "Defense", "Defence", "Staff", "Treasury") and k - 1 > 0 and words[k - 2] in ("of",):
            k -= 1
        else:
            break
    return k


def _introduce_titles(page, names):
    """Record titles on entities; return nominal mentions for longer descriptions ("Pentagon press secretary" John
    Kirby).
    """
    nominals = []
    ends = {name.last: name for name in names}
    for name in names:
        if name.type != "PER" or name.link is None:
            continue
        k = _titles_before(page, name)
        if k < name.first:
            run = page.words[k : name.first]
        else:
            run = name.title.split()
        for word in run:
            low = word.casefold()
            if low in page.table.roles:
                name.link.roles.add(low)
                if page.table.roles[low][0] and not name.link.gender:
                    name.link.gender = page.table.roles[low][0]
        if k < name.first:
            before = ends.get(k)
            if before is None and k and page.words[k - 1] in ("s", "S"):
                before = ends.get(k - 1)
            if (
                before is not None
                and before.link is not None
                and before.link.country
                and not name.link.country
                and page.gap(k) in (" ", "-")
            ):
                name.link.country = before.link.country
            lowered = any(word[0].islower() for word in run)
            if (lowered or len(run) > 2) and any(word.casefold() in page.table.roles for word in run):
                start = page.starts[before.first] if before is not None and ends.get(k) is before else page.starts[k]
                nominals.append((start, page.ends[name.first - 1], name.link, "description before the name"))
    return nominals


def _head_at(page, index):
    """(head noun, refers_to, gender) when a token is a singular role noun that ends its phrase."""
    role = page.table.roles.get(page.words[index])
    if role is None:
        return None
    after = index + 1
    if after < len(page.words) and page.gap(after) in (" ", "-"):
        nxt = page.words[after]
        if nxt in page.table.roles or page.table.roles.get(nxt.rstrip("s")) and nxt != page.words[index]:
            return None
    return role


def _phrase_start(page, index, covered):
    """First token of the noun phrase that ends with the head at `index`, its determiner included; None without one."""
    k = index
    while k > 0 and index - k < 6:
        if page.gap(k) not in (" ", "-", "’", "'", ". "):
            return None
        word = page.words[k - 1]
        if word in DETERMINERS:
            return k - 1
        if word in NOT_MODIFIERS or not MODIFIER.match(word) and "." not in word:
            return None
        k -= 1
    return None


# Weights of the salience score, chosen by coordinate search on the pronouns of GUM's open genres.
WEIGHTS = {
    "same": 3.3,  # last mentioned in this sentence
    "previous": 1.4,  # … in the one before
    "second": 0.6,  # … two sentences before
    "far": -0.35,  # … for each sentence more
    "count": 0.55,  # times log of mentions so far,
    "pronouns": 0.6,  # where a pronoun counts as this part of a name
    "total": 1.0,  # times log of names in the whole article
    "subject": 0.8,  # times how prominent the last mention was (1: opens its sentence)
    "chain": 0.5,  # the last he (she) meant the same person
    "gender": 0.7,  # gender known, and the same
    "last": 0.5,  # nobody of that gender was mentioned since
    "paragraph": 0.3,  # mentioned in this paragraph
    "quote": -1.0,  # the pronoun is quoted and this may be the person who speaks
    "bind": -1.5,  # "X told him": him is not X
    "unnamed": -0.8,  # a person without a name
}


class _Standing:
    """How present a person is in the reader's mind at a point of the text."""

    __slots__ = ("count", "entity", "named", "paragraph", "position", "prominent", "quoted", "sentence", "serial")

    def __init__(self, entity):
        (
            self.entity,
            self.count,
            self.sentence,
            self.paragraph,
            self.position,
            self.prominent,
            self.serial,
            self.quoted,
            self.named,
        ) = entity, 0, -99, -99, -1, 0.0, -1, False, 0


def link_references(page, names, entities):
    """[(start, end, entity, rule, kind)] of pronouns and descriptions, each linked to the most salient entity that
    fits.

    names: all linked names of the page; entities: {id: Entity}, to which unnamed persons ("a senior official") are
    added.
    """
    titled = _introduce_titles(page, names)
    words, roles = page.words, page.table.roles
    covered = {}
    for name in names:
        for k in range(name.first, name.last):
            covered[k] = name
    titled_tokens = set()
    for start, end, _, _ in titled:
        a, b = page.tokens_in(start, end)
        titled_tokens.update(range(a, b))
    events = [(name.first, 0, name) for name in names if name.link is not None]
    events += [(index, 1, words[index].lower()) for index in page.tokens_among(_PRONOUN_FORMS) if index not in covered]
    events += [
        (index, 2, words[index])
        for index in page.tokens_among(roles)
        if index not in covered and index not in titled_tokens
    ]
    events.sort(key=lambda event: (event[0], event[1]))
    standings, found, places = {}, [], []
    totals = Counter(name.link.id for name in names if name.type == "PER" and name.link is not None)
    quotations = page.document.quotations
    quote_starts = [q.start for q in quotations]
    chain = {"m": None, "f": None}
    serial = 0
    recent = []  # standings, most recent last

    def in_quote(offset):
        k = bisect.bisect_right(quote_starts, offset) - 1
        return k >= 0 and offset < quotations[k].end

    def touch(entity, index, prominent, named=True):
        nonlocal serial
        serial += 1
        standing = standings.get(entity.id)
        if standing is None:
            standing = standings[entity.id] = _Standing(entity)
        offset = page.starts[index]
        standing.count += 1
        standing.named += named
        standing.sentence, standing.paragraph, standing.position, standing.serial = (
            page.sentence(offset),
            page.paragraph(offset),
            index,
            serial,
        )
        standing.prominent, standing.quoted = prominent, in_quote(offset)
        if recent and recent[-1] is standing:
            return
        if standing in recent[-12:]:
            recent.remove(standing)
        recent.append(standing)
        if len(recent) > 24:
            del recent[0]

    for position, (index, sort, what) in enumerate(events):
        offset = page.starts[index]
        if sort == 0:
            if what.type == "PER":
                touch(what.link, index, prominence(page, index, what))
            else:
                places.append(what)
                if len(places) > 40:
                    del places[:20]
            continue
        if sort == 1:
            gender = "m" if what in HE else "f"
            form = (HE if gender == "m" else SHE)[what]
            if what == "her" and not (
                index + 1 < len(words) and page.gap(index + 1) == " " and words[index + 1] not in _AFTER_OBJECT
            ):
                form = "object"
            entity = _antecedent(page, index, gender, form, recent, chain, in_quote(offset), totals)
            if entity is None:
                entity = _following(page, index, gender, events, position)
            if entity is None:
                continue
            if not entity.gender:
                entity.gender = gender
            touch(
                entity,
                index,
                1.0 if form == "subject" and page.opens_sentence(index) else 0.6 if form == "subject" else 0.2,
                named=False,
            )
            chain[gender] = entity
            found.append(
                (
                    offset,
                    page.ends[index],
                    entity,
                    f"{what}: most salient {'man' if gender == 'm' else 'woman'}",
                    "pronoun",
                )
            )
            continue
        head = _head_at(page, index)
        if head is None:
            continue
        start = _phrase_start(page, index, covered)
        if start is None:
            continue
        described = _description(page, start, index, what, head, recent, places, covered, entities, names)
        if described is None:
            continue
        entity, rule = described
        if entity.type == "PER":
            if head[0] and not entity.gender:
                entity.gender = head[0]
            touch(entity, index, 0.6, named=False)
        found.append((page.starts[start], page.ends[index], entity, rule, "nominal"))
    found += [(start, end, entity, rule, "nominal") for start, end, entity, rule in titled]
    return found + _they(page, found, names)


_PRONOUN_FORMS = frozenset([*HE, *SHE, *(w.capitalize() for w in (*HE, *SHE)), "HE", "SHE", "HIS", "HER", "HIM"])
_AFTER_OBJECT = frozenset(
    "to and or but in on at for with from by that as when while if of the a an was is were are had has have about into after before because who which out up down over".split()
)


def _antecedent(page, index, gender, form, recent, chain, quoted, totals):
    offset = page.starts[index]
    sentence, paragraph = page.sentence(offset), page.paragraph(offset)
    best, best_score = None, -math.inf
    weight = WEIGHTS
    last = None
    for standing in reversed(recent):
        entity = standing.entity
        if entity.gender and entity.gender != gender:
            continue
        if last is None:
            last = standing
        distance = sentence - standing.sentence
        if distance > 12 and standing.count < 3:
            continue
        score = (
            weight["same"]
            if distance == 0
            else weight["previous"]
            if distance == 1
            else weight["second"]
            if distance == 2
            else weight["second"] + weight["far"] * (distance - 2)
        )
        score += weight["count"] * math.log(
            1 + min(standing.named + weight["pronouns"] * (standing.count - standing.named), 30)
        ) + weight["total"] * math.log(1 + totals[entity.id])
        score += weight["subject"] * standing.prominent
        if chain[gender] is entity:
            score += weight["chain"]
        if entity.gender:
            score += weight["gender"]
        if entity.kind == "unnamed":
            score += weight["unnamed"]
        if standing is last:
            score += weight["last"]
        if standing.paragraph == paragraph:
            score += weight["paragraph"]
        if quoted and not standing.quoted and distance <= 1 and standing.prominent >= 0.6:
            score += weight["quote"]
        if distance == 0 and form == "object" and standing.position >= index - 4:
            score += weight["bind"]
        if score > best_score:
            best, best_score = standing, score
    return best.entity if best is not None else None


def _following(page, index, gender, events, position):
    """For "In his speech, Biden …": the first fitting person later in the same sentence."""
    sentence = page.sentence(page.starts[index])
    for _, sort, what in events[position + 1 : position + 30]:
        if sort == 0:
            if page.sentence(what.start) != sentence:
                return None
            if what.type == "PER" and (not what.link.gender or what.link.gender == gender):
                return what.link
    return None


def _description(page, start, index, head, role, recent, places, covered, entities, names):
    """(entity, rule) for a noun phrase from token `start` to the head noun at `index`, or None."""
    gender, refers = role
    modifiers = page.words[start + 1 : index]
    definite = page.words[start].casefold() in ("the", "this", "that")
    inside = [covered[k] for k in range(start, index) if k in covered]
    if refers != "PER":
        return _described_thing(page, start, head, refers, modifiers, places, inside) if definite else None
    # apposition: "John Smith, the president," and "the president, John Smith"
    before = covered.get(start - 1)
    if before is not None and before.type == "PER" and page.gap(start).strip() == "," and before.link is not None:
        before.link.roles.add(head)
        _lend_country(before.link, inside)
        return before.link, "description after the name"
    after = covered.get(index + 1)
    if (
        after is not None
        and after.type == "PER"
        and page.gap(index + 1).strip() in (",", "")
        and after.link is not None
    ):
        after.link.roles.add(head)
        _lend_country(after.link, inside)
        return after.link, "description before the name"
    country = next((name.link.country for name in inside if name.link is not None and name.link.country), "")
    if definite:
        for standing in reversed(recent):
            entity = standing.entity
            if (
                head in entity.roles
                and not (gender and entity.gender and gender != entity.gender)
                and not (country and entity.country and country != entity.country)
            ):
                return entity, f"{head}: the person introduced as {head}"
        if country:
            for standing in reversed(recent):
                office = page.table.people.get(normalise(standing.entity.display))
                if (
                    office
                    and office[0] == country
                    and (
                        head in office[1].split()
                        or head == "leader"
                        and any(word in office[1] for word in HEADS_OF_STATE)
                    )
                ):
                    return standing.entity, f"{head} of {country} (table of people)"
    words = [w for w in modifiers if w not in DETERMINERS]
    if not definite or words:
        if (
            head
            in (
                "man",
                "woman",
                "boy",
                "girl",
                "state",
                "general",
                "justice",
                "major",
                "chief",
                "victim",
                "player",
                "author",
            )
            and not words
        ):
            return None
        display = "(unnamed " + " ".join([*page.text[page.starts[start + 1] : page.ends[index]].split()]) + ")"
        identifier = entity_id("PER", "unnamed " + display[9:-1])
        entity = entities.get(identifier)
        if entity is None:
            entity = entities[identifier] = Entity(
                "PER", display, tuple(normalise(display).split()), page.starts[start], "unnamed"
            )
            entity.id, entity.gender = identifier, gender
        entity.roles.add(head)
        entity.country = entity.country or country
        return entity, "unnamed person, as described"
    return None


def _lend_country(entity, inside):
    if not entity.country:
        entity.country = next((name.link.country for name in inside if name.link is not None and name.link.country), "")


def _described_thing(page, start, head, refers, modifiers, places, inside):
    if inside or len(modifiers) > 1:
        return None
    sentence = page.sentence(page.starts[start])
    far = refers in ("ALLIANCE", "BLOC", "OUTLET")  # few in any article: distance does not matter
    for name in reversed(places):
        entity = name.link
        if not far and sentence - page.sentence(name.start) > 2:
            break
        if name.kind == "demonym":
            continue
        fits = {
            "STATE": entity.kind == "country",
            "CITY": entity.type == "LOC" and entity.kind in ("city", "capital", ""),
            "PLACE": entity.type == "LOC" and "island" in normalise(entity.display or "").split(),
            "PROVINCE": entity.kind == "state",
            "ALLIANCE": entity.kind == "alliance",
            "BLOC": entity.kind in ("bloc", "alliance"),
            "OUTLET": entity.kind == "outlet",
            "PARTY": entity.kind == "party" or "party" in entity.tokens,
            "ORG": entity.type == "ORG"
            and (
                entity.kind not in ("outlet", "alliance", "bloc", "seat", "party", "parliament")
                and head in ("company", "firm", "organization", "organisation", "agency")
                or head in entity.tokens
            ),
        }.get(refers, False)
        if fits:
            if (
                refers == "STATE"
                and modifiers
                or refers == "CITY"
                and modifiers
                and modifiers[0] not in ("port", "capital")
            ):
                return None
            return entity, f"the {head}: the last one named"
    return None


def _they(page, found, names):
    """Singular they after an unnamed speaker: “…,” they added."""
    unnamed = sorted((f for f in found if f[4] == "nominal" and f[2].kind == "unnamed"), key=lambda f: f[0])
    if not unnamed:
        return []
    starts = [f[0] for f in unnamed]
    persons = [name.start for name in names if name.type == "PER"]
    linked = []
    for index in page.tokens_among(("they", "They")):
        if index + 1 >= len(page.words) or page.words[index + 1] not in SAYING:
            continue
        offset = page.starts[index]
        k = bisect.bisect_right(starts, offset) - 1
        if k < 0 or page.sentence(offset) - page.sentence(starts[k]) > 3:
            continue
        between = bisect.bisect_left(persons, offset) - bisect.bisect_left(persons, starts[k])
        if between == 0:
            linked.append(
                (offset, page.ends[index], unnamed[k][2], "they: the unnamed person who spoke before", "pronoun")
            )
    return linked
