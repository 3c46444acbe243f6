"""Whether an act is done, announced, threatened, tied to a condition, merely possible or denied; what for; and whether
a cue is one at all here.

Rules over the words around a cue: its verb group, the conditions of the sentence, denial, fear and plans before it.
"""

import re

from helpers.finding import clauses
from helpers.finding.clauses import BE, COORDINATOR, PREPOSITION, QUOTE, REPORTING
from helpers.scheme import HOSTILE


def read_modality(words, match, group, conditions, category):
    """The modality of an act from its verb group, the conditions of its sentence, and denial around it."""
    i = match.first
    if match.cue.modality == "denied":
        return "denied"
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
    if (
        category == "THREATEN"
        and match.cue.words.startswith("warn")
        and any(w.low in ("any", "if", "unless", "should") for w in words[match.last + 1 :])
        and any(w.low in clauses.FUTURE | clauses.WOULD for w in words[match.first :])
    ):
        return "conditional"
    if (
        category == "THREATEN"
        and (outside or "any" in [w.low for w in words[max(0, group.first - 8) : match.last + 16]])
        and any(
            w.low in ("ready", "prepared", "willing", "respond", "be", "will", "would")
            for w in words[group.first : match.last + 1]
        )
    ):
        return "conditional"
    if match.tag == "ing" and group.bare:  # "could respond by closing …": as possible as what it hangs on
        for j in range(match.first - 1, max(-1, match.first - 6), -1):
            if words[j].low in clauses.MAY:
                return "possible"
            if words[j].low in clauses.FUTURE | clauses.WOULD:
                return "announced"
            if not words[j].low.isalpha():
                break
    if match.cue.modality:
        return "conditional" if outside and match.cue.modality == "announced" else match.cue.modality
    return "actual"


def _nobody_before(words, first):
    """True after "nobody", "no judge", "not one captive" as a subject."""
    for j in range(first - 1, max(-1, first - 5), -1):
        low = words[j].low
        if (
            low in ("no", "nobody", "none", "neither")
            or low == "not"
            and words[j + 1].low in ("one", "a", "any", "a single")
        ):
            return True
        if not low.isalpha() or low in PREPOSITION - {"of"} or low in COORDINATOR or low in BE:
            return False
    return False


DENIED_NOUN = frozenset(
    "suggestion suggestions claim claims allegation allegations report reports accusation accusations rumour rumours rumors charge charges talk".split()
)
DENYING = frozenset(
    "reject rejects rejected rejecting dismiss dismisses dismissed dismissing deny denies denied denying refute refuted brushed".split()
)
DENIAL = frozenset("denied denies denying deny refuted refutes rejected_x dismissed_x disavowed".split())


def _denial_before(words, first):
    """True inside "denied that …", "denied …ing", "no evidence that", "ruled out"."""
    j = first - 1
    while j >= 0 and first - j < 14:
        low = words[j].low
        if (
            low in clauses.HARD
            or low in QUOTE
            or low in ("but", "because", "while", "although", "after", "who", "which")
        ):
            return False
        if low in DENIAL or low in DENIED_NOUN and any(words[k].low in DENYING for k in range(max(0, j - 4), j)):
            return True
        if low == "out" and j and words[j - 1].low in ("ruled", "rules", "ruling", "rule"):
            return not (j > 2 and (words[j - 2].low in clauses.NEGATION))
        if (
            low in COORDINATOR
            and not words[j + 1].low.endswith("ing")
            and words[j + 1].low not in ("that", "any", "a", "the")
            or low == ","
            and first - j > 1
            or low in REPORTING
        ):
            return False
        j -= 1
    return False


NOMINAL_EFFECT = {
    "possible": "possible",
    "potential": "possible",
    "possibly": "possible",
    "likely": "possible",
    "feared": "possible",
    "imminent": "possible",
    "hypothetical": "possible",
    "any": "possible",
    "planned": "announced",
    "upcoming": "announced",
    "proposed": "announced",
    "scheduled": "announced",
    "forthcoming": "announced",
    "future": "possible",
    "threatened": "threatened",
    "alleged": "alleged",
    "no": "denied",
    "never": "denied",
}
FEARS = frozenset(
    "fear fears feared worries worry concern concerns risk risks danger dangers prospect possibility likelihood chance threat event case brace braces braced bracing".split()
)
AGAINST_ACT = frozenset(
    "deter deters deterring deterred prevent prevents preventing prevented avert averting averted avoid avoiding avoided stop_x thwart thwarted foil foiled repel repelled counter countering forestall against resist repelling withstand discourage".split()
)


def read_noun_modality(words, match, conditions, category):
    """The modality of a nominal act ("fears of an invasion", "no attack", "planned sanctions"), or "drop" when it is
    only to be deterred.
    """
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
            return (
                "drop"
                if low != "against"
                or i - j <= 3
                and words[j - 1].low in ("defend", "guard", "protect", "defence", "defense", "protection")
                else modality
            )
        if low in FEARS and any(w.low in ("of", "over", "about", "that", "for") for w in words[j + 1 : i]):
            return "threatened" if low == "threat" else "possible"
        if category == "YIELD" and low in ("ordered", "orders", "approved", "approves", "authorised", "authorized"):
            break
        if low in (
            "plan",
            "plans",
            "planned",
            "plotting",
            "planning",
            "prepare",
            "preparing",
            "prepares",
            "threatened",
            "threatens",
            "threatening",
            "approved",
            "approves",
            "ordered",
            "orders",
            "authorised",
            "authorized",
            "consider",
            "considering",
            "considers",
            "weighing",
            "weighs",
            "mulling",
            "mulls",
            "discussing",
        ):
            modality = (
                "threatened"
                if low.startswith("threat")
                else "possible"
                if low.startswith(("consider", "weigh", "mull", "discuss"))
                else "announced"
            )
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
    (
        "deter",
        re.compile(
            r"\b(?:to deter|deterring|deterrent|deterrence|as a warning|to discourage|think twice|to dissuade|to prevent|to stop .{0,40} from|keep .{0,30} from|in case)\b"
        ),
    ),
    (
        "punish",
        re.compile(
            r"\b(?:punish\w*|in retaliation|retaliat\w+|in revenge|reprisal|avenge|penali[sz]e|as punishment|tit-for-tat)\b"
        ),
    ),
    (
        "compel",
        re.compile(
            r"\b(?:to force|to compel|to pressure|to press|to coerce|in order to make|to make .{0,30} (?:accept|agree|withdraw|release)|pressure .{0,30} into|to bend|to squeeze|to wring)\b"
        ),
    ),
    (
        "reassure",
        re.compile(
            r"\b(?:reassur\w+|to assure|to calm|to support .{0,20} allies|to assist .{0,20} allies|show of support)\b"
        ),
    ),
)


def read_purpose(words, found, category, modality):
    """deter, punish, compel, reassure or None: from the words between the act and the end of its clause, then from the
    modality.
    """
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


def historical(words, match):
    """True for an act that its sentence dates to before 2000: background, not news ("In 1914 the empire invaded its
    neighbour").
    """
    for i, word in enumerate(words):
        if (
            not i
            or not OLD_YEAR.fullmatch(word.low)
            or words[i - 1].low not in PREPOSITION | {"the", "and", "early", "late"}
        ):
            continue
        if i < match.first:
            if i <= 3 or match.first - i <= 4:
                return True
        elif i - match.last <= 12 and not any(
            w.low in ("which", "that", "who", "it", "they", "since", "and", "but") for w in words[match.last + 1 : i]
        ):
            return True
    return False


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
    around = context["armed"] + 0.5 * context["political"]
    if context["everyday"] >= 3 and context["everyday"] > 1.5 * around:
        return armed + political > max(count, 1) if match.cue.ambiguous else here > max(count, 1)
    if match.cue.ambiguous:
        return count <= armed + political * 0.5 and (here > 0 or around >= 4)
    return count <= here + 1 and (here > 0 or own[1] > 0 and match.cue.size > 1 or around >= 3)


def is_capability(words, group):
    """True for "can deploy", "able to strike", "designed to …": what could be done is no act."""
    before = [w.low for w in words[max(0, group.first - 3) : group.first + 1]]
    return (
        group.can
        and not group.negated
        or any(b in ("designed", "capable", "able", "equipped", "trained") for b in before)
    )
