"""Entities that may be one: lines for a corrections file, printed and never applied."""

import difflib
import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from helpers.counting.corrections import COLUMNS, format_line
from helpers.counting.mentions import rank
from helpers.text import normalise


class _Entity(NamedTuple):
    entity_id: str
    name: str
    type: str
    n: int
    key: tuple[str, ...]  # the words of the name


def suggest(selected: pd.DataFrame, *, limit: int = 40, similar: float = 0.88) -> pd.DataFrame:
    """Entities that may be one: why, entity, n, into, into_n, line (ready for the corrections file). Nothing here is
    applied by itself.

    Bare surnames with one full name in the corpus, initials of one long name, one name under two types, names that
    differ by few letters.
    """
    columns = ["why", "entity", "n", "into", "into_n", "line"]
    entities = [
        _Entity(r.entity_id, r.entity, r.type, int(r.mentions), tuple(normalise(r.entity).split()))
        for r in rank(selected).head(3000).itertuples()
    ]
    found, seen = [], set()
    for why, small, big in itertools.chain(_same_names(entities), _similar(entities, similar)):
        pair = frozenset((small.entity_id, big.entity_id))
        if len(pair) == 2 and pair not in seen:
            seen.add(pair)
            line = format_line("merge", small.entity_id, big.entity_id)
            found.append((why, small.name, small.n, big.name, big.n, line))
    table = pd.DataFrame(found, columns=columns)
    order = (table["n"] + table["into_n"]).sort_values(ascending=False, kind="stable").index
    return table.loc[order].head(limit).reset_index(drop=True)


Suggestion = tuple[str, _Entity, _Entity]  # why, the one to merge, into which


def _same_names(entities: list[_Entity]) -> Iterator[Suggestion]:
    """Suggestions by the words of a name: surnames, initials, one name under two types; by entity, most mentioned
    first.
    """
    by_last, by_letters, by_key = defaultdict(list), defaultdict(list), defaultdict(list)
    for entity in entities:
        by_key[entity.key].append(entity)
        if entity.type == "PER" and len(entity.key) > 1:
            by_last[entity.key[-1]].append(entity)
        if entity.type in ("ORG", "LOC") and len(entity.key) > 1:
            by_letters[_initials(entity.key)].append(entity)
    for entity in entities:
        if len(entity.key) == 1:
            yield from _by_surname(entity, by_last[entity.key[0]] if entity.type == "PER" else [])
            yield from _by_initials(entity, by_letters[entity.key[0]])
        for other in by_key[entity.key]:
            if other.entity_id != entity.entity_id and other.n >= entity.n:
                yield f"the same name as {entity.type} and as {other.type}", entity, other


def _initials(key: tuple[str, ...]) -> str:
    return "".join(word[0] for word in key if word not in ("of", "and", "the", "for", "in"))


def _by_surname(entity: _Entity, bearers: list[_Entity]) -> Iterator[Suggestion]:
    if not bearers:
        return
    first = max(bearers, key=lambda bearer: bearer.n)
    part = first.n / sum(bearer.n for bearer in bearers)
    if len(bearers) == 1:
        yield "bare surname; one full name in the corpus", entity, first
    elif part > 0.5:
        yield f"bare surname; {part:.0%} of the full names with it", entity, first


def _by_initials(entity: _Entity, long: list[_Entity]) -> Iterator[Suggestion]:
    if entity.type != "PER" and entity.name.isupper() and len(long) == 1:
        yield "initials of a longer name", entity, long[0]


def _one_slip(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """True when two names differ by an initial, by a word that one of them leaves out, or by spelling within one word
    (not North / South Harbour).
    """
    if len(a) != len(b):
        return set(a) < set(b) or set(b) < set(a) or "".join(a) == "".join(b)
    different = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    return len(different) == 1 and all(
        x[0] == y[0] and difflib.SequenceMatcher(None, x, y, autojunk=False).ratio() >= 0.75 for x, y in different
    )


def _similar(entities: list[_Entity], threshold: float) -> Iterator[Suggestion]:
    """Entities of one type whose names differ by few letters; compared only within blocks that share a word's
    beginning.
    """
    blocks = defaultdict(list)
    for entity in entities:
        for word in set(entity.key):
            if len(word) > 3:
                blocks[entity.type, word[:4]].append(entity)
    for block in blocks.values():
        for small, big in itertools.combinations(sorted(block[:60], key=lambda entity: entity.n), 2):
            if _alike(small.key, big.key, threshold):
                yield "spelt almost alike", small, big


def _alike(small: tuple[str, ...], big: tuple[str, ...], threshold: float) -> bool:
    a, b = " ".join(small), " ".join(big)
    if a == b or abs(len(a) - len(b)) > 4 or min(len(a), len(b)) < 6 or set("0123456789") & set(a + b):
        return False
    if not _one_slip(small, big):
        return False
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return matcher.quick_ratio() >= threshold and matcher.ratio() >= threshold


def correction_lines(suggestions: pd.DataFrame) -> str:
    """A corrections file made of the suggestions, to be printed and pasted."""
    return "\n".join([",".join(COLUMNS), *suggestions["line"]]) if len(suggestions) else "Nothing to suggest."
