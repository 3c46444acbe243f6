"""Paragraphs, sentences, words and quotation marks of a text, always as offsets into the text as read.

Nothing here changes the text. ``text[start:end]`` is always the words meant, so that a figure can be
traced back to the characters it came from. All functions accept any string and run in linear time.
"""

import bisect
import csv
import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nltk.tokenize import NLTKWordTokenizer
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

from helpers import DATA

if TYPE_CHECKING:
    from nltk.sentiment.vader import SentimentIntensityAnalyzer


def rows_of(path: str | Path) -> Iterator[dict[str, str]]:
    """The rows of a table of words; lines that begin with # are comments."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(line for line in file if not line.startswith("#"))


@functools.cache
def _word_lists(file: str) -> dict[str, frozenset[str]]:
    lists: dict[str, set[str]] = {}
    for row in rows_of(DATA / file):
        lists.setdefault(row["list"], set()).add(row["word"])
    return {name: frozenset(found) for name, found in lists.items()}


def word_list(name: str, file: str = "words.csv") -> frozenset[str]:
    """The words of one list of a file in `helpers/data`, as written there. Raises KeyError for an unknown list."""
    return _word_lists(file)[name]


class Span(NamedTuple):
    """Half-open character range ``[start, end)`` into the article's text."""

    start: int
    end: int


class Quotation(NamedTuple):
    """A stretch of text between quotation marks, marks included, within one paragraph.

    kind: ``double`` or ``single``. group: pieces of one quotation that runs over several paragraphs
    (each opening with a mark, only the last one closed) share a number.
    """

    start: int
    end: int
    kind: str
    group: int


class Document(NamedTuple):
    """A text with its structure; every list is sorted by start."""

    text: str
    paragraphs: list[Span]
    sentences: list[Span]
    quotations: list[Quotation]


# Curly and typographic marks, each replaced by ONE straight character, so that offsets stay what they are.
STRAIGHT = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "‛": "'",
        "`": "'",
        "´": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "‟": '"',
        "«": '"',
        "»": '"',
        "＂": '"',
        "\u00a0": " ",
        "\u202f": " ",
    }
)

# Abbreviations of English news prose that do not end a sentence (lower case, without the last dot): titles, ranks,
# US states in AP style, months, companies, initials of states and unions.
ABBREVIATIONS = word_list("abbreviations")
# Words that open an English sentence far more often than they follow an abbreviation inside one.
SENTENCE_STARTERS = word_list("sentence starters")
_PIECE = 20_000  # NLTK stops a regular expression after some seconds: longer paragraphs are cut at white space first


@functools.cache
def _punkt() -> PunktSentenceTokenizer:
    parameters = PunktParameters()
    parameters.abbrev_types = set(ABBREVIATIONS)
    parameters.sent_starters = set(SENTENCE_STARTERS)
    return PunktSentenceTokenizer(parameters)


@functools.cache
def _word_tokenizer() -> NLTKWordTokenizer:
    return NLTKWordTokenizer()


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _hard_wrapped(text: str) -> bool:
    """True when single line breaks only wrap lines (e-mail style) and blank lines separate paragraphs."""
    if not re.search(r"\n[ \t\r]*\n", text):
        return False
    lines = [line for block in re.split(r"\n\s*\n", text[:20_000]) for line in block.split("\n")[:-1]]
    lengths = [len(line.rstrip()) for line in lines]
    if len(lines) < 3:
        return False
    even = sum(50 <= n <= 100 for n in lengths) >= 0.8 * len(lines)
    unfinished = sum(not line.rstrip().endswith((".", "!", "?", '"', "”", ":")) for line in lines) >= 0.6 * len(lines)
    return even and unfinished


def paragraphs(text: str) -> list[Span]:
    """Non-empty paragraphs, trimmed of outer white space.

    A line break ends a paragraph, except in hard-wrapped text, where only a blank line does.
    """
    break_ = re.compile(r"\n[ \t\r\f\v]*(?:\n\s*)+") if _hard_wrapped(text) else re.compile(r"[\n\u2028\u2029]+")
    found, position = [], 0
    for match in break_.finditer(text):
        found.append(_trimmed(text, position, match.start()))
        position = match.end()
    found.append(_trimmed(text, position, len(text)))
    return [span for span in found if span.end > span.start]


def _pieces(text: str, start: int, end: int, longest: int = _PIECE) -> Iterator[tuple[int, int]]:
    """The range cut at white space into pieces of at most `longest` characters."""
    while end - start > longest:
        cut = max(text.rfind(" ", start + 1, start + longest), text.rfind("\n", start + 1, start + longest))
        if cut <= start:
            cut = start + longest
        yield start, cut
        start = cut
    yield start, end


def _sentences_of(text: str, straight: str, paragraph: Span) -> Iterator[Span]:
    for start, end in _pieces(text, *paragraph):
        for first, last in _punkt().span_tokenize(straight[start:end]):
            span = _trimmed(text, start + first, start + last)
            if span.end > span.start:
                yield span


def sentences(text: str, within: Sequence[Span] | None = None) -> list[Span]:
    """Sentences of a text (Punkt with our own abbreviations), paragraph by paragraph."""
    straight = text.translate(STRAIGHT)
    found: list[Span] = []
    for paragraph in within if within is not None else paragraphs(text):
        for span in _sentences_of(text, straight, paragraph):
            # a closing mark, bracket or stray punctuation alone belongs to the sentence before it
            if (
                found
                and found[-1].start >= paragraph.start
                and not any(c.isalnum() for c in text[span.start : span.end])
            ):
                found[-1] = Span(found[-1].start, span.end)
            else:
                found.append(span)
    return found


def words(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Word and punctuation tokens between two offsets (NLTK's Penn Treebank style)."""
    end = len(text) if end is None else end
    straight = text[start:end].translate(STRAIGHT)
    found = []
    for first, last in _pieces(straight, 0, len(straight)):
        piece = straight[first:last]
        try:
            spans = list(_word_tokenizer().span_tokenize(piece))
        except ValueError:  # the tokenizer could not align its own output (odd quotation marks)
            spans = [match.span() for match in re.finditer(r"\w+|[^\w\s]", piece)]
        found += [Span(start + first + a, start + first + b) for a, b in spans if b > a]
    return found


# -- quotation marks -------------------------------------------------------------------------------------------------

_DOUBLE = re.compile(r"''|``|[\"“”„‟«»＂]")
_SINGLE_OPEN = re.compile(r"(?<![\w'’])['‘](?=[\w“\"\[(])")
_SINGLE_CLOSE = re.compile(r"(?<=[^\s(\[{'‘])['’](?!\w)")
# 'em, '90s, 'tis … are shortened words, not opening marks
_SHORTENED = re.compile(
    r"(?i)['’‘](?:\d0s\b|\d\d\b|em\b|til\b|cause\b|tis\b|twas\b|n\b|bout\b|round\b|cuz\b|s\b|t\b|re\b|ve\b|ll\b"
    r"|d\b|m\b)"
)
_BEFORE_OPENING = frozenset(" \t\r\n\u00a0\u202f\u2009([{—–-/:…‘'")
_LONGEST_UNCLOSED = 1500  # characters an unclosed mark in mid-paragraph may claim


def _direction(text: str, match: re.Match[str], open_mark: str | None) -> str | None:
    """'open' or 'close' for one double mark; None for an inch or seconds sign."""
    mark = match.group()
    if mark in ("„", "``", "‟"):
        return "open"
    if mark == "“":
        return "close" if open_mark == "„" else "open"
    if mark == "”":
        return "close" if open_mark else ("close" if _space_after(text, match.end()) else "open")
    if mark == "«":
        return "close" if open_mark == "»" else "open"
    if mark == "»":
        return "open" if not open_mark and not _space_after(text, match.end()) else "close"
    before = text[match.start() - 1] if match.start() else "\n"
    opens = before in _BEFORE_OPENING or before in "“"
    closes = _space_after(text, match.end())
    if opens and not closes:
        return "open"
    if not open_mark and before.isdigit() and mark == '"':
        return None
    if closes and not opens:
        return "close"
    return "close" if open_mark else "open"


def _space_after(text: str, position: int) -> bool:
    following = text[position] if position < len(text) else "\n"
    return following.isspace() or following in ".,;:!?)]}—–-…'’"


def _starts_with_opening(text: str, paragraph: Span) -> bool:
    match = _DOUBLE.match(text, paragraph.start)
    return match is not None and _direction(text, match, None) == "open"


def _double_quotations(text: str, within: Sequence[Span]) -> tuple[list[Quotation], int]:
    found: list[Quotation] = []
    group, current = 0, 0
    carried: int | None = None
    for index, paragraph in enumerate(within):
        marks = list(_DOUBLE.finditer(text, paragraph.start, paragraph.end))
        start = open_mark = None
        nested = 0
        remaining_close = sum(_direction(text, m, "“") == "close" for m in marks)
        for position, match in enumerate(marks):
            direction = _direction(text, match, open_mark)
            if direction is None:
                continue
            if direction == "open" and start is None:
                start, open_mark = match.start(), match.group()
                if position == 0 and match.start() == paragraph.start and carried is not None:
                    current = carried
                else:
                    group += 1
                    current = group
            elif direction == "open":
                # a mark inside an open quotation: nested when enough closing marks are left, else the first was never
                # closed
                if remaining_close >= 2 and open_mark != '"':
                    nested += 1
                else:
                    start, open_mark = match.start(), match.group()
                    group += 1
                    current = group
            else:
                remaining_close -= 1
                if start is None:
                    continue
                if nested:
                    nested -= 1
                    continue
                found.append(Quotation(start, match.end(), "double", current))
                start = open_mark = None
        carried = None
        if start is not None:
            following = within[index + 1] if index + 1 < len(within) else None
            continues = following is not None and _starts_with_opening(text, following)
            if continues or start == paragraph.start or paragraph.end - start <= _LONGEST_UNCLOSED:
                found.append(Quotation(start, paragraph.end, "double", current))
            carried = current if continues else None
    return found, group


def _single_quotations(text: str, within: Sequence[Span], covered: Sequence[Quotation], group: int) -> list[Quotation]:
    found = []
    starts = [q.start for q in covered]

    def inside_double(position: int) -> bool:
        k = bisect.bisect_right(starts, position) - 1
        return k >= 0 and position < covered[k].end

    for paragraph in within:
        closes = [m.start() for m in _SINGLE_CLOSE.finditer(text, paragraph.start, paragraph.end)]
        done = paragraph.start
        for match in _SINGLE_OPEN.finditer(text, paragraph.start, paragraph.end):
            opening = match.start()
            if opening < done or inside_double(opening) or _SHORTENED.match(text, opening):
                continue
            k = bisect.bisect_right(closes, opening + 1)
            chosen = None
            for close in closes[k : k + 12]:
                if inside_double(close):
                    break
                # "the voters' will" looks like a close: prefer a later one that follows punctuation
                possessive = text[close - 1] in "sS" and text[close + 1 : close + 2] == " "
                if possessive and any(
                    text[c - 1] in ",.?!" and not inside_double(c) for c in closes[k : k + 12] if c > close
                ):
                    continue
                chosen = close
                break
            if chosen is not None:
                group += 1
                found.append(Quotation(opening, chosen + 1, "single", group))
                done = chosen + 1
    return found


def quotations(text: str, within: Sequence[Span] | None = None) -> list[Quotation]:
    """Quotations by their marks: curly, straight, low-high, guillemets, doubled; double first, then single outside
    double.

    An unbalanced mark costs the quotation it belongs to and nothing after its paragraph. A quotation that stays open at
    the end of a paragraph goes on when the next paragraph opens with a mark (the newspaper convention).
    """
    within = paragraphs(text) if within is None else within
    double, group = _double_quotations(text, within)
    return sorted(double + _single_quotations(text, within, double, group))


def quotation_mask(text: str, found: Iterable[Quotation] | None = None) -> bytearray:
    """One byte a character: 1 inside double quotation marks, 2 inside single ones, marks included, 0 elsewhere."""
    mask = bytearray(len(text))
    for quotation in quotations(text) if found is None else found:
        value = b"\x01" if quotation.kind == "double" else b"\x02"
        mask[quotation.start : quotation.end] = value * (quotation.end - quotation.start)
    return mask


def read(text: str) -> Document:
    """A text with its paragraphs, sentences and quotations. Accepts any string."""
    found = paragraphs(text)
    return Document(text, found, sentences(text, found), quotations(text, found))


def containing(spans: Sequence[Span], offset: int) -> Span | None:
    """The last of the sorted `spans` that starts at or before `offset` (None before the first one)."""
    k = bisect.bisect_right(spans, offset, key=lambda span: span[0]) - 1
    return spans[k] if k >= 0 else None


def sentence_at(document: Document, offset: int) -> Span:
    """The sentence an offset lies in (or follows); an empty span at 0 for a document without sentences."""
    return containing(document.sentences, offset) or (document.sentences[0] if document.sentences else Span(0, 0))


def paragraph_at(document: Document, offset: int) -> Span:
    """The paragraph an offset lies in (or follows)."""
    return containing(document.paragraphs, offset) or (document.paragraphs[0] if document.paragraphs else Span(0, 0))


# -- names as keys, numbers with nouns -------------------------------------------------------------------------------


@functools.lru_cache(maxsize=20_000)
def normalise(name: str) -> str:
    """A name as a key: lower case, without accents, dots, outer "the", and with single spaces."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold().replace("’", "'").replace(".", "")
    words = re.findall(r"[\w&']+", plain)
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return " ".join(words) or plain.strip() or name


def entity_id(type_: str, name: str) -> str:
    """Identifier of an entity: type and normalised display name, the same in every article (``LOC:united states``)."""
    return f"{type_}:{normalise(name)}"


def count(n: int, thing: str) -> str:
    """Return a number with its noun: 1 article, 2 articles."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


# -- a lexicon of valence --------------------------------------------------------------------------------------------


@functools.cache
def vader() -> "SentimentIntensityAnalyzer":
    """VADER's analyser, with its lexicon."""
    import nltk.data
    import vaderSentiment
    from nltk.sentiment.vader import SentimentIntensityAnalyzer

    # NLTK reads a lexicon only from a folder on its own search path
    folder = str(Path(vaderSentiment.__file__).parent)
    if folder not in nltk.data.path:
        nltk.data.path.append(folder)
    return SentimentIntensityAnalyzer("vader_lexicon.txt")
