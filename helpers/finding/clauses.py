"""Words, verb groups and clauses by rule: the little grammar that `escalation` reads modality and direction from.

No parser and no tagger: closed word classes (auxiliaries, prepositions, subordinators), inflected forms that are
generated rather than guessed, and scans that never leave the sentence. Every function is linear in the length of the
sentence.
"""

import csv
import functools
import re
from typing import NamedTuple

from helpers import DATA
from helpers.text import STRAIGHT

TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}|\d+(?:[.,]\d+)*|[^\W_]+?(?=n't\b)|n't\b|'(?:s|re|ve|ll|d|m)\b|(?<=s)'(?=\s)|[^\W_]+(?:-[^\W_]+)*|[^\w\s]",
    re.I,
)


class Word(NamedTuple):
    """A word or mark: offsets into the article, and its lower-case form with straight marks."""

    start: int
    end: int
    low: str


def words_of(text, start, end):
    """Words and marks of text[start:end]; "didn't" is two words (did, n't), "Biden's" too, "U.S." is one."""
    straight = text[start:end].translate(STRAIGHT)
    return [
        Word(
            start + m.start(),
            start + m.end(),
            "'s"
            if m.group() == "'"
            and m.start()
            and straight[m.start() - 1] == "s"
            and straight[m.end() : m.end() + 1] == " "
            else m.group().lower(),
        )
        for m in TOKEN.finditer(straight)
    ]


def _set(words):
    return frozenset(words.split())


BE = _set("is are was were be been being am 're 'm isn aren wasn weren")
HAVE = _set("has have had having 've hasn haven hadn")
DO = _set("do does did don doesn didn")
FUTURE = _set("will 'll shall won wo")
WOULD = _set("would 'd wouldn")
MAY = _set("may might could couldn mightn")
CAN = _set("can ca cannot")
MUST = _set("must should need needs ought shouldn mustn")
MODAL = FUTURE | WOULD | MAY | CAN | MUST
AUXILIARY = BE | HAVE | DO | MODAL | {"to", "'s"}
NEGATION = _set("not n't never neither nor cannot without hardly")
ADVERB = _set(
    """also now then still already soon again just even only further once ever always both long yet there here together thus therefore instead too
    all ever once twice first last today tomorrow yesterday so far back finally reportedly allegedly apparently otherwise either simply"""
)
AUX_WORDS = AUXILIARY | ADVERB | NEGATION
DETERMINER = _set(
    "the a an this that these those its their his her our my your any some no every each another such both all several many few more most other further new fresh own"
)
PREPOSITION = _set(
    """of in on at to from with by for against over into toward towards near along across between among under through during after before since until
    about around behind beyond within without outside inside off onto upon per via amid despite like unlike than as alongside opposite following despite"""
)
RELATIVE = _set("who which whom whose that")
COORDINATOR = _set("and but or nor yet")
PRONOUN = _set("i he she it they we you him her them us who")
SUBJECT_PRONOUN = _set("i he she it they we you")
HARD = _set("; : — – ( ) [ ] …") | {"..."}
QUOTE = _set("\" '") | {"''"}
REPORTING = _set(
    """said says say saying told tells tell reported reports report reporting announced announces announce announcing added adds warned warns warn warning claimed
    claims claim claiming confirmed confirms insisted insists stated alleged alleges believes believed believe suggested suggests estimated estimates
    declared declares wrote writes maintained acknowledged argued argues explained stressed noted vowed vows promised denied denies hinted revealed
    disclosed testified predicted feared fears fear thinks thought knows complained complains"""
)

# -- word classes ----------------------------------------------------------------------------------------------------


@functools.cache
def word_classes():
    """Class name -> set of words, from data/act_words.csv."""
    with open(DATA / "act_words.csv", encoding="utf-8", newline="") as handle:
        return {row["class"]: frozenset(row["words"].split()) for row in csv.DictReader(handle)}


# -- forms of verbs and nouns ----------------------------------------------------------------------------------------

IRREGULAR = {
    line.split()[0]: line.split()[1:]
    for line in """send sent sent;give gave given;take took taken;hold held held;shoot shot shot;strike struck struck;hit hit hit;fight fought fought;withdraw withdrew withdrawn
    break broke broken;cut cut cut;put put put;set set set;say said said;tell told told;meet met met;speak spoke spoken;sit sat sat;lay laid laid;lead led led;leave left left
    begin began begun;bring brought brought;build built built;burn burned burned;buy bought bought;come came come;drive drove driven;fall fell fallen;fly flew flown;flee fled fled
    forbid forbade forbidden;forget forgot forgotten;get got got;go went gone;keep kept kept;know knew known;lend lent lent;let let let;lie lied lied;lose lost lost;make made made
    overthrow overthrew overthrown;overrun overran overrun;pay paid paid;quit quit quit;rise rose risen;run ran run;see saw seen;seek sought sought;sell sold sold;shake shook shaken
    shut shut shut;sink sank sunk;slay slew slain;stand stood stood;steal stole stolen;swear swore sworn;sweep swept swept;swing swung swung;tear tore torn;throw threw thrown
    undertake undertook undertaken;undergo underwent undergone;win won won;write wrote written;find found found;feel felt felt;beat beat beaten;bear bore borne;become became become
    bend bent bent;blow blew blown;choose chose chosen;cling clung clung;deal dealt dealt;dig dug dug;draw drew drawn;fire fired fired;grow grew grown;hurt hurt hurt;mean meant meant
    overcome overcame overcome;retake retook retaken;rebuild rebuilt rebuilt;seek sought sought;show showed shown;spend spent spent;split split split;spread spread spread;stick stuck stuck
    weep wept wept;wage waged waged;die died died;be was been;have had had;do did done;bid bid bid;cast cast cast;spurn spurned spurned;plead pleaded pleaded;tie tied tied
    freeze froze frozen;uphold upheld upheld;withhold withheld withheld;mislead misled misled;forgive forgave forgiven;arise arose arisen;bind bound bound;steal stole stolen;foresee foresaw foreseen;withstand withstood withstood;slide slid slid;sweep swept swept;catch caught caught;teach taught taught;hang hanged hanged;ride rode ridden;light lit lit;feed fed fed;bleed bled bled;rebuke rebuked rebuked;behead beheaded beheaded;ban banned banned;gun gunned gunned;ram rammed rammed;jam jammed jammed;bar barred barred;stab stabbed stabbed;slam slammed slammed;rob robbed robbed
    slap slapped slapped;scrap scrapped scrapped;drop dropped dropped;stop stopped stopped;step stepped stepped;strip stripped stripped;ship shipped shipped;equip equipped equipped
    kidnap kidnapped kidnapped;snub snubbed snubbed;swap swapped swapped;tow towed towed;beg begged begged;plan planned planned;lob lobbed lobbed;rebut rebutted rebutted;commit committed committed
    permit permitted permitted;refer referred referred;confer conferred conferred;blog blogged blogged;patrol patrolled patrolled;rebel rebelled rebelled;expel expelled expelled
    cancel cancelled cancelled;compel compelled compelled;chant chanted chanted;shell shelled shelled;abet abetted abetted;unveil unveiled unveiled;quell quelled quelled;admit admitted admitted
    panic panicked panicked;hijack hijacked hijacked;abandon abandoned abandoned;model modelled modelled;quarrel quarrelled quarrelled;label labelled labelled;bulldoze bulldozed bulldozed
    mob mobbed mobbed;hug hugged hugged;grab grabbed grabbed;nab nabbed nabbed;curb curbed curbed;flog flogged flogged;dub dubbed dubbed;club clubbed clubbed;snap snapped snapped;shun shunned shunned
    pin pinned pinned;prod prodded prodded;goad goaded goaded;rig rigged rigged;tap tapped tapped;wrap wrapped wrapped;step stepped stepped;prefer preferred preferred;fund funded funded;reopen reopened reopened
    fortify fortified fortified;boycott boycotted boycotted;target targeted targeted;benefit benefited benefited;veto vetoed vetoed;halt halted halted;offer offered offered;cover covered covered
    enter entered entered;order ordered ordered;murder murdered murdered;surrender surrendered surrendered;batter battered battered;gather gathered gathered;rally rallied rallied;deter deterred deterred
    visit visited visited;limit limited limited;exit exited exited;open opened opened;free freed freed;flee fled fled;agree agreed agreed;guarantee guaranteed guaranteed;shoe shod shod""".replace(
        "\n", ";"
    ).split(";")
    if line.strip()
}
DOUBLED = re.compile(r"(?:^|[^aeiou])[aeiou][bdgmnprt]$")  # one short vowel: ban, banned


@functools.cache
def inflect(verb):
    """Forms of an English verb, each with its tags: {"sent": {"past", "participle"}, "send": {"base"}, "sends": {"s"},
    "sending": {"ing"}}.
    """
    past, participle = IRREGULAR.get(verb, (None, None))
    if past is None:
        if verb.endswith("e"):
            past = verb + "d"
        elif verb.endswith("y") and verb[-2:-1] not in "aeiou":
            past = verb[:-1] + "ied"
        elif len(verb) <= 4 and DOUBLED.search(verb):
            past = verb + verb[-1] + "ed"
        else:
            past = verb + "ed"
        participle = past
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        third = verb[:-1] + "ies"
    else:
        third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")
    if verb.endswith("ie"):
        ing = verb[:-2] + "ying"
    elif verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and verb != "be":
        ing = verb[:-1] + "ing"
    elif DOUBLED.search(verb) and (
        len(verb) <= 4 or past.endswith(verb[-1] * 2 + "ed") or past in ("began", "forbade", "forgot", "set", "put")
    ):
        ing = verb + verb[-1] + "ing"
    elif past.endswith("lled") and verb.endswith("l") and not verb.endswith("ll"):
        ing = verb + "ling"
    else:
        ing = verb + "ing"
    forms = {}
    for form, tag in ((verb, "base"), (third, "s"), (past, "past"), (participle, "participle"), (ing, "ing")):
        forms.setdefault(form, set()).add(tag)
    if verb in ("cancel", "label", "travel", "model", "quarrel", "level", "signal"):  # American spelling
        forms.setdefault(verb + "ed", set()).update(("past", "participle"))
        forms.setdefault(verb + "ing", set()).add("ing")
    if verb == "burn":
        forms.setdefault("burnt", set()).update(("past", "participle"))
    return forms


@functools.cache
def plural(noun):
    """A noun with its regular plural."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return {noun, noun[:-1] + "ies"}
    return {noun, noun + ("es" if noun.endswith(("s", "sh", "ch", "x", "z")) else "s")}


# -- governors: words that put what follows into plans, threats, possibilities ---------------------------------------


class Governor(NamedTuple):
    """A word that governs an act: kind verb, noun or adjective; effect announced, threatened, possible, denied or none."""

    kind: str
    effect: str


@functools.cache
def governors():
    """Form -> Governor, from data/act_governors.csv."""
    found = {}
    with open(DATA / "act_governors.csv", encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            for word in row["words"].split(";"):
                forms = (
                    inflect(word) if row["kind"] == "verb" else plural(word) if row["kind"] == "noun" else {word: None}
                )
                for form in forms:
                    found.setdefault(form, []).append(Governor(row["kind"], row["effect"]))
    return found


class Group(NamedTuple):
    """The verb group that ends in an act's verb.

    first: index of its first word; effects: of its governors, innermost first; negated; future, would, may, can, must:
    modals in it; passive; infinitive: begins with "to" without a finite verb; bare: no auxiliary or governor at all.
    """

    first: int
    effects: tuple
    negated: bool
    future: bool
    would: bool
    may: bool
    can: bool
    must: bool
    passive: bool
    infinitive: bool
    bare: bool


def _governs(words, j):
    """The governor at word j, if what follows it there (to, on, of, a gerund) is a complement."""
    known = governors().get(words[j].low)
    if not known:
        return None
    following = words[j + 1].low if j + 1 < len(words) else ""
    if following in ("to", "on", "of", "for", "from", "about", "against", "and", "or", "that") or following.endswith(
        "ing"
    ):
        return known[0] if len(known) == 1 else _by_place(words, j, known)
    return None


def _by_place(words, j, known):
    before = words[j - 1].low if j else ""
    noun = before in DETERMINER or before in ("of", "'s") or before in ("no", "any")
    return next((g for g in known if (g.kind == "noun") == noun), known[0])


def verb_group(words, i, participle=False, floor=0):
    """Scan left from the verb at i over auxiliaries, negation, adverbs and governors ("has no immediate plans to")."""
    first, j, effects = i, i - 1, []
    negated = future = would = may = can = must = passive = infinitive = False
    nominal = False  # the last governor accepted was a noun
    seen = direct = False
    while j >= floor and i - j < 22:
        low = words[j].low
        if low in AUXILIARY and not (low == "'s" and j and not _is_clitic_verb(words, j)):
            if low in BE | {"'s"} and not seen and participle:
                passive = True
            if low != "to":
                seen = True
                future |= low in FUTURE
                would |= low in WOULD
                may |= low in MAY
                can |= low in CAN
                must |= low in MUST
                negated |= (
                    low == "cannot"
                    or low.endswith("n")
                    and low
                    in (
                        "isn",
                        "aren",
                        "wasn",
                        "weren",
                        "hasn",
                        "haven",
                        "hadn",
                        "don",
                        "doesn",
                        "didn",
                        "won",
                        "couldn",
                    )
                )
            if low == "to":
                infinitive = not seen
            first, direct, nominal = j, True, False
        elif low in NEGATION:
            negated, first, direct = True, j, True
            nominal = False
        elif low == "no" and (nominal or (j + 1 < len(words) and words[j + 1].low == "longer")):
            negated, first = True, j
        elif low == "longer" and j and words[j - 1].low == "no":
            pass
        elif low in ADVERB or low.endswith("ly") and len(low) > 4:
            pass
        elif nominal and (
            low in DETERMINER or low in ("immediate", "current", "intention", "clear", "firm", "public", "'s")
        ):
            first = j
            if low == "'s":
                break
        elif (
            low in ("and", "or")
            and j
            and first == j + 1
            and words[j - 1].low in governors()
            and words[first].low in governors()
        ):
            pass
        elif (
            low in ("on", "of", "from", "for", "about", "against", "into", "at")
            and j
            and words[j - 1].low in governors()
            and _governs(words, j - 1)
        ):
            negated |= low == "against"  # decided against
        else:
            governor = (
                _governs(words, j)
                if first == j + 1
                or words[j + 1].low in ADVERB
                or words[j + 1].low in ("on", "of", "from", "for", "about", "against", "into", "and", "or")
                or words[j + 1].low in NEGATION
                else None
            )
            if (
                governor is None
                and first == i
                and words[i].low.endswith("ing")
                and low in governors()
                and words[j + 1].low == words[i].low
            ):
                governor = governors()[low][0]
            if governor is None:
                break
            effects.append(governor.effect)
            first, nominal, direct = j, governor.kind == "noun", True
            infinitive = False
        j -= 1
    return Group(first, tuple(effects), negated, future, would, may, can, must, passive, infinitive, not direct)


def _is_clitic_verb(words, j):
    """True where 's is "is" or "has": after a pronoun, there, that, what."""
    return words[j - 1].low in ("it", "he", "she", "there", "that", "what", "who", "here")


# -- clauses ---------------------------------------------------------------------------------------------------------


def protases(words):
    """Ranges [first, last) of the conditions in a sentence: if, unless, should-inversion, in case, in the event of,
    provided that.
    """
    found = []
    n = len(words)
    for i, word in enumerate(words):
        low = word.low
        before = words[i - 1].low if i else ""
        opens = i == 0 or before in (",", "-", "—", "–", ";", ":") or before in QUOTE
        following = words[i + 1].low if i + 1 < n else ""
        starts = (
            low == "if"
            and following not in ("not", "any", "only")
            and before not in ("as", "even_")
            or low in ("unless", "lest", "provided", "providing", "otherwise")
            and not (low == "provided" and following not in ("that", "the", "it", "they"))
            or low in ("should", "were", "had")
            and opens
            and following not in ("be", "")
            and (low == "should" or low == "were" and "to" in [w.low for w in words[i : i + 8]])
            or low == "case"
            and before == "in"
            or low == "event"
            and before == "the"
            and i > 1
            and words[i - 2].low == "in"
            or low == "as"
            and following == "long"
            and i + 2 < n
            and words[i + 2].low == "as"
            and before != "for_"
            or low == "once"
            and i
            and following in DETERMINER | SUBJECT_PRONOUN
            or low in ("whether",)
        )
        if not starts:
            continue
        stop = i + 1
        while stop < n and not (
            words[stop].low in (";", "—", "–")
            or words[stop].low == ","
            and stop - i > 2
            or words[stop].low in QUOTE
            and stop - i > 2
            or words[stop].low in (".", "!", "?")
            and stop == n - 1
        ):
            if (
                stop - i > 3
                and words[stop].low in SUBJECT_PRONOUN
                and stop + 1 < n
                and words[stop + 1].low in FUTURE | WOULD
            ):
                break  # "if the shooting goes on we will"
            stop += 1
        found.append((i, stop, low))
    return found


def boundary_left(words, i, floor=0):
    """Index after the nearest word left of i that opens another clause (subordinator, relative, reporting verb, hard
    mark).
    """
    j = i - 1
    while j >= floor:
        low = words[j].low
        if (
            low in HARD
            or low in QUOTE
            or low in RELATIVE
            and low != "that"
            or low in ("if", "unless", "because", "although", "though", "while", "when", "whereas", "whether", "where")
        ):
            return j + 1
        if low == "that" and j and (words[j - 1].low in REPORTING or words[j - 1].low not in DETERMINER | PREPOSITION):
            return j + 1
        if low in REPORTING and j + 1 < i and words[j + 1].low not in PREPOSITION and words[j + 1].low not in ("to",):
            return j + 1
        j -= 1
    return floor


def boundary_right(words, i, ceiling=None):
    """Index of the nearest word at or right of i that opens another clause, or the end."""
    n = len(words) if ceiling is None else ceiling
    j = i
    while j < n:
        low = words[j].low
        if (
            low in HARD
            or low in QUOTE
            and j > i
            or low
            in (
                "who",
                "which",
                "whom",
                "whose",
                "if",
                "unless",
                "because",
                "although",
                "though",
                "while",
                "when",
                "whereas",
                "whether",
                "where",
                "since",
                "after",
                "before",
                "until",
                "as",
                "once",
            )
        ):
            return j
        if low == "that" and j > i and words[j - 1].low not in PREPOSITION:
            return j
        if low in REPORTING and j > i and words[j - 1].low in ("and", "but"):
            return j - 1
        if low == "," and j + 2 < n and words[j + 1].low in ("said", "says", "according", "but", "including"):
            return j
        if low in (",",) and any(words[k].low in REPORTING for k in range(j + 1, min(n, j + 7))):
            return j
        j += 1
    return n
