"""Who speaks: the verbs that introduce words, the name beside them, and the entity that a source stands for.

A speaker that the text does not name stays unknown.
"""

import bisect
import csv
import functools
import re

from helpers import DATA
from helpers import text as texts
from helpers.finding.gazetteers import load as load_gazetteer
from helpers.text import Span


@functools.cache
def cues():
    """Speech verbs (every form) and nouns of `helpers/data/speech_cues.csv`: (frozenset of verb forms, frozenset of
    nouns).
    """
    verbs, nouns = set(), set()
    with open(DATA / "speech_cues.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            (verbs.update(_forms(row["lemma"])) if row["kind"] == "verb" else nouns.add(row["lemma"]))
    return frozenset(verbs), frozenset(nouns)


_IRREGULAR = {
    "say": "says said saying",
    "tell": "tells told telling",
    "write": "writes wrote written writing",
    "swear": "swears swore sworn swearing",
    "find": "finds found finding",
    "admit": "admits admitted admitting",
    "quip": "quips quipped quipping",
    "concede": "concedes conceded conceding",
}


def _forms(lemma):
    if lemma in _IRREGULAR:
        return [lemma, *_IRREGULAR[lemma].split()]
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return [lemma, lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing"]
    stem = lemma[:-1] if lemma.endswith("e") else lemma
    return [lemma, lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x")) else "s"), stem + "ed", stem + "ing"]


_WORD = re.compile(r"\w+(?:['’-]\w+)*")


def verb_at(text, position, stop):
    """A speech verb, after auxiliaries and adverbs, at `position`: its span or None."""
    verbs, _ = cues()
    first = None
    for count, match in enumerate(_WORD.finditer(text, position, stop)):
        if count > 3 or (count == 0 and text[position : match.start()].strip()):
            return None
        first = match.start() if first is None else first
        word = match.group().lower()
        if word in verbs:
            return Span(first, match.end())
        if word not in (
            "has",
            "had",
            "have",
            "also",
            "then",
            "later",
            "who",
            "was",
            "is",
            "again",
            "repeatedly",
            "reportedly",
        ) and not word.endswith("ly"):
            return None
    return None


_OPENERS = frozenset(
    "And But Then On In At As The Though Although While When After Before If Because Since Yet So For That Earlier Later Meanwhile However Even".split()
)


def phrase_start(text, start, least):
    """Where a name's title begins: capitalised words right before it ("Deputy Foreign Minister Sergei Ryabkov")."""
    while start > least:
        match = re.search(r"(?:^|[\s,])([A-Z][\w.-]*)\s+$", text[max(least, start - 40) : start])
        if not match or match.group(1) in _OPENERS:
            return start
        start = max(least, start - 40) + match.start(1)
    return start


def skip(text, position):
    while position < len(text) and not text[position].isalnum():
        position += 1
    return position


def mentions_at(index, span):
    """Mentions inside a source span, widened to one that covers it."""
    k = bisect.bisect_right(index.starts, span.start)
    around = [m for m in index.mentions[max(0, k - 3) : k] if m.start <= span.start and m.end >= span.end]
    return around + [m for m in index.within(span.start, span.end) if m not in around]


# -- a source by position --------------------------------------------------------------------------------------------


# “…” ― Ines Duarte: a name after a dash, to the end of its line, signs the quotation
_SIGNED = re.compile(
    r"[ \t\u00a0]*[―—–-]{1,2}[ \t\u00a0]*(?P<name>[^\W\d_][\w.'’-]*(?:[ \u00a0][\w.'’-]+){0,5}?)(?=[ \t\u00a0.,]*(?:\n|$)|,[ ])"
)


def with_source(index, said):
    """A source found by position for a quotation the encoder left without one: a mention next to a speech verb in its
    paragraph.
    """
    signed = _SIGNED.match(index.text, said.pieces[-1][1])
    if signed and index.mask[said.pieces[-1][1] - 1] == 1:
        return said._replace(source=Span(*signed.span("name")), cue=None, score=max(said.score, 0.9))
    if said.source is not None:
        return said
    text = index.text
    start, end = said.pieces[0][0], said.pieces[-1][1]
    paragraph = texts.paragraph_at(index.document, start)
    quoted = index.mask[start] == 1
    if not quoted:
        return said
    stop = min(paragraph.end, end + 160)
    for mention in index.within(end, stop):
        if index.mask[mention.start] == 1 or re.search(r"[.!?]\s+\S", text[end : mention.start]):
            break
        verb = verb_at(text, mention.end, min(stop, mention.end + 60))
        inverted = verb_at(text, skip(text, end), mention.start)
        if verb or (inverted and mention.start - inverted.end <= 60):
            return said._replace(source=Span(mention.start, mention.end), cue=verb or inverted, score=said.score * 0.9)
    before = [
        m
        for m in index.within(max(paragraph.start, start - 200), start)
        if index.mask[m.start] != 1 and m.type != "MISC"
    ]
    for mention in reversed(before):
        verb = verb_at(text, mention.end, start)
        if verb and not re.search(r"[.!?]\s", text[verb.end : start]):
            return said._replace(source=Span(mention.start, mention.end), cue=verb, score=said.score * 0.8)
    return said


# -- a source is an entity -------------------------------------------------------------------------------------------


_AFTER_PREPOSITION = re.compile(
    r"\b(?:for|of|to|with|from|by|at|in|on|against|near|behind|about)\s+(?:the\s+|former\s+)?(?:[\w.’'-]+\s+){0,2}$",
    re.I,
)
_BARE = frozenset(
    "he she it they we i you who which that this these those his her its their our my your him them us me one some others another many both each".split()
)


def speaker_of(index, source):
    """(name, entity id) of the speaker a source span names: its head mention when it resolves, else the words as
    written.
    """
    text = index.text
    if re.search(r"\b(?:from|by|of)$", text[source.start : source.end]):  # "a statement from" goes on to whose it is
        following = index.within(source.end, source.end + 60)[:1]
        source = (
            Span(source.start, following[0].end)
            if following and "\n" not in text[source.end : following[0].start]
            else source
        )
    if text[source.start : source.end].strip().lower() == "who":  # "Lind, who said that …"
        named = [
            m
            for m in index.within(max(0, source.start - 120), source.start)
            if m.kind in ("named", "nominal") and m.type in ("PER", "ORG") and m.entity
        ][-1:]
        return (
            (named[0].entity, named[0].entity_id)
            if named and not re.search(r"[.!?]\s", text[named[0].end : source.start])
            else (None, None)
        )
    inside = mentions_at(index, source)
    written = text[source.start : source.end].strip().strip(",")
    for mention in inside:
        if mention.start <= source.start and mention.end >= source.end and mention.entity:
            return mention.entity, mention.entity_id
    heads = [
        m
        for m in inside
        if m.type in ("PER", "ORG", "LOC")
        and m.kind != "demonym"
        and text[m.end : m.end + 2] not in ("’s", "'s")
        and not _AFTER_PREPOSITION.search(text[source.start : m.start])
    ]
    persons = [m for m in heads if m.type == "PER" and m.kind == "named"]
    if len({m.entity_id for m in persons}) > 1 and re.search(r"\band\b|,", text[persons[0].end : persons[-1].start]):
        return written, None
    if persons:
        return persons[0].entity, persons[0].entity_id
    for kinds in (("nominal", "pronoun"), ("named",)):
        fitting = [
            m
            for m in heads
            if m.kind in kinds
            and m.entity
            and (m.kind != "named" or source.end - m.end <= 2 or len(heads) == 1 and source.start == m.start)
        ]
        if fitting:
            return fitting[-1].entity, fitting[-1].entity_id
    possessor = [m for m in inside if m.entity and text[m.end : source.end] in ("’s", "'s", "’", "'")]
    if possessor:
        return possessor[0].entity, possessor[0].entity_id
    if written.lower() in _BARE:  # a pronoun that nothing resolves is nobody
        return None, None
    return written or None, None


_SINGULAR = {"he": "m", "his": "m", "him": "m", "she": "f", "her": "f"}


def _gender(name):
    given = load_gazetteer().given
    return next((given[w] for w in name.lower().split()[:1] if w in given), "")


# whoever is told something does not speak next
_TOLD = re.compile(r"\b(?:told|tells|telling|asked|asks|with|to)\s+(?:[\w.]+(?:’s|'s)\s+)?$", re.I)


def continued(index, out, mention, speaker, speaker_id):
    """A "he said" goes to the last speaker when nobody else was named since: people who speak go on speaking.

    Only within a paragraph or from one to the next, and only when the given name does not contradict the pronoun.
    """
    gender = _SINGULAR.get(index.text[mention.start : mention.end].lower())
    if gender is None:
        return speaker, speaker_id
    spoken = [span for s in out[-12:] for span in s.spans][-12:]
    for previous in reversed(out[-3:]):
        if (
            previous.speaker_id is None
            or not previous.speaker_id.startswith("PER")
            or previous.speaker_id == speaker_id
            or previous.speaker_mention_start is None
        ):
            continue
        since = index.within(previous.speaker_mention_end, mention.start)
        if index.text.count("\n", previous.end, mention.start) > 4 or _gender(previous.speaker) not in ("", gender):
            continue
        others = [
            m
            for m in since
            if m.type == "PER"
            and m.kind == "named"
            and m.entity_id != previous.speaker_id
            and _gender(m.entity) in ("", gender)
            and not any(a <= m.start < b for a, b in spoken)
            and not _TOLD.search(index.text[max(0, m.start - 40) : m.start])
        ]
        if not others:
            return previous.speaker, previous.speaker_id
        break
    return speaker, speaker_id


CONTINUES = re.compile(r"\b(?:added|adding|continued|continuing|went on|further|also)\b", re.I)
PRONOUN = re.compile(r"(?:he|she|they|it|the (?:official|source|spokesman|spokeswoman|spokesperson))$", re.I)


def same_speaker(previous, speaker, speaker_id, index, mention):
    if speaker_id is not None and previous.speaker_id is not None:
        return speaker_id == previous.speaker_id
    return True
