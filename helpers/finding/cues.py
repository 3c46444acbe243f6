"""Cue patterns of acts: reading the lists and a user's codebook, compiling them, finding them in a sentence.

How a pattern is written is told in data/README.md. Matching is by word forms that are generated from the pattern,
longest first.
"""

import csv
import functools
import re
from pathlib import Path
from typing import NamedTuple

from helpers.finding import clauses
from helpers.finding.clauses import AUX_WORDS, BE, DATA, DETERMINER, PREPOSITION, REPORTING, word_classes
from helpers.finding.parties import GROUP_NOUNS, STATE_NOUNS, TITLE
from helpers.scheme import LADDER


class Cue(NamedTuple):
    """A compiled cue. elements: sets of word forms, None for a gap of up to `GAP` words. verb_tags: form -> tags of the
    first word when it is a verb.
    """

    words: str
    category: str
    plover: str
    kind: str
    ambiguous: bool
    troops: bool
    modality: str
    target: str
    elements: tuple
    verb_tags: dict
    size: int
    own: bool


class Codebook(NamedTuple):
    """index: first word form -> cues, longest first. classes: word classes. rungs: category -> rung, the user's own
    included.
    """

    index: dict
    classes: dict
    rungs: dict


GAP = 5
COLUMNS = ("cue", "category", "plover", "kind", "sense", "modality", "target", "example")


def _forms(element, classes):
    """The word forms one element of a pattern stands for."""
    found = set()
    for option in element.split("/"):
        if option.startswith("<"):
            found |= classes[option.strip("<>")]
        elif len(option) > 3 and option not in PREPOSITION and not option.endswith(("s", "ed", "ing")):
            found |= clauses.plural(option)
        else:
            found.add(option)
    return frozenset(found)


def _compile(row, classes, own=False):
    parts = row["cue"].lower().split()
    kind = row["kind"] or "verb"
    verb_tags, elements = {}, []
    for k, part in enumerate(parts):
        if part in ("…", "..", "..."):
            elements.append(None)
        elif k == 0 and kind == "verb" and not part.startswith("<"):
            for option in part.split("/"):
                if option == "be":
                    verb_tags.update({form: {"past", "base"} for form in BE})
                elif option == "not":
                    verb_tags.update({form: {"base"} for form in ("not", "n't", "never")})
                elif option == "never":
                    verb_tags["never"] = {"base"}
                elif option in ("must", "should", "need", "do", "opened", "shot", "overran"):
                    verb_tags[option] = {"base", "past"}
                else:
                    verb_tags.update(clauses.inflect(option))
            elements.append(frozenset(verb_tags))
        elif kind == "verb" and k == 1 and parts[0] in ("not", "never"):
            elements.append(frozenset(clauses.inflect(part)) if not part.startswith("<") else _forms(part, classes))
        else:
            elements.append(_forms(part, classes))
    return Cue(
        row["cue"],
        row["category"].upper(),
        (row.get("plover") or "").upper(),
        kind,
        (row.get("sense") or "") == "ambiguous",
        (row.get("sense") or "") == "troops",
        row.get("modality") or "",
        row.get("target") or "object",
        tuple(elements),
        verb_tags,
        sum(e is not None for e in elements),
        own,
    )


def _passive(cue):
    """The passive of a cue that is a verb, a gap and a noun ("impose … sanctions": "sanctions … imposed"), or None."""
    if cue.kind != "verb" or len(cue.elements) != 3 or cue.elements[1] is not None:
        return None
    participles = frozenset(form for form, tags in cue.verb_tags.items() if "participle" in tags)
    nouns = cue.elements[2] - PREPOSITION - DETERMINER - {"to", "it", "him", "them"}
    if not participles or not nouns:
        return None
    return cue._replace(kind="passive", elements=(nouns, None, participles), words=cue.words + " (passive)")


def _shipped_rows():
    with open(DATA / "act_cues.csv", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def read_codebook(path):
    """Rows of a user's codebook (CSV with the columns category, rung, cues, examples; optional kind, target), checked.

    cues: patterns as in data/act_cues.csv, several joined by ";". Raises FileNotFoundError, or ValueError with one
    sentence that names line and column.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no codebook file {path}.")
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not UTF-8 text: save the codebook as CSV in UTF-8.") from None
    reader = csv.DictReader(content.splitlines(), restkey="too many")
    names = [(name or "").strip().lower() for name in reader.fieldnames or []]
    missing = [name for name in ("category", "rung", "cues") if name not in names]
    if missing:
        raise ValueError(
            f"{path.name} has no column {' and no column '.join(missing)}: the first line must name category, rung, cues, examples."
        )
    reader.fieldnames = names
    rows, rungs = [], {}
    for number, row in enumerate(reader, start=2):
        if row.get("too many"):
            raise ValueError(
                f"{path.name}, line {number}: more cells than columns; put cells that hold a comma in quotation marks."
            )
        category = (row["category"] or "").strip().upper().replace(" ", "_")
        cues = [cue.strip() for cue in (row["cues"] or "").split(";") if cue.strip()]
        if not category and not cues:
            continue
        if not re.fullmatch(r"[A-Z][A-Z0-9_-]{1,39}", category):
            raise ValueError(
                f"{path.name}, line {number}: category {row['category']!r} must be a word of letters, digits, - and _."
            )
        written = (row["rung"] or "").strip()
        if not written and category in LADDER:
            written = str(LADDER[category])
        if not re.fullmatch(r"[+-]?\d{1,2}", written):
            raise ValueError(
                f"{path.name}, line {number}: rung {row['rung']!r} of {category} must be a whole number, from -4 (yields) to 9 (force)."
            )
        rung = int(written)
        if rung not in range(-10, 11):
            raise ValueError(f"{path.name}, line {number}: rung {rung} of {category} must lie between -10 and 10.")
        if category in LADDER and rung != LADDER[category]:
            raise ValueError(
                f"{path.name}, line {number}: {category} is on rung {LADDER[category]} of the ladder; give your category another name to use rung {rung}."
            )
        if rungs.setdefault(category, rung) != rung:
            raise ValueError(
                f"{path.name}, line {number}: {category} has rung {rung} here and rung {rungs[category]} above."
            )
        if not cues:
            raise ValueError(f"{path.name}, line {number}: {category} has no cues; write at least one word or pattern.")
        kind = (row.get("kind") or "").strip().lower()
        if kind and kind not in ("verb", "noun", "posture", "phrase"):
            raise ValueError(
                f"{path.name}, line {number}: kind {row['kind']!r} is none of verb, noun, posture, phrase."
            )
        for cue in cues:
            parts = cue.split()
            unknown = [c for c in re.findall(r"<([^<>]*)>", cue) if c not in word_classes()]
            if unknown:
                raise ValueError(
                    f"{path.name}, line {number}: cue {cue!r} uses the word class <{unknown[0]}>, which data/act_words.csv does not have."
                )
            if parts[0] in ("…", "...", "..") or parts[-1] in ("…", "...", ".."):
                raise ValueError(f"{path.name}, line {number}: cue {cue!r} begins or ends with a gap.")
            for one in [kind] if kind else ["verb", "noun"]:
                rows.append(
                    {
                        "cue": cue,
                        "category": category,
                        "plover": "",
                        "kind": one,
                        "sense": "plain",
                        "modality": "",
                        "target": (row.get("target") or "").strip() or "object",
                    }
                )
    if not rows:
        raise ValueError(f"{path.name} has no categories below its first line.")
    return rows, rungs


@functools.lru_cache(maxsize=8)
def _codebook(path, stamp):
    classes = word_classes()
    own, rungs = read_codebook(path) if path else ([], {})
    cues = [_compile(row, classes, own=True) for row in own] + [_compile(row, classes) for row in _shipped_rows()]
    cues += [passive for cue in cues if (passive := _passive(cue)) is not None]
    index = {}
    for cue in cues:
        for form in cue.elements[0]:
            index.setdefault(form, []).append(cue)
    for known in index.values():
        known.sort(key=lambda cue: (not cue.own, -cue.size))
    return Codebook(index, classes, LADDER | rungs)


def load_codebook(path=None):
    """The cues compiled for look-up; path: a user's codebook, whose cues win over ours (see `read_codebook` for its
    form and errors).
    """
    if not path:
        return _codebook(None, None)
    path = Path(path)
    return _codebook(str(path), path.stat().st_mtime_ns if path.is_file() else None)


class Match(NamedTuple):
    """A cue at words [first, last] of a sentence; tag: verb form (base, s, past, participle, ing) or "noun"."""

    first: int
    last: int
    cue: Cue
    tag: str

    @property
    def head(self):
        """Index of the verb: the last word of a passive, the first one of anything else."""
        return self.last if self.cue.kind == "passive" else self.first


# Verbs whose base and -s forms are also nouns: read as verbs only where the neighbours say so.


ALSO_NOUNS = frozenset(
    """attack strike hit target raid storm capture advance fight battle clash crush murder torture rape ambush assault move station base post ban block search sack jam hack blockade
    boycott sanction embargo protest rally march demonstration riot demand request appeal call urge press push pressure veto release surrender retreat free lift ease pardon aid fund
    finance train help support supply ship shelter rescue visit host meet talk phone welcome praise back promise pledge offer contact deal accord sign charge suit blame fault rebuke
    censure threat warn patrol test drill alert arm mass position dispatch scramble shell bomb beat burn loot shoot kill wound sink pound hammer gas target fire wage stage mount
    start open shut cut jail detain tow ram purge order brand label mock question fuel reject resist snub slam cover fly sail raise shift rush commit expand keep hold return swap exchange
    delay trade team call spy shout stab blast explode set lock force drive pursue downgrade freeze halt stop end leave recall bar deny quit scrap abandon ground benefit cease drop relax
    reverse lobby summon propose insist treat lend sell transfer clear distribute arrest broker discuss seal strike gather shuttle pay face rattle suffer bear approve finance increase boost
    retreat defect flee swear vow stall collapse decline skip ignore mutiny chant pelt hurl throw join lead walk down escort mine grant execute respond violate breach provoke suspect sentence hang guard honor honour land telephone finance process side sanction silence
    supply broker visit""".split()
)
ING_NOUNS = frozenset(
    "kidnapping trafficking beheading fighting shelling bombing killing shooting burning looting rioting meeting training funding funding beating hearing targeting policing rebuilding".split()
)


PARTICLES = frozenset("back down up out over".split())
MODIFIER_BEFORE_NOUN = frozenset(
    "'s of in on the a an this that these those its their his her our my any no some every each another such by from with against after before during amid for over".split()
)


def _verb_at(words, i, tags):
    """The tag with which the word at i is a verb here, or None when it is a noun or adjective."""
    low = words[i].low
    before = words[i - 1].low if i else ""
    following = words[i + 1].low if i + 1 < len(words) else ""
    if "ing" in tags:
        if before in DETERMINER or before == "'s" and not clauses._is_clitic_verb(words, i - 1):
            return None
        if i == 0 and following in PREPOSITION and following != "to":
            return None
        if (
            low in ING_NOUNS
            and before
            not in BE | {"by", "for", "from", "without", "after", "before", "while", ",", "and", "of", "'s", "not"}
            and before not in clauses.governors()
            and not (i > 1 and words[i - 2].low in clauses.governors())
        ):
            return None
        if (
            before in ("in", "amid", "during", "despite", "between", "over", "of")
            and low in ING_NOUNS
            or before in ("on", "against", "to")
            and low in ING_NOUNS
            and not (i > 1 and words[i - 2].low in clauses.governors())
        ):
            return None
        return "ing"
    if tags & {"past", "participle"} and not tags & {"base"}:
        if (
            before in DETERMINER - {"that", "these", "those", "all", "both", "other", "many", "some"}
            or before in ("'s", "of", "in", "with", "for")
            and before not in ("that",)
        ):
            if (
                following not in PREPOSITION
                and following not in (",", ".", "and")
                or before in ("a", "an", "the", "'s")
            ):
                return None
        if (
            i > 1
            and words[i - 2].low in clauses.MODAL | {"to"}
            and before not in AUX_WORDS
            and (following in TITLE or following in GROUP_NOUNS or following in STATE_NOUNS)
        ):
            return None  # "to reinstate ousted President …"
        if (
            before.endswith("ed")
            and len(before) > 4
            and (following in TITLE or following in GROUP_NOUNS or following in STATE_NOUNS)
        ):
            return None  # "evacuated wounded civilians"
        if before in PREPOSITION and (following in TITLE or following in GROUP_NOUNS or following in STATE_NOUNS):
            return None
        return "past"
    if (
        "base" in tags
        and "past" not in tags
        and (
            before in DETERMINER - {"that", "these", "those", "all", "both", "many", "some", "several", "others"}
            or before == "'s"
        )
    ):
        return None
    if (
        low not in ALSO_NOUNS
        and (low[:-1] not in ALSO_NOUNS or not low.endswith("s"))
        and (low[:-2] not in ALSO_NOUNS or not low.endswith("es"))
    ):
        return "base" if "base" in tags and "past" not in tags else "past" if "past" in tags else "s"
    if (
        before in clauses.MODAL
        or before in clauses.DO
        or before in ("to", "not", "n't", "never", "who", "which", "let")
    ):
        return "base" if before not in ("who", "which") else "s"
    if (
        before in clauses.SUBJECT_PRONOUN
        or before in clauses.ADVERB | {"and"}
        and i > 1
        and (words[i - 2].low in clauses.MODAL | clauses.SUBJECT_PRONOUN | {"to"})
    ):
        return "base"
    if "past" in tags and before in clauses.HAVE | BE:
        return "past"
    if before in MODIFIER_BEFORE_NOUN or before in PREPOSITION or before in BE or before in clauses.HAVE:
        return None
    if low in PARTICLES:
        return None
    if following in DETERMINER or following in clauses.PRONOUN:
        return "s" if "s" in tags else "past" if "past" in tags else "base"
    return "maybe"


def _match(cue, words, i):
    """Index of the last word of the cue when it matches at i, else None."""
    elements, k, j, n = cue.elements, 1, i, len(words)
    while k < len(elements):
        element = elements[k]
        if element is None:
            k += 1
            wanted, stop = elements[k], min(n, j + 2 + GAP)
            j += 1
            while j < stop and words[j].low not in wanted:
                if (
                    words[j].low in clauses.HARD
                    or words[j].low == ","
                    or words[j].low in clauses.RELATIVE
                    and words[j].low != "that"
                    or words[j].low
                    in ("if", "unless", "because", "but", "case", "after", "before", "when", "while", "amid")
                ):
                    return None
                j += 1
            if j >= stop:
                return None
        else:
            j += 1
            if (
                j < n
                and words[j].low not in element
                and k == 1
                and elements[0] & {"not", "n't"}
                and words[j].low in clauses.AUXILIARY | clauses.ADVERB
                and j + 1 < n
            ):
                j += 1  # "did not yet recognise"
            if (
                j < n
                and k == 1
                and words[j].low not in element
                and (words[j].low.endswith("ly") or words[j].low in ("also", "now", "still", "already", "again"))
            ):
                j += 1
            if j >= n or words[j].low not in element:
                return None
        k += 1
    return j


def find_cues(words, codebook, originals=None):
    """Cues of a sentence, left to right, none overlapping: longest first, then verbs, then unambiguous ones. NONE
    phrases hide what they cover.
    """
    found = []
    index = codebook.index
    for i, word in enumerate(words):
        for cue in index.get(word.low, ()):
            last = _match(cue, words, i)
            if last is None:
                continue
            if cue.kind == "passive":
                if not _be_before(words, i, last):
                    continue
                tag = "past"
            elif cue.kind == "verb":
                tag = _verb_at(words, i, cue.verb_tags[word.low])
                if tag == "maybe":
                    tag = _headline_verb(words, i, originals, cue.verb_tags[word.low])
                if tag is None:
                    continue
            else:
                tag = cue.kind
                if cue.kind == "noun" and cue.size == 1 and _verb_like(words, i):
                    continue
            found.append(Match(i, last, cue, tag))
    found.sort(
        key=lambda m: (
            not m.cue.own,
            m.cue.category != "NONE",
            -m.cue.size,
            m.tag in ("noun",),
            m.cue.ambiguous,
            "<" in m.cue.words,
            m.last - m.first,
            m.first,
        )
    )
    taken, kept = bytearray(len(words)), []
    for match in found:
        covered = taken[match.first : match.last + 1]
        shared = (
            match.cue.category == "REQUEST"
            and match.tag == "noun"
            and match.first
            and taken[match.first]
            and not any(taken[match.first + 1 : match.last + 1])
            and match.last > match.first
        )
        if any(covered) and not shared:
            continue
        taken[match.first : match.last + 1] = b"\x01" * (match.last + 1 - match.first)
        kept.append(match)
    return sorted((m for m in kept if m.cue.category != "NONE"), key=lambda m: m.first)


def _be_before(words, first, verb):
    """True when a form of "be" stands between the noun and the participle, adverbs aside: "sanctions were again
    imposed".
    """
    j = verb - 1
    while j > first and (
        words[j].low in clauses.ADVERB or words[j].low.endswith("ly") or words[j].low in clauses.NEGATION
    ):
        j -= 1
    return (
        j > first
        and words[j].low in BE
        and all(w.low not in clauses.HARD and w.low not in REPORTING for w in words[first + 1 : j])
    )


def _headline_verb(words, i, originals, tags=frozenset()):
    """Base or -s form between a name or plural and a noun phrase: "Israel strikes Beirut", "troops attack villages"."""
    if not i:
        return None
    k = i - 1
    while k > 0 and (words[k].low in clauses.ADVERB or words[k].low.endswith("ly")):
        k -= 1
    before, following = words[k], words[i + 1] if i + 1 < len(words) else None
    if (
        following is None
        or following.low in PREPOSITION | BE | clauses.MODAL
        or following.low in (".", ",", ";", ":", "and", "or", "'s")
    ):
        return None
    if (
        "past" in tags
        and (before.low.isalpha() or before.low[-1:].isdigit())
        and (following.low in DETERMINER or following.low.isalpha())
    ):
        return "past"  # cut, hit, put, shut: past and base look the same
    named = bool(originals) and originals(before)[:1].isupper()
    if words[i].low.endswith("s") and not words[i].low.endswith("ss"):
        return "s" if named else None
    return (
        "base"
        if before.low.endswith("s")
        and not before.low.endswith(("ss", "'s"))
        and before.low not in ("is", "was", "this", "his", "its", "as", "has", "does", "us", "news")
        else None
    )


def _verb_like(words, i):
    before = words[i - 1].low if i else ""
    return (
        before in clauses.MODAL | clauses.SUBJECT_PRONOUN
        or before == "to"
        and not (
            i > 1
            and words[i - 2].low
            in ("due", "response", "end", "threat", "leading", "led", "reaction", "stop", "opposition", "prior")
        )
    )
