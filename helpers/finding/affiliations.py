"""For which state somebody speaks and acts, read from the text: "Russian President Vladimir Putin", "Sergei Lavrov,
Russia's foreign minister".

Nobody acts for a state by being its citizen: the words around a name must give an office (`acts_for_state` in
data/titles.csv). Who held which
office on an article's date is settled in counting (data/people.csv): a text alone does not know its date.
"""

import csv
import functools
import re
from collections.abc import Sequence

from helpers import DATA
from helpers.finding import gazetteers
from helpers.finding.gazetteers import Gazetteer
from helpers.finding.mentions import Mention, overlapping
from helpers.text import Document, normalise, word_list

State = tuple[str, str]  # (entity_id, name)

NOT_OF_A_STATE = ("outlet", "company", "sport", "university", "nongovernmental", "party", "armed group")
FAR = 60  # characters between a name and the state whose office it holds


@functools.lru_cache(maxsize=8)
def _countries(gazetteer: str | None) -> tuple[Gazetteer, dict[str, str]]:
    table = gazetteers.load(gazetteer)
    return table, {entry.name: entry.id for entry in table.names.values() if entry.kind == "country"}


def state_of(entity_id: str) -> State | None:
    """The country with this identifier, of the shipped tables."""
    return next(((i, name) for name, i in _countries(None)[1].items() if i == entity_id), None)


@functools.cache
def offices() -> frozenset[str]:
    """Words of offices whose holder acts for the state that is named with them (data/titles.csv), in lower case,
    without dots.
    """
    with open(DATA / "titles.csv", encoding="utf-8-sig", newline="") as handle:
        return frozenset(
            row["words"].rstrip(".").casefold() for row in csv.DictReader(handle) if row["acts_for_state"] == "yes"
        )


def country_of(mention: Mention, *, gazetteer: str | None = None) -> State | None:
    """The state an entity belongs to by the tables alone: a country to itself, "Pentagon" to the United States, a
    city to its country, a
    well-known leader to theirs; None when the tables don't say."""
    table, ids = _countries(gazetteer)
    name = _leader_of(table, mention) if mention.type == "PER" else _organ_of(table, ids, mention)
    return (ids[name], name) if name in ids else None


def _leader_of(table: Gazetteer, mention: Mention) -> str:
    key = normalise(mention.entity)
    return table.people.get(key, ("",))[0] or (table.surnames.get(key, "") if " " not in key else "")


def _organ_of(table: Gazetteer, ids: dict[str, str], mention: Mention) -> str:
    organ = re.search(r"\((.+)\)\Z", mention.entity)  # Foreign Ministry (Russia)
    if organ and organ.group(1) in ids:
        return organ.group(1)
    entry = table.names.get(normalise(mention.entity))
    if entry is not None and entry.type == mention.type:
        if entry.kind in NOT_OF_A_STATE:
            return ""
        if entry.country:
            return entry.country
    tokens = gazetteers.tokens_of(mention.entity)
    if mention.type != "ORG" or not word_list("state organs").intersection(tokens):
        return ""
    known = (
        entry
        for token in tokens
        for form, entry in table.phrases.get(token, ())
        if len(form) == 1 and entry.kind == "country"
    )
    return next((entry.country for entry in known), "")


def affiliations(
    document: Document, mentions: Sequence[Mention], *, gazetteer: str | None = None, offices_only: bool = False
) -> dict[str, State]:
    """Which state each entity of an article stands for: {entity_id: (country entity_id, country name)}; entities
    without a state are left out.

    Read from the text first, then from the tables (`country_of`). offices_only: persons only where the text gives an
    office that acts for the
    state; without it, any job and the table of leaders count (for whom somebody speaks, not for whom they act).
    """
    table, _ = _countries(gazetteer)
    known = {}
    for mention in mentions:
        if (
            mention.type != "PER"
            and mention.entity_id not in known
            and (state := country_of(mention, gazetteer=gazetteer))
        ):
            known[mention.entity_id] = state
    reader = _Reader(document, mentions, table, known, offices_only)
    told = reader.told()
    if not offices_only:
        for mention in reader.named:
            if (
                mention.type == "PER"
                and mention.entity_id not in told
                and (state := country_of(mention, gazetteer=gazetteer))
            ):
                told[mention.entity_id] = state
    return {**known, **told}


class _Reader:
    """One article, read for "state + job + name" and "name, job of state"."""

    def __init__(
        self,
        document: Document,
        mentions: Sequence[Mention],
        table: Gazetteer,
        known: dict[str, State],
        offices_only: bool,
    ):
        self.text, self.mentions, self.table, self.known, self.offices_only = (
            document.text,
            mentions,
            table,
            known,
            offices_only,
        )
        self.named = [m for m in mentions if m.kind in ("named", "demonym")]

    def told(self) -> dict[str, State]:
        found: dict[str, State] = {}
        for position, mention in enumerate(self.named):
            if mention.kind != "named" or mention.type not in ("PER", "ORG") or mention.entity_id in found:
                continue
            before = self.named[position - 1] if position else None
            after = self.named[position + 1] if position + 1 < len(self.named) else None
            state = self._before(before, mention, found) or self._after(mention, after)
            if state:
                found[mention.entity_id] = state
        for mention in self.mentions:  # "a senior U.S. official"
            if (
                mention.kind == "nominal"
                and mention.type == "PER"
                and mention.entity_id not in found
                and self._job(mention.text.split())
            ):
                inside = next(
                    (m for m in overlapping(self.named, mention.start, mention.end) if m.entity_id in self.known), None
                )
                if inside is not None:
                    found[mention.entity_id] = self.known[inside.entity_id]
        return found

    def _before(self, before: Mention | None, mention: Mention, found: dict[str, State]) -> State | None:
        """ "Russian President …", "Mr. Ruiz's spokesman, Tom Berg" (who speaks for Ruiz's state), "the Ukrainian
        defense ministry".
        """
        if before is None or not 0 <= mention.start - before.end <= FAR:
            return None
        owned = self.text[before.end : before.end + 2] in ("'s", "’s")
        state = self.known.get(before.entity_id) or (
            self._of_person(before, found) if before.type == "PER" and owned else None
        )
        between = self.text[before.end : mention.start]
        if not state or "\n" in between:
            return None
        if mention.type == "ORG":
            return state if mention.entity_id not in self.known and between.strip() in ("", "'s", "’s") else None
        words = between.replace("’s", "").replace("'s", "").split()
        if self._job(words):
            return state
        return state if not self.offices_only and between in ("'s ", "’s ") and before.type != "PER" else None

    def _of_person(self, mention: Mention, found: dict[str, State]) -> State | None:
        return found.get(mention.entity_id) or (None if self.offices_only else country_of(mention))

    def _after(self, mention: Mention, after: Mention | None) -> State | None:
        """ "…, Russia's foreign minister", "…, a spokesman for the Pentagon"."""
        if (
            mention.type != "PER"
            or after is None
            or after.entity_id not in self.known
            or not 2 <= after.start - mention.end <= FAR
        ):
            return None
        between = self.text[mention.end : after.start]
        if not re.match(r",\s(?:the |a |an )?", between) or "." in between:
            return None
        following = re.match(r"(?:['’]s)?((?: [\w-]+){1,5})", self.text[after.end : after.end + 60])
        of = re.search(r"([\w-]+) (?:of|for|to|at|from)(?: the)?\s\Z", between)
        if (
            following
            and len(between.split()) <= 3
            and any(self._office(w) for w in following.group(1).split())
            or (of and len(between.split()) <= 8 and self._office(of.group(1)) and not _former(between.split()))
        ):
            return self.known[after.entity_id]
        return None

    def _office(self, word: str) -> bool:
        word = word.strip(",.").casefold()
        return word in offices() if self.offices_only else word in self.table.roles

    def _job(self, words: list[str]) -> bool:
        """True for words that are all of a job, one of them an office when only offices count."""
        if not words or _former(words) and self.offices_only:
            return False
        plain = [word.strip(",.").casefold() for word in words]
        if self.offices_only:
            return any(word in offices() for word in plain) and not any(
                word in word_list("not for the state") for word in plain
            )
        titles, jobs = self.table.titles, word_list("job words")
        known = all(
            w.strip(",.") in titles or low in self.table.roles or low in jobs
            for w, low in zip(words, plain, strict=True)
        )
        return known and not all(titles.get(w.strip(".,"), ("",))[0] == "honorific" for w in words)


def _former(words: list[str]) -> bool:
    return any(word.casefold().strip(",.").startswith(("former", "ex-", "ousted", "late", "retired")) for word in words)
