"""Mentions of persons, organisations and places in one article, each linked to an entity by a rule that can be read.

The encoder says where names are; the rest is rules over tables (`helpers/data/`), because rules can be explained and undone:

1. names: the encoder's spans, trimmed (titles, possessives), joined with what the tables know, types settled by vote,
   recognised names carried to occurrences the encoder missed;
2. links: country table (demonyms count for the country) → persons (titles stripped, short forms to the nearest preceding full
   name, never across conflicting first names) → acronyms (in brackets, by initials, by table) → the one longer organisation that a
   short form abbreviates;
3. he and she, and descriptions ("the senior defense official"), by salience, gender, number and distance. "It" is left alone.

Everything is a pure function of one text. Analysts' corrections come afterwards (`corrections`), counts in `counts`.
"""

import bisect
import functools
import math
import re
from collections import Counter, defaultdict
from typing import NamedTuple

from helpers import gazetteers
from helpers.counts import count_entities
from helpers.gazetteers import GAP, TOKEN, entity_id, normalise

__all__ = ["Mention", "affiliations", "antecedent", "count_entities", "country_of", "find_mentions", "overlapping", "resolve"]


class Mention(NamedTuple):
    """One mention. Fields are the columns of the table `mentions`.

    start, end: character offsets into the article's text; text: the words. type: PER ORG LOC MISC. kind: named, demonym, pronoun,
    nominal. entity_id: type and normalised name, the same in every article. entity: name to show. metonym_of: entity_id of the state
    that a capital or seat of government may stand for here, or None. rule: why it was linked. score: the encoder's score, 0 to 1.
    """

    start: int
    end: int
    text: str
    type: str
    kind: str
    entity_id: str
    entity: str
    metonym_of: str | None
    rule: str
    score: float


COMPANY = frozenset("inc corp co ltd plc llc ag sa nv gmbh spa bhd asa ab oyj kk limited incorporated corporation company".split())
GENERATION = frozenset("Jr Sr I II III IV V VI VII VIII".split())
REGAL = frozenset("King Queen Pope Prince Princess Emperor Empress Saint Lord Lady Sir Dame Sister Father Brother Sheikh Sheik Duke Duchess Tsar Baroness Baron Rabbi Ayatollah".split())
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
GENERIC_OF = frozenset("state city town village municipality province region kingdom commonwealth county district island".split())
SHORT_FOR = {
    "joe": "joseph", "bill": "william", "will": "william", "bob": "robert", "rob": "robert", "dick": "richard", "rick": "richard", "mike": "michael",
    "jim": "james", "jimmy": "james", "tom": "thomas", "tony": "anthony", "ted": "edward", "ed": "edward", "dan": "daniel", "dave": "david",
    "steve": "steven", "ben": "benjamin", "sam": "samuel", "alex": "alexander", "matt": "matthew", "chris": "christopher", "nick": "nicholas",
    "pete": "peter", "greg": "gregory", "jeff": "jeffrey", "ron": "ronald", "don": "donald", "ken": "kenneth", "larry": "lawrence", "andy": "andrew",
    "chuck": "charles", "charlie": "charles", "jack": "john", "liz": "elizabeth", "beth": "elizabeth", "kate": "katherine", "kathy": "katherine",
    "sue": "susan", "barb": "barbara", "debbie": "deborah", "jen": "jennifer", "jenny": "jennifer", "meg": "margaret", "maggie": "margaret",
    "patty": "patricia", "vicky": "victoria", "bernie": "bernard", "mitch": "mitchell", "max": "maximilian", "tim": "timothy", "josh": "joshua",
}
SMALL = frozenset("of and the for on in at de la du des to &".split())
HE = {"he": "subject", "him": "object", "his": "owner", "himself": "self"}
SHE = {"she": "subject", "her": "owner", "hers": "owner", "herself": "self"}
SAYING = frozenset("said says say added told adds tells explained wrote warned insisted continued noted argued stressed".split())
PLACE_IN = frozenset("in near outside around inside across throughout central downtown visiting visited".split())
PLACE_HEADS = frozenset("mount mt lake cape fort port camp river isle".split())
PLACE_TAILS = frozenset("school college university museum hotel mansion books theatre theater stadium airport hospital cathedral palace castle library gallery prison restaurant cafe bookstore zoo".split())


class _Name:
    """A name found in the text while it is being linked (mutable, private to one pass)."""

    __slots__ = ("end", "entry", "first", "gender", "group", "key", "kind", "last", "link", "metonym", "rule", "score", "start", "title", "type")

    def __init__(self, start, end, first, last, type_, score, entry=None, rule="name as written"):
        self.start, self.end, self.first, self.last = start, end, first, last  # characters, tokens [first, last)
        self.type, self.score, self.entry, self.rule = type_, score, entry, rule
        self.kind, self.key, self.title, self.gender, self.link, self.group, self.metonym = "named", (), "", "", None, None, None


class _Entity:
    """An entity of one article while mentions are being linked to it."""

    __slots__ = ("country", "display", "first", "gender", "id", "kind", "roles", "tokens", "type")

    def __init__(self, type_, display, tokens, first, kind=""):
        self.type, self.display, self.tokens, self.first, self.kind = type_, display, tokens, first, kind
        self.id, self.gender, self.roles, self.country = "", "", set(), ""


class _Page:
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
        """Every word as it stands somewhere in the text."""
        return set(self.words)

    @functools.cached_property
    def capitalised(self):
        """Words that stand with a capital somewhere else than at the beginning of a sentence."""
        return {word for index, word in enumerate(self.words) if word[0].isupper() and not self.opens_sentence(index)}

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

    def opens_sentence(self, index):
        number = self.sentence(self.starts[index])
        return number < 0 or not any(c.isalnum() for c in self.text[self.sentence_starts[number] : self.starts[index]])

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
        """True when the tokens stand together as one name does: with spaces, hyphens, dots between them, in one paragraph; a comma only before "D.C."."""
        for k in range(first + 1, last):
            gap = self.gap(k)
            if gap == " ":
                continue
            if not GAP.match(gap) or "," in gap and self.words[k][-1:] != ".":
                return False
            if "\n" in gap and self.paragraph(self.starts[k]) != self.paragraph(self.starts[k - 1]):
                return False
        return True


# -- 1. names -----------------------------------------------------------------------------------------------------------


def _is_title(page, index):
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
    while last - first > 1 and words[last - 1] in ("of", "and", "the", "for", "in", "at", "by"):
        last -= 1
    if type_ == "PER":
        for k in range(first + 1, last):  # "J she": a name of a person does not go on in lower case
            if words[k][0].islower() and words[k] not in PARTICLES and words[k] not in ("of", "the", "and", "y", "e") and page.gap(k) == " ":
                last = k
                break
        while last - first > 1 and _is_title(page, first) and (words[first + 1] != "of" or words[first] in ("Secretary", "Chief", "Minister", "Speaker")):
            if words[first] in REGAL and last - first == 2 and words[last - 1] not in ("Minister",):
                break
            title.append(words[first])
            first += 1
            if last - first > 2 and words[first] == "of" and _is_title(page, first - 1):  # "Secretary of State Antony Blinken"
                following = next((k for k in range(first + 1, last) if words[k] in ("State", "Defense", "Defence", "Staff", "Commons", "Treasury", "Energy")), None)
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
        for cut in range(first + 1, last) if "\n" in page.text[start:end] else ():  # a name does not run over the end of a paragraph
            if "\n" in page.gap(cut) and page.paragraph(page.starts[cut]) != page.paragraph(page.starts[cut - 1]):
                last = cut
                break
        for a, b, kind in _parts(page, first, last, type_):
            a, b, title = _trim(page, a, b, kind)
            if _no_name(page, a, b, kind):
                continue
            name = _Name(page.starts[a], page.ends[b - 1], a, b, kind, score)
            name.title = title
            if b - a > 1 and page.text[name.end : name.end + 1] == "." and name.end < end and (page.words[b - 1].casefold() in COMPANY or page.words[b - 1] in GENERATION):
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
        if type_ == "PER" and (word[:-1] in page.table.titles and word[-1] == "s" or word in page.table.titles and page.words[last : last + 1] == ["of"]):
            return True  # "Senators", "Earl of Clare"
        if word in POST_NOMINALS and page.gap(first) in (", ", " , "):
            return True
        if type_ != "LOC" and word.lower() in page.vocabulary and word[1:].islower() and page.opens_sentence(first) and word not in page.capitalised:
            return True  # an ordinary word that opens a sentence
        return len(word) == 1 and word.isascii() or not any(c.isalpha() for c in word) and type_ in ("PER", "LOC") or page.table.titles.get(word, ("",))[0] == "honorific" and word not in REGAL
    return all(word.casefold() in COMPANY or word in ("et", "al") for word in words)


def _whole_persons(page, names):
    """Two person spans with only a space between them are one name the model cut ("Donald" + "J. Trump"); a given name before an initial belongs to it."""
    names.sort(key=lambda n: (n.first, -n.last))
    whole = []
    for name in names:
        before = whole[-1] if whole else None
        if before is not None and before.type in ("ORG", "LOC") and name.type in ("ORG", "LOC") and name.first - before.last in (1, 2) and page.words[before.last] == "of" and page.words[before.last - 1] in OF_HEADS:
            before.last, before.end, before.score = name.last, name.end, max(before.score, name.score)  # "University" of "Ghana"
            continue
        if before is not None and before.type == name.type == "PER" and before.last == name.first and name.last - before.first < 7 and (page.gap(name.first) == " " or page.gap(name.first) == ". " and len(page.words[before.last - 1]) == 1):
            before.last, before.end, before.score = name.last, name.end, max(before.score, name.score)
            continue
        k = name.first - 1
        if name.type == "PER" and k >= 0 and len(page.words[name.first]) == 1 and page.words[k] in page.table.given and page.gap(name.first) == " " and (before is None or before.last <= k):
            name.first, name.start = k, page.starts[k]
        whole.append(name)
    lasts = {page.words[name.last - 1] for name in whole if name.type == "PER"}
    for k, name in enumerate(whole):  # a given name before a last name that the model missed here and saw elsewhere
        after = name.last
        if name.type == "PER" and name.last - name.first == 1 and page.words[name.first] in page.table.given and after < len(page.words) and page.gap(after) == " " and page.words[after] in lasts and page.words[after] != page.words[name.first]:
            if k + 1 == len(whole) or whole[k + 1].first > after:
                name.last, name.end = after + 1, page.ends[after]
    return whole


def _parts(page, first, last, type_):
    """The pieces of a span that runs over a comma, a bracket or a quotation mark, each taken apart by `_pieces`."""
    if last - first > 1 and type_ != "MISC":
        for k in range(first + 1, last):
            gap = page.gap(k)
            if len(gap) > 1 and any(c in gap for c in ",;:()[]“”\"") and page.words[k].casefold() not in COMPANY and page.words[k] not in GENERATION and page.words[k][-1:] != ".":
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
            while k < last and _is_title(page, k):
                k += 1
            if k > after and k < last and _is_title(page, k - 1) and page.words[k][0].isupper() and type_ in ("PER", "MISC", "ORG", "LOC"):
                if type_ == "PER" or page.words[k] in page.table.given:
                    start = after + 1 if page.words[after] in ("s", "S") else after
                    return [(first, after, hit[1].type), (start, last, "PER")]
        if type_ == "PER" and "and" in page.words[first + 1 : last - 1]:
            k = page.words.index("and", first + 1, last - 1)
            return [(first, k, "PER"), (k + 1, last, "PER")]
    # "U.S.-led", "Moscow-based": the name is the capitalised part
    for k in range(last - 1, first, -1):
        if page.words[k][0].islower() and page.gap(k) in ("-", "‑", "–") and page.words[k] not in PARTICLES and page.words[k - 1][0].isupper() and k == last - 1 and type_ in ("MISC", "LOC", "ORG"):
            hit = page.phrase_at(first)
            if hit and first + hit[0] == k:
                return [(first, k, hit[1].type)]
    return [(first, last, type_)]


def _table_hits(page):
    """Names the tables know, wherever they stand: [(first token, last token, Entry)]."""
    hits, until, phrases = [], 0, page.table.phrases
    for index in [k for k, word in enumerate(page.words) if word in phrases]:
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
    if before in ("speak", "speaks", "speaking", "spoke", "spoken", "speaker", "learn", "learning", "into") and page.gap(first) == " ":
        return True
    return before in ("in", "In") and (page.gap(last) not in (" ", "-") or after in ("and", "or", "on", "by", "with", "at", "that", "for", "to"))


UNIT = frozenset("Division Corps Brigade Regiment Battalion Fleet Army Squadron Wing Infantry Marines Airborne Cavalry Guards".split())
ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|d)\Z|(?:First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth)\Z")


def _units(page):
    """Numbered military units ("82nd Airborne Division"), which are written alike everywhere: [(first token, last token)]."""
    words, found = page.words, []
    for index in [k for k, word in enumerate(words) if word in UNIT]:
        first = index
        while first > 0 and index - first < 4 and page.gap(first) == " " and words[first - 1][0].isupper() and not ORDINAL.match(words[first - 1]):
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
        touching = [kept[i] for i in range(max(0, k), min(len(kept), bisect.bisect_left(firsts, last))) if kept[i].first < last and kept[i].last > first]
        if not touching:
            if _may_add(page, first, last, entry):
                name = _Name(page.starts[first], page.ends[last - 1], first, last, entry.type, 0.5, entry, "known name")
                added.append(name)
            continue
        same = next((t for t in touching if t.first == first and t.last == last), None)
        if same is not None:
            same.entry = entry
        elif all(t.first >= first and t.last <= last for t in touching) and (entry.safe or last - first > 1):
            for t in touching:
                dropped.add(id(t))
            name = _Name(page.starts[first], page.ends[last - 1], first, last, entry.type, max(t.score for t in touching), entry)
            added.append(name)
    names = [n for n in kept if id(n) not in dropped] + added
    for first, last in _units(page):
        names = [n for n in names if not first <= n.first < last]
        names.append(_Name(page.starts[first], page.ends[last - 1], first, last, "ORG", 0.8, None, "numbered unit"))
    names.sort(key=lambda n: n.start)
    for name in names:  # "U.S." keeps its dot when the span is a table name
        if name.end < len(page.text) and page.text[name.end] == "." and name.entry and name.entry.name and page.words[name.last - 1] + "." in _DOTTED:
            name.end += 1
    return names


_DOTTED = frozenset("Ala. Ariz. Ark. Calif. Colo. Conn. Del. Fla. Ga. Ill. Ind. Kan. Ky. La. Md. Mass. Mich. Minn. Miss. Mo. Mont. Neb. Nev. Okla. Ore. Pa. Tenn. Tex. Va. Vt. Wash. Wis. Wyo. Inc. Corp. Co. Ltd.".split())


def _shouting(page, index):
    """True when the line a token stands in is all capitals (a headline)."""
    number = page.paragraph(page.starts[index])
    if number < 0:
        return False
    start, end = page.document.paragraphs[number]
    return end - start < 300 and page.text[start:end].isupper()


def _may_add(page, first, last, entry):
    if not entry.safe or entry.type == "MISC" or entry.form != "demonym" and entry.kind in ("region",) and last - first == 1 and page.words[first] in ("Gulf", "Pacific", "Atlantic", "Arctic"):
        return False
    word = page.words[first]
    if page.text[page.ends[last - 1] : page.ends[last - 1] + 1] == "$" or word == "US" and re.match(r"[- ]?\d", page.text[page.ends[first] : page.ends[first] + 2]):
        return False  # US$ and highways
    if entry.form == "demonym" and word.endswith("s") and last - first == 1 and first and page.gap(first) == " " and page.words[first - 1][0].isupper() and page.words[first - 1] not in NEVER and not page.opens_sentence(first - 1):
        return False  # a team: "Indianapolis Indians"
    if word.isupper() and last - first == 1 and len(word) <= 4 and "." not in word and _shouting(page, first):
        return False  # "US" in an all-capitals line may be the pronoun
    if word.isupper() and len(word) > 4 and entry.form == "name" and entry.type == "LOC" and entry.name.upper() == word and word in page.table.given:
        return False
    if last - first == 1 and entry.form != "acronym":
        # part of a longer name that the encoder did not see ("Turkey Creek", "Paris Hilton")
        before, after = first - 1, last
        if after < len(page.words) and page.gap(after) == " " and page.words[after][0].isupper() and page.words[after] not in NEVER and entry.form == "name" and not _is_title(page, after) and entry.kind not in ("country",):
            return False
        if before >= 0 and page.gap(first) == " " and page.words[before] in page.table.given and entry.kind != "country":
            return False
    return not (entry.form == "demonym" and _language(page, first, last))


def _carry(page, names):
    """Recognised names carried to capitalised occurrences that neither encoder nor table caught."""
    wanted = {}
    for name in names:
        if name.entry is not None or name.score < 0.4 or name.kind == "demonym":
            continue
        tokens = tuple(page.words[name.first : name.last])
        if len(tokens) == 1 and (tokens[0] in NEVER or tokens[0] in TOO_COMMON or tokens[0] in page.table.titles or len(tokens[0]) < 3 or not tokens[0][0].isupper()):
            continue
        wanted.setdefault(tokens, name.type)
        if name.type == "PER" and len(tokens) > 1 and len(tokens[-1]) > 3 and tokens[-1][0].isupper() and tokens[-1] not in GENERATION and tokens[-1] not in NEVER:
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
    for index in [k for k, word in enumerate(words) if word in by_first]:
        if covered[index]:
            continue
        word = words[index]
        for tokens in by_first[word]:
            n = len(tokens)
            if tuple(words[index : index + n]) != tokens or any(covered[index : index + n]) or not page.joined(index, index + n):
                continue
            if n == 1:
                if word.lower() in page.vocabulary and page.opens_sentence(index):
                    continue
                after = index + 1
                if after < len(words) and not covered[after] and page.gap(after) == " " and words[after][0].isupper() and words[after] not in NEVER and not _shouting(page, index):
                    continue
                if index and not covered[index - 1] and page.gap(index) == " " and words[index - 1][0].isupper() and words[index - 1] not in NEVER and not _is_title(page, index - 1) and not page.opens_sentence(index - 1) and words[index - 1] not in page.table.given:
                    continue
                if index and page.gap(index) in ("-", "'", "’") and words[index - 1][0].isupper():
                    continue
            if n == 1 and wanted[tokens] == "PER" and index and not covered[index - 1] and page.gap(index) == " " and words[index - 1] in page.table.given:
                index, n = index - 1, 2  # with the given name the model missed
            name = _Name(page.starts[index], page.ends[index + n - 1], index, index + n, wanted[tokens], 0.5, None, "carried over from another mention")
            added.append(name)
            for k in range(index, index + n):
                covered[k] = 1
            break
    return sorted(names + added, key=lambda n: n.start) if added else names


HEADS = frozenset(
    """Court Council Commission Committee Bank University Ministry Department Party Agency Board Parliament Assembly Institute Association Federation League
    Company Fund Authority Organization Organisation Foundation Corporation Service Bureau Tribunal Secretariat Alliance Congress Senate House College School
    Hospital Museum Society Union Academy Center Centre Group Guard Army Navy Force Journal Times Post Herald Tribune Telegraph Guardian Mail Observer""".split()
)


def _add_short_forms(page, names):
    """Acronyms given in brackets, wherever they stand, and capitalised heads after "the" ("the Court") of the one organisation they can mean."""
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
        if k < len(words) and page.gap(k) in (" (", " [", ". (") and _acronym(words[k]) and page.text[page.ends[k] : page.ends[k] + 1] in (")", "]"):
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
    for index in [k for k, word in enumerate(words) if word in acronyms or word in heads]:
        if covered[index]:
            continue
        word = words[index]
        type_ = acronyms.get(word)
        if type_ is None and word in heads and index and words[index - 1] in ("the", "The") and page.gap(index) == " ":
            after = index + 1
            if after == len(words) or page.gap(after) != " " or not words[after][0].isupper():
                type_ = "ORG"
        if type_ is not None:
            added.append(_Name(page.starts[index], page.ends[index], index, index + 1, type_, 0.5, None, "short form"))
    return sorted(names + added, key=lambda n: n.start) if added else names


def _keys(page, names):
    for name in names:
        words = page.words[name.first : name.last]
        key = tuple(normalise(word) for word in words)
        if name.type == "PER":
            while len(key) > 1 and (words[-1] in GENERATION or words[-1] in POST_NOMINALS):
                key, words = key[:-1], words[:-1]
            if len(words) == 2 and words[0] in REGAL:
                name.title, key = words[0], key[1:]
        else:
            while len(key) > 1 and key[-1] in COMPANY:
                key = key[:-1]
            if name.type == "LOC" and name.entry is None:
                _place_key(page, name, words, key)
        name.key = key


def _place_key(page, name, words, key):
    """Table entry for "the State of Pennsylvania", "Tulsa, OK" and the like."""
    if len(key) > 2 and key[1] == "of" and key[0] in GENERIC_OF:
        known = page.table.names.get(" ".join(key[2:]))
        if known is not None and known.type == "LOC":
            name.entry = known
    elif len(words) == 1 and words[0] in page.table.postal and page.gap(name.first) == ", ":
        name.entry = page.table.postal[words[0]]


def _vote(page, names):
    """One type for all mentions with the same words, and which of them are the table's entity."""
    votes = defaultdict(Counter)
    full = {name.key[-1] for name in names if name.type == "PER" and len(name.key) > 1}
    for name in names:
        votes[name.key][name.type] += 0.2 + name.score
    parts = {word for name in names if name.type != "PER" and len(name.key) > 1 for word in name.key}
    for key, count in votes.items():
        if len(key) == 1 and key[0] in full:
            count["PER"] += 0.7 if key[0] in parts else 2.5  # the last name of somebody in this article
        elif len(key) == 1 and count["PER"] and key[0] in page.table.surnames:
            count["PER"] += 0.5
    winners = {key: max(count, key=count.get) for key, count in votes.items()}
    for name in names:
        entry, count, most = name.entry, votes[name.key], winners[name.key]
        if entry is None:
            if not (name.type == "PER" and name.key[-1] in full):
                name.type = most
        elif entry.form == "demonym":
            if name.type == "PER" and (name.key[-1] in full or name.score >= 0.8):
                name.entry = None  # "Dane", "French" as surnames
            else:
                name.kind, name.type = "demonym", entry.type
        elif _is_entry(page, name, entry, most, count, full):
            name.type = entry.type
        else:
            name.entry = None
            name.type = name.type if name.type == "PER" and name.key[-1] in full else most


def _is_entry(page, name, entry, most, count, full):
    """Whether a mention with a table name's words means the table's entity here."""
    person = name.type == "PER" and name.key[-1] in full
    if entry.type == "ORG":
        if person:
            return False
        if entry.safe or entry.form == "acronym":
            return True
        return most == "ORG" or most == "LOC" and entry.generic
    if entry.kind == "country":
        return not (most == "PER" and count["LOC"] == 0 and page.words[name.first] in page.table.given) and not (person and page.words[name.first] in page.table.given)
    if person:
        return False
    if most == "PER":  # towns and states that are also names of persons
        return page.words[name.first] not in page.table.given and page.words[name.first] not in gazetteers.UNSAFE
    return not (most == "ORG" and entry.kind == "city")  # a team or company named like the town


# -- 2. links -----------------------------------------------------------------------------------------------------------


def _gender_of(page, name):
    """Gender of a person mention from its title, or from the word before it, or from the given name."""
    for word in name.title.split():
        gender = page.table.titles.get(word, ("", ""))[1]
        if gender:
            return gender
    k = name.first - 1
    if k >= 0 and page.gap(name.first) in (" ", ". ", ", "):
        word = page.words[k]
        gender = page.table.titles.get(word, ("", ""))[1] or page.table.relations.get(word, "") or page.table.roles.get(word, ("",))[0]
        if gender and page.gap(name.first) != ", ":
            return gender
    return ""


def _given_gender(page, name):
    words = page.words[name.first : name.last]
    if words and words[0] in REGAL and len(words) > 1:
        words = words[1:]
    if not words:
        return ""
    gender = page.table.given.get(words[0])
    if gender is None and words[0].isupper():
        gender = page.table.given.get(words[0].title())
    if gender is None and len(words) > 2:
        gender = page.table.given.get(words[1])
    return gender or ""


def _initial(token, other):
    return len(token) == 1 and other.startswith(token) or len(other) == 1 and token.startswith(other)


def _same_first(a, b):
    return a == b or _initial(a, b) or SHORT_FOR.get(a, a) == SHORT_FOR.get(b, b) or (len(a) > 3 and len(b) > 3 and (a.startswith(b) or b.startswith(a)))


def _same_person(a, b):
    """True when two full names (keys of two tokens or more) can be one person: same last name, first and middle names agree."""
    if a[-1] != b[-1]:
        return len(a) == 2 and len(b) == 2 and a[0] == b[1] and a[1] == b[0]
    if len(a) > len(b):
        a, b = b, a
    if a == b[len(b) - len(a) :] and len(a) > 2 - (a[0] in PARTICLES):
        return True
    if not _same_first(a[0], b[0]):
        return len(a) == 2 and len(b) > 2 and a == b[-2:]
    middle, others = a[1:-1], b[1:-1]
    return not middle or any(_same_first(m, o) for m in middle for o in others) or not others


def _display(page, names, type_):
    """The name to show: the longest full form of a person, the most frequent form of anything else."""
    forms = Counter()
    for name in names:
        text = re.sub(r"\s+", " ", page.text[name.start : name.end])
        if text.isupper() and (len(text) > (5 if type_ in ("ORG", "MISC") else 3) and "." not in text or " " in text):
            text = text.title()
            forms[text] += 0.5
        else:
            forms[text] += 1
    if type_ == "PER":
        return max(forms, key=lambda f: (" " in f, forms[f], len(f), f))
    return max(forms, key=lambda f: (forms[f], len(f), f))


def _link_table(page, names, entities):
    """Names the tables know. Returns the names still to link."""
    rest = []
    mentioned = Counter(n.entry.country for n in names if n.entry is not None and n.entry.country and n.entry.type == "LOC")
    top = mentioned.most_common(1)[0][0] if mentioned else ""
    states = sum(1 for n in names if n.entry is not None and n.entry.kind == "state")
    for name in names:
        entry = name.entry
        if entry is None:
            rest.append(name)
            continue
        if entry.generic and top and entry.country != top and mentioned[entry.country] < mentioned[top]:
            name.entry = None
            rest.append(name)
            continue
        if entry.form == "acronym" or entry.generic:
            rest.append(name)  # the article's own reading of an acronym comes first
            continue
        if entry.name == "Georgia" and entry.form == "name" and _us_georgia(page, name, states, mentioned):
            entry = name.entry = entry._replace(name="Georgia (U.S. state)", kind="state", country="United States", id="LOC:georgia us state")
        _to_entry(name, entry, entities)
    return rest


def _us_georgia(page, name, states, mentioned):
    before = page.text[max(0, name.start - 2) : name.start]
    local = "Atlanta" in page.vocabulary or "Savannah" in page.vocabulary
    abroad = "Tbilisi" in page.vocabulary or "Georgian" in page.vocabulary or "Georgians" in page.vocabulary or "Saakashvili" in page.vocabulary
    return not abroad and (local or states > 0 and mentioned["Russia"] == 0 or before == ", " and mentioned["Russia"] == 0)


def _to_entry(name, entry, entities):
    entity = entities.get(entry.id)
    if entity is None:
        entity = entities[entry.id] = _Entity(entry.type, entry.name, tuple(normalise(entry.name).split()), name.start, entry.kind)
        entity.id, entity.country = entry.id, entry.country
    name.link, name.type = entity, entry.type
    if entry.form == "demonym":
        name.kind, name.rule = "demonym", f"people or adjective of {entry.name} (table)"
    elif entry.form == "acronym":
        name.rule = f"acronym of {entry.name} (table)"
    else:
        name.rule = f"table of names: {entry.name}" if name.rule != "known name" else f"table of names, not marked by the model: {entry.name}"
    if entry.metonym_of:
        name.metonym = entry.metonym_of


def _link_persons(page, names, entities):
    people = [name for name in names if name.type == "PER"]
    for name in people:
        name.gender = _gender_of(page, name)
    clusters, by_last = [], defaultdict(list)
    for name in people:
        if len(name.key) < 2:
            continue
        cluster = None
        for other in reversed(by_last[name.key[-1]]):
            if other["gender"] and name.gender and other["gender"] != name.gender:
                continue
            if any(_same_person(name.key, key) for key in other["keys"]) and all(_same_person(name.key, key) or name.key == key for key in other["keys"]):
                cluster = other
                break
        if cluster is None:
            cluster = {"keys": set(), "names": [], "gender": ""}
            clusters.append(cluster)
            by_last[name.key[-1]].append(cluster)
            by_last[name.key[0]].append(cluster)
        cluster["keys"].add(name.key)
        cluster["names"].append(name)
        cluster["gender"] = cluster["gender"] or name.gender
        name.group = cluster
        name.rule = "full name" if name.key == cluster["names"][0].key else f"same person as {page.text[cluster['names'][0].start : cluster['names'][0].end]} (first and last name agree)"
    # short forms: any suffix of a full name, or its first name; which full names they fit
    suffixes, firsts = defaultdict(list), defaultdict(list)
    for cluster in clusters:
        seen = set()
        for key in cluster["keys"]:
            for k in range(max(1, len(key) - 5), len(key)):
                seen.add(key[k:])
            if key[-2] in ("al", "el", "bin"):
                seen.add(("al" + key[-1],))
        for short in seen:
            suffixes[short].append(cluster)
        for first in {key[0] for key in cluster["keys"]} | {key[:2] for key in cluster["keys"] if len(key) > 2}:
            firsts[first if isinstance(first, tuple) else (first,)].append(cluster)
    positions = [(name.start, name) for name in people if name.group is not None]
    starts = [start for start, _ in positions]
    for name in people:
        if name.group is not None and not (len(name.key) == 2 and len(suffixes.get(name.key, ())) == 1 and len(name.group["names"]) == 1 and suffixes[name.key][0] is not name.group):
            continue
        fitting = suffixes.get(name.key)
        how = "short form of"
        if not fitting:
            fitting = firsts.get(name.key, [])
            how = "first name of"
            if len(fitting) != 1:
                fitting = []
        fitting = [c for c in fitting if not (c["gender"] and name.gender and c["gender"] != name.gender) and c is not name.group]
        if not fitting:
            continue
        chosen = _nearest(page, fitting, positions, starts, name)
        if chosen is not None:
            name.group = chosen
            name.rule = how  # the display name follows when it is known
            chosen["gender"] = chosen["gender"] or name.gender
    for cluster in clusters:
        display = _display(page, cluster["names"], "PER")
        _open_person(page, cluster, display, entities)
    singles = {}
    for name in people:
        if name.group is None:
            cluster = singles.get((name.key, name.gender)) or next((c for (key, gender), c in singles.items() if key == name.key and (not gender or not name.gender)), None) if len(singles) < 200 else singles.get((name.key, name.gender))
            if cluster is None:
                cluster = singles[name.key, name.gender] = {"keys": {name.key}, "names": [], "gender": name.gender}
            cluster["names"].append(name)
            cluster["gender"] = cluster["gender"] or name.gender
            name.group = cluster
            name.rule = "name as written"
    for cluster in singles.values():
        display = _display(page, cluster["names"], "PER")
        _open_person(page, cluster, display, entities)
    for name in people:
        name.link = name.group["entity"]
        if name.rule in ("short form of", "first name of"):
            name.rule = f"{name.rule} {name.link.display}"


def _person_id(page, display):
    """Identifier of a person: without middle initials ("Donald J. Trump" is Donald Trump) unless the table of people tells two persons apart by them."""
    key = normalise(display)
    words = key.split()
    if len(words) > 2 and key not in page.table.people:
        words = [words[0], *(word for word in words[1:-1] if len(word) > 1), words[-1]]
    return "PER:" + " ".join(words)


def _open_person(page, cluster, display, entities):
    identifier = _person_id(page, display)
    entity = entities.get(identifier)
    if entity is not None and cluster["gender"] and entity.gender and cluster["gender"] != entity.gender:
        display = ("Mrs. " if cluster["gender"] == "f" else "Mr. ") + display
        identifier, entity = entity_id("PER", display), None
    if entity is None:
        entity = entities[identifier] = _Entity("PER", display, tuple(normalise(display).split()), cluster["names"][0].start, "person")
        entity.id = identifier
    entity.gender = entity.gender or cluster["gender"]
    if not entity.gender:
        for name in cluster["names"]:
            if len(name.key) > 1 or page.words[name.first] in REGAL or len(cluster["names"]) and name.key[0] == normalise(display):
                entity.gender = _given_gender(page, name)
                if entity.gender:
                    break
    cluster["entity"] = entity


def _nearest(page, fitting, positions, starts, name):
    """The person a short form means when several full names fit.

    The fitting full name nearest before it, when it is a subject in the same paragraph; else the person the article names in
    full most often (the first named wins a tie): relatives of the person an article is about are named in passing.
    """
    if len(fitting) == 1:
        return fitting[0]
    start = name.start
    k = bisect.bisect_left(starts, start)
    wanted = {id(c) for c in fitting}
    near = next((other for _, other in reversed(positions[max(0, k - 400) : k]) if id(other.group) in wanted), None)
    if near is None:
        near = next((other for _, other in positions[k : k + 400] if id(other.group) in wanted), None)
        return near.group if near is not None else fitting[0]
    if page.paragraph(start) == page.paragraph(near.start) and _prominence(page, near.first, near) >= 0.9:
        return near.group
    before = [c for c in fitting if c["names"][0].start < start] or fitting
    return max(before, key=lambda c: (len(c["names"]), -c["names"][0].start))


def _letters(name_text):
    return name_text.replace(".", "").replace("&", "")


def _link_others(page, names, entities):
    """Organisations, places and other names that no table settled: acronyms, then the one longer name, then the words themselves."""
    rest = [name for name in names if name.link is None]
    long_names = [name for name in names if name.type != "PER" and name.kind == "named" and name.last - name.first > 1]
    brackets, initials = {}, defaultdict(set)
    for name in long_names:
        words = page.words[name.first : name.last]
        k = name.last
        if k < len(page.words) and re.fullmatch(r"\.? ?[(\[]", page.gap(k)) and _acronym(page.words[k]) and page.gap(k + 1)[:1] in (")", "]", ";", ","):
            if page.words[k][0].casefold() in {w[0].casefold() for w in words}:
                brackets.setdefault(_letters(page.words[k]), name)
        if name.type in ("ORG", "MISC", "LOC") or name.entry is not None:
            big = "".join(w[0] for w in words if w[0].isupper())
            every = "".join(w[0] for w in words if w not in ("the",)).upper()
            for letters in {big, every}:
                if len(letters) > 1:
                    initials[letters].add(name.key)
    by_key = {}
    for name in long_names:
        by_key.setdefault(name.key, name)
    # "IAEA (International Atomic Energy Agency)"
    for name in rest:
        if name.last - name.first == 1 and _acronym(page.words[name.first]) and name.last < len(page.words) and page.gap(name.last) in (" (", "("):
            inside = next((other for other in long_names if other.first == name.last), None) if len(long_names) < 300 else None
            if inside is not None:
                brackets.setdefault(_letters(page.words[name.first]), inside)
    groups = {}

    def group_of(name):
        if name.link is not None:
            return name.link
        entity = groups.get(name.key)
        if entity is None:
            entity = groups[name.key] = _Entity(name.type, "", name.key, name.start)
        return entity

    pending = []
    for name in sorted(rest, key=lambda n: (n.first - n.last, n.start)):
        if name.type == "PER":
            continue
        word = page.words[name.first] if name.last - name.first == 1 else ""
        if word and _acronym(word):
            letters = _letters(word)
            meant = brackets.get(letters)
            rule = "acronym given in brackets for"
            if meant is None and len(letters) > 1:
                keys = initials.get(letters, ())
                if len(keys) == 1:
                    meant, rule = by_key[next(iter(keys))], "initials of"
            if meant is not None and meant is not name and (name.entry is None or name.entry.form == "acronym"):
                name.link = group_of(meant)
                name.rule = f"{rule} {page.text[meant.start : meant.end]}"
                name.type = meant.type if meant.type != "PER" else name.type
                continue
        if name.entry is not None and not name.entry.generic:
            _to_entry(name, name.entry, entities)
            continue
        pending.append(name)
    longer = _longer_index(page, names, group_of)
    for name in pending:
        meant = _longer(name, longer)
        if meant is not None:
            name.link = meant
            name.rule = "short form of the only longer name that contains it"
            continue
        if name.entry is not None:
            _to_entry(name, name.entry, entities)
            continue
        name.link = group_of(name)
    members = defaultdict(list)
    for name in rest:
        if name.link is not None and name.link.id == "" and name.type != "PER":
            members[id(name.link)].append(name)
    for same in members.values():
        entity = same[0].link
        own = [name for name in same if name.key == entity.tokens] or same
        entity.display = _display(page, own, entity.type)
        identifier = entity_id(entity.type, entity.display)
        entity.id = identifier
        known = entities.get(identifier)
        if known is not None:
            for name in same:
                name.link = known
        else:
            entities[identifier] = entity


_HEADS = frozenset(word.casefold() for word in HEADS)
_TAILS = frozenset("international holdings industries systems motors motor airlines airways news television tv radio newspaper magazine technologies technology communications energy oil petroleum bancorp financial securities insurance partners partnership trust".split())


def _acronym(word):
    letters = word.replace(".", "")
    return 2 <= len(letters) <= 7 and sum(c.isupper() for c in letters) >= max(2, len(letters) - 1) and letters[0].isupper()


def _longer_index(page, names, group_of):
    """Prefixes and suffixes of every longer name in the text -> the entities that bear it."""
    index = defaultdict(dict)
    done = set()
    for name in names:
        n = len(name.key)
        if n < 2 or name.type not in ("ORG", "LOC", "MISC") or name.kind != "named" or name.key in done:
            continue
        done.add(name.key)
        entity = group_of(name)
        key = name.key
        tokens = [key] if name.entry is None else [key, tuple(normalise(name.entry.name).split())]
        for form in tokens:
            if name.type == "ORG" or name.type == "MISC":
                for k in range(1, min(len(form), 8)):
                    # "Boeing" for Boeing Aircraft; but "University of Ghana" is no short form of "University of Ghana Medical Centre"
                    if k == 1 and form[0] not in _HEADS or all(word in _HEADS or word in COMPANY or word in _TAILS for word in form[k:]):
                        index[form[:k], "ORG"][id(entity)] = entity
                    index[form[k:], "ORG" if form[k - 1] not in SMALL else "ORG OF"][id(entity)] = entity
            else:
                if form[0] in PLACE_HEADS or form[0] in ("st", "saint"):
                    index[form[1:], "LOC"][id(entity)] = entity
                if form[-1] in PLACE_TAILS:
                    for k in range(1, min(len(form), 8)):
                        index[form[:k], "LOC"][id(entity)] = entity
    return index


def _longer(name, index):
    kinds = {"ORG": ("ORG", "ORG OF", "LOC"), "LOC": ("LOC",), "MISC": ("ORG",)}[name.type if name.type in ("ORG", "LOC", "MISC") else "MISC"]
    for kind in kinds:
        found = index.get((name.key, kind))
        if found and len(found) == 1:
            return next(iter(found.values()))
    return None


# -- 3. descriptions and pronouns -----------------------------------------------------------------------------------------

DETERMINERS = frozenset("the The a A an An this This that That another Another one One".split())
MODIFIER = re.compile(r"[A-Za-z][\w’'-]*\Z")
NOT_MODIFIERS = frozenset("of in on at by to for from with and or but is was are were be been has had have said says that which who as than".split())
STATE_KINDS = frozenset(("country",))
CITY_KINDS = frozenset(("city", "capital"))


def _titles_before(page, name):
    """(first token, words) of the run of title and role words directly before a person's name."""
    words, roles, titles = page.words, page.table.roles, page.table.titles
    k = name.first
    while k > 0 and name.first - k < 7:
        gap = page.gap(k)
        word = words[k - 1]
        if gap not in (" ", ". ", "-") or word[:1].isdigit():
            break
        if word in titles and word[0].isupper() or word in roles or word.casefold() in ("press", "deputy", "vice", "prime", "foreign", "defense", "defence", "interior", "senior", "chief", "former", "acting", "national", "security", "general", "secretary"):
            k -= 1
        elif word in ("of", "Of") and k - 1 > 0 and words[k - 2].casefold() in ("secretary", "chief", "speaker", "minister", "chancellor") and k < name.first:
            k -= 1
        elif word in ("State", "Defense", "Defence", "Staff", "Treasury") and k - 1 > 0 and words[k - 2] in ("of",):
            k -= 1
        else:
            break
    return k


def _introduce_titles(page, names):
    """Record titles on entities; return nominal mentions for longer descriptions ("Pentagon press secretary" John Kirby)."""
    nominals = []
    ends = {name.last: name for name in names}
    for name in names:
        if name.type != "PER" or name.link is None:
            continue
        k = _titles_before(page, name)
        if k < name.first:
            run = page.words[k : name.first]
        else:
            run = name.title.split()
        for word in run:
            low = word.casefold()
            if low in page.table.roles:
                name.link.roles.add(low)
                if page.table.roles[low][0] and not name.link.gender:
                    name.link.gender = page.table.roles[low][0]
        if k < name.first:
            before = ends.get(k)
            if before is None and k and page.words[k - 1] in ("s", "S"):
                before = ends.get(k - 1)
            if before is not None and before.link is not None and before.link.country and not name.link.country and page.gap(k) in (" ", "-"):
                name.link.country = before.link.country
            lowered = any(word[0].islower() for word in run)
            if (lowered or len(run) > 2) and any(word.casefold() in page.table.roles for word in run):
                start = page.starts[before.first] if before is not None and ends.get(k) is before else page.starts[k]
                nominals.append((start, page.ends[name.first - 1], name.link, "description before the name"))
    return nominals


def _head_at(page, index):
    """(head noun, refers_to, gender) when a token is a singular role noun that ends its phrase."""
    role = page.table.roles.get(page.words[index])
    if role is None:
        return None
    after = index + 1
    if after < len(page.words) and page.gap(after) in (" ", "-"):
        nxt = page.words[after]
        if nxt in page.table.roles or page.table.roles.get(nxt.rstrip("s")) and nxt != page.words[index]:
            return None
    return role


def _phrase_start(page, index, covered):
    """First token of the noun phrase that ends with the head at `index`, its determiner included; None without one."""
    k = index
    while k > 0 and index - k < 6:
        if page.gap(k) not in (" ", "-", "’", "'", ". "):
            return None
        word = page.words[k - 1]
        if word in DETERMINERS:
            return k - 1
        if word in NOT_MODIFIERS or not MODIFIER.match(word) and "." not in word:
            return None
        k -= 1
    return None


# Weights of the salience score, chosen on GUM's training part (CC BY) by coordinate search.
WEIGHTS = {"same": 3.3, "previous": 1.4, "second": 0.6, "far": -0.35, "count": 0.55, "pronouns": 0.6, "total": 1.0, "subject": 0.8, "chain": 0.5, "gender": 0.7, "last": 0.5, "paragraph": 0.3, "quote": -1.0, "bind": -1.5}


class _Standing:
    """How present a person is in the reader's mind at a point of the text."""

    __slots__ = ("count", "entity", "named", "paragraph", "position", "prominent", "quoted", "sentence", "serial")

    def __init__(self, entity):
        self.entity, self.count, self.sentence, self.paragraph, self.position, self.prominent, self.serial, self.quoted, self.named = entity, 0, -99, -99, -1, 0.0, -1, False, 0


def _pronoun_and_descriptions(page, names, entities, titled):
    """Pronouns and descriptions in reading order, each linked to the most salient fitting entity."""
    words, roles = page.words, page.table.roles
    covered = {}
    for name in names:
        for k in range(name.first, name.last):
            covered[k] = name
    titled_tokens = set()
    for start, end, _, _ in titled:
        a, b = page.tokens_in(start, end)
        titled_tokens.update(range(a, b))
    events = [(name.first, 0, name) for name in names if name.link is not None]
    events += [(index, 1, word.lower()) for index, word in enumerate(words) if word in _PRONOUN_FORMS and index not in covered]
    events += [(index, 2, word) for index, word in enumerate(words) if word in roles and index not in covered and index not in titled_tokens]
    events.sort(key=lambda event: (event[0], event[1]))
    standings, found, places = {}, [], []
    totals = Counter(name.link.id for name in names if name.type == "PER" and name.link is not None)
    quotations = page.document.quotations
    quote_starts = [q.start for q in quotations]
    chain = {"m": None, "f": None}
    serial = 0
    recent = []  # standings, most recent last

    def in_quote(offset):
        k = bisect.bisect_right(quote_starts, offset) - 1
        return k >= 0 and offset < quotations[k].end

    def touch(entity, index, prominent, named=True):
        nonlocal serial
        serial += 1
        standing = standings.get(entity.id)
        if standing is None:
            standing = standings[entity.id] = _Standing(entity)
        offset = page.starts[index]
        standing.count += 1
        standing.named += named
        standing.sentence, standing.paragraph, standing.position, standing.serial = page.sentence(offset), page.paragraph(offset), index, serial
        standing.prominent, standing.quoted = prominent, in_quote(offset)
        if recent and recent[-1] is standing:
            return
        if standing in recent[-12:]:
            recent.remove(standing)
        recent.append(standing)
        if len(recent) > 24:
            del recent[0]

    for position, (index, sort, what) in enumerate(events):
        offset = page.starts[index]
        if sort == 0:
            if what.type == "PER":
                touch(what.link, index, _prominence(page, index, what))
            else:
                places.append(what)
                if len(places) > 40:
                    del places[:20]
            continue
        if sort == 1:
            gender = "m" if what in HE else "f"
            form = (HE if gender == "m" else SHE)[what]
            if what == "her" and not (index + 1 < len(words) and page.gap(index + 1) == " " and words[index + 1] not in _AFTER_OBJECT):
                form = "object"
            entity = _antecedent(page, index, gender, form, recent, chain, in_quote(offset), totals)
            if entity is None:
                entity = _following(page, index, gender, events, position)
            if entity is None:
                continue
            if not entity.gender:
                entity.gender = gender
            touch(entity, index, 1.0 if form == "subject" and page.opens_sentence(index) else 0.6 if form == "subject" else 0.2, named=False)
            chain[gender] = entity
            found.append((offset, page.ends[index], entity, f"{what}: most salient {'man' if gender == 'm' else 'woman'}", "pronoun"))
            continue
        head = _head_at(page, index)
        if head is None:
            continue
        start = _phrase_start(page, index, covered)
        if start is None:
            continue
        described = _description(page, start, index, what, head, recent, places, covered, entities, names)
        if described is None:
            continue
        entity, rule = described
        if entity.type == "PER":
            if head[0] and not entity.gender:
                entity.gender = head[0]
            touch(entity, index, 0.6, named=False)
        found.append((page.starts[start], page.ends[index], entity, rule, "nominal"))
    found += [(start, end, entity, rule, "nominal") for start, end, entity, rule in titled]
    return found + _they(page, found, names)


_PRONOUN_FORMS = frozenset([*HE, *SHE, *(w.capitalize() for w in (*HE, *SHE)), "HE", "SHE", "HIS", "HER", "HIM"])
_AFTER_OBJECT = frozenset("to and or but in on at for with from by that as when while if of the a an was is were are had has have about into after before because who which out up down over".split())


_VERBS = frozenset("is was has had will would did does can could may might should must said says told went came took made gave got won lost met saw led left became began ran wrote held wants wanted thinks thought knew knows".split())


def _prominence(page, index, name):
    """1 for a name that opens its sentence, less for one inside, least for one that owns something or follows a preposition."""
    if name.last < len(page.words) and page.words[name.last] == "s" and page.gap(name.last).strip() in ("'", "’"):
        return 0.3
    if page.opens_sentence(index):
        return 1.0
    if name.last < len(page.words):
        after = page.words[name.last]
        if page.gap(name.last) == " " and after[0].islower() and (after in _VERBS or after.endswith("ed")) and (not index or page.words[index - 1] not in ("of", "and", "with", "by")):
            return 0.9
        if after == "who" and page.gap(name.last) in (" ", ", "):
            return 0.9
    before = page.words[index - 1] if index else ""
    if before in ("of", "with", "by", "to", "for", "from", "against", "and", "like", "about", "on"):
        return 0.1
    return 0.6


def _antecedent(page, index, gender, form, recent, chain, quoted, totals):
    offset = page.starts[index]
    sentence, paragraph = page.sentence(offset), page.paragraph(offset)
    best, best_score = None, -math.inf
    weight = WEIGHTS
    last = None
    for standing in reversed(recent):
        entity = standing.entity
        if entity.gender and entity.gender != gender:
            continue
        if last is None:
            last = standing
        distance = sentence - standing.sentence
        if distance > 12 and standing.count < 3:
            continue
        score = weight["same"] if distance == 0 else weight["previous"] if distance == 1 else weight["second"] if distance == 2 else weight["second"] + weight["far"] * (distance - 2)
        score += weight["count"] * math.log(1 + min(standing.named + weight["pronouns"] * (standing.count - standing.named), 30)) + weight["total"] * math.log(1 + totals[entity.id])
        score += weight["subject"] * standing.prominent
        if chain[gender] is entity:
            score += weight["chain"]
        if entity.gender:
            score += weight["gender"]
        if standing is last:
            score += weight["last"]
        if standing.paragraph == paragraph:
            score += weight["paragraph"]
        if quoted and not standing.quoted and distance <= 1 and standing.prominent >= 0.6:
            score += weight["quote"]
        if distance == 0 and form == "object" and standing.position >= index - 4:
            score += weight["bind"]
        if score > best_score:
            best, best_score = standing, score
    return best.entity if best is not None else None


def _following(page, index, gender, events, position):
    """For "In his speech, Biden …": the first fitting person later in the same sentence."""
    sentence = page.sentence(page.starts[index])
    for _, sort, what in events[position + 1 : position + 30]:
        if sort == 0:
            if page.sentence(what.start) != sentence:
                return None
            if what.type == "PER" and (not what.link.gender or what.link.gender == gender):
                return what.link
    return None


def _description(page, start, index, head, role, recent, places, covered, entities, names):
    """(entity, rule) for a noun phrase from token `start` to the head noun at `index`, or None."""
    gender, refers = role
    modifiers = page.words[start + 1 : index]
    definite = page.words[start].casefold() in ("the", "this", "that")
    inside = [covered[k] for k in range(start, index) if k in covered]
    if refers != "PER":
        return _described_thing(page, start, head, refers, modifiers, places, inside) if definite else None
    # apposition: "John Smith, the president," and "the president, John Smith"
    before = covered.get(start - 1)
    if before is not None and before.type == "PER" and page.gap(start).strip() == "," and before.link is not None:
        before.link.roles.add(head)
        _lend_country(before.link, inside)
        return before.link, "description after the name"
    after = covered.get(index + 1)
    if after is not None and after.type == "PER" and page.gap(index + 1).strip() in (",", "") and after.link is not None:
        after.link.roles.add(head)
        _lend_country(after.link, inside)
        return after.link, "description before the name"
    country = next((name.link.country for name in inside if name.link is not None and name.link.country), "")
    if definite:
        for standing in reversed(recent):
            entity = standing.entity
            if head in entity.roles and not (gender and entity.gender and gender != entity.gender) and not (country and entity.country and country != entity.country):
                return entity, f"{head}: the person introduced as {head}"
    words = [w for w in modifiers if w not in DETERMINERS]
    if not definite or words:
        if head in ("man", "woman", "boy", "girl", "state", "general", "justice", "major", "chief", "victim", "player", "author") and not words:
            return None
        display = "(unnamed " + " ".join([*page.text[page.starts[start + 1] : page.ends[index]].split()]) + ")"
        identifier = entity_id("PER", "unnamed " + display[9:-1])
        entity = entities.get(identifier)
        if entity is None:
            entity = entities[identifier] = _Entity("PER", display, tuple(normalise(display).split()), page.starts[start], "unnamed")
            entity.id, entity.gender = identifier, gender
        entity.roles.add(head)
        entity.country = entity.country or country
        return entity, "unnamed person, as described"
    return None


def _lend_country(entity, inside):
    if not entity.country:
        entity.country = next((name.link.country for name in inside if name.link is not None and name.link.country), "")


def _described_thing(page, start, head, refers, modifiers, places, inside):
    if inside or len(modifiers) > 1:
        return None
    sentence = page.sentence(page.starts[start])
    far = refers in ("ALLIANCE", "OUTLET")  # few in any article: distance does not matter
    for name in reversed(places):
        entity = name.link
        if not far and sentence - page.sentence(name.start) > 2:
            break
        if name.kind == "demonym":
            continue
        fits = {
            "STATE": entity.kind == "country",
            "CITY": entity.type == "LOC" and entity.kind in ("city", "capital", ""),
            "PLACE": entity.type == "LOC" and "island" in normalise(entity.display or "").split(),
            "PROVINCE": entity.kind == "state",
            "ALLIANCE": entity.kind == "alliance",
            "OUTLET": entity.kind == "outlet",
            "PARTY": entity.kind == "party" or "party" in entity.tokens,
            "ORG": entity.type == "ORG" and (entity.kind not in ("outlet", "alliance", "seat", "party", "parliament") and head in ("company", "firm", "organization", "organisation", "agency") or head in entity.tokens),
        }.get(refers, False)
        if fits:
            if refers == "STATE" and modifiers or refers == "CITY" and modifiers and modifiers[0] not in ("port", "capital"):
                return None
            return entity, f"the {head}: the last one named"
    return None


def _they(page, found, names):
    """Singular they after an unnamed speaker: “…,” they added."""
    unnamed = sorted((f for f in found if f[4] == "nominal" and f[2].kind == "unnamed"), key=lambda f: f[0])
    if not unnamed:
        return []
    starts = [f[0] for f in unnamed]
    persons = [name.start for name in names if name.type == "PER"]
    linked = []
    for index in [k for k, word in enumerate(page.words) if word in ("they", "They")]:
        if index + 1 >= len(page.words) or page.words[index + 1] not in SAYING:
            continue
        offset = page.starts[index]
        k = bisect.bisect_right(starts, offset) - 1
        if k < 0 or page.sentence(offset) - page.sentence(starts[k]) > 3:
            continue
        between = bisect.bisect_left(persons, offset) - bisect.bisect_left(persons, starts[k])
        if between == 0:
            linked.append((offset, page.ends[index], unnamed[k][2], "they: the unnamed person who spoke before", "pronoun"))
    return linked


# -- the pass -----------------------------------------------------------------------------------------------------------


def _metonym(page, name):
    """The state a capital or seat stands for here; None where the place or the office itself is meant."""
    if not name.metonym:
        return None
    before = page.words[name.first - 1].casefold() if name.first else ""
    if name.type == "LOC":
        if before in PLACE_IN and page.gap(name.first) == " ":
            return None
        if page.text[name.end : name.end + 2] in (", ", " (") and name.last < len(page.words) and page.words[name.last][0].isupper() or page.words[name.first].isupper() and len(page.words[name.first]) > 4:
            return None
    elif name.last < len(page.words) and page.gap(name.last) == " " and page.words[name.last].casefold() in ("press", "spokesman", "spokeswoman", "spokesperson", "official", "aide", "correspondent", "reporter"):
        if page.words[name.last] != "press" or name.last + 1 < len(page.words) and page.words[name.last + 1] in ("secretary", "office"):
            return None
    return entity_id("LOC", name.metonym)


def find_mentions(document, encoding, *, gazetteer=None):
    """All mentions of entities in one article, sorted by start.

    document: `text.read(…)`. encoding: `Encoder.encode(document)` (anything with `.entities`, spans with start, end, type, score).
    gazetteer: path of a CSV with more names (columns as in `helpers/data/organisations.csv`), None for the shipped tables only.
    Never raises on odd texts; a text without names gives an empty list. Time grows linearly with the text.
    """
    page = _Page(document, gazetteers.load(gazetteer))
    names = _spans(page, encoding.entities)
    names = _join(page, names, _table_hits(page))
    names = _add_short_forms(page, _carry(page, names))
    _keys(page, names)
    _vote(page, names)
    entities = {}
    rest = _link_table(page, names, entities)
    _link_persons(page, [name for name in rest if name.type == "PER"], entities)
    _link_others(page, names, entities)
    names = [name for name in names if name.link is not None and name.link.id]
    titled = _introduce_titles(page, names)
    others = _pronoun_and_descriptions(page, names, entities, titled)
    text = page.text
    mentions = [
        Mention(n.start, n.end, text[n.start : n.end], n.link.type, n.kind, n.link.id, n.link.display, _metonym(page, n), n.rule, round(float(n.score), 3)) for n in names
    ]
    mentions += [Mention(start, end, text[start:end], entity.type, kind, entity.id, entity.display, None, rule, 0.5) for start, end, entity, rule, kind in others]
    return sorted(mentions, key=lambda m: (m.start, m.end))


# -- look-ups for the modules that come after -------------------------------------------------------------------------------


def overlapping(mentions, start, end):
    """Mentions that share at least one character with [start, end), in order. `mentions` is sorted by start."""
    k = bisect.bisect_left(mentions, end, key=lambda m: m.start)
    found = []
    for mention in reversed(mentions[max(0, k - 60) : k]):
        if mention.end > start:
            found.append(mention)
        elif mention.end < start - 400:
            break
    return found[::-1]


def resolve(mentions, start, end, *, document=None, types=None):
    """The mention that a span of words stands for, or None.

    Give it a speaker, an actor or a target as it stands in the text: "Pentagon press secretary John Kirby" → John Kirby, "he" → whom
    `find_mentions` linked it to, "a senior defense official" → the unnamed official, "Russian troops" → Russia (demonym), "the U.S. and
    its allies" → United States. With `document`, a possessor does not stand for what it owns when something better is there ("Putin's
    spokesman Dmitry Peskov" → Dmitry Peskov). types: only these entity types ({"PER"}).
    """
    inside = [m for m in overlapping(mentions, start, end) if types is None or m.type in types]
    if not inside:
        return None

    def rank(mention):
        owner = document is not None and document.text[mention.end : mention.end + 2] in ("'s", "’s") and mention.end + 2 < end
        exact = mention.start == start and mention.end == end
        within = mention.start >= start and mention.end <= end
        kind = {"named": 3 if mention.type == "PER" else 2, "pronoun": 2, "nominal": 2.5 if mention.type == "PER" else 1.5, "demonym": 1}[mention.kind]
        return (not owner, exact, within, kind, -mention.start)

    return max(inside, key=rank)


def antecedent(document, mentions, offset, *, types=("ORG", "LOC"), sentences=1):
    """The mention that an "it", "its", "they" or "the country" at `offset` most likely stands for, or None.

    A subject beats a later mention: of the names before `offset` in its sentence, else in up to `sentences` sentences before, the first one that
    opens its sentence or clause is taken, else the last one. Demonyms count for their country only when nothing else is there.
    """
    starts = [sentence[0] for sentence in document.sentences]
    here = bisect.bisect_right(starts, offset) - 1
    for number in range(here, max(-1, here - sentences - 1), -1):
        low = starts[number] if number >= 0 else 0
        high = offset if number == here else document.sentences[number][1]
        found = [m for m in overlapping(mentions, low, high) if m.type in types and m.start >= low and m.end <= high and m.kind != "pronoun"]
        named = [m for m in found if m.kind == "named"] or found
        if named:
            first = named[0]
            lead = document.text[low : first.start]
            return first if len(lead.split()) <= 2 else named[-1]
    return None


# Organisations that do not act for the state they are based in.
NOT_OF_A_STATE = frozenset("outlet company sport university nongovernmental party".split()) | {"armed group"}


@functools.lru_cache(maxsize=8)
def _countries(gazetteer):
    table = gazetteers.load(gazetteer)
    return table, {entry.name: entry.id for entry in table.names.values() if entry.kind == "country"}


def country_of(mention, *, gazetteer=None):
    """(entity_id, name) of the state an entity belongs to by the tables alone: a country to itself, "Pentagon" to the United States,
    a city to its country, a well-known leader to theirs; None when the tables don't say."""
    table, ids = _countries(gazetteer)
    name = ""
    if mention.type == "PER":
        key = normalise(mention.entity)
        name = table.people.get(key) or (table.surnames.get(key, "") if " " not in key else "")
    else:
        entry = table.names.get(normalise(mention.entity))
        if entry is not None:
            if entry.kind in NOT_OF_A_STATE:
                return None
            name = entry.country
        if not name and mention.type == "ORG":
            for token in gazetteers.tokens_of(mention.entity):
                for tokens, known in table.phrases.get(token, ()):
                    if len(tokens) == 1 and known.kind == "country":
                        name = known.country
    return (ids[name], name) if name in ids else None



def affiliations(document, mentions, *, gazetteer=None):
    """Which state each entity of an article stands for: {entity_id: (country entity_id, country name)}.

    Read from the text first ("Russian President Vladimir Putin", "Pentagon press secretary John Kirby", "Sergei Lavrov, Russia's foreign
    minister,", "the Ukrainian defense ministry"), then from the tables (`country_of`). Entities without a state are left out.
    """
    table, _ = _countries(gazetteer)
    text, known = document.text, {}
    for mention in mentions:
        if mention.entity_id not in known and mention.type != "PER":
            country = country_of(mention, gazetteer=gazetteer)
            if country:
                known[mention.entity_id] = country
    named = [m for m in mentions if m.kind in ("named", "demonym")]
    told = {}
    for position, mention in enumerate(named):
        if mention.kind != "named" or mention.type not in ("PER", "ORG") or mention.entity_id in told:
            continue
        before = named[position - 1] if position else None
        if before is not None and before.entity_id in known and 0 <= mention.start - before.end <= 60:
            between = text[before.end : mention.start]
            words = between.replace("’s", "").replace("'s", "").split()
            if mention.type == "PER" and words and all(_is_job_word(table, word) for word in words):
                told[mention.entity_id] = known[before.entity_id]
            elif mention.type == "ORG" and mention.entity_id not in known and between.strip() in ("", "'s", "’s") and "\n" not in between:
                told[mention.entity_id] = known[before.entity_id]
        after = named[position + 1] if position + 1 < len(named) else None
        if mention.type == "PER" and mention.entity_id not in told and after is not None and after.entity_id in known and 2 <= after.start - mention.end <= 60:
            between = text[mention.end : after.start]
            following = re.match(r"(?:['’]s)?((?: [\w-]+){1,5})", text[after.end : after.end + 60])
            roles = following and any(word in table.roles for word in following.group(1).split())
            of = any(word in table.roles for word in re.findall(r"[\w-]+", between)) and re.search(r"\b(?:of|for|to|at|from)(?: the)?\s\Z", between)
            if re.match(r",\s(?:the |a |an |former )?", between) and (roles and len(between.split()) <= 3 or of) and "." not in between:
                told[mention.entity_id] = known[after.entity_id]
    for mention in mentions:  # "a senior U.S. official"
        if mention.kind == "nominal" and mention.type == "PER" and mention.entity_id not in told:
            inside = next((m for m in overlapping(named, mention.start, mention.end) if m.entity_id in known), None)
            if inside is not None:
                told[mention.entity_id] = known[inside.entity_id]
    for mention in named:
        if mention.type == "PER" and mention.entity_id not in told:
            country = country_of(mention, gazetteer=gazetteer)
            if country:
                told[mention.entity_id] = country
    return {**known, **told}


def _is_job_word(table, word):
    word = word.strip(",.")
    return word in table.titles or word in table.roles or word.casefold() in table.roles or word.casefold() in _JOB_WORDS


_JOB_WORDS = frozenset("press deputy vice prime foreign defense defence interior senior chief former acting national security general top military army of state staff minister's party opposition rebel government intelligence permanent special first supreme crown finance health energy trade economy rights human".split())
