"""Who speaks: the verbs that introduce words, the name beside them, and the entity that a source stands for.

A speaker that the text does not name stays unknown.
"""

import bisect
import functools
import re
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from helpers import DATA
from helpers import text as texts
from helpers.finding.gazetteers import load as load_gazetteer
from helpers.finding.inflection import forms_of_verb
from helpers.finding.mentions import Mention
from helpers.finding.passages import Index, Said
from helpers.text import Span, rows_of, word_list


class Speaker(NamedTuple):
    """Who speaks: the name to show and the id of the entity, None when unknown."""

    name: str | None
    id: str | None


NOBODY = Speaker(None, None)


class Statement(Protocol):
    """What is read of the statements so far (`statements.Statement`)."""

    @property
    def end(self) -> int: ...
    @property
    def spans(self) -> list[tuple[int, int]]: ...
    @property
    def speaker(self) -> str | None: ...
    @property
    def speaker_id(self) -> str | None: ...
    @property
    def speaker_mention_start(self) -> int | None: ...
    @property
    def speaker_mention_end(self) -> int | None: ...


class Cues(NamedTuple):
    """Words that introduce words: every form of the verbs, nouns; plain_verbs: those that do nothing but say."""

    verbs: frozenset[str]
    nouns: frozenset[str]
    plain_verbs: frozenset[str]


@functools.cache
def cues() -> Cues:
    """The speech verbs and nouns of `helpers/data/speech_cues.csv`."""
    rows = list(rows_of(DATA / "speech_cues.csv"))
    verbs = {row["lemma"]: forms_of_verb(row["lemma"]) for row in rows if row["kind"] == "verb"}
    plain = [verbs[row["lemma"]] for row in rows if row["plain"] == "yes"]
    nouns = (row["lemma"] for row in rows if row["kind"] == "noun")
    return Cues(frozenset().union(*verbs.values()), frozenset(nouns), frozenset().union(*plain))


_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_BEFORE_VERB = word_list("before a speech verb")


def verb_at(text: str, position: int, stop: int) -> Span | None:
    """A speech verb, after auxiliaries and adverbs, at `position`: its span or None."""
    verbs = cues().verbs
    first = None
    for count, match in enumerate(_WORD.finditer(text, position, stop)):
        if count > 3 or (count == 0 and text[position : match.start()].strip()):
            return None
        first = match.start() if first is None else first
        word = match.group().lower()
        if word in verbs:
            return Span(first, match.end())
        if word not in _BEFORE_VERB and not word.endswith("ly"):
            return None
    return None


_OPENERS = word_list("clause openers")


def phrase_start(text: str, start: int, least: int) -> int:
    """Where a name's title begins: capitalised words right before it ("Deputy Foreign Minister Sergei Ryabkov")."""
    while start > least:
        match = re.search(r"(?:^|[\s,])([A-Z][\w.-]*)\s+$", text[max(least, start - 40) : start])
        if not match or match.group(1) in _OPENERS:
            return start
        start = max(least, start - 40) + match.start(1)
    return start


def skip(text: str, position: int) -> int:
    """The first letter or digit from a position on."""
    while position < len(text) and not text[position].isalnum():
        position += 1
    return position


def mentions_at(index: Index, span: Span) -> list[Mention]:
    """Mentions inside a source span, widened to one that covers it."""
    k = bisect.bisect_right(index.starts, span.start)
    around = [m for m in index.mentions[max(0, k - 3) : k] if m.start <= span.start and m.end >= span.end]
    return around + [m for m in index.within(span.start, span.end) if m not in around]


# -- a source by position --------------------------------------------------------------------------------------------


# “…” ― Ines Duarte: a name after a dash, to the end of its line, signs the quotation
_SIGNED = re.compile(
    r"[ \t\u00a0]*[―—–-]{1,2}[ \t\u00a0]*(?P<name>[^\W\d_][\w.'’-]*(?:[ \u00a0][\w.'’-]+){0,5}?)"
    r"(?=[ \t\u00a0.,]*(?:\n|$)|,[ ])"
)


def with_source(index: Index, said: Said) -> Said:
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
_BARE = word_list("bare pronouns")


def speaker_of(index: Index, source: Span) -> Speaker:
    """The speaker a source span names: its head mention when it resolves, else the words as written."""
    source = _with_owner(index, source)
    written = index.text[source.start : source.end].strip()
    if written.lower() == "who":
        return _who(index, source)
    written = written.strip(",")
    inside = mentions_at(index, source)
    for mention in inside:
        if mention.start <= source.start and mention.end >= source.end and mention.entity:
            return Speaker(mention.entity, mention.entity_id)
    heads = _heads(index, source, inside)
    persons = [m for m in heads if m.type == "PER" and m.kind == "named"]
    if len({m.entity_id for m in persons}) > 1:
        if re.search(r"\band\b|,", index.text[persons[0].end : persons[-1].start]):
            return Speaker(written, None)
    head = persons[0] if persons else _head(source, heads) or _possessor(index, source, inside)
    if head is not None:
        return Speaker(head.entity, head.entity_id)
    return Speaker(written or None, None) if written.lower() not in _BARE else NOBODY


def _with_owner(index: Index, source: Span) -> Span:
    """ "a statement from" goes on to whose it is."""
    if not re.search(r"\b(?:from|by|of)$", index.text[source.start : source.end]):
        return source
    following = index.within(source.end, source.end + 60)[:1]
    if following and "\n" not in index.text[source.end : following[0].start]:
        return Span(source.start, following[0].end)
    return source


def _who(index: Index, source: Span) -> Speaker:
    """ "Lind, who said that …": the name before."""
    before = [
        m
        for m in index.within(max(0, source.start - 120), source.start)
        if m.kind in ("named", "nominal") and m.type in ("PER", "ORG") and m.entity
    ]
    if not before or re.search(r"[.!?]\s", index.text[before[-1].end : source.start]):
        return NOBODY
    return Speaker(before[-1].entity, before[-1].entity_id)


def _heads(index: Index, source: Span, inside: list[Mention]) -> list[Mention]:
    """Mentions that can be the one who speaks: no owners, nothing after a preposition."""
    return [
        m
        for m in inside
        if m.type in ("PER", "ORG", "LOC")
        and m.kind != "demonym"
        and index.text[m.end : m.end + 2] not in ("’s", "'s")
        and not _AFTER_PREPOSITION.search(index.text[source.start : m.start])
    ]


def _head(source: Span, heads: list[Mention]) -> Mention | None:
    """The last description or pronoun; else the last name that ends the source, or is all of it."""
    described = [m for m in heads if m.kind in ("nominal", "pronoun") and m.entity]
    named = [
        m
        for m in heads
        if m.kind == "named" and m.entity and (source.end - m.end <= 2 or len(heads) == 1 and source.start == m.start)
    ]
    return next(reversed(described or named), None)


def _possessor(index: Index, source: Span, inside: list[Mention]) -> Mention | None:
    """ "Berg’s": Berg."""
    owners = (m for m in inside if m.entity and index.text[m.end : source.end] in ("’s", "'s", "’", "'"))
    return next(owners, None)


_SINGULAR = {"he": "m", "his": "m", "him": "m", "she": "f", "her": "f"}


def _gender(name: str) -> str:
    given = load_gazetteer().given
    return next((given[w] for w in name.lower().split()[:1] if w in given), "")


# whoever is told something does not speak next
_TOLD = re.compile(r"\b(?:told|tells|telling|asked|asks|with|to)\s+(?:[\w.]+(?:’s|'s)\s+)?$", re.I)


def continued(index: Index, before: Sequence[Statement], source: Span, speaker: Speaker) -> Speaker:
    """A "he said" goes to the last speaker when nobody else was named since: people who speak go on speaking.

    Only within a paragraph or from one to the next, and only when the given name does not contradict the pronoun.
    """
    gender = _SINGULAR.get(index.text[source.start : source.end].lower())
    if gender is None:
        return speaker
    spoken = [span for statement in before[-12:] for span in statement.spans][-12:]
    for previous in reversed(before[-3:]):
        last = _person(previous)
        if last is None or last.id == speaker.id:
            continue
        if index.text.count("\n", previous.end, source.start) > 4 or _gender(last.name or "") not in ("", gender):
            continue
        since = index.within(previous.speaker_mention_end or 0, source.start)
        if any(_comes_in(index, m, last, gender, spoken) for m in since):
            break
        return last
    return speaker


def _person(statement: Statement) -> Speaker | None:
    """The speaker of a statement when it is a known person."""
    if statement.speaker_mention_start is None or not (statement.speaker_id or "").startswith("PER"):
        return None
    return Speaker(statement.speaker, statement.speaker_id)


def _comes_in(index: Index, mention: Mention, last: Speaker, gender: str, spoken: Sequence[tuple[int, int]]) -> bool:
    """Whether a mention brings another person in who may speak next: outside what is said, not the one who is told."""
    return (
        mention.type == "PER"
        and mention.kind == "named"
        and mention.entity_id != last.id
        and _gender(mention.entity) in ("", gender)
        and not any(a <= mention.start < b for a, b in spoken)
        and not _TOLD.search(index.text[max(0, mention.start - 40) : mention.start])
    )


CONTINUES = re.compile(r"\b(?:added|adding|continued|continuing|went on|further|also)\b", re.I)
PRONOUN = re.compile(r"(?:he|she|they|it|the (?:official|source|spokesman|spokeswoman|spokesperson))$", re.I)


def same_speaker(previous: Statement, speaker: Speaker) -> bool:
    """False only when both speakers are known and differ."""
    return speaker.id is None or previous.speaker_id is None or speaker.id == previous.speaker_id
