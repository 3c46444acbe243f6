"""Marked-up text and searchable tables as HTML: the only place that makes HTML from article text. Everything is
escaped.

Nothing here loads anything from a network. Without scripts the tables are plain tables.
"""

import hashlib
import html
import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import ROOT
from helpers.tables import Saved
from helpers.text import count

# Light grounds for dark ink, in an order in which neighbours differ also to colour-blind readers.
GROUNDS = ("#ffd8a8", "#a5d8ff", "#d8f5a2", "#eebefa", "#ffec99", "#99e9f2", "#ffc9c9", "#d0bfff", "#c3fae8", "#dee2e6")
SHOWN = 5_000
_numbers = itertools.count()

# Colours of the surroundings, so that a dark theme stays readable; grounds of marks are light, with dark letters.
STYLE = """<style>
.house{font:14px/1.5 system-ui,sans-serif;max-width:1100px;margin:.4em 0;color:inherit}
.house table{table-layout:auto!important;border-collapse:collapse;font-size:13px;width:100%;
  font-variant-numeric:tabular-nums;color:inherit}
.house caption{text-align:left;font-weight:600;padding:.3em 0;caption-side:top;color:inherit}
.house thead th{text-align:left!important;padding:.35em .6em;border-bottom:2px solid rgba(128,128,128,.6);
  white-space:nowrap;font-weight:600}
.house thead th.dt-orderable-asc{cursor:pointer} .house thead th.dt-ordering-asc::after{content:" ▲"}
.house thead th.dt-ordering-desc::after{content:" ▼"}
.house td{padding:.3em .6em;border-bottom:1px solid rgba(128,128,128,.25);vertical-align:top!important;
  text-align:left!important;max-width:44em;white-space:normal!important;overflow-wrap:break-word}
.house tbody tr,.house tbody tr:nth-child(odd){background:none!important}
.house td.long{min-width:16em} .house td.number,.house thead th.number{text-align:right!important}
.house td.number{white-space:nowrap!important}
.house .scroll{overflow-x:auto} .house .note{opacity:.7;font-size:12px}
.house input,.house select,.house .dt-buttons button,.house .dt-paging button{font:inherit;font-size:13px;
  color:inherit;background:none;border:1px solid rgba(128,128,128,.5);border-radius:4px;padding:.15em .55em;
  margin:.15em}
.house input{width:15em;max-width:100%} .house .dt-paging button.current{background:rgba(128,128,128,.25)}
.house .dt-paging button.disabled{opacity:.4} .house button{cursor:pointer} .house select option{color:#1a1a1a}
.house .dt-layout-row{display:flex;flex-wrap:wrap;gap:.3em 1em;justify-content:space-between;align-items:center;
  font-size:13px} .house .dt-layout-table{display:block} .house .dt-layout-cell{max-width:100%}
.house mark{color:#1a1a1a;border-radius:3px;padding:0 .15em;background:#ffd8a8}
.house.waiting tbody tr:nth-child(n+26){display:none}
.house .text{white-space:pre-wrap;border-left:3px solid rgba(128,128,128,.5);padding:.2em .8em;overflow-wrap:anywhere}
.house .legend mark{margin-right:.6em;display:inline-block}
.house.chart{margin:.6em 0;max-width:820px} .house.chart .over{position:relative;line-height:0}
.house.chart img{width:100%;height:auto;background:#fff;border-radius:4px}
.house.chart .over a{position:absolute;border-radius:2px} .house.chart .over a:hover,.house.chart .over a:focus{
  outline:2px solid #0b5cad;background:rgba(11,92,173,.12)}
@media print{.house .scroll{max-height:none;overflow:visible}.house.chart .over a{display:none}}
</style>"""
ENHANCED = '<script>window.houseEnhance&&houseEnhance(document.getElementById("%s"))</script>'


class Html:
    """A piece of HTML that notebooks show; `str()` gives the HTML, `+` puts two below each other."""

    def __init__(self, markup: str, words: str = "") -> None:
        self.markup, self.words = markup, words

    def _repr_html_(self) -> str:
        return self.markup

    def __repr__(self) -> str:
        return self.words or "(table: shown where HTML can be shown)"

    def __str__(self) -> str:
        return self.markup

    def __add__(self, other: "Html") -> "Html":
        return Html(self.markup + str(other), f"{self!r}\n{other!r}")


def escape(value: object) -> str:
    """Return a value as text that is safe anywhere in HTML; control characters become visible boxes, nothing is dropped
    silently.
    """
    words = html.escape(str(value), quote=True)
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if (c < " " and c not in "\n\t\r") or "\ud800" <= c <= "\udfff" else c
        for c in words
    )


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def cell(value: Any, cut: int = 240) -> str:
    """Return a table's cell."""
    if isinstance(value, Html):
        return f'<td class="long">{value.markup}</td>'
    if _missing(value):
        return "<td></td>"
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}</td>"
    if hasattr(value, "strftime"):
        midnight = getattr(value, "hour", 0) == getattr(value, "minute", 0) == 0
        return f"<td>{escape(value.strftime('%Y-%m-%d' if midnight else '%Y-%m-%d %H:%M'))}</td>"
    try:
        number = float(value) if not isinstance(value, str) else None
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is not None:
        shown = (
            f"{number:,.0f}"
            if number.is_integer()
            else f"{number:,.2f}"
            if abs(number) >= 0.1
            else f"{number:.3f}"
            if abs(number) >= 0.0005
            else f"{number:.1e}"
        )
        return f'<td class="number" data-order="{number!r}">{shown}</td>'
    words = str(value)
    if is_address(words):
        return f'<td><a href="{escape(words)}" rel="noopener noreferrer" target="_blank">{escape(words[:60])}</a></td>'
    if len(words) > cut:
        return f'<td class="long" title="{escape(words[:2000])}">{escape(words[:cut].rstrip())}…</td>'
    return f'<td class="long">{escape(words)}</td>' if len(words) > 70 else f"<td>{escape(words)}</td>"


def table(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    limit: int = SHOWN,
    cut: int = 240,
    page: int = 10,
    empty: str = "No rows.",
) -> Html:
    """Show a frame as a table that pages (`page` rows each), searches, sorts and exports (a plain table where scripts
    do not run).

    At most `limit` rows are in it and texts are cut after `cut` characters (whole on hover); a line below says when
    rows are left out. Cells made by `marked_text` keep their marks; everything else is escaped. An empty frame becomes
    the sentence `empty`.
    """
    head = f"<caption>{escape(caption)}</caption>" if caption else ""
    if not len(frame):
        return Html(
            f'{STYLE}<div class="house mathjax_ignore"><b>{escape(caption)}</b>'
            f'<p class="note">{escape(empty)}</p></div>',
            f"{caption} {empty}".strip(),
        )
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index(drop=all(name is None for name in frame.index.names))
    shown = frame.head(limit)
    cells = [[cell(value, cut) for value in row] for row in shown.itertuples(index=False, name=None)]
    kinds = [
        ' class="number"' if any(row[i].startswith('<td class="number"') for row in cells) else ""
        for i in range(shown.shape[1])
    ]
    columns = "".join(
        f'<th scope="col"{kind}>{escape(str(name).replace("_", " "))}</th>'
        for name, kind in zip(shown.columns, kinds, strict=True)
    )
    rows = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
    note = (
        count(len(frame), "row")
        if len(frame) <= limit
        else f"the first {limit:,} of {len(frame):,} rows; the files under tables/ hold all"
    )
    seal = hashlib.sha256(f"{caption}{rows}{next(_numbers)}".encode("utf-8", "replace")).hexdigest()
    name = f"t{seal[:12]}"
    cut_off = "" if len(frame) <= limit else " cut"
    markup = (
        f'{STYLE}<div class="house table mathjax_ignore" id="{name}" data-page="{page}"><div class="scroll">'
        f"<table>{head}<thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<div class="note{cut_off or " count"}">{note}</div></div>{ENHANCED.replace("%s", name)}'
    )
    return Html(
        markup, "\n".join(part for part in (caption, shown.head(20).to_string(index=False, max_colwidth=60)) if part)
    )


def _grounds(labels: Iterable[str], legend: Mapping[str, str] | None) -> dict[str, str]:
    grounds = dict(legend or {})
    for label in labels:
        grounds.setdefault(label, GROUNDS[len(grounds) % len(GROUNDS)])
    return grounds


def _marks(
    text: str, spans: Sequence[tuple], grounds: Mapping[str, str], start: int = 0, end: int | None = None
) -> str:
    """Escaped text[start:end] with every span marked; where spans overlap, the shortest gives the ground, the others a
    line below.
    """
    end = len(text) if end is None else end
    spans = [
        (max(s[0], start), min(s[1], end), str(s[2]), str(s[3]) if len(s) > 3 and not _missing(s[3]) else "")
        for s in spans
    ]
    spans = sorted((s for s in spans if s[0] < s[1]), key=lambda s: s[1] - s[0])
    opens: dict[int, list[int]] = {}
    for i, s in enumerate(spans):
        opens.setdefault(s[0], []).append(i)
    edges = sorted({start, end, *(s[0] for s in spans), *(s[1] for s in spans)})
    parts: list[str] = []
    active: set[int] = set()
    for left, right in itertools.pairwise(edges):
        active = {i for i in active if spans[i][1] > left} | set(opens.get(left, ()))
        words = escape(text[left:right])
        if not active:
            parts.append(words)
            continue
        inner, *outer = sorted(active)
        line = f";border-bottom:3px solid {escape(grounds[spans[outer[0]][2]])}" if outer else ""
        title = "; ".join(dict.fromkeys(": ".join(filter(None, spans[i][2:4])) for i in sorted(active)))
        parts.append(
            f'<mark style="background:{escape(grounds[spans[inner][2]])}{line}" title="{escape(title)}">{words}</mark>'
        )
    return "".join(parts)


def _legend(grounds: Mapping[str, str]) -> str:
    marks = "".join(
        f'<mark style="background:{escape(ground)}">{escape(label)}</mark>' for label, ground in grounds.items()
    )
    return f'<div class="legend">{marks}</div>' if 0 < len(grounds) <= 18 else ""


def marked_text(
    text: str,
    spans: Iterable[Sequence],
    *,
    legend: Mapping[str, str] | None = None,
    title: str = "",
    start: int = 0,
    end: int | None = None,
    show_legend: bool = True,
    empty: str = "",
) -> Html:
    """Show a text with coloured spans; the sentence `empty`, when given, for an empty text.

    spans: (start, end, label) or (start, end, label, words on hover), offsets in characters of `text`, in any order,
    overlaps allowed;
    legend: colour per label (a label without one gets the next colour); start, end: show only this part of the text.
    """
    if empty and not text:
        return Html(f'{STYLE}<div class="house mathjax_ignore"><p class="note">{escape(empty)}</p></div>', empty)
    marks = [tuple(s) for s in spans]
    grounds = _grounds((str(s[2]) for s in marks), legend)
    head = f"<b>{escape(title)}</b>" if title else ""
    body = f'<div class="text">{_marks(text, marks, grounds, start, end)}</div>'
    return Html(
        f'{STYLE}<div class="house mathjax_ignore">{head}{_legend(grounds) if show_legend else ""}{body}</div>',
        title or text[start:end],
    )


def around(text: str, start: int, end: int, reach: int) -> tuple[int, int]:
    """Return start and end of the lines the span stands in, cut at a space `reach` characters to either side."""
    left = max(text.rfind("\n", 0, start) + 1, start - reach)
    stop = text.find("\n", end)
    right = min(len(text) if stop < 0 else stop, end + reach)
    if left == start - reach:
        left = min((text.find(" ", left, start) + 1) or left, start)
    if right == end + reach:
        right = max(text.rfind(" ", end, right), end)
    return left, right


def evidence(
    frame: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    label: str = "found",
    also: Mapping[str, tuple[str, str]] | None = None,
    words: pd.DataFrame | None = None,
    columns: Sequence[str] = (),
    legend: Mapping[str, str] | None = None,
    reach: int = 220,
    limit: int = 25,
    caption: str = "",
    empty: str = "No passages.",
) -> Html:
    """Show rows of any table as the passages they come from, with the words marked.

    frame: rows with article_id, start, end (passages are sentence_start..sentence_end when it has them); articles: the
    articles table;
    label: what the marked words are called, or the name of a column that says so; also: more marks as {label: (start
    column, end column)}; words: participants of acts (act_id, role, start, end), marked where they stand in the
    passage of their act;
    columns: further columns to show beside the passage.
    """
    if not len(frame):
        return table(frame, caption=caption, empty=empty)
    known = articles.drop_duplicates("article_id").set_index("article_id")
    rows = frame.head(SHOWN).to_dict("records")
    names = [str(row[label]) if label in frame.columns else str(label) for row in rows]
    by_act = _by_act(words, {row.get("act_id") for row in rows})
    roles = sorted({span[2] for spans in by_act.values() for span in spans})
    grounds = _grounds([*names, *(also or {}), *roles], legend)
    shown = []
    for row, name in zip(rows, names, strict=True):
        text = known["text"].get(row["article_id"], "")
        spans = _spans(row, name, also or {})
        left, right = _passage(text, row, spans, reach)
        marks = _marks(text, [*spans, *by_act.get(row.get("act_id"), ())], grounds, left, right)
        cut = "… " if left and text[left - 1] != "\n" else ""
        passage = Html(f'<span style="white-space:pre-wrap">{cut}{marks}</span>', text[left:right])
        where = source_of(row["article_id"], known) if len(known) > 1 else {}
        shown.append({**{column: row[column] for column in columns}, "passage": passage, **where})
    result = table(pd.DataFrame(shown, dtype=object).dropna(axis="columns", how="all"), caption=caption, page=limit)
    more = f'<div class="note">{len(rows):,} of {len(frame):,} passages</div>' if len(frame) > len(rows) else ""
    return Html(
        f'<div class="house mathjax_ignore">{_legend(grounds)}</div>{result.markup}{more}',
        f"{caption}: {len(rows)} passages",
    )


def source_of(article_id: str, known: pd.DataFrame) -> dict:
    """Where a passage was published: article (its headline, a link where it has an http(s) address), outlet, date.
    known: the articles by article_id.
    """
    if article_id not in known.index:
        return {"article": article_id, "outlet": None, "date": None}
    about = known.loc[article_id]
    title = article_id if _missing(about["title"]) else " ".join(str(about["title"]).split())
    address = "" if _missing(about["url"]) else str(about["url"]).strip()
    words = escape(title if len(title) <= 90 else f"{title[:88]}…")
    link = f'<a href="{escape(address)}" rel="noopener noreferrer" target="_blank">{words}</a>'
    shown = Html(link, title) if is_address(address) else title
    day = None if _missing(about["published"]) else f"{about['published']:%Y-%m-%d}"
    return {"article": shown, "outlet": None if _missing(about["outlet"]) else about["outlet"], "date": day}


def is_address(words: str) -> bool:
    """Whether words are an http(s) address: nothing else becomes a link."""
    return words.startswith(("http://", "https://")) and not any(c.isspace() for c in words)


def _by_act(words: pd.DataFrame | None, acts: set) -> dict[str, list[tuple]]:
    """{act_id: (start, end, role) of its participants' words}"""
    found: dict[str, list[tuple]] = {}
    if words is not None:
        chosen = words.loc[words["act_id"].isin(acts), ["act_id", "start", "end", "role"]]
        for act, *span in chosen.itertuples(index=False, name=None):
            found.setdefault(act, []).append(tuple(span))
    return found


def _spans(row: Mapping, name: str, also: Mapping[str, tuple[str, str]]) -> list[tuple[int, int, str]]:
    """The marks of one row: its pieces, or start to end, and the further columns."""
    pieces = row["spans"] if isinstance(row.get("spans"), list) else [(row["start"], row["end"])]
    more = [(row[s], row[e], extra) for extra, (s, e) in also.items() if not (_missing(row[s]) or _missing(row[e]))]
    return [(int(s), int(e), label) for s, e, label in [*((s, e, name) for s, e in pieces), *more]]


def _passage(text: str, row: Mapping, spans: list[tuple[int, int, str]], reach: int) -> tuple[int, int]:
    """Where the passage of a row starts and ends: its sentence when it has one, else the words around its marks."""
    left, right = min(s[0] for s in spans), max(s[1] for s in spans)
    if "sentence_start" in row and not _missing(row["sentence_start"]):
        return min(left, int(row["sentence_start"])), max(right, int(row["sentence_end"]))
    return around(text, left, right, reach)


def files(*written: Iterable[Saved | Path]) -> Html:
    """Show the files that `tables.save_all` and `plots.save_all` wrote: name, kinds and rows."""
    rows: dict[str, dict] = {}
    for item in itertools.chain.from_iterable(written):
        paths, n = ([item.csv, item.parquet], item.rows) if isinstance(item, Saved) else ([item], None)
        for path in paths:
            folder = path.parent.relative_to(ROOT) if path.is_relative_to(ROOT) else path.parent
            new: dict[str, Any] = {"file": path.stem, "kinds": [], "rows": n, "folder": str(folder)}
            rows.setdefault(str(path.with_suffix("")), new)["kinds"].append(path.suffix[1:])
    return table(
        pd.DataFrame([{**row, "kinds": ", ".join(row["kinds"])} for row in rows.values()], dtype=object),
        caption="Files written",
    )


def marked(text: str, start: int, end: int, left: int, right: int) -> str:
    """Return text[left:right] as markup with start..end marked."""
    before, after = "… " if left else "", " …" if right < len(text) and text[right : right + 1] != "\n" else ""
    words = escape(text[start:end])
    found = f"<mark>{words}</mark>" if words else ""
    return f"{before}{escape(text[left:start])}{found}{escape(text[max(end, left) : right])}{after}"


def cell_words(words: object, address: str = "") -> str:
    """Return words as markup, a link where they have an http(s) address."""
    return f'<a href="{escape(address)}">{escape(words)}</a>' if is_address(address) else escape(words)


def sentence(words: str) -> Html:
    """Show a sentence where there is no result."""
    return Html(f'{STYLE}<div class="house mathjax_ignore"><p class="note">{escape(words)}</p></div>', words)


def opens(address: str, n: int) -> Html:
    """Show a number of passages as a link to them."""
    words = count(n, "passage")
    return Html(f'<a class="opens" href="{escape(address)}">{words}</a>', words)


def chart(png: str, areas: Sequence[tuple[Any, str]], *, name: str, alt: str) -> Html:
    """Show a drawing whose marks are links. png: the picture in base64; areas: (spot of `links.spots`, address)."""
    places = "".join(
        f'<a class="opens" href="{escape(address)}" title="{escape(spot.label)}" aria-label="{escape(spot.label)}" '
        f'style="left:{100 * spot.left:.2f}%;top:{100 * spot.top:.2f}%;width:{100 * spot.width:.2f}%;'
        f'height:{100 * spot.height:.2f}%"></a>'
        for spot, address in areas
    )
    picture = f'<img data-name="{escape(name)}" alt="{escape(alt)}" src="data:image/png;base64,{png}">'
    return Html(
        f'{STYLE}<figure class="house chart mathjax_ignore" id="{escape(name)}">'
        f'<div class="over">{picture}{places}</div></figure>',
        alt,
    )


def judge_by_hand(
    sample: pd.DataFrame, articles: pd.DataFrame, *, words: pd.DataFrame | None = None, limit: int = 20
) -> Html:
    """Show the first rows of a sample as marked passages; of acts with the words of their participants (`words`)."""
    hidden = ("row", "article_id", "act_id", "start", "end", "question", "passage", "weight", "verdict", "note")
    return evidence(
        sample,
        articles,
        label="to judge",
        words=words,
        columns=[column for column in sample.columns if column not in hidden],
        limit=limit,
        caption=sample["question"].iloc[0] if len(sample) else "",
    )
