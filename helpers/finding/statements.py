"""Who said what: quoted and reported statements, their speakers, and the outlets that pass them on.

The encoder finds contents, sources and cues; rules add what marks and layout show for certain (`quoting`) and who a
source is (`speakers`). Conventions of contents and cues follow PolNeAR (Newell, Margolin & Ruths 2018). A speaker that
the text does not name stays unknown.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from helpers import text as texts
from helpers.finding.encoder import Attribution, Encoding
from helpers.finding.mentions import Mention
from helpers.finding.passages import Index, Said, alphanumeric, covered, disjoint, insert, tidy
from helpers.finding.quoting import joined, kind_of, peeled, snapped, turns, unclaimed_quotations, via_of
from helpers.finding.speakers import (
    CONTINUES,
    NOBODY,
    PRONOUN,
    Speaker,
    continued,
    cues,
    phrase_start,
    same_speaker,
    skip,
    speaker_of,
    verb_at,
    with_source,
)
from helpers.text import Document, Span

LEAST_SCORE = 0.15


class Statement(NamedTuple):
    """One statement. Offsets are characters of the article; `start`..`end` runs from the first to the last of its
    `spans`.

    kind: direct (all in quotation marks), mixed, indirect. speaker: the resolved name, or the words as written, None
    when unknown.
    via: the outlet(s) that report it, "; "-joined. tone, tone_terms and vader are filled in by `tone`. confidence:
    0..1.
    """

    start: int
    end: int
    spans: list[tuple[int, int]]
    text: str
    kind: str
    cue: str | None
    cue_start: int | None
    cue_end: int | None
    speaker: str | None
    speaker_mention: str | None
    speaker_mention_start: int | None
    speaker_mention_end: int | None
    speaker_id: str | None
    via: str | None
    tone: float | None
    tone_terms: str | None
    vader: float | None
    confidence: float


def find_statements(document: Document, encoding: Encoding, mentions: list[Mention]) -> list[Statement]:
    """Statements of one article, sorted by start.

    document: `text.Document`; encoding: `encoder.Encoding` (its attributions); mentions: `entities.find_mentions`, for
    speakers. Never raises on any text.
    """
    index = Index(document, mentions)
    found = [Said(list(a.content), a.source, a.cue, (), a.score) for a in encoding.attributions if _spoken(index, a)]
    found = [s._replace(pieces=snapped(index, s.pieces)) for s in (_near(index, s) for s in found) if s.pieces]
    found += unclaimed_quotations(index, found)
    found += turns(index)
    found = [_trimmed_to_clause(index, _with_subject(index, s)) for s in _without_overlaps(found)]
    found = [layer for said in found for layer in peeled(index, said)]
    found = joined(index, sorted(found, key=lambda s: s.pieces[0]))
    found = [with_source(index, said) for said in found]
    found += _possessive(index, found)
    return _finished(index, sorted(found, key=lambda s: s.pieces[0]))


# -- which contents are statements -----------------------------------------------------------------------------------


# "did not respond to a request for comment" reports that nothing was said
_SILENCE = re.compile(
    r"(?:requests?|calls?|e-?mails?|messages?|questions?|inquiries) (?:for|seeking|asking for|from) (?:further "
    r"|additional )?(?:comment|remarks|a response|reaction|reporters)|\bto (?:further )?comment\b(?! (?:on|that"
    r"|about))",
    re.I,
)
_UNSAID = re.compile(
    r"\b(?:stop(?:s|ped)? short of|declin(?:e|es|ed) to|refus(?:e|es|ed) to|(?:did|does|do|would|could|has|have"
    r"|had)(?: not|n't|n’t)) (?:\w+ly )?(?:say|saying|said|comment|elaborate|disclose|specify|confirm|respond"
    r"|mention)",
    re.I,
)


def _spoken(index: Index, attribution: Attribution) -> bool:
    """Communications; attitudes (hopes, believes) only where the words stand in quotation marks; no scraps."""
    if attribution.score < LEAST_SCORE or not any(index.text[s:e].strip() for s, e in attribution.content):
        return False
    start, end = attribution.content[0]
    if end - start < 60 and _SILENCE.search(index.text[max(0, start - 4) : end + 12]) and not index.mask[start]:
        return False
    if (
        attribution.cue
        and not index.mask[start]
        and _UNSAID.search(index.text[attribution.cue.start : attribution.cue.end])
    ):
        return False
    if attribution.kind == "STATEMENT":
        return True
    return sum(1 for k in range(start, end) if index.mask[k] == 1) > 0.5 * (end - start)


def _near(index: Index, said: Said) -> Said:
    """Without the unquoted pieces that stand in another paragraph than the words that report them."""
    report = said.cue or said.source
    if report is None:
        return said
    home = texts.paragraph_at(index.document, report.start)
    return said._replace(
        pieces=[p for p in said.pieces if index.mask[p.start] or texts.paragraph_at(index.document, p.start) == home]
    )


def _without_overlaps(found: Iterable[Said]) -> list[Said]:
    """Of overlapping statements the surer (then longer) one stays."""
    kept: list[Said] = []
    taken: list[tuple[int, int]] = []
    for said in sorted(found, key=lambda s: (-s.score, s.pieces[0])):
        size = sum(e - s for s, e in said.pieces)
        if sum(covered(taken, s, e) for s, e in said.pieces) <= 0.3 * size:
            kept.append(said)
            for piece in said.pieces:
                insert(taken, *piece)
    return kept


_POSSESSIVE = re.compile(
    r"['’]s?\s+(?:[\w-]+\s+){0,2}?(?P<noun>[a-z]+)\b[^.;:“”\"\n]{0,90}?\b(?:was|is|has been|were"
    r"|are)\s+(?P<to>to\s+(?P<verb>[a-z]+)\s+|that\s+)"
)


def _possessive(index: Index, found: Sequence[Said]) -> list[Said]:
    """ "Biden’s response … was to outline …": the possessor speaks."""
    taken = disjoint((s, e) for said in found for s, e in said.pieces)
    verbs, nouns, _ = cues()
    out = []
    for mention in index.mentions:
        if (
            mention.type not in ("PER", "ORG", "LOC")
            or index.mask[mention.start] == 1
            or index.text[mention.end : mention.end + 1] not in ("'", "’")
        ):
            continue
        sentence = texts.sentence_at(index.document, mention.start)
        match = _POSSESSIVE.match(index.text, mention.end, sentence.end)
        if match and match.group("noun") in nouns and (match.group("verb") is None or match.group("verb") in verbs):
            begin, end = match.end(), sentence.end
            while end > begin and not index.text[end - 1].isalnum():
                end -= 1
            if end - begin > 10 and covered(taken, begin, end) < 0.3 * (end - begin):
                cue = (
                    Span(match.start("verb"), match.end("verb"))
                    if match.group("verb")
                    else Span(match.start("noun"), match.end("noun"))
                )
                out.append(Said([Span(begin, end)], Span(mention.start, mention.end), cue, (), 0.5))
    return out


# -- where a content begins and ends ---------------------------------------------------------------------------------


_ADDRESSEE = re.compile(r"(?!that\b)[^.;:“”\"]{2,70}?(?=\s+that\s)", re.I)
_TELLS = re.compile(r"\b(?:tell|told|telling|warn|remind|assur|reassur|inform|notif)\w*\W*$", re.I)
_CONCESSION = re.compile(r"(?:even\s+)?(?:though|although|while|whereas)\b[^,;:“”\"]{0,60}$", re.I)


def _with_subject(index: Index, said: Said) -> Said:
    """The name right before a speech verb is its subject, whatever else seemed to be the source; words of the source
    are no content.
    """
    text, source = index.text, said.source
    if (
        said.cue is not None
        and index.mask[said.cue.start] != 1
        and not re.match(r"(?:was|were|is|are|been|being|be)\b", text[said.cue.start : said.cue.end])
    ):
        nearest = [
            m
            for m in index.within(max(0, said.cue.start - 60), said.cue.start)
            if m.kind == "named" and m.type in ("PER", "ORG", "LOC")
        ][-1:]
        if (
            nearest
            and not text[nearest[0].end : said.cue.start].strip()
            and verb_at(text, said.cue.start, said.cue.end)
        ):
            subject = nearest[0]
            if source is None or source.end <= subject.start or source.start >= subject.end:
                source = Span(
                    phrase_start(text, subject.start, texts.sentence_at(index.document, subject.start).start),
                    subject.end,
                )
    if source is None:
        return said
    pieces = [
        p
        for p in said.pieces
        if not (p.start <= source.start and source.end <= p.end or source.start <= p.start and p.end <= source.end)
    ]
    return said._replace(source=source, pieces=pieces or said.pieces)


def _trimmed_to_clause(index: Index, said: Said) -> Said:
    """Pieces a cue cannot reach are dropped: words before "as X said," when a quotation follows, and a mere "that …"
    before the source.
    """
    if said.source is None:
        return said
    text, source = index.text, said.source
    said = said._replace(pieces=[_clause(index, said, source, p) for p in said.pieces])
    if len(said.pieces) < 2:
        return said
    before = [p for p in said.pieces if p.end <= source.start]
    after = [p for p in said.pieces if p.start >= source.end]
    parenthetical = re.search(r"\bas\s+$", text[max(0, source.start - 4) : source.start])
    if (
        before
        and after
        and parenthetical
        and index.mask[after[0].start] == 1
        and not any(index.mask[p.start] == 1 for p in before)
    ):
        return said._replace(pieces=after)
    scraps = [
        p
        for p in before
        if after and text[p.start : p.end].lower().startswith("that ") and len(text[p.start : p.end].split()) <= 6
    ]
    return said._replace(pieces=[p for p in said.pieces if p not in scraps]) if scraps else said


def _clause(index: Index, said: Said, source: Span, piece: Span) -> Span:
    """A reported clause without the person told ("tell NATO that …") and without the main clause after a concession
    ("Though X said …, Y …").
    """
    text, (start, end) = index.text, piece
    if index.mask[start] == 1:
        return piece
    if (
        said.cue is not None
        and said.cue.end <= start
        and not any(c.isalnum() for c in text[said.cue.end : start])
        and _TELLS.search(text[said.cue.start : said.cue.end])
    ):
        told = _ADDRESSEE.match(text, start, min(end, start + 90))
        if told:
            start = skip(text, told.end())
    sentence = texts.sentence_at(index.document, start)
    if (
        sentence.start <= source.start < start
        and _CONCESSION.match(text[sentence.start : source.start])
        and '"' not in text[start:end]
        and "“" not in text[start:end]
    ):
        comma = text.rfind(", ", start, end)
        if comma > start and any(m.start - comma <= 8 for m in index.within(comma, end)[:1]):
            end = comma
    return Span(start, end)


# -- rows ------------------------------------------------------------------------------------------------------------


def _finished(index: Index, found: Iterable[Said]) -> list[Statement]:
    """Speakers, outlets and kinds -> Statements."""
    out: list[Statement] = []
    for said in found:
        pieces = [Span(*tidy(index.text, *piece)) for piece in said.pieces]
        pieces = [piece for piece in pieces if alphanumeric(index.text, *piece)]
        if pieces and not _is_scrap(index, pieces):
            out.append(_statement(index, said, pieces, out))
    return out


def _is_scrap(index: Index, pieces: Sequence[Span]) -> bool:
    """One word without quotation marks is no statement."""
    words = [word for start, end in pieces for word in index.text[start:end].split() if word.lower() != "that"]
    return len(words) < 2 and kind_of(index, pieces) == "indirect"


def _statement(index: Index, said: Said, pieces: Sequence[Span], before: Sequence[Statement]) -> Statement:
    """One row. before: the statements of the text so far."""
    text, start, end = index.text, pieces[0].start, pieces[-1].end
    speaker, source, cue = NOBODY, said.source, said.cue
    if source is not None:
        speaker = continued(index, before, source, speaker_of(index, source))
    cue_words = text[cue.start : cue.end] if cue else None
    via = via_of(index, said, start, end, speaker)
    if not via and source is not None and before and _goes_on(index, before[-1], source, cue_words, speaker):
        via = before[-1].via
    return Statement(
        start=start,
        end=end,
        spans=[(piece.start, piece.end) for piece in pieces],
        text=" … ".join(text[a:b] for a, b in pieces),
        kind=kind_of(index, pieces),
        cue=cue_words,
        cue_start=cue.start if cue else None,
        cue_end=cue.end if cue else None,
        speaker=speaker.name,
        speaker_mention=text[source.start : source.end] if source else None,
        speaker_mention_start=source.start if source else None,
        speaker_mention_end=source.end if source else None,
        speaker_id=speaker.id,
        via=via,
        tone=None,
        tone_terms=None,
        vader=None,
        confidence=round(min(1.0, said.score), 4),
    )


def _goes_on(index: Index, previous: Statement, source: Span, cue: str | None, speaker: Speaker) -> bool:
    """True when "he added" goes on with the words of the speaker before, told to the same outlet."""
    return bool(
        previous.via
        and PRONOUN.match(index.text[source.start : source.end])
        and cue
        and CONTINUES.search(cue)
        and same_speaker(previous, speaker)
    )
