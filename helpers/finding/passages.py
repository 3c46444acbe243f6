"""A text as the steps that find statements look at it: mentions by offset, quotation marks, spans of words."""

import bisect
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from helpers import text as texts
from helpers.finding.mentions import Mention
from helpers.text import Document, Quotation, Span

# 98 % of double-quoted stretches this long belong to an attribution; shorter ones are often titles and scare quotes
FEWEST_WORDS = 5


class Said(NamedTuple):
    """A statement in the making: pieces of its content, who says so, the words that say so, outlets that pass it on."""

    pieces: list[Span]
    source: Span | None
    cue: Span | None
    via: tuple[Span, ...]
    score: float


class Index:
    """Lookups into one document: mentions by offset, quotations, the mask of what stands in quotation marks."""

    def __init__(self, document: Document, mentions: list[Mention]) -> None:
        self.document, self.text, self.mentions = document, document.text, mentions
        self.starts = [m.start for m in mentions]
        # British papers quote with single marks: they count as quotation marks where no double ones are used, or for
        # whole phrases
        double = any(q.kind == "double" for q in document.quotations)
        self.marks = [
            q
            for q in document.quotations
            if q.kind == "double" or not double or len(self.text[q.start : q.end].split()) >= FEWEST_WORDS
        ]
        self.mask = texts.quotation_mask(document.text, [q._replace(kind="double") for q in self.marks])
        self.mark_starts = [q.start for q in self.marks]

    def within(self, start: int, end: int) -> list[Mention]:
        """Mentions that lie in [start, end)."""
        return [
            m
            for m in self.mentions[bisect.bisect_left(self.starts, start) : bisect.bisect_left(self.starts, end)]
            if m.end <= end
        ]

    def quotations(self, start: int, end: int) -> list[Quotation]:
        """Quotations that overlap [start, end)."""
        first = max(0, bisect.bisect_right(self.mark_starts, start) - 1)
        last = bisect.bisect_left(self.mark_starts, end)
        return [q for q in self.marks[first:last] if q.end > start]


# -- spans of characters ---


def alphanumeric(text: str, start: int, end: int) -> int:
    """How many letters and digits stand in [start, end)."""
    return sum(c.isalnum() for c in text[start:end])


def covered(spans: Sequence[tuple[int, int]], start: int, end: int) -> int:
    """Characters of [start, end) that sorted, disjoint `spans` cover."""
    k = max(0, bisect.bisect_right(spans, (start,)) - 1)
    total = 0
    while k < len(spans) and spans[k][0] < end:
        total += max(0, min(end, spans[k][1]) - max(start, spans[k][0]))
        k += 1
    return total


def disjoint(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans sorted, those that touch merged."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def insert(spans: list[tuple[int, int]], start: int, end: int) -> None:
    """Add a span to a sorted list of disjoint spans, in place, merging what it touches."""
    first = bisect.bisect_left(spans, (start,))
    if first and spans[first - 1][1] >= start:
        first -= 1
    last = first
    while last < len(spans) and spans[last][0] <= end:
        start, end = min(start, spans[last][0]), max(end, spans[last][1])
        last += 1
    spans[first:last] = [(start, end)]


def tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """Without outer white space, and without a comma or dash that only joins the attribution clause."""
    while start < end and (text[start].isspace() or text[start] in ",;:—–"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;:—–"):
        end -= 1
    return start, end
