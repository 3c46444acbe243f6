"""Which state or organisation "it" and "they" mean.

The states and organisations mentioned in the sentence and the three before it compete with "none of them" (most an
"it" means no name at all). The weights are those of a conditional logit over 502 such pronouns in news articles, each
the actor or target of a coded act; in five folds of articles 70 % of the answers given were right, and 47 % of the
pronouns that stand for a state or organisation named before were found.
"""

import bisect
import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from helpers.finding.mentions import Mention
from helpers.text import Document, word_list

WEIGHTS = {
    "same": 0.31,  # last mentioned in this sentence
    "previous": -1.24,  # … in the one before
    "second": -1.84,  # … two before
    "far": -1.41,  # … three before
    "opens": 0.72,  # opens the sentence in which it was last mentioned
    "count": 0.33,  # times log of 1 + mentions in these sentences
    "total": 1.56,  # times log of 1 + mentions in the article
    "they": -1.33,  # a place, and the pronoun is they
    "place": -1.89,  # "in Norway": where, not who
    "nominal": -2.03,  # last mentioned by a description
    "metonym": 1.63,  # a capital or seat that stands for its state
    "paragraph": 0.32,  # mentioned in this paragraph
    "nobody": 2.89,  # none of them
    "quoted": -0.59,  # none of them, of a pronoun in quotation marks
}
BACK = 3  # sentences
LEAST = 0.5  # probability from which an answer is given
DISTANCES = ("same", "previous", "second", "far")


class Antecedent(NamedTuple):
    """The mention that a pronoun stands for, and the probability that it does."""

    mention: Mention
    score: float


def antecedent(document: Document, mentions: Sequence[Mention], offset: int) -> Antecedent | None:
    """The state or organisation that the "it", "its", "they" or "their" at `offset` stands for, as last mentioned, or
    None. mentions: of the article, sorted by start.
    """
    said: dict[str, list[Mention]] = {}
    starts = [sentence.start for sentence in document.sentences]
    here = bisect.bisect_right(starts, offset) - 1
    low = starts[max(0, here - BACK)] if here >= 0 else 0
    k = bisect.bisect_left(mentions, offset, key=lambda mention: mention.start)
    for mention in mentions[max(0, k - 120) : k]:
        if mention.start >= low and mention.end <= offset and _is_collective(mention):
            said.setdefault(mention.entity_id, []).append(mention)
    if not said:
        return None
    totals = Counter(m.entity_id for m in mentions if m.kind != "pronoun" and m.entity_id in said)
    plural = document.text[offset : offset + 2].casefold() == "th"
    scores = {
        entity: _score(document, found, totals[entity], (offset, here, starts), plural)
        for entity, found in said.items()
    }
    quoted = any(q.start <= offset < q.end for q in document.quotations)
    nobody = math.exp(WEIGHTS["nobody"] + WEIGHTS["quoted"] * quoted)
    best = max(scores, key=scores.__getitem__)
    chance = math.exp(scores[best]) / (nobody + sum(map(math.exp, scores.values())))
    return Antecedent(said[best][-1], chance) if chance >= LEAST else None


def _is_collective(mention: Mention) -> bool:
    return mention.kind == "demonym" or mention.kind != "pronoun" and mention.type in ("ORG", "LOC")


def _score(
    document: Document, found: list[Mention], total: int, place: tuple[int, int, list[int]], plural: bool
) -> float:
    """found: the mentions of one entity, in order; place: the pronoun's offset, its sentence, starts of sentences."""
    offset, here, starts = place
    last, text = found[-1], document.text
    number = bisect.bisect_right(starts, last.start) - 1
    opens = any(len(text[starts[number] : m.start].split()) <= 2 for m in found if m.start >= starts[number])
    before = text[max(0, last.start - 12) : last.start].split()
    paragraph = next((p for p in document.paragraphs if p.start <= offset < p.end), None)
    score = WEIGHTS[DISTANCES[min(here - number, BACK)]]
    score += WEIGHTS["count"] * math.log(1 + len(found)) + WEIGHTS["total"] * math.log(1 + total)
    for reason, holds in (
        ("opens", opens),
        ("they", plural and last.type == "LOC"),
        ("place", bool(before) and before[-1].casefold() in word_list("words before a place")),
        ("nominal", last.kind == "nominal"),
        ("metonym", last.metonym_of is not None),
        ("paragraph", paragraph is not None and paragraph.start <= last.start),
    ):
        score += WEIGHTS[reason] if holds else 0.0
    return score
