"""The tables and figures of one notebook: saved and shown where they are made, each number with the way to the passages
behind it, and listed at the end.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers import resolve, tables
from helpers.counting.claims import measured, tell_spread
from helpers.showing import canvas, display, links, session
from helpers.showing.passages import Passages


class Files:
    """Saves into a run's folder; as the last value of a cell it shows what was written.

    articles: the articles table, for the passages behind numbers.
    """

    def __init__(self, outputs: str | Path, articles: pd.DataFrame | None = None) -> None:
        self.outputs = outputs
        self.articles = articles
        self.written: dict[tuple[str, str], list[tables.Saved | Path]] = {}
        self.pages: dict[int, tuple[pd.DataFrame, Passages]] = {}

    def save(
        self,
        name: str,
        *made: pd.DataFrame | Axes | Figure,
        behind: pd.DataFrame | None = None,
        kinds: Sequence[str] = (),
        only: Mapping[str, object] = {},
    ) -> display.Html | None:
        """Write frames as tables (CSV, Parquet) and drawings as figures (PNG, SVG), all under one name; return the
        drawing to be shown, with every mark a link to the passages behind it.

        behind: the rows that the drawing counts (article_id, start, end and the columns it counts by); only: values of
        its columns that all that is drawn has; kinds: kinds of findings in `claims.figures`, whose measured accuracy
        is written below the drawing.
        """
        shown = None
        for thing in made:
            if isinstance(thing, pd.DataFrame):
                self.written["table", name] = [tables.save(thing, name, self.outputs)]
            else:
                shown = self._draw(name, canvas.figure_of(thing), behind, kinds, only)
        return shown

    def _draw(
        self, name: str, figure: Figure, behind: pd.DataFrame | None, kinds: Sequence[str], only: Mapping
    ) -> display.Html:
        if links.is_empty(figure):
            plt.close(figure)
            return display.sentence(figure.house_empty)  # type: ignore[attr-defined]
        canvas.add_note(figure, measured(*kinds))
        more = {column: str(value) for column, value in only.items()}
        spots = [spot._replace(key={**spot.key, **more}) for spot in links.spots(figure)]
        addresses: list[str] = []
        pages = None
        if behind is not None and len(behind) and self.articles is not None:
            pages = self._passages(behind, self.articles, name, figure.get_suptitle())
        for spot in spots if pages is not None else ():
            addresses.append(pages.address(spot.key))  # type: ignore[union-attr]
            spot.artist.set_url(f"../passages/{addresses[-1]}")
        png, svg = canvas.save(figure, name, self.outputs)
        self.written["figure", name] = [png, svg]
        folder = session.passages_seen_from_here(resolve(self.outputs))
        areas = [(spot, f"{folder}/{address}") for spot, address in zip(spots, addresses, strict=False)]
        alt = links.describe(figure)
        self._note(name, figure, pages, spots)
        plt.close(figure)
        return display.chart(base64.b64encode(png.read_bytes()).decode(), areas, name=name, alt=alt)

    def _passages(self, rows: pd.DataFrame, articles: pd.DataFrame, name: str, title: str) -> Passages:
        """The pages of rows; charts and tables of the same rows share them."""
        if id(rows) not in self.pages:
            folder = resolve(self.outputs) / "passages"
            self.pages[id(rows)] = (rows, Passages(rows, articles, folder, name, title))
        return self.pages[id(rows)][1]

    def _note(self, name: str, figure: Figure, pages: Passages | None, spots: Sequence[links.Spot]) -> None:
        """Leave beside the passages what the report's first page says of this figure: what it shows, the mark with most
        passages behind it, how many and in how many articles, and the first of them.
        """
        if pages is None or not spots or self.articles is None:
            return
        keys = {tuple(_named(spot.key).items()): spot for spot in reversed(spots[:80])}
        sizes = {key: pages.select(dict(key)) for key in keys}
        key = max(sizes, key=lambda key: len(sizes[key]))
        about = {
            "title": " ".join(figure.get_suptitle().split()),
            "note": " ".join(figure.get_supxlabel().split()),
            "of": re.split(r", |: ", keys[key].label)[0],
            "numbers": tell_spread(sizes[key], len(self.articles)),
            "address": pages.address(dict(key)),
            "quotation": dict(pages.quotation(dict(key))),
        }
        path = resolve(self.outputs) / "passages" / f"{name}.json"
        text = json.dumps(about, ensure_ascii=False)
        tables.write_atomically(path, lambda temporary: temporary.write_text(text, "utf-8", "replace"))

    def link(
        self, frame: pd.DataFrame, rows: pd.DataFrame, by: str | Sequence[str], *, column: str = "passages"
    ) -> pd.DataFrame:
        """Return the frame with a column of links: to the passages of `rows` with the same values in the columns `by`.

        The words of the link are the number of passages.
        """
        by = [by] if isinstance(by, str) else list(by)
        if not len(frame) or self.articles is None:
            return frame
        folder = session.passages_seen_from_here(resolve(self.outputs))
        pages = self._passages(rows, self.articles, f"rows-{len(self.pages) + 1}", "Passages")
        sizes = pages.rows.astype(dict.fromkeys(by, str)).groupby(by).size().to_dict()
        cells = []
        for values in frame[by].head(display.SHOWN).astype(str).itertuples(index=False, name=None):
            n = sizes.get(values if len(by) > 1 else values[0], 0)
            cells.append(display.opens(f"{folder}/{pages.address(dict(zip(by, values, strict=True)))}", n))
        return frame.head(display.SHOWN).assign(**{column: pd.Series(cells, index=frame.index[: len(cells)])})

    def _repr_html_(self) -> str:
        return str(display.files(*(self.written[key] for key in sorted(self.written, reverse=True))))

    def __repr__(self) -> str:
        return f"{len(self.written)} tables and figures in {self.outputs}"


def _named(key: Mapping[str, str]) -> dict[str, str]:
    """Whom a mark is about: the columns of its key that are ids, else the whole key."""
    return {n: v for n, v in key.items() if n.endswith("_id")} or dict(key)
