"""The scheme of escalation: categories on a ladder, modality, what an act counts as, and its place in PLOVER and CAMEO.

Categories follow PLOVER (Open Event Data Alliance 2018) and through it CAMEO (Schrodt 2012).
"""

from collections.abc import Iterable
from itertools import permutations, product
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

LADDER = {
    "YIELD": -4,
    "AID": -3,
    "TALK": -2,
    "NONE": 0,
    "REQUEST": 1,
    "REJECT": 2,
    "ACCUSE": 3,
    "THREATEN": 4,
    "PROTEST": 5,
    "MOBILIZE": 6,
    "SANCTION": 7,
    "COERCE": 8,
    "FORCE": 9,
}
CATEGORY_OF = {
    "CONCEDE": "YIELD",
    "RETREAT": "YIELD",
    "COOPERATE": "AID",
    "AGREE": "TALK",
    "CONSULT": "TALK",
    "SUPPORT": "TALK",
    "ASSAULT": "FORCE",
} | {c: c for c in LADDER}
PLOVER_OF = {"TALK": "CONSULT", "FORCE": "ASSAULT", "NONE": None}
MODALITIES = ("actual", "announced", "threatened", "conditional", "possible", "denied")
ATTRIBUTIONS = ("narrator", "reported", "quoted", "alleged")
NEUTRAL = 0.15  # a tone below this, on either side of 0, is called neutral
HOSTILE = frozenset(c for c, rung in LADDER.items() if rung > 0)


# PLOVER type: CAMEO root code, quad class (1 verbal and 2 material cooperation, 3 verbal and 4 material conflict),
# Goldstein value of the root.
EVENTS = {
    "AGREE": ("03", 1, 4.0),
    "CONSULT": ("04", 1, 1.0),
    "SUPPORT": ("05", 1, 3.5),
    "COOPERATE": ("06", 2, 6.0),
    "AID": ("07", 2, 7.0),
    "YIELD": ("08", 2, 5.0),
    "REQUEST": ("10", 3, -5.0),
    "ACCUSE": ("11", 3, -2.0),
    "REJECT": ("12", 3, -4.0),
    "THREATEN": ("13", 3, -6.0),
    "PROTEST": ("14", 4, -6.5),
    "MOBILIZE": ("15", 4, -7.2),
    "SANCTION": ("16", 4, -4.0),
    "COERCE": ("17", 4, -7.0),
    "ASSAULT": ("19", 4, -10.0),
}
QUADS = {1: "verbal cooperation", 2: "material cooperation", 3: "verbal conflict", 4: "material conflict"}


def scored_plover(category: str, modality: str, plover: str | None = None) -> str | None:
    """The PLOVER type an act counts as, or None when it does not count (`possible`, NONE).

    Hostile acts that are announced, conditional or threatened count as THREATEN (an announced MOBILIZE stays MOBILIZE),
    denied as AGREE; cooperative acts that are announced, conditional or threatened count as AGREE, denied as REJECT.
    `plover`: the type within the category where it is known (TALK: AGREE, CONSULT or SUPPORT).
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


def scored_rung(category: str, modality: str, rung: int | None = None) -> int:
    """The rung an act counts with: its own when actual, else that of what `scored_plover` makes of it (0 when it does
    not count).

    rung: the rung of a category of the user's own, which is treated as hostile above 0 and cooperative below.
    """
    if category not in LADDER:
        kind = "FORCE" if (rung or 0) > 0 else "AID" if (rung or 0) < 0 else "NONE"
        return (rung or 0) if modality == "actual" else scored_rung(kind, modality)
    plover = scored_plover(category, modality)
    return LADDER[CATEGORY_OF[plover]] if plover else 0


def quad_of(category: str) -> int:
    """The quad class of a category: 1 verbal, 2 material cooperation, 3 verbal, 4 material conflict; 0 none."""
    if category in ("TALK",):
        return 1
    if category in ("AID", "YIELD"):
        return 2
    if category in ("REQUEST", "REJECT", "ACCUSE", "THREATEN"):
        return 3
    return 4 if category in HOSTILE else 0


class Shown(Protocol):
    """A participant as far as it is shown."""

    @property
    def entity(self) -> object: ...

    @property
    def acts_for(self) -> object: ...


def display_of(parties: Iterable[Shown]) -> str | None:
    """Who stands on one side of an act, to be read: "Russia (Vladimir Putin); Belarus"; None when nobody does.

    parties: participants, anything with the fields `entity` and `acts_for`. One that acts for a state or organisation
    of another name is shown in brackets behind it; each is named once.
    """
    return "; ".join(dict.fromkeys(filter(None, map(_shown, parties)))) or None


def _shown(party: Shown) -> str:
    name, acts_for = (word if isinstance(word, str) else "" for word in (party.entity, party.acts_for))
    return f"{acts_for} ({name})" if name and acts_for and acts_for != name else name or acts_for


EVENT_COLUMNS = (
    "article_id",
    "act_id",
    "start",
    "end",
    "source",
    "source_id",
    "target",
    "target_id",
    "reciprocal",
    "plover",
    "cameo_root",
    "quad_class",
    "goldstein",
    "rung_scored",
    "modality",
    "attribution",
    "cue",
)


def export_events(acts: "pd.DataFrame", participants: "pd.DataFrame") -> "pd.DataFrame":
    """Acts as an event table in PLOVER and CAMEO terms: one row per act that counts, actor and target.

    acts: the table of acts. participants: the table of participants, or what `counting.acts.parties` makes of it
    (party_id and party: leaders as their state). A side that nobody is named for is empty. A reciprocal act has one
    row for each direction, marked `reciprocal`. Adds plover, cameo_root, quad_class (1 verbal and 2 material
    cooperation, 3 verbal and 4 material conflict), goldstein (of the CAMEO root), rung_scored. Acts that are only
    possible and categories of the user's own without a PLOVER type are left out.
    """
    import pandas as pd

    named = ("party_id", "party") if "party_id" in participants else ("entity_id", "entity")
    sides: dict = {}
    for act, role, *who in participants[["act_id", "role", *named]].itertuples(index=False, name=None):
        side = sides.setdefault((act, role), [])
        side += [who] if who not in side else []
    rows = []
    for act in acts.to_dict("records"):
        category, plover = act["category"], act.get("plover")
        plover = scored_plover(category, act["modality"], plover if isinstance(plover, str) else None)
        if category not in LADDER or plover is None:
            continue
        _, quad, goldstein = EVENTS[plover]
        about = act | {
            "plover": plover,
            "cameo_root": EVENTS[plover][0],
            "quad_class": quad,
            "goldstein": goldstein,
            "rung_scored": LADDER[CATEGORY_OF[plover]],
        }
        for source, target in _pairs(act, sides):
            ends = {"source_id": source[0], "source": source[1], "target_id": target[0], "target": target[1]}
            rows.append({name: (about | ends)[name] for name in EVENT_COLUMNS})
    return pd.DataFrame(rows, columns=list(EVENT_COLUMNS))


def _pairs(act: dict, sides: dict) -> list[tuple]:
    """(source, target) pairs of an act, each (id, name); a reciprocal act's parties pair with each other."""
    nobody = (None, None)
    actors = sides.get((act["act_id"], "actor"), [nobody])
    if act["reciprocal"] and len(actors) > 1:
        return list(permutations(actors, 2))
    return list(product(actors, sides.get((act["act_id"], "target"), [nobody])))
