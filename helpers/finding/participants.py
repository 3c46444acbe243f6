"""Who the words are that an act's actor or target is: "the troops", "they", "both countries", "Moscow", "Putin's
spokesman".

The network points at words; here they become entities, with the same mentions that are counted and that name
speakers. What nobody names stays
as it is written ("protesters"), without an identifier; a pronoun that nothing resolves stands for nobody.
"""

import bisect
import re
from typing import NamedTuple

from helpers.finding.affiliations import State, affiliations, state_of
from helpers.finding.collectives import Collectives
from helpers.finding.mentions import Mention, overlapping, resolve
from helpers.finding.statements import Statement
from helpers.text import Document, word_list

WORD = re.compile(r"[^\W\d_][\w’'.-]*")
NEAR = 3  # sentences back in which "the government" finds its country and "both sides" find each other


class Party(NamedTuple):
    """Who some words stand for: an entity with its identifier, or the words themselves (entity_id None); nobody where
    entity is None too.

    acts_for_id, acts_for: the state for which it acts, when the text says so. text[start:end] are the words of this
    party alone. sure: probability that "it" or "they" mean this party (1 for all other words).
    """

    start: int
    end: int
    entity_id: str | None
    entity: str | None
    acts_for_id: str | None = None
    acts_for: str | None = None
    sure: float = 1.0


class Parties:
    """The parties of one article: what its mentions, statements and offices say about any words in it."""

    def __init__(self, document: Document, mentions: list[Mention], statements: list[Statement]):
        self.document, self.mentions = document, mentions
        self.collectives = Collectives(document, mentions)
        self.states = affiliations(document, mentions, offices_only=True)
        self.countries = [(m.start, state) for m in mentions if m.kind != "pronoun" and (state := self._as_state(m))]
        self.starts = [m.start for m in mentions]
        self.places = [start for start, _ in self.countries]
        self.pieces = sorted((a, b, n) for n, said in enumerate(statements) for a, b in said.spans)
        self.statements = statements

    def _as_state(self, mention: Mention) -> State | None:
        """The state a mention names or, as a capital or seat of government, stands for."""
        if mention.metonym_of:
            return state_of(mention.metonym_of)
        state = self.states.get(mention.entity_id)
        return state if state and state[0] == mention.entity_id else None

    def of(self, start: int, end: int) -> list[Party]:
        """Who the words text[start:end] stand for: several for "both countries" and for names in a row; never empty."""
        words = self.document.text[start:end]
        low = [w.casefold().removesuffix("'s").removesuffix("’s") for w in WORD.findall(words)]
        if low and low[-1] in word_list("first person") and len(low) == 1:
            return [self._speaker(start, end)]
        if low and all(w in word_list("third person") for w in low):
            return [self._antecedent(start, end)]
        several = self._in_a_row(start, end)
        if several:
            return several
        mention = resolve(self.mentions, start, end, document=self.document)
        if mention is not None and not self._apart(mention, start, end):
            return [self._office_holder(mention, end) or self._party(mention, start, end)]
        if low and mention is None:
            if (
                len(low) > 1
                and all(w in word_list("both sides") or w in ("the", "of", "all") for w in low)
                or low == ["both"]
            ):
                both = self._last_two(start, end)
                if both:
                    return both
            if low[0] in ("his", "her", "my", "our", "its", "their") and low[-1] in word_list("state bodies"):
                return [self.of(start, start + len(low[0]))[0]._replace(start=start, end=end)]
            if low[-1] in word_list("state bodies") and (state := self._spoken_of(start)):
                return [Party(start, end, None, words, *state)]
        return [Party(start, end, None, _head(words))]

    def _party(self, mention: Mention, start: int, end: int) -> Party:
        state = self._as_state(mention)
        if state:
            return Party(start, end, *state)
        return Party(start, end, mention.entity_id, mention.entity, *self.states.get(mention.entity_id, (None, None)))

    def _office_holder(self, mention: Mention, end: int) -> Party | None:
        """ "Russian" in "Russian Foreign Minister Ivan Petrenko": the network points at the state, the text names who
        acts for it.
        """
        state = self._as_state(mention)
        if not state or mention.end < end:
            return None
        k = bisect.bisect_left(self.starts, mention.end)
        person = next((m for m in self.mentions[k : k + 4] if m.type == "PER" and m.kind == "named"), None)
        if (
            person is None
            or self.states.get(person.entity_id) != state
            or re.search(r"[,.;:\n]", self.document.text[mention.end : person.start])
        ):
            return None
        return Party(mention.start, person.end, person.entity_id, person.entity, *state)

    def _apart(self, mention: Mention, start: int, end: int) -> bool:
        """ "Iranian-backed militia", "Syrian rebels": the words name a state, and mean somebody else."""
        text = self.document.text
        if (
            mention.kind != "demonym"
            and text[mention.end : mention.end + 2] not in ("'s", "’s")
            and text[mention.end : mention.end + 1] != "-"
        ):
            return False
        after = re.match(r"-(\w+)", text[mention.end : mention.end + 20])
        if after:
            return after.group(1).casefold() in word_list("aligned")
        # the rest of the phrase, which the pointer may have left out
        following = WORD.findall(
            text[mention.end : max(end, min(mention.end + 40, len(text)))].split("\n")[0].split(",")[0].split(".")[0]
        )
        inside = WORD.findall(text[mention.end : end])
        heads = inside or following[:1] if text[mention.end : mention.end + 1] == " " else inside
        return any(w.casefold() in word_list("apart from the state") for w in heads[:4])

    def _in_a_row(self, start: int, end: int) -> list[Party]:
        """Names with nothing but commas and "and" between them, one party each."""
        inside = [
            m
            for m in overlapping(self.mentions, start, end)
            if m.start >= start and m.end <= end and m.kind in ("named", "demonym")
        ]
        if len(inside) < 2:
            return []
        gaps = [self.document.text[a.end : b.start] for a, b in zip(inside, inside[1:], strict=False)]
        if any(not re.fullmatch(r",? ?(?:and |or |the |as well as )*", gap) for gap in gaps) or self.document.text[
            inside[-1].end : end
        ].strip(" ,.’'s"):
            return []
        return [self._party(m, m.start, m.end) for m in inside]

    def _speaker(self, start: int, end: int) -> Party:
        """ "I" and "we" in a statement are who speaks."""
        k = bisect.bisect_right(self.pieces, (start, len(self.document.text), 0))
        for a, b, number in reversed(self.pieces[max(0, k - 6) : k]):
            said = self.statements[number]
            if a <= start < b and said.speaker_id:
                return Party(start, end, said.speaker_id, said.speaker, *self.states.get(said.speaker_id, (None, None)))
        return Party(start, end, None, None)

    def _antecedent(self, start: int, end: int) -> Party:
        linked = next((m for m in overlapping(self.mentions, start, end) if m.kind == "pronoun"), None)
        found = None if linked else self.collectives.antecedent(start)
        mention = found.mention if found else linked
        if mention is None:
            return Party(start, end, None, None)
        return self._party(mention, start, end)._replace(sure=found.score if found else 1.0)

    def _spoken_of(self, offset: int) -> State | None:
        """The country the article speaks of at an offset: the last one named in its sentence or the few before."""
        k = bisect.bisect_left(self.places, offset)
        low = self._sentences_back(offset, NEAR)
        if k and self.places[k - 1] >= low:
            return self.countries[k - 1][1]
        return None

    def _last_two(self, start: int, end: int) -> list[Party]:
        k = bisect.bisect_left(self.places, start)
        low = self._sentences_back(start, NEAR)
        found: list[State] = []
        for place, state in reversed(self.countries[max(0, k - 12) : k]):
            if place < low and len(found) != 1:
                break
            if state not in found:
                found.append(state)
            if len(found) == 2:
                return [Party(start, end, *state) for state in reversed(found)]
        return []

    def _sentences_back(self, offset: int, count: int) -> int:
        sentences = self.document.sentences
        k = bisect.bisect_right(sentences, (offset, len(self.document.text))) - 1
        return sentences[max(0, k - count)][0] if sentences else 0


def _head(words: str) -> str | None:
    """Words as they are shown: without the article before them; None for a pronoun."""
    shown = re.sub(
        r"\A(?:the|a|an|some|any|its|their|his|her|our|those|these) ", "", " ".join(words.split()), flags=re.I
    )
    return (
        None
        if shown.casefold()
        in word_list("third person")
        | word_list("first person")
        | {"you", "your", "he", "she", "him", "his", "her", "who", "which", "that", "those", "others"}
        else shown
    )
