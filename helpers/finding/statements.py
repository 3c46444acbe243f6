"""Who said what: quoted and reported statements, their speakers, and the outlets that pass them on.

The encoder finds contents, sources and cues; rules add what marks and layout show for certain: quotation marks (snapping, split and
multi-paragraph quotations), transcripts, layers of attribution ("Kirby said, according to NBC News" is John Kirby via NBC News).
Conventions of contents and cues follow PolNeAR (Newell, Margolin & Ruths 2018). A speaker that the text does not name stays unknown.
"""

import bisect
import csv
import functools
import re
from typing import NamedTuple

from helpers import DATA
from helpers import text as texts
from helpers.finding.gazetteers import load as load_gazetteer
from helpers.finding.gazetteers import normalise
from helpers.text import Span


class Statement(NamedTuple):
    """One statement. Offsets are characters of the article; `start`..`end` runs from the first to the last of its `spans`.

    kind: direct (all in quotation marks), mixed, indirect. speaker: the resolved name, or the words as written, None when unknown.
    via: the outlet(s) that report it, "; "-joined. tone, tone_terms and vader are filled in by `sentiment`. confidence: 0..1.
    """

    start: int
    end: int
    spans: list
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


class _Said(NamedTuple):
    """A statement in the making."""

    pieces: list
    source: Span | None
    cue: Span | None
    via: tuple
    score: float


LEAST_SCORE = 0.15
_FEWEST_WORDS = 5  # 98 % of double-quoted stretches this long belong to an attribution; shorter ones are often titles and scare quotes
_OUTLET = re.compile(r"\b(?:News|Times|Post|Journal|Tribune|Herald|Press|Gazette|Chronicle|Observer|Telegraph|Globe|Broadcasting|Magazine|Television|TV|Radio|Newspaper|Network|Agency France|Newswire|Daily)\b")


@functools.cache
def cues():
    """Speech verbs (every form) and nouns of `helpers/data/speech_cues.csv`: (frozenset of verb forms, frozenset of nouns)."""
    verbs, nouns = set(), set()
    with open(DATA / "speech_cues.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            (verbs.update(_forms(row["lemma"])) if row["kind"] == "verb" else nouns.add(row["lemma"]))
    return frozenset(verbs), frozenset(nouns)


_IRREGULAR = {"say": "says said saying", "tell": "tells told telling", "write": "writes wrote written writing", "swear": "swears swore sworn swearing", "find": "finds found finding", "admit": "admits admitted admitting", "quip": "quips quipped quipping", "concede": "concedes conceded conceding"}


def _forms(lemma):
    if lemma in _IRREGULAR:
        return [lemma, *_IRREGULAR[lemma].split()]
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return [lemma, lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing"]
    stem = lemma[:-1] if lemma.endswith("e") else lemma
    return [lemma, lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x")) else "s"), stem + "ed", stem + "ing"]


class _Index:
    """Lookups into one document: mentions by offset, quotations, the mask of what stands in quotation marks."""

    def __init__(self, document, mentions):
        self.document, self.text, self.mentions = document, document.text, mentions
        self.starts = [m.start for m in mentions]
        # British papers quote with single marks: they count as quotation marks where no double ones are used, or for whole phrases
        double = any(q.kind == "double" for q in document.quotations)
        self.marks = [q for q in document.quotations if q.kind == "double" or not double or len(self.text[q.start : q.end].split()) >= _FEWEST_WORDS]
        self.mask = texts.quotation_mask(document.text, [q._replace(kind="double") for q in self.marks])
        self.mark_starts = [q.start for q in self.marks]

    def within(self, start, end):
        """Mentions that lie in [start, end)."""
        return [m for m in self.mentions[bisect.bisect_left(self.starts, start) : bisect.bisect_left(self.starts, end)] if m.end <= end]

    def quotations(self, start, end):
        """Quotations that overlap [start, end)."""
        first = max(0, bisect.bisect_right(self.mark_starts, start) - 1)
        last = bisect.bisect_left(self.mark_starts, end)
        return [q for q in self.marks[first:last] if q.end > start]


def find_statements(document, encoding, mentions):
    """Statements of one article, sorted by start.

    document: `text.Document`; encoding: `encoder.Encoding` (its attributions); mentions: `entities.find_mentions`, for speakers.
    Never raises on any text.
    """
    index = _Index(document, mentions)
    found = [_Said(list(a.content), a.source, a.cue, (), a.score) for a in encoding.attributions if _spoken(index, a)]
    found = [s._replace(pieces=_snapped(index, s.pieces)) for s in (_near(index, s) for s in found) if s.pieces]
    found += _unclaimed_quotations(index, found)
    found += _turns(index)
    found = [_trimmed_to_clause(index, _with_subject(index, s)) for s in _without_overlaps(found)]
    found = [layer for said in found for layer in _peeled(index, said)]
    found = _joined(index, sorted(found, key=lambda s: s.pieces[0]))
    found = [_with_source(index, said) for said in found]
    found += _possessive(index, found)
    return _finished(index, sorted(found, key=lambda s: s.pieces[0]))


# "did not respond to a request for comment" reports that nothing was said
_SILENCE = re.compile(r"(?:requests?|calls?|e-?mails?|messages?|questions?|inquiries) (?:for|seeking|asking for|from) (?:further |additional )?(?:comment|remarks|a response|reaction|reporters)|\bto (?:further )?comment\b(?! (?:on|that|about))", re.I)


_UNSAID = re.compile(r"\b(?:stop(?:s|ped)? short of|declin(?:e|es|ed) to|refus(?:e|es|ed) to|(?:did|does|do|would|could|has|have|had)(?: not|n't|n’t)) (?:\w+ly )?(?:say|saying|said|comment|elaborate|disclose|specify|confirm|respond|mention)", re.I)


def _spoken(index, attribution):
    """Communications; attitudes (hopes, believes) only where the words stand in quotation marks. Scraps are left out."""
    if attribution.score < LEAST_SCORE or not any(index.text[s:e].strip() for s, e in attribution.content):
        return False
    start, end = attribution.content[0]
    if end - start < 60 and _SILENCE.search(index.text[max(0, start - 4) : end + 12]) and not index.mask[start]:
        return False
    if attribution.cue and not index.mask[start] and _UNSAID.search(index.text[attribution.cue.start : attribution.cue.end]):
        return False
    if attribution.kind == "STATEMENT":
        return True
    return sum(1 for k in range(start, end) if index.mask[k] == 1) > 0.5 * (end - start)


def _near(index, said):
    """Without the unquoted pieces that stand in another paragraph than the words that report them."""
    report = said.cue or said.source
    if report is None:
        return said
    home = texts.paragraph_at(index.document, report.start)
    return said._replace(pieces=[p for p in said.pieces if index.mask[p.start] or texts.paragraph_at(index.document, p.start) == home])


# -- pieces and quotation marks ---------------------------------------------------------------------------------------


def _alphanumeric(text, start, end):
    return sum(c.isalnum() for c in text[start:end])


def _snapped(index, pieces):
    """Pieces grown to the quotation marks they all but fill; pieces with nothing but marks between them become one."""
    grown = []
    for start, end in pieces:
        for quotation in index.quotations(start, end):
            overlap = min(end, quotation.end) - max(start, quotation.start)
            if overlap >= 0.5 * (quotation.end - quotation.start):
                start, end = min(start, quotation.start), max(end, quotation.end)
        grown.append(Span(start, end))
    merged = []
    for span in sorted(grown):
        if merged and (span.start <= merged[-1].end or not any(c.isalnum() or c == "\n" for c in index.text[merged[-1].end : span.start])):
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _covered(spans, start, end):
    """Characters of [start, end) that sorted, disjoint `spans` cover."""
    k = max(0, bisect.bisect_right(spans, (start,)) - 1)
    total = 0
    while k < len(spans) and spans[k][0] < end:
        total += max(0, min(end, spans[k][1]) - max(start, spans[k][0]))
        k += 1
    return total


def _disjoint(spans):
    out = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _insert(spans, start, end):
    """Add a span to a sorted list of disjoint spans, in place, merging what it touches."""
    first = bisect.bisect_left(spans, (start,))
    if first and spans[first - 1][1] >= start:
        first -= 1
    last = first
    while last < len(spans) and spans[last][0] <= end:
        start, end = min(start, spans[last][0]), max(end, spans[last][1])
        last += 1
    spans[first:last] = [(start, end)]


def _unclaimed_quotations(index, found):
    """Longer quotations that no attribution claimed: quotation marks are evidence enough that somebody speaks."""
    taken = _disjoint((s, e) for said in found for s, e in said.pieces)
    firsts = sorted((said.pieces[0][0], order) for order, said in enumerate(found))
    groups = {}
    for quotation in index.marks:
        groups.setdefault(quotation.group, []).append(quotation)
    out = []
    for group in groups.values():
        words = sum(len(index.text[q.start : q.end].split()) for q in group)
        free = [Span(q.start, q.end) for q in group if _covered(taken, q.start, q.end) < 0.3 * (q.end - q.start)]
        if free and words >= _FEWEST_WORDS:
            inside = [order for q in group for _, order in firsts[bisect.bisect_left(firsts, (q.start,)) : bisect.bisect_left(firsts, (q.end,))]]
            claimed = found[min(inside)] if inside else None
            out.append(_Said(free, claimed.source if claimed else None, claimed.cue if claimed else None, (), 0.5))
    return out


_ADDRESSEE = re.compile(r"(?!that\b)[^.;:“”\"]{2,70}?(?=\s+that\s)", re.I)
_TELLS = re.compile(r"\b(?:tell|told|telling|warn|remind|assur|reassur|inform|notif)\w*\W*$", re.I)
_CONCESSION = re.compile(r"(?:even\s+)?(?:though|although|while|whereas)\b[^,;:“”\"]{0,60}$", re.I)


def _with_subject(index, said):
    """The name right before a speech verb is its subject, whatever else seemed to be the source; words of the source are no content."""
    text, source = index.text, said.source
    if said.cue is not None and index.mask[said.cue.start] != 1 and not re.match(r"(?:was|were|is|are|been|being|be)\b", text[said.cue.start : said.cue.end]):
        nearest = [m for m in index.within(max(0, said.cue.start - 60), said.cue.start) if m.kind == "named" and m.type in ("PER", "ORG", "LOC")][-1:]
        if nearest and not text[nearest[0].end : said.cue.start].strip() and _verb_at(text, said.cue.start, said.cue.end):
            subject = nearest[0]
            if source is None or source.end <= subject.start or source.start >= subject.end:
                source = Span(_phrase_start(text, subject.start, texts.sentence_at(index.document, subject.start).start), subject.end)
    if source is None:
        return said
    pieces = [p for p in said.pieces if not (p.start <= source.start and source.end <= p.end or source.start <= p.start and p.end <= source.end)]
    return said._replace(source=source, pieces=pieces or said.pieces)


def _trimmed_to_clause(index, said):
    """Pieces a cue cannot reach are dropped: words before "as X said," when a quotation follows, and a mere "that …" before the source."""
    if said.source is None:
        return said
    text, source = index.text, said.source
    said = said._replace(pieces=[_clause(index, said, p) for p in said.pieces])
    if len(said.pieces) < 2:
        return said
    before = [p for p in said.pieces if p.end <= source.start]
    after = [p for p in said.pieces if p.start >= source.end]
    parenthetical = re.search(r"\bas\s+$", text[max(0, source.start - 4) : source.start])
    if before and after and parenthetical and index.mask[after[0].start] == 1 and not any(index.mask[p.start] == 1 for p in before):
        return said._replace(pieces=after)
    scraps = [p for p in before if after and text[p.start : p.end].lower().startswith("that ") and len(text[p.start : p.end].split()) <= 6]
    return said._replace(pieces=[p for p in said.pieces if p not in scraps]) if scraps else said


def _clause(index, said, piece):
    """A reported clause without the person told ("tell NATO that …") and without the main clause after a concession ("Though X said …, Y …")."""
    text, (start, end) = index.text, piece
    if index.mask[start] == 1:
        return piece
    if said.cue is not None and said.cue.end <= start and not any(c.isalnum() for c in text[said.cue.end : start]) and _TELLS.search(text[said.cue.start : said.cue.end]):
        told = _ADDRESSEE.match(text, start, min(end, start + 90))
        if told:
            start = _skip(text, told.end())
    sentence = texts.sentence_at(index.document, start)
    if sentence.start <= said.source.start < start and _CONCESSION.match(text[sentence.start : said.source.start]) and '"' not in text[start:end] and "“" not in text[start:end]:
        comma = text.rfind(", ", start, end)
        if comma > start and any(m.start - comma <= 8 for m in index.within(comma, end)[:1]):
            end = comma
    return Span(start, end)


def _without_overlaps(found):
    """Of overlapping statements the surer (then longer) one stays."""
    kept, taken = [], []
    for said in sorted(found, key=lambda s: (-s.score, s.pieces[0])):
        size = sum(e - s for s, e in said.pieces)
        if sum(_covered(taken, s, e) for s, e in said.pieces) <= 0.3 * size:
            kept.append(said)
            for piece in said.pieces:
                _insert(taken, *piece)
    return kept


def _joined(index, found):
    """Split and continued quotations as one statement: "A," he said. "B" and paragraphs that open with a mark."""
    groups = {}
    for quotation in index.marks:
        groups[quotation.start] = quotation.group
    out, last_group = [], {}
    for said in found:
        start, end = said.pieces[0]
        group = groups.get(start)
        previous = out[-1] if out else None
        if group is not None and group in last_group and said.source in (None, out[last_group[group]].source):
            k = last_group[group]
            out[k] = out[k]._replace(pieces=sorted([*out[k].pieces, *said.pieces]))
            continue
        if previous and said.source is None and said.cue is None and index.mask[start] == 1 and _follows_closely(index, previous, start):
            out[-1] = previous._replace(pieces=[*previous.pieces, *said.pieces])
        else:
            out.append(said)
        for s, _ in said.pieces:
            if groups.get(s) is not None:
                last_group[groups[s]] = len(out) - 1
    return out


def _follows_closely(index, previous, start):
    """The quotation at `start` goes on after the attribution clause of `previous`: same paragraph, a few words between."""
    end = previous.pieces[-1][1]
    if previous.source is None or index.mask[previous.pieces[-1][0]] != 1:
        return False
    between = index.text[end:start]
    return "\n" not in between.strip() and len(between.split()) <= 14 and texts.paragraph_at(index.document, end - 1) == texts.paragraph_at(index.document, start)


# -- transcripts ------------------------------------------------------------------------------------------------------

_TURN = re.compile(r"[\"“]?(?P<name>[A-Z][\w.'’-]*(?: [A-Z(][\w.'’()-]*){0,5}):\s+(?=\S)")


def _turns(index):
    """Turns of a transcript ("SMITH: …" on at least three paragraphs, by at least two speakers)."""
    heads = [(p, _TURN.match(index.text, p.start, p.end)) for p in index.document.paragraphs]
    named = [m.group("name") for _, m in heads if m]
    if len(named) < 3 or len(set(named)) < 2 or len(named) < 0.3 * len(heads):
        return []
    out, speaker = [], None
    for paragraph, match in heads:
        if match:
            speaker = Span(match.start("name"), match.end("name"))
        start = match.end() if match else paragraph.start
        if speaker and paragraph.end > start:
            out.append(_Said([Span(start, paragraph.end)], speaker, None, (), 1.0))  # the layout is certain: nothing inside a turn outweighs it
    return out


# -- layers: an outlet that passes on what somebody else said ----------------------------------------------------------


@functools.cache
def _outlet_names():
    return {key for key, entry in load_gazetteer().names.items() if entry.kind == "outlet"}


def is_outlet(mention):
    """True for a mention of a newspaper, broadcaster, agency or other publisher."""
    return mention.kind == "named" and mention.type in ("ORG", "MISC", "PER") and (normalise(mention.entity) in _outlet_names() or bool(_OUTLET.search(mention.entity)))


_BEFORE_OUTLET = re.compile(r"(?:according to|as reported by|reported by|first reported by|told|tells|telling|interview(?:ed)? (?:with|by|on)|in a statement to|in remarks to|speaking to|speaking on|appearance on|said on|via|citing|quoted by)\s+(?:the\s+|(?:ABC|CBS|NBC|CNN|Fox)(?:’s|'s)\s+)?$", re.I)
_AFTER_OUTLET = re.compile(r"\s*(?:,\s*)?(?:has\s+|had\s+|also\s+|first\s+|previously\s+|later\s+|exclusively\s+)*(?:report(?:ed|s)|wrote|writes|said|says|quoted|cited|noted|revealed|learned|tweeted|announced|disclosed|found|adds|added|explain(?:ed|s)|claim(?:ed|s)|described|published)\b", re.I)


def outlets_of(index, start, end):
    """Outlet mentions that report what is said in [start, end): "according to X", "as X reported", "X reported that", "told X"."""
    found = []
    for mention in index.within(start, end):
        if is_outlet(mention) and index.mask[mention.start] != 1:
            before = index.text[max(start, mention.start - 40) : mention.start]
            after = index.text[mention.end : min(end, mention.end + 40)]
            if _BEFORE_OUTLET.search(before) or _AFTER_OUTLET.match(after):
                found.append(mention)
    return found


def _mention_at(index, span):
    """Mentions inside a source span, widened to one that covers it."""
    k = bisect.bisect_right(index.starts, span.start)
    around = [m for m in index.mentions[max(0, k - 3) : k] if m.start <= span.start and m.end >= span.end]
    return around + [m for m in index.within(span.start, span.end) if m not in around]


def _source_is_outlet(index, said):
    return said.source is not None and any(is_outlet(m) for m in _mention_at(index, said.source)) and not any(m.type == "PER" and m.kind == "named" and not is_outlet(m) for m in _mention_at(index, said.source))


def _peeled(index, said):
    """The inner statements when an outlet is given as the source of somebody else's words; else the statement itself.

    A content that runs over several sentences is looked at sentence by sentence: each may name its own speaker.
    """
    if not _source_is_outlet(index, said):
        return [said]
    layers, rest = [], []
    for piece in [part for whole in said.pieces for part in _by_sentence(index, whole)]:
        inner = _speaker_first(index, *piece) or _speaker_before(index, piece.start) or _speaker_last(index, *piece, said.source)
        if inner is None:
            rest.append(piece)
            continue
        source, cue, (first, last) = inner
        cut = Span(max(piece.start, first), min(piece.end, last or piece.end))
        if cut.end > cut.start and _alphanumeric(index.text, *cut) >= 3:
            layers.append(said._replace(pieces=_snapped(index, [cut]), source=source, cue=cue, via=(said.source,)))
        else:
            rest.append(piece)
    if layers:  # what is left beside an inner statement is a scrap of its lead more often than a statement of its own
        rest = [piece for piece in rest if len(index.text[piece.start : piece.end].split()) > 4]
    return layers + ([said._replace(pieces=_snapped(index, rest))] if rest else [])


def _by_sentence(index, piece):
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
    return [span for span in out if _alphanumeric(index.text, *span)]


def _speaker_before(index, start):
    """Inner layer right before a content: "Sergei Ryabkov said, “…" (the content may run to its own end: None)."""
    text = index.text
    sentence = texts.sentence_at(index.document, start)
    for mention in reversed(index.within(max(sentence.start, start - 90), start)):
        if mention.type == "MISC" or mention.kind == "demonym" or is_outlet(mention) or index.mask[mention.start] == 1:
            continue
        verb = _verb_at(text, mention.end, start)
        if verb and not any(c.isalnum() for c in re.sub(r"\bthat\b", "", text[verb.end : start])):
            begin = _phrase_start(text, mention.start, sentence.start)
            return Span(begin, mention.end), verb, (start, None)
        return None
    return None


_OPENERS = frozenset("And But Then On In At As The Though Although While When After Before If Because Since Yet So For That Earlier Later Meanwhile However Even".split())


def _phrase_start(text, start, least):
    """Where a name's title begins: capitalised words right before it ("Deputy Foreign Minister Sergei Ryabkov")."""
    while start > least:
        match = re.search(r"(?:^|[\s,])([A-Z][\w.-]*)\s+$", text[max(least, start - 40) : start])
        if not match or match.group(1) in _OPENERS:
            return start
        start = max(least, start - 40) + match.start(1)
    return start


_LEAD = re.compile(r"(?:[“\"]?that\s+)?(?:(?:on|in|at|after|during|since|earlier|later|last|then)\b[^,;:“\"]{0,60},\s*|on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\s+)?", re.I)
_WORD = re.compile(r"\w+(?:['’-]\w+)*")


def _verb_at(text, position, stop):
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
        if word not in ("has", "had", "have", "also", "then", "later", "who", "was", "is", "again", "repeatedly", "reportedly") and not word.endswith("ly"):
            return None
    return None


def _speaker_first(index, start, end):
    """Inner layer at the beginning of a content: "(that) Putin accused the U.S. …"."""
    text = index.text
    lead = _LEAD.match(text, start, min(end, start + 120))
    position = lead.end() if lead else start
    for mention in index.within(position, min(end, position + 110)):
        # the subject opens the clause, up to a title or an article before it
        if len(text[position : mention.start].split()) > 6 or any(c in ",;“\"" for c in text[position : mention.start]):
            break
        if mention.type == "MISC" or mention.kind == "demonym":
            continue
        verb = _verb_at(text, mention.end, min(end, mention.end + 60))
        if verb:
            begin = verb.end
            while begin < end and not (text[begin].isalnum() or text[begin] in "$£€“\"‘'"):
                begin += 1
            return Span(position, mention.end), Span(verb.start, verb.end), (begin, end)
    return None


def _speaker_last(index, start, end, outlet):
    """Inner layer after a content: "…,” Kirby said, according to NBC News" (also when the content swallowed it)."""
    text = index.text
    sentence = texts.sentence_at(index.document, max(start, end - 1))
    stop = outlet.start if outlet.start > end else max(end, sentence.end)
    region = max(start, end - 60)
    for mention in reversed([m for m in index.within(region, stop) if m.type != "MISC" and not is_outlet(m)]):
        if index.mask[mention.start] == 1:
            continue
        verb = _verb_at(text, mention.end, min(stop, mention.end + 40))
        before = text[max(start, mention.start - 60) : mention.start]
        closes = verb and (outlet.start > verb.end and len(text[verb.end : outlet.start].split()) <= 6 or not text[verb.end : verb.end + 1].strip(" .,;") and not text[verb.end : verb.end + 2].strip(" .,;\n”\""))
        if closes and mention.start >= end - 60 and re.search(r"[,”\"’?!]\s*(?:[\w’'-]+\s+){0,7}$", before):
            boundary = max((text.rfind(c, start, mention.start) for c in ",”\"’?!"), default=-1)
            if boundary > start:
                last = min(end, boundary + 1)
                begin = boundary + 1
                while begin < mention.start and text[begin].isspace():
                    begin += 1
                return Span(begin, mention.end), verb, (start, last if text[boundary] in "”\"’" else min(end, boundary))
    return None


# -- speakers ---------------------------------------------------------------------------------------------------------


# “…” ― Ines Duarte: a name after a dash, to the end of its line, signs the quotation
_SIGNED = re.compile(r"[ \t\u00a0]*[―—–-]{1,2}[ \t\u00a0]*(?P<name>[^\W\d_][\w.'’-]*(?:[ \u00a0][\w.'’-]+){0,5}?)(?=[ \t\u00a0.,]*(?:\n|$)|,[ ])")


def _with_source(index, said):
    """A source found by position for a quotation the encoder left without one: a mention next to a speech verb in its paragraph."""
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
        verb = _verb_at(text, mention.end, min(stop, mention.end + 60))
        inverted = _verb_at(text, _skip(text, end), mention.start)
        if verb or (inverted and mention.start - inverted.end <= 60):
            return said._replace(source=Span(mention.start, mention.end), cue=verb or inverted, score=said.score * 0.9)
    before = [m for m in index.within(max(paragraph.start, start - 200), start) if index.mask[m.start] != 1 and m.type != "MISC"]
    for mention in reversed(before):
        verb = _verb_at(text, mention.end, start)
        if verb and not re.search(r"[.!?]\s", text[verb.end : start]):
            return said._replace(source=Span(mention.start, mention.end), cue=verb, score=said.score * 0.8)
    return said


def _skip(text, position):
    while position < len(text) and not text[position].isalnum():
        position += 1
    return position


_POSSESSIVE = re.compile(r"['’]s?\s+(?:[\w-]+\s+){0,2}?(?P<noun>[a-z]+)\b[^.;:“”\"\n]{0,90}?\b(?:was|is|has been|were|are)\s+(?P<to>to\s+(?P<verb>[a-z]+)\s+|that\s+)")


def _possessive(index, found):
    """"Biden’s response … was to outline …": the possessor speaks."""
    taken = _disjoint((s, e) for said in found for s, e in said.pieces)
    _, nouns = cues()
    out = []
    for mention in index.mentions:
        if mention.type not in ("PER", "ORG", "LOC") or index.mask[mention.start] == 1 or index.text[mention.end : mention.end + 1] not in ("'", "’"):
            continue
        sentence = texts.sentence_at(index.document, mention.start)
        match = _POSSESSIVE.match(index.text, mention.end, sentence.end)
        if match and match.group("noun") in nouns and (match.group("verb") is None or match.group("verb") in cues()[0]):
            begin, end = match.end(), sentence.end
            while end > begin and not index.text[end - 1].isalnum():
                end -= 1
            if end - begin > 10 and _covered(taken, begin, end) < 0.3 * (end - begin):
                cue = Span(match.start("verb"), match.end("verb")) if match.group("verb") else Span(match.start("noun"), match.end("noun"))
                out.append(_Said([Span(begin, end)], Span(mention.start, mention.end), cue, (), 0.5))
    return out


_AFTER_PREPOSITION = re.compile(r"\b(?:for|of|to|with|from|by|at|in|on|against|near|behind|about)\s+(?:the\s+|former\s+)?(?:[\w.’'-]+\s+){0,2}$", re.I)


def speaker_of(index, source):
    """(name, entity id) of the speaker a source span names: its head mention when it resolves, else the words as written."""
    text = index.text
    if re.search(r"\b(?:from|by|of)$", text[source.start : source.end]):  # "a statement from" goes on to whose it is
        following = index.within(source.end, source.end + 60)[:1]
        source = Span(source.start, following[0].end) if following and "\n" not in text[source.end : following[0].start] else source
    if text[source.start : source.end].strip().lower() == "who":  # "Lind, who said that …"
        named = [m for m in index.within(max(0, source.start - 120), source.start) if m.kind in ("named", "nominal") and m.type in ("PER", "ORG") and m.entity][-1:]
        return (named[0].entity, named[0].entity_id) if named and not re.search(r"[.!?]\s", text[named[0].end : source.start]) else (None, None)
    inside = _mention_at(index, source)
    written = text[source.start : source.end].strip().strip(",")
    for mention in inside:
        if mention.start <= source.start and mention.end >= source.end and mention.entity:
            return mention.entity, mention.entity_id
    heads = [
        m for m in inside
        if m.type in ("PER", "ORG", "LOC") and m.kind != "demonym" and text[m.end : m.end + 2] not in ("’s", "'s") and not _AFTER_PREPOSITION.search(text[source.start : m.start])
    ]
    persons = [m for m in heads if m.type == "PER" and m.kind == "named"]
    if len({m.entity_id for m in persons}) > 1 and re.search(r"\band\b|,", text[persons[0].end : persons[-1].start]):
        return written, None
    if persons:
        return persons[0].entity, persons[0].entity_id
    for kinds in (("nominal", "pronoun"), ("named",)):
        fitting = [m for m in heads if m.kind in kinds and m.entity and (m.kind != "named" or source.end - m.end <= 2 or len(heads) == 1 and source.start == m.start)]
        if fitting:
            return fitting[-1].entity, fitting[-1].entity_id
    possessor = [m for m in inside if m.entity and text[m.end : source.end] in ("’s", "'s", "’", "'")]
    if possessor:
        return possessor[0].entity, possessor[0].entity_id
    if written.lower() in _BARE:  # a pronoun that nothing resolves is nobody
        return None, None
    return written or None, None


_BARE = frozenset("he she it they we i you who which that this these those his her its their our my your him them us me one some others another many both each".split())
_CONTINUES = re.compile(r"\b(?:added|adding|continued|continuing|went on|further|also)\b", re.I)
_PRONOUN = re.compile(r"(?:he|she|they|it|the (?:official|source|spokesman|spokeswoman|spokesperson))$", re.I)


def _finished(index, found):
    """Speakers, outlets and kinds -> Statements."""
    out = []
    for said in found:
        pieces = [Span(*_tidy(index.text, s, e)) for s, e in said.pieces]
        pieces = [p for p in pieces if _alphanumeric(index.text, *p)]
        if not pieces:
            continue
        start, end = pieces[0].start, pieces[-1].end
        speaker = speaker_id = mention = None
        if said.source is not None:
            speaker, speaker_id = speaker_of(index, said.source)
            mention = said.source
            speaker, speaker_id = _continued(index, out, mention, speaker, speaker_id)
        via = _via(index, said, start, end, speaker_id, speaker)
        cue = index.text[said.cue.start : said.cue.end] if said.cue else None
        if not via and mention and out and out[-1].via and _PRONOUN.match(index.text[mention.start : mention.end]) and cue and _CONTINUES.search(cue) and _same(out[-1], speaker, speaker_id, index, mention):
            via = out[-1].via
        kind = _kind(index, pieces)
        if kind == "indirect" and len([w for p in pieces for w in index.text[p.start : p.end].split() if w.lower() != "that"]) < 2:
            continue  # a scrap of one word is no statement
        out.append(
            Statement(
                start, end, [tuple(p) for p in pieces], " … ".join(index.text[s:e] for s, e in pieces), kind, cue, said.cue.start if said.cue else None, said.cue.end if said.cue else None,
                speaker, index.text[mention.start : mention.end] if mention else None, mention.start if mention else None, mention.end if mention else None,
                speaker_id, via, None, None, None, round(min(1.0, said.score), 4),
            )
        )
    return out


_SINGULAR = {"he": "m", "his": "m", "him": "m", "she": "f", "her": "f"}


def _gender(name):
    given = load_gazetteer().given
    return next((given[w] for w in name.lower().split()[:1] if w in given), "")


_TOLD = re.compile(r"\b(?:told|tells|telling|asked|asks|with|to)\s+(?:[\w.]+(?:’s|'s)\s+)?$", re.I)  # whoever is told something does not speak next


def _continued(index, out, mention, speaker, speaker_id):
    """A "he said" goes to the last speaker when nobody else was named since: people who speak go on speaking.

    Only within a paragraph or from one to the next, and only when the given name does not contradict the pronoun.
    """
    gender = _SINGULAR.get(index.text[mention.start : mention.end].lower())
    if gender is None:
        return speaker, speaker_id
    spoken = [span for s in out[-12:] for span in s.spans][-12:]
    for previous in reversed(out[-3:]):
        if previous.speaker_id is None or not previous.speaker_id.startswith("PER") or previous.speaker_id == speaker_id or previous.speaker_mention_start is None:
            continue
        since = index.within(previous.speaker_mention_end, mention.start)
        if index.text.count("\n", previous.end, mention.start) > 4 or _gender(previous.speaker) not in ("", gender):
            continue
        others = [m for m in since if m.type == "PER" and m.kind == "named" and m.entity_id != previous.speaker_id and _gender(m.entity) in ("", gender) and not any(a <= m.start < b for a, b in spoken) and not _TOLD.search(index.text[max(0, m.start - 40) : m.start])]
        if not others:
            return previous.speaker, previous.speaker_id
        break
    return speaker, speaker_id


def _same(previous, speaker, speaker_id, index, mention):
    if speaker_id is not None and previous.speaker_id is not None:
        return speaker_id == previous.speaker_id
    return True


def _via(index, said, start, end, speaker_id, speaker):
    """Outlets that pass the statement on, each once, in order: peeled layers, then the outlets around it in its sentences."""
    names = []
    for span in said.via:
        names += [m.entity for m in _mention_at(index, span) if is_outlet(m)][:1] or [index.text[span.start : span.end]]
    first = texts.sentence_at(index.document, min(start, said.source.start if said.source else start))
    last = texts.sentence_at(index.document, max(end - 1, said.source.end - 1 if said.source else 0))
    for sentence in dict.fromkeys([first, last]):
        names += [m.entity for m in outlets_of(index, *sentence) if m.entity_id != speaker_id and not any(s <= m.start < e for s, e in said.pieces)]
    return "; ".join(dict.fromkeys(n for n in names if n != speaker)) or None


def _kind(index, pieces):
    inside = outside = 0
    for s, e in pieces:
        for k in range(s, e):
            if index.text[k].isalnum():
                if index.mask[k]:
                    inside += 1
                else:
                    outside += 1
    return "indirect" if not inside else ("direct" if not outside else "mixed")


def _tidy(text, start, end):
    """Without outer white space, and without a comma or dash that only joins the attribution clause."""
    while start < end and (text[start].isspace() or text[start] in ",;:—–"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;:—–"):
        end -= 1
    return start, end
