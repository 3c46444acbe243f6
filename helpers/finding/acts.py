"""Acts of escalation and de-escalation in an article: what is done, threatened or denied, by whom towards whom, and
who says so.

Read as a method: cues -> second reading -> participants -> who they are -> attribution -> rows. The network finds
cues and reads each of them
again (`cue_reading`); a user's own codebook adds cues that go through the same reading (`codebook`); who the pointed
words stand for is settled
by the rules that count mentions (`participants`); who says it, by the statement the cue stands in.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from helpers.finding import cue_reading, features
from helpers.finding.attribution import Sources, purpose_of
from helpers.finding.codebook import Codebook, load_codebook
from helpers.finding.cue_reading import CueReading, Pointed
from helpers.finding.encoder import Encoding
from helpers.finding.mentions import Mention
from helpers.finding.participants import Parties, Party
from helpers.finding.statements import Statement
from helpers.scheme import CATEGORY_OF, LADDER, PLOVER_OF, display_of
from helpers.text import Document, word_list


class Act(NamedTuple):
    """One act. Fields are the columns of the table `acts`; start and end are the cue's offsets, evidence is the
    sentence.
    """

    start: int
    end: int
    act_id: str
    cue: str
    category: str
    plover: str | None
    rung: int
    modality: str
    attribution: str
    speaker: str | None
    speaker_id: str | None
    purpose: str | None
    reciprocal: bool
    actor: str | None
    target: str | None
    evidence: str
    sentence_start: int
    sentence_end: int
    confidence: float


class Participant(NamedTuple):
    """One participant of one act. Fields are the columns of the table `participants`; start and end are its words."""

    start: int
    end: int
    act_id: str
    role: str
    text: str
    entity_id: str | None
    entity: str | None
    acts_for_id: str | None
    acts_for: str | None
    named_in: str
    score: float


class _Cue(NamedTuple):
    """words[first:last] of the encoding name an act; own: (category, rung) of a user's codebook, else None; score:
    how sure the cue is.
    """

    first: int
    last: int
    own: tuple[str, int] | None
    score: float


def find_acts(
    document: Document,
    encoding: Encoding,
    mentions: list[Mention],
    statements: list[Statement],
    *,
    codebook: str | Path | None = None,
) -> tuple[list[Act], list[Participant]]:
    """All acts of an article and their participants, sorted by place.

    document: `text.read(…)`; encoding: `Encoder.encode(document)`; mentions, statements: what `entities` and
    `statements` found ([] is fine);
    codebook: path of a user's own categories (see `codebook.load_codebook` for its form and its errors). Never raises
    on any text.
    """
    parties, sources = Parties(document, mentions, statements), Sources(document, statements)
    acts, participants = [], []
    for cue, reading in _joined(encoding, _read(encoding, _cues(document, encoding, load_codebook(codebook)))):
        category, rung = cue.own or _category(reading)
        start, end = encoding.words[cue.first].start, encoding.words[cue.last - 1].end
        act_id = f"{start}-{category}"
        found = _participants(encoding, cue, reading, parties, act_id)
        acts.append(_row(document, encoding, cue, reading, (act_id, category, rung), found, sources.of(start, end)))
        participants += found
    return acts, participants


# -- cues ------------------------------------------------------------------------------------------------------------


def _cues(document: Document, encoding: Encoding, codebook: Codebook | None) -> list[_Cue]:
    """The user's cues and the network's, in order; where they overlap, the user's."""
    own = []
    for found in codebook.find(document) if codebook else ():
        first, last = features.inside(encoding.words, found.start, found.end)
        if first < last:
            own.append(_Cue(first, last, (found.category, found.rung), 1.0))
    taken = {word for cue in own for word in range(cue.first, cue.last)}
    tagged = cue_reading.find_cues(encoding)
    network = [_Cue(c.first, c.last, None, c.score) for c in tagged if taken.isdisjoint(range(c.first, c.last))]
    return sorted(own + network)


def _read(encoding: Encoding, cues: list[_Cue]) -> Iterator[tuple[_Cue, CueReading]]:
    """Each cue with its second reading; without the network's own cues that are no acts when they are read again."""
    most_none = encoding.constant("acts", "none", 0.5)
    for cue in cues:
        reading = cue_reading.read_cue(encoding, cue.first, cue.last, most_none=1.0 if cue.own else most_none)
        if reading is not None:
            yield cue, reading


def _joined(encoding: Encoding, found: Iterable[tuple[_Cue, CueReading]]) -> list[tuple[_Cue, CueReading]]:
    """The network's cues, the parts of one ("sent" … "troops") as one: neighbours of one kind with a few words and no
    mark or "and" between.
    """
    out: list[tuple[_Cue, CueReading]] = []
    for cue, reading in found:
        before, known = out[-1] if out else (None, None)
        if (
            before is not None
            and known is not None
            and _is_one(encoding, before, cue)
            and _category(known) == _category(reading)
        ):
            sure = max(known, reading, key=lambda r: -r.kind["NONE"])
            out[-1] = before._replace(last=cue.last, score=max(before.score, cue.score)), sure
        else:
            out.append((cue, reading))
    return out


def _is_one(encoding: Encoding, before: _Cue, cue: _Cue) -> bool:
    if before.own or cue.own or cue.first - before.last > encoding.constant("acts", "gap", 2):
        return False
    text = encoding.document.text
    between = [text[w.start : w.end].casefold() for w in encoding.words[before.last : cue.first]]
    return all(word.isalnum() and word not in word_list("between two acts") for word in between)


def _category(reading: CueReading) -> tuple[str, int]:
    best = max((kind for kind in reading.kind if kind != "NONE"), key=reading.kind.__getitem__)
    return best, LADDER[best]


def _plover(reading: CueReading, category: str) -> str | None:
    """The type within the category: the likeliest of those that belong to it; None for a user's own category."""
    if category not in LADDER or category == "NONE":
        return None
    fitting = [plover for plover in reading.plover if CATEGORY_OF.get(plover) == category]
    return max(fitting, key=reading.plover.__getitem__) if fitting else PLOVER_OF.get(category, category)


# -- participants ----------------------------------------------------------------------------------------------------


def _participants(
    encoding: Encoding, cue: _Cue, reading: CueReading, parties: Parties, act_id: str
) -> list[Participant]:
    """Rows of who acts and who undergoes; of a reciprocal act all are actors. Nobody is in both roles."""
    candidates = {role: _candidates(cue, pointed) for role, pointed in reading.participants.items()}
    chosen = {role: _likeliest(encoding, cue, found, reading.nobody[role]) for role, found in candidates.items()}
    if _is_reciprocal(encoding, reading):
        chosen = {"actor": sorted({p[:2]: p for p in chosen["target"] + chosen["actor"]}.values()), "target": []}
    rows, seen = [], set()
    for role, found in sorted(chosen.items()):
        for pointed in found:
            start, end = encoding.words[pointed.first].start, encoding.words[pointed.last - 1].end
            for party in parties.of(start, end):
                key = (
                    party.acts_for_id
                    if party.entity_id is None and party.acts_for_id
                    else party.entity_id or party.entity or start
                )
                if key not in seen:
                    seen.add(key)
                    rows.append(_participant(encoding, cue, act_id, role, party, pointed.score))
    return rows


def _is_reciprocal(encoding: Encoding, reading: CueReading) -> bool:
    return reading.reciprocal > encoding.constant("acts", "reciprocal", 0.5)


def _candidates(cue: _Cue, pointed: list[Pointed]) -> list[Pointed]:
    """Words pointed at, without those that overlap the cue and are no shorter: they are the act itself."""
    return [p for p in pointed if p.last <= cue.first or cue.last <= p.first or p.last - p.first < cue.last - cue.first]


def _likeliest(encoding: Encoding, cue: _Cue, found: list[Pointed], nobody: float) -> list[Pointed]:
    """The likeliest words if they are likelier than nobody, and others that have a good share of their probability.
    Words outside the sentence
    need more, since pointing there is wrong more often."""
    first, last = encoding.sentence_words(cue.first)
    least, far = nobody * encoding.constant("acts", "nobody", 1.0), encoding.constant("acts", "far", 0.5)
    chosen: list[Pointed] = []
    for pointed in found:
        inside = first <= pointed.first < last
        if (
            pointed.score >= (least if inside else far)
            if not chosen
            else inside and pointed.score >= encoding.constant("acts", "share", 0.5) * chosen[0].score
        ):
            chosen.append(pointed)
    return chosen


def _participant(encoding: Encoding, cue: _Cue, act_id: str, role: str, party: Party, score: float) -> Participant:
    first, last = encoding.sentence_words(cue.first)
    place = "this sentence" if encoding.words[first].start <= party.start < encoding.words[last - 1].end else "earlier"
    if party.start >= encoding.words[last - 1].end:
        place = "later"
    words = encoding.document.text[party.start : party.end]
    return Participant(
        party.start, party.end, act_id, role, words, *party[2:6], place, round(min(score * party.sure, 1.0), 3)
    )


# -- rows ------------------------------------------------------------------------------------------------------------


def _row(
    document: Document,
    encoding: Encoding,
    cue: _Cue,
    reading: CueReading,
    named: tuple[str, str, int],
    participants: list[Participant],
    said: tuple[str, str | None, str | None],
) -> Act:
    act_id, category, rung = named
    text, start, end = document.text, encoding.words[cue.first].start, encoding.words[cue.last - 1].end
    first, last = encoding.sentence_words(cue.first)
    begin, stop = encoding.words[first].start, encoding.words[last - 1].end
    shown = {role: display_of([p for p in participants if p.role == role]) for role in ("actor", "target")}
    sure = cue.score * (1 - reading.kind["NONE"]) * (reading.kind.get(category, 1.0) if cue.own is None else 1.0)
    purpose = purpose_of(document, end, max(end, min(stop, end + 160)), category)
    modality = max(reading.modality, key=reading.modality.__getitem__)
    kind = (act_id, text[start:end], category, _plover(reading, category), rung, modality)
    sides = (_is_reciprocal(encoding, reading), shown["actor"], shown["target"])
    confidence = round(max(0.05, min(0.99, sure)), 3)
    return Act(start, end, *kind, *said, purpose, *sides, text[begin:stop], begin, stop, confidence)
