"""A text while names are being found on it: its tokens, the names, the entities they are linked to.

`Page` answers what the steps of `names` and `entities` ask about tokens and the gaps between them; `Name` and `Entity`
are the mutable objects they fill in, private to one pass.
"""

import bisect
import functools
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from helpers.finding.gazetteers import GAP, Entry, Gazetteer, tokens_in
from helpers.text import Document, word_list

COMPANY = word_list("company endings")
GENERATION = word_list("generations")
REGAL = word_list("regal titles")
PARTICLES = word_list("name particles")
NEVER = word_list("never names")


@dataclass(slots=True, eq=False)
class Entity:
    """An entity of one article while mentions are being linked to it."""

    type: str
    display: str
    tokens: tuple[str, ...]
    first: int
    kind: str = ""
    id: str = ""
    gender: str = ""
    roles: set[str] = field(default_factory=set)
    country: str = ""


@dataclass(slots=True, eq=False)
class Person:
    """A person of one article: the names that are hers or his. generation: "Jr", "III" …, or ""."""

    keys: set[tuple[str, ...]]
    generation: str = ""
    names: list["Name"] = field(default_factory=list)
    gender: str = ""
    entity: Entity | None = None

    def add(self, name: "Name") -> None:
        """Take a name in, with the gender its title gives."""
        self.names.append(name)
        self.gender = self.gender or name.gender
        name.group = self


@dataclass(slots=True, eq=False)
class Name:
    """A name found in the text while it is being linked: characters [start, end), tokens [first, last)."""

    start: int
    end: int
    first: int
    last: int
    type: str
    score: float
    entry: Entry | None = None
    rule: str = "name as written"
    kind: str = "named"
    key: tuple[str, ...] = ()
    title: str = ""
    gender: str = ""
    link: Entity | None = None
    group: Person | None = None
    metonym: str | None = None
    state: str = ""


class Page:
    """The tokens of a text and what was found on it so far."""

    def __init__(self, document: Document, gazetteer: Gazetteer) -> None:
        self.text, self.document, self.table = document.text, document, gazetteer
        spans = tokens_in(document.text)
        self.starts = [span[0] for span in spans]
        self.ends = [span[1] for span in spans]
        self.words = [document.text[start:end] for start, end in spans]
        self.sentence_starts = [sentence[0] for sentence in document.sentences]
        self.paragraph_starts = [paragraph[0] for paragraph in document.paragraphs]

    # -- tokens ------------------------------------------------------------------------------------------------------

    @functools.cached_property
    def vocabulary(self) -> dict[str, list[int]]:
        """Every word as it stands somewhere in the text -> the numbers of its tokens."""
        found = defaultdict(list)
        for index, word in enumerate(self.words):
            found[word].append(index)
        return dict(found)

    def tokens_among(self, wanted: Container[str]) -> list[int]:
        """Numbers of the tokens whose words are in `wanted` (anything that answers `in`), in order."""
        return sorted(index for word, found in self.vocabulary.items() if word in wanted for index in found)

    @functools.cached_property
    def capitalised(self) -> set[str]:
        """Words that stand with a capital somewhere else than at the beginning of a sentence."""
        return {
            word
            for word, found in self.vocabulary.items()
            if word[0].isupper() and any(index not in self.openers for index in found)
        }

    def tokens_in(self, start: int, end: int) -> tuple[int, int]:
        """Token range [first, last) inside a character range."""
        return bisect.bisect_left(self.starts, start), bisect.bisect_left(self.starts, end)

    def word(self, index: int) -> str:
        """The word of a token, "" before the first and after the last one."""
        return self.words[index] if 0 <= index < len(self.words) else ""

    def gap(self, index: int) -> str:
        """Characters between token index-1 and token index."""
        return self.text[self.ends[index - 1] : self.starts[index]] if 0 < index < len(self.starts) else "\n"

    def owns(self, index: int) -> bool:
        """True when a token is the "s" of a possessive."""
        return self.words[index] in ("s", "S") and self.gap(index)[-1:] in ("'", "’", "ʼ", "`")

    def joined(self, first: int, last: int) -> bool:
        """True when the tokens stand together as one name does: with spaces, hyphens, dots between them, in one
        paragraph; a comma only before "D.C.".
        """
        for k in range(first + 1, last):
            gap = self.gap(k)
            if gap == " ":
                continue
            if not GAP.match(gap) or "," in gap and self.words[k][-1:] != ".":
                return False
            if "\n" in gap and self.paragraph(self.starts[k]) != self.paragraph(self.starts[k - 1]):
                return False
        return True

    def covered(self, names: list[Name]) -> bytearray:
        """One byte a token: 1 where one of the names stands."""
        mask = bytearray(len(self.words) + 1)
        for name in names:
            mask[name.first : name.last] = b"\x01" * (name.last - name.first)
        return mask

    # -- sentences and paragraphs ------------------------------------------------------------------------------------

    def sentence(self, offset: int) -> int:
        """The number of the sentence an offset lies in, -1 before the first one."""
        return bisect.bisect_right(self.sentence_starts, offset) - 1

    def paragraph(self, offset: int) -> int:
        """The number of the paragraph an offset lies in, -1 before the first one."""
        return bisect.bisect_right(self.paragraph_starts, offset) - 1

    @functools.cached_property
    def openers(self) -> set[int]:
        """Numbers of the tokens that open a sentence."""
        return {bisect.bisect_left(self.starts, start) for start in self.sentence_starts}

    def opens_sentence(self, index: int) -> bool:
        """True when a token is the first one of its sentence."""
        return index in self.openers

    def shouting(self, index: int) -> bool:
        """True when the line a token stands in is all capitals (a headline)."""
        number = self.paragraph(self.starts[index])
        if number < 0:
            return False
        start, end = self.document.paragraphs[number]
        return end - start < 300 and self.text[start:end].isupper()

    # -- what the tables say -----------------------------------------------------------------------------------------

    def phrase_at(self, index: int) -> tuple[int, Entry] | None:
        """(length in tokens, Entry) of the longest table name that starts at a token, or None."""
        known = self.table.phrases.get(self.words[index])
        if known is None:
            return None
        words = self.words
        for tokens, entry in known:
            n = len(tokens)
            if n == 1:
                return 1, entry
            if tuple(words[index : index + n]) == tokens and self.joined(index, index + n):
                return n, entry
        return None

    def is_title(self, index: int) -> bool:
        """True when a token is a title with a capital ("President")."""
        word = self.words[index]
        return word in self.table.titles and word[0].isupper()

    def is_honorific(self, word: str) -> bool:
        """True for words that stand before names only ("Mr", "Dr")."""
        return self.table.titles.get(word, ("", ""))[0] == "honorific"


def is_acronym(word: str) -> bool:
    """Two to seven letters, all but one of them capitals: NATO, U.S., MoD."""
    letters = word.replace(".", "")
    return (
        2 <= len(letters) <= 7
        and sum(c.isupper() for c in letters) >= max(2, len(letters) - 1)
        and letters[0].isupper()
    )


_VERBS = word_list("verbs of a subject")
_BEFORE_NO_SUBJECT = word_list("before no subject")


def prominence(page: Page, index: int, name: Name) -> float:
    """1 for a name that opens its sentence, less for one inside, least for one that owns something or follows a
    preposition. index: the name's first token.
    """
    before, after, gap = page.word(index - 1), page.word(name.last), page.gap(name.last)
    if after == "s" and gap.strip() in ("'", "’"):
        return 0.3
    if page.opens_sentence(index):
        return 1.0
    verb = gap == " " and after[:1].islower() and (after in _VERBS or after.endswith("ed"))
    if verb and before not in ("of", "and", "with", "by"):
        return 0.9
    if after == "who" and gap in (" ", ", "):
        return 0.9
    return 0.1 if before in _BEFORE_NO_SUBJECT else 0.6


def count_forms(page: Page, names: Iterable[Name], *, longest_acronym: int = 3) -> dict[str, float]:
    """The forms that names have in the text -> how often. Capitals that are no acronym ("BERG", "OSLO POST") become
    "Berg", "Oslo Post" and count half, so that a headline decides only when nothing else is there.
    """
    forms: dict[str, float] = defaultdict(float)
    for name in names:
        form = " ".join(page.text[name.start : name.end].split())
        shouted = " " in form or len(form) > longest_acronym and "." not in form
        if form.isupper() and shouted:
            forms[form.title()] += 0.5
        else:
            forms[form] += 1
    return forms
