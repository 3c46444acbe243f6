"""Acts of escalation and de-escalation in an article: what is done, threatened or denied, by whom towards whom, and who says so.

The scheme is a ladder of 13 categories (`LADDER`), close to PLOVER (Open Event Data Alliance 2018) and through it to CAMEO (Schrodt
2012). An act is always a cue in the text plus rules that can be read: cue patterns (`data/act_cues.csv`), word classes
(`data/act_words.csv`), governors (`data/act_governors.csv`). The language model only has a say in what words alone cannot decide.

    find_acts         all acts of an article, in text order
    classify_sentence a sentence on its own: one PLOVER type or None
    load_codebook     the shipped cues, with a user's own categories and cues when a file is given
    scored_plover, scored_rung, export_events   what the modality makes of a category when acts are counted
"""

import bisect
import csv
import functools
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from helpers import clauses, text
from helpers.clauses import BE, COORDINATOR, DETERMINER, PREPOSITION, QUOTE, REPORTING

DATA = Path(__file__).parent / "data"

LADDER = {"YIELD": -4, "AID": -3, "TALK": -2, "NONE": 0, "REQUEST": 1, "REJECT": 2, "ACCUSE": 3, "THREATEN": 4, "PROTEST": 5, "MOBILIZE": 6, "SANCTION": 7, "COERCE": 8, "FORCE": 9}
CATEGORY_OF = {"CONCEDE": "YIELD", "RETREAT": "YIELD", "COOPERATE": "AID", "AGREE": "TALK", "CONSULT": "TALK", "SUPPORT": "TALK", "ASSAULT": "FORCE"} | {c: c for c in LADDER}
PLOVER_OF = {"TALK": "CONSULT", "FORCE": "ASSAULT", "NONE": None}
MODALITIES = ("actual", "announced", "threatened", "conditional", "possible", "denied")
ATTRIBUTIONS = ("narrator", "reported", "quoted", "alleged")
HOSTILE = frozenset(c for c, rung in LADDER.items() if rung > 0)
# PLOVER type: CAMEO root code, quad class (1 verbal and 2 material cooperation, 3 verbal and 4 material conflict), Goldstein value of the root.
EVENTS = {
    "AGREE": ("03", 1, 4.0), "CONSULT": ("04", 1, 1.0), "SUPPORT": ("05", 1, 3.5), "COOPERATE": ("06", 2, 6.0), "AID": ("07", 2, 7.0), "YIELD": ("08", 2, 5.0),
    "REQUEST": ("10", 3, -5.0), "ACCUSE": ("11", 3, -2.0), "REJECT": ("12", 3, -4.0), "THREATEN": ("13", 3, -6.0), "PROTEST": ("14", 4, -6.5),
    "MOBILIZE": ("15", 4, -7.2), "SANCTION": ("16", 4, -4.0), "COERCE": ("17", 4, -7.0), "ASSAULT": ("19", 4, -10.0),
}
QUADS = {1: "verbal cooperation", 2: "material cooperation", 3: "verbal conflict", 4: "material conflict"}


class Act(NamedTuple):
    """One act. Fields are the columns of the table `acts`; start and end are the cue's offsets, evidence is the sentence."""

    start: int
    end: int
    cue: str
    category: str
    rung: int
    modality: str
    attribution: str
    speaker: str | None
    purpose: str | None
    actor: str | None
    actor_id: str | None
    target: str | None
    target_id: str | None
    beneficiary: str | None
    evidence: str
    sentence_start: int
    sentence_end: int
    confidence: float


# -- what the modality makes of a category -----------------------------------------------------------------------------------


def scored_plover(category, modality, plover=None):
    """The PLOVER type an act counts as, or None when it does not count (`possible`, NONE).

    Hostile acts that are announced, conditional or threatened count as THREATEN (an announced MOBILIZE stays MOBILIZE), denied as AGREE;
    cooperative acts that are announced, conditional or threatened count as AGREE, denied as REJECT. `plover`: the type within the category where it is known
    (TALK: AGREE, CONSULT or SUPPORT).
    """
    if category == "NONE" or modality == "possible":
        return None
    if modality == "actual":
        return plover or PLOVER_OF.get(category, category)
    if category not in HOSTILE:
        return "REJECT" if modality == "denied" else "AGREE"
    if modality == "denied":
        return "AGREE"
    return "MOBILIZE" if category == "MOBILIZE" and modality == "announced" else "THREATEN"


def scored_rung(category, modality, rung=None):
    """The rung an act counts with: its own when actual, else that of what `scored_plover` makes of it (0 when it does not count).

    rung: the rung of a category of the user's own, which is treated as hostile above 0 and cooperative below.
    """
    if category not in LADDER:
        kind = "FORCE" if (rung or 0) > 0 else "AID" if (rung or 0) < 0 else "NONE"
        return (rung or 0) if modality == "actual" else scored_rung(kind, modality)
    plover = scored_plover(category, modality)
    return LADDER[CATEGORY_OF[plover]] if plover else 0


# -- the codebook: cues, word classes, categories -------------------------------------------------------------------------------


class Cue(NamedTuple):
    """A compiled cue. elements: sets of word forms, None for a gap of up to `GAP` words. verb_tags: form -> tags of the first word when it is a verb."""

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
    """index: first word form -> cues, longest first. classes: word classes. rungs: category -> rung, the user's own included."""

    index: dict
    classes: dict
    rungs: dict


GAP = 5
COLUMNS = ("cue", "category", "plover", "kind", "sense", "modality", "target", "example")


@functools.cache
def word_classes():
    """Class name -> set of words, from data/act_words.csv."""
    with open(DATA / "act_words.csv", encoding="utf-8", newline="") as handle:
        return {row["class"]: frozenset(row["words"].split()) for row in csv.DictReader(handle)}


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
        row["cue"], row["category"].upper(), (row.get("plover") or "").upper(), kind, (row.get("sense") or "") == "ambiguous", (row.get("sense") or "") == "troops", row.get("modality") or "", row.get("target") or "object",
        tuple(elements), verb_tags, sum(e is not None for e in elements), own,
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

    cues: patterns as in data/act_cues.csv, several joined by ";". Raises FileNotFoundError, or ValueError with one sentence that names
    line and column.
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
        raise ValueError(f"{path.name} has no column {' and no column '.join(missing)}: the first line must name category, rung, cues, examples.")
    reader.fieldnames = names
    rows, rungs = [], {}
    for number, row in enumerate(reader, start=2):
        if row.get("too many"):
            raise ValueError(f"{path.name}, line {number}: more cells than columns; put cells that hold a comma in quotation marks.")
        category = (row["category"] or "").strip().upper().replace(" ", "_")
        cues = [cue.strip() for cue in (row["cues"] or "").split(";") if cue.strip()]
        if not category and not cues:
            continue
        if not re.fullmatch(r"[A-Z][A-Z0-9_-]{1,39}", category):
            raise ValueError(f"{path.name}, line {number}: category {row['category']!r} must be a word of letters, digits, - and _.")
        written = (row["rung"] or "").strip()
        if not written and category in LADDER:
            written = str(LADDER[category])
        if not re.fullmatch(r"[+-]?\d{1,2}", written):
            raise ValueError(f"{path.name}, line {number}: rung {row['rung']!r} of {category} must be a whole number, from -4 (yields) to 9 (force).")
        rung = int(written)
        if rung not in range(-10, 11):
            raise ValueError(f"{path.name}, line {number}: rung {rung} of {category} must lie between -10 and 10.")
        if category in LADDER and rung != LADDER[category]:
            raise ValueError(f"{path.name}, line {number}: {category} is on rung {LADDER[category]} of the ladder; give your category another name to use rung {rung}.")
        if rungs.setdefault(category, rung) != rung:
            raise ValueError(f"{path.name}, line {number}: {category} has rung {rung} here and rung {rungs[category]} above.")
        if not cues:
            raise ValueError(f"{path.name}, line {number}: {category} has no cues; write at least one word or pattern.")
        kind = (row.get("kind") or "").strip().lower()
        if kind and kind not in ("verb", "noun", "posture", "phrase"):
            raise ValueError(f"{path.name}, line {number}: kind {row['kind']!r} is none of verb, noun, posture, phrase.")
        for cue in cues:
            parts = cue.split()
            unknown = [c for c in re.findall(r"<([^<>]*)>", cue) if c not in word_classes()]
            if unknown:
                raise ValueError(f"{path.name}, line {number}: cue {cue!r} uses the word class <{unknown[0]}>, which data/act_words.csv does not have.")
            if parts[0] in ("…", "...", "..") or parts[-1] in ("…", "...", ".."):
                raise ValueError(f"{path.name}, line {number}: cue {cue!r} begins or ends with a gap.")
            for one in [kind] if kind else ["verb", "noun"]:
                rows.append({"cue": cue, "category": category, "plover": "", "kind": one, "sense": "plain", "modality": "", "target": (row.get("target") or "").strip() or "object"})
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
    """The cues compiled for look-up; path: a user's codebook, whose cues win over ours (see `read_codebook` for its form and errors)."""
    if not path:
        return _codebook(None, None)
    path = Path(path)
    return _codebook(str(path), path.stat().st_mtime_ns if path.is_file() else None)


# -- matching -----------------------------------------------------------------------------------------------------------------


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
AUX_WORDS = clauses.AUXILIARY | clauses.ADVERB | clauses.NEGATION
ALSO_NOUNS = frozenset(
    """attack strike hit target raid storm capture advance fight battle clash crush murder torture rape ambush assault move station base post ban block search sack jam hack blockade
    boycott sanction embargo protest rally march demonstration riot demand request appeal call urge press push pressure veto release surrender retreat free lift ease pardon aid fund
    finance train help support supply ship shelter rescue visit host meet talk phone welcome praise back promise pledge offer contact deal accord sign charge suit blame fault rebuke
    censure threat warn patrol test drill alert arm mass position dispatch scramble shell bomb beat burn loot shoot kill wound sink pound hammer gas target fire wage stage mount
    start open shut cut jail detain tow ram purge order brand label mock question fuel reject resist snub slam cover fly sail raise shift rush commit expand keep hold return swap exchange
    delay trade team call spy shout stab blast explode set lock force drive pursue downgrade freeze halt stop end leave recall bar deny quit scrap abandon ground benefit cease drop relax
    reverse lobby summon propose insist treat lend sell transfer clear distribute arrest broker discuss seal strike gather shuttle pay face rattle suffer bear approve finance increase boost
    retreat defect flee swear vow stall collapse decline skip ignore mutiny chant pelt hurl throw join lead walk down escort mine grant execute respond violate breach provoke suspect sentence hang guard honor honour land telephone finance process sanction silence
    supply broker visit""".split()
)
ING_NOUNS = frozenset("kidnapping trafficking beheading fighting shelling bombing killing shooting burning looting rioting meeting training funding funding beating hearing targeting policing rebuilding".split())
PARTICLES = frozenset("back down up out over".split()
)
MODIFIER_BEFORE_NOUN = frozenset("'s of in on the a an this that these those its their his her our my any no some every each another such by from with against after before during amid for over".split())


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
        if low in ING_NOUNS and before not in BE | {"by", "for", "from", "without", "after", "before", "while", ",", "and", "of", "'s", "not"} and before not in clauses.governors() and not (i > 1 and words[i - 2].low in clauses.governors()):
            return None
        if before in ("in", "amid", "during", "despite", "between", "over", "of") and low in ING_NOUNS or before in ("on", "against", "to") and low in ING_NOUNS and not (i > 1 and words[i - 2].low in clauses.governors()):
            return None
        return "ing"
    if tags & {"past", "participle"} and not tags & {"base"}:
        if before in DETERMINER - {"that", "these", "those", "all", "both", "other", "many", "some"} or before in ("'s", "of", "in", "with", "for") and before not in ("that",):
            if following not in PREPOSITION and following not in (",", ".", "and") or before in ("a", "an", "'s"):
                return None
        if i > 1 and words[i - 2].low in clauses.MODAL | {"to"} and before not in AUX_WORDS and (following in TITLE or following in GROUP_NOUNS or following in STATE_NOUNS):
            return None  # "to reinstate ousted President …"
        if before in PREPOSITION and (following in TITLE or following in GROUP_NOUNS or following in STATE_NOUNS):
            return None
        return "past"
    if low not in ALSO_NOUNS and (low[:-1] not in ALSO_NOUNS or not low.endswith("s")) and (low[:-2] not in ALSO_NOUNS or not low.endswith("es")):
        return "base" if "base" in tags and "past" not in tags else "past" if "past" in tags else "s"
    if before in clauses.MODAL or before in clauses.DO or before in ("to", "not", "n't", "never", "who", "which", "let"):
        return "base" if before not in ("who", "which") else "s"
    if before in clauses.SUBJECT_PRONOUN or before in clauses.ADVERB | {"and"} and i > 1 and (words[i - 2].low in clauses.MODAL | clauses.SUBJECT_PRONOUN | {"to"}):
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
                if words[j].low in clauses.HARD or words[j].low == "," or words[j].low in clauses.RELATIVE and words[j].low != "that" or words[j].low in ("if", "unless", "because", "but", "case", "after", "before", "when", "while", "amid"):
                    return None
                j += 1
            if j >= stop:
                return None
        else:
            j += 1
            if j < n and words[j].low not in element and k == 1 and elements[0] & {"not", "n't"} and words[j].low in clauses.AUXILIARY | clauses.ADVERB and j + 1 < n:
                j += 1  # "did not yet recognise"
            if j < n and k == 1 and words[j].low not in element and (words[j].low.endswith("ly") or words[j].low in ("also", "now", "still", "already", "again")):
                j += 1
            if j >= n or words[j].low not in element:
                return None
        k += 1
    return j


def find_cues(words, codebook, originals=None):
    """Cues of a sentence, left to right, none overlapping: longest first, then verbs, then unambiguous ones. NONE phrases hide what they cover."""
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
    found.sort(key=lambda m: (not m.cue.own, m.cue.category != "NONE", -m.cue.size, m.tag in ("noun",), m.cue.ambiguous, "<" in m.cue.words, m.last - m.first, m.first))
    taken, kept = bytearray(len(words)), []
    for match in found:
        covered = taken[match.first : match.last + 1]
        shared = match.cue.category == "REQUEST" and match.tag == "noun" and match.first and taken[match.first] and not any(taken[match.first + 1 : match.last + 1]) and match.last > match.first
        if any(covered) and not shared:
            continue
        taken[match.first : match.last + 1] = b"\x01" * (match.last + 1 - match.first)
        kept.append(match)
    return sorted((m for m in kept if m.cue.category != "NONE"), key=lambda m: m.first)


def _be_before(words, first, verb):
    """True when a form of "be" stands between the noun and the participle, adverbs aside: "sanctions were again imposed"."""
    j = verb - 1
    while j > first and (words[j].low in clauses.ADVERB or words[j].low.endswith("ly") or words[j].low in clauses.NEGATION):
        j -= 1
    return j > first and words[j].low in BE and all(w.low not in clauses.HARD and w.low not in REPORTING for w in words[first + 1 : j])


def _headline_verb(words, i, originals, tags=frozenset()):
    """Base or -s form between a name or plural and a noun phrase: "Israel strikes Beirut", "troops attack villages"."""
    if not i:
        return None
    k = i - 1
    while k > 0 and (words[k].low in clauses.ADVERB or words[k].low.endswith("ly")):
        k -= 1
    before, following = words[k], words[i + 1] if i + 1 < len(words) else None
    if following is None or following.low in PREPOSITION | BE | clauses.MODAL or following.low in (".", ",", ";", ":", "and", "or", "'s"):
        return None
    if "past" in tags and (before.low.isalpha() or before.low[-1:].isdigit()) and (following.low in DETERMINER or following.low.isalpha()):
        return "past"  # cut, hit, put, shut: past and base look the same
    named = bool(originals) and originals(before)[:1].isupper()
    if words[i].low.endswith("s") and not words[i].low.endswith("ss"):
        return "s" if named else None
    return "base" if before.low.endswith("s") and not before.low.endswith(("ss", "'s")) and before.low not in ("is", "was", "this", "his", "its", "as", "has", "does", "us", "news") else None


def _verb_like(words, i):
    before = words[i - 1].low if i else ""
    return before in clauses.MODAL | clauses.SUBJECT_PRONOUN or before == "to" and not (i > 1 and words[i - 2].low in ("due", "response", "end", "threat", "leading", "led", "reaction", "stop", "opposition", "prior"))


# -- who is there: participants of a sentence --------------------------------------------------------------------------------------

STATE_NOUNS = frozenset(
    """ships vessels boats ship vessel boat crew crews coastguard jets ministers presidents premiers governments parliaments ministries chiefs kings foreign-ministers troops soldiers soldier forces army military navy marines warships warship warplanes jets fighters_x government authorities officials official ministry parliament cabinet president premier
    minister spokesman spokeswoman spokesperson court prosecutors prosecutor police diplomats diplomat envoy envoys negotiators negotiator delegation delegates lawmakers senators commander commanders
    general generals regime leaders leader aircraft drones missiles administration embassy ambassador air-force airforce artillery gunners pilots sailors commandos paratroopers
    chief chancellor king emir prince senate congress intelligence navy coastguard guards officers judge judges
    tanks armour armor brigade battalion embassy leadership presidency kremlin monarch secretary deputy""".split()
)
GROUP_NOUNS = frozenset(
    """rebels rebel militants militant insurgents gunmen gunman fighters militia militias militiamen guerrillas jihadists terrorists separatists paramilitaries junta opposition protesters demonstrators
    students workers farmers union unions residents villagers civilians civilian migrants refugees group groups gang gangs cartel hackers pirates kidnappers coalition alliance bloc allies mediators
    mutineers attackers attacker assailants assailant bandits settlers crowd crowds activists teachers doctors nurses miners truckers lawyers hardliners loyalists faction factions warlord commander council
    commission tribunal prisoners hostages inmates detainees people men women children families journalists journalist critics supporters exiles mercenaries peacekeepers inspectors countries nations
    neighbours neighbors neighbour neighbor partners strikers dockworkers drivers pensioners monks clerics priests veterans relatives mothers citizens voters generals colonels officers troops convoy
    company companies sanctions_x shipping vessels ships tanker enemy enemies aggressor adversary adversaries rivals rival police soldiers army government state states world community west""".split()
)
ALLIES = frozenset("allies allied partners ally neighbours neighbors".split())
TITLE = frozenset(
    """president minister prime foreign deputy defence defense chief general colonel secretary spokesman spokeswoman spokesperson press leader chancellor premier king queen prince emir ambassador envoy
    commander senator governor mayor judge prosecutor director head official interior finance trade acting former vice state national security adviser advisor major lieutenant admiral captain
    sergeant justice energy speaker chairman chairwoman coach pope cardinal bishop rebel opposition chief-of-staff first lady first-deputy senior top supreme""".split()
)


class Party(NamedTuple):
    """A participant: words [first, last] of the sentence. name, id: who it stands for (rolled up); prep: the preposition before it; kind: named, place, person, nominal, pronoun; owner: possessive."""

    first: int
    last: int
    name: str
    id: str | None
    prep: str | None
    kind: str
    owner: bool
    demonym: bool


class _Names:
    """Names of one article: entity -> (display, id) after rolling up."""

    def __init__(self, document, mentions, roll_up):
        from helpers import entities, gazetteers

        self.mentions, self.starts, self.roll_up = mentions, [m.start for m in mentions], roll_up
        self.states = entities.affiliations(document, mentions) if mentions else {}
        names = gazetteers.load().names
        self.by_id = {m.entity_id: m for m in reversed(mentions)}
        self.kinds = {}
        for m in mentions:
            if m.entity_id not in self.kinds:
                entry = names.get(gazetteers.normalise(m.entity)) if m.type in ("ORG", "LOC") else None
                self.kinds[m.entity_id] = entry.kind if entry else ""

    def show(self, mention):
        """(display, id, kind) of a mention as a participant."""
        if mention.metonym_of and mention.type != "PER":
            state = self.states.get(mention.entity_id)
            return (state[1] if state else mention.entity, mention.metonym_of, "named")
        state = self.states.get(mention.entity_id)
        kind = "person" if mention.type == "PER" else "place" if mention.type == "LOC" and state and state[0] != mention.entity_id else "named"
        name = mention.entity.strip("()")
        if not state or state[0] == mention.entity_id or not self.roll_up:
            return name, mention.entity_id, kind
        if name.startswith("unnamed "):
            return state[1], state[0], kind
        return f"{state[1]} ({name})", state[0], kind

    def party(self, entity_id):
        """A participant for an entity by its id (a speaker), or None."""
        mention = self.by_id.get(entity_id)
        if mention is None:
            state = next((s for s in self.states.values() if s[0] == entity_id), None)
            return Party(-1, -1, state[1], state[0], None, "named", False, False) if state else None
        if mention is None or self.kinds.get(entity_id) == "outlet":
            return None
        name, identity, kind = self.show(mention)
        return Party(-1, -1, name, identity, None, kind, False, False)

    def words_inside(self, words):
        """One flag a word: part of a name of several words (Amnesty International) or of an organisation, person or product."""
        flags = bytearray(len(words))
        starts = [w.start for w in words]
        for mention in self.inside(words[0].start, words[-1].end):
            if mention.kind == "named" and mention.type != "LOC":
                first, last = _word_range(words, starts, mention)
                flags[first : last + 1] = b"\x01" * (last + 1 - first)
        return flags

    def antecedent(self, document, offset, types):
        from helpers import entities

        return entities.antecedent(document, self.mentions, offset, types=types)

    def inside(self, start, end):
        k = bisect.bisect_left(self.starts, start)
        while k < len(self.mentions) and self.mentions[k].start < end:
            if self.mentions[k].end <= end:
                yield self.mentions[k]
            k += 1


def _word_range(words, starts, mention):
    first = bisect.bisect_right(starts, mention.start) - 1
    last = bisect.bisect_left(starts, mention.end) - 1
    return max(first, 0), max(last, first, 0)


def participants(article, words, names):
    """Participants of a sentence in order: mentions of entities and nouns for actors, joined where one describes the other."""
    if not words:
        return []
    starts = [w.start for w in words]
    found = []
    for mention in names.inside(words[0].start, words[-1].end):
        if mention.type == "MISC" or names.kinds.get(mention.entity_id) == "outlet":
            continue
        first, last = _word_range(words, starts, mention)
        if mention.kind == "nominal" and mention.type == "PER" and found and found[-1][0] >= first:
            found.pop()
        found.append((first, last, mention))
    dateline = _dateline(article, words)
    found = [item for item in found if item[0] >= dateline]
    spans = {i for first, last, _ in found for i in range(first, last + 1)}
    nominal = [(i, i, None) for i, w in enumerate(words) if i not in spans and (w.low in STATE_NOUNS or w.low in GROUP_NOUNS)]
    items = sorted(found + nominal, key=lambda item: (item[0], -item[1]))
    parties = []
    for first, last, mention in items:
        if parties and first <= parties[-1].last:
            continue
        owner = last + 1 < len(words) and words[last + 1].low in ("'s", "'")
        if mention is not None:
            name, identity, kind = names.show(mention)
            if mention.kind == "pronoun":
                kind = "pronoun"
            demonym = mention.kind == "demonym" and not any(article[mention.start : mention.end].endswith(e) for e in ("ans", "sis", "nis"))
            while parties and kind == "person" and mention.kind == "named" and _titles_between(words, parties[-1].last, first):
                gone = parties.pop()
                first = gone.first
            parties.append(Party(first, last, name, identity, _preposition(words, first), kind, owner, demonym))
            continue
        low = words[first].low
        modifier = parties[-1] if parties and _joined(words, parties[-1], first) else None
        if modifier is not None and modifier.kind != "person" and low not in ALLIES:
            parties.pop()
            as_state = low in STATE_NOUNS or modifier.kind == "named" and not modifier.demonym
            name = modifier.name if as_state else _as_written(article, words, modifier.first, last)
            identity = modifier.id if as_state else None
            parties.append(Party(modifier.first, last, name, identity, modifier.prep, "named" if as_state else "nominal", owner, False))
            continue
        if modifier is not None and modifier.kind == "person":
            continue
        begin = first
        if modifier is not None:
            begin = modifier.first
            parties.pop()
        elif first and words[first - 1].low in ("its", "their", "his", "her", "our") or first and low in GROUP_NOUNS and _describes(words[first - 1].low):
            begin = first - 1
        parties.append(Party(begin, last, _as_written(article, words, begin, last), None, _preposition(words, begin), "nominal", owner, False))
    return _attach_of(words, parties)


ADJECTIVE = frozenset("armed masked angry striking opposition rebel ethnic islamist pro-government anti-government suspected local tribal coastal mutinous disgruntled young opposition student government presidential border riot western regional criminal defence defense interior justice finance foreign commerce communist maoist separatist jihadist loyalist foreign senior security".split())


def _dateline(article, words):
    """Index of the first word after a dateline ("NAIROBI, Kenya — …"), 0 without one."""
    for j, word in enumerate(words[:9]):
        if word.low in ("-", "—", "–") and j:
            names = [article[w.start : w.end] for w in words[:j] if w.low[:1].isalpha()]
            return j + 1 if names and names[0].isupper() and len(names[0]) > 2 else 0
    return 0


def _describes(low):
    return low in ADJECTIVE


def _as_written(article, words, first, last):
    return article[words[first].start : words[last].end]


def _titles_between(words, left, right):
    between = words[left + 1 : right]
    return len(between) <= 6 and all(w.low in TITLE or w.low in ("'s", "and", "-") for w in between)


def _joined(words, party, first):
    """True when `party` modifies the noun at `first`: "Russian armoured troops", "Sudan's army", "Hamas fighters"."""
    between = [w.low for w in words[party.last + 1 : first]]
    if len(between) > 3 or any(b in PREPOSITION or b in COORDINATOR or b in BE or b in clauses.MODAL or b in clauses.HAVE or not b[:1].isalnum() and b != "'s" for b in between):
        return False
    if party.demonym or party.owner or not between:
        return not any(b in REPORTING for b in between) and not (between and not party.owner and not party.demonym)
    return False


QUANTITY = frozenset("thousands hundreds dozens scores tens millions lots number numbers crowd crowds group groups families members majority half most many some all several one two three four five part pair waves wave mob mobs".split())


def _preposition(words, first):
    j = first - 1
    while j >= 0 and first - j <= 4:
        low = words[j].low
        if low == "of" and j and words[j - 1].low in QUANTITY:
            j -= 2
            first = j + 1
            continue
        if low in PREPOSITION:
            return low
        if low in DETERMINER or low in ADJECTIVE or low.isdigit() or low in TITLE or low in ("about", "some", "hundreds", "thousands", "dozens", "three", "two", "four", "five", "six", "ten", "nearly", "neighbouring", "neighboring", "eastern", "western", "northern", "southern", "central", "nearby", "both"):
            j -= 1
            continue
        return None
    return None


def _attach_of(words, parties):
    """"the government of Mali", "leaders of Hezbollah": the noun takes the identity of the name after it."""
    joined = []
    for party in parties:
        before = joined[-1] if joined else None
        if before is not None and before.kind == "nominal" and party.kind in ("named", "place") and party.first - before.last <= 3 and (party.prep in ("of", "from") or party.prep == "in" and party.first - before.last == 2 and words[before.last].low in ("ministry", "government", "authorities", "junta", "lawmakers", "parliament", "officials", "leaders", "administration", "regime", "generals", "court", "courts", "police", "prosecutors", "judges", "judge", "officers")) and words[before.last + 1].low in ("of", "from", "in"):
            if words[before.last].low in STATE_NOUNS:
                joined[-1] = before._replace(last=party.last, name=party.name, id=party.id, kind="named")
                continue
        joined.append(party)
    return joined


def _list_of(words, parties, k, step=1):
    """Parties coordinated with parties[k]: "the UK, France and Denmark", "the U.S. and its allies"."""
    group = [parties[k]]
    j = k
    while 0 <= j + step < len(parties):
        left, right = (parties[j], parties[j + step]) if step > 0 else (parties[j + step], parties[j])
        between = [w.low for w in words[left.last + 1 : right.first]]
        if not between or len(between) > 3 or not all(b in ("and", ",", "or", "&", "the", "both", "of", "as", "well") for b in between) or not any(b in ("and", ",", "or", "&", "well") for b in between):
            break
        if between == [","] and not _later_and(words, right.last):
            break
        group.append(parties[j + step])
        j += step
    return group if step > 0 else group[::-1]


def _later_and(words, i):
    return any(w.low in ("and", "or") for w in words[i + 1 : i + 6])


# -- direction ------------------------------------------------------------------------------------------------------------------


def _verb_between(words, matches, left, right, skip):
    """True when another act's verb or a reporting verb stands between two words."""
    return any(m.first > left and m.first < right and m.tag not in ("noun", "posture") for m in matches if m is not skip) or any(words[j].low in REPORTING or words[j].low in BE for j in range(left + 1, right))


def subject_of(words, parties, matches, match, group, previous):
    """The parties that are the grammatical subject of a verb, as a list; empty when none is found.

    previous: subject of the act before in the same sentence, for "accused Chad and recalled its envoy".
    """
    here = group.first
    before = words[here - 1].low if here else ""
    if before in ("it", "they"):
        said = next((j for j in range(here - 2, -1, -1) if words[j].low in REPORTING), None)
        if said is not None and said and words[said - 1].low in ("and", "but", ","):
            said = next(j for j in range(said + 1) if words[j].low in REPORTING)
        return _first_subject(words, parties, clauses.boundary_left(words, said), said) if said is not None else []
    if before in ("and", "but", ",") and words[match.first].low in REPORTING:
        said = next((j for j in range(here) if words[j].low in REPORTING), None)
        if said is not None and not any(m.first < said for m in matches):
            return _first_subject(words, parties, 0, said) or previous or []
    k = here - 1
    while k >= 0 and (words[k].low in clauses.ADVERB or words[k].low.endswith("ly")):
        k -= 1
    linked = words[k].low if k >= 0 else ""
    near = [p for p in parties if p.last < here and _adjacent(words, p, here)]
    if group.infinitive and near and near[-1].first and words[near[-1].first - 1].low in CONTROL:
        return [near[-1]]
    if group.infinitive or (match.tag == "ing" and group.bare and linked != "" and (linked in PREPOSITION or linked == ",")):
        if previous:
            return previous
        left = clauses.boundary_left(words, here)
        return _first_subject(words, parties, left, here) or _first_subject(words, parties, 0, here)
    if linked in ("and", "but", "or") and previous is None and not any(_adjacent(words, p, here) for p in parties if p.last < here and p.last > k):
        found = _first_subject(words, parties, _clause_left(words, k), k)
        if found:
            return found
    if linked in ("and", "but", "or", ",") and previous is not None and not any(p.first > _last_verb(matches, match) and p.last < here and p.prep is None for p in parties[-0:] if _adjacent(words, p, here)):
        return previous
    if before in ("who", "which", "that") or linked in ("who", "which"):
        near = [i for i, p in enumerate(parties) if p.last < here - 1]
        if near:
            named = [i for i in near if here - parties[i].last <= 6]
            return [parties[named[0] if parties[named[0]].prep is None else named[-1]]] if named else [parties[near[-1]]]
    left = _clause_left(words, here)
    inside = [i for i, p in enumerate(parties) if p.first >= left and p.last < here and not _inserted(words, p, left, here)]
    if inside and _adjacent(words, parties[inside[-1]], here):
        listed = _list_of(words, parties, inside[-1], -1)
        if listed[0].prep in ("before", "after", "since", "until", "as", "than"):
            return listed
    free = [i for i in inside if parties[i].prep is None and not parties[i].owner] or [i for i in inside if parties[i].prep is None]
    if not free:
        if left and words[left - 1].low in ("who", "which", "that", "while", "when", "as", "where"):
            near = [i for i, p in enumerate(parties) if p.last < left]
            return [parties[near[-1]]] if near and words[left - 1].low in ("who", "which", "that") else previous or []
        return previous or _first_subject(words, parties, 0, here)
    clear = [i for i in free if not _verb_between(words, matches, parties[i].last, here, match)]
    pool = clear or free
    commas = [j for j in range(left, here) if words[j].low == ","]
    if commas:
        after = [i for i in pool if parties[i].first > commas[-1]]
        pool = after or pool[:1]
    chosen = pool[-1] if not clear and len(free) > 1 and any(m.first < here and m.first > left and m is not match for m in matches) else pool[0]
    first = parties[chosen]
    if first.kind == "nominal" and [w.low for w in words[first.last + 1 : first.last + 4]][:3] == [",", "such", "as"] and chosen + 1 < len(parties):
        return _list_of(words, parties, chosen + 1)
    backward = _list_of(words, parties, chosen, -1)
    if backward[0].prep is not None and len(backward) > 1:
        backward = backward[-1:]  # "with Niger, and Germany halted …"
    forward = _list_of(words, parties, chosen, 1)
    return backward[:-1] + [p for p in forward if p.last < here]


CONTROL = frozenset(form for verb in "prompt urge force lead cause ask order allow tell press push help enable want permit compel drive spur invite authorise authorize instruct encourage let".split() for form in clauses.inflect(verb))


def _clause_left(words, here):
    """Like `clauses.boundary_left`, but over relative clauses that a comma has closed: "Russia, which has bases there, offered …"."""
    left = clauses.boundary_left(words, here)
    while left > 1 and words[left - 1].low in ("which", "who", "whose", "where") and words[left - 2].low == "," and any(words[j].low == "," for j in range(left, here)):
        left = clauses.boundary_left(words, left - 2)
    return left


def _inserted(words, party, left, here):
    """True for a party inside a relative clause between commas."""
    for j in range(party.first - 1, left - 1, -1):
        if words[j].low == ",":
            return False
        if words[j].low in ("which", "who", "whose", "where"):
            return any(words[k].low == "," for k in range(party.last, here))
    return False


def _last_verb(matches, match):
    return max((m.last for m in matches if m.first < match.first and m.tag not in ("noun",)), default=-1)


def _adjacent(words, party, here):
    return all(w.low in clauses.ADVERB or w.low.endswith("ly") or w.low in ("have", "has", "had") for w in words[party.last + 1 : here])


def _first_subject(words, parties, left, right):
    for k, party in enumerate(parties):
        if party.first >= left and party.last < right and party.prep is None and not (party.owner and k + 1 < len(parties) and parties[k + 1].first == party.last + 2):
            return [p for p in _list_of(words, parties, k) if p.last < right]
    return []


TAKES = {  # prepositions before the target, by category; None: the direct object
    "FORCE": (None, "against", "on", "at", "into", "with", "upon", "toward", "towards"),
    "COERCE": (None, "against", "on", "at", "of"),
    "THREATEN": (None, "against", "to", "at", "toward", "towards", "from_"),
    "ACCUSE": (None, "against", "of", "into", "with"),
    "REJECT": (None, "from", "by", "of", "with", "to", "on", "for", "against"),
    "REQUEST": (None, "on", "upon", "to", "from", "with", "of"),
    "SANCTION": (None, "on", "against", "with", "to", "from", "of"),
    "PROTEST": ("against", "at", "with", "outside"),
    "TALK": (None, "with", "to", "for"),
    "AID": (None, "to", "for"),
    "YIELD": ("to", "on", "against", "for", "with", None),
    "MOBILIZE": ("against",),
}
PLACES = ("in", "of", "near", "outside", "over", "across", "from", "around", "inside", "between")


def _opens_clause(words, matches, party):
    """True when a verb follows the party directly: it is the subject of the next clause."""
    return any(m.tag not in ("noun", "posture") and m.first > party.last and m.first - party.last <= 4 and all(w.low in AUX_WORDS or w.low.endswith("ly") for w in words[party.last + 1 : m.first]) and (m.tag != "ing") for m in matches)


def object_of(words, parties, matches, category, start, stop, *, passive=False, actors=()):
    """(targets, place): the parties to the right that the act is directed at, and the place where it happens when no target is named."""
    take = TAKES.get(category, (None, "against", "on", "at", "to", "with"))
    place = None
    for k, party in enumerate(parties):
        if party.first < start or party.last >= stop:
            continue
        prep = party.prep
        if prep == "by":
            break
        if party.owner and party.id and party.id in {p.id for p in actors}:
            continue
        if passive and prep is None or party.kind == "nominal" and (words[party.last].low in word_classes()["arms"] or category in ("AID", "MOBILIZE") and prep is None):
            continue
        if prep in take:
            if prep is None and _opens_clause(words, matches, party) and any(w.low in (",", "and", "but", "as", "while", "after", "before") for w in words[start : party.first]):
                break
            listed = _list_of(words, parties, k)
            after = words[listed[-1].last + 1].low if listed[-1].last + 1 < len(words) else ""
            if len(listed) > 1 and (after in BE or after in clauses.HAVE or after in clauses.MODAL or after in clauses.DO or after in REPORTING):
                listed = listed[:1]
            chosen = [party] + [p for p in listed[1:] if p.last < stop and not _opens_clause(words, matches, p)]
            if party.kind == "nominal":
                near = PLACES if category in ("FORCE", "COERCE", "MOBILIZE") else ("of",)
                where = next((p for p in parties if p.first > party.last and p.first - party.last <= 5 and p.prep in near and p.kind in ("named", "place")), None)
                chosen = [where] if where is not None and where.last < stop else chosen
            return chosen, place
        if place is None and prep in PLACES and category in ("FORCE", "COERCE", "PROTEST", "YIELD"):
            place = [party]
    return [], place


def agent_of(words, parties, start, stop):
    """The parties after "by"."""
    for k, party in enumerate(parties):
        if party.first >= start and party.last < stop and party.prep == "by":
            return [p for p in _list_of(words, parties, k) if p.last < stop]
    return []


def border_of(words, parties, start, stop):
    """The state on whose border something stands: "on the Ukraine border", "along its border with Poland"."""
    for j in range(start, stop):
        if words[j].low in ("border", "borders", "frontier", "borderline"):
            for party in parties:
                if party.kind in ("named", "place") and (0 <= j - party.last <= 3 and party.first >= start - 1 or 0 < party.first - j <= 3 and words[j + 1].low in ("with", "of", "to")):
                    return [party]
    return []


def between_of(words, parties, start, stop):
    """Both sides of "between A and B"."""
    for k, party in enumerate(parties):
        if start <= party.first < stop and party.prep in ("between", "among"):
            sides = _list_of(words, parties, k)
            if len(sides) > 1:
                return sides
    return []


# -- one act ------------------------------------------------------------------------------------------------------------------


class _Found:
    """An act while it is being worked out."""

    __slots__ = ("match", "group", "category", "modality", "actors", "targets", "place", "beneficiary", "alleged", "first", "last", "explicit", "reciprocal", "accuser", "verb", "dropped", "governed", "sentence", "confidence")

    def __init__(self, match, group, sentence):
        self.match, self.group, self.sentence = match, group, sentence
        self.category, self.modality = match.cue.category, "actual"
        self.actors, self.targets, self.place, self.beneficiary = [], [], None, None
        self.alleged = self.reciprocal = self.dropped = False
        self.first, self.last = match.first, match.last
        self.accuser = self.governed = None
        self.verb = match.tag not in ("noun", "posture")
        self.confidence = 0.0


class _Sentence(NamedTuple):
    span: tuple
    words: list
    parties: list
    matches: list
    conditions: list


def read_modality(words, match, group, conditions, category):
    """The modality of an act from its verb group, the conditions of its sentence, and denial around it."""
    i = match.first
    inside = next((c for c in conditions if c[0] <= i < c[1]), None)
    if inside is not None:
        return "conditional" if inside[2] == "unless" and False else "possible"
    outside = bool(conditions) and any(c[2] != "whether" for c in conditions)
    later = group.future or group.would or "announced" in group.effects or "threatened" in group.effects
    refusal = match.cue.words.split()[0] in ("not", "never")
    if refusal or match.cue.words.startswith("fail"):
        negated = False
    else:
        negated = group.negated or "denied" in group.effects or _nobody_before(words, group.first)
    if group.negated and "denied" in group.effects:
        return "possible"  # did not rule out
    if negated:
        if outside and later and category in HOSTILE:
            return "conditional"
        return "denied"
    if _denial_before(words, group.first):
        return "denied"
    if "threatened" in group.effects and not group.may:
        return "conditional" if outside and group.would else "threatened"
    if group.may or group.can or "possible" in group.effects:
        return "possible"
    if outside and (group.future or group.would):
        return "conditional"
    if refusal:
        return "actual"
    if "announced" in group.effects or group.future or group.would:
        return "announced"
    if category == "THREATEN" and match.cue.words.startswith("warn") and any(w.low in ("any", "if", "unless", "should") for w in words[match.last + 1 :]) and any(w.low in clauses.FUTURE | clauses.WOULD for w in words[match.first :]):
        return "conditional"
    if category == "THREATEN" and (outside or "any" in [w.low for w in words[max(0, group.first - 8) : match.last + 16]]) and any(w.low in ("ready", "prepared", "willing", "respond", "be", "will", "would") for w in words[group.first : match.last + 1]):
        return "conditional"
    if match.cue.modality:
        return "conditional" if outside and match.cue.modality == "announced" else match.cue.modality
    return "actual"


def _nobody_before(words, first):
    """True after "nobody", "no judge", "not one captive" as a subject."""
    for j in range(first - 1, max(-1, first - 5), -1):
        low = words[j].low
        if low in ("no", "nobody", "none", "neither") or low == "not" and words[j + 1].low in ("one", "a", "any", "a single"):
            return True
        if not low.isalpha() or low in PREPOSITION - {"of"} or low in COORDINATOR or low in BE:
            return False
    return False


DENIED_NOUN = frozenset("suggestion suggestions claim claims allegation allegations report reports accusation accusations rumour rumours rumors charge charges talk".split())
DENYING = frozenset("reject rejects rejected rejecting dismiss dismisses dismissed dismissing deny denies denied denying refute refuted brushed".split())
DENIAL = frozenset("denied denies denying deny refuted refutes rejected_x dismissed_x disavowed".split())


def _denial_before(words, first):
    """True inside "denied that …", "denied …ing", "no evidence that", "ruled out"."""
    j = first - 1
    while j >= 0 and first - j < 14:
        low = words[j].low
        if low in clauses.HARD or low in QUOTE or low in ("but", "because", "while", "although", "after", "who", "which"):
            return False
        if low in DENIAL or low in DENIED_NOUN and any(words[k].low in DENYING for k in range(max(0, j - 4), j)):
            return True
        if low == "out" and j and words[j - 1].low in ("ruled", "rules", "ruling", "rule"):
            return not (j > 2 and (words[j - 2].low in clauses.NEGATION))
        if low == "," and first - j > 1 or low in REPORTING:
            return False
        j -= 1
    return False


NOMINAL_EFFECT = {
    "possible": "possible", "potential": "possible", "possibly": "possible", "likely": "possible", "feared": "possible", "imminent": "possible", "hypothetical": "possible", "any": "possible",
    "planned": "announced", "upcoming": "announced", "proposed": "announced", "scheduled": "announced", "forthcoming": "announced", "future": "possible", "threatened": "threatened",
    "alleged": "alleged", "no": "denied", "never": "denied",
}
FEARS = frozenset("fear fears feared worries worry concern concerns risk risks danger dangers prospect possibility likelihood chance threat event case brace braces braced bracing".split())
AGAINST_ACT = frozenset("deter deters deterring deterred prevent prevents preventing prevented avert averting averted avoid avoiding avoided stop_x thwart thwarted foil foiled repel repelled counter countering forestall against resist repelling withstand discourage".split())


def read_noun_modality(words, match, conditions, category):
    """The modality of a nominal act ("fears of an invasion", "no attack", "planned sanctions"), or "drop" when it is only to be deterred."""
    i = match.first
    if any(c[0] <= i < c[1] for c in conditions):
        return "possible"
    modality = match.cue.modality or "actual"
    for j in range(i - 1, max(-1, i - 7), -1):
        low = words[j].low
        if low in clauses.HARD or low in QUOTE or low == ",":
            break
        if low in NOMINAL_EFFECT and i - j <= 3:
            modality = NOMINAL_EFFECT[low]
            if low == "any":
                modality = "possible"
            break
        if low in clauses.MAY:
            modality = "possible"
            break
        if low in AGAINST_ACT and category in HOSTILE:
            return "drop" if low != "against" or i - j <= 3 and words[j - 1].low in ("defend", "guard", "protect", "defence", "defense", "protection") else modality
        if low in FEARS and any(w.low in ("of", "over", "about", "that", "for") for w in words[j + 1 : i]):
            return "threatened" if low == "threat" else "possible"
        if low in ("plan", "plans", "planned", "plotting", "planning", "prepare", "preparing", "prepares", "threatened", "threatens", "threatening", "approved", "approves", "ordered", "orders", "authorised", "authorized", "consider", "considering", "considers", "weighing", "weighs", "mulling", "mulls", "discussing"):
            modality = "threatened" if low.startswith("threat") else "possible" if low.startswith(("consider", "weigh", "mull", "discuss")) else "announced"
            break
    if _denial_before(words, i):
        return "denied"
    if modality == "actual":
        after = [w.low for w in words[match.last + 1 : match.last + 5] if w.low not in ("that", "which")]
        if after[:1] and after[0] in clauses.FUTURE:
            return "conditional" if conditions else "announced"
        if after[:1] and after[0] in clauses.WOULD:
            return "conditional"
        if after[:1] and after[0] in clauses.MAY:
            return "possible"
    return modality


PURPOSES = (
    ("deter", re.compile(r"\b(?:to deter|deterring|deterrent|deterrence|as a warning|to discourage|think twice|to dissuade|to prevent|to stop .{0,40} from|keep .{0,30} from|in case)\b")),
    ("punish", re.compile(r"\b(?:punish\w*|in retaliation|retaliat\w+|in revenge|reprisal|avenge|penali[sz]e|as punishment|tit-for-tat)\b")),
    ("compel", re.compile(r"\b(?:to force|to compel|to pressure|to press|to coerce|in order to make|to make .{0,30} (?:accept|agree|withdraw|release)|pressure .{0,30} into|to bend|to squeeze|to wring|until .{0,60}|unless .{0,60})\b")),
    ("reassure", re.compile(r"\b(?:reassur\w+|to assure|to calm|to support .{0,20} allies|to assist .{0,20} allies|show of support)\b")),
)


def read_purpose(words, found, category, modality):
    """deter, punish, compel, reassure or None: from the words between the act and the end of its clause, then from the modality."""
    stop = min(len(words), found.last + 22)
    right = " ".join(w.low for w in words[max(0, found.first - 6) : stop])
    for purpose, pattern in PURPOSES:
        if purpose == "compel" and category not in HOSTILE:
            continue
        if pattern.search(right):
            return purpose
    if category in HOSTILE and category not in ("REQUEST", "REJECT", "ACCUSE"):
        if modality == "denied":
            return "reassure"
        if modality == "conditional":
            return "deter"
    return None


EVERYDAY = ("sport", "business", "weather", "health", "art", "election", "history")


def everyday(words, classes):
    """How many words speak of sport, business, weather, health or art, less those of armed conflict and politics."""
    count = armed = political = 0
    for word in words:
        low = word.low
        if low in classes["armed"]:
            armed += 1
        elif low in classes["political"]:
            political += 1
        elif any(low in classes[name] for name in EVERYDAY):
            count += 1
    return count, armed, political


OLD_YEAR = re.compile(r"1[0-9]{3}")


def historical(words):
    """True for a sentence that dates itself to before 2000: background, not news."""
    return any(OLD_YEAR.fullmatch(w.low) and i and words[i - 1].low in ("in", "of", "since", "by", "until", "from", "during", "the", "and", "after", "before", "early", "late", "to") for i, w in enumerate(words))


def plausible(match, words, counts, context, has_state, classes):
    """False where a cue stands in everyday surroundings ("a price war", "publishers turned down her manuscript").

    counts: everyday, armed and political words of the sentence; the cue's own words do not speak for it.
    """
    if match.cue.own:
        return True
    count, armed, political = counts
    own = everyday(words[match.first : match.last + 1], classes)
    count, armed, political = count - own[0], armed - own[1], political - own[2]
    here = armed + political + bool(has_state)
    around = context["armed"] + .5 * context["political"]
    if context["everyday"] >= 3 and context["everyday"] > 1.5 * around:
        return armed + political > max(count, 1) if match.cue.ambiguous else here > max(count, 1)
    if match.cue.ambiguous:
        return count <= armed + political * .5 and (here > 0 or around >= 4)
    return count <= here + 1 and (here > 0 or own[1] > 0 and match.cue.size > 1 or around >= 3)


def _link(acts, words):
    """Let acts that govern others take them in: "threatened to strike" is one threatened strike, "called for a ceasefire" one request."""
    for k, outer in enumerate(acts):
        if outer.dropped:
            continue
        for inner in acts[k + 1 :]:
            if inner.dropped or inner.sentence is not outer.sentence or inner.first <= outer.first:
                continue
            start = max(outer.last + 1, outer.first)
            begin = inner.group.first if inner.verb else inner.first
            between = [w.low for w in words[start : max(start, begin)]]
            if any(b in clauses.HARD or b in ("but", "after", "because", "while", "although", "since", "as", "before", "amid", "following", "when", "if", "unless", "where") for b in between):
                break
            quoted_apart = any(b in QUOTE for b in between)
            verbless = not any(b in BE | clauses.HAVE | clauses.MODAL | REPORTING for b in between)
            coordinated = bool(between) and between[-1] in ("and", ",", "or") and inner.verb and not inner.group.infinitive and inner.match.tag != "ing"
            category = outer.category
            starts = words[begin].low if begin < len(words) else ""
            governed = inner.verb and inner.group.first <= outer.first or inner.verb and (starts == "to" or inner.group.infinitive) or inner.match.tag == "ing" and bool(between) and between[-1] in ("of", "for", "from", "against", "with", "over")
            if category == "REQUEST" and len(between) <= 14 and not coordinated:
                stated = any(b in ("that", "must", "should") for b in between) or starts in ("must", "should", "to", "be") or governed or not inner.verb
                if (stated or verbless) and not (inner.category in ("FORCE", "COERCE") and not inner.verb and any(b in ("over", "about") for b in between)):
                    inner.dropped = True
            elif category == "REJECT" and len(between) <= 9 and verbless and not coordinated and (governed or not inner.verb) and not (inner.category == "REQUEST" and inner.first <= outer.last):
                inner.dropped = True
            elif category == "REJECT" and starts in ("to", "that") and len(between) <= 2 and inner.verb and not coordinated:
                inner.dropped = True
            elif category == "THREATEN" and outer.match.cue.words.endswith(" to") and outer.match.cue.words.startswith("give") and inner.verb and len(between) <= 4:
                inner.dropped = True
            elif category == "THREATEN" and len(between) <= 4 and outer.verb and outer.match.cue.words.startswith(("threat", "vow", "swear", "warn", "menace", "stand ready")) and governed and not quoted_apart:
                inner.modality = "threatened" if inner.modality in ("actual", "announced", "threatened", "conditional") else inner.modality
                inner.first, inner.actors, inner.governed = outer.first, inner.actors or outer.actors, outer
                outer.dropped = True
                break
            elif category == "THREATEN" and not outer.verb and len(between) <= 3 and not inner.verb:
                inner.modality, inner.first, outer.dropped = "threatened", outer.first, True
                break
            elif category in ("TALK", "SUPPORT", "AID") and outer.match.cue.plover == "AGREE" and governed and len(between) <= 3:
                inner.modality = "announced" if inner.modality == "actual" else inner.modality
                inner.first, inner.governed = outer.first, outer
                outer.dropped = True
                break
            elif category == "TALK" and not inner.verb and verbless and len(between) <= 6 and inner.category in ("TALK", "YIELD", "AID"):
                inner.dropped = True
            elif category == "ACCUSE" and (between[-1:] and between[-1] in ("of", "for", "over", "that") or any(b in ("of", "for", "over", "that") for b in between)) and not coordinated:
                if any(w.low in ("trying", "seeking", "planning", "plotting", "attempting", "wanting", "preparing") for w in words[outer.last + 1 : inner.match.first]):
                    inner.dropped = True
                elif inner.category == "ACCUSE" and inner.match.cue.ambiguous is False and not inner.verb:
                    inner.dropped = True
                else:
                    inner.alleged, inner.accuser = True, outer
            elif category == "ACCUSE" and not inner.verb and inner.category == "ACCUSE" and len(between) <= 6:
                inner.dropped = True
            elif category == "MOBILIZE" and governed and inner.category in ("AID", "TALK", "FORCE", "COERCE", "MOBILIZE", "YIELD") and len(between) <= 8:
                inner.dropped = True
            elif not inner.verb and inner.category == outer.category and len(between) <= 2 and verbless:
                inner.dropped = True
            elif category in ("FORCE", "COERCE", "SANCTION") and not inner.verb and inner.category == category and verbless and len(between) <= 5 and not {"for", "over", "after"} & set(between):
                inner.dropped = True
            elif category == "FORCE" and outer.verb and not inner.verb and inner.category == "FORCE" and not inner.actors and between[-4:] and "in" in between[-5:]:
                inner.dropped = True


def _read_sentence(document_text, span, names, codebook, context, alone=False):
    """The acts of one sentence with modality and direction, before the article's context is used."""
    words = clauses.words_of(document_text, *span)
    index = codebook.index
    if not any(w.low in index for w in words):
        return None, []
    matches = find_cues(words, codebook, lambda w: document_text[w.start : w.end])
    if not matches:
        return None, []
    parties = participants(document_text, words, names)
    inside = names.words_inside(words)
    matches = [m for m in matches if not (inside[m.first] and inside[m.last]) or m.cue.own]
    conditions = clauses.protases(words)
    sentence = _Sentence(span, words, parties, matches, conditions)
    counts = everyday(words, codebook.classes)
    has_state = any(p.id and (p.id.startswith("LOC:") or p.kind == "named") for p in parties)
    old = historical(words)
    acts = []
    previous = None
    for match in matches:
        if not alone and (not plausible(match, words, counts, context, has_state, codebook.classes) or old and not match.cue.own):
            continue
        verb = match.tag not in ("noun", "posture")
        participle = verb and bool(match.cue.verb_tags.get(words[match.head].low, set()) & {"participle", "past"}) and match.tag == "past"
        group = clauses.verb_group(words, match.head, participle) if verb else clauses.Group(match.first, (), False, False, False, False, False, False, False, False, True)
        found = _Found(match, group, sentence)
        stop = clauses.boundary_right(words, match.last + 1)
        if match.tag == "posture":
            _direct_posture(words, parties, found, stop)
            found.modality = read_modality(words, match, group, conditions, found.category) if words[match.last].low not in () else "actual"
            if any(w.low in clauses.FUTURE for w in words[match.first : match.last]):
                found.modality = "announced"
        elif verb:
            found.modality = read_modality(words, match, group, conditions, found.category)
            if _capability(words, group):
                continue
            if match.cue.words.startswith("warn ") and match.cue.size == 2 and words[match.last].low in ("that", "it", "they", "he"):
                rest = {w.low for w in words[match.last + 1 :]}
                if not rest & (clauses.FUTURE | clauses.WOULD | {"any", "if", "unless", "must", "should", "consequences", "retaliate", "respond"}) or rest & {"could", "might", "may"} and not rest & clauses.FUTURE:
                    continue  # a risk, not a threat
            if "stopped" in group.effects:
                if found.category in HOSTILE:
                    found.category = "YIELD"
                else:
                    found.modality = "denied"
            _direct_verb(words, parties, matches, found, stop, previous)
            if not group.passive and found.actors:
                previous = found.actors
        else:
            found.modality = read_noun_modality(words, match, conditions, found.category)
            if found.modality == "drop":
                continue
            if found.modality == "alleged":
                found.modality, found.alleged = "actual", True
            _direct_noun(words, parties, matches, found, stop, previous)
        acts.append(found)
    _link(acts, words)
    _pass_on(acts, words)
    for act in acts:
        if act.modality == "threatened" and act.category not in HOSTILE and act.category in LADDER:
            act.modality = "announced"
        if act.category == "THREATEN" and act.modality in ("announced", "threatened"):
            act.modality = "actual"  # "they will pay" is a threat that has been made
        if act.category == "FORCE" and act.match.cue.words in REPLIES and act.modality in ("announced", "threatened", "conditional"):
            act.category, act.modality = "THREATEN", "conditional" if act.modality == "conditional" else "actual"
    return sentence, [a for a in acts if not a.dropped]


REPLIES = frozenset(("retaliate", "strike back", "hit back", "intervene", "fight", "respond militarily"))


def _capability(words, group):
    """True for "can deploy", "able to strike", "designed to …": what could be done is no act."""
    before = [w.low for w in words[max(0, group.first - 3) : group.first + 1]]
    return group.can and not group.negated or any(b in ("designed", "capable", "able", "equipped", "trained") for b in before)


def _direct_posture(words, parties, found, stop):
    match = found.match
    inside = [p for p in parties if p.last >= match.first - 3 and p.first <= match.last and not (p.first > match.first and p.prep is not None)]
    owner = [p for p in parties if 0 <= match.first - p.last <= 3 and p.prep is None]
    found.actors = [p for p in inside if p.first <= match.first + 1][:1] or owner[-1:]
    found.targets = [p for p in border_of(words, parties, match.first, min(len(words), match.last + 5)) if p not in found.actors]


def _direct_verb(words, parties, matches, found, stop, previous):
    match, group, category = found.match, found.group, found.category
    following = next((m for m in matches if m.first > match.last and m.tag not in ("noun", "posture") and words[m.first - 1].low in ("and", "but", "or")), None)
    if following is not None and following.first <= stop:
        stop = following.first
    if match.cue.kind == "passive":
        _direct_passive(words, parties, matches, found, stop)
        return
    subject = subject_of(words, parties, matches, match, group, previous)
    by = agent_of(words, parties, match.last + 1, min(stop + 4, len(words)))
    passive = group.passive or (bool(by) and match.tag == "past" and by[0].first - match.last <= 4 and group.bare)
    after = match.first + 1 if match.cue.size > 1 and None in match.cue.elements else match.last + 1
    targets, place = object_of(words, parties, matches, category, after, stop, passive=passive, actors=subject)
    if match.cue.words.split()[0] in ("must", "should", "need"):
        found.actors, found.targets = [], subject
        return
    if match.cue.target == "none":  # be killed, come under fire: the subject is the one it happens to
        found.actors, found.targets, found.place = by, subject, place
        return
    if passive:
        if category == "COERCE" and not by and place:
            by, place = place, None
        found.actors = by
        if category == "MOBILIZE":
            found.actors = by or [p for p in subject if p.kind != "nominal" or p.id]
            found.targets = border_of(words, parties, match.last + 1, stop)
        elif category in ("AID", "TALK", "YIELD") and targets:
            found.targets = targets
        else:
            found.targets = subject
        if category == "YIELD" and not by and not targets:
            found.targets = subject
        return
    if category == "THREATEN" and match.cue.words.startswith("warn") and words[match.last].low in ("that", "it", "they", "he"):
        targets = []
    found.actors, found.targets = subject, [p for p in targets if p not in subject]
    if category == "MOBILIZE":
        found.targets = border_of(words, parties, match.first, stop) or found.targets
        found.targets = [p for p in found.targets if p not in subject and p.id not in {s.id for s in subject if s.id}]
        hosts = [p for p in parties if p.first > match.first and p.last < stop + 6 and p.prep in ("to", "in", "into", "at") and p.kind in ("named", "place")]
        found.beneficiary = hosts[0] if hosts and not found.targets else None
        helped = [p for p in parties if p.first > match.last and p.prep is None and any(w.low in ("assist", "help", "support", "protect", "reassure", "defend") for w in words[match.last + 1 : p.first])]
        found.beneficiary = helped[0] if helped else found.beneficiary
    elif category == "AID":
        found.beneficiary = found.targets[0] if found.targets else None
    found.place = place
    if category == "THREATEN" and "defend" in match.cue.words and found.targets:
        found.beneficiary, found.targets = found.targets[0], []
    if category == "TALK" and len(found.actors) > 1 and not found.targets:
        found.reciprocal = True
    sides = between_of(words, parties, after, stop) if category in ("TALK", "FORCE") else []
    if sides and category == "TALK" and not found.targets:
        found.beneficiary = None
        if match.cue.words.split()[0] in ("mediate", "broker", "shuttle", "host"):
            found.targets = sides
    if category == "FORCE" and match.cue.words.startswith(("clash", "exchange", "trade", "fight", "battle")) and len(found.actors) > 1 and not found.targets:
        found.reciprocal = True


def _direct_passive(words, parties, matches, found, stop):
    """"Sanctions were imposed on Belarus by the bloc": the agent after "by" or the owner of the noun, the target after its preposition."""
    match = found.match
    owner = [p for p in parties if p.last < match.first and match.first - p.last <= 4 and _modifies(words, p, match.first)]
    inside = [p for p in parties if p.first <= match.first <= p.last and p.id]
    found.actors = agent_of(words, parties, match.last + 1, min(stop + 4, len(words))) or inside[:1] or owner[-1:]
    targets, found.place = object_of(words, parties, matches, found.category, match.first + 1, stop, passive=True)
    found.targets = [p for p in targets if p not in found.actors]
    if found.category == "MOBILIZE":
        found.targets = border_of(words, parties, match.first, stop)


def _direct_noun(words, parties, matches, found, stop, previous):
    match, category = found.match, found.category
    owner = [p for p in parties if p.last < match.first and match.first - p.last <= 5 and _modifies(words, p, match.first)]
    by = agent_of(words, parties, match.last + 1, min(stop, match.last + 9))
    sides = between_of(words, parties, match.first, stop)
    if sides:
        found.actors, found.targets, found.reciprocal = sides, [], True
        return
    after = match.last if words[match.last].low in PREPOSITION else match.last + 1
    targets, place = object_of(words, parties, matches, category, after, stop)
    targets = [p for p in targets if p.first - match.last <= 7 and (p.prep is not None)]
    from_ = [p for p in parties if p.first > match.last and p.last < stop and p.prep in ("from", "by", "of") and p.first - match.last <= 8]
    if category == "YIELD" and not match.cue.words.startswith(("withdrawal", "surrender", "retreat", "resignation", "pullout", "pull-out", "pullback", "troop")):
        targets, from_ = targets or [p for p in from_ if p.prep == "of"][:1], []
    if category in ("REQUEST", "REJECT", "YIELD", "MOBILIZE") and from_ and not owner:
        found.actors = from_[:1]
        targets = [p for p in targets if p not in from_]
    elif owner:
        last = owner[-1]
        bare = last.kind in ("named", "place") and words[last.last].low not in STATE_NOUNS | GROUP_NOUNS and not last.owner and not last.demonym and last.id and last.id.startswith("LOC:") and last.id not in ("LOC:united states", "LOC:united kingdom") and category in ("FORCE",)
        if bare and not targets:
            targets = [last]
        else:
            k = parties.index(last)
            found.actors = _list_of(words, parties, k, -1)
    if by:
        found.actors = by
    found.targets = targets
    found.place = place
    if category == "MOBILIZE":
        found.targets = border_of(words, parties, match.first, stop) or [p for p in targets if p.prep == "against"]
    if not found.actors and not by and any(w.low in ("its", "their", "his") for w in words[max(0, match.first - 3) : match.first]):
        found.actors = _first_subject(words, parties, _clause_left(words, match.first), match.first)
    if not found.actors and not by:
        carrier = _light_verb(words, found.match.first)
        if carrier is not None:
            found.actors = _first_subject(words, parties, clauses.boundary_left(words, carrier), carrier)
            if found.modality == "actual":
                group = clauses.verb_group(words, carrier, False)
                found.modality = read_modality(words, match, group, found.sentence.conditions, category)
                low = words[carrier].low
                if found.modality == "actual":
                    found.modality = "threatened" if low.startswith(("vow", "threat", "warn")) else "announced" if low.startswith(("plan", "order", "promise", "pledge", "approv", "author", "prepar")) else "actual"
    if category == "REJECT" and not found.targets:
        found.targets = [p for p in parties if p.first > match.last and p.last < stop and p not in found.actors][:1]


LIGHT = frozenset(
    """launch launched launches launching begin began begins start started starts carry carried stage staged mount mounted conduct conducted announce announced announces impose imposed plan planned plans
    declare declared make made makes making issue issued issues order ordered orders continue continued continues resume resumed hold held holds holding prepare prepared preparing face faced reiterated repeated renewed
    voiced expressed lead led suffered unleash unleashed pursue pursued press pressed end ended lift step stepped escalate escalated intensified outline outlined have has had is are was were use used vow vowed vows threaten threatened threatens promise promised pledged warned include
    authorise authorised authorize authorized approve approved allow allows allowed""".split()
)


def _light_verb(words, i):
    """Index of the verb that carries the noun at i: "Turkey will launch a military operation", or None."""
    for j in range(i - 1, max(-1, i - 6), -1):
        low = words[j].low
        if low in LIGHT:
            return j
        if low in clauses.HARD or low == "," or low in PREPOSITION or low in COORDINATOR:
            return None
    return None


def _modifies(words, party, first):
    between = [w.low for w in words[party.last + 1 : first]]
    if any(b in PREPOSITION or b in COORDINATOR or b in clauses.HARD or b in QUOTE or b == "," or b in BE or b in clauses.HAVE or b in clauses.MODAL or b in REPORTING for b in between):
        return False
    if any(b in DETERMINER or b.endswith("ed") for b in between if b != "armed") and not party.owner:
        return False
    return party.owner or party.demonym or len(between) <= 1 and party.kind in ("named", "place", "person")


def _pass_on(acts, words):
    """Direction that follows from the acts around: what someone is accused of, what is done in reply."""
    for act in acts:
        if act.accuser is not None:
            accused = act.accuser.targets
            if accused and act.verb and act.match.tag in ("ing",):
                act.actors = accused
            if not act.actors:
                act.actors = accused
            if not act.targets and act.category in HOSTILE and act.category != "MOBILIZE" and not act.place:
                act.targets = [p for p in act.accuser.actors if p not in act.actors]
        after = next((a for a in acts if a.first > act.last), None)
        if act.verb and not act.targets and after is not None and after.verb and after.targets and after.category in HOSTILE and [w.low for w in words[act.last + 1 : after.group.first]] == ["and"]:
            act.targets = list(after.targets)
        if act.category == "REQUEST" and not act.verb and not act.targets:
            refusal = next((a for a in acts if a.category == "REJECT" and a.match.last >= act.match.first and a.match.first < act.match.first), None)
            if refusal is not None:
                act.targets = [p for p in refusal.actors if p not in act.actors]
                if not refusal.targets:
                    refusal.targets = act.actors
        if act.category == "ACCUSE" and not act.targets:
            inner = next((a for a in acts if a.accuser is act and a.actors), None)
            if inner is not None:
                act.targets = [p for p in inner.actors if p not in act.actors]


def _kept(act):
    """Nominal acts need somebody in them; single words in the past of the past participle as adjectives are no acts."""
    if act.match.cue.own:
        return True
    if act.verb:
        if act.group.bare and act.match.tag == "past" and act.match.cue.size == 1 and not act.actors and not act.targets and act.category in ("FORCE", "COERCE", "MOBILIZE"):
            return False
        if act.match.cue.ambiguous and not act.actors and not act.targets:
            return False
        if act.category in ("FORCE", "COERCE") and not any(p.kind != "place" for p in act.actors):
            low = {w.low for w in act.sentence.words[: act.first] + act.sentence.words[act.last + 1 :]}
            classes = word_classes()
            if act.match.cue.ambiguous and not act.actors and not act.group.passive and not low & classes["armed"]:
                return False  # flames surrounded the town
            return not (low & (classes["weather"] | classes["health"]) and len(low & classes["armed"]) < 2)
        return True
    if act.match.tag == "posture":
        return bool(act.actors or act.targets)
    if act.category == "FORCE":
        return bool(act.targets or act.place or any(p.first >= 0 for p in act.actors))
    return bool(act.actors or act.targets or act.place and act.category == "COERCE")


# -- the article ------------------------------------------------------------------------------------------------------------------


WEIGHT = {"FORCE": 4, "COERCE": 3, "MOBILIZE": 3, "THREATEN": 2, "SANCTION": 2}


def _adversaries(acts):
    """Who acts against whom in the article, by name: Counter of (actor id, target id), material acts weighing more."""
    against = Counter()
    for act in acts:
        if act.modality in ("denied", "possible"):
            continue
        for a in act.actors:
            for b in act.targets:
                if a.id and b.id and a.id != b.id:
                    against[a.id, b.id] += WEIGHT.get(act.category, 1) if act.category in HOSTILE else -3 if act.category == "AID" else -1
    return against


def _label(parties):
    seen = {}
    for party in parties:
        if party.name and party.name not in seen:
            seen[party.name] = party
    states = {p.name for p in seen.values()}
    kept = [n for n in seen if not any(other != n and other.startswith(n + " (") for other in states)]
    return "; ".join(kept) or None


def _identity(parties):
    return next((p.id for p in parties if p.id), None)


def find_acts(document, encoding, mentions, statements, *, codebook=None, roll_up=True):
    """All acts of an article, sorted by start.

    document: `text.read(…)`; encoding: `Encoder.encode(document)`, or None for rules alone; mentions, statements: what `entities` and
    `statements` found ([] is fine); codebook: path of a user's own categories (see `read_codebook`); roll_up: leaders and spokespersons act
    for their state, "Russia (Vladimir Putin)" with the state's id; False keeps the persons. Never raises on any text; raises what
    `read_codebook` raises when the user's file is wrong.
    """
    book = codebook if isinstance(codebook, Codebook) else load_codebook(codebook)
    names = _Names(document, mentions, roll_up)
    context = _context(document, book)
    sources = _Sources(document, statements)
    acts, sentences = [], []
    for span in document.sentences:
        sentence, found = _read_sentence(document.text, span, names, book, context)
        if sentence is not None:
            sentences.append(sentence)
        acts += found
    _fill(acts, document, names, sources)
    acts = [act for act in acts if _kept(act) and _judge(act, encoding, document)]
    _imply(acts, document, names)
    acts += _complaints(acts, sources, names)
    rows = [_row(act, document.text, book, sources, names) for act in acts]
    return sorted(set(rows), key=lambda row: (row.start, row.end, row.category))


def _context(document, book):
    """Counts of everyday, armed and political words in the article (its first 20,000 characters)."""
    count = armed = political = 0
    words = clauses.words_of(document.text, 0, min(len(document.text), 20_000))
    count, armed, political = everyday(words, book.classes)
    return {"everyday": count, "armed": armed, "political": political}


DROP_BELOW = .12  # an act whose category the language model gives less than this, and NONE most, is dropped when its cue is ambiguous


def _judge(act, encoding, document):
    """Confidence from cue and language model; False when both speak against the act."""
    prior = .45 if act.match.cue.ambiguous else .75
    prior -= .1 * (not act.actors) + .05 * (not act.targets)
    start, end = act.sentence.span
    words = act.sentence.words
    opinion = encoding.act(start, end, words[act.first].start, words[act.last].end) if encoding is not None else {}
    if not opinion or max(opinion.values()) < 0.2:  # no model, or one that does not know
        act.confidence = prior
        return True
    mine = sum(p for plover, p in opinion.items() if CATEGORY_OF.get(plover) == act.category)
    quad = sum(p for plover, p in opinion.items() if _quad(CATEGORY_OF.get(plover, "NONE")) == _quad(act.category))
    none = opinion.get("NONE", 0.0)
    act.confidence = round((prior + max(mine, quad * .7)) / 2, 3)
    if act.match.cue.own:
        return True
    if act.match.cue.ambiguous:
        return quad > DROP_BELOW or none < .5
    return not (none > .9 and quad < .05)


def _quad(category):
    if category in ("TALK",):
        return 1
    if category in ("AID", "YIELD"):
        return 2
    if category in ("REQUEST", "REJECT", "ACCUSE", "THREATEN"):
        return 3
    return 4 if category in HOSTILE else 0


def _fill(acts, document, names, sources):
    """Actors that the sentence itself does not name: the speaker ("we", "it said it"), the sentences before ("they", "the troops", "the group")."""
    last, dyads, last_pair = {}, [], []
    for act in acts:
        start, words = act.sentence.span[0], act.sentence.words
        before = last.get(act.category) if start - last.get(act.category, (0, -10_000))[1] < 900 else None
        if act.match.cue.troops and not _moves_troops(act, last.get("MOBILIZE"), start):
            act.dropped = True
            continue
        _speak_for(act, sources, names)
        if not act.actors and act.verb and act.group.first and words[act.group.first - 1].low in ("it", "they"):
            found = names.antecedent(document, words[act.group.first - 1].start, ("ORG", "LOC"))
            if found is not None and names.kinds.get(found.entity_id) != "outlet":
                name, identity, _ = names.show(found)
                act.actors = [Party(-1, -1, name, identity, None, "named", False, False)]
        act.actors = [_known(party, act, document, names) for party in act.actors]
        _both(act, dyads, last_pair)
        act.targets = [_known(party, act, document, names) for party in act.targets]
        vague = not act.actors or all(p.id is None and p.name.lower().removeprefix("the ") in TROOP_NAMES for p in act.actors)
        if vague and act.category == "MOBILIZE" and before:
            act.actors = before[0]
        if not act.verb and before and before[1] < start and act.category in WEIGHT and act.first and words[act.first - 1].low in ("this", "these", "such", "those"):
            act.actors = act.actors or before[0]
            if act.modality == "actual" and start - before[1] < 700:
                act.modality = before[2]
        ids = [p for p in act.actors + act.targets if p.id and p.id.startswith("LOC:")]
        if len({p.id for p in ids}) > 1:
            first = ids[0]
            dyads.append((first, next(p for p in ids if p.id != first.id)))
        if len(act.actors) > 1:
            last_pair[:] = [start, act.actors]
        if act.actors and any(p.id for p in act.actors):
            last[act.category] = (act.actors, start, act.modality)
    acts[:] = [act for act in acts if not act.dropped]
    for act in acts:
        if not act.targets and not act.reciprocal and act.place:
            act.targets = [p for p in act.place if p.id not in {a.id for a in act.actors}]


SIDES = frozenset("presidents leaders sides countries governments ministers neighbours neighbors parties armies capitals nations foes rivals allies foreign-ministers".split())


def _both(act, dyads, last_pair):
    """"The two leaders", "both sides": the pair named last; "they" after a sentence about two: those two."""
    words = act.sentence.words
    start = act.sentence.span[0]
    plural = next((p for p in act.actors if p.id is None and p.first > 0 and p.name.lower().split()[-1] in SIDES and words[p.first - 1].low in ("two", "both")), None)
    if plural is not None and dyads:
        act.actors, act.reciprocal = [p._replace(first=-1, last=-1, prep=None) for p in dyads[-1]], act.category == "TALK"
    elif not act.actors and act.verb and act.group.first and words[act.group.first - 1].low == "they" and last_pair and 0 < start - last_pair[0] < 400:
        act.actors = last_pair[1]
        act.reciprocal = act.category in ("TALK", "FORCE") and not act.targets


TROOP_NAMES = frozenset("troops soldiers forces they officials units reinforcements".split())
GROUP_NAMES = frozenset("group movement party bloc alliance organisation organization militia rebels coalition union army military government country nation state company ministry regime junta".split())


def _moves_troops(act, before, start):
    """True when what is sent, flown or stationed are troops: named so before the verb, or "they" after a sentence about a deployment."""
    words = act.sentence.words
    classes = word_classes()
    ahead = words[max(0, act.group.first - 14) : act.group.first]
    if any(w.low in classes["troops"] or w.low in classes["arms"] for w in ahead):
        return True
    return bool(ahead) and ahead[-1].low in ("they", "which", "that", "it") and before is not None and start - before[1] < 400


def _speak_for(act, sources, names):
    """The speaker acts where the words of the clause are "we", "I", "our", or "it" and "they" in reported speech; and where a quotation names nobody."""
    words = act.sentence.words
    begin = min(act.group.first if act.verb else act.first, act.first)
    offset = words[act.first].start
    statement = sources.statement(offset, words[act.last].end)
    inside = sources.inside(offset)
    speaker = names.party(statement.speaker_id) if statement is not None and statement.speaker_id else None
    if speaker is None and inside:
        speaker = _before_quotation(act, sources)
    if speaker is None:
        return
    near = {w.low for w in words[max(0, begin - 6) : begin]}
    subject = words[begin - 1].low if begin else ""
    outside = inside and act.actors and all(p.first >= 0 and not sources.inside(words[p.first].start) for p in act.actors)
    if inside and (near & {"we", "i"} or not act.verb and near & {"our", "my"}):
        act.actors = [speaker]
    elif inside and (not act.actors or outside) and act.category != "FORCE":
        act.actors = [speaker]
    elif inside and (not act.actors or outside) and act.modality in ("denied", "announced", "threatened", "conditional"):
        act.actors = [speaker]
    elif not inside and subject in ("it", "they") and not act.actors:
        act.actors = [speaker]
    elif act.category == "THREATEN" and act.verb and act.match.cue.words.startswith(("be considered", "be regarded", "be seen", "be treated", "be met", "be a", "be ", "amount", "face", "pay", "suffer", "bear")) and act.match.cue.words.split()[1] not in ("ready", "prepared", "willing"):
        act.targets = act.targets or [p for p in act.actors if p.id != speaker.id]
        act.actors = [speaker]
    elif not inside and not act.actors and act.verb:
        act.actors = [speaker]
    after = {w.low for w in words[act.last + 1 : act.last + 6]} | {w.low for w in words[act.first + 1 : act.last + 1]}
    if act.category in HOSTILE and speaker.id not in {a.id for a in act.actors} and act.actors and (after & {"us", "our", "my"} if inside else after & {"its", "their", "it", "them"}) and not any(p.kind == "named" for p in act.targets):
        act.targets = [speaker]
    act.targets = [p for p in act.targets if p.id is None or p.id not in {a.id for a in act.actors}]


def _before_quotation(act, sources):
    """Who stands before the reporting verb that opens a quotation: "Ryabkov said, “…", or None."""
    words = act.sentence.words
    opening = next((j for j in range(act.first - 1, -1, -1) if not sources.inside(words[j].start)), None)
    if opening is None:
        return None
    said = next((j for j in range(opening, max(-1, opening - 5), -1) if words[j].low in REPORTING), None)
    near = [p for p in act.sentence.parties if said is not None and p.last < said and said - p.last <= 3 and p.id]
    return near[-1] if near else None


def _known(party, act, document, names):
    """"the group", "the bloc", "the country": what was named before; other parties as they are."""
    if party.id is not None or party.first < 0 or party.name.lower().removeprefix("the ") not in GROUP_NAMES:
        return party
    words = act.sentence.words
    if party.first and words[party.first - 1].low not in ("the", "its", "their"):
        return party
    offset = words[party.first].start
    group = party.name.lower() in ("group", "bloc", "alliance", "organisation", "organization", "coalition", "militia", "union")
    found = names.antecedent(document, offset, ("ORG",) if group else ("LOC",))
    if found is None:
        return party
    name, identity, _ = names.show(found)
    return party._replace(name=name, id=identity)


def _imply(acts, document, names):
    """Targets that only the context of the article names, marked "(implied)"."""
    against = _adversaries(acts)
    for pair, n in _standoffs(document, names).items():
        against[pair] += n
    for act in acts:
        if act.targets or act.reciprocal or not act.actors or act.category not in ("FORCE", "COERCE", "SANCTION", "MOBILIZE", "THREATEN", "ACCUSE", "REJECT"):
            continue
        act.targets = _implied(act.actors, against, names, act.category in ("FORCE", "MOBILIZE", "THREATEN", "COERCE"))


def _complaints(acts, sources, names):
    """A refusal or breach that its victim reports ("Putin said that the U.S. ignored the demands") is also an accusation by the speaker."""
    found = []
    for act in acts:
        if act.category != "REJECT" or not act.verb or not act.actors or act.modality != "actual":
            continue
        words = act.sentence.words
        statement = sources.statement(words[act.first].start, words[act.last].end)
        if statement is None or not statement.speaker_id or statement.cue_start is None:
            continue
        speaker = names.party(statement.speaker_id)
        if speaker is None or speaker.id in {p.id for p in act.actors} or speaker.id not in {p.id for p in act.targets}:
            continue
        act.alleged = True
        starts = [w.start for w in words]
        cue = bisect.bisect_left(starts, statement.cue_start)
        if cue >= act.first:
            cue = act.first
        complaint = _Found(act.match, act.group, act.sentence)
        complaint.category, complaint.actors, complaint.targets = "ACCUSE", [speaker], act.actors
        complaint.first, complaint.last, complaint.verb, complaint.confidence = cue, act.match.first, False, act.confidence * .9
        found.append(complaint)
    return found


def _standoffs(document, names):
    """(a, b) pairs that the text calls a standoff, border, war, conflict or tensions: "the Ukraine-Russia standoff"."""
    found = Counter()
    mentions = [m for m in names.mentions if m.type in ("LOC", "ORG") and m.kind in ("named", "demonym")]
    for a, b in zip(mentions, mentions[1:]):
        between = document.text[a.end : b.start]
        if len(between) <= 8 and between.strip() in ("-", "–", "—", "and", "/", "‑", "–"):
            after = document.text[b.end : b.end + 40].lower()
            if re.match(r"\W{0,3}(?:\w+\s){0,2}(?:standoff|war|conflict|tension|dispute|border|crisis|rivalry|confrontation|clash|frontier)", after):
                ia, ib = names.show(a)[1], names.show(b)[1]
                if ia != ib:
                    found[ia, ib] += 1
                    found[ib, ia] += 1
    return found


def _implied(actors, against, names, third=True):
    """The adversary of these actors in the article, marked "(implied)"; [] without a clear one.

    third: also for those who are no party to the conflict themselves, towards the side that acts most against others.
    """
    mine = {a.id for a in actors if a.id and not a.id.startswith("PER:")}
    helped = {b for (a, b), n in against.items() if a in mine and n < 0}
    foes = Counter()
    for (a, b), n in against.items():
        if n <= 0:
            continue
        if a in mine and b not in mine:
            foes[b] += 2 * n
        elif b in mine and a not in mine:
            foes[a] += 2 * n
        elif mine and b in helped and third:
            foes[a] += n
    for b in helped:
        foes.pop(b, None)
    outside = not foes and third and bool(mine)
    if outside:
        for (a, b), n in against.items():
            if n > 0 and a not in mine and b not in mine:
                foes[a] += n
    (best, most), *rest = foes.most_common(2) or [(None, 0)]
    known = names.party(best) if best and not (rest and (rest[0][1] == most or outside and 2 * rest[0][1] > most)) else None
    return [known._replace(name=f"{known.name} (implied)")] if known is not None else []


# -- who says so --------------------------------------------------------------------------------------------------------------------

ALLEGING = frozenset("accused accuse accuses alleged allege alleges claimed claim claims claiming accusing purported".split())


class _Sources:
    """Statements of an article, to ask who says what stands at an offset."""

    def __init__(self, document, statements):
        self.document = document
        self.pieces = sorted((start, end, statement) for statement in statements for start, end in statement.spans)
        self.starts = [piece[0] for piece in self.pieces]
        self.quoted = text.quotation_mask(document.text, document.quotations)

    def inside(self, offset):
        """True inside quotation marks."""
        return bool(self.quoted[offset]) if offset < len(self.quoted) else False

    def statement(self, start, end):
        """The innermost statement that holds the words at [start, end) without being reported by them, or None."""
        best = None
        k = bisect.bisect_right(self.starts, start)
        for piece in reversed(self.pieces[max(0, k - 12) : k]):
            if piece[0] <= start + 1 and piece[1] >= min(end, start + 3):
                if best is None or piece[1] - piece[0] < best[1] - best[0]:
                    if piece[2].cue_start is None or not start <= piece[2].cue_start < end:
                        best = piece
        return best[2] if best is not None else None

    def of(self, start, end):
        """(attribution, speaker) of the words at [start, end)."""
        inside = self.inside(start) or bool(end - 1 < len(self.quoted) and self.quoted[end - 1] and self.quoted[(start + end) // 2])
        statement = self.statement(start, end)
        if statement is None:
            return ("quoted", None) if inside else ("narrator", None)
        speaker = (statement.speaker or "").strip("()") or None
        if statement.via and speaker:
            speaker = f"{speaker} (via {statement.via})"
        speaker = speaker or statement.via
        if inside:
            return "quoted", speaker
        alleged = (statement.cue or "").lower().split(" ")[0] in ALLEGING
        return ("alleged" if alleged else "reported"), speaker


def _row(act, article, book, sources, names):
    words = act.sentence.words
    start, end = words[act.first].start, words[act.last].end
    group_start = words[min(act.first, act.group.first)].start if act.verb else start
    attribution, speaker = sources.of(start, end)
    if attribution in ("reported", "alleged") and act.verb and not act.alleged and act.group.first and words[act.group.first - 1].low in ("and", "but"):
        statement = sources.statement(start, end)
        party = names.party(statement.speaker_id) if statement is not None and statement.speaker_id else None
        said = statement.cue_start if statement is not None else None
        if party is not None and said is not None and act.sentence.span[0] <= said < start and {p.id for p in act.actors} == {party.id} and not any(w.low == "that" for w in words if said < w.start < start):
            attribution, speaker = "narrator", None
    if act.alleged:
        attribution = "alleged"
        if act.accuser is not None and act.accuser.actors:
            speaker = _label(act.accuser.actors)
    actors = act.actors
    mine = {p.name for p in actors} | {p.id for p in actors if p.id}
    targets = [p for p in act.targets if p.name not in mine and p.id not in mine and not (p.id is None and p.name.lower().startswith(("its ", "their ", "his ", "her ")) and p.name.lower().split()[-1] not in ALLIES)]
    if act.reciprocal and len(actors) > 1:
        actor, target = _label(actors), _label(actors[::-1])
    else:
        actor, target = _label(actors), _label(targets)
    purpose = read_purpose(words, act, act.category, act.modality)
    first, last = act.sentence.span
    if act.category == "MOBILIZE" and act.verb and act.first == act.last:  # "amassing" alone says little: up to the troops
        classes = word_classes()
        for j in range(act.last + 1, min(act.last + 6, len(words))):
            if words[j].low in clauses.HARD or words[j].low == "," or words[j].low in PREPOSITION - {"of"}:
                break
            if words[j].low in classes["troops"] or words[j].low in classes["arms"]:
                end = words[j].end
    return Act(
        group_start, end, article[group_start:end], act.category, book.rungs[act.category], act.modality, attribution, speaker, purpose, actor, _identity(actors), target,
        _identity(actors[::-1] if act.reciprocal else targets), act.beneficiary.name if act.beneficiary else None, article[first:last], first, last, round(max(.05, min(.99, act.confidence)), 3),
    )


# -- a sentence on its own --------------------------------------------------------------------------------------------------------------

SOFT_APPEAL = ("urge", "call", "ask", "appeal", "request", "push for", "press for", "plea", "launch", "seek", "petition", "lobby", "propose", "encourage", "advise")
_ALONE = {"everyday": 0, "armed": 9, "political": 9}


def sentence_types(sentence):
    """PLOVER types that the cues of a sentence speak for, after the modality rule: {type: weight}; soft appeals ("urged") count as "NONE"."""
    document = text.read(sentence)
    names = _Names(document, [], False)
    book = load_codebook()
    weights = Counter()
    for span in document.sentences:
        _, acts = _read_sentence(sentence, span, names, book, _ALONE, alone=True)
        for order, act in enumerate(sorted(acts, key=lambda a: a.first)):
            plover = scored_plover(act.category, act.modality, act.match.cue.plover or None)
            weight = (1.0 if act.verb else .6) * (.6 if act.match.cue.ambiguous else 1.0) * (1.0 if order == 0 else .5) * (1.15 if act.match.cue.size > 1 else 1.0)
            if act.alleged:
                weight *= .3
            if act.category == "REQUEST" and act.match.cue.words.startswith(SOFT_APPEAL):
                plover = None
            weights[plover or "NONE"] += weight
    return dict(weights)


def classify_sentence(sentence, encoding=None, *, lexicon=.35):
    """One PLOVER type for a sentence read on its own, or None where it reports no act.

    encoding: `Encoder.encode(text.read(sentence))`; without it (or without a trained model) the cues decide alone. lexicon: how much the cues weigh
    against the model, 0 to 1.
    """
    weights = sentence_types(sentence)
    opinion = encoding.act(0, len(sentence)) if encoding is not None else {}
    if not opinion or max(opinion.values()) < 0.1:
        best = max(weights, key=weights.get, default=None)
        return None if best in (None, "NONE") else best
    total = sum(weights.values())
    score = {plover: (1 - lexicon) * p + lexicon * (weights.get(plover, 0.0) / total if total else p) for plover, p in opinion.items()}
    best = max(score, key=score.get)
    return None if best == "NONE" else best


# -- export ---------------------------------------------------------------------------------------------------------------------------------


def export_events(acts):
    """Acts as an event table in PLOVER and CAMEO terms: one row per act that counts.

    acts: the table of acts (pandas). Adds plover, cameo_root, quad_class (1 verbal and 2 material cooperation, 3 verbal and 4 material conflict), goldstein
    (of the CAMEO root), rung_scored. Acts that are only possible and categories of the user's own without a PLOVER type are left out.
    """
    import pandas as pd

    rows = []
    for act in acts.to_dict("records"):
        plover = scored_plover(act["category"], act["modality"]) if act["category"] in LADDER else None
        if plover is None:
            continue
        root, quad, goldstein = EVENTS[plover]
        rows.append({
            "article_id": act.get("article_id"), "start": act["start"], "end": act["end"], "source": act["actor"], "source_id": act["actor_id"], "target": act["target"], "target_id": act["target_id"],
            "plover": plover, "cameo_root": root, "quad_class": quad, "goldstein": goldstein, "rung_scored": scored_rung(act["category"], act["modality"]), "modality": act["modality"],
            "attribution": act["attribution"], "cue": act["cue"],
        })
    columns = ["article_id", "start", "end", "source", "source_id", "target", "target_id", "plover", "cameo_root", "quad_class", "goldstein", "rung_scored", "modality", "attribution", "cue"]
    return pd.DataFrame(rows, columns=columns)
