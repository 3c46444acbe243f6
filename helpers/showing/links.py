"""What can be clicked in a chart: every bar, cell and point knows which passages stand behind it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

SMALLEST = 12  # pixels: nothing smaller is hit with a finger


class Spot(NamedTuple):
    """A place in a figure: fractions of its width and height from the left and the top, its words, its key."""

    left: float
    top: float
    width: float
    height: float
    label: str
    key: Mapping[str, str]
    artist: Artist


def mark(ax: Axes, artist: Artist, label: str, key: Mapping[str, Any]) -> None:
    """Say which passages stand behind something drawn.

    key: {column of the rows behind the chart: value}; `since` and `before` are days of publication. Missing values are
    left out.
    """
    whole: Any = ax.figure
    known = {name: _word(value) for name, value in key.items() if value is not None and value == value}
    whole.__dict__.setdefault("house_marks", []).append((artist, label, known))


def mark_area(ax: Axes, left: float, bottom: float, width: float, height: float, label: str, key: Mapping) -> None:
    """The same for a rectangle in the units of the axes, such as a cell of a grid."""
    mark(ax, ax.add_patch(Rectangle((left, bottom), width, height, alpha=0, linewidth=0, zorder=9)), label, key)


def mark_periods(ax: Axes, times: pd.Series, values: pd.Series, label: str, key: Mapping) -> None:
    """The same for every point of a line over time: from its date to the next one."""
    days = list(times)
    for place, (day, value) in enumerate(zip(days, values, strict=True)):
        point = ax.plot([day], [value], "o", markersize=9, alpha=0, zorder=9)[0]
        span = {"since": day} | ({"before": days[place + 1]} if place + 1 < len(days) else {})
        words = f"{label} {pd.Timestamp(day):%Y-%m-%d}: {value:,.3g}".strip()
        mark(ax, point, words, {**key, **span})


def _word(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)


def spots(figure: Figure) -> list[Spot]:
    """Where the marked things lie once the figure is drawn; draws it."""
    figure.canvas.draw()
    width, height = figure.bbox.width, figure.bbox.height
    found = []
    for artist, label, key in getattr(figure, "house_marks", []):
        box = artist.get_window_extent()
        if not np.isfinite(box.extents).all():  # nothing of it is drawn
            continue
        wide, high = max(box.width, SMALLEST), max(box.height, SMALLEST)
        left, top = (box.x0 + box.x1 - wide) / 2, height - (box.y0 + box.y1 + high) / 2
        found.append(Spot(left / width, top / height, wide / width, high / height, label, key, artist))
    return found


def describe(figure: Figure) -> str:
    """The figure in words, for those who do not see it: its title and the values drawn."""
    said = [label for _, label, _ in getattr(figure, "house_marks", [])]
    title = " ".join(figure.get_suptitle().split())
    more = f"; and {len(said) - 12:,} more" if len(said) > 12 else ""
    return f"{title}. {'; '.join(said[:12])}{more}".strip(" .") + "."


def is_empty(figure: Figure) -> bool:
    """Whether a sentence stands where a chart would be."""
    return bool(getattr(figure, "house_empty", False))
