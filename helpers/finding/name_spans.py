"""The encoder's spans made clean: titles, articles and possessives off, two names in one taken apart, one name cut in
two put together, what can be no name left out.
"""

import re
from collections.abc import Iterable, Sequence

from helpers.finding.gazetteers import Entry
from helpers.finding.page import COMPANY, GENERATION, NEVER, PARTICLES, REGAL, Name, Page
from helpers.text import word_list

POST_NOMINALS = word_list("post-nominals")
OF_HEADS = word_list("heads before of")
_OF_TITLES = word_list("titles before of")
_DEPARTMENTS = word_list("departments of a secretary")
_HYPHENS = ("-", "‑", "–")

# A stretch of tokens and the type of the name it is: (first, last, type).
Piece = tuple[int, int, str]


def clean_spans(page: Page, found: Iterable[Sequence]) -> list[Name]:
    """Names from the encoder's spans (start, end, type, score), in order of their first token."""
    names = []
    for start, end, type_, score in found:
        end = min(len(page.text), end)
        tokens = _tokens_of(page, max(0, start), end)
        if tokens is None:
            continue
        for piece in _parts(page, *tokens, type_):
            first, last, title = trimmed(page, *piece)
            unsure = last - first == 1 and score < 0.7 and page.words[first].islower()
            if unsure or is_no_name(page, first, last, piece[2]):
                continue
            name = Name(page.starts[first], page.ends[last - 1], first, last, piece[2], score, title=title)
            name.end += _ends_with_dot(page, name, end)
            names.append(name)
    return whole_names(page, names)


def _tokens_of(page: Page, start: int, end: int) -> tuple[int, int] | None:
    """The tokens of a range of characters, up to the end of the paragraph; None without one."""
    first, last = page.tokens_in(start, end)
    if first > 0 and page.ends[first - 1] > start and page.ends[first - 1] >= end:
        first -= 1  # the span starts inside a token
    if first >= last:
        return None
    for cut in range(first + 1, last) if "\n" in page.text[start:end] else ():
        if "\n" in page.gap(cut) and page.paragraph(page.starts[cut]) != page.paragraph(page.starts[cut - 1]):
            return first, cut
    return first, last


def _ends_with_dot(page: Page, name: Name, end: int) -> bool:
    """True when the dot after a name is its own ("Inc.", "Jr.") and inside the encoder's span."""
    word = page.words[name.last - 1]
    return (
        name.last - name.first > 1
        and page.text[name.end : name.end + 1] == "."
        and name.end < end
        and (word.casefold() in COMPANY or word in GENERATION)
    )


# -- what is around a name -------------------------------------------------------------------------------------------


def trimmed(page: Page, first: int, last: int, type_: str) -> tuple[int, int, str]:
    """Token range without outer "the", possessive "s", honorifics and titles; and the title's words."""
    if last - first == 1:
        return first, last, ""
    while last - first > 1 and page.owns(last - 1):
        last -= 1
    if last - first > 1 and page.words[first] in ("the", "The", "THE", "a", "A", "an", "An", "this", "This"):
        first += 1
    if type_ != "MISC":
        first = _from_capital(page, first, last)
    if type_ == "PER":
        last = _while_capital(page, first, last)
    elif type_ != "MISC":
        last = _to_capital(page, first, last)
    while last - first > 1 and (
        page.words[last - 1] in ("of", "and", "the", "for", "in", "at", "by") or page.owns(last - 1)
    ):
        last -= 1
    return _without_titles(page, first, last) if type_ == "PER" else (first, last, "")


def _from_capital(page: Page, first: int, last: int) -> int:
    """Where a name begins after words in lower case: "libertarian Harbour Institute"."""
    words = page.words
    while (
        last - first > 1
        and words[first].islower()
        and words[first] not in PARTICLES
        and any(word[0].isupper() for word in words[first + 1 : last])
    ):
        first += 1
    return first


def _to_capital(page: Page, first: int, last: int) -> int:
    """Where a name ends before words in lower case: "Harbour University department"."""
    words = page.words
    while last - first > 1 and words[last - 1].islower() and words[first][0].isupper() and page.gap(last - 1) == " ":
        last -= 1
    return last


def _while_capital(page: Page, first: int, last: int) -> int:
    """Where a person's name ends: it does not go on in lower case ("J she")."""
    for k in range(first + 1, last):
        word = page.words[k]
        inner = word in PARTICLES or word in ("of", "the", "and", "y", "e")
        if word[0].islower() and not inner and page.gap(k) == " ":
            return k
    return last


def _without_titles(page: Page, first: int, last: int) -> tuple[int, int, str]:
    """A person's name without the titles it begins with, and their words."""
    words, title = page.words, []
    while last - first > 1 and page.is_title(first) and (words[first + 1] != "of" or words[first] in _OF_TITLES):
        if words[first] in REGAL and sum(word not in GENERATION for word in words[first:last]) == 2:
            break  # "Pope Francis" without "Pope" is somebody else
        title.append(words[first])
        first += 1
        if last - first > 2 and words[first] == "of":  # "Secretary of State Antony Blinken"
            department = next((k for k in range(first + 1, last) if words[k] in _DEPARTMENTS), last)
            if department + 1 < last:
                title += words[first : department + 1]
                first = department + 1
    return first, last, " ".join(title)


# -- what is no name -------------------------------------------------------------------------------------------------


def is_no_name(page: Page, first: int, last: int, type_: str) -> bool:
    """Spans that cannot be a name by themselves: one letter, a number as a person, "Inc.", "Dr."."""
    words = page.words[first:last]
    if type_ == "MISC" and all(word.islower() for word in words):
        return True
    if last - first > 1:
        return all(word.casefold() in COMPANY or word in ("et", "al") for word in words)
    return (
        _is_scrap(page, first, type_)
        or _is_title_alone(page, first, type_)
        or type_ != "LOC"
        and _is_ordinary_word(page, first)
    )


def _is_scrap(page: Page, index: int, type_: str) -> bool:
    """One letter, a number, a currency, "Inc", "PhD"."""
    word = page.words[index]
    return (
        len(word) == 1
        and word.isascii()
        or type_ in ("PER", "LOC")
        and not any(c.isalpha() for c in word)
        or word.casefold() in COMPANY
        or page.text[page.ends[index] : page.ends[index] + 1] == "$"
        or word in POST_NOMINALS
        and page.gap(index) in (", ", " , ")
    )


def _is_title_alone(page: Page, index: int, type_: str) -> bool:
    """A title that was marked apart from the name it belongs to ("Mayor"), or stands for nobody ("Senators")."""
    word, titles, after = page.words[index], page.table.titles, page.word(index + 1)
    if page.is_honorific(word) and word not in REGAL:
        return True
    if type_ != "PER":  # "Crown" Prince
        return word in titles and bool(after) and page.gap(index + 1) == " " and page.is_title(index + 1)
    if word[:-1] in titles and word[-1] == "s" or word in titles and after == "of":
        return True  # "Earl of Clare"
    return word in titles and word not in REGAL and page.gap(index + 1) in (" ", ". ") and after[:1].isupper()


def _is_ordinary_word(page: Page, index: int) -> bool:
    """A word that opens its sentence with a capital and is written small elsewhere."""
    word = page.words[index]
    return (
        word[1:].islower()
        and word.lower() in page.vocabulary
        and page.opens_sentence(index)
        and word not in page.capitalised
    )


# -- names that the model cut ----------------------------------------------------------------------------------------


def whole_names(page: Page, names: list[Name]) -> list[Name]:
    """Names that the model cut put together, and given names that it left out taken in."""
    names.sort(key=lambda name: (name.first, -name.last))
    whole: list[Name] = []
    for name in names:
        before = whole[-1] if whole else None
        if before is not None and (_goes_on_with_of(page, before, name) or _goes_on(page, before, name)):
            before.last, before.end, before.score = name.last, name.end, max(before.score, name.score)
            continue
        if name.type == "PER" and (before is None or before.last < name.first):
            _take_given_name(page, name)
        whole.append(name)
    _take_last_names(page, whole)
    return whole


def _goes_on_with_of(page: Page, before: Name, name: Name) -> bool:
    """ "University" of "Ghana" is one name."""
    return (
        before.type in ("ORG", "LOC")
        and name.type in ("ORG", "LOC")
        and name.first - before.last in (1, 2)
        and page.words[before.last] == "of"
        and page.words[before.last - 1] in OF_HEADS
    )


def _goes_on(page: Page, before: Name, name: Name) -> bool:
    """Two persons with only a space between them are one ("Donald" + "J. Trump")."""
    if not (before.type == name.type == "PER" and before.last == name.first and name.last - before.first < 7):
        return False
    gap = page.gap(name.first)
    return gap == " " or gap == ". " and len(page.words[before.last - 1]) == 1


def _take_given_name(page: Page, name: Name) -> None:
    """A given name before an initial or before a last name belongs to it."""
    k = name.first - 1
    if k < 0 or name.last - name.first > 2 or page.words[k] not in page.table.given or page.gap(name.first) != " ":
        return
    initial = len(page.words[name.first]) == 1
    if initial or name.last - name.first == 1 and page.words[k] not in NEVER and not page.is_title(k):
        name.first, name.start = k, page.starts[k]


def _take_last_names(page: Page, names: list[Name]) -> None:
    """A given name takes in the last name after it that the model missed here and saw elsewhere."""
    lasts = {page.words[name.last - 1] for name in names if name.type == "PER"}
    for k, name in enumerate(names):
        after, word = name.last, page.words[name.first]
        free = k + 1 == len(names) or names[k + 1].first > after
        if (
            free
            and name.type == "PER"
            and name.last - name.first == 1
            and word in page.table.given
            and page.gap(after) == " "
            and page.words[after] in lasts
            and page.words[after] != word
        ):
            name.last, name.end = after + 1, page.ends[after]


# -- spans that hold more than one name ------------------------------------------------------------------------------

_NICKNAME = re.compile(r"[^“\"‘'(]+[“\"‘'(]\w+[”\"’')] [^”\"’')]+")  # William “Bill” Stanton


def _parts(page: Page, first: int, last: int, type_: str) -> list[Piece]:
    """The pieces of a span that runs over a comma, a bracket or a quotation mark, each taken apart by `pieces`."""
    if last - first == 1 or type_ == "MISC":
        return pieces(page, first, last, type_)
    words = page.text[page.starts[first] : page.ends[last - 1]]
    if type_ == "PER" and _NICKNAME.fullmatch(words):
        return pieces(page, first, last, type_)
    for k in range(first + 1, last):
        gap, word = page.gap(k), page.words[k]
        own = word.casefold() in COMPANY or word in GENERATION or word[-1:] == "."
        if len(gap) > 1 and any(c in gap for c in ',;:()[]“”"') and not own:
            kind = "PER" if last - k > 1 and word in page.table.given else type_
            return [*pieces(page, first, k, type_), *_parts(page, k, last, kind)]
    return pieces(page, first, last, type_)


def pieces(page: Page, first: int, last: int, type_: str) -> list[Piece]:
    """A span's parts: "Russian President Vladimir Putin" → Russian + President Vladimir Putin."""
    if last - first > 1:
        for step in (_place_of_a_member, _pair, _country_and_person, _two_persons, _without_led):
            found = step(page, first, last, type_)
            if found:
                return found
    return [(first, last, type_)]


def _place_of_a_member(page: Page, first: int, last: int, type_: str) -> list[Piece]:
    """ "(D-Calif.)": the place alone."""
    tag = page.words[first] in ("R", "D", "I") and page.gap(first + 1) == "-"
    return [(first + 1, last, "LOC")] if tag else []


def _known_start(page: Page, first: int, last: int) -> tuple[int, Entry] | None:
    """(token after it, Entry) of the table name that a span begins with and goes on after."""
    hit = page.phrase_at(first)
    return (first + hit[0], hit[1]) if hit and first + hit[0] < last and hit[1].type != "PER" else None


def _pair(page: Page, first: int, last: int, type_: str) -> list[Piece]:
    """ "Ukraine-Russia": both; "Moscow-based": the name."""
    hit = _known_start(page, first, last)
    if hit is None or page.gap(hit[0]) not in (*_HYPHENS, "/"):
        return []
    after, entry = hit
    second = page.phrase_at(after)
    if second and after + second[0] == last:
        return [(first, after, entry.type), (after, last, second[1].type)]
    return [(first, after, entry.type)] if page.words[after][0].islower() else []


def _country_and_person(page: Page, first: int, last: int, type_: str) -> list[Piece]:
    """ "Russian President Vladimir Putin": the country, and the person with the title."""
    hit = _known_start(page, first, last)
    if hit is None:
        return []
    after, entry = hit
    k = after + 1 if page.owns(after) else after
    while k < last and page.is_title(k):
        k += 1
    person = after < k < last and page.is_title(k - 1) and page.words[k][0].isupper()
    if not person or type_ != "PER" and page.words[k] not in page.table.given:
        return []
    start = after + 1 if page.words[after] in ("s", "S") else after
    return [(first, after, entry.type), (start, last, "PER")]


def _two_persons(page: Page, first: int, last: int, type_: str) -> list[Piece]:
    if type_ != "PER" or "and" not in page.words[first + 1 : last - 1]:
        return []
    k = page.words.index("and", first + 1, last - 1)
    return [(first, k, "PER"), (k + 1, last, "PER")]


def _without_led(page: Page, first: int, last: int, type_: str) -> list[Piece]:
    """ "U.S.-led", "Moscow-based": the name is the capitalised part."""
    k, words = last - 1, page.words
    small = words[k][0].islower() and words[k] not in PARTICLES and words[k - 1][0].isupper()
    if type_ == "PER" or not small or page.gap(k) not in _HYPHENS:
        return []
    hit = page.phrase_at(first)
    return [(first, k, hit[1].type)] if hit and first + hit[0] == k else []
