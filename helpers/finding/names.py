"""Where names stand in a text: the encoder's spans made clean, joined with what the tables know, carried to occurrences
the encoder missed.

The first half of `entities`: here a name is a stretch of words with a type; `entities` decides whose name it is.
"""

import bisect
import functools
import re
from collections import Counter, defaultdict

from helpers.finding import gazetteers
from helpers.finding.gazetteers import GAP, TOKEN, normalise

COMPANY = frozenset(
    "inc corp co ltd plc llc ag sa nv gmbh spa bhd asa ab oyj kk limited incorporated corporation company".split()
)
GENERATION = frozenset("Jr Sr I II III IV V VI VII VIII".split())
REGAL = frozenset(
    "King Queen Pope Prince Princess Emperor Empress Saint Lord Lady Sir Dame Sister Father Brother Sheikh Sheik Duke Duchess Tsar Baroness Baron Rabbi Ayatollah".split()
)
PARTICLES = frozenset("al el ul ad as bin ibn abu van von der den de di da du dos del della la le ter ten af".split())
NEVER = frozenset(
    """January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday
    Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun The A An And But Or He She It They We I You In On At For Of To From With By
    This That These Those His Her Its Their Our My Your There Here What When Where Who Why How Which If As So Not No Yes""".split()
)
# Capitalised words that name one thing here and another thing there: never carried from one mention to the next.
TOO_COMMON = frozenset(
    """North South East West Northeast Northwest Southeast Southwest Northern Southern Eastern Western Central University College School Institute Academy
    Airport Palace Terminal House State States City Town County District Street Avenue Road Park Square Bridge Island River Lake Church Court Council Board
    Company Group Bank Party Government Parliament Ministry Department Office Committee Commission Union Nation Republic Army Navy Force Forces Center Centre
    Museum Hall Library Hospital Hotel Club League Association Society Administration Shah Tsar Poet God Lord Christ Internet Web World Man Woman Mother Father Mom Dad""".split()
)
POST_NOMINALS = frozenset("FRS DBE OBE MBE CBE KBE KCB RA MP MEP QC KC PhD MD Esq CEO JD DDS RN FBA".split())
OF_HEADS = frozenset(
    """University Bank Ministry Department Republic Kingdom State City Town Municipality Province Cape Gulf Bay Strait House Court Council Board Institute
    Church Museum Academy Union Federation Commonwealth Bureau College School Isle Duchy Halls Hall Chamber Library Archbishopric Diocese""".split()
)
GENERIC_OF = frozenset(
    "state city town village municipality province region kingdom commonwealth county district island".split()
)


class Name:
    """A name found in the text while it is being linked (mutable, private to one pass)."""

    __slots__ = (
        "end",
        "entry",
        "first",
        "gender",
        "group",
        "key",
        "kind",
        "last",
        "link",
        "metonym",
        "rule",
        "score",
        "start",
        "state",
        "title",
        "type",
    )

    def __init__(self, start, end, first, last, type_, score, entry=None, rule="name as written"):
        self.start, self.end, self.first, self.last = start, end, first, last  # characters, tokens [first, last)
        self.type, self.score, self.entry, self.rule = type_, score, entry, rule
        self.kind, self.key, self.title, self.gender, self.link, self.group, self.metonym, self.state = (
            "named",
            (),
            "",
            "",
            None,
            None,
            None,
            "",
        )


class Entity:
    """An entity of one article while mentions are being linked to it."""

    __slots__ = ("country", "display", "first", "gender", "id", "kind", "roles", "tokens", "type")

    def __init__(self, type_, display, tokens, first, kind=""):
        self.type, self.display, self.tokens, self.first, self.kind = type_, display, tokens, first, kind
        self.id, self.gender, self.roles, self.country = "", "", set(), ""


class Page:
    """The tokens of a text and what was found on it so far."""

    def __init__(self, document, gazetteer):
        self.text, self.document, self.table = document.text, document, gazetteer
        spans = [match.span() for match in TOKEN.finditer(document.text)]
        self.starts = [span[0] for span in spans]
        self.ends = [span[1] for span in spans]
        self.words = [document.text[start:end] for start, end in spans]
        self.sentence_starts = [sentence[0] for sentence in document.sentences]
        self.paragraph_starts = [paragraph[0] for paragraph in document.paragraphs]

    @functools.cached_property
    def vocabulary(self):
        """Every word as it stands somewhere in the text -> the numbers of its tokens."""
        found = defaultdict(list)
        for index, word in enumerate(self.words):
            found[word].append(index)
        return dict(found)

    def tokens_among(self, wanted):
        """Numbers of the tokens whose words are in `wanted` (anything that answers `in`), in order."""
        return sorted(index for word, found in self.vocabulary.items() if word in wanted for index in found)

    @functools.cached_property
    def capitalised(self):
        """Words that stand with a capital somewhere else than at the beginning of a sentence."""
        return {
            word
            for word, found in self.vocabulary.items()
            if word[0].isupper() and any(index not in self.openers for index in found)
        }

    def tokens_in(self, start, end):
        """Token range [first, last) inside a character range."""
        return bisect.bisect_left(self.starts, start), bisect.bisect_left(self.starts, end)

    def gap(self, index):
        """Characters between token index-1 and token index."""
        return self.text[self.ends[index - 1] : self.starts[index]] if 0 < index < len(self.starts) else "\n"

    def owns(self, index):
        """True when a token is the "s" of a possessive."""
        return self.words[index] in ("s", "S") and self.gap(index)[-1:] in ("'", "’", "ʼ", "`")

    def sentence(self, offset):
        return bisect.bisect_right(self.sentence_starts, offset) - 1

    def paragraph(self, offset):
        return bisect.bisect_right(self.paragraph_starts, offset) - 1

    @functools.cached_property
    def openers(self):
        """Numbers of the tokens that open a sentence."""
        return {bisect.bisect_left(self.starts, start) for start in self.sentence_starts}

    def opens_sentence(self, index):
        return index in self.openers

    def phrase_at(self, index):
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

    def joined(self, first, last):
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


_VERBS = frozenset(
    "is was has had will would did does can could may might should must said says told went came took made gave got won lost met saw led left became began ran wrote held wants wanted thinks thought knew knows".split()
)


def prominence(page, index, name):
    """1 for a name that opens its sentence, less for one inside, least for one that owns something or follows a
    preposition.
    """
    if name.last < len(page.words) and page.words[name.last] == "s" and page.gap(name.last).strip() in ("'", "’"):
        return 0.3
    if page.opens_sentence(index):
        return 1.0
    if name.last < len(page.words):
        after = page.words[name.last]
        if (
            page.gap(name.last) == " "
            and after[0].islower()
            and (after in _VERBS or after.endswith("ed"))
            and (not index or page.words[index - 1] not in ("of", "and", "with", "by"))
        ):
            return 0.9
        if after == "who" and page.gap(name.last) in (" ", ", "):
            return 0.9
    before = page.words[index - 1] if index else ""
    if before in ("of", "with", "by", "to", "for", "from", "against", "and", "like", "about", "on"):
        return 0.1
    return 0.6


def is_acronym(word):
    """Two to seven letters, all but one of them capitals: NATO, U.S., MoD."""
    letters = word.replace(".", "")
    return (
        2 <= len(letters) <= 7
        and sum(c.isupper() for c in letters) >= max(2, len(letters) - 1)
        and letters[0].isupper()
    )


def is_title(page, index):
    """The title a capitalised token is, as (use, gender), else None."""
    word = page.words[index]
    title = page.table.titles.get(word)
    return title if title and (word[0].isupper()) else None


def _trim(page, first, last, type_):
    """Token range without outer "the", possessive "s", honorifics and titles; and the title's words."""
    words = page.words
    if last - first == 1:
        return first, last, ""
    while last - first > 1 and page.owns(last - 1):
        last -= 1
    if last - first > 1 and words[first] in ("the", "The", "THE", "a", "A", "an", "An", "this", "This"):
        first += 1
    title = []
    if type_ in ("ORG", "LOC", "PER"):  # "libertarian Harbour Institute", "Harbour University department"
        while (
            last - first > 1
            and words[first].islower()
            and words[first] not in PARTICLES
            and any(word[0].isupper() for word in words[first + 1 : last])
        ):
            first += 1
        while (
            type_ != "PER"
            and last - first > 1
            and words[last - 1].islower()
            and words[first][0].isupper()
            and page.gap(last - 1) == " "
        ):
            last -= 1
    if type_ == "PER":
        for k in range(first + 1, last):  # "J she": a name of a person does not go on in lower case
            if (
                words[k][0].islower()
                and words[k] not in PARTICLES
                and words[k] not in ("of", "the", "and", "y", "e")
                and page.gap(k) == " "
            ):
                last = k
                break
    while last - first > 1 and (
        words[last - 1] in ("of", "and", "the", "for", "in", "at", "by") or page.owns(last - 1)
    ):
        last -= 1
    if type_ == "PER":
        while (
            last - first > 1
            and is_title(page, first)
            and (words[first + 1] != "of" or words[first] in ("Secretary", "Chief", "Minister", "Speaker"))
        ):
            if words[first] in REGAL and sum(word not in GENERATION for word in words[first:last]) == 2:
                break
            title.append(words[first])
            first += 1
            if (
                last - first > 2 and words[first] == "of" and is_title(page, first - 1)
            ):  # "Secretary of State Antony Blinken"
                following = next(
                    (
                        k
                        for k in range(first + 1, last)
                        if words[k] in ("State", "Defense", "Defence", "Staff", "Commons", "Treasury", "Energy")
                    ),
                    None,
                )
                if following is not None and following + 1 < last:
                    title += words[first : following + 1]
                    first = following + 1
    return first, last, " ".join(title)


def _spans(page, found):
    """The encoder's spans as names: trimmed, split at countries before titles and at hyphens between two table names."""
    names = []
    for start, end, type_, score in found:
        start, end = max(0, start), min(len(page.text), end)
        first, last = page.tokens_in(start, end)
        if first > 0 and page.ends[first - 1] > start and page.ends[first - 1] >= end:
            first -= 1  # the span starts inside a token
        if first >= last:
            continue
        for cut in (
            range(first + 1, last) if "\n" in page.text[start:end] else ()
        ):  # a name does not run over the end of a paragraph
            if "\n" in page.gap(cut) and page.paragraph(page.starts[cut]) != page.paragraph(page.starts[cut - 1]):
                last = cut
                break
        for a, b, kind in _parts(page, first, last, type_):
            a, b, title = _trim(page, a, b, kind)
            if _no_name(page, a, b, kind) or b - a == 1 and score < 0.7 and page.words[a].islower():
                continue
            name = Name(page.starts[a], page.ends[b - 1], a, b, kind, score)
            name.title = title
            if (
                b - a > 1
                and page.text[name.end : name.end + 1] == "."
                and name.end < end
                and (page.words[b - 1].casefold() in COMPANY or page.words[b - 1] in GENERATION)
            ):
                name.end += 1
            names.append(name)
    return _whole_persons(page, names)


def _no_name(page, first, last, type_):
    """Spans that cannot be a name by themselves: one letter, a number as a person, "Inc.", "Dr."."""
    words = page.words[first:last]
    if type_ == "MISC" and all(word.islower() for word in words):
        return True
    if last - first == 1:
        word = words[0]
        if word.casefold() in COMPANY or page.text[page.ends[first] : page.ends[first] + 1] == "$":
            return True
        if type_ == "PER" and (
            word[:-1] in page.table.titles
            and word[-1] == "s"
            or word in page.table.titles
            and page.words[last : last + 1] == ["of"]
        ):
            return True  # "Senators", "Earl of Clare"
        if (
            type_ == "PER"
            and word in page.table.titles
            and word not in REGAL
            and last < len(page.words)
            and page.gap(last) in (" ", ". ")
            and page.words[last][0].isupper()
        ):
            return True  # "Mayor" marked apart from the name
        if (
            type_ != "PER"
            and word in page.table.titles
            and last < len(page.words)
            and page.gap(last) == " "
            and is_title(page, last)
        ):
            return True  # "Crown" Prince
        if word in POST_NOMINALS and page.gap(first) in (", ", " , "):
            return True
        if (
            type_ != "LOC"
            and word.lower() in page.vocabulary
            and word[1:].islower()
            and page.opens_sentence(first)
            and word not in page.capitalised
        ):
            return True  # an ordinary word that opens a sentence
        return (
            len(word) == 1
            and word.isascii()
            or not any(c.isalpha() for c in word)
            and type_ in ("PER", "LOC")
            or page.table.titles.get(word, ("",))[0] == "honorific"
            and word not in REGAL
        )
    return all(word.casefold() in COMPANY or word in ("et", "al") for word in words)


def _whole_persons(page, names):
    """Two person spans with only a space between them are one name the model cut ("Donald" + "J. Trump"); a given name
    before an initial belongs to it.
    """
    names.sort(key=lambda n: (n.first, -n.last))
    whole = []
    for name in names:
        before = whole[-1] if whole else None
        if (
            before is not None
            and before.type in ("ORG", "LOC")
            and name.type in ("ORG", "LOC")
            and name.first - before.last in (1, 2)
            and page.words[before.last] == "of"
            and page.words[before.last - 1] in OF_HEADS
        ):
            # "University" of "Ghana"
            before.last, before.end, before.score = name.last, name.end, max(before.score, name.score)
            continue
        if (
            before is not None
            and before.type == name.type == "PER"
            and before.last == name.first
            and name.last - before.first < 7
            and (page.gap(name.first) == " " or page.gap(name.first) == ". " and len(page.words[before.last - 1]) == 1)
        ):
            before.last, before.end, before.score = name.last, name.end, max(before.score, name.score)
            continue
        k = name.first - 1
        if (
            name.type == "PER"
            and k >= 0
            and name.last - name.first < 3
            and page.words[k] in page.table.given
            and page.gap(name.first) == " "
            and (before is None or before.last <= k)
        ):
            if (
                len(page.words[name.first]) == 1
                or name.last - name.first == 1
                and page.words[k] not in NEVER
                and not is_title(page, k)
            ):
                name.first, name.start = k, page.starts[k]
        whole.append(name)
    lasts = {page.words[name.last - 1] for name in whole if name.type == "PER"}
    for k, name in enumerate(whole):  # a given name before a last name that the model missed here and saw elsewhere
        after = name.last
        if (
            name.type == "PER"
            and name.last - name.first == 1
            and page.words[name.first] in page.table.given
            and after < len(page.words)
            and page.gap(after) == " "
            and page.words[after] in lasts
            and page.words[after] != page.words[name.first]
        ):
            if k + 1 == len(whole) or whole[k + 1].first > after:
                name.last, name.end = after + 1, page.ends[after]
    return whole


def _parts(page, first, last, type_):
    """The pieces of a span that runs over a comma, a bracket or a quotation mark, each taken apart by `_pieces`."""
    if last - first > 1 and type_ != "MISC":
        # William “Bill” Stanton
        nickname = type_ == "PER" and re.fullmatch(
            r"[^“\"‘'(]+[“\"‘'(]\w+[”\"’')] [^”\"’')]+", page.text[page.starts[first] : page.ends[last - 1]]
        )
        for k in range(first + 1, last) if not nickname else ():
            gap = page.gap(k)
            if (
                len(gap) > 1
                and any(c in gap for c in ',;:()[]“”"')
                and page.words[k].casefold() not in COMPANY
                and page.words[k] not in GENERATION
                and page.words[k][-1:] != "."
            ):
                kind = "PER" if last - k > 1 and page.words[k] in page.table.given else type_
                return [*_pieces(page, first, k, type_), *_parts(page, k, last, kind)]
    return _pieces(page, first, last, type_)


def _pieces(page, first, last, type_):
    """A span's parts: "Russian President Vladimir Putin" → Russian + President Vladimir Putin; "Ukraine-Russia" → both."""
    if last - first == 1:
        return ((first, last, type_),)
    if last - first > 1:
        if page.words[first] in ("R", "D", "I") and page.gap(first + 1) == "-":
            return [(first + 1, last, "LOC")]  # "(D-Calif.)"
        hit = page.phrase_at(first)
        if hit and first + hit[0] < last and hit[1].type != "PER":
            after = first + hit[0]
            gap = page.gap(after)
            if gap in ("-", "‑", "–", "/"):
                second = page.phrase_at(after)
                if second and after + second[0] == last:
                    return [(first, after, hit[1].type), (after, last, second[1].type)]
                if page.words[after][0].islower():
                    return [(first, after, hit[1].type)]
            k = after + 1 if page.owns(after) else after
            while k < last and is_title(page, k):
                k += 1
            if (
                k > after
                and k < last
                and is_title(page, k - 1)
                and page.words[k][0].isupper()
                and type_ in ("PER", "MISC", "ORG", "LOC")
            ):
                if type_ == "PER" or page.words[k] in page.table.given:
                    start = after + 1 if page.words[after] in ("s", "S") else after
                    return [(first, after, hit[1].type), (start, last, "PER")]
        if type_ == "PER" and "and" in page.words[first + 1 : last - 1]:
            k = page.words.index("and", first + 1, last - 1)
            return [(first, k, "PER"), (k + 1, last, "PER")]
    # "U.S.-led", "Moscow-based": the name is the capitalised part
    for k in range(last - 1, first, -1):
        if (
            page.words[k][0].islower()
            and page.gap(k) in ("-", "‑", "–")
            and page.words[k] not in PARTICLES
            and page.words[k - 1][0].isupper()
            and k == last - 1
            and type_ in ("MISC", "LOC", "ORG")
        ):
            hit = page.phrase_at(first)
            if hit and first + hit[0] == k:
                return [(first, k, hit[1].type)]
    return [(first, last, type_)]


def _table_hits(page):
    """Names the tables know, wherever they stand: [(first token, last token, Entry)]."""
    hits, until, phrases = [], 0, page.table.phrases
    for index in page.tokens_among(phrases):
        if index >= until:
            hit = page.phrase_at(index)
            if hit:
                until = index + hit[0]
                hits.append((index, until, hit[1]))
    return hits


def _language(page, first, last):
    """True for "in English", "speaks Russian", "the French language": not a people."""
    before = page.words[first - 1] if first else ""
    after = page.words[last] if last < len(page.words) else ""
    if after in ("language", "languages", "lessons", "dialect", "translation") and page.gap(last) == " ":
        return True
    if (
        before in ("speak", "speaks", "speaking", "spoke", "spoken", "speaker", "learn", "learning", "into")
        and page.gap(first) == " "
    ):
        return True
    return before in ("in", "In") and (
        page.gap(last) not in (" ", "-") or after in ("and", "or", "on", "by", "with", "at", "that", "for", "to")
    )


UNIT = frozenset(
    "Division Corps Brigade Regiment Battalion Fleet Army Squadron Wing Infantry Marines Airborne Cavalry Guards".split()
)
ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|d)\Z|(?:First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth)\Z")


def _units(page):
    """Numbered military units ("82nd Airborne Division"), which are written alike everywhere: [(first token, last
    token)].
    """
    words, found = page.words, []
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


def _join(page, names, hits):
    """Encoder names and table hits as one list without overlaps."""
    names.sort(key=lambda n: (n.first, -n.last))
    kept, until = [], -1
    for name in names:  # a span inside another one may stay (a model that nests them), one that straddles two may not
        if name.first >= until or name.last <= until and (name.first, name.last) != (kept[-1].first, kept[-1].last):
            kept.append(name)
            until = max(until, name.last)
    firsts = [name.first for name in kept]
    added, dropped = [], set()
    for first, last, entry in hits:
        if last - first > 1 and page.words[first] in ("The", "the"):
            first += 1  # a span never holds its article, also where the table's name does
        k = bisect.bisect_right(firsts, first) - 1
        touching = [
            kept[i]
            for i in range(max(0, k), min(len(kept), bisect.bisect_left(firsts, last)))
            if kept[i].first < last and kept[i].last > first
        ]
        if not touching:
            if _may_add(page, first, last, entry):
                name = Name(page.starts[first], page.ends[last - 1], first, last, entry.type, 0.5, entry, "known name")
                added.append(name)
            continue
        same = next((t for t in touching if t.first == first and t.last == last), None)
        if same is not None:
            same.entry = entry
        elif all(t.first >= first and t.last <= last for t in touching) and (entry.safe or last - first > 1):
            for t in touching:
                dropped.add(id(t))
            name = Name(
                page.starts[first], page.ends[last - 1], first, last, entry.type, max(t.score for t in touching), entry
            )
            added.append(name)
    names = [n for n in kept if id(n) not in dropped] + added
    for first, last in _units(page):
        names = [n for n in names if not first <= n.first < last]
        names.append(Name(page.starts[first], page.ends[last - 1], first, last, "ORG", 0.8, None, "numbered unit"))
    names.sort(key=lambda n: n.start)
    for name in names:  # "U.S." keeps its dot when the span is a table name
        if (
            name.end < len(page.text)
            and page.text[name.end] == "."
            and name.entry
            and name.entry.name
            and page.words[name.last - 1] + "." in _DOTTED
        ):
            name.end += 1
    return names


_DOTTED = frozenset(
    "Ala. Ariz. Ark. Calif. Colo. Conn. Del. Fla. Ga. Ill. Ind. Kan. Ky. La. Md. Mass. Mich. Minn. Miss. Mo. Mont. Neb. Nev. Okla. Ore. Pa. Tenn. Tex. Va. Vt. Wash. Wis. Wyo. Inc. Corp. Co. Ltd.".split()
)


def _shouting(page, index):
    """True when the line a token stands in is all capitals (a headline)."""
    number = page.paragraph(page.starts[index])
    if number < 0:
        return False
    start, end = page.document.paragraphs[number]
    return end - start < 300 and page.text[start:end].isupper()


def _may_add(page, first, last, entry):
    if (
        not entry.safe
        or entry.type == "MISC"
        or entry.form != "demonym"
        and entry.kind in ("region",)
        and last - first == 1
        and page.words[first] in ("Gulf", "Pacific", "Atlantic", "Arctic")
    ):
        return False
    word = page.words[first]
    if (
        page.text[page.ends[last - 1] : page.ends[last - 1] + 1] == "$"
        or word == "US"
        and re.match(r"[- ]?\d", page.text[page.ends[first] : page.ends[first] + 2])
    ):
        return False  # US$ and highways
    if (
        entry.form == "demonym"
        and word.endswith("s")
        and last - first == 1
        and first
        and page.gap(first) == " "
        and page.words[first - 1][0].isupper()
        and page.words[first - 1] not in NEVER
        and not page.opens_sentence(first - 1)
    ):
        return False  # a team: "Indianapolis Indians"
    if word.isupper() and last - first == 1 and len(word) <= 4 and "." not in word and _shouting(page, first):
        return False  # "US" in an all-capitals line may be the pronoun
    if (
        word.isupper()
        and len(word) > 4
        and entry.form == "name"
        and entry.type == "LOC"
        and entry.name.upper() == word
        and word in page.table.given
    ):
        return False
    if last - first == 1 and entry.form != "acronym":
        # part of a longer name that the encoder did not see ("Turkey Creek", "Paris Hilton")
        before, after = first - 1, last
        if (
            after < len(page.words)
            and page.gap(after) == " "
            and page.words[after][0].isupper()
            and page.words[after] not in NEVER
            and entry.form == "name"
            and not is_title(page, after)
            and entry.kind not in ("country",)
        ):
            return False
        if (
            before >= 0
            and page.gap(first) == " "
            and page.words[before] in page.table.given
            and entry.kind != "country"
        ):
            return False
    return not (entry.form == "demonym" and _language(page, first, last))


def _carry(page, names):
    """Recognised names carried to capitalised occurrences that neither encoder nor table caught."""
    wanted = {}
    for name in names:
        if name.entry is not None or name.score < 0.4 or name.kind == "demonym":
            continue
        tokens = tuple(page.words[name.first : name.last])
        if len(tokens) == 1 and (
            tokens[0] in NEVER
            or tokens[0] in TOO_COMMON
            or tokens[0] in page.table.titles
            or len(tokens[0]) < 3
            or not tokens[0][0].isupper()
        ):
            continue
        wanted.setdefault(tokens, name.type)
        if (
            name.type == "PER"
            and len(tokens) > 1
            and len(tokens[-1]) > 3
            and tokens[-1][0].isupper()
            and tokens[-1] not in GENERATION
            and tokens[-1] not in NEVER
        ):
            wanted.setdefault(tokens[-1:], "PER")
    if not wanted:
        return names
    by_first = defaultdict(list)
    for tokens in sorted(wanted, key=len, reverse=True):
        by_first[tokens[0]].append(tokens)
    covered = bytearray(len(page.words) + 1)
    for name in names:
        for k in range(name.first, name.last):
            covered[k] = 1
    words, added = page.words, []
    for index in page.tokens_among(by_first):
        if covered[index]:
            continue
        word = words[index]
        for tokens in by_first[word]:
            n = len(tokens)
            if (
                tuple(words[index : index + n]) != tokens
                or any(covered[index : index + n])
                or not page.joined(index, index + n)
            ):
                continue
            if n == 1:
                if word.lower() in page.vocabulary and page.opens_sentence(index):
                    continue
                after = index + 1
                if (
                    after < len(words)
                    and not covered[after]
                    and page.gap(after) == " "
                    and words[after][0].isupper()
                    and words[after] not in NEVER
                    and not _shouting(page, index)
                ):
                    continue
                if (
                    index
                    and not covered[index - 1]
                    and page.gap(index) == " "
                    and words[index - 1][0].isupper()
                    and words[index - 1] not in NEVER
                    and not is_title(page, index - 1)
                    and not page.opens_sentence(index - 1)
                    and words[index - 1] not in page.table.given
                ):
                    continue
                if index and page.gap(index) in ("-", "'", "’") and words[index - 1][0].isupper():
                    continue
            if (
                n == 1
                and wanted[tokens] == "PER"
                and index
                and not covered[index - 1]
                and page.gap(index) == " "
                and words[index - 1] in page.table.given
            ):
                index, n = index - 1, 2  # with the given name the model missed
            name = Name(
                page.starts[index],
                page.ends[index + n - 1],
                index,
                index + n,
                wanted[tokens],
                0.5,
                None,
                "carried over from another mention",
            )
            added.append(name)
            for k in range(index, index + n):
                covered[k] = 1
            break
    return sorted(names + added, key=lambda n: n.start) if added else names


HEADS = frozenset(
    """Court Council Commission Committee Bank University Ministry Department Party Agency Board Parliament Assembly Institute Association Federation League
    Company Fund Authority Organization Organisation Foundation Corporation Service Bureau Tribunal Secretariat Alliance Congress Senate College School
    Hospital Museum Society Union Academy Center Centre Group Guard Army Navy Force Journal Times Post Herald Tribune Telegraph Guardian Mail Observer""".split()
)


def _add_short_forms(page, names):
    """Acronyms given in brackets, wherever they stand, and capitalised heads after "the" ("the Court") of the one
    organisation they can mean.
    """
    heads, acronyms = defaultdict(set), {}
    words = page.words
    for name in names:
        if name.last - name.first < 2 or name.type not in ("ORG", "LOC", "MISC"):
            continue
        if name.type == "ORG":
            for word in {words[name.first], words[name.last - 1]}:
                if word in HEADS:
                    heads[word].add(tuple(words[name.first : name.last]))
        k = name.last
        if (
            k < len(words)
            and page.gap(k) in (" (", " [", ". (")
            and is_acronym(words[k])
            and page.text[page.ends[k] : page.ends[k] + 1] in (")", "]")
        ):
            initials = "".join(word[0] for word in words[name.first : name.last])
            if words[k][0] == initials[0] or words[k][-1].upper() == initials[-1].upper():
                acronyms[words[k]] = name.type
    heads = {word: "ORG" for word, forms in heads.items() if len(forms) == 1}
    if not heads and not acronyms:
        return names
    covered = bytearray(len(words) + 1)
    for name in names:
        covered[name.first : name.last] = b"\x01" * (name.last - name.first)
    added = []
    for index in page.tokens_among({**acronyms, **heads}):
        if covered[index]:
            continue
        word = words[index]
        type_ = acronyms.get(word)
        if type_ is None and word in heads and index and words[index - 1] in ("the", "The") and page.gap(index) == " ":
            after = index + 1
            if after == len(words) or page.gap(after) != " " or not words[after][0].isupper():
                type_ = "ORG"
        if type_ is not None:
            added.append(Name(page.starts[index], page.ends[index], index, index + 1, type_, 0.5, None, "short form"))
    return sorted(names + added, key=lambda n: n.start) if added else names


def _keys(page, names):
    for name in names:
        words = page.words[name.first : name.last]
        key = tuple(normalise(word) for word in words)
        if len(words) > 1 and ("'" in page.text[name.start : name.end] or "’" in page.text[name.start : name.end]):
            words = re.split(r"[\s-]+", page.text[name.start : name.end].replace("’", "'"))  # "O'Reilly" is one word
            words = [word.strip(".,'") for word in words if word.strip(".,'")] or page.words[name.first : name.last]
            key = tuple(normalise(word) for word in words)
        if name.type == "PER":
            while len(key) > 1 and (words[-1] in GENERATION or words[-1] in POST_NOMINALS):
                key, words = key[:-1], words[:-1]
            if len(key) == 2 and words[0] in REGAL:
                name.title, key = words[0], key[1:]
        else:
            while len(key) > 1 and key[-1] in COMPANY:
                key = key[:-1]
            if name.type == "LOC" and name.entry is None:
                _place_key(page, name, words, key)
            elif name.type == "ORG" and name.entry is None and len(key) > 1:
                _state_organ_key(page, name)
        name.key = key


def _place_key(page, name, words, key):
    """Table entry for "the State of Pennsylvania", "Tulsa, OK" and the like."""
    if len(key) > 2 and key[1] == "of" and key[0] in GENERIC_OF:
        known = page.table.names.get(" ".join(key[2:]))
        if known is not None and known.type == "LOC":
            name.entry = known
    elif len(words) == 1 and words[0] in page.table.postal and page.gap(name.first) == ", ":
        name.entry = page.table.postal[words[0]]


def _state_organ_key(page, name):
    """Table entry for "US Treasury Department", "British Foreign Office": a state and one of its organs."""
    words = page.words[name.first : name.last]
    for k in range(1, min(3, len(words))):
        state = next(
            (entry for tokens, entry in page.table.phrases.get(words[0], ()) if tokens == tuple(words[:k])), None
        )
        if state is not None and state.kind == "country":
            organ = page.table.names.get(normalise(" ".join(words[k:])))
            if organ is not None and organ.type == "ORG" and organ.country == state.country:
                name.entry = organ
            return


def _vote(page, names):
    """One type for all mentions with the same words, and which of them are the table's entity."""
    votes = defaultdict(Counter)
    for name in names:
        if name.type != "PER" and len(name.key) > 1 and " ".join(name.key) in page.table.people:
            name.type = "PER"
        votes[name.key][name.type] += 0.2 + name.score
    full = {name.key[-1] for name in names if name.type == "PER" and len(name.key) > 1}
    parts = {word for name in names if name.type != "PER" and len(name.key) > 1 for word in name.key}
    heads = {name.key[0] for name in names if name.type == "ORG" and len(name.key) > 1}
    for key, count in votes.items():
        if len(key) == 1 and key[0] in full:
            count["PER"] += 0.7 if key[0] in parts else 2.5  # the last name of somebody in this article
        elif len(key) == 1 and count["PER"] and key[0] in page.table.surnames:
            count["PER"] += 0.5
        elif len(key) == 1 and key[0] in heads and count["PER"] < 2:
            count["ORG"] += 1.0  # "Exxon" beside Exxon Mobil
    winners = {key: max(count, key=count.get) for key, count in votes.items()}
    for name in names:
        entry, count, most = name.entry, votes[name.key], winners[name.key]
        if entry is None:
            if not (name.type == "PER" and len(name.key) == 1 and name.key[-1] in full):
                name.type = most
        elif entry.form == "demonym":
            if name.type == "PER" and (name.key[-1] in full or name.score >= 0.8):
                name.entry = None  # "Dane", "French" as surnames
            else:
                name.kind, name.type = "demonym", entry.type
        elif name.type == "ORG" and entry.kind in ("city", "capital", "state") and _is_team(page, name):
            name.entry = None
        elif _is_entry(page, name, entry, most, count, full):
            name.type = entry.type
        else:
            name.entry = None
            name.type = name.type if name.type == "PER" and name.key[-1] in full else most


def _is_team(page, name):
    """A town's name with a score or a standing after it, or "at" between two of them: the town's team."""
    after = name.last
    return after < len(page.words) and (
        page.words[after][:1].isdigit()
        and page.gap(after) == " "
        and len(page.words[after]) < 4
        or page.words[after] in ("AT", "v", "V", "vs")
    )


def _is_entry(page, name, entry, most, count, full):
    """Whether a mention with a table name's words means the table's entity here."""
    person = name.type == "PER" and name.key[-1] in full
    if entry.type == "ORG":
        if entry.safe and name.last - name.first > 1:
            return True  # "Al Jazeera"
        if person:
            return False
        if entry.safe or entry.form == "acronym":
            return True
        return most == "ORG" or most == "LOC" and entry.generic
    if entry.kind == "country":
        return not (most == "PER" and count["LOC"] == 0 and page.words[name.first] in page.table.given) and not (
            person and page.words[name.first] in page.table.given
        )
    if person:
        return False
    if most == "PER":  # towns and states that are also names of persons
        return page.words[name.first] not in page.table.given and page.words[name.first] not in gazetteers.UNSAFE
    return not (most == "ORG" and entry.kind == "city")  # a team or company named like the town


def find_names(page, spans):
    """The names of a page, in order, as `Name`s with key and settled type. spans: the encoder's (start, end, type,
    score).
    """
    names = _join(page, _spans(page, spans), _table_hits(page))
    names = _add_short_forms(page, _carry(page, names))
    _keys(page, names)
    _vote(page, names)
    return names
