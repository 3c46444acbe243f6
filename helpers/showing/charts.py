"""This project's own charts: entities and their forms, shares, networks; the ladder of acts, words against deeds.

Like the kinds in `plots`: a tidy frame in, Axes out, a sentence when the frame is empty.
"""

import itertools
import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.showing.canvas import say, shorten, show_number, start_chart
from helpers.showing.colours import FAINT, INK, MUTED, OTHER, PAPER, colour, distinct_colours, hues, tints
from helpers.showing.links import mark, mark_area
from helpers.showing.plots import lines_over_time

TICKS = 120  # more mentions of an entity are drawn as a histogram

# -- entities --------------------------------------------------------------------------------------------------------


def plot_top_entities(forms: pd.DataFrame, *, title: str, note: str = "", empty: str = "No entity was found.") -> Axes:
    """Draw mentions per entity, stacked by surface form (forms written inside where they fit), beside the number of
    articles when there is more than one.

    forms: rows of `mentions.count_forms` (entity_id, entity, form, n, articles, rank).
    """
    if not len(forms):
        return say(empty, title=title)
    order = list(dict.fromkeys(forms["entity_id"]))
    totals = forms.groupby("entity_id")["n"].sum()
    articles = forms.drop_duplicates("entity_id").set_index("entity_id")["articles"]
    beside = articles.max() > 1
    ax = start_chart(None, 0.32 * len(order) + 0.6, title, note)
    figure = ax.figure
    if beside:
        ax.remove()
        ax, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 1))
    reach, own = totals.max(), hues(order)
    for place, entity in enumerate(order):
        left, rows = 0, forms[forms["entity_id"] == entity]
        shades = tints(own[entity], 5)
        for row in rows.itertuples():
            fill = shades[min(int(row.rank), 4)]
            (bar,) = ax.barh(place, row.n, left=left, height=0.72, color=fill, edgecolor=PAPER, linewidth=0.8)
            key = {"entity_id": entity} | ({"text": row.form} if int(row.rank) < forms["rank"].max() else {})
            mark(ax, bar, f"{row.entity}, {row.form}: {show_number(row.n)}", key)
            if row.n / reach * (66 if beside else 100) > len(row.form) + 1:
                dark = 0.299 * fill[0] + 0.587 * fill[1] + 0.114 * fill[2] < 0.6
                ax.text(
                    left + row.n / 2,
                    place,
                    row.form,
                    ha="center",
                    va="center",
                    fontsize=8,
                    color=PAPER if dark else INK,
                )
            left += row.n
        ax.text(left + reach * 0.012, place, show_number(left), va="center", fontsize=9, color=MUTED)
    names = forms.drop_duplicates("entity_id").set_index("entity_id")["entity"]
    ax.set_yticks(range(len(order)), [shorten(names[entity], 28) for entity in order])
    ax.set_ylim(len(order) - 0.4, -0.6)
    if beside:
        bars = right.barh(range(len(order)), articles.reindex(order), height=0.72, color=OTHER)
        for entity, bar in zip(order, bars, strict=True):
            mark(right, bar, f"{entity.partition(':')[2]}: {articles[entity]:,} articles", {"entity_id": entity})
        for place, entity in enumerate(order):
            right.text(
                articles[entity] + articles.max() * 0.03,
                place,
                show_number(articles[entity]),
                va="center",
                fontsize=9,
                color=MUTED,
            )
        ax.set_title("mentions, by the words used", fontsize=9, color=MUTED)
        right.set_title("articles", fontsize=9, color=MUTED)
        right.margins(x=0.14)
    for panel in figure.axes:
        panel.set_xticks([])
        panel.spines["bottom"].set_visible(False)
    ax.margins(x=0.07)
    return ax


def plot_shares(
    frame: pd.DataFrame, group: str, *, title: str, note: str = "", empty: str = "Nothing to compare."
) -> Axes:
    """Draw one bar a group (outlet), 100 % long, split by entity in the entity's colour. frame: group, entity_id,
    entity, share, n, of.
    """
    if not len(frame):
        return say(empty, title=title)
    groups = list(frame.groupby(group)["of"].first().sort_values(ascending=False, kind="stable").index)
    entities = list(frame.groupby("entity_id")["n"].sum().sort_values(ascending=False, kind="stable").index)
    ax = start_chart(None, 0.36 * len(groups) + 1.1, title, note)
    lookup = frame.set_index([group, "entity_id"])["share"]
    names = frame.drop_duplicates("entity_id").set_index("entity_id")["entity"]
    left = np.zeros(len(groups))
    fills = distinct_colours(frame.set_index("entity_id").loc[entities].reset_index())
    for entity in entities:
        width = np.array([lookup.get((g, entity), 0.0) for g in groups])
        bars = ax.barh(
            range(len(groups)),
            width,
            left=left,
            height=0.7,
            color=fills[names[entity]],
            edgecolor=PAPER,
            linewidth=0.8,
            label=shorten(names[entity], 24),
        )
        for name, bar, share in zip(groups, bars, width, strict=True):
            if share:
                key = {"entity_id": entity, group: name}
                mark(ax, bar, f"{name}, {names[entity]}: {share:.0%}", key)
        for place, (start, share) in enumerate(zip(left, width, strict=True)):
            if share >= 0.07:
                ax.text(start + share / 2, place, f"{share:.0%}", ha="center", va="center", fontsize=8, color=PAPER)
        left += width
    sizes = frame.groupby(group)["of"].first()
    ax.set_yticks(range(len(groups)), [f"{shorten(g, 26)}  (n = {sizes[g]:,})" for g in groups])
    ax.set_ylim(len(groups) - 0.4, -0.6)
    ax.set_xlim(0, 1)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.02), ncols=4, handlelength=1)
    return ax


def plot_dispersion(frame: pd.DataFrame, *, title: str, note: str = "", empty: str = "No entity was found.") -> Axes:
    """Draw one line an entity, a tick for every mention at its position in the article (left: first word, right: last).
    frame: entity_id, entity, position.
    """
    if not len(frame):
        return say(empty, title=title)
    order = list(frame["entity_id"].value_counts(sort=False).sort_values(ascending=False, kind="stable").index)
    names, sizes = (
        frame.drop_duplicates("entity_id").set_index("entity_id")["entity"],
        frame["entity_id"].value_counts(),
    )
    ax = start_chart(None, 0.32 * len(order) + 0.8, title, note)
    own = hues(order)
    for place, entity in enumerate(order):
        positions = frame.loc[frame["entity_id"] == entity, "position"].to_numpy(dtype=float)
        ax.hlines(place, 0, 1, color=FAINT, linewidth=0.8, zorder=1)
        if len(positions) <= TICKS:
            ax.vlines(positions, place - 0.34, place + 0.34, color=own[entity], linewidth=1.5, alpha=0.8, zorder=2)
        else:  # of many mentions a tick each is a solid bar, and megabytes
            heights, edges = np.histogram(positions, bins=50, range=(0, 1))
            tall = 0.8 * heights / heights.max()
            ax.bar(edges[:-1], -tall, width=0.018, bottom=place + 0.4, align="edge", color=own[entity], zorder=2)
        words = f"{names[entity]}: {sizes[entity]:,} mentions"
        mark_area(ax, 0, place - 0.45, 1, 0.9, words, {"entity_id": entity})
    ax.set_yticks(range(len(order)), [f"{shorten(names[e], 28)}  (n = {sizes[e]:,})" for e in order])
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_xlim(-0.01, 1.01)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["first word", "25 %", "half", "75 %", "last word"])
    ax.spines["bottom"].set_visible(False)
    return ax


def plot_network(
    pairs: pd.DataFrame,
    places: Mapping,
    *,
    title: str,
    note: str = "",
    empty: str = "No two entities share a sentence.",
) -> Axes:
    """Draw entities as points and shared sentences as lines, thicker for more. pairs: a_id, a, b_id, b, sentences;
    places: {entity_id: (x, y)}.
    """
    if not len(pairs):
        return say(empty, title=title)
    ax = start_chart(None, 5.2, title, note)
    most = pairs["sentences"].max()
    for row in pairs.sort_values("sentences").itertuples():
        (x1, y1), (x2, y2) = places[row.a_id], places[row.b_id]
        ax.plot(
            [x1, x2],
            [y1, y2],
            color=MUTED,
            linewidth=0.6 + 5 * row.sentences / most,
            alpha=0.18 + 0.4 * row.sentences / most,
            solid_capstyle="round",
            zorder=1,
        )
    weight = (
        pd.concat([pairs.groupby("a_id")["sentences"].sum(), pairs.groupby("b_id")["sentences"].sum()])
        .groupby(level=0)
        .sum()
    )
    names = {**dict(zip(pairs["b_id"], pairs["b"], strict=True)), **dict(zip(pairs["a_id"], pairs["a"], strict=True))}
    for entity, n in weight.items():
        x, y = places[entity]
        size = 70 + 500 * n / weight.max()
        point = ax.scatter(x, y, s=size, color=colour(entity), edgecolor=PAPER, linewidth=1.2, zorder=3)
        mark(ax, point, f"{names[entity]}: {n:,} shared sentences", {"entity_id": entity})
        ax.annotate(
            shorten(names[entity], 24),
            (x, y),
            xytext=(0, 8 + 9 * (n / weight.max()) ** 0.5),
            textcoords="offset points",
            ha="center",
            fontsize=9,
            zorder=4,
            bbox={"boxstyle": "round,pad=.15", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.8},
        )
    ax.margins(0.14)
    ax.set_axis_off()
    return ax


def layout(nodes: list, edges: Mapping[tuple, float], *, rounds: int = 300) -> dict:
    """Positions {node: (x, y)} of a small network by forces (Fruchterman and Reingold 1991), the same for the same
    input. edges: {(a, b): weight}.
    """
    n = len(nodes)
    if not n:
        return {}
    angle = 2 * math.pi * np.arange(n) / n
    place = np.c_[np.cos(angle), np.sin(angle)] * (0.9 + 0.1 * (np.arange(n) % 2))[:, None]
    number = {node: i for i, node in enumerate(nodes)}
    weight = np.zeros((n, n))
    top_weight = max(edges.values(), default=1)
    for (a, b), w in edges.items():
        weight[number[a], number[b]] = weight[number[b], number[a]] = 0.3 + 0.7 * w / top_weight
    k = 1.1 / math.sqrt(n)
    for step in range(rounds):
        difference = place[:, None] - place[None]
        distance = np.sqrt((difference**2).sum(-1)) + 1e-6
        push = k * k / distance**2
        pull = weight * distance / k * 0.35
        move = (difference * (push - pull / distance * 1.0)[..., None]).sum(1) - 0.06 * place
        length = np.sqrt((move**2).sum(-1, keepdims=True)) + 1e-9
        place = place + move / length * np.minimum(length, 0.12 * (1 - step / rounds) + 0.002)
    place = place - place.mean(0)
    reach = np.abs(place).max(0)
    return {node: tuple(place[i] / np.where(reach > 0, reach, 1)) for node, i in number.items()}


def place_pairs(pairs: pd.DataFrame) -> dict:
    """Positions {entity_id: (x, y)} for a network of pairs."""
    nodes = list(dict.fromkeys(itertools.chain.from_iterable(zip(pairs["a_id"], pairs["b_id"], strict=True))))
    return layout(nodes, {(row.a_id, row.b_id): row.sentences for row in pairs.itertuples()})


# -- acts ------------------------------------------------------------------------------------------------------------


def plot_ladder(
    rungs: pd.DataFrame, *, colours: Mapping[str, str], title: str, note: str = "", empty: str = "No acts were found."
) -> Axes:
    """Draw one bar a rung, the top of the ladder on top, split by modality. rungs: category, rung, label, modality, n;
    colours: per modality, in their order.
    """
    if not len(rungs):
        return say(empty, title=title)
    order = list(rungs.sort_values("rung", ascending=False, kind="stable")["label"].drop_duplicates())
    signs = dict(zip(rungs["label"], rungs["rung"], strict=True))
    wide = rungs.pivot_table(index="label", columns="modality", values="n", aggfunc="sum").reindex(order).fillna(0)
    ax = start_chart(None, 0.34 * len(order) + 0.9, title, note)
    left = np.zeros(len(order))
    for name in [name for name in colours if name in wide]:
        bars = ax.barh(
            range(len(order)),
            wide[name],
            left=left,
            height=0.7,
            color=colours[name],
            edgecolor=PAPER,
            linewidth=0.6,
            label=name,
        )
        for label, bar, size in zip(order, bars, wide[name], strict=True):
            if size:
                mark(ax, bar, f"{label}, {name}: {size:,.0f}", {"category": label.split()[0], "modality": name})
        left += wide[name].to_numpy()
    for place, end in enumerate(left):
        ax.text(end + left.max() * 0.012, place, show_number(end), va="center", fontsize=9, color=MUTED)
    below = sum(signs[label] > 0 for label in order)
    if 0 < below < len(order):
        ax.axhline(below - 0.5, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
        ax.text(
            1,
            below - 0.5,
            "escalation above, de-escalation below",
            transform=ax.get_yaxis_transform(),
            ha="right",
            va="bottom",
            fontsize=8,
            color=MUTED,
        )
    ax.set_yticks(range(len(order)), order)
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_xticks([])
    ax.margins(x=0.08)
    ax.spines["bottom"].set_visible(False)
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.01), ncols=6, handlelength=1, columnspacing=1.2)
    return ax


def plot_talk_and_deeds(
    frame: pd.DataFrame, *, title: str, note: str = "", empty: str = "No act has a known actor."
) -> Axes:
    """Draw each actor's mean rung in words (open circle) and in deeds (filled), joined by a line. frame: actor,
    actor_id, talk, deed, n_talk, n_deed.
    """
    frame = frame[frame["talk"].notna() | frame["deed"].notna()] if len(frame) else frame
    if not len(frame):
        return say(empty, title=title)
    ax = start_chart(None, 0.36 * len(frame) + 1.0, title, note)
    for place, row in enumerate(frame.to_dict("records")):
        fill, drawn = colour(row["actor_id"]), len(ax.lines)
        if pd.notna(row["talk"]) and pd.notna(row["deed"]):
            ax.plot([row["talk"], row["deed"]], [place, place], color=fill, linewidth=2, alpha=0.45, zorder=2)
        if pd.notna(row["talk"]):
            ax.plot(
                row["talk"],
                place,
                "o",
                markersize=8,
                markerfacecolor=PAPER,
                markeredgecolor=fill,
                markeredgewidth=2,
                zorder=3,
            )
        if pd.notna(row["deed"]):
            ax.plot(row["deed"], place, "o", markersize=8, color=fill, zorder=4)
        for point, side in zip(ax.lines[drawn:], ("words and deeds",) * 3, strict=False):
            mark(ax, point, f"{row['actor']}, {side}", {"actor_id": row["actor_id"]})
    ax.axvline(0, color=MUTED, linewidth=0.8, zorder=1)
    ax.set_yticks(
        range(len(frame)),
        [
            f"{shorten(r['actor'], 26)}  (words {r['n_talk']:,}, deeds {r['n_deed']:,})"
            for r in frame.to_dict("records")
        ],
    )
    ax.set_ylim(len(frame) - 0.4, -0.6)
    ax.set_xlim(-4.6, 9.6)
    ax.grid(axis="x")
    ax.set_xlabel("mean rung, −4 (yields) to 9 (force)          ○ words    ● deeds")
    return ax


def plot_index_over_time(
    series: pd.DataFrame,
    changes: pd.DataFrame,
    *,
    title: str,
    note: str = "",
    label: str = "",
    empty: str = "No article has a date, so nothing can be shown over time.",
) -> Axes:
    """Draw the index per period with its band, and a dashed line where its level changes. series: period, index, low,
    high; changes: period.
    """
    ax = lines_over_time(
        series, "period", "index", low="low", high="high", title=title, note=note, label=label, empty=empty
    )
    for moment in changes["period"] if len(changes) and len(series) else []:
        ax.axvline(moment, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    if len(series):
        ax.axhline(0, color=MUTED, linewidth=0.8)
    return ax
