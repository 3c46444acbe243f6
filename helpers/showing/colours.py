"""One colour grammar for charts, marks and tables: actors, the ladder, modality, tone."""

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd
from cycler import cycler
from matplotlib import colors

from helpers.scheme import LADDER

INK, MUTED, FAINT, PAPER = "#1a1a1a", "#5f6368", "#d9dce0", "#ffffff"
# Okabe and Ito (2008) without yellow, then Paul Tol's muted set: distinguishable with the common colour deficiencies.
PALETTE = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#332288",
    "#882255",
    "#999933",
    "#44AA99",
    "#117733",
    "#AA4499",
)
# Actors often seen side by side get fixed, different colours; all others get one from the palette by their identifier.
FIXED = {
    "united states": "#0072B2",
    "russia": "#D55E00",
    "ukraine": "#E69F00",
    "china": "#882255",
    "european union": "#332288",
    "nato": "#56B4E9",
    "united nations": "#44AA99",
    "israel": "#009E73",
    "iran": "#AA4499",
    "united kingdom": "#117733",
}
OTHER = "#9aa0a6"
MOST_HUES = 8  # of more colours in one chart nobody remembers whose is whose
# The ladder of acts from blue (cooperative) through grey to dark red (force); readable with the common colour
# deficiencies and in grey.
CATEGORY_COLOURS = {
    "YIELD": "#053061",
    "AID": "#2166ac",
    "TALK": "#92c5de",
    "NONE": "#c8ccd0",
    "REQUEST": "#fee8c8",
    "REJECT": "#fdd49e",
    "ACCUSE": "#fdbb84",
    "THREATEN": "#fc8d59",
    "PROTEST": "#ef6548",
    "MOBILIZE": "#d7301f",
    "SANCTION": "#b30000",
    "COERCE": "#7f0000",
    "FORCE": "#3b0000",
}


SHADES = {  # one hue down the ladder, one up it; grounds light enough for black letters
    "YIELD": "#9ccfb0",
    "AID": "#b7dfc3",
    "TALK": "#d6eeda",
    "NONE": "#eeeeee",
    "REQUEST": "#fdf1c7",
    "REJECT": "#fde6a8",
    "ACCUSE": "#fdd99b",
    "THREATEN": "#fcc88a",
    "PROTEST": "#f9b88a",
    "MOBILIZE": "#f5a582",
    "SANCTION": "#ee9a86",
    "COERCE": "#e58a7e",
    "FORCE": "#d97a75",
}
MODALITY_COLOURS = {
    "actual": "#882255",
    "announced": "#D55E00",
    "threatened": "#E69F00",
    "conditional": "#999933",
    "possible": "#c3c7cc",
    "denied": "#56B4E9",
}
QUAD_COLOURS = {
    "verbal cooperation": "#a6d3b4",
    "material cooperation": "#117733",
    "verbal conflict": "#f5b183",
    "material conflict": "#b2352f",
}


TONE_COLOURS = {"negative": "#D55E00", "neutral": "#c8ccd0", "positive": "#0072B2"}
# Diverging scales in the same pair: which end is the negative one.
_PAIR = ["#8f3d00", TONE_COLOURS["negative"], "#f7f7f7", TONE_COLOURS["positive"], "#004b78"]
SCALES = {
    "low": colors.LinearSegmentedColormap.from_list("low", _PAIR),
    "high": colors.LinearSegmentedColormap.from_list("high", _PAIR[::-1]),
}
MARK_COLOURS = {
    "negative": "#fbd0b0",
    "neutral": "#e8eaed",
    "positive": "#bcdcf2",
    "speaker": "#f7e8a4",
    "cue": "#d9f0d3",
}
ROLE_COLOURS = {"actor": "#cfe3f5", "target": "#e6d5f2"}  # who acts, who is acted upon, beside the cue's shade
SIDE_COLOURS = {
    "most negative": MARK_COLOURS["negative"],
    "most positive": MARK_COLOURS["positive"],
    "speaker": MARK_COLOURS["speaker"],
    "cue": MARK_COLOURS["cue"],
}

FONTS = (
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "Arial Unicode MS",
    "Microsoft YaHei",
    "Segoe UI",
)
# matplotlib's settings in the house style
STYLE = {
    "font.size": 10,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": False,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "axes.prop_cycle": cycler(color=PALETTE),
    "xtick.color": MUTED,
    "ytick.color": INK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9.5,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "figure.dpi": 96,
    "savefig.dpi": 144,
    "savefig.facecolor": PAPER,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "svg.fonttype": "path",
    "svg.hashsalt": "house",
    "axes.titlelocation": "left",
}


def colour(entity_id: str | None) -> str:
    """Return the colour of an actor: the same for the same `entity_id` in every chart and run; grey for none."""
    if not isinstance(entity_id, str) or not entity_id:
        return OTHER
    name = entity_id.split(":", 1)[-1].lower()
    return FIXED.get(name) or PALETTE[hashlib.sha256(name.encode("utf-8", "replace")).digest()[0] % len(PALETTE)]


def hues(entity_ids: Iterable[str | None]) -> dict:
    """Return {entity_id: colour} for one chart: each its own where they are eight or fewer, else one for all."""
    ids = list(dict.fromkeys(entity_ids))
    return {i: colour(i) if len(ids) <= MOST_HUES else PALETTE[0] for i in ids}


def distinct_colours(frame: pd.DataFrame, name: str = "entity", entity: str = "entity_id") -> dict:
    """Return {name: colour} for one chart: every actor's own colour; where two would share one, the later gets a colour
    nobody has yet.
    """
    chosen: dict[str, str] = {}
    for label, identifier in frame.drop_duplicates(entity)[[name, entity]].itertuples(index=False):
        own, taken = colour(identifier), set(chosen.values())
        chosen[label] = own if own not in taken else next((c for c in PALETTE if c not in taken), own)
    return chosen


def tints(base: str, n: int) -> list:
    """`n` tints of a colour, from the colour itself to a pale one."""
    rgb = np.array(colors.to_rgb(base))
    return [tuple(rgb + (1 - rgb) * (0.62 * i / max(1, n - 1))) for i in range(n)]


def category_order(acts: pd.DataFrame) -> list[str]:
    """Categories from the top of the ladder to its foot, the user's own at their rung."""
    rungs = {category: rung for category, rung in LADDER.items() if category != "NONE"} | dict(
        zip(acts["category"], acts["rung"], strict=True)
    )
    return sorted(rungs, key=lambda category: -rungs[category])


def legend_of(acts: pd.DataFrame) -> dict[str, str]:
    """Ground colour per category, the user's own coloured like the nearest rung of the ladder; then those of actors and
    targets.
    """
    rungs = dict(zip(acts["category"], acts["rung"], strict=True))
    present = [c for c in category_order(acts) if c in rungs]
    shades = {c: SHADES.get(c) or SHADES[_nearest(rungs[c])] for c in present}
    return shades | (ROLE_COLOURS if shades else {})


def _nearest(rung: int) -> str:
    return min(LADDER, key=lambda category: abs(LADDER[category] - rung))
