"""Pages of the passages behind the numbers: each bar, cell, point and row of a chart or table leads to all its own.

The rows behind a chart become pages under `<outputs>/passages/`: one page where they are few, else one for each value
of the first column that a link names. The rest of the link picks among a page's rows; without scripts all are there.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from helpers.showing import display, scripts
from helpers.tables import write_atomically

ONE_PAGE = 8_000  # passages that one page holds for all links of a chart
SHARED = 1_500  # of more, values with few passages share pages of so many
MOST = 4_000  # passages of one value; of more, so many are shown, spread over articles
DAYS = ("since", "before")
# Columns of kinds and names that links pick by, beside ids.
KINDS = (
    *("kind", "tone", "category", "modality", "quad", "counted", "outlet"),
    *("text", "words", "what", "role", "length", "article"),
)
NOT_KEYS = ("article_id", "act_id")
REACH = 90  # characters around the words


class Passages:
    """The pages of one table of rows: article_id, start, end, and the columns that links name."""

    def __init__(self, rows: pd.DataFrame, articles: pd.DataFrame, folder: Path, name: str, title: str) -> None:
        self.articles = articles.drop_duplicates("article_id").set_index("article_id")
        self.folder, self.name, self.title = folder, name, title
        if "start" not in rows.columns:  # whole articles: their beginnings
            rows = rows.assign(start=0, end=0)
        days = pd.to_datetime(rows["article_id"].map(self.articles["published"]), utc=True).dt.strftime("%Y-%m-%d")
        rows = rows.assign(outlet=rows["article_id"].map(self.articles["outlet"]), day=days.fillna(""))
        turn = rows.groupby("article_id", sort=False).cumcount()  # a passage of each article, then a second one
        self.rows = rows.iloc[turn.argsort(kind="stable")]
        self.columns = [c for c in self.rows.columns if c in KINDS or (c.endswith("_id") and c not in NOT_KEYS)]
        self.places = len(rows.drop_duplicates(["article_id", "start", "end"]))
        self.written: dict[tuple[str, str], str] = {}
        self.shared: dict[str, dict[str, tuple[str, bool]]] = {}

    def select(self, key: Mapping[str, str]) -> pd.DataFrame:
        """Return the rows that a key names: {column: value}, `since` and `before` being days of publication. A column
        that the rows don't have picks nothing.
        """
        chosen = self.rows
        for name, value in key.items():
            if name == "since":
                chosen = chosen[chosen["day"] >= value]
            elif name == "before":
                chosen = chosen[(chosen["day"] != "") & (chosen["day"] < value)]
            elif name in chosen.columns:
                chosen = chosen[chosen[name].astype(str) == value]
        return chosen

    def address(self, key: Mapping[str, str]) -> str:
        """Return file and fragment of the passages that a key names, writing the page when it is not there yet."""
        key = {name: value for name, value in key.items() if name in self.columns or name in DAYS}
        first = next(iter(key), "")
        at: tuple[str, ...] = ()
        if self.places <= ONE_PAGE or not first:
            page = self.page("", "")
        elif first in DAYS:
            page, at = self.page("days", "&".join(key.get(day, "") for day in DAYS)), DAYS
        else:
            page, alone = self._shared(first)[key[first]]
            at = (first,) if alone else ()
        rest = "&".join(f"{name}={quote(value, safe='')}" for name, value in key.items() if name not in at)
        return f"{page}#{rest}" if rest else page

    def page(self, column: str, value: str) -> str:
        """Return the page of all rows (column ""), or of those with a value."""
        where = (column, value)
        if where not in self.written:
            since, _, before = value.partition("&")
            key = {"": {}, "days": {"since": since, "before": before or "9999"}}.get(column, {column: value})
            self._write(where, self.select(key))
        return self.written[where]

    def _shared(self, column: str) -> dict[str, tuple[str, bool]]:
        """{value of the column: (its page, whether it has the page alone)}; written at once."""
        if column not in self.shared:
            values = self.rows[column].astype(str)
            found: dict[str, tuple[str, bool]] = {}
            group: list[str] = []
            filled = 0
            sizes = values.value_counts()
            for value, n in sizes.items():
                if n >= SHARED // 2:
                    found[value] = (self.page(column, value), True)
                    continue
                group, filled = [*group, value], filled + n
                if filled >= SHARED or value == sizes.index[-1]:
                    where = (column, f"page {len(self.written)}")
                    self._write(where, self.rows[values.isin(group)])
                    found |= dict.fromkeys(group, (self.written[where], False))
                    group, filled = [], 0
            self.shared[column] = found
        return self.shared[column]

    def quotation(self, key: Mapping[str, str]) -> Mapping[str, str]:
        """Return the first passage that a key names: words, article, outlet, date."""
        chosen = self.select(key)
        if not len(chosen):
            return {}
        row = chosen.iloc[0]
        text = self.articles["text"].get(row["article_id"], "")
        left, right = self._ends(text, row.to_dict(), 160)
        about = display.source_of(row["article_id"], self.articles)
        words = f"{'… ' if left else ''}{' '.join(text[left:right].split())}{' …' if right < len(text) else ''}"
        shown = {name: value for name, value in about.items() if value is not None}
        shown["article"] = repr(shown["article"]) if isinstance(shown["article"], display.Html) else shown["article"]
        address = self.articles["url"].get(row["article_id"])
        return {"words": words, "address": str(address) if address else "", **shown}

    def _ends(self, text: str, row: Mapping, reach: int) -> tuple[int, int]:
        start, end = int(row["start"]), int(row["end"])
        if end <= start:
            return 0, min(len(text), 2 * reach)
        return display.around(text, start, end, reach)

    def _write(self, where: tuple[str, str], rows: pd.DataFrame) -> None:
        name = f"{self.name}-{len(self.written) + 1}" if where[0] else self.name
        self.written[where] = f"{name}.html"
        columns = self.columns
        places = rows.drop_duplicates(["article_id", "start", "end"])
        keys: dict[tuple, dict[str, None]] = {}
        values = rows[["article_id", "start", "end", *columns]].itertuples(index=False, name=None)
        for article, start, end, *row in values:
            found = keys.setdefault((article, start, end), {})
            found.update(dict.fromkeys(f"{c}={_flat(v)}" for c, v in zip(columns, row, strict=True) if _known(v)))
        shown = places.head(MOST if where[0] else ONE_PAGE).to_dict("records")
        sources: dict[str, str] = {}
        lines = [self._line(row, keys[row["article_id"], row["start"], row["end"]], sources) for row in shown]
        left_out = f" Of {len(places):,} passages these are {len(lines):,}, spread over articles." * (
            len(places) > len(lines)
        )
        body = (
            f'<main class="mathjax_ignore"><h1>{display.escape(self.title)}</h1><p class="grey" id="picked"></p>'
            f'<p class="grey">{display.count(len(places), "passage")} in '
            f"{display.count(places['article_id'].nunique(), 'article')}.{left_out}</p>"
            '<div class="house table" data-page="25"><table><thead><tr><th scope="col">passage</th>'
            '<th scope="col">article</th><th scope="col">outlet</th><th scope="col">date</th></tr></thead>'
            f"<tbody>{''.join(lines)}</tbody></table></div></main>"
        )
        scripts.write_library(self.folder)
        markup = scripts.page(self.title, body, library="tables.js", script=scripts.PICK)
        path = self.folder / self.written[where]
        write_atomically(path, lambda temporary: temporary.write_text(markup, "utf-8", "replace"))

    def _line(self, row: Mapping, keys: Mapping[str, None], sources: dict[str, str]) -> str:
        article = row["article_id"]
        text = self.articles["text"].get(article, "")
        left, right = self._ends(text, row, REACH)
        if article not in sources:
            about = display.source_of(article, self.articles)
            cells = "".join(display.cell(about[name]) for name in ("article", "outlet", "date"))
            sources[article] = cells.replace(' rel="noopener noreferrer" target="_blank"', "")  # the page says so once
        passage = display.marked(text, int(row["start"]), int(row["end"]), left, right)
        key = display.escape("|" + "|".join(keys) + "|")
        return f'<tr data-k="{key}" data-day="{row["day"]}"><td>{passage}</td>{sources[article]}</tr>'


def _flat(value: object) -> str:
    return str(value).replace("|", "\N{BROKEN BAR}")


def _known(value: object) -> bool:
    return value is not None and value == value and not isinstance(value, (list, dict, float))
