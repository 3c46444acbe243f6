"""Acts of escalation and de-escalation in an article: what is done, threatened or denied, by whom towards whom, and who
says so.

The scheme is a ladder of 13 categories (`LADDER`), close to PLOVER (Open Event Data Alliance 2018) and through it to
CAMEO (Schrodt 2012). An act is always a cue in the text plus rules that can be read: cue patterns
(`data/act_cues.csv`), word classes (`data/act_words.csv`), governors (`data/act_governors.csv`). The language model
only has a say in what words alone cannot decide.

    find_acts         all acts of an article, in text order
    classify_sentence a sentence on its own: one PLOVER type or None
    load_codebook     the shipped cues, with a user's own categories and cues when a file is given
    scored_plover, scored_rung, export_events   what the modality makes of a category when acts are counted
"""

import bisect
import re
from collections import Counter
from typing import NamedTuple

from helpers import text
from helpers.finding import clauses
from helpers.finding.clauses import BE, COORDINATOR, DATA, PREPOSITION, QUOTE, REPORTING, word_classes
from helpers.finding.cues import Codebook, find_cues, load_codebook, read_codebook
from helpers.finding.modality import (
    DENIAL,
    DENYING,
    everyday,
    historical,
    is_capability,
    plausible,
    read_modality,
    read_noun_modality,
    read_purpose,
)
from helpers.finding.parties import (
    ALLIES,
    GROUP_NOUNS,
    STATE_NOUNS,
    Names,
    Party,
    agent_of,
    between_of,
    border_of,
    clause_left,
    first_subject,
    list_of,
    modifies,
    object_of,
    participants,
    subject_of,
)
from helpers.scheme import (
    ATTRIBUTIONS,
    CATEGORY_OF,
    EVENTS,
    HOSTILE,
    LADDER,
    MODALITIES,
    PLOVER_OF,
    QUADS,
    export_events,
    quad_of,
    scored_plover,
    scored_rung,
)

__all__ = [
    "ATTRIBUTIONS",
    "CATEGORY_OF",
    "DATA",
    "EVENTS",
    "HOSTILE",
    "LADDER",
    "MODALITIES",
    "PLOVER_OF",
    "QUADS",
    "Act",
    "classify_sentence",
    "export_events",
    "find_acts",
    "load_codebook",
    "quad_of",
    "read_codebook",
    "scored_plover",
    "scored_rung",
    "sentence_types",
    "word_classes",
]


class Act(NamedTuple):
    """One act. Fields are the columns of the table `acts`; start and end are the cue's offsets, evidence is the
    sentence.
    """

    start: int
    end: int
    cue: str
    category: str
    rung: int
    modality: str
    attribution: str
    speaker: str | None
    purpose: str | None
    actor: str | None
    actor_id: str | None
    target: str | None
    target_id: str | None
    beneficiary: str | None
    evidence: str
    sentence_start: int
    sentence_end: int
    confidence: float


class _Found:
    """An act while it is being worked out."""

    __slots__ = (
        "match",
        "group",
        "category",
        "modality",
        "actors",
        "targets",
        "place",
        "beneficiary",
        "alleged",
        "first",
        "last",
        "explicit",
        "reciprocal",
        "accuser",
        "verb",
        "dropped",
        "governed",
        "sentence",
        "confidence",
    )

    def __init__(self, match, group, sentence):
        self.match, self.group, self.sentence = match, group, sentence
        self.category, self.modality = match.cue.category, "actual"
        self.actors, self.targets, self.place, self.beneficiary = [], [], None, None
        self.alleged = self.reciprocal = self.dropped = False
        self.first, self.last = match.first, match.last
        self.accuser = self.governed = None
        self.verb = match.tag not in ("noun", "posture")
        self.confidence = 0.0


class _Sentence(NamedTuple):
    span: tuple
    words: list
    parties: list
    matches: list
    conditions: list


def _link(acts, words):
    """Let acts that govern others take them in: "threatened to strike" is one threatened strike, "called for a
    ceasefire" one request.
    """
    for k, outer in enumerate(acts):
        if outer.dropped:
            continue
        for inner in acts[k + 1 :]:
            if inner.dropped or inner.sentence is not outer.sentence or inner.first <= outer.first:
                continue
            start = max(outer.last + 1, outer.first)
            begin = inner.group.first if inner.verb else inner.first
            between = [w.low for w in words[start : max(start, begin)]]
            if any(
                b in clauses.HARD
                or b
                in (
                    "but",
                    "after",
                    "because",
                    "while",
                    "although",
                    "since",
                    "as",
                    "before",
                    "amid",
                    "following",
                    "when",
                    "if",
                    "unless",
                    "where",
                )
                for b in between
            ):
                break
            quoted_apart = any(b in QUOTE for b in between)
            verbless = not any(b in BE | clauses.HAVE | clauses.MODAL | REPORTING for b in between)
            coordinated = (
                bool(between)
                and between[-1] in ("and", ",", "or")
                and inner.verb
                and not inner.group.infinitive
                and inner.match.tag != "ing"
            )
            category = outer.category
            starts = words[begin].low if begin < len(words) else ""
            governed = (
                inner.verb
                and (inner.group.first <= outer.first or inner.match.tag == "ing" and not between)
                or inner.verb
                and (starts == "to" or inner.group.infinitive)
                or inner.match.tag == "ing"
                and bool(between)
                and between[-1] in ("of", "for", "from", "against", "with", "over")
            )
            if category == "REQUEST" and len(between) <= 14 and not coordinated:
                stated = (
                    any(b in ("that", "must", "should") for b in between)
                    or starts in ("must", "should", "to", "be")
                    or governed
                    or not inner.verb
                )
                if (stated or verbless) and not (
                    inner.category in ("FORCE", "COERCE")
                    and not inner.verb
                    and any(b in ("over", "about") for b in between)
                ):
                    inner.dropped = True
            elif (
                category == "REJECT"
                and len(between) <= 9
                and verbless
                and not coordinated
                and (governed or not inner.verb)
                and not (inner.category == "REQUEST" and inner.first <= outer.last)
            ):
                inner.dropped = True
            elif (
                category == "REJECT"
                and starts in ("to", "that")
                and len(between) <= 2
                and inner.verb
                and not coordinated
            ):
                inner.dropped = True
            elif (
                category == "THREATEN"
                and outer.match.cue.words.endswith(" to")
                and outer.match.cue.words.startswith("give")
                and inner.verb
                and len(between) <= 4
            ):
                inner.dropped = True
            elif (
                category == "THREATEN"
                and len(between) <= 4
                and outer.verb
                and outer.match.cue.words.startswith(("threat", "vow", "swear", "warn", "menace", "stand ready"))
                and governed
                and not quoted_apart
            ):
                inner.modality = (
                    "threatened"
                    if inner.modality in ("actual", "announced", "threatened", "conditional")
                    else inner.modality
                )
                inner.first, inner.actors, inner.governed = outer.first, inner.actors or outer.actors, outer
                outer.dropped = True
                break
            elif (
                category == "THREATEN"
                and outer.match.cue.words.startswith("warn ")
                and inner.verb
                and inner.category in HOSTILE
                and not any(p.id for p in inner.actors if p.id not in {q.id for q in outer.actors})
            ):
                inner.dropped = True
            elif (
                category == "THREATEN"
                and outer.verb
                and outer.match.cue.words == "threaten"
                and not inner.verb
                and inner.category in HOSTILE
                and len(between) <= 3
                and verbless
            ):
                inner.modality, inner.first, outer.dropped = "threatened", outer.first, True
                inner.actors = inner.actors or outer.actors
                break
            elif category == "THREATEN" and not outer.verb and len(between) <= 3 and not inner.verb:
                inner.modality, inner.first, outer.dropped = "threatened", outer.first, True
                break
            elif (
                category in ("TALK", "SUPPORT", "AID")
                and outer.match.cue.plover == "AGREE"
                and governed
                and len(between) <= 3
            ):
                inner.modality = "announced" if inner.modality == "actual" else inner.modality
                inner.first, inner.governed = outer.first, outer
                outer.dropped = True
                break
            elif (
                category == "TALK"
                and not inner.verb
                and verbless
                and len(between) <= 6
                and inner.category in ("TALK", "YIELD", "AID")
            ):
                inner.dropped = True
            elif (
                category == "ACCUSE"
                and (
                    between[-1:]
                    and between[-1] in ("of", "for", "over", "that")
                    or any(b in ("of", "for", "over", "that") for b in between)
                )
                and not coordinated
            ):
                if any(
                    w.low in ("trying", "seeking", "planning", "plotting", "attempting", "wanting", "preparing")
                    for w in words[outer.last + 1 : inner.match.first]
                ):
                    inner.dropped = True
                elif inner.category == "ACCUSE" and inner.match.cue.ambiguous is False and not inner.verb:
                    inner.dropped = True
                else:
                    inner.alleged, inner.accuser = True, outer
            elif category == "ACCUSE" and not inner.verb and inner.category == "ACCUSE" and len(between) <= 6:
                inner.dropped = True
            elif category == "THREATEN" and inner.category == "THREATEN" and len(between) <= 12 and not quoted_apart:
                inner.dropped = True
            elif (
                category == "MOBILIZE"
                and governed
                and inner.category in ("AID", "TALK", "FORCE", "COERCE", "MOBILIZE", "YIELD")
                and len(between) <= 8
            ):
                inner.dropped = True
            elif not inner.verb and inner.category == outer.category and len(between) <= 2 and verbless:
                inner.dropped = True
            elif (
                category in ("FORCE", "COERCE", "SANCTION")
                and not inner.verb
                and inner.category == category
                and verbless
                and len(between) <= 5
                and not {"for", "over", "after"} & set(between)
            ):
                inner.dropped = True
            elif (
                category == "FORCE"
                and outer.verb
                and not inner.verb
                and inner.category == "FORCE"
                and not inner.actors
                and between[-4:]
                and "in" in between[-5:]
            ):
                inner.dropped = True


def _read_sentence(document_text, span, names, codebook, context, alone=False):
    """The acts of one sentence with modality and direction, before the article's context is used."""
    words = clauses.words_of(document_text, *span)
    index = codebook.index
    if not any(w.low in index for w in words):
        return None, []
    matches = find_cues(words, codebook, lambda w: document_text[w.start : w.end])
    if not matches:
        return None, []
    parties = participants(document_text, words, names)
    inside = names.words_inside(words)
    matches = [m for m in matches if not (inside[m.first] and inside[m.last]) or m.cue.own]
    conditions = clauses.protases(words)
    sentence = _Sentence(span, words, parties, matches, conditions)
    counts = everyday(words, codebook.classes)
    has_state = any(p.id and (p.id.startswith("LOC:") or p.kind == "named") for p in parties)
    acts = []
    previous = None
    for match in matches:
        if not alone and (
            not plausible(match, words, counts, context, has_state, codebook.classes)
            or historical(words, match)
            and not match.cue.own
        ):
            continue
        verb = match.tag not in ("noun", "posture")
        participle = (
            verb
            and bool(match.cue.verb_tags.get(words[match.head].low, set()) & {"participle", "past"})
            and match.tag == "past"
        )
        group = (
            clauses.verb_group(words, match.head, participle)
            if verb
            else clauses.Group(match.first, (), False, False, False, False, False, False, False, False, True)
        )
        found = _Found(match, group, sentence)
        stop = clauses.boundary_right(words, match.last + 1)
        if match.tag == "posture":
            _direct_posture(words, parties, found, stop)
            found.modality = (
                read_modality(words, match, group, conditions, found.category)
                if words[match.last].low not in ()
                else "actual"
            )
            if any(w.low in clauses.FUTURE for w in words[match.first : match.last]):
                found.modality = "announced"
        elif verb:
            found.modality = read_modality(words, match, group, conditions, found.category)
            if is_capability(words, group):
                continue
            if (
                match.cue.words.startswith("warn ")
                and match.cue.size == 2
                and words[match.last].low in ("that", "it", "they", "he")
            ):
                rest = {w.low for w in words[match.last + 1 :]}
                if (
                    not rest
                    & (
                        clauses.FUTURE
                        | clauses.WOULD
                        | {"any", "if", "unless", "must", "should", "consequences", "retaliate", "respond"}
                    )
                    or rest & {"could", "might", "may"}
                    and not rest & clauses.FUTURE
                ):
                    continue  # a risk, not a threat
            if match.cue.words == "respond" and not (group.future or group.would or group.must):
                continue
            if "stopped" in group.effects:
                if found.category in HOSTILE:
                    found.category = "YIELD"
                else:
                    found.modality = "denied"
            _direct_verb(words, parties, matches, found, stop, previous)
            if not group.passive and found.actors and not any(c[0] <= match.first < c[1] for c in conditions):
                previous = found.actors
        else:
            found.modality = read_noun_modality(words, match, conditions, found.category)
            if found.modality == "drop":
                continue
            if found.modality == "alleged":
                found.modality, found.alleged = "actual", True
            _direct_noun(words, parties, matches, found, stop, previous)
        acts.append(found)
    _link(acts, words)
    _pass_on(acts, words)
    for act in acts:
        if act.modality == "threatened" and act.category not in HOSTILE and act.category in LADDER:
            act.modality = "announced"
        if act.category == "THREATEN" and act.modality in ("announced", "threatened"):
            act.modality = "actual"  # "they will pay" is a threat that has been made
        if (
            act.category == "FORCE"
            and act.match.cue.words in REPLIES
            and act.modality in ("announced", "threatened", "conditional")
        ):
            act.category, act.modality = "THREATEN", "conditional" if act.modality == "conditional" else "actual"
    return sentence, [a for a in acts if not a.dropped]


REPLIES = frozenset(("retaliate", "strike back", "hit back", "intervene", "fight", "respond militarily"))


def _direct_posture(words, parties, found, stop):
    match = found.match
    inside = [
        p
        for p in parties
        if p.last >= match.first - 3 and p.first <= match.last and not (p.first > match.first and p.prep is not None)
    ]
    owner = [p for p in parties if 0 <= match.first - p.last <= 3 and p.prep is None]
    found.actors = [p for p in inside if p.first <= match.first + 1][:1] or owner[-1:]
    found.targets = [
        p for p in border_of(words, parties, match.first, min(len(words), match.last + 5)) if p not in found.actors
    ]


def _direct_verb(words, parties, matches, found, stop, previous):
    match, group, category = found.match, found.group, found.category
    following = next(
        (
            m
            for m in matches
            if m.first > match.last
            and m.tag not in ("noun", "posture")
            and words[m.first - 1].low in ("and", "but", "or")
        ),
        None,
    )
    if following is not None and following.first <= stop:
        stop = following.first
    if match.cue.kind == "passive":
        _direct_passive(words, parties, matches, found, stop)
        return
    subject = subject_of(words, parties, matches, match, group, previous)
    by = agent_of(words, parties, match.last + 1, min(stop + 4, len(words)))
    passive = group.passive or (bool(by) and match.tag == "past" and by[0].first - match.last <= 4 and group.bare)
    after = match.first + 1 if match.cue.size > 1 and None in match.cue.elements else match.last + 1
    targets, place = object_of(words, parties, matches, category, after, stop, passive=passive, actors=subject)
    if match.cue.words.split()[0] in ("must", "should", "need"):
        found.actors, found.targets = [], subject
        return
    if match.cue.target == "none":  # be killed, come under fire: the subject is the one it happens to
        found.actors, found.targets, found.place = by, subject, place
        return
    if passive:
        if category == "COERCE" and not by and place:
            by, place = place, None
        found.actors = by
        if category == "MOBILIZE":
            found.actors = by or [p for p in subject if p.kind != "nominal" or p.id]
            found.targets = border_of(words, parties, match.last + 1, stop)
        elif category in ("AID", "TALK", "YIELD") and targets:
            found.targets = targets
        else:
            found.targets = subject
        if category == "YIELD" and not by and not targets:
            found.targets = subject
        return
    if (
        category == "THREATEN"
        and match.cue.words.startswith("warn")
        and words[match.last].low in ("that", "it", "they", "he")
    ):
        targets = []
    found.actors, found.targets = subject, [p for p in targets if p not in subject]
    if category == "MOBILIZE":
        found.targets = border_of(words, parties, match.first, stop) or found.targets
        found.targets = [p for p in found.targets if p not in subject and p.id not in {s.id for s in subject if s.id}]
        hosts = [
            p
            for p in parties
            if p.first > match.first
            and p.last < stop + 6
            and p.prep in ("to", "in", "into", "at")
            and p.kind in ("named", "place")
        ]
        found.beneficiary = hosts[0] if hosts and not found.targets else None
        helped = [
            p
            for p in parties
            if p.first > match.last
            and p.prep is None
            and any(
                w.low in ("assist", "help", "support", "protect", "reassure", "defend")
                for w in words[match.last + 1 : p.first]
            )
        ]
        found.beneficiary = helped[0] if helped else found.beneficiary
    elif category == "AID":
        found.beneficiary = found.targets[0] if found.targets else None
    if (
        category == "REQUEST"
        and words[match.last].low == "that"
        and match.last + 1 < len(words)
        and words[match.last + 1].low in ("they", "he", "she", "it")
    ):
        earlier = [
            p for p in parties if p.last < match.first and p not in subject and p.prep in (None, "on", "against")
        ]
        found.targets = earlier[-1:]
    found.place = place
    if category == "THREATEN" and "defend" in match.cue.words and found.targets:
        found.beneficiary, found.targets = found.targets[0], []
    if category == "TALK" and len(found.actors) > 1 and not found.targets:
        found.reciprocal = True
    sides = between_of(words, parties, after, stop) if category in ("TALK", "FORCE") else []
    if sides and category == "TALK" and not found.targets:
        found.beneficiary = None
        if match.cue.words.split()[0] in ("mediate", "broker", "shuttle", "host"):
            found.targets = sides
    if (
        category == "FORCE"
        and match.cue.words.startswith(("clash", "exchange", "trade", "fight", "battle"))
        and len(found.actors) > 1
        and not found.targets
    ):
        found.reciprocal = True


def _direct_passive(words, parties, matches, found, stop):
    """ "Sanctions were imposed on Belarus by the bloc": the agent after "by" or the owner of the noun, the target after
    its preposition.
    """
    match = found.match
    owner = [
        p for p in parties if p.last < match.first and match.first - p.last <= 4 and modifies(words, p, match.first)
    ]
    inside = [p for p in parties if p.first <= match.first <= p.last and p.id]
    found.actors = agent_of(words, parties, match.last + 1, min(stop + 4, len(words))) or inside[:1] or owner[-1:]
    targets, found.place = object_of(words, parties, matches, found.category, match.first + 1, stop, passive=True)
    found.targets = [p for p in targets if p not in found.actors]
    classes = word_classes()
    patient = [p for p in parties if p.first <= match.first <= p.last]
    if (
        patient
        and found.category != "MOBILIZE"
        and any(words[match.first].low in classes[name] for name in ("person", "detainee", "diplomat"))
    ):
        found.targets, found.actors = patient, [p for p in found.actors if p not in patient]
    if found.category == "MOBILIZE":
        found.targets = border_of(words, parties, match.first, stop)


def _direct_noun(words, parties, matches, found, stop, previous):
    match, category = found.match, found.category
    owner = [
        p for p in parties if p.last < match.first and match.first - p.last <= 5 and modifies(words, p, match.first)
    ]
    by = agent_of(words, parties, match.last + 1, min(stop, match.last + 9))
    sides = between_of(words, parties, match.first, stop)
    if sides:
        found.actors, found.targets, found.reciprocal = sides, [], True
        return
    after = match.last if words[match.last].low in PREPOSITION else match.last + 1
    targets, place = object_of(words, parties, matches, category, after, stop)
    targets = [p for p in targets if p.first - match.last <= 7 and (p.prep is not None)]
    from_ = [
        p
        for p in parties
        if p.first > match.last and p.last < stop and p.prep in ("from", "by", "of") and p.first - match.last <= 8
    ]
    if category == "YIELD" and not match.cue.words.startswith(
        ("withdrawal", "surrender", "retreat", "resignation", "pullout", "pull-out", "pullback", "troop")
    ):
        targets, from_ = targets or [p for p in from_ if p.prep == "of"][:1], []
    if category in ("REQUEST", "REJECT", "YIELD", "MOBILIZE") and from_ and not owner:
        found.actors = from_[:1]
        targets = [p for p in targets if p not in from_]
    elif owner:
        last = owner[-1]
        bare = (
            last.kind in ("named", "place")
            and words[last.last].low not in STATE_NOUNS | GROUP_NOUNS
            and not last.owner
            and not last.demonym
            and last.id
            and last.id.startswith("LOC:")
            and last.id not in ("LOC:united states", "LOC:united kingdom")
            and category in ("FORCE",)
        )
        if bare and not targets:
            targets = [last]
        else:
            k = parties.index(last)
            found.actors = list_of(words, parties, k, -1)
    if by:
        found.actors = by
    found.targets = targets
    found.place = place
    if category == "MOBILIZE":
        found.targets = border_of(words, parties, match.first, stop) or [p for p in targets if p.prep == "against"]
    if found.modality == "denied" and not found.actors and not by:
        denial = next((j for j in range(match.first - 1, -1, -1) if words[j].low in DENIAL | DENYING), None)
        if denial is not None:
            found.actors = first_subject(words, parties, clause_left(words, denial), denial)
    if (
        not found.actors
        and not by
        and any(w.low in ("its", "their", "his") for w in words[max(0, match.first - 3) : match.first])
    ):
        found.actors = first_subject(words, parties, clause_left(words, match.first), match.first)
    if not found.actors and not by:
        carrier = _light_verb(words, found.match.first)
        if carrier is not None:
            found.actors = first_subject(words, parties, clauses.boundary_left(words, carrier), carrier)
            if found.modality == "actual":
                group = clauses.verb_group(words, carrier, False)
                found.modality = read_modality(words, match, group, found.sentence.conditions, category)
                low = words[carrier].low
                if found.modality == "actual":
                    found.modality = (
                        "threatened"
                        if low.startswith(("vow", "threat", "warn"))
                        else "announced"
                        if low.startswith(
                            ("plan", "promise", "pledge", "prepar")
                            if category == "YIELD"
                            else ("plan", "order", "promise", "pledge", "approv", "author", "prepar")
                        )
                        else "actual"
                    )
    if category == "REJECT" and not found.targets:
        found.targets = [p for p in parties if p.first > match.last and p.last < stop and p not in found.actors][:1]


LIGHT = frozenset(
    """reactivate reactivated launch launched launches launching begin began begins start started starts carry carried stage staged mount mounted conduct conducted announce announced announces impose imposed plan planned plans
    declare declared make made makes making issue issued issues order ordered orders continue continued continues resume resumed hold held holds holding prepare prepared preparing face faced reiterated repeated renewed
    voiced expressed lead led suffered unleash unleashed pursue pursued press pressed end ended lift step stepped escalate escalated intensified outline outlined have has had is are was were use used vow vowed vows threaten threatened threatens promise promised pledged warned include
    authorise authorised authorize authorized approve approved allow allows allowed""".split()
)


def _light_verb(words, i):
    """Index of the verb that carries the noun at i: "Turkey will launch a military operation", or None."""
    for j in range(i - 1, max(-1, i - 6), -1):
        low = words[j].low
        if low in LIGHT:
            return j
        if low in clauses.HARD or low == "," or low in PREPOSITION or low in COORDINATOR:
            return None
    return None


def _pass_on(acts, words):
    """Direction that follows from the acts around: what someone is accused of, what is done in reply."""
    for act in acts:
        if act.accuser is not None:
            accused = act.accuser.targets
            if accused and act.verb and act.match.tag in ("ing",):
                act.actors = accused
            if not act.actors:
                act.actors = accused
            if not act.targets and act.category in HOSTILE and act.category != "MOBILIZE" and not act.place:
                act.targets = [p for p in act.accuser.actors if p not in act.actors]
        after = next((a for a in acts if a.first > act.last), None)
        if (
            act.verb
            and not act.targets
            and after is not None
            and after.verb
            and after.targets
            and after.category in HOSTILE
            and [w.low for w in words[act.last + 1 : after.group.first]] == ["and"]
        ):
            act.targets = list(after.targets)
        if act.category == "REQUEST" and not act.verb and not act.targets:
            refusal = next(
                (
                    a
                    for a in acts
                    if a.category == "REJECT" and a.match.last >= act.match.first and a.match.first < act.match.first
                ),
                None,
            )
            if refusal is not None:
                act.targets = [p for p in refusal.actors if p not in act.actors]
                if not refusal.targets:
                    refusal.targets = act.actors
        if act.category == "ACCUSE" and not act.targets:
            inner = next((a for a in acts if a.accuser is act and a.actors), None)
            if inner is not None:
                act.targets = [p for p in inner.actors if p not in act.actors]


def _kept(act):
    """Nominal acts need somebody in them; single words in the past of the past participle as adjectives are no acts."""
    if act.match.cue.own:
        return True
    if act.verb:
        if (
            act.group.bare
            and act.match.tag == "past"
            and act.match.cue.size == 1
            and not act.actors
            and not act.targets
            and act.category in ("FORCE", "COERCE", "MOBILIZE")
        ):
            return False
        if act.match.cue.words == "threaten" and act.group.infinitive and not act.targets and act.modality == "actual":
            return False  # "used to threaten life"
        if act.match.cue.ambiguous and not act.actors and not act.targets:
            return False
        if act.category in ("FORCE", "COERCE") and not any(p.kind != "place" for p in act.actors):
            low = {w.low for w in act.sentence.words[: act.first] + act.sentence.words[act.last + 1 :]}
            classes = word_classes()
            if act.match.cue.ambiguous and not act.actors and not act.group.passive and not low & classes["armed"]:
                return False  # flames surrounded the town
            return not (low & (classes["weather"] | classes["health"]) and len(low & classes["armed"]) < 2)
        return True
    if act.match.tag == "posture":
        return bool(act.actors or act.targets)
    if act.category == "FORCE":
        return bool(
            act.targets or act.place or any(p.first >= 0 for p in act.actors) or act.actors and act.modality != "actual"
        )
    return bool(act.actors or act.targets or act.place and act.category == "COERCE")


WEIGHT = {"FORCE": 4, "COERCE": 3, "MOBILIZE": 3, "THREATEN": 2, "SANCTION": 2}


def _adversaries(acts):
    """Who acts against whom in the article, by name: Counter of (actor id, target id), material acts weighing more."""
    against = Counter()
    for act in acts:
        if act.modality in ("denied", "possible"):
            continue
        for a in act.actors:
            for b in act.targets:
                if a.id and b.id and a.id != b.id:
                    against[a.id, b.id] += (
                        WEIGHT.get(act.category, 1) if act.category in HOSTILE else -3 if act.category == "AID" else -1
                    )
    return against


def _label(parties):
    seen = {}
    for party in parties:
        if party.name and party.name not in seen:
            seen[party.name] = party
    states = {p.name for p in seen.values()}
    kept = [n for n in seen if not any(other != n and other.startswith(n + " (") for other in states)]
    return "; ".join(kept) or None


def _identity(parties):
    return next((p.id for p in parties if p.id), None)


def find_acts(document, encoding, mentions, statements, *, codebook=None, roll_up=True):
    """All acts of an article, sorted by start.

    document: `text.read(…)`; encoding: `Encoder.encode(document)`, or None for rules alone; mentions, statements: what
    `entities` and `statements` found ([] is fine); codebook: path of a user's own categories (see `read_codebook`);
    roll_up: leaders and spokespersons act for their state, "Russia (Vladimir Putin)" with the state's id; False keeps
    the persons. Never raises on any text; raises what `read_codebook` raises when the user's file is wrong.
    """
    book = codebook if isinstance(codebook, Codebook) else load_codebook(codebook)
    names = Names(document, mentions, roll_up)
    context = _context(document, book)
    sources = _Sources(document, statements)
    acts, sentences = [], []
    for span in document.sentences:
        sentence, found = _read_sentence(document.text, span, names, book, context)
        if sentence is not None:
            sentences.append(sentence)
        acts += found
    _fill(acts, document, names, sources)
    acts = [act for act in acts if _kept(act) and _judge(act, encoding, document, context)]
    _imply(acts, document, names)
    acts += _complaints(acts, sources, names)
    rows = [_row(act, document.text, book, sources, names) for act in acts]
    return sorted(set(rows), key=lambda row: (row.start, row.end, row.category))


def _context(document, book):
    """Counts of everyday, armed and political words in the article (its first 20,000 characters)."""
    count = armed = political = 0
    words = clauses.words_of(document.text, 0, min(len(document.text), 20_000))
    count, armed, political = everyday(words, book.classes)
    return {"everyday": count, "armed": armed, "political": political}


def _judge(act, encoding, document, context):
    """Confidence from cue and language model; False where the model sees no act and the surroundings are not those of
    politics or conflict.

    The model reads whole sentences, so it can tell a metaphor from a deed better than which of several acts a cue
    names: categories stay with the rules.
    """
    prior = (0.5 if act.match.cue.ambiguous else 0.75) - 0.1 * (not act.actors) - 0.05 * (not act.targets)
    start, end = act.sentence.span
    words = act.sentence.words
    opinion = encoding.act(start, end, words[act.first].start, words[act.last].end) if encoding is not None else {}
    if not opinion or max(opinion.values()) < 0.2:  # no model, or one that does not know
        act.confidence = prior
        return True
    mine = sum(p for plover, p in opinion.items() if CATEGORY_OF.get(plover) == act.category)
    quad = sum(p for plover, p in opinion.items() if quad_of(CATEGORY_OF.get(plover, "NONE")) == quad_of(act.category))
    act.confidence = (2 * prior + max(mine, 0.7 * quad)) / 3
    if act.match.cue.own:
        return True
    everyday_article = context["armed"] + 0.5 * context["political"] < 4
    known = any(p.id for p in act.actors)
    limit = (
        (0.6 if act.match.cue.ambiguous else 0.85)
        if everyday_article
        else (0.97 if act.match.cue.ambiguous and not known else 1.0)
    )
    return opinion.get("NONE", 0.0) <= limit


def _fill(acts, document, names, sources):
    """Actors that the sentence itself does not name: the speaker ("we", "it said it"), the sentences before ("they",
    "the troops", "the group").
    """
    last, dyads, last_pair = {}, [], []
    for act in acts:
        start, words = act.sentence.span[0], act.sentence.words
        before = last.get(act.category) if start - last.get(act.category, (0, -10_000))[1] < 900 else None
        supplies = last.get("AID")
        if (
            act.category == "MOBILIZE"
            and act.verb
            and supplies
            and start - supplies[1] < 900
            and supplies[3]
            and act.match.cue.words.startswith(("send", "dispatch", "deliver"))
            and not any(w.low in word_classes()["troops"] for w in words[act.first : act.last + 1])
            and not act.targets
        ):
            # weapons sent to somebody who was promised weapons
            act.category, act.targets, act.beneficiary = "AID", supplies[3], supplies[3][0]
        if act.match.cue.troops and not _moves_troops(act, last.get("MOBILIZE"), start):
            act.dropped = True
            continue
        _speak_for(act, sources, names)
        if not act.actors and act.verb and act.group.first and words[act.group.first - 1].low in ("it", "they"):
            found = names.antecedent(document, words[act.group.first - 1].start, ("ORG", "LOC"))
            if found is not None and names.kinds.get(found.entity_id) != "outlet":
                name, identity, _ = names.show(found)
                act.actors = [Party(-1, -1, name, identity, None, "named", False, False)]
        act.actors = [_known(party, act, document, names) for party in act.actors]
        _both(act, dyads, last_pair)
        act.targets = [_known(party, act, document, names) for party in act.targets]
        vague = not act.actors or all(
            p.id is None and p.name.lower().removeprefix("the ") in TROOP_NAMES for p in act.actors
        )
        if vague and act.category == "MOBILIZE" and before:
            act.actors = before[0]
        if (
            not act.verb
            and before
            and before[1] < start
            and act.category in WEIGHT
            and act.first
            and words[act.first - 1].low in ("this", "these", "such", "those")
        ):
            act.actors = act.actors or before[0]
            if act.modality == "actual" and start - before[1] < 700:
                act.modality = before[2]
        ids = [p for p in act.actors + act.targets if p.id and p.id.startswith("LOC:")]
        if len({p.id for p in ids}) > 1:
            first = ids[0]
            dyads.append((first, next(p for p in ids if p.id != first.id)))
        if len(act.actors) > 1:
            last_pair[:] = [start, act.actors]
        if act.actors and any(p.id for p in act.actors):
            last[act.category] = (act.actors, start, act.modality, act.targets)
    acts[:] = [act for act in acts if not act.dropped]
    for act in acts:
        if not act.targets and not act.reciprocal and act.place:
            act.targets = [p for p in act.place if p.id not in {a.id for a in act.actors}]


SIDES = frozenset(
    "presidents leaders sides countries governments ministers neighbours neighbors parties armies capitals nations foes rivals allies foreign-ministers".split()
)


def _both(act, dyads, last_pair):
    """ "The two leaders", "both sides": the pair named last; "they" after a sentence about two: those two."""
    words = act.sentence.words
    start = act.sentence.span[0]
    plural = next(
        (
            p
            for p in act.actors
            if p.id is None
            and p.first > 0
            and p.name.lower().split()[-1] in SIDES
            and words[p.first - 1].low in ("two", "both")
        ),
        None,
    )
    if plural is not None and dyads:
        act.actors, act.reciprocal = (
            [p._replace(first=-1, last=-1, prep=None) for p in dyads[-1]],
            act.category == "TALK",
        )
    elif (
        not act.actors
        and act.verb
        and act.group.first
        and words[act.group.first - 1].low == "they"
        and last_pair
        and 0 < start - last_pair[0] < 400
    ):
        act.actors = last_pair[1]
        act.reciprocal = act.category in ("TALK", "FORCE") and not act.targets


TROOP_NAMES = frozenset("troops soldiers forces they officials units reinforcements".split())
GROUP_NAMES = frozenset(
    "group movement party bloc alliance organisation organization militia rebels coalition union army military government country nation state company ministry regime junta".split()
)


def _moves_troops(act, before, start):
    """True when what is sent, flown or stationed are troops: named so before the verb, or "they" after a sentence about
    a deployment.
    """
    words = act.sentence.words
    classes = word_classes()
    ahead = words[max(0, act.group.first - 14) : act.group.first]
    if any(w.low in classes["troops"] or w.low in classes["arms"] for w in ahead):
        return True
    return (
        bool(ahead)
        and ahead[-1].low in ("they", "which", "that", "it")
        and before is not None
        and start - before[1] < 400
    )


def _speak_for(act, sources, names):
    """The speaker acts where the words of the clause are "we", "I", "our", or "it" and "they" in reported speech; and
    where a quotation names nobody.
    """
    words = act.sentence.words
    begin = min(act.group.first if act.verb else act.first, act.first)
    offset = words[act.first].start
    statement = sources.statement(offset, words[act.last].end)
    inside = sources.inside(offset)
    speaker = names.party(statement.speaker_id) if statement is not None and statement.speaker_id else None
    if speaker is None and inside:
        speaker = _before_quotation(act, sources)
    if speaker is None:
        return
    near = {w.low for w in words[max(0, begin - 6) : begin]}
    subject = words[begin - 1].low if begin else ""
    outside = (
        inside and act.actors and all(p.first >= 0 and not sources.inside(words[p.first].start) for p in act.actors)
    )
    if inside and (near & {"we", "i"} or not act.verb and near & {"our", "my"}):
        act.actors = [speaker]
    elif inside and (not act.actors or outside) and act.category != "FORCE":
        act.actors = [speaker]
    elif inside and (not act.actors or outside) and act.modality != "actual":
        act.actors = [speaker]
    elif not inside and subject in ("it", "they") and not act.actors:
        act.actors = [speaker]
    elif (
        act.category == "THREATEN"
        and act.verb
        and act.match.cue.words.startswith(
            (
                "be considered",
                "be regarded",
                "be seen",
                "be treated",
                "be met",
                "be a",
                "be ",
                "amount",
                "face",
                "pay",
                "suffer",
                "bear",
            )
        )
        and act.match.cue.words.split()[1] not in ("ready", "prepared", "willing")
    ):
        act.targets = act.targets or [p for p in act.actors if p.id != speaker.id]
        act.actors = [speaker]
    elif (
        not inside
        and not act.actors
        and act.verb
        and not act.group.passive
        and act.match.cue.target != "none"
        and (
            not begin
            or subject in ("it", "they", "he", "she", "we", "that", ",", "and", "or", "but", "to")
            or not subject[:1].isalpha()
        )
    ):
        act.actors = [speaker]
    after = {w.low for w in words[act.last + 1 : act.last + 6]} | {w.low for w in words[act.first + 1 : act.last + 1]}
    if (
        act.category in HOSTILE
        and speaker.id not in {a.id for a in act.actors}
        and act.actors
        and (after & {"us", "our", "my"} if inside else after & {"its", "their", "it", "them"})
        and not any(p.kind == "named" for p in act.targets)
    ):
        act.targets = [speaker]
    act.targets = [p for p in act.targets if p.id is None or p.id not in {a.id for a in act.actors}]


def _before_quotation(act, sources):
    """Who stands before the reporting verb that opens a quotation: "Ryabkov said, “…", or None."""
    words = act.sentence.words
    opening = next((j for j in range(act.first - 1, -1, -1) if not sources.inside(words[j].start)), None)
    if opening is None:
        return None
    said = next((j for j in range(opening, max(-1, opening - 5), -1) if words[j].low in REPORTING), None)
    near = [p for p in act.sentence.parties if said is not None and p.last < said and said - p.last <= 3 and p.id]
    return near[-1] if near else None


def _known(party, act, document, names):
    """ "the group", "the bloc", "the country": what was named before; other parties as they are."""
    if party.id is not None or party.first < 0 or party.name.lower().removeprefix("the ") not in GROUP_NAMES:
        return party
    words = act.sentence.words
    if party.first and words[party.first - 1].low not in ("the", "its", "their"):
        return party
    offset = words[party.first].start
    group = party.name.lower().removeprefix("the ") not in (
        "government",
        "country",
        "nation",
        "state",
        "army",
        "military",
        "regime",
        "junta",
    )
    found = names.antecedent(document, offset, ("ORG",)) if group else _home(names, offset)
    if found is None:
        return party
    name, identity, kind = names.show(found)
    return party if kind == "place" else party._replace(name=name, id=identity)


def _home(names, offset):
    """The state named most before an offset ("the government", "the country"): its last mention, or None."""
    states = [
        m
        for m in names.mentions
        if m.start < offset and m.kind == "named" and (names.states.get(m.entity_id) or (None,))[0] == m.entity_id
    ]
    counts = Counter(m.entity_id for m in states)
    return max(reversed(states), key=lambda m: counts[m.entity_id], default=None)


def _imply(acts, document, names):
    """Targets that only the context of the article names, marked "(implied)"."""
    against = _adversaries(acts)
    for pair, n in _standoffs(document, names).items():
        against[pair] += n
    for act in acts:
        if (
            act.targets
            or act.reciprocal
            or not act.actors
            or act.category not in ("FORCE", "COERCE", "SANCTION", "MOBILIZE", "THREATEN", "ACCUSE", "REJECT")
        ):
            continue
        act.targets = _implied(act.actors, against, names, act.category in ("FORCE", "MOBILIZE", "THREATEN", "COERCE"))


def _complaints(acts, sources, names):
    """A refusal or breach that its victim reports ("Putin said that the U.S. ignored the demands") is also an
    accusation by the speaker.
    """
    found = []
    for act in acts:
        if act.category != "REJECT" or not act.verb or not act.actors or act.modality != "actual":
            continue
        words = act.sentence.words
        statement = sources.statement(words[act.first].start, words[act.last].end)
        if statement is None or not statement.speaker_id or statement.cue_start is None:
            continue
        speaker = names.party(statement.speaker_id)
        if speaker is None or speaker.id in {p.id for p in act.actors} or speaker.id not in {p.id for p in act.targets}:
            continue
        act.alleged = True
        starts = [w.start for w in words]
        cue = bisect.bisect_left(starts, statement.cue_start)
        if cue >= act.first:
            cue = act.first
        complaint = _Found(act.match, act.group, act.sentence)
        complaint.category, complaint.actors, complaint.targets = "ACCUSE", [speaker], act.actors
        complaint.first, complaint.last, complaint.verb, complaint.confidence = (
            cue,
            act.match.first,
            False,
            act.confidence * 0.9,
        )
        found.append(complaint)
    return found


def _standoffs(document, names):
    """(a, b) pairs that the text calls a standoff, border, war, conflict or tensions: "the Ukraine-Russia standoff"."""
    found = Counter()
    mentions = [m for m in names.mentions if m.type in ("LOC", "ORG") and m.kind in ("named", "demonym")]
    for a, b in zip(mentions, mentions[1:]):
        between = document.text[a.end : b.start]
        if len(between) <= 8 and between.strip() in ("-", "–", "—", "and", "/", "‑", "–"):
            after = document.text[b.end : b.end + 40].lower()
            if re.match(
                r"\W{0,3}(?:\w+\s){0,2}(?:standoff|war|conflict|tension|dispute|border|crisis|rivalry|confrontation|clash|frontier)",
                after,
            ):
                ia, ib = names.show(a)[1], names.show(b)[1]
                if ia != ib:
                    found[ia, ib] += 1
                    found[ib, ia] += 1
    return found


def _implied(actors, against, names, third=True):
    """The adversary of these actors in the article, marked "(implied)"; [] without a clear one.

    third: also for those who are no party to the conflict themselves, towards the side that acts most against others.
    """
    mine = {a.id for a in actors if a.id and not a.id.startswith("PER:")}
    helped = {b for (a, b), n in against.items() if a in mine and n < 0}
    foes = Counter()
    for (a, b), n in against.items():
        if n <= 0:
            continue
        if a in mine and b not in mine:
            foes[b] += 2 * n
        elif b in mine and a not in mine:
            foes[a] += 2 * n
        elif mine and b in helped and third:
            foes[a] += n
    for b in helped:
        foes.pop(b, None)
    outside = not foes and third and bool(mine)
    if outside:
        for (a, b), n in against.items():
            if n > 0 and a not in mine and b not in mine:
                foes[a] += n
    (best, most), *rest = foes.most_common(2) or [(None, 0)]
    known = (
        names.party(best) if best and not (rest and (rest[0][1] == most or outside and 2 * rest[0][1] > most)) else None
    )
    return [known._replace(name=f"{known.name} (implied)")] if known is not None else []


ALLEGING = frozenset(
    "accused accuse accuses alleged allege alleges claimed claim claims claiming accusing purported".split()
)


class _Sources:
    """Statements of an article, to ask who says what stands at an offset."""

    def __init__(self, document, statements):
        self.document = document
        self.pieces = sorted((start, end, statement) for statement in statements for start, end in statement.spans)
        self.starts = [piece[0] for piece in self.pieces]
        self.quoted = text.quotation_mask(document.text, document.quotations)

    def inside(self, offset):
        """True inside quotation marks."""
        return bool(self.quoted[offset]) if offset < len(self.quoted) else False

    def statement(self, start, end):
        """The innermost statement that holds the words at [start, end) without being reported by them, or None."""
        best = None
        k = bisect.bisect_right(self.starts, start)
        for piece in reversed(self.pieces[max(0, k - 12) : k]):
            if piece[0] <= start + 1 and piece[1] >= min(end, start + 3):
                if best is None or piece[1] - piece[0] < best[1] - best[0]:
                    if piece[2].cue_start is None or not start <= piece[2].cue_start < end:
                        best = piece
        return best[2] if best is not None else None

    def of(self, start, end):
        """(attribution, speaker) of the words at [start, end)."""
        inside = self.inside(start) or bool(
            end - 1 < len(self.quoted) and self.quoted[end - 1] and self.quoted[(start + end) // 2]
        )
        statement = self.statement(start, end)
        if statement is None:
            return ("quoted", None) if inside else ("narrator", None)
        speaker = (statement.speaker or "").strip("()") or None
        if statement.via and speaker:
            speaker = f"{speaker} (via {statement.via})"
        speaker = speaker or statement.via
        if inside:
            return "quoted", speaker
        alleged = (statement.cue or "").lower().split(" ")[0] in ALLEGING
        return ("alleged" if alleged else "reported"), speaker


def _row(act, article, book, sources, names):
    words = act.sentence.words
    start, end = words[act.first].start, words[act.last].end
    group_start = words[min(act.first, act.group.first)].start if act.verb else start
    attribution, speaker = sources.of(start, end)
    if (
        attribution in ("reported", "alleged")
        and act.verb
        and not act.alleged
        and act.group.first
        and words[act.group.first - 1].low in ("and", "but")
    ):
        statement = sources.statement(start, end)
        party = names.party(statement.speaker_id) if statement is not None and statement.speaker_id else None
        said = statement.cue_start if statement is not None else None
        if (
            party is not None
            and said is not None
            and act.sentence.span[0] <= said < start
            and {p.id for p in act.actors} == {party.id}
            and not any(w.low == "that" for w in words if said < w.start < start)
        ):
            attribution, speaker = "narrator", None
    if act.alleged:
        attribution = "alleged"
        if act.accuser is not None and act.accuser.actors:
            speaker = _label(act.accuser.actors)
    actors = act.actors
    mine = {p.name for p in actors} | {p.id for p in actors if p.id}
    targets = [
        p
        for p in act.targets
        if p.name not in mine
        and p.id not in mine
        and not (
            p.id is None
            and p.name.lower().startswith(("its ", "their ", "his ", "her "))
            and p.name.lower().split()[-1] not in ALLIES
        )
    ]
    if (act.reciprocal or act.category == "TALK" and not targets) and len(actors) > 1:
        actor, target = _label(actors), _label(actors[::-1])
    else:
        actor, target = _label(actors), _label(targets)
    purpose = read_purpose(words, act, act.category, act.modality)
    first, last = act.sentence.span
    if (
        act.category == "MOBILIZE" and act.verb and act.first == act.last
    ):  # "amassing" alone says little: up to the troops
        classes = word_classes()
        for j in range(act.last + 1, min(act.last + 6, len(words))):
            if words[j].low in clauses.HARD or words[j].low == "," or words[j].low in PREPOSITION - {"of"}:
                break
            if words[j].low in classes["troops"] or words[j].low in classes["arms"]:
                end = words[j].end
    return Act(
        group_start,
        end,
        article[group_start:end],
        act.category,
        book.rungs[act.category],
        act.modality,
        attribution,
        speaker,
        purpose,
        actor,
        _identity(actors),
        target,
        _identity(
            targets or actors[::-1] if len(actors) > 1 and (act.reciprocal or act.category == "TALK") else targets
        ),
        act.beneficiary.name if act.beneficiary else None,
        article[first:last],
        first,
        last,
        round(max(0.05, min(0.99, act.confidence)), 3),
    )


SOFT_APPEAL = (
    "urge",
    "call",
    "ask",
    "appeal",
    "request",
    "push for",
    "press for",
    "plea",
    "launch",
    "seek",
    "petition",
    "lobby",
    "propose",
    "encourage",
    "advise",
)
_ALONE = {"everyday": 0, "armed": 9, "political": 9}


def sentence_types(sentence):
    """PLOVER types that the cues of a sentence speak for, after the modality rule: {type: weight}; soft appeals
    ("urged") count as "NONE".
    """
    document = text.read(sentence)
    names = Names(document, [], False)
    book = load_codebook()
    weights = Counter()
    for span in document.sentences:
        _, acts = _read_sentence(sentence, span, names, book, _ALONE, alone=True)
        for order, act in enumerate(sorted(acts, key=lambda a: a.first)):
            plover = scored_plover(act.category, act.modality, act.match.cue.plover or None)
            weight = (
                (1.0 if act.verb else 0.6)
                * (0.6 if act.match.cue.ambiguous else 1.0)
                * (1.0 if order == 0 else 0.5)
                * (1.15 if act.match.cue.size > 1 else 1.0)
            )
            if act.alleged:
                weight *= 0.3
            if act.category == "REQUEST" and act.match.cue.words.startswith(SOFT_APPEAL):
                plover = None
            weights[plover or "NONE"] += weight
    return dict(weights)


def classify_sentence(sentence, encoding=None, *, lexicon=0.5):
    """One PLOVER type for a sentence read on its own, or None where it reports no act.

    encoding: `Encoder.encode(text.read(sentence))`; without it (or without a trained model) the cues decide alone.
    lexicon: how much the cues weigh against the model (the exponent of their share in the product of both; 0: the model
    alone).
    """
    weights = sentence_types(sentence)
    opinion = encoding.act(0, len(sentence)) if encoding is not None else {}
    if not opinion or max(opinion.values()) < 0.1:
        best = max(weights, key=weights.get, default=None)
        return None if best in (None, "NONE") else best
    total = sum(weights.values())
    if not total:
        score = opinion
    else:
        score = {
            plover: (p + 1e-6) * (weights.get(plover, 0.0) / total + 0.12) ** lexicon for plover, p in opinion.items()
        }
    best = max(score, key=score.get)
    return None if best == "NONE" else best
