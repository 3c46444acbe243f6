"""Who takes part in an act: the participants of a sentence, and who of them is subject, object, agent or owner of a
word.

By position, not by parsing: subjects stand before the verb group and after the nearest clause boundary, without a
preposition; objects after it, with the prepositions that the category takes. Every function looks at one sentence.
"""

import bisect
from typing import NamedTuple

from helpers.finding import clauses
from helpers.finding.clauses import AUX_WORDS, BE, COORDINATOR, DETERMINER, PREPOSITION, QUOTE, REPORTING, word_classes

STATE_NOUNS = frozenset(
    """ships vessels boats ship vessel boat crew crews coastguard jets ministers presidents premiers governments parliaments ministries chiefs kings foreign-ministers troops soldiers soldier forces army military navy marines warships warship warplanes jets fighters_x government authorities officials official ministry parliament cabinet president premier
    minister spokesman spokeswoman spokesperson court prosecutors prosecutor police diplomats diplomat envoy envoys negotiators negotiator delegation delegates lawmakers senators commander commanders
    general generals regime leaders leader aircraft drones missiles administration embassy ambassador air-force airforce artillery gunners pilots sailors commandos paratroopers
    chief chancellor king emir prince senate congress intelligence navy coastguard guards officers judge judges
    tanks armour armor brigade battalion embassy leadership presidency kremlin monarch secretary deputy""".split()
)


GROUP_NOUNS = frozenset(
    """rebels rebel militants militant insurgents gunmen gunman fighters militia militias militiamen guerrillas jihadists terrorists separatists paramilitaries junta opposition protesters demonstrators
    students workers farmers union unions residents villagers civilians migrants refugees group groups gang gangs cartel hackers pirates kidnappers coalition alliance bloc allies mediators
    mutineers attackers attacker assailants assailant bandits settlers crowd crowds activists teachers doctors nurses miners truckers lawyers hardliners loyalists faction factions warlord commander council
    commission tribunal prisoners hostages inmates detainees people men women children families journalists journalist critics supporters exiles mercenaries peacekeepers inspectors countries nations
    neighbours neighbors neighbour neighbor partners strikers dockworkers drivers pensioners monks clerics priests veterans relatives mothers citizens voters generals colonels officers troops convoy
    company companies sanctions_x shipping vessels ships tanker enemy enemies aggressor adversary adversaries rivals rival police soldiers army government""".split()
)
ALLIES = frozenset("allies allied partners ally neighbours neighbors".split())


TITLE = frozenset(
    """president minister prime foreign deputy defence defense chief general colonel secretary spokesman spokeswoman spokesperson press leader chancellor premier king queen prince emir ambassador envoy
    commander senator governor mayor judge prosecutor director head official interior finance trade acting former vice state national security adviser advisor major lieutenant admiral captain
    sergeant justice energy speaker chairman chairwoman coach pope cardinal bishop rebel opposition chief-of-staff first lady first-deputy senior top supreme executive""".split()
)


class Party(NamedTuple):
    """A participant: words [first, last] of the sentence. name, id: who it stands for (rolled up); prep: the
    preposition before it; kind: named, place, person, nominal, pronoun; owner: possessive.
    """

    first: int
    last: int
    name: str
    id: str | None
    prep: str | None
    kind: str
    owner: bool
    demonym: bool


class Names:
    """Names of one article: entity -> (display, id) after rolling up."""

    def __init__(self, document, mentions, roll_up):
        from helpers.finding import entities, gazetteers

        self.mentions, self.starts, self.roll_up = mentions, [m.start for m in mentions], roll_up
        self.states = entities.affiliations(document, mentions) if mentions else {}
        names = gazetteers.load().names
        self.by_id = {m.entity_id: m for m in reversed(mentions)}
        self.kinds = {}
        for m in mentions:
            if m.entity_id not in self.kinds:
                entry = names.get(gazetteers.normalise(m.entity)) if m.type in ("ORG", "LOC") else None
                self.kinds[m.entity_id] = entry.kind if entry else ""

    def show(self, mention):
        """(display, id, kind) of a mention as a participant."""
        if mention.metonym_of and mention.type != "PER":
            state = self.states.get(mention.entity_id)
            return (state[1] if state else mention.entity, mention.metonym_of, "named")
        state = self.states.get(mention.entity_id)
        kind = (
            "person"
            if mention.type == "PER"
            else "place"
            if mention.type == "LOC" and state and state[0] != mention.entity_id
            else "named"
        )
        name = mention.entity.strip("()")
        if not state or state[0] == mention.entity_id or not self.roll_up:
            return name, mention.entity_id, kind
        if name.startswith("unnamed "):
            return state[1], state[0], kind
        return f"{state[1]} ({name})", state[0], kind

    def party(self, entity_id):
        """A participant for an entity by its id (a speaker), or None."""
        mention = self.by_id.get(entity_id)
        if mention is None:
            state = next((s for s in self.states.values() if s[0] == entity_id), None)
            return Party(-1, -1, state[1], state[0], None, "named", False, False) if state else None
        if mention is None or self.kinds.get(entity_id) == "outlet":
            return None
        name, identity, kind = self.show(mention)
        return Party(-1, -1, name, identity, None, kind, False, False)

    def words_inside(self, words):
        """One flag a word: part of a name of several words (Amnesty International) or of an organisation, person or
        product.
        """
        flags = bytearray(len(words))
        starts = [w.start for w in words]
        for mention in self.inside(words[0].start, words[-1].end):
            if mention.kind == "named" and mention.type != "LOC":
                first, last = word_range(words, starts, mention)
                flags[first : last + 1] = b"\x01" * (last + 1 - first)
        return flags

    def antecedent(self, document, offset, types):
        from helpers.finding import entities

        return entities.antecedent(document, self.mentions, offset, types=types)

    def inside(self, start, end):
        k = bisect.bisect_left(self.starts, start)
        while k < len(self.mentions) and self.mentions[k].start < end:
            if self.mentions[k].end <= end:
                yield self.mentions[k]
            k += 1


def word_range(words, starts, mention):
    first = bisect.bisect_right(starts, mention.start) - 1
    last = bisect.bisect_left(starts, mention.end) - 1
    return max(first, 0), max(last, first, 0)


def participants(article, words, names):
    """Participants of a sentence in order: mentions of entities and nouns for actors, joined where one describes the
    other.
    """
    if not words:
        return []
    starts = [w.start for w in words]
    found = []
    for mention in names.inside(words[0].start, words[-1].end):
        if mention.type == "MISC" or names.kinds.get(mention.entity_id) == "outlet":
            continue
        first, last = word_range(words, starts, mention)
        if mention.kind == "nominal" and mention.type == "PER" and found and found[-1][0] >= first:
            found.pop()
        found.append((first, last, mention))
    dateline = _dateline(article, words)
    found = [item for item in found if item[0] >= dateline]
    spans = {i for first, last, _ in found for i in range(first, last + 1)}
    nominal = [
        (i, i, None) for i, w in enumerate(words) if i not in spans and (w.low in STATE_NOUNS or w.low in GROUP_NOUNS)
    ]
    items = sorted(found + nominal, key=lambda item: (item[0], -item[1]))
    parties = []
    for first, last, mention in items:
        if parties and first <= parties[-1].last:
            continue
        owner = last + 1 < len(words) and words[last + 1].low in ("'s", "'")
        if mention is not None:
            name, identity, kind = names.show(mention)
            if mention.kind == "pronoun":
                kind = "pronoun"
            demonym = mention.kind == "demonym" and not any(
                article[mention.start : mention.end].endswith(e) for e in ("ans", "sis", "nis")
            )
            while (
                parties
                and kind == "person"
                and mention.kind == "named"
                and _titles_between(words, parties[-1].last, first)
            ):
                gone = parties.pop()
                first = gone.first
            parties.append(Party(first, last, name, identity, _preposition(words, first), kind, owner, demonym))
            continue
        low = words[first].low
        modifier = parties[-1] if parties and _joined(words, parties[-1], first) else None
        if modifier is not None and modifier.kind != "person" and low not in ALLIES:
            parties.pop()
            as_state = low in STATE_NOUNS or modifier.kind == "named" and not modifier.demonym
            name = modifier.name if as_state else _as_written(article, words, modifier.first, last)
            identity = modifier.id if as_state else None
            parties.append(
                Party(
                    modifier.first,
                    last,
                    name,
                    identity,
                    modifier.prep,
                    "named" if as_state else "nominal",
                    owner,
                    False,
                )
            )
            continue
        if modifier is not None and modifier.kind == "person":
            continue
        begin = first
        if modifier is not None:
            begin = modifier.first
            parties.pop()
        elif (
            first
            and words[first - 1].low in ("its", "their", "his", "her", "our")
            or first
            and low in GROUP_NOUNS
            and _describes(words[first - 1].low)
        ):
            begin = first - 1
        parties.append(
            Party(
                begin,
                last,
                _as_written(article, words, begin, last),
                None,
                _preposition(words, begin),
                "nominal",
                owner,
                False,
            )
        )
    return _attach_of(words, parties)


ADJECTIVE = frozenset(
    "armed masked angry striking opposition rebel ethnic islamist pro-government anti-government suspected local tribal coastal mutinous disgruntled young opposition student government presidential border riot western regional criminal defence defense interior justice finance foreign commerce communist maoist separatist jihadist loyalist foreign senior security".split()
)


def _dateline(article, words):
    """Index of the first word after a dateline ("NAIROBI, Kenya — …"), 0 without one."""
    for j, word in enumerate(words[:9]):
        if word.low in ("-", "—", "–") and j:
            names = [article[w.start : w.end] for w in words[:j] if w.low[:1].isalpha()]
            return j + 1 if names and names[0].isupper() and len(names[0]) > 2 else 0
    return 0


def _describes(low):
    return low in ADJECTIVE


def _as_written(article, words, first, last):
    return article[words[first].start : words[last].end]


def _titles_between(words, left, right):
    between = words[left + 1 : right]
    return len(between) <= 6 and all(w.low in TITLE or w.low in ("'s", "and", "-") for w in between)


def _joined(words, party, first):
    """True when `party` modifies the noun at `first`: "Russian armoured troops", "Sudan's army", "Hamas fighters"."""
    between = [w.low for w in words[party.last + 1 : first]]
    if len(between) > 3 or any(
        b in PREPOSITION
        or b in COORDINATOR
        or b in BE
        or b in clauses.MODAL
        or b in clauses.HAVE
        or not b[:1].isalnum()
        and b != "'s"
        for b in between
    ):
        return False
    if party.demonym or party.owner or not between:
        return not any(b in REPORTING for b in between) and not (between and not party.owner and not party.demonym)
    return False


QUANTITY = frozenset(
    "thousands hundreds dozens scores tens millions lots number numbers crowd crowds group groups families members majority half most many some all several one two three four five part pair waves wave mob mobs".split()
)


def _preposition(words, first):
    j = first - 1
    while j >= 0 and first - j <= 4:
        low = words[j].low
        if low == "of" and j and words[j - 1].low in QUANTITY:
            j -= 2
            first = j + 1
            continue
        if low in PREPOSITION:
            return low
        if len(low) == 4 and low.isdigit():
            return None  # "in 2020 the two countries"
        if (
            low in DETERMINER
            or low in ADJECTIVE
            or low.isdigit()
            or low in TITLE
            or low
            in (
                "about",
                "some",
                "hundreds",
                "thousands",
                "dozens",
                "three",
                "two",
                "four",
                "five",
                "six",
                "ten",
                "nearly",
                "neighbouring",
                "neighboring",
                "eastern",
                "western",
                "northern",
                "southern",
                "central",
                "nearby",
                "both",
            )
        ):
            j -= 1
            continue
        return None
    return None


def _attach_of(words, parties):
    """ "the government of Mali", "leaders of Hezbollah": the noun takes the identity of the name after it."""
    joined = []
    for party in parties:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.kind == "nominal"
            and party.kind in ("named", "place")
            and party.first - before.last <= 3
            and (
                party.prep in ("of", "from")
                or party.prep == "in"
                and party.first - before.last == 2
                and words[before.last].low
                in (
                    "ministry",
                    "government",
                    "authorities",
                    "junta",
                    "lawmakers",
                    "parliament",
                    "officials",
                    "leaders",
                    "administration",
                    "regime",
                    "generals",
                    "court",
                    "courts",
                    "police",
                    "prosecutors",
                    "judges",
                    "judge",
                    "officers",
                )
            )
            and words[before.last + 1].low in ("of", "from", "in")
        ):
            if words[before.last].low in STATE_NOUNS:
                joined[-1] = before._replace(last=party.last, name=party.name, id=party.id, kind="named")
                continue
        joined.append(party)
    return joined


def list_of(words, parties, k, step=1):
    """Parties coordinated with parties[k]: "the UK, France and Denmark", "the U.S. and its allies"."""
    group = [parties[k]]
    j = k
    while 0 <= j + step < len(parties):
        left, right = (parties[j], parties[j + step]) if step > 0 else (parties[j + step], parties[j])
        between = [w.low for w in words[left.last + 1 : right.first]]
        if (
            not between
            or len(between) > 3
            or not all(b in ("and", ",", "or", "&", "the", "both", "of", "as", "well") for b in between)
            or not any(b in ("and", ",", "or", "&", "well") for b in between)
        ):
            break
        if between == [","] and not _later_and(words, right.last):
            break
        group.append(parties[j + step])
        j += step
    return group if step > 0 else group[::-1]


def _later_and(words, i):
    return any(w.low in ("and", "or") for w in words[i + 1 : i + 6])


def _verb_between(words, matches, left, right, skip):
    """True when another act's verb or a reporting verb stands between two words."""
    return any(
        m.first > left and m.first < right and m.tag not in ("noun", "posture") for m in matches if m is not skip
    ) or any(words[j].low in REPORTING or words[j].low in BE for j in range(left + 1, right))


def subject_of(words, parties, matches, match, group, previous):
    """The parties that are the grammatical subject of a verb, as a list; empty when none is found.

    previous: subject of the act before in the same sentence, for "accused Chad and recalled its envoy".
    """
    here = group.first
    before = words[here - 1].low if here else ""
    if before in ("it", "they"):
        said = next((j for j in range(here - 2, -1, -1) if words[j].low in REPORTING), None)
        if said is not None and said and words[said - 1].low in ("and", "but", ","):
            said = next(j for j in range(said + 1) if words[j].low in REPORTING)
        return first_subject(words, parties, clauses.boundary_left(words, said), said) if said is not None else []
    if before in ("and", "but", ",") and words[match.first].low in REPORTING:
        said = next((j for j in range(here) if words[j].low in REPORTING), None)
        if said is not None and not any(m.first < said for m in matches):
            return first_subject(words, parties, 0, said) or previous or []
    k = here - 1
    while k >= 0 and (words[k].low in clauses.ADVERB or words[k].low.endswith("ly")):
        k -= 1
    linked = words[k].low if k >= 0 else ""
    near = [p for p in parties if p.last < here and _adjacent(words, p, here)]
    if group.infinitive and near and near[-1].first and words[near[-1].first - 1].low in CONTROL:
        return [near[-1]]
    if group.infinitive or (
        match.tag == "ing" and group.bare and linked != "" and (linked in PREPOSITION or linked == ",")
    ):
        if previous:
            return previous
        left = clauses.boundary_left(words, here)
        return first_subject(words, parties, left, here) or first_subject(words, parties, 0, here)
    if (
        linked in ("and", "but", "or")
        and previous is None
        and not any(_adjacent(words, p, here) for p in parties if p.last < here and p.last > k)
    ):
        found = first_subject(words, parties, clause_left(words, k), k)
        if found:
            return found
    if (
        linked in ("and", "but", "or", ",")
        and previous is not None
        and not any(
            p.first > _last_verb(matches, match) and p.last < here and p.prep is None
            for p in parties[-0:]
            if _adjacent(words, p, here)
        )
    ):
        return previous
    if before in ("who", "which", "that") or linked in ("who", "which"):
        near = [i for i, p in enumerate(parties) if p.last < here - 1]
        if near:
            named = [i for i in near if here - parties[i].last <= 6]
            return (
                [parties[named[0] if parties[named[0]].prep is None else named[-1]]] if named else [parties[near[-1]]]
            )
    left = clause_left(words, here)
    inside = [
        i for i, p in enumerate(parties) if p.first >= left and p.last < here and not _inserted(words, p, left, here)
    ]
    if inside and _adjacent(words, parties[inside[-1]], here):
        listed = list_of(words, parties, inside[-1], -1)
        if listed[0].prep in ("before", "after", "since", "until", "as", "than"):
            return listed
    free = [i for i in inside if parties[i].prep is None and not parties[i].owner] or [
        i for i in inside if parties[i].prep is None
    ]
    if not free:
        if left and words[left - 1].low in ("who", "which", "that", "while", "when", "as", "where"):
            near = [i for i, p in enumerate(parties) if p.last < left]
            return [parties[near[-1]]] if near and words[left - 1].low in ("who", "which", "that") else previous or []
        return previous or first_subject(words, parties, 0, here)
    clear = [i for i in free if not _verb_between(words, matches, parties[i].last, here, match)]
    pool = clear or free
    commas = [j for j in range(left, here) if words[j].low == ","]
    if commas:
        after = [i for i in pool if parties[i].first > commas[-1]]
        pool = after or pool[:1]
    chosen = (
        pool[-1]
        if not clear and len(free) > 1 and any(m.first < here and m.first > left and m is not match for m in matches)
        else pool[0]
    )
    first = parties[chosen]
    if (
        first.kind == "nominal"
        and [w.low for w in words[first.last + 1 : first.last + 4]][:3] == [",", "such", "as"]
        and chosen + 1 < len(parties)
    ):
        return list_of(words, parties, chosen + 1)
    backward = list_of(words, parties, chosen, -1)
    if backward[0].prep is not None and len(backward) > 1:
        backward = backward[-1:]  # "with Niger, and Germany halted …"
    forward = list_of(words, parties, chosen, 1)
    return backward[:-1] + [p for p in forward if p.last < here]


CONTROL = frozenset(
    form
    for verb in "prompt urge force lead cause ask order allow tell press push help enable want permit compel drive spur invite authorise authorize instruct encourage let".split()
    for form in clauses.inflect(verb)
)


def clause_left(words, here):
    """Like `clauses.boundary_left`, but over relative clauses that a comma has closed: "Russia, which has bases there,
    offered …".
    """
    left = clauses.boundary_left(words, here)
    while (
        left > 1
        and words[left - 1].low in ("which", "who", "whose", "where")
        and words[left - 2].low == ","
        and any(words[j].low == "," for j in range(left, here))
    ):
        left = clauses.boundary_left(words, left - 2)
    return left


def _inserted(words, party, left, here):
    """True for a party inside a relative clause between commas."""
    for j in range(party.first - 1, left - 1, -1):
        if words[j].low == ",":
            return False
        if words[j].low in ("which", "who", "whose", "where"):
            return any(words[k].low == "," for k in range(party.last, here))
    return False


def _last_verb(matches, match):
    return max((m.last for m in matches if m.first < match.first and m.tag not in ("noun",)), default=-1)


def _adjacent(words, party, here):
    return all(
        w.low in clauses.ADVERB or w.low.endswith("ly") or w.low in ("have", "has", "had")
        for w in words[party.last + 1 : here]
    )


def first_subject(words, parties, left, right):
    for k, party in enumerate(parties):
        if (
            party.first >= left
            and party.last < right
            and party.prep is None
            and not (party.owner and k + 1 < len(parties) and parties[k + 1].first == party.last + 2)
        ):
            return [p for p in list_of(words, parties, k) if p.last < right]
    return []


TAKES = {  # prepositions before the target, by category; None: the direct object
    "FORCE": (None, "against", "on", "at", "into", "with", "upon", "toward", "towards"),
    "COERCE": (None, "against", "on", "at", "of"),
    "THREATEN": (None, "against", "to", "at", "toward", "towards", "from_"),
    "ACCUSE": (None, "against", "of", "into", "with"),
    "REJECT": (None, "from", "by", "of", "with", "to", "on", "for", "against"),
    "REQUEST": (None, "on", "upon", "to", "from", "with", "of"),
    "SANCTION": (None, "on", "against", "with", "to", "from", "of"),
    "PROTEST": ("against", "at", "with", "outside"),
    "TALK": (None, "with", "to", "for"),
    "AID": (None, "to", "for"),
    "YIELD": ("to", "on", "against", "for", "with", None),
    "MOBILIZE": ("against",),
}
PLACES = ("in", "of", "near", "outside", "over", "across", "from", "around", "inside", "between")


def _opens_clause(words, matches, party):
    """True when a verb follows the party directly: it is the subject of the next clause."""
    return any(
        m.tag not in ("noun", "posture")
        and m.first > party.last
        and m.first - party.last <= 4
        and all(w.low in AUX_WORDS or w.low.endswith("ly") for w in words[party.last + 1 : m.first])
        and (m.tag != "ing")
        for m in matches
    )


def object_of(words, parties, matches, category, start, stop, *, passive=False, actors=()):
    """(targets, place): the parties to the right that the act is directed at, and the place where it happens when no
    target is named.
    """
    take = TAKES.get(category, (None, "against", "on", "at", "to", "with"))
    place = None
    for k, party in enumerate(parties):
        if party.first < start or party.last >= stop:
            continue
        prep = party.prep
        if prep == "by":
            break
        if party.owner and party.id and party.id in {p.id for p in actors}:
            continue
        if (
            passive
            and prep is None
            or party.kind == "nominal"
            and (words[party.last].low in word_classes()["arms"] or category in ("AID", "MOBILIZE") and prep is None)
        ):
            continue
        if prep in take:
            if (
                prep is None
                and _opens_clause(words, matches, party)
                and any(
                    w.low in (",", "and", "but", "as", "while", "after", "before") for w in words[start : party.first]
                )
            ):
                break
            listed = list_of(words, parties, k)
            after = words[listed[-1].last + 1].low if listed[-1].last + 1 < len(words) else ""
            if len(listed) > 1 and (
                after in BE
                or after in clauses.HAVE
                or after in clauses.MODAL
                or after in clauses.DO
                or after in REPORTING
            ):
                listed = listed[:1]
            chosen = [party] + [p for p in listed[1:] if p.last < stop and not _opens_clause(words, matches, p)]
            if party.kind == "nominal":
                near = PLACES if category in ("FORCE", "COERCE", "MOBILIZE") else ("of",)
                where = next(
                    (
                        p
                        for p in parties
                        if p.first > party.last
                        and p.first - party.last <= 5
                        and p.prep in near
                        and p.kind in ("named", "place")
                    ),
                    None,
                )
                chosen = [where] if where is not None and where.last < stop else chosen
            return chosen, place
        if place is None and prep in PLACES and category in ("FORCE", "COERCE", "PROTEST", "YIELD"):
            place = [party]
    return [], place


def agent_of(words, parties, start, stop):
    """The parties after "by"."""
    for k, party in enumerate(parties):
        if party.first >= start and party.last < stop and party.prep == "by":
            return [p for p in list_of(words, parties, k) if p.last < stop]
    return []


def border_of(words, parties, start, stop):
    """The state on whose border something stands: "on the Ukraine border", "along its border with Poland"."""
    for j in range(start, stop):
        if words[j].low in ("border", "borders", "frontier", "borderline"):
            for party in parties:
                if party.kind in ("named", "place") and (
                    0 <= j - party.last <= 3
                    and party.first >= start - 1
                    or 0 < party.first - j <= 3
                    and words[j + 1].low in ("with", "of", "to")
                ):
                    return [party]
    return []


def between_of(words, parties, start, stop):
    """Both sides of "between A and B"."""
    for k, party in enumerate(parties):
        if start <= party.first < stop and party.prep in ("between", "among"):
            sides = list_of(words, parties, k)
            if len(sides) > 1:
                return sides
    return []


def modifies(words, party, first):
    between = [w.low for w in words[party.last + 1 : first]]
    if any(
        b in PREPOSITION
        or b in COORDINATOR
        or b in clauses.HARD
        or b in QUOTE
        or b == ","
        or b in BE
        or b in clauses.HAVE
        or b in clauses.MODAL
        or b in REPORTING
        for b in between
    ):
        return False
    if any(b in DETERMINER or b.endswith("ed") for b in between if b != "armed") and not party.owner:
        return False
    return party.owner or party.demonym or len(between) <= 1 and party.kind in ("named", "place", "person")
