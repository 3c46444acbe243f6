"""What marks and layout show for certain: quotation marks (snapping, split and multi-paragraph quotations),
transcripts, layers of attribution.

A layer: "Kirby said, according to NBC News" is John Kirby via NBC News.
"""

import bisect
import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

from helpers import text as texts
from helpers.finding.gazetteers import load as load_gazetteer
from helpers.finding.gazetteers import normalise
from helpers.finding.mentions import Mention
from helpers.finding.passages import FEWEST_WORDS, Index, Said, alphanumeric, covered, disjoint
from helpers.finding.speakers import Speaker, mentions_at, phrase_start, verb_at
from helpers.text import Quotation, Span

# -- pieces and quotation marks --------------------------------------------------------------------------------------


def snapped(index: Index, pieces: Sequence[Span]) -> list[Span]:
    """Pieces grown to the quotation marks they all but fill; pieces with nothing but marks between them become one."""
    grown = []
    for start, end in pieces:
        for quotation in index.quotations(start, end):
            overlap = min(end, quotation.end) - max(start, quotation.start)
            if overlap >= 0.5 * (quotation.end - quotation.start):
                start, end = min(start, quotation.start), max(end, quotation.end)
        grown.append(Span(start, end))
    merged: list[Span] = []
    for span in sorted(grown):
        if merged and (
            span.start <= merged[-1].end
            or not any(c.isalnum() or c == "\n" for c in index.text[merged[-1].end : span.start])
        ):
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def unclaimed_quotations(index: Index, found: Sequence[Said]) -> list[Said]:
    """Longer quotations that no attribution claimed: quotation marks are evidence enough that somebody speaks."""
    taken = disjoint((s, e) for said in found for s, e in said.pieces)
    firsts = sorted((said.pieces[0][0], order) for order, said in enumerate(found))
    groups: dict[int, list[Quotation]] = {}
    for quotation in index.marks:
        groups.setdefault(quotation.group, []).append(quotation)
    out = []
    for group in groups.values():
        words = sum(len(index.text[q.start : q.end].split()) for q in group)
        free = [Span(q.start, q.end) for q in group if covered(taken, q.start, q.end) < 0.3 * (q.end - q.start)]
        if free and words >= FEWEST_WORDS:
            inside = [
                order
                for q in group
                for _, order in firsts[bisect.bisect_left(firsts, (q.start,)) : bisect.bisect_left(firsts, (q.end,))]
            ]
            claimed = found[min(inside)] if inside else None
            out.append(Said(free, claimed.source if claimed else None, claimed.cue if claimed else None, (), 0.5))
    return out


def joined(index: Index, found: Sequence[Said]) -> list[Said]:
    """Split and continued quotations as one statement: "A," he said. "B" and paragraphs that open with a mark."""
    groups = {quotation.start: quotation.group for quotation in index.marks}
    out: list[Said] = []
    last_group: dict[int, int] = {}
    for said in found:
        start, end = said.pieces[0]
        group = groups.get(start)
        previous = out[-1] if out else None
        if group is not None and group in last_group and said.source in (None, out[last_group[group]].source):
            k = last_group[group]
            out[k] = out[k]._replace(pieces=sorted([*out[k].pieces, *said.pieces]))
            continue
        if (
            previous
            and said.source is None
            and said.cue is None
            and index.mask[start] == 1
            and _follows_closely(index, previous, start)
        ):
            out[-1] = previous._replace(pieces=[*previous.pieces, *said.pieces])
        else:
            out.append(said)
        for s, _ in said.pieces:
            if groups.get(s) is not None:
                last_group[groups[s]] = len(out) - 1
    return out


def _follows_closely(index: Index, previous: Said, start: int) -> bool:
    """The quotation at `start` goes on after the attribution clause of `previous`: in its paragraph, a few words on."""
    end = previous.pieces[-1][1]
    if previous.source is None or index.mask[previous.pieces[-1][0]] != 1:
        return False
    between = index.text[end:start]
    return (
        "\n" not in between.strip()
        and len(between.split()) <= 14
        and texts.paragraph_at(index.document, end - 1) == texts.paragraph_at(index.document, start)
    )


def kind_of(index: Index, pieces: Sequence[Span]) -> str:
    """direct (all in quotation marks), indirect (nothing) or mixed."""
    inside = outside = 0
    for s, e in pieces:
        for k in range(s, e):
            if index.text[k].isalnum():
                if index.mask[k]:
                    inside += 1
                else:
                    outside += 1
    return "indirect" if not inside else ("direct" if not outside else "mixed")


# -- transcripts -----------------------------------------------------------------------------------------------------


_TURN = re.compile(r"[\"“]?(?P<name>[A-Z][\w.'’-]*(?: [A-Z(][\w.'’()-]*){0,5}):\s+(?=\S)")


def turns(index: Index) -> list[Said]:
    """Turns of a transcript ("SMITH: …" on at least three paragraphs, by at least two speakers)."""
    heads = [(p, _TURN.match(index.text, p.start, p.end)) for p in index.document.paragraphs]
    named = [m.group("name") for _, m in heads if m]
    if len(named) < 3 or len(set(named)) < 2 or len(named) < 0.3 * len(heads):
        return []
    out: list[Said] = []
    speaker = None
    for paragraph, match in heads:
        if match:
            speaker = Span(match.start("name"), match.end("name"))
        start = match.end() if match else paragraph.start
        if speaker and paragraph.end > start:
            # the layout is certain: nothing inside a turn outweighs it
            out.append(Said([Span(start, paragraph.end)], speaker, None, (), 1.0))
    return out


# -- layers: an outlet that passes on what somebody else said --------------------------------------------------------


_OUTLET = re.compile(
    r"\b(?:News|Times|Post|Journal|Tribune|Herald|Press|Gazette|Chronicle|Observer|Telegraph|Globe|Broadcasting"
    r"|Magazine|Television|TV|Radio|Newspaper|Network|Agency France|Newswire|Daily)\b"
)


@functools.cache
def _outlet_names() -> set[str]:
    return {key for key, entry in load_gazetteer().names.items() if entry.kind == "outlet"}


def is_outlet(mention: Mention) -> bool:
    """True for a mention of a newspaper, broadcaster, agency or other publisher."""
    return (
        mention.kind == "named"
        and mention.type in ("ORG", "MISC", "PER")
        and (normalise(mention.entity) in _outlet_names() or bool(_OUTLET.search(mention.entity)))
    )


_BEFORE_OUTLET = re.compile(
    r"(?:according to|as reported by|reported by|first reported by|told|tells|telling|interview(?:ed)? (?:with|by"
    r"|on)|in a statement to|in remarks to|speaking to|speaking on|appearance on|said on|via|citing"
    r"|quoted by)\s+(?:the\s+|(?:ABC|CBS|NBC|CNN|Fox)(?:’s|'s)\s+)?$",
    re.I,
)
_AFTER_OUTLET = re.compile(
    r"\s*(?:,\s*)?(?:has\s+|had\s+|also\s+|first\s+|previously\s+|later\s+|exclusively\s+)*(?:report(?:ed|s)|wrote"
    r"|writes|said|says|quoted|cited|noted|revealed|learned|tweeted|announced|disclosed|found|adds|added"
    r"|explain(?:ed|s)|claim(?:ed|s)|described|published)\b",
    re.I,
)


def outlets_of(index: Index, start: int, end: int) -> list[Mention]:
    """Outlet mentions that report what is said in [start, end): "according to X", "as X reported", "X reported that",
    "told X".
    """
    found = []
    for mention in index.within(start, end):
        if is_outlet(mention) and index.mask[mention.start] != 1:
            before = index.text[max(start, mention.start - 40) : mention.start]
            after = index.text[mention.end : min(end, mention.end + 40)]
            if _BEFORE_OUTLET.search(before) or _AFTER_OUTLET.match(after):
                found.append(mention)
    return found


class Layer(NamedTuple):
    """An inner speaker and cue, and where the words begin and end (None: at the end of the content)."""

    source: Span
    cue: Span
    start: int
    end: int | None


def _is_outlet_alone(index: Index, source: Span) -> bool:
    """True for a source that is an outlet, with no person beside it."""
    inside = mentions_at(index, source)
    outlets = [m for m in inside if is_outlet(m)]
    return bool(outlets) and not any(m.type == "PER" and m.kind == "named" and m not in outlets for m in inside)


def peeled(index: Index, said: Said) -> list[Said]:
    """The inner statements when an outlet is given as the source of somebody else's words; else the statement itself.

    A content that runs over several sentences is looked at sentence by sentence: each may name its own speaker.
    """
    outlet = said.source
    if outlet is None or not _is_outlet_alone(index, outlet):
        return [said]
    layers, rest = [], []
    for piece in [part for whole in said.pieces for part in _by_sentence(index, whole)]:
        inner = (
            _speaker_first(index, *piece) or _speaker_before(index, piece.start) or _speaker_last(index, *piece, outlet)
        )
        if inner is None:
            rest.append(piece)
            continue
        cut = Span(max(piece.start, inner.start), min(piece.end, inner.end or piece.end))
        if cut.end > cut.start and alphanumeric(index.text, *cut) >= 3:
            layers.append(
                said._replace(pieces=snapped(index, [cut]), source=inner.source, cue=inner.cue, via=(outlet,))
            )
        else:
            rest.append(piece)
    if layers:  # what is left beside an inner statement is a scrap of its lead more often than a statement of its own
        rest = [piece for piece in rest if len(index.text[piece.start : piece.end].split()) > 4]
    return layers + ([said._replace(pieces=snapped(index, rest))] if rest else [])


def _by_sentence(index: Index, piece: Span) -> list[Span]:
    """A piece cut at sentence ends that lie outside quotation marks."""
    sentences, out, start = index.document.sentences, [], piece.start
    k = max(0, bisect.bisect_right(sentences, (piece.start, len(index.text))) - 1)
    while k < len(sentences) and sentences[k].start < piece.end:
        end = sentences[k].end
        if start < end < piece.end and index.mask[end - 1] != 1:
            out.append(Span(start, end))
            start = end + 1
        k += 1
    out.append(Span(start, piece.end))
    return [span for span in out if alphanumeric(index.text, *span)]


def _speaker_before(index: Index, start: int) -> Layer | None:
    """Inner layer right before a content: "Sergei Ryabkov said, “…" (the content may run to its own end: None)."""
    text = index.text
    sentence = texts.sentence_at(index.document, start)
    for mention in reversed(index.within(max(sentence.start, start - 90), start)):
        if mention.type == "MISC" or mention.kind == "demonym" or is_outlet(mention) or index.mask[mention.start] == 1:
            continue
        verb = verb_at(text, mention.end, start)
        if verb and not any(c.isalnum() for c in re.sub(r"\bthat\b", "", text[verb.end : start])):
            begin = phrase_start(text, mention.start, sentence.start)
            return Layer(Span(begin, mention.end), verb, start, None)
        return None
    return None


_LEAD = re.compile(
    r"(?:[“\"]?that\s+)?(?:(?:on|in|at|after|during|since|earlier|later|last|then)\b[^,;:“\"]{0,60},\s*|on (?:Mon"
    r"|Tues|Wednes|Thurs|Fri|Satur|Sun)day\s+)?",
    re.I,
)


def _speaker_first(index: Index, start: int, end: int) -> Layer | None:
    """Inner layer at the beginning of a content: "(that) Putin accused the U.S. …"."""
    text = index.text
    lead = _LEAD.match(text, start, min(end, start + 120))
    position = lead.end() if lead else start
    for mention in index.within(position, min(end, position + 110)):
        # the subject opens the clause, up to a title or an article before it
        if len(text[position : mention.start].split()) > 6 or any(c in ',;“"' for c in text[position : mention.start]):
            break
        if mention.type == "MISC" or mention.kind == "demonym":
            continue
        verb = verb_at(text, mention.end, min(end, mention.end + 60))
        if verb:
            begin = verb.end
            while begin < end and not (text[begin].isalnum() or text[begin] in "$£€“\"‘'"):
                begin += 1
            return Layer(Span(position, mention.end), verb, begin, end)
    return None


def _speaker_last(index: Index, start: int, end: int, outlet: Span) -> Layer | None:
    """Inner layer after a content: "…,” Kirby said, according to NBC News" (also when the content swallowed it)."""
    text = index.text
    sentence = texts.sentence_at(index.document, max(start, end - 1))
    stop = outlet.start if outlet.start > end else max(end, sentence.end)
    region = max(start, end - 60)
    for mention in reversed([m for m in index.within(region, stop) if m.type != "MISC" and not is_outlet(m)]):
        if index.mask[mention.start] == 1:
            continue
        verb = verb_at(text, mention.end, min(stop, mention.end + 40))
        before = text[max(start, mention.start - 60) : mention.start]
        if verb is None:
            continue
        closes = (
            outlet.start > verb.end
            and len(text[verb.end : outlet.start].split()) <= 6
            or not text[verb.end : verb.end + 1].strip(" .,;")
            and not text[verb.end : verb.end + 2].strip(' .,;\n”"')
        )
        if closes and mention.start >= end - 60 and re.search(r"[,”\"’?!]\s*(?:[\w’'-]+\s+){0,7}$", before):
            boundary = max((text.rfind(c, start, mention.start) for c in ',”"’?!'), default=-1)
            if boundary > start:
                last = min(end, boundary + 1)
                begin = boundary + 1
                while begin < mention.start and text[begin].isspace():
                    begin += 1
                stop = last if text[boundary] in '”"’' else min(end, boundary)
                return Layer(Span(begin, mention.end), verb, start, stop)
    return None


def via_of(index: Index, said: Said, start: int, end: int, speaker: Speaker) -> str | None:
    """Outlets that pass the statement on, each once, in order: peeled layers, then the outlets around it in its
    sentences.
    """
    names: list[str] = []
    for span in said.via:
        names += [m.entity for m in mentions_at(index, span) if is_outlet(m)][:1] or [index.text[span.start : span.end]]
    first = texts.sentence_at(index.document, min(start, said.source.start if said.source else start))
    last = texts.sentence_at(index.document, max(end - 1, said.source.end - 1 if said.source else 0))
    for sentence in dict.fromkeys([first, last]):
        names += [
            m.entity
            for m in outlets_of(index, *sentence)
            if m.entity_id != speaker.id and not any(s <= m.start < e for s, e in said.pieces)
        ]
    return "; ".join(dict.fromkeys(n for n in names if n != speaker.name)) or None
