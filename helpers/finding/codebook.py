"""A user's own codebook: categories with rungs and cues, read from a CSV file and found in articles.

    load_codebook    the file, checked and compiled; every mistake in it is named in one sentence
    Codebook.find    the user's cues in a text, in order, none overlapping

How a cue is written is told in helpers/data/README.md. Each becomes one regular expression, tried only at the
words it can begin with, and only to the end of their sentence, so that time grows linearly with the text.
"""

import csv
import functools
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from helpers import DATA, resolve, text
from helpers.finding.inflection import forms_of_noun, forms_of_verb, may_be_noun, participles_of
from helpers.scheme import LADDER

KINDS = ("verb", "noun", "phrase")
GAP = "…"
# A word that a cue can begin with; "didn't" is one.
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*(?:'t\b)?")
# A word as a cue may name it.
WRITTEN = re.compile(r"[^\W_][\w'.&%-]*\Z")
# Up to five words of a gap: no comma (but "10,000"), semicolon, colon, dash or bracket among or in them.
WITHIN_GAP = r"(?:\s+(?!-+\s)(?:(?!--)[^\s,;:()\[\]{}–—―‒]|(?<=\d)[,:](?=\d))++){0,5}?"
NEXT = r"\s+[\"']*"
# How a cue can begin that says what is not done: what it matches, and the words that can be.
NEGATIONS = {"not": (r"(?:\w+n't|not|never|cannot)", {"not", "n't", "never", "cannot"}), "never": ("never", {"never"})}


class OwnCue(NamedTuple):
    """A cue of the user's: text[start:end] of the article, its category and that category's rung."""

    start: int
    end: int
    category: str
    rung: int


class _Mistake(Exception):
    """What is wrong with a line of the file and how to mend it, without the full stop."""


class _Pattern(NamedTuple):
    """A cue compiled. first: words it can begin with; nouns: those of them that the word before can make a noun."""

    category: str
    regex: re.Pattern
    first: frozenset[str]
    nouns: frozenset[str]


class Codebook(NamedTuple):
    """rungs: category -> rung, in the order of the file. starts: first word -> patterns that can begin with it."""

    rungs: dict[str, int]
    starts: dict[str, list[_Pattern]]

    def find(self, document: text.Document) -> list[OwnCue]:
        """The cues in a text (`helpers.text.read`), sorted; where several overlap, the longest stays.

        A cue lies within one sentence. Never raises.
        """
        straight = document.text.translate(text.STRAIGHT)
        found = []
        for start, end in document.sentences:
            for word in WORD.finditer(straight, start, end):
                low, at = word.group().lower(), word.start()
                for pattern in self.starts.get("n't" if low.endswith("n't") else low, ()):
                    if low in pattern.nouns and _determined().search(straight, max(start, at - 16), at):
                        continue
                    if match := pattern.regex.match(straight, at, end):
                        found.append(OwnCue(*match.span(), pattern.category, self.rungs[pattern.category]))
        return _longest(found)


def load_codebook(path: str | Path | None) -> Codebook | None:
    """A user's codebook, compiled; None without a path. A file is read again when it has changed.

    The file: CSV in UTF-8 with the columns category, rung, cues (joined by ";"), examples (joined by ";" or "|"; may be
    empty) and, if wanted, kind (verb, noun or phrase). Raises FileNotFoundError, or ValueError with one sentence that
    names the file, the line and the remedy.
    """
    if not path:
        return None
    file = resolve(path)
    if not file.is_file():
        raise FileNotFoundError(f"There is no codebook file {path}.")
    return _load(file, file.stat().st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _load(file: Path, _changed: int) -> Codebook:
    rungs: dict[str, int] = {}
    patterns: list[_Pattern] = []
    for number, cells in _lines(file):
        try:
            category, rung = _category(cells, rungs)
            own = _patterns(cells, category)
            _check_examples(cells.get("examples", ""), category, _indexed({category: rung}, own))
        except _Mistake as mistake:
            raise ValueError(f"{file.name}, line {number}: {mistake}.") from None
        rungs[category] = rung
        patterns += own
    if not rungs:
        raise ValueError(f"{file.name} has no categories below its first line; add one with its rung and cues.")
    return _indexed(rungs, patterns)


def _indexed(rungs: dict[str, int], patterns: list[_Pattern]) -> Codebook:
    index: dict[str, list[_Pattern]] = {}
    for pattern in patterns:
        for form in pattern.first:
            index.setdefault(form, []).append(pattern)
    return Codebook(rungs, index)


def _longest(found: Iterable[OwnCue]) -> list[OwnCue]:
    """Those of the cues that overlap with no longer one (of two as long, with none before it)."""
    kept: list[OwnCue] = []
    taken: set[int] = set()
    for cue in sorted(found, key=lambda cue: (cue.start - cue.end, cue.start)):
        if taken.isdisjoint(range(cue.start, cue.end)):
            taken.update(range(cue.start, cue.end))
            kept.append(cue)
    return sorted(kept)


# -- the file ---------------------------------------------------------------------------------------------------


def _lines(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(number of its first line, column name -> cell) of each row with a category or cues; spaces are single."""
    rows, number = [], 1
    try:
        reader = csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""))
        for row in reader:
            if any(map(str.strip, row)):
                rows.append((number, [" ".join(cell.split()) for cell in row]))
            number = reader.line_num + 1
    except UnicodeDecodeError:
        raise ValueError(f"{file.name} is not UTF-8 text: save the codebook as CSV in UTF-8.") from None
    except csv.Error as error:
        raise ValueError(f"{file.name}, line {number}: not CSV ({error}); check the quotation marks.") from None
    names = [name.lower() for name in rows[0][1]] if rows else []
    if missing := [name for name in ("category", "rung", "cues") if name not in names]:
        first = "the first line must name category, rung, cues, examples, with commas"
        raise ValueError(f"{file.name} has no column {' and no column '.join(missing)}: {first}.")
    if twice := [name for name in names if name and names.count(name) > 1]:
        raise ValueError(f"{file.name}, line 1: the column {twice[0]} is named twice; keep one of the two.")
    for number, row in rows[1:]:
        if any(row[len(names) :]):  # spreadsheets append empty cells
            quoting = "put cells that hold a comma in quotation marks"
            raise ValueError(f"{file.name}, line {number}: more cells than columns; {quoting}.")
        cells = dict(zip(names, row + [""] * len(names)))
        if cells["category"] or cells["cues"]:
            yield number, cells


def _category(cells: dict[str, str], above: dict[str, int]) -> tuple[str, int]:
    """The category of a line and its rung, which a category of the ladder may leave out. above: earlier lines."""
    category, written = cells["category"].upper().replace(" ", "_"), cells["rung"].replace("−", "-")
    if not re.fullmatch(r"[A-Z][A-Z0-9_-]{1,39}", category):
        raise _Mistake(f"category {cells['category']!r} must be a word of 2 to 40 letters, digits, - and _")
    if not written and category in LADDER:
        return category, LADDER[category]
    if not re.fullmatch(r"[+-]?\d{1,2}", written):
        raise _Mistake(f"rung {written!r} of {category} must be a whole number, from -4 (yields) to 9 (force)")
    rung = int(written)
    if rung not in range(-10, 11):
        raise _Mistake(f"rung {rung} of {category} must lie between -10 and 10")
    ladder = LADDER.get(category, rung)
    if ladder != rung:
        raise _Mistake(f"{category} is on rung {ladder} of the ladder; give yours another name to use rung {rung}")
    if above.get(category, rung) != rung:
        raise _Mistake(f"{category} has rung {rung} here and rung {above[category]} above; write the same rung in both")
    return category, rung


def _patterns(cells: dict[str, str], category: str) -> list[_Pattern]:
    """The cues of a line, compiled."""
    kind, cues = cells.get("kind", "").lower(), [cue.strip() for cue in cells["cues"].split(";") if cue.strip()]
    if kind and kind not in KINDS:
        raise _Mistake(f"kind {cells['kind']!r} is none of {', '.join(KINDS)}; leave it empty for verb and noun alike")
    if not cues:
        raise _Mistake(f"{category} has no cues; write at least one word or pattern")
    for cue in cues:
        _check_cue(cue)
    return [pattern for cue in cues for pattern in _compile(cue, category, kind)]


def _check_examples(examples: str, category: str, alone: Codebook) -> None:
    """Raise for an example in which the codebook of its line alone finds nothing."""
    for example in filter(str.strip, examples.split("|" if "|" in examples else ";")):
        if not alone.find(text.read(example)):
            example = example.strip()
            raise _Mistake(f"the example “{example}” holds none of the cues of {category}; mend the cue or the example")


# -- cues -------------------------------------------------------------------------------------------------------


@functools.cache
def word_classes() -> dict[str, frozenset[str]]:
    """Name of a class -> its words, from data/codebook_words.csv."""
    with open(DATA / "codebook_words.csv", encoding="utf-8", newline="") as handle:
        return {row["class"]: frozenset(row["words"].split()) for row in csv.DictReader(handle)}


def _parts(cue: str) -> list[str]:
    """The words, alternatives and gaps of a cue, in lower case with straight marks."""
    return re.sub(r"(?:\s*(?:…|\.\.+))+", f" {GAP} ", cue.translate(text.STRAIGHT).lower()).split()


def _check_cue(cue: str) -> None:
    """Raise for a cue that could never be found, or not as it was meant."""
    parts = _parts(cue)
    if GAP in (parts[0], parts[-1]):
        raise _Mistake(f"cue {cue!r} begins or ends with a gap; a gap stands between two words")
    for option in (option for part in parts if part != GAP for option in part.split("/")):
        if re.fullmatch(r"<[^<>]*>", option):
            if option[1:-1] not in word_classes():
                known = f"which data/codebook_words.csv does not have; it has {', '.join(sorted(word_classes()))}"
                raise _Mistake(f"cue {cue!r} uses the word class {option}, {known}")
        elif not WRITTEN.match(option):
            raise _Mistake(f"cue {cue!r} holds {option!r}; a cue is words, a/b, <classes> and …; join several by ;")


def _forms(part: str, kind: str, is_head: bool) -> frozenset[str]:
    """The word forms that a word, or alternatives, of a cue stand for."""
    forms: set[str] = set()
    for option in part.split("/"):
        if option.startswith("<"):
            forms |= word_classes()[option[1:-1]]
            continue
        forms.add(option)
        if is_head and kind in ("verb", ""):
            forms |= forms_of_verb(option)
        if is_head and kind in ("noun", ""):
            forms |= forms_of_noun(option)
        # short words are rarely nouns ("a", "it"): of them, only those that the dictionary calls so
        if not is_head and kind != "phrase" and (len(option) > 3 or may_be_noun(option)):
            forms |= forms_of_noun(option)
    return frozenset(forms)


def _any_of(forms: Iterable[str]) -> str:
    """A regular expression for one of the words, as a whole word."""
    return rf"(?:{'|'.join(map(re.escape, sorted(forms, key=lambda form: (-len(form), form))))})(?!\w|-\w)"


@functools.cache
def _adverb() -> str:
    return rf"(?:{NEXT}(?:\w+ly\b|{_any_of(word_classes()['adverb'])}))?"


def _begins(forms: Iterable[str]) -> frozenset[str]:
    """The words, as `WORD` finds them, that the forms begin with."""
    return frozenset(match.group() for form in forms if (match := WORD.match(form)))


def _compile(cue: str, category: str, kind: str) -> Iterator[_Pattern]:
    """The pattern of a cue, and that of its passive when it is a verb, a gap and a noun."""
    parts = _parts(cue)
    negation, words = NEGATIONS.get(parts[0], ("", ())) if len(parts) > 1 else ("", ())
    head = next(k for k, part in enumerate(parts) if part != GAP and k >= bool(negation))
    elements = [None if part == GAP else _forms(part, kind, k == head) for k, part in enumerate(parts)]
    regex = ""
    for k, forms in enumerate(elements):
        if forms is None:
            regex += WITHIN_GAP
        else:
            regex += (NEXT if k else "") + (negation if k < head else _any_of(forms))
        # "did not yet recognise", "cut sharply"
        if k <= head and kind in ("verb", "") and k + 1 < len(parts):
            regex += _adverb()
    first = frozenset(words) if negation else _begins(elements[0] or ())
    nouns = frozenset(filter(may_be_noun, first)) if kind == "verb" and not negation else frozenset()
    yield _Pattern(category, re.compile(regex, re.I), first, nouns)
    if kind in ("verb", "") and not negation and len(elements) == 3 and elements[1] is None:
        verbs = {form for option in parts[0].split("/") if option[0] != "<" for form in participles_of(option)}
        nouns = (elements[2] or frozenset()) - word_classes()["particle"]
        if verbs and nouns:
            yield _passive(category, nouns, verbs)


def _passive(category: str, nouns: frozenset[str], participles: Iterable[str]) -> _Pattern:
    """ "impose … sanctions" as "sanctions on three banks were not imposed"."""
    be = rf"(?:{'|'.join(sorted(forms_of_verb('be')))})(?:n't)?(?!\w)"
    regex = _any_of(nouns) + WITHIN_GAP + NEXT + be + rf"(?:{NEXT}not\b)?{_adverb()}{NEXT}" + _any_of(participles)
    return _Pattern(category, re.compile(regex, re.I), _begins(nouns), frozenset())


@functools.cache
def _determined() -> re.Pattern:
    """What makes the word behind it a noun: an article or owner, as in "the attack", "Norland's attack"."""
    owners = r"(?<!\bit)(?<!\bhe)(?<!\bshe)'s|s'"  # "it's hit" is no owner
    return re.compile(rf"(?:\b{_any_of(word_classes()['determiner'])}|{owners})\s+[\"']*\Z", re.I)
