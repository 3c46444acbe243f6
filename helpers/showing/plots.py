"""Tidy frame in, matplotlib Axes out, in one house style: the finding as title, n and caveats below, sorted bars,
direct labels.

Every function takes a frame with one row per thing drawn, returns the Axes, and draws a sentence when the frame is
empty.
"""

import textwrap
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import dates, font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers import resolve
from helpers.showing.colours import FONTS, INK, MUTED, PALETTE, PAPER, STYLE, colour
from helpers.tables import write_atomically

WIDTH = 8.2


def use_house_style() -> None:
    """Set matplotlib's defaults for this project: call once at the top of a notebook."""
    # a script without a font shows as boxes; the tables have the words
    warnings.filterwarnings("ignore", message="Glyph .* missing from")
    known = set(font_manager.get_font_names())
    fonts = [name for name in FONTS if name in known]
    style: Any = {**STYLE, "font.family": fonts or ["sans-serif"]}
    plt.rcParams.update(style)


def save(drawing: Axes | Figure, name: str, outputs: str | Path) -> list[Path]:
    """Write a figure as `<outputs>/figures/<name>.png` and `.svg`; returns both paths."""
    if Path(name).name != name or name in ("", ".", ".."):
        raise ValueError(f"a figure's name is a plain file name, not {name!r}")
    figure: Any = drawing if isinstance(drawing, Figure) else drawing.figure
    folder = resolve(outputs) / "figures"
    undated: dict[str, Any] = {"png": None, "svg": {"Date": None}}

    def write(kind: str) -> Path:
        drawn = lambda path: figure.savefig(path, format=kind, metadata=undated[kind])  # noqa: E731
        return write_atomically(folder / f"{name}.{kind}", drawn)

    return [write(kind) for kind in undated]


def save_all(drawings: Mapping[str, Axes | Figure], outputs: str | Path) -> list[Path]:
    """Write several figures, {name: Axes or Figure}; returns all paths."""
    return [path for name, drawing in drawings.items() for path in save(drawing, name, outputs)]


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
    heading, footing = textwrap.wrap(title, 74), textwrap.wrap(note, 118)
    figure, ax = plt.subplots(figsize=(WIDTH, height + 0.24 * len(heading) + 0.16 * len(footing) + 0.2))
    figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.08)
    if heading:
        figure.suptitle("\n".join(heading), x=0.012, ha="left", fontsize=12.5, fontweight="bold", color=INK)
    if footing:
        figure.supxlabel("\n".join(footing), x=0.012, ha="left", fontsize=8.5, color=MUTED)
    return ax


def say(sentence: str, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw a sentence where a chart would be: for results without rows."""
    ax = start_chart(ax, 0.9, title, "")
    ax.text(
        0.0, 0.5, "\n".join(textwrap.wrap(sentence, 84)), transform=ax.transAxes, va="center", color=MUTED, fontsize=10
    )
    ax.set_axis_off()
    return ax


def show_number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def ranked_bars(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    title: str,
    note: str = "",
    ax: Axes | None = None,
    stack: str | None = None,
    entity: str | None = None,
    colours: Mapping[str, str] | None = None,
    limit: int = 20,
    empty: str = "Nothing to show: no rows were found.",
) -> Axes:
    """Draw horizontal bars, longest on top.

    frame: one row per bar, or per bar and `stack` value; x: column with the lengths; y: column with the labels; entity:
    column with entity ids, which tell bars of one name apart and colour them; colours: colour per `stack` value (or per
    label); limit: how many bars at most (the note then says so).
    """
    frame = frame.dropna(subset=[x]) if len(frame) else frame
    if not len(frame):
        return say(empty, title=title, ax=ax)
    key = entity or y
    totals = frame.groupby(key, sort=False, dropna=False)[x].sum()
    order = totals.sort_values(ascending=False, kind="stable").index
    if len(order) > limit:
        note = f"{note} Showing {limit} of {len(order):,}.".strip()
        order = order[:limit]
    ax = start_chart(ax, 0.3 * len(order) + 0.55, title, note)
    places = np.arange(len(order))
    if stack:
        wide = (
            frame.pivot_table(index=key, columns=stack, values=x, aggfunc="sum", observed=True, dropna=False)
            .reindex(order)
            .fillna(0)
        )
        names = [name for name in (colours or {}) if name in wide] or list(wide.columns[wide.sum().argsort()[::-1]])
        names += [name for name in wide.columns if name not in names]
        left = np.zeros(len(order))
        for i, name in enumerate(names):
            fill = (colours or {}).get(name) or PALETTE[i % len(PALETTE)]
            ax.barh(
                places,
                wide[name],
                left=left,
                color=fill,
                height=0.68,
                label=shorten(name, 28),
                edgecolor=PAPER,
                linewidth=0.6,
            )
            left += wide[name].to_numpy()
        ends = left
        if len(names) > 1:
            ax.legend(
                loc="lower left",
                bbox_to_anchor=(0, 1),
                ncols=max(1, min(len(names), 60 // (max(len(shorten(n, 28)) for n in names) + 4))),
                borderaxespad=0.2,
                handlelength=1,
                columnspacing=1.2,
            )
    else:
        ends = totals.reindex(order).to_numpy(dtype=float)
        fills = [(colours or {}).get(i) or (colour(i) if entity else PALETTE[0]) for i in order]
        ax.barh(places, ends, color=fills, height=0.68)
    reach = np.abs(ends).max() or 1
    # shares that add up to one say nothing
    alike = stack and (np.allclose(ends, 1) or np.allclose(ends, 100)) and not np.allclose(frame[x], frame[x].round())
    for place, end in zip(places, ends, strict=True) if not alike else ():
        ax.text(
            end + reach * 0.012 * (1 if end >= 0 else -1),
            float(place),
            show_number(end),
            va="center",
            ha="left" if end >= 0 else "right",
            fontsize=9,
            color=MUTED,
        )
    labels = frame.drop_duplicates(key).set_index(key)[y] if entity else {}
    ax.set_yticks(places, [shorten(labels[i] if entity else i) for i in order])
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.margins(x=0.09)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    if (ends < 0).any():
        ax.axvline(0, color=MUTED, linewidth=0.8)
    return ax


def intervals(
    frame: pd.DataFrame,
    estimate: str,
    y: str,
    *,
    low: str,
    high: str,
    title: str,
    note: str = "",
    n: str | None = None,
    reference: float | None = 0.0,
    entity: str | None = None,
    colours: Mapping[str, str] | None = None,
    limits: tuple | None = None,
    ends: tuple[str, str] | None = None,
    ax: Axes | None = None,
    limit: int = 20,
    empty: str = "Nothing to show: no rows were found.",
) -> Axes:
    """Draw one dot with its interval per row, highest estimate on top.

    estimate, low, high: columns; n: column with the number of cases, written after the label; reference: a line to
    compare with;
    ends: what the left and the right end of the scale mean, written under the axis.
    """
    frame = (
        frame.dropna(subset=[estimate]).sort_values(estimate, ascending=False, kind="stable") if len(frame) else frame
    )
    if not len(frame):
        return say(empty, title=title, ax=ax)
    if len(frame) > limit:
        keep = frame.sort_values(n, ascending=False, kind="stable").head(limit).index if n else frame.index[:limit]
        note = f"{note} Showing {limit} of {len(frame):,}.".strip()
        frame = frame.loc[frame.index.isin(keep)]
    ax = start_chart(ax, 0.34 * len(frame) + 0.75, title, note)
    labels = []
    for place, row in enumerate(frame.to_dict("records")):
        fill = (colours or {}).get(row[y]) or (colour(row[entity]) if entity else PALETTE[0])
        if pd.notna(row[low]) and pd.notna(row[high]):
            ax.plot(
                [row[low], row[high]],
                [place, place],
                color=fill,
                linewidth=2.4,
                alpha=0.5,
                solid_capstyle="round",
                zorder=2,
            )
        ax.plot(row[estimate], place, "o", color=fill, markersize=7, zorder=3)
        labels.append(shorten(row[y]) + (f"  (n = {int(row[n]):,})" if n else ""))
    if reference is not None:
        ax.axvline(reference, color=MUTED, linewidth=0.8, zorder=1)
    ax.set_yticks(range(len(frame)), labels)
    ax.set_ylim(len(frame) - 0.4, -0.6)
    if limits:
        ax.set_xlim(*limits)
    ax.grid(axis="x")
    if ends:
        _name_ends(ax, *ends, reference=reference)
    return ax


def _name_ends(ax: Axes, low: str, high: str, *, reference: float | None) -> None:
    """Write what the ends of a scale mean below it: on either side of the reference where there is room, else only the
    side that the scale shows.
    """
    left, right = ax.get_xlim()
    place = 0.5 if reference is None else (reference - left) / (right - left)
    if 0.2 <= place <= 0.8:
        ax.set_xlabel(f"← {low}          {high} →", x=place)
    elif place < 0.2:
        ax.set_xlabel(f"{high} →", x=max(0.0, place), ha="left")
    else:
        ax.set_xlabel(f"← {low}", x=min(1.0, place), ha="right")


def lines_over_time(
    frame: pd.DataFrame,
    time: str,
    value: str,
    *,
    title: str,
    note: str = "",
    series: str | None = None,
    entity: str | None = None,
    colours: Mapping[str, str] | None = None,
    low: str | None = None,
    high: str | None = None,
    label: str = "",
    ax: Axes | None = None,
    limit: int = 8,
    empty: str = "Nothing to show over time: no article has a date.",
) -> Axes:
    """Draw one line per `series` over `time` (dates), named at its right end; `low` and `high` draw a band; one date
    alone draws dots.
    """
    frame = frame.dropna(subset=[time, value]) if len(frame) else frame
    if not len(frame):
        return say(empty, title=title, ax=ax)
    groups = [("", frame)] if not series else list(frame.groupby(series, sort=False))
    groups = sorted(groups, key=lambda group: -len(group[1]))
    if len(groups) > limit:
        note = f"{note} Showing the {limit} most frequent of {len(groups):,}.".strip()
    ax = start_chart(ax, 3.2, title, note)
    tips = []
    for i, (name, rows) in enumerate(groups[:limit]):
        rows = rows.sort_values(time)
        fill = (colours or {}).get(name) or (colour(rows[entity].iloc[0]) if entity else PALETTE[i % len(PALETTE)])
        ax.plot(rows[time], rows[value], color=fill, linewidth=2, marker="o", markersize=4 if len(rows) < 40 else 0)
        if low and high:
            ax.fill_between(
                rows[time], rows[low].astype(float), rows[high].astype(float), color=fill, alpha=0.15, linewidth=0
            )
        tips.append([rows[time].iloc[-1], float(rows[value].iloc[-1]), shorten(name, 22), fill])
    ax.grid(axis="y")
    ax.set_ylabel(label)
    if series:
        _label_ends(ax, tips)
    if frame[time].nunique() == 1:
        ax.set_xticks([frame[time].iloc[0]], [pd.Timestamp(frame[time].iloc[0]).strftime("%-d %B %Y")])
    else:
        locator = dates.AutoDateLocator(minticks=3, maxticks=8)
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    return ax


def _label_ends(ax: Axes, tips: list) -> None:
    """Write each line's name at its end, pushed apart where two would touch."""
    low, high = ax.get_ylim()
    gap, last = (high - low) * 0.065, None
    for tip in sorted(tips, key=lambda tip: tip[1]):
        tip.append(tip[1] if last is None else max(tip[1], last + gap))
        last = tip[-1]
    for _, _, name, fill, height in tips:
        ax.annotate(
            name,
            (1.0, height),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            color=fill,
            fontsize=9,
            va="center",
            annotation_clip=False,
        )


def heat_map(
    frame: pd.DataFrame,
    x: str,
    y: str,
    value: str,
    *,
    title: str,
    note: str = "",
    centre: float | None = None,
    spread: float | None = None,
    shown: str | None = None,
    label: str = "",
    x_label: str = "",
    y_label: str = "",
    x_order: list | None = None,
    y_order: list | None = None,
    ax: Axes | None = None,
    limit: int = 16,
    empty: str = "Nothing to show: no rows were found.",
) -> Axes:
    """Draw a grid of `value` by `y` (rows) and `x` (columns) with the number in every cell.

    centre: middle of a diverging scale (None: light to dark); spread: distance from the centre to the ends; shown:
    column with the text to write instead.
    """
    frame = frame.dropna(subset=[value]) if len(frame) else frame
    if not len(frame):
        return say(empty, title=title, ax=ax)

    def ranked(column, order):
        sums = (
            frame.assign(_=frame[value].abs())
            .groupby(column, observed=True)["_"]
            .sum()
            .sort_values(ascending=False, kind="stable")
        )
        return [name for name in order if name in set(sums.index)] if order is not None else list(sums.index[:limit])

    rows, columns = ranked(y, y_order), ranked(x, x_order)
    grid = frame.pivot_table(index=y, columns=x, values=value, aggfunc="sum", observed=True).reindex(
        index=rows, columns=columns
    )
    words = (
        frame.pivot_table(index=y, columns=x, values=shown, aggfunc="first", observed=True).reindex(
            index=rows, columns=columns
        )
        if shown
        else grid
    )
    ax = start_chart(ax, 0.36 * len(rows) + 1.5, title, note)
    data = grid.to_numpy(dtype=float)
    if centre is None:
        scale, low, high = "Blues", 0.0, float(np.nanmax(data)) or 1.0
    else:
        reach = spread or np.nanmax(np.abs(data - centre)) or 1
        scale, low, high = "PuOr_r", centre - reach, centre + reach
    ax.pcolormesh(data, cmap=scale, vmin=low, vmax=high, edgecolors=PAPER, linewidth=1.5)
    for i in range(len(rows)):
        for j in range(len(columns)):
            if not np.isnan(data[i, j]):
                dark = abs((data[i, j] - low) / (high - low) - (0.5 if centre is not None else 0)) > (
                    0.3 if centre is not None else 0.55
                )
                text = words.iat[i, j]
                ax.text(
                    j + 0.5,
                    i + 0.5,
                    text if isinstance(text, str) else show_number(text),
                    ha="center",
                    va="center",
                    fontsize=9,
                    color=PAPER if dark else INK,
                )
    slanted = max((len(shorten(c, 20)) for c in columns), default=0) * len(columns) > 70
    ax.set_xticks(
        np.arange(len(columns)) + 0.5,
        [shorten(c, 20) for c in columns],
        rotation=35 if slanted else 0,
        ha="left" if slanted else "center",
        rotation_mode="anchor",
    )
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_yticks(np.arange(len(rows)) + 0.5, [shorten(r, 28) for r in rows])
    ax.invert_yaxis()
    ax.set_xlabel(x_label or label, labelpad=10)
    ax.set_ylabel(y_label)
    ax.spines["bottom"].set_visible(False)
    return ax
