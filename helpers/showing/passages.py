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

ONE_PAGE = 1_500  # passages that one page holds for all links of a chart
MOST = 4_000  # passages of one page; of more, so many are shown, spread over articles
DAYS = ("since", "before")
NOT_KEYS = {"start", "end", "spans", "sentence_start", "sentence_end", "confidence", "score", "text_left", "tone_terms"}
REACH = 110  # characters around the words


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
        self.written: dict[tuple[str, str], str] = {}

    def select(self, key: Mapping[str, str]) -> pd.DataFrame:
        """Return the rows that a key names: {column: value}, `since` and `before` being days of publication."""
        chosen = self.rows
        for name, value in key.items():
            if name == "since":
                chosen = chosen[chosen["day"] >= value]
            elif name == "before":
                chosen = chosen[(chosen["day"] != "") & (chosen["day"] < value)]
            else:
                chosen = chosen[chosen[name].astype(str) == value]
        return chosen

    def address(self, key: Mapping[str, str]) -> str:
        """Return file and fragment of the passages that a key names, writing the page when it is not there yet."""
        names = [name for name in key if name in self.rows.columns or name in DAYS]
        key = {name: key[name] for name in names}
        first = "" if len(self.rows) <= ONE_PAGE or not names else names[0]
        at = {} if not first else {n: key[n] for n in (DAYS if first in DAYS else (first,)) if n in key}
        where = (first, "&".join(at.values()))
        if where not in self.written:
            number = f"-{len(self.written) + 1}" if first else ""
            self.written[where] = f"{self.name}{number}.html"
            self._write(self.folder / self.written[where], self.select(at))
        rest = {name: value for name, value in key.items() if name not in at}
        return self.written[where] + (
            "#" + "&".join(f"{n}={quote(v, safe='')}" for n, v in rest.items()) if rest else ""
        )

    def quotation(self, key: Mapping[str, str]) -> Mapping[str, str]:
        """Return the first passage that a key names: words, article, outlet, date."""
        chosen = self.select({name: value for name, value in key.items() if name in self.rows.columns or name in DAYS})
        if not len(chosen):
            return {}
        row = chosen.iloc[0]
        text = self.articles["text"].get(row["article_id"], "")
        left, right = self._ends(text, row.to_dict(), 160)
        about = display.source_of(row["article_id"], self.articles)
        words = f"{'… ' if left else ''}{' '.join(text[left:right].split())}{' …' if right < len(text) else ''}"
        return {"words": words} | {name: str(value) for name, value in about.items() if value is not None}

    def _ends(self, text: str, row: Mapping, reach: int) -> tuple[int, int]:
        start, end = int(row["start"]), int(row["end"])
        if end <= start:
            return 0, min(len(text), 2 * reach)
        return display.around(text, start, end, reach)

    def _write(self, path: Path, rows: pd.DataFrame) -> None:
        columns = [c for c in rows.columns if c not in NOT_KEYS and c not in ("article_id", "day") and _short(rows[c])]
        places = rows.drop_duplicates(["article_id", "start", "end"])
        keys: dict[tuple, dict[str, None]] = {}
        values = rows[["article_id", "start", "end", *columns]].itertuples(index=False, name=None)
        for article, start, end, *row in values:
            found = keys.setdefault((article, start, end), {})
            found.update(dict.fromkeys(f"{c}={_flat(v)}" for c, v in zip(columns, row, strict=True) if _known(v)))
        shown = places.head(MOST).to_dict("records")
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
        write_atomically(path, lambda temporary: temporary.write_text(markup, "utf-8", "replace"))

    def _line(self, row: Mapping, keys: Mapping[str, None], sources: dict[str, str]) -> str:
        article = row["article_id"]
        text = self.articles["text"].get(article, "")
        left, right = self._ends(text, row, REACH)
        if article not in sources:
            about = display.source_of(article, self.articles)
            sources[article] = "".join(display.cell(about[name]) for name in ("article", "outlet", "date"))
        passage = display.marked(text, [(int(row["start"]), int(row["end"]), "found")], left, right)
        key = display.escape("|" + "|".join(keys) + "|")
        return f'<tr data-k="{key}" data-day="{row["day"]}"><td>{passage}</td>{sources[article]}</tr>'


def _flat(value: object) -> str:
    return str(value).replace("|", "\N{BROKEN BAR}")


def _known(value: object) -> bool:
    return value is not None and value == value and not isinstance(value, (list, dict, float))


def _short(column: pd.Series) -> bool:
    """Whether a column holds names and kinds, not texts and measures."""
    if column.dtype.kind in "fM":
        return False
    known = column.dropna()
    return not len(known) or not isinstance(known.iloc[0], list) and known.astype(str).str.len().max() <= 80
