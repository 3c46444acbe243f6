"""Tone of what is said, and stance towards whom it is said about.

Tone is how positive or negative the wording is (-1..1), whatever the topic. Stance is the attitude towards one target
(-1..1). The encoder scores both; VADER (Hutto & Gilbert 2014) stands beside the tone for comparison, and `tone_terms`
lists the words that weighed most.
"""

import bisect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from helpers import text as texts
from helpers.finding.affiliations import affiliations
from helpers.finding.encoder import Encoding
from helpers.finding.mentions import Mention
from helpers.finding.opinion_reading import read_stance, read_tone
from helpers.finding.statements import Statement
from helpers.scheme import NEUTRAL
from helpers.text import STRAIGHT, Document, Span, vader, word_list

LONGEST_CARRIER = 6000  # characters


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


def vader_tone(text: str) -> float:
    """VADER's compound score, -1..1, of a text. Apostrophes are straightened first: "didn’t" is missed otherwise."""
    return float(vader().polarity_scores(text.translate(STRAIGHT))["compound"])


def masked(text: str, start: int, end: int, mentions: Iterable[Mention]) -> str:
    """text[start:end] with every name replaced by "Name": "United States" and "Justice Department" are not praise."""
    out, position = "", start
    for mention in mentions:
        if mention.kind == "named" and start <= mention.start and mention.end <= end and mention.start >= position:
            out += text[position : mention.start] + "Name"
            position = mention.end
    return out + text[position:end]


# Denials and reassurances: a hostile or fearful word under a negation speaks against hostility.
_HOSTILE = (
    r"(?:attack|invad|invasion|war\b|wars\b|strike|bomb|threat|aggress|escalat|fear|alarm|panic|worr|harm|hostil"
    r"|conflict|confront|provo|interfer|kill|violen|retaliat|punish|military action|use of force|nuclear)\w*"
)
_DENIAL = re.compile(
    r"(?:\b(?:no|without any) (?:\w+ )?(?:or \w+ )?(?:plans?|intentions?|intent|desire|wish|reason|need|cause"
    r"|grounds?|appetite|interest)\b(?:\W+\w+){0,6}?\W+"
    + _HOSTILE
    + r"|(?:\bnot|n't|\bnever) (?:be |been |going to |planning (?:on |to )|seeking (?:to )?|looking to "
    r"|intending to |want(?:ing)? (?:to |a |any )?|intend to |plan(?:ned)? to )+(?:\w+ ){0,2}" + _HOSTILE + r")",
    re.I,
)


# Deterrence and readiness: firm, but neither praise nor attack.
_DETERRENCE = re.compile(
    r"\b(?:deter|deterring|deterrence|deterrent|defend against|stand ready|readiness|skin in the game"
    r"|will not hesitate|trained and equipped|elevated risk)\b",
    re.I,
)


def adjusted(tone: float, text: str) -> float:
    """The encoder's tone, where rules of wording do not know better: a denial of hostility is at least mildly
    positive; deterrence and readiness talk is pulled to the neutral zone.
    """
    straight = text.translate(STRAIGHT)
    if _DENIAL.search(straight):
        return max(tone, 0.2)
    if _DETERRENCE.search(straight):
        return max(-NEUTRAL + 0.01, min(NEUTRAL - 0.01, tone))
    return tone


def tone_terms(text: str, weights: Iterable[tuple[Span, float]], tone: float, most: int = 4) -> list[str]:
    """The words of `ToneReading.words` that weigh most in the encoder's tone, in the direction of the score; [] for a
    neutral score.
    """
    if abs(tone) < 0.05:
        return []
    sign = 1 if tone > 0 else -1
    words = [
        (sign * weight, match.group(), start)
        for (start, end), weight in weights
        if end - start > 2 and text[start:end].isalpha() and text[start:end].lower() not in _EMPTY
        if (match := _CONTRACTED.match(text, start))
    ]
    top = sorted(sorted(words, reverse=True)[:most], key=lambda item: item[2])
    return list(dict.fromkeys(word for weight, word, _ in top if weight > 0.002))


# the encoder reads "didn", "'", "t"; a reader wants "didn't"
_CONTRACTED = re.compile(r"[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)?")
_EMPTY = word_list("words without tone")
_EVALUATIVE = re.compile(
    r"\b(?:accus|blam|critici[sz]|condemn|denounc|mock|slam|dismiss|reject|threaten|lament|mourn|prais|thank"
    r"|congratulat|welcom|applaud)",
    re.I,
)


def _spoken(statement: Statement) -> list[tuple[int, int]]:
    """The spans whose wording is the statement's: with its cue where an indirect statement's cue judges ("accused NATO
    of …").
    """
    (start, end), *others = statement.spans
    cue, cue_start, cue_end = statement.cue, statement.cue_start, statement.cue_end
    if statement.kind == "indirect" and cue and cue_start is not None and cue_end is not None:
        if _EVALUATIVE.search(cue) and 0 <= start - cue_end <= 2:
            start = cue_start
    return [(start, end), *others]


# -- scoring the statements of an article ----------------------------------------------------------------------------


# "defend X", "a threat to X": whoever speaks so stands with X; in an accusation, X is the victim of what follows, not
# its target.
_PROTECTED = re.compile(
    r"\b(?:reassur|defend|protect|assist|help|threats? (?:against|to)|aggression against|attacks? (?:on|against)"
    r"|solidarity with|stand(?:s|ing)? (?:with|by))\w*\W+(?:(?:our|the|its|their|his|her|all|every|\w+) ){0,2}$",
    re.I,
)
_HARMED = re.compile(
    r"\b(?:threaten|attack|invad|bomb|goad|provok|undermin|betray|ignor|harass|bully|isolat|encircl|destabili[sz]"
    r"|shell|occupy)\w*\W+(?:(?:our|the|its|their|his|her) )?$",
    re.I,
)


def score_statements(
    document: Document, encoding: Encoding, mentions: Sequence[Mention], statements: Iterable[Statement]
) -> tuple[list[Statement], list[Stance]]:
    """Statements with tone, tone_terms and vader filled in; and the stances they take.

    A stance is scored for every entity named inside the statement, or in the sentence that carries it, other than the
    speaker.
    -> (list of Statement, list of Stance)
    """
    text, scored = document.text, []
    stances: list[Stance] = []
    starts = [m.start for m in mentions]
    homes = {entity: country for entity, (country, _) in affiliations(document, mentions).items()}
    for statement in statements:
        spans = _spoken(statement)
        reading = read_tone(encoding, spans)
        tone = adjusted(reading.tone, statement.text)
        plain = " ".join(masked(text, a, b, mentions) for a, b in statement.spans)
        terms = tone_terms(text, reading.words, tone)
        scored.append(
            statement._replace(
                tone=round(tone, 4),
                tone_terms="; ".join(dict.fromkeys(terms)) or None,
                vader=round(vader_tone(plain), 4),
            )
        )
        stances += _stances(document, encoding, mentions, starts, homes, statement, spans)
    return scored, stances


def _stances(
    document: Document,
    encoding: Encoding,
    mentions: Sequence[Mention],
    starts: Sequence[int],
    homes: Mapping[str, str],
    statement: Statement,
    spans: Sequence[tuple[int, int]],
) -> list[Stance]:
    """One stance for each entity, the strongest. starts: where the mentions start; homes: entity -> its state; spans:
    what is read as said.
    """
    begin, stop = _carrier(document, statement)
    best: dict[str, Stance] = {}
    for mention in mentions[bisect.bisect_left(starts, begin) : bisect.bisect_left(starts, stop)]:
        if not _is_target(mention, statement, homes):
            continue
        chances = read_stance(encoding, spans, mention.start, mention.end)
        if not chances:
            continue
        before = document.text[max(begin, mention.start - 45) : mention.start]
        value = _judged(chances["pos"] - chances["neg"], before, statement)
        known = best.get(mention.entity_id)
        if known is None or abs(value) > abs(known.stance):
            best[mention.entity_id] = Stance(
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
    return list(best.values())


def _carrier(document: Document, statement: Statement) -> tuple[int, int]:
    """The statement with the sentence that reports it; the statement alone when that grows too long."""
    cue = statement.cue_start if statement.cue_start is not None else statement.start
    sentence = texts.sentence_at(document, cue)
    begin, stop = min(sentence.start, statement.start), max(sentence.end, statement.end)
    return (begin, stop) if stop - begin <= LONGEST_CARRIER else (statement.start, statement.end)


def _is_target(mention: Mention, statement: Statement, homes: Mapping[str, str]) -> bool:
    """Whether a stance can be taken towards a mention: it is inside the statement and not the speaker. A seat of the
    speaker's own government is not spoken about from outside.
    """
    if mention.entity_id is None or mention.entity_id == statement.speaker_id:
        return False
    if mention.type == "MISC" and mention.kind != "demonym":
        return False
    home = homes.get(statement.speaker_id) if statement.speaker_id is not None else None
    if mention.metonym_of is not None and mention.metonym_of == home:
        return False
    return any(start <= mention.start and mention.end <= end for start, end in statement.spans)


def _judged(value: float, before: str, statement: Statement) -> float:
    """The encoder's stance where rules of wording know better. before: the words before the target."""
    if _PROTECTED.search(before):
        return max(value, 0.3)
    accusation = statement.cue is not None and _EVALUATIVE.search(statement.cue)
    if _DENIAL.search(statement.text.translate(STRAIGHT)) or accusation and _HARMED.search(before):
        return max(value, 0.0)
    return value
