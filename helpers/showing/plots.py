"""Tidy frame in, matplotlib Axes out, in one house style: the finding as title, n and caveats below, sorted bars,
direct labels.

Every function takes a frame with one row per thing drawn, returns the Axes, and draws a sentence when the frame is
empty.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes

from helpers.showing.canvas import say, shorten, show_number, start_chart
from helpers.showing.colours import INK, MUTED, PALETTE, PAPER, SCALES, colour, hues
from helpers.showing.links import mark, mark_area, mark_periods


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
    labels: dict = dict(zip(frame[key], frame[y], strict=True)) if entity else {}
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
            bars = ax.barh(
                places,
                wide[name],
                left=left,
                color=fill,
                height=0.68,
                label=shorten(name, 28),
                edgecolor=PAPER,
                linewidth=0.6,
            )
            for value, bar, size in zip(order, bars, wide[name], strict=True):
                if size:
                    words = f"{shorten(labels.get(value, value))}, {name}: {show_number(size)}"
                    mark(ax, bar, words, {key: value, stack: name})
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
        own = hues(order)
        fills = [(colours or {}).get(i) or (own[i] if entity else PALETTE[0]) for i in order]
        for value, bar in zip(order, ax.barh(places, ends, color=fills, height=0.68), strict=True):
            words = f"{shorten(labels.get(value, value))}: {show_number(totals[value])}"
            mark(ax, bar, words, {key: value})
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
    ax.set_yticks(places, [shorten(labels.get(i, i)) for i in order])
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.margins(x=0.09)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    if (ends < 0).any():
        ax.axvline(0, color=MUTED, linewidth=0.8)
    return ax


def columns_of(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    title: str,
    note: str = "",
    empty: str = "Nothing to show: no rows were found.",
) -> Axes:
    """Draw a histogram whose groups are counted already: one column a row of the frame, in its order. x: column with
    the groups' names; y: column with the numbers.
    """
    if not len(frame):
        return say(empty, title=title)
    ax = start_chart(None, 3.0, title, note)
    bars = ax.bar(range(len(frame)), frame[y], width=0.92, color=PALETTE[0])
    for name, n, bar in zip(frame[x], frame[y], bars, strict=True):
        mark(ax, bar, f"{name}: {show_number(n)}", {x: name})
        ax.text(bar.get_x() + bar.get_width() / 2, n, show_number(n), ha="center", va="bottom", fontsize=8, color=MUTED)
    long = sum(map(len, frame[x])) > 90
    turn: dict = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if long else {}
    ax.set_xticks(range(len(frame)), list(frame[x]), **turn)
    ax.set_yticks([])
    ax.margins(y=0.1)
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
    order: str | None = None,
    ax: Axes | None = None,
    limit: int = 20,
    empty: str = "Nothing to show: no rows were found.",
) -> Axes:
    """Draw one dot with its interval per row, the highest estimate on top, or the highest value of the column `order`
    where an order of the estimates would be a ranking that the data don't carry.

    estimate, low, high: columns; n: column with the number of cases, written after the label; reference: a line to
    compare with;
    ends: what the left and the right end of the scale mean, written under the axis.
    """
    frame = (
        frame.dropna(subset=[estimate]).sort_values(order or estimate, ascending=False, kind="stable")
        if len(frame)
        else frame
    )
    if not len(frame):
        return say(empty, title=title, ax=ax)
    if len(frame) > limit:
        keep = frame.sort_values(n, ascending=False, kind="stable").head(limit).index if n else frame.index[:limit]
        note = f"{note} Showing {limit} of {len(frame):,}.".strip()
        frame = frame.loc[frame.index.isin(keep)]
    ax = start_chart(ax, 0.34 * len(frame) + 0.75, title, note)
    labels, own = [], hues(frame[entity]) if entity else {}
    for place, row in enumerate(frame.to_dict("records")):
        fill = (colours or {}).get(row[y]) or (own[row[entity]] if entity else PALETTE[0])
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
        point = ax.plot(row[estimate], place, "o", color=fill, markersize=7, zorder=3)[0]
        between = f", 95 % interval {row[low]:.2f} to {row[high]:.2f}" if pd.notna(row[low]) else ""
        words = f"{shorten(row[y])}: {row[estimate]:.2f}{between}" + (f" (n = {int(row[n]):,})" if n else "")
        mark(ax, point, words, {entity or y: row[entity or y]})
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
        own = {entity: rows[entity].iloc[0]} if entity else {series: name} if series else {}
        mark_periods(ax, rows[time], rows[value].astype(float), str(name), own)
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
    n: str | None = None,
    low_is_bad: bool = False,
    ax: Axes | None = None,
    limit: int = 16,
    empty: str = "Nothing to show: no rows were found.",
) -> Axes:
    """Draw a grid of `value` by `y` (rows) and `x` (columns) with the number in every cell.

    centre: middle of a diverging scale (None: light to dark); spread: distance from the centre to the ends; shown:
    column with the text to write instead; low_is_bad: the lower end of a diverging scale has the colour of what
    is negative (a stance against), else the upper end has it (escalation); n: column with the number of cases,
    by which rows and columns are ordered.
    """
    frame = frame.dropna(subset=[value]) if len(frame) else frame
    if not len(frame):
        return say(empty, title=title, ax=ax)
    across, down = (f"{c}_id" if f"{c}_id" in frame.columns else c for c in (x, y))  # two of one name stay two
    names = {key: dict(zip(frame[key], frame[c], strict=True)) for key, c in ((across, x), (down, y))}

    def ranked(column: str) -> list:
        sums = frame.assign(_=frame[n].abs() if n else frame[value].abs()).groupby(column, observed=True)["_"].sum()
        return list(sums.sort_values(ascending=False, kind="stable").index[:limit])

    rows, columns = ranked(down), ranked(across)

    def grid_of(what: str, how: str) -> pd.DataFrame:
        wide = frame.pivot_table(index=down, columns=across, values=what, aggfunc=how, observed=True)
        return wide.reindex(index=rows, columns=columns)

    grid = grid_of(value, "sum")
    words = grid_of(shown, "first") if shown else grid
    ax = start_chart(ax, 0.36 * len(rows) + 1.5, title, note)
    data = grid.to_numpy(dtype=float)
    if centre is None:
        scale: Any = "Blues"
        low, high = 0.0, float(np.nanmax(data)) or 1.0
    else:
        reach = spread or np.nanmax(np.abs(data - centre)) or 1
        scale, low, high = SCALES["low" if low_is_bad else "high"], centre - reach, centre + reach
    ax.pcolormesh(data, cmap=scale, vmin=low, vmax=high, edgecolors=PAPER, linewidth=1.5)
    for i in range(len(rows)):
        for j in range(len(columns)):
            if not np.isnan(data[i, j]):
                dark = abs((data[i, j] - low) / (high - low) - (0.5 if centre is not None else 0)) > (
                    0.22 if centre is not None else 0.55
                )
                text = words.iat[i, j]
                told = " ".join((text if isinstance(text, str) else show_number(text)).split())
                key = {down: rows[i], across: columns[j]}
                mark_area(ax, j, i, 1, 1, f"{names[down][rows[i]]} → {names[across][columns[j]]}: {told}", key)
                ax.text(
                    j + 0.5,
                    i + 0.5,
                    text if isinstance(text, str) else show_number(text),
                    ha="center",
                    va="center",
                    fontsize=9,
                    color=PAPER if dark else INK,
                )
    above = [shorten(names[across][c], 20) for c in columns]
    slanted = max(map(len, above), default=0) * len(columns) > 70
    ax.set_xticks(
        np.arange(len(columns)) + 0.5,
        above,
        rotation=35 if slanted else 0,
        ha="left" if slanted else "center",
        rotation_mode="anchor",
    )
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_yticks(np.arange(len(rows)) + 0.5, [shorten(names[down][r], 28) for r in rows])
    ax.invert_yaxis()
    ax.set_xlabel(x_label or label, labelpad=10)
    ax.set_ylabel(y_label)
    ax.spines["bottom"].set_visible(False)
    return ax
