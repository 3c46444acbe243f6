"""Who says what stands at a place of an article: the narrator, or the source of the statement it stands in; and what
it is for.
"""

import bisect
import csv
import functools
import re

from helpers import DATA
from helpers.finding.statements import Statement
from helpers.scheme import LADDER
from helpers.text import Document, quotation_mask, word_list


class Sources:
    """Statements of an article, to ask who says what stands at an offset."""

    def __init__(self, document: Document, statements: list[Statement]):
        self.statements = statements
        self.pieces = sorted(
            (start, end, number) for number, said in enumerate(statements) for start, end in said.spans
        )
        self.quoted = quotation_mask(document.text, document.quotations)

    def of(self, start: int, end: int) -> tuple[str, str | None, str | None]:
        """(attribution, speaker, speaker_id) of the words text[start:end]."""
        inside = bool(self.quoted[start] and self.quoted[end - 1])
        said = self._statement(start, end)
        if said is None:
            return ("quoted" if inside else "narrator"), None, None
        speaker = (said.speaker or "").strip("()") or None
        if said.via:
            speaker = f"{speaker} (via {said.via})" if speaker else said.via
        alleged = (said.cue or "").lower().split(" ")[0] in word_list("alleging")
        return ("quoted" if inside else "alleged" if alleged else "reported"), speaker, said.speaker_id

    def _statement(self, start: int, end: int) -> Statement | None:
        """The innermost statement that holds the words and is not reported by them."""
        k = bisect.bisect_right(self.pieces, (start + 1, 0, 0))
        holding = [p for p in self.pieces[max(0, k - 12) : k] if p[1] >= min(end, start + 3)]
        for _, _, number in sorted(holding, key=lambda p: p[1] - p[0]):
            said = self.statements[number]
            if said.cue_start is None or not start <= said.cue_start < end:
                return said
        return None


@functools.cache
def _purposes() -> list[tuple[str, re.Pattern[str]]]:
    with open(DATA / "purposes.csv", encoding="utf-8", newline="") as handle:
        return [(row["purpose"], re.compile(rf"\b(?:{row['pattern']})\b", re.I)) for row in csv.DictReader(handle)]


def purpose_of(document: Document, start: int, end: int, category: str) -> str | None:
    """deter, punish, compel or reassure, when the rest of the sentence says so (patterns in data/purposes.csv);
    compel only for hostile acts.
    """
    rest = document.text[start:end]
    return next(
        (p for p, pattern in _purposes() if (p != "compel" or LADDER.get(category, 1) > 0) and pattern.search(rest)),
        None,
    )
