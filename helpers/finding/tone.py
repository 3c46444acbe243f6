"""Tone of what is said, and stance towards whom it is said about.

Tone is how positive or negative the wording is (-1..1), whatever the topic. Stance is the attitude towards one target
(-1..1). The encoder scores both; VADER (Hutto & Gilbert 2014) stands beside the tone for comparison, and `tone_terms`
lists the words that weighed most.
"""

import bisect
import re
from typing import NamedTuple

import numpy as np

from helpers import text as texts
from helpers.finding import entities
from helpers.scheme import NEUTRAL
from helpers.text import STRAIGHT, vader


class Stance(NamedTuple):
    """Attitude of one statement towards one entity it mentions; offsets of the statement and of the mention."""

    start: int
    end: int
    target_start: int
    target_end: int
    target_id: str
    target: str
    stance: float
    score: float
    evidence: str


# -- scoring one text ------------------------------------------------------------------------------------------------


def vader_tone(text):
    """VADER's compound score, -1..1, of a text whose apostrophes are straightened first ("didn’t" is missed otherwise)."""
    return float(vader().polarity_scores(text.translate(STRAIGHT))["compound"])


def masked(text, start, end, mentions):
    """text[start:end] with every name replaced by "Name": "United States" and "Justice Department" are not praise."""
    out, position = "", start
    for mention in mentions:
        if mention.kind == "named" and start <= mention.start and mention.end <= end and mention.start >= position:
            out += text[position : mention.start] + "Name"
            position = mention.end
    return out + text[position:end]


# Denials and reassurances: a hostile or fearful word under a negation speaks against hostility.
_HOSTILE = r"(?:attack|invad|invasion|war\b|wars\b|strike|bomb|threat|aggress|escalat|fear|alarm|panic|worr|harm|hostil|conflict|confront|provo|interfer|kill|violen|retaliat|punish|military action|use of force|nuclear)\w*"
_DENIAL = re.compile(
    r"(?:\b(?:no|without any) (?:\w+ )?(?:or \w+ )?(?:plans?|intentions?|intent|desire|wish|reason|need|cause|grounds?|appetite|interest)\b(?:\W+\w+){0,6}?\W+"
    + _HOSTILE
    + r"|(?:\bnot|n't|\bnever) (?:be |been |going to |planning (?:on |to )|seeking (?:to )?|looking to |intending to |want(?:ing)? (?:to |a |any )?|intend to |plan(?:ned)? to )+(?:\w+ ){0,2}"
    + _HOSTILE
    + r")",
    re.I,
)
# Deterrence and readiness: firm, but neither praise nor attack.
_DETERRENCE = re.compile(
    r"\b(?:deter|deterring|deterrence|deterrent|defend against|stand ready|readiness|skin in the game|will not hesitate|trained and equipped|elevated risk)\b",
    re.I,
)
_CONDOLENCE = re.compile(
    r"\b(?:condolences?|sympath(?:y|ies)|our hearts? (?:go|goes|went) out|thoughts and prayers|mourn(?:s|ing)? with|grie(?:f|ve|ving))\b",
    re.I,
)


def adjusted(tone, text):
    """The encoder's tone where rules of wording know better.

    A denial of hostility is at least mildly positive; deterrence and readiness talk is pulled to the neutral zone;
    condolence is sorrow shared, never an attack.
    """
    straight = text.translate(STRAIGHT)
    if _DENIAL.search(straight):
        return max(tone, 0.2)
    if _CONDOLENCE.search(straight):
        return max(tone, -NEUTRAL)
    if _DETERRENCE.search(straight):
        return float(np.clip(tone, -NEUTRAL + 0.01, NEUTRAL - 0.01))
    return tone


def tone_terms(encoding, start, end, tone, most=4):
    """The words of a range that weigh most in the encoder's tone, in the direction of the score; [] for a neutral
    score.

    A word's weight is its share of the pooling attention times the tone its own state has.
    """
    weights = encoding.tone_weights(start, end)
    if not weights or abs(tone) < 0.05:
        return []
    sign = 1 if tone > 0 else -1
    words = [
        (sign * w, _CONTRACTED.match(encoding.document.text, a).group(), a)
        for (a, b), w in weights
        if b - a > 2 and encoding.document.text[a:b].isalpha() and encoding.document.text[a:b].lower() not in _EMPTY
    ]
    top = sorted(sorted(words, reverse=True)[:most], key=lambda item: item[2])
    return list(dict.fromkeys(word for weight, word, _ in top if weight > 0.002))


# the encoder reads "didn", "'", "t"; a reader wants "didn't"
_CONTRACTED = re.compile(r"[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)?")
_EMPTY = frozenset(
    "the and that this these those with from have has had was were are been being for not but they them their his her its our your you who whom which what when where there here will would could should can may might must also about into over than then some any all more most other such very just only said says".split()
)
_EVALUATIVE = re.compile(
    r"\b(?:accus|blam|critici[sz]|condemn|denounc|mock|slam|dismiss|reject|threaten|lament|mourn|prais|thank|congratulat|welcom|applaud)",
    re.I,
)


def _spoken(statement):
    """The spans whose wording is the statement's: with its cue where an indirect statement's cue judges ("accused NATO
    of …").
    """
    (start, end), *others = statement.spans
    if (
        statement.kind == "indirect"
        and statement.cue
        and _EVALUATIVE.search(statement.cue)
        and 0 <= start - statement.cue_end <= 2
    ):
        start = statement.cue_start
    return [(start, end), *others]


def _tone_of(encoding, spans):
    """Mean over the fragments, weighted by their length."""
    sizes = [b - a for a, b in spans]
    return sum(encoding.tone(a, b) * n for (a, b), n in zip(spans, sizes, strict=True)) / max(1, sum(sizes))


# -- scoring the statements of an article ----------------------------------------------------------------------------


# "defend X", "a threat to X": whoever speaks so stands with X; in an accusation, X is the victim of what follows, not
# its target.
_PROTECTED = re.compile(
    r"\b(?:reassur|defend|protect|assist|help|threats? (?:against|to)|aggression against|attacks? (?:on|against)|solidarity with|stand(?:s|ing)? (?:with|by))\w*\W+(?:(?:our|the|its|their|his|her|all|every|\w+) ){0,2}$",
    re.I,
)
_HARMED = re.compile(
    r"\b(?:threaten|attack|invad|bomb|goad|provok|undermin|betray|ignor|harass|bully|isolat|encircl|destabili[sz]|shell|occupy)\w*\W+(?:(?:our|the|its|their|his|her) )?$",
    re.I,
)


def score_statements(document, encoding, mentions, statements):
    """Statements with tone, tone_terms and vader filled in; and the stances they take.

    A stance is scored for every entity named inside the statement, or in the sentence that carries it, other than the
    speaker.
    -> (list of Statement, list of Stance)
    """
    text, scored, stances = document.text, [], []
    starts = [m.start for m in mentions]
    homes = {entity: country for entity, (country, _) in entities.affiliations(document, mentions).items()}
    for statement in statements:
        spans = _spoken(statement)
        tone = adjusted(_tone_of(encoding, spans), statement.text)
        plain = " ".join(masked(text, a, b, mentions) for a, b in statement.spans)
        terms = [t for a, b in spans for t in tone_terms(encoding, a, b, tone)]
        scored.append(
            statement._replace(
                tone=round(tone, 4),
                tone_terms="; ".join(dict.fromkeys(terms)) or None,
                vader=round(vader_tone(plain), 4),
            )
        )
        stances += _stances(document, encoding, mentions, starts, homes, statement)
    return scored, stances


def _stances(document, encoding, mentions, starts, homes, statement):
    text, denial = document.text, _DENIAL.search(statement.text.translate(STRAIGHT))
    accusation = bool(statement.cue and _EVALUATIVE.search(statement.cue))

    carrier = texts.sentence_at(document, statement.cue_start if statement.cue_start is not None else statement.start)
    begin, stop = min(carrier.start, statement.start), max(carrier.end, statement.end)
    if stop - begin > 6000:
        begin, stop = statement.start, statement.end
    found = {}
    for mention in mentions[bisect.bisect_left(starts, begin) : bisect.bisect_left(starts, stop)]:
        inside = any(a <= mention.start and mention.end <= b for a, b in statement.spans)
        # a seat of the speaker's own government is not spoken about from outside
        if mention.metonym_of is not None and mention.metonym_of == homes.get(statement.speaker_id):
            continue
        if (
            not inside
            or mention.entity_id is None
            or mention.entity_id == statement.speaker_id
            or mention.type == "MISC"
            and mention.kind != "demonym"
        ):
            continue
        chances = encoding.stance(begin, stop, mention.start, mention.end)
        if chances:
            value = chances["pos"] - chances["neg"]
            before = text[max(begin, mention.start - 45) : mention.start]
            if _PROTECTED.search(before):
                value = max(value, 0.3)
            elif denial or accusation and _HARMED.search(before):
                value = max(value, 0.0)
            best = found.get(mention.entity_id)
            if best is None or abs(value) > abs(best.stance):
                found[mention.entity_id] = Stance(
                    statement.start,
                    statement.end,
                    mention.start,
                    mention.end,
                    mention.entity_id,
                    mention.entity,
                    round(value, 4),
                    round(max(chances.values()), 4),
                    document.text[begin:stop],
                )
    return list(found.values())
