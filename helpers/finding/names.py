"""Where names stand in a text: the encoder's spans made clean, joined with what the tables know, carried to occurrences
the encoder missed.

The first half of `entities`: here a name is a stretch of words with a type; `entities` decides whose name it is.
"""

import bisect
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from helpers.finding.gazetteers import Entry
from helpers.finding.name_keys import set_keys, settle_types
from helpers.finding.name_spans import clean_spans
from helpers.finding.page import GENERATION, NEVER, Name, Page, is_acronym
from helpers.text import word_list

TOO_COMMON = word_list("too common to carry")
HEADS = word_list("heads of organisations")
UNIT = word_list("military units")
ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|d)\Z|(?:First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth)\Z")
_DOTTED = word_list("dotted names")
_AFTER_LANGUAGE = word_list("after a language")
_BEFORE_LANGUAGE = word_list("before a language")

# A name that the tables know: (first token, last token, Entry).
Hit = tuple[int, int, Entry]


def find_names(page: Page, spans: Iterable[Sequence]) -> list[Name]:
    """The names of a page, in order, with key and settled type. spans: the encoder's (start, end, type, score)."""
    names = join_known(page, clean_spans(page, spans), table_hits(page))
    names = add_units(page, names)
    take_dots(page, names)
    names = carry(page, names)
    names = add_short_forms(page, names)
    set_keys(page, names)
    settle_types(page, names)
    return names


# -- names the tables know -------------------------------------------------------------------------------------------


def table_hits(page: Page) -> list[Hit]:
    """Names the tables know, wherever they stand, in order and without overlaps."""
    hits, until = [], 0
    for index in page.tokens_among(page.table.phrases):
        if index >= until:
            hit = page.phrase_at(index)
            if hit:
                until = index + hit[0]
                hits.append((index, until, hit[1]))
    return hits


def join_known(page: Page, names: list[Name], hits: Iterable[Hit]) -> list[Name]:
    """Encoder names and table hits as one list without overlaps."""
    kept = _without_straddling(names)
    firsts = [name.first for name in kept]
    added: list[Name] = []
    dropped: set[int] = set()
    for first, last, entry in hits:
        if last - first > 1 and page.words[first] in ("The", "the"):
            first += 1  # a span never holds its article, also where the table's name does
        low, high = max(0, bisect.bisect_right(firsts, first) - 1), bisect.bisect_left(firsts, last)
        touching = [name for name in kept[low:high] if name.first < last and name.last > first]
        start, end = page.starts[first], page.ends[last - 1]
        same = next((name for name in touching if (name.first, name.last) == (first, last)), None)
        if same is not None:
            same.entry = entry
        elif not touching:
            if may_add(page, first, last, entry):
                added.append(Name(start, end, first, last, entry.type, 0.5, entry, "known name"))
        elif all(first <= name.first and name.last <= last for name in touching) and (entry.safe or last - first > 1):
            dropped.update(id(name) for name in touching)
            score = max(name.score for name in touching)
            added.append(Name(start, end, first, last, entry.type, score, entry))
    return [name for name in kept if id(name) not in dropped] + added


def _without_straddling(names: list[Name]) -> list[Name]:
    """A span inside another one may stay (a model that nests them), one that straddles two may not."""
    kept: list[Name] = []
    until = -1
    for name in sorted(names, key=lambda name: (name.first, -name.last)):
        inside = name.last <= until and (name.first, name.last) != (kept[-1].first, kept[-1].last)
        if name.first >= until or inside:
            kept.append(name)
            until = max(until, name.last)
    return kept


def may_add(page: Page, first: int, last: int, entry: Entry) -> bool:
    """Whether a table name that the encoder did not mark is meant where its words stand."""
    if not entry.safe or entry.type == "MISC":
        return False
    if _is_money_or_road(page, first, last) or _is_shouted_given_name(page, first, entry):
        return False
    if last - first == 1 and _is_something_else(page, first, entry):
        return False
    return not (entry.form == "demonym" and _is_language(page, first, last))


def _is_something_else(page: Page, index: int, entry: Entry) -> bool:
    """Whether one word that the tables know means another thing where it stands."""
    demonym = entry.form == "demonym"
    if entry.kind == "region" and not demonym and page.words[index] in ("Gulf", "Pacific", "Atlantic", "Arctic"):
        return True
    if _is_shouted(page, index) or demonym and _is_sports_team(page, index):
        return True
    return entry.form != "acronym" and _is_in_longer_name(page, index, entry)


def _is_money_or_road(page: Page, first: int, last: int) -> bool:
    """US$ and highways."""
    if page.text[page.ends[last - 1] : page.ends[last - 1] + 1] == "$":
        return True
    after = page.text[page.ends[first] : page.ends[first] + 2]
    return page.words[first] == "US" and bool(re.match(r"[- ]?\d", after))


def _is_sports_team(page: Page, index: int) -> bool:
    """ "Indianapolis Indians"."""
    before = page.word(index - 1)
    return (
        page.words[index].endswith("s")
        and page.gap(index) == " "
        and before[:1].isupper()
        and before not in NEVER
        and not page.opens_sentence(index - 1)
    )


def _is_shouted(page: Page, index: int) -> bool:
    """ "US" in an all-capitals line may be the pronoun."""
    word = page.words[index]
    return word.isupper() and len(word) <= 4 and "." not in word and page.shouting(index)


def _is_shouted_given_name(page: Page, index: int, entry: Entry) -> bool:
    """ "GEORGIA" in a headline may be a woman."""
    word = page.words[index]
    return (
        word.isupper()
        and len(word) > 4
        and entry.form == "name"
        and entry.type == "LOC"
        and entry.name.upper() == word
        and word in page.table.given
    )


def _is_in_longer_name(page: Page, index: int, entry: Entry) -> bool:
    """Part of a longer name that the encoder did not see ("Turkey Creek", "Paris Hilton")."""
    if entry.kind == "country":
        return False
    if page.gap(index) == " " and page.word(index - 1) in page.table.given:
        return True
    after = page.word(index + 1)
    return (
        entry.form == "name"
        and page.gap(index + 1) == " "
        and after[:1].isupper()
        and after not in NEVER
        and not page.is_title(index + 1)
    )


def _is_language(page: Page, first: int, last: int) -> bool:
    """True for "in English", "speaks Russian", "the French language": not a people."""
    before, after = page.word(first - 1), page.word(last)
    if after in _AFTER_LANGUAGE and page.gap(last) == " ":
        return True
    if before in _BEFORE_LANGUAGE and page.gap(first) == " ":
        return True
    ends = page.gap(last) not in (" ", "-") or after in ("and", "or", "on", "by", "with", "at", "that", "for", "to")
    return before in ("in", "In") and ends


def add_units(page: Page, names: list[Name]) -> list[Name]:
    """Numbered military units ("82nd Airborne Division") in place of the names inside them; sorted."""
    for first, last in _units(page):
        names = [name for name in names if not first <= name.first < last]
        names.append(Name(page.starts[first], page.ends[last - 1], first, last, "ORG", 0.8, None, "numbered unit"))
    return sorted(names, key=lambda name: name.start)


def _units(page: Page) -> list[tuple[int, int]]:
    """Numbered units are written alike everywhere: [(first token, last token)]."""
    words = page.words
    found: list[tuple[int, int]] = []
    for index in page.tokens_among(UNIT):
        first = index
        while (
            first > 0
            and index - first < 4
            and page.gap(first) == " "
            and words[first - 1][0].isupper()
            and not ORDINAL.match(words[first - 1])
        ):
            first -= 1
        if first > 0 and page.gap(first) == " " and ORDINAL.match(words[first - 1]):
            if found and found[-1][1] > first - 1:
                found.pop()
            found.append((first - 1, index + 1))
    return found


def take_dots(page: Page, names: list[Name]) -> None:
    """ "Calif." keeps its dot when the span is a table name."""
    for name in names:
        dot = page.text[name.end : name.end + 1] == "."
        if dot and name.entry is not None and name.entry.name and page.words[name.last - 1] + "." in _DOTTED:
            name.end += 1


# -- names that stand elsewhere too ----------------------------------------------------------------------------------


def carry(page: Page, names: list[Name]) -> list[Name]:
    """Recognised names carried to capitalised occurrences that neither encoder nor table caught."""
    wanted = _forms_to_carry(page, names)
    if not wanted:
        return names
    by_first = defaultdict(list)
    for tokens in sorted(wanted, key=len, reverse=True):
        by_first[tokens[0]].append(tokens)
    covered, added = page.covered(names), []
    for index in page.tokens_among(by_first):
        form = next((tokens for tokens in by_first[page.words[index]] if _stands(page, covered, index, tokens)), None)
        if form is None:
            continue
        first, last = index, index + len(form)
        if len(form) == 1 and wanted[form] == "PER" and _given_before(page, covered, index):
            first -= 1  # with the given name the model missed
        rule = "carried over from another mention"
        added.append(Name(page.starts[first], page.ends[last - 1], first, last, wanted[form], 0.5, None, rule))
        covered[first:last] = b"\x01" * (last - first)
    return sorted(names + added, key=lambda name: name.start) if added else names


def _forms_to_carry(page: Page, names: list[Name]) -> dict[tuple[str, ...], str]:
    """Words to look for -> type: surely recognised names that are no everyday words, and persons' last names."""
    wanted: dict[tuple[str, ...], str] = {}
    for name in names:
        if name.entry is not None or name.score < 0.4 or name.kind == "demonym":
            continue
        tokens = tuple(page.words[name.first : name.last])
        last = tokens[-1]
        if len(tokens) == 1 and (
            last in NEVER or last in TOO_COMMON or last in page.table.titles or len(last) < 3 or not last[0].isupper()
        ):
            continue
        wanted.setdefault(tokens, name.type)
        sure = len(last) > 3 and last[0].isupper() and last not in GENERATION and last not in NEVER
        if name.type == "PER" and len(tokens) > 1 and sure:
            wanted.setdefault(tokens[-1:], "PER")
    return wanted


def _stands(page: Page, covered: bytearray, index: int, tokens: tuple[str, ...]) -> bool:
    """Whether the words stand at a token, free of other names; a single word must not be part of a longer name."""
    last = index + len(tokens)
    return (
        tuple(page.words[index:last]) == tokens
        and not any(covered[index:last])
        and page.joined(index, last)
        and (len(tokens) > 1 or _stands_alone(page, covered, index))
    )


def _stands_alone(page: Page, covered: bytearray, index: int) -> bool:
    words, before, after = page.words, index - 1, index + 1
    if words[index].lower() in page.vocabulary and page.opens_sentence(index):
        return False
    if (
        page.gap(after) == " "
        and not covered[after]
        and words[after][0].isupper()
        and words[after] not in NEVER
        and not page.shouting(index)
    ):
        return False
    if not index:
        return True
    capital = words[before][0].isupper()
    if capital and page.gap(index) == " " and not covered[before]:
        opener = words[before] in NEVER or page.opens_sentence(before)
        return opener or page.is_title(before) or words[before] in page.table.given
    return not (capital and page.gap(index) in ("-", "'", "’"))


def _given_before(page: Page, covered: bytearray, index: int) -> bool:
    """True when a free given name stands before a token."""
    return index > 0 and not covered[index - 1] and page.gap(index) == " " and page.words[index - 1] in page.table.given


def add_short_forms(page: Page, names: list[Name]) -> list[Name]:
    """Acronyms given in brackets, wherever they stand, and capitalised heads after "the" ("the Court") of the one
    organisation they can mean.
    """
    acronyms, heads = _bracketed_acronyms(page, names), _heads_of_one(page, names)
    covered, added = page.covered(names), []
    for index in page.tokens_among({**acronyms, **dict.fromkeys(heads)}):
        word = page.words[index]
        type_ = acronyms.get(word) or ("ORG" if word in heads and _is_the_head(page, index) else None)
        if type_ is not None and not covered[index]:
            start, end = page.starts[index], page.ends[index]
            added.append(Name(start, end, index, index + 1, type_, 0.5, None, "short form"))
    return sorted(names + added, key=lambda name: name.start) if added else names


def _bracketed_acronyms(page: Page, names: list[Name]) -> dict[str, str]:
    """ "Great Lakes Fishing Board (GLFB)": acronym -> type."""
    acronyms, words = {}, page.words
    for name in names:
        k = name.last
        if name.last - name.first < 2 or name.type not in ("ORG", "LOC", "MISC") or page.gap(k) not in _OPEN:
            continue
        if is_acronym(words[k]) and page.text[page.ends[k] : page.ends[k] + 1] in (")", "]"):
            initials = "".join(word[0] for word in words[name.first : name.last])
            if words[k][0] == initials[0] or words[k][-1].upper() == initials[-1].upper():
                acronyms[words[k]] = name.type
    return acronyms


_OPEN = (" (", " [", ". (")


def _heads_of_one(page: Page, names: list[Name]) -> set[str]:
    """Heads ("Court") that only one organisation of the article begins or ends with."""
    heads = defaultdict(set)
    for name in names:
        if name.type == "ORG" and name.last - name.first > 1:
            words = tuple(page.words[name.first : name.last])
            for word in HEADS.intersection((words[0], words[-1])):
                heads[word].add(words)
    return {word for word, forms in heads.items() if len(forms) == 1}


def _is_the_head(page: Page, index: int) -> bool:
    """ "the Court" with nothing capitalised after it."""
    if page.gap(index) != " " or page.word(index - 1) not in ("the", "The"):
        return False
    return page.gap(index + 1) != " " or not page.words[index + 1][0].isupper()
