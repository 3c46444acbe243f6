"""What the encoder reads: words of a text, their case, whether they stand in quotation marks, and windows of word
pieces.

Shared by `encoder` (inference) and `training`, so that both see a text in exactly the same way.
"""

import bisect
import functools
import re
from pathlib import Path
from typing import NamedTuple

from tokenizers import Tokenizer

from helpers.text import quotation_mask

# A word: an abbreviation with dots ("U.S."), a run of letters and digits, or one other visible character.
WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+|[^\w\s]|_")

CASES = ("other", "lower", "title", "upper", "initial", "mixed", "digits", "alphanumeric", "abbreviation")
QUOTES = ("outside", "double", "single")

WINDOW = 256  # word pieces whose labels a window decides
CONTEXT = 32  # word pieces of context before and after them, read but not decided
POSITIONS = 512  # pieces that the network can read at once, separators among them
SHORTEST = 4  # a shorter paragraph fills a window like one of so many word pieces, to leave room for its separator
# Word pieces read again around the sentence of a cue, before and after it, and at most.
BEFORE, AFTER, NEAR = 24, 8, 128


class Word(NamedTuple):
    """One word: character offsets, case class, quotation class, number of its paragraph."""

    start: int
    end: int
    case: int
    quote: int
    paragraph: int


class Pieces(NamedTuple):
    """Encoder input for a stretch of words: ids per word piece, and the position of each word's first piece."""

    ids: list
    cases: list
    quotes: list
    first: list


def case_of(word):
    """Index into `CASES`."""
    if word.islower():
        return 1 if word.isalpha() else (8 if "." in word else 7)
    if not any(c.isalpha() for c in word):
        return 6 if word[:1].isdigit() else 0
    if "." in word:
        return 8
    if not word.isalpha():
        return 7
    if word.isupper():
        return 4 if len(word) == 1 else 3
    return 2 if word.istitle() else 5


def words_of(document):
    """All words of a document, paragraph by paragraph."""
    text, mask = document.text, quotation_mask(document.text, document.quotations)
    return [
        Word(match.start(), match.end(), case_of(match.group()), mask[match.start()], number)
        for number, paragraph in enumerate(document.paragraphs)
        for match in WORD.finditer(text, paragraph.start, paragraph.end)
    ]


@functools.cache
def load_tokenizer(path):
    tokenizer = Tokenizer.from_file(str(Path(path)))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def piece_ids(tokenizer, text, words, longest=16):
    """Word-piece ids of each word, at most `longest` a word; a word without pieces (control characters) is unknown."""
    if not words:
        return []
    unknown = tokenizer.token_to_id("[UNK]")
    encoded = tokenizer.encode(
        [text[word.start : word.end] for word in words], is_pretokenized=True, add_special_tokens=False
    )
    found = [[] for _ in words]
    for piece, number in zip(encoded.ids, encoded.word_ids, strict=True):
        if len(found[number]) < longest:
            found[number].append(piece)
    return [pieces or [unknown] for pieces in found]


def assemble(words, pieces, first, last, begin, separator):
    """Encoder input for words[first:last]: [CLS] words … [SEP] between paragraphs and at the end.

    Words that fit only without the separators between paragraphs (a passage of dozens of one-word paragraphs read by
    itself) are read without them.
    """
    ids, cases, quotes, position = [begin], [0], [0], []
    paragraph = words[first].paragraph if last > first else 0
    breaks = len({word.paragraph for word in words[first:last]})
    parted = sum(map(len, pieces[first:last])) + breaks + 1 <= POSITIONS
    for number in range(first, last):
        word = words[number]
        if parted and word.paragraph != paragraph:
            ids.append(separator)
            cases.append(0)
            quotes.append(0)
            paragraph = word.paragraph
        position.append(len(ids))
        ids += pieces[number]
        cases += [word.case] * len(pieces[number])
        quotes += [word.quote] * len(pieces[number])
    ids.append(separator)
    return Pieces(ids, cases + [0], quotes + [0], position)


def windows(words, pieces, sentence_starts, window=WINDOW, context=CONTEXT):
    """Ranges of word numbers: (context_first, first, last, context_last), which together decide every word once.

    Paragraphs are kept whole when they fit; a longer paragraph is cut before a sentence, or anywhere when a sentence
    is longer than a window. `sentence_starts`: set of word numbers that open a sentence. With its context, separators
    and marks a window has at most `POSITIONS` pieces.
    """
    lengths = [len(p) for p in pieces]
    blocks, start = [], 0  # units that are not cut: paragraphs, or sentences of long paragraphs
    for number in range(1, len(words) + 1):
        if number == len(words) or words[number].paragraph != words[start].paragraph:
            lengths[start] += max(0, SHORTEST - sum(lengths[start:number]))
            blocks += _cut(start, number, lengths, sentence_starts, window)
            start = number
    found, first, size = [], 0, 0
    for block_first, block_last in blocks:
        length = sum(lengths[block_first:block_last])
        if size and size + length > window:
            found.append((first, block_first))
            first, size = block_first, 0
        size += length
    if words:
        found.append((first, len(words)))
    return [(_reach(lengths, a, -1, context), a, b, _reach(lengths, b, 1, context)) for a, b in found]


def _cut(first, last, lengths, sentence_starts, window):
    if sum(lengths[first:last]) <= window:
        return [(first, last)]
    found, start, size, boundary = [], first, 0, None
    for number in range(first, last):
        if number in sentence_starts and number > start:
            boundary = number
        if size + lengths[number] > window:
            cut = boundary if boundary is not None and boundary > start else number
            found.append((start, cut))
            start, boundary = cut, None
            size = sum(lengths[start:number])
        size += lengths[number]
    found.append((start, last))
    return found


def _reach(lengths, position, step, budget):
    """How far context may reach from `position`, in word numbers."""
    while True:
        following = position - 1 if step < 0 else position
        if not 0 <= following < len(lengths) or lengths[following] > budget:
            return position
        budget -= lengths[following]
        position += step


def inside(words, start, end):
    """Numbers (first, last) of the words that lie in the character range; words sorted by start."""
    first = bisect.bisect_left(words, start, key=lambda word: word.end - 1)
    last = bisect.bisect_left(words, end, key=lambda word: word.start)
    return first, max(first, last)


def neighbourhood(made, first, last, sentence_first, sentence_last):
    """What is read again for the cue words[first:last] of a window: (first piece, last piece + 1, first word, last
    word + 1).

    The cue's sentence with `BEFORE` and `AFTER` word pieces around it; of a sentence longer than `NEAR`, the part
    around the cue.
    Numbers are those of the window `made` (a `Pieces`).
    """
    size, place = len(made.ids), made.first
    piece = lambda word: place[word] if word < len(place) else size - 1  # noqa: E731
    begin, end = piece(sentence_first), piece(sentence_last)
    begin, end = max(0, min(begin - BEFORE, piece(first) - 16)), min(size, max(end + AFTER, piece(last) + 16))
    if end - begin > NEAR:
        middle = (piece(first) + piece(last)) // 2
        begin = max(begin, min(middle - NEAR * 5 // 8, end - NEAR))
        end = min(end, begin + NEAR)
    return begin, end, bisect.bisect_left(place, begin), bisect.bisect_left(place, end)
