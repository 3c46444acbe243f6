"""How present each person is in the reader's mind at a point of the text, and whom a pronoun there means."""

import bisect
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from helpers.finding.page import Entity, Name, Page, prominence

# Weights of the salience score, chosen by coordinate search on the pronouns of GUM's open genres.
WEIGHTS = {
    "same": 3.3,  # last mentioned in this sentence
    "previous": 1.4,  # … in the one before
    "second": 0.6,  # … two sentences before
    "far": -0.35,  # … for each sentence more
    "count": 0.55,  # times log of mentions so far,
    "pronouns": 0.6,  # where a pronoun counts as this part of a name
    "total": 1.0,  # times log of names in the whole article
    "subject": 0.8,  # times how prominent the last mention was (1: opens its sentence)
    "chain": 0.5,  # the last he (she) meant the same person
    "gender": 0.7,  # gender known, and the same
    "last": 0.5,  # nobody of that gender was mentioned since
    "paragraph": 0.3,  # mentioned in this paragraph
    "quote": -1.0,  # the pronoun is quoted and this may be the person who speaks
    "bind": -1.5,  # "X told him": him is not X
    "unnamed": -0.8,  # a person without a name
}
RECENT = 24  # persons that a pronoun can mean
PLACES = 40  # places and organisations that a description can mean


@dataclass(slots=True, eq=False)
class Standing:
    """How present a person is: how often mentioned (named: by a name), and where and how last."""

    entity: Entity
    count: int = 0
    named: int = 0
    sentence: int = -99
    paragraph: int = -99
    position: int = -1
    prominent: float = 0.0
    quoted: bool = False


class Memory:
    """What a reader has in mind: persons, the last one last; places and organisations; whom he and she meant last."""

    def __init__(self, page: Page, names: Iterable[Name]) -> None:
        self.page = page
        self.recent: list[Standing] = []
        self.places: list[Name] = []
        self.chain: dict[str, Entity | None] = {"m": None, "f": None}
        self.totals = Counter(name.link.id for name in names if name.type == "PER" and name.link is not None)
        self._standings: dict[str, Standing] = {}
        self._quote_starts = [quotation.start for quotation in page.document.quotations]

    def is_quoted(self, offset: int) -> bool:
        """True for an offset inside quotation marks."""
        k = bisect.bisect_right(self._quote_starts, offset) - 1
        return k >= 0 and offset < self.page.document.quotations[k].end

    def meet(self, name: Name) -> None:
        """A name was read."""
        if name.type != "PER":
            self.places.append(name)
            if len(self.places) > PLACES:
                del self.places[: PLACES // 2]
        elif name.link is not None:
            self.touch(name.link, name.first, prominence(self.page, name.first, name), named=True)

    def touch(self, entity: Entity, index: int, prominent: float, *, named: bool = False) -> None:
        """A person was mentioned at a token."""
        standing = self._standings.get(entity.id)
        if standing is None:
            standing = self._standings[entity.id] = Standing(entity)
        offset = self.page.starts[index]
        standing.count += 1
        standing.named += named
        standing.sentence, standing.paragraph = self.page.sentence(offset), self.page.paragraph(offset)
        standing.position, standing.prominent, standing.quoted = index, prominent, self.is_quoted(offset)
        if self.recent and self.recent[-1] is standing:
            return
        if standing in self.recent[-12:]:
            self.recent.remove(standing)
        self.recent.append(standing)
        del self.recent[:-RECENT]


def most_salient(memory: Memory, index: int, gender: str, form: str) -> Entity | None:
    """The person that a pronoun at a token means, or None. gender: m or f; form: subject, object, owner, self."""
    offset = memory.page.starts[index]
    sentence, paragraph = memory.page.sentence(offset), memory.page.paragraph(offset)
    quoted = memory.is_quoted(offset)
    fitting = [s for s in reversed(memory.recent) if s.entity.gender in ("", gender)]
    best, best_score = None, -math.inf
    for standing in fitting:
        distance = sentence - standing.sentence
        if distance > 12 and standing.count < 3:
            continue
        score = _presence(memory, standing, distance)
        speaks = not standing.quoted and distance <= 1 and standing.prominent >= 0.6
        for reason, holds in (
            ("chain", memory.chain[gender] is standing.entity),
            ("gender", standing.entity.gender),
            ("unnamed", standing.entity.kind == "unnamed"),
            ("last", standing is fitting[0]),
            ("paragraph", standing.paragraph == paragraph),
            ("quote", speaks and quoted),
            ("bind", form == "object" and distance == 0 and standing.position >= index - 4),
        ):
            if holds:
                score += WEIGHTS[reason]
        if score > best_score:
            best, best_score = standing, score
    return best.entity if best is not None else None


def _presence(memory: Memory, standing: Standing, distance: int) -> float:
    """How near, how often and how prominently a person was mentioned. distance: in sentences."""
    if distance < 2:
        score = WEIGHTS["same"] if distance == 0 else WEIGHTS["previous"]
    else:
        score = WEIGHTS["second"] + WEIGHTS["far"] * (distance - 2)
    seen = standing.named + WEIGHTS["pronouns"] * (standing.count - standing.named)
    often = WEIGHTS["count"] * math.log(1 + min(seen, 30))
    total = WEIGHTS["total"] * math.log(1 + memory.totals[standing.entity.id])
    return score + (often + total) + WEIGHTS["subject"] * standing.prominent
