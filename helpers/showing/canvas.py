"""The sheet that charts are drawn on: house style, title and note, labels that fit; a sentence where nothing is."""

import textwrap
import warnings
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers import resolve
from helpers.showing.colours import FONTS, INK, MUTED, STYLE
from helpers.tables import write_atomically

WIDTH = 8.2


def use_house_style() -> None:
    """Set matplotlib's defaults for this project."""
    # a script without a font shows as boxes; the tables have the words
    warnings.filterwarnings("ignore", message="Glyph .* missing from")
    known = set(font_manager.get_font_names())
    fonts = [name for name in FONTS if name in known]
    style: Any = {**STYLE, "font.family": fonts or ["sans-serif"]}
    plt.rcParams.update(style)


def figure_of(drawing: Axes | Figure) -> Figure:
    whole: Any = drawing if isinstance(drawing, Figure) else drawing.figure
    return whole


def save(drawing: Axes | Figure, name: str, outputs: str | Path) -> list[Path]:
    """Write a figure as `<outputs>/figures/<name>.png` and `.svg`; returns both paths."""
    if Path(name).name != name or name in ("", ".", ".."):
        raise ValueError(f"a figure's name is a plain file name, not {name!r}")
    figure = figure_of(drawing)
    folder = resolve(outputs) / "figures"
    undated: dict[str, Any] = {"png": None, "svg": {"Date": None}}

    def write(kind: str) -> Path:
        drawn = lambda path: figure.savefig(path, format=kind, metadata=undated[kind])  # noqa: E731
        return write_atomically(folder / f"{name}.{kind}", drawn)

    return [write(kind) for kind in undated]


def shorten(label: object, width: int = 34) -> str:
    """Return a label that fits beside a bar: one line of at most `width` characters, cut at a word where possible."""
    words = "(not named)" if label is None or label is pd.NA or label != label else " ".join(str(label).split())
    if len(words) <= width:
        return words
    cut = words[: width - 1]
    return (cut.rsplit(" ", 1)[0].rstrip(",;:") if " " in cut[8:] else cut) + "…"


def start_chart(ax: Axes | None, height: float, title: str, note: str) -> Axes:
    """Return the Axes to draw on: a new figure with title above and note below, or the given one with both set inside
    its panel.
    """
    if ax is not None:
        ax.set_title("\n".join(textwrap.wrap(title, 52)), fontsize=10.5, fontweight="bold")
        if note:
            ax.annotate(
                "\n".join(textwrap.wrap(note, 76)),
                (0, 0),
                xycoords="axes fraction",
                xytext=(0, -38),
                textcoords="offset points",
                fontsize=8,
                color=MUTED,
                va="top",
                annotation_clip=False,
            )
        return ax
    heading = textwrap.wrap(title, 74, break_on_hyphens=False)
    figure, ax = plt.subplots(figsize=(WIDTH, height + 0.24 * len(heading) + 0.2))
    figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.08)
    if heading:
        figure.suptitle("\n".join(heading), x=0.012, ha="left", fontsize=12.5, fontweight="bold", color=INK)
    add_note(figure, note)
    return ax


def add_note(figure: Figure, note: str) -> None:
    """Write a sentence below a chart, after those that stand there; the figure grows by its lines."""
    before = figure.get_supxlabel()
    lines = textwrap.wrap(" ".join(f"{before} {note}".split()), 118)
    if not lines:
        return
    grown = len(lines) - (before.count("\n") + 1 if before else 0)
    figure.set_figheight(figure.get_figheight() + 0.16 * grown)
    figure.supxlabel("\n".join(lines), x=0.012, ha="left", fontsize=8.5, color=MUTED)


def say(sentence: str, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw a sentence where a chart would be: for results without rows."""
    ax = start_chart(ax, 0.9, title, "")
    figure: Any = ax.figure
    figure.house_empty = sentence
    ax.text(
        0.0, 0.5, "\n".join(textwrap.wrap(sentence, 84)), transform=ax.transAxes, va="center", color=MUTED, fontsize=10
    )
    ax.set_axis_off()
    return ax


def show_number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
