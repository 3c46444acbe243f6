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

# Light grounds for dark ink, in an order in which neighbours differ also to colour-blind readers.
GROUNDS = ("#ffd8a8", "#a5d8ff", "#d8f5a2", "#eebefa", "#ffec99", "#99e9f2", "#ffc9c9", "#d0bfff", "#c3fae8", "#dee2e6")
SHOWN = 500
_numbers = itertools.count()

STYLE = """<style>
.house{font:14px/1.5 system-ui,sans-serif;max-width:1100px;margin:.4em 0}
.house table{table-layout:auto!important;border-collapse:collapse;font-size:13px;width:100%;
  font-variant-numeric:tabular-nums}
.house caption{text-align:left;font-weight:600;padding:.3em 0;caption-side:top}
.house thead th{position:sticky;top:0;background:#f1f3f5;color:#1a1a1a;text-align:left!important;padding:.35em .6em;
  border-bottom:2px solid #ced4da;white-space:nowrap}
.house thead th.sortable{cursor:pointer}
.house td{padding:.3em .6em;border-bottom:1px solid #e9ecef;vertical-align:top!important;text-align:left!important;
  max-width:44em;white-space:normal!important;overflow-wrap:break-word}
.house td.long{min-width:24em}
.house td.number{text-align:right!important;
  white-space:nowrap!important} .house thead th.number{text-align:right!important}
.house .scroll{max-height:30em;overflow:auto;border:1px solid #dee2e6}
.house .note{color:#868e96;font-size:12px}
.house input{font:inherit;padding:.2em .5em;margin:.2em 0;width:16em;max-width:100%}
.house mark{color:#1a1a1a;border-radius:3px;padding:0 .15em}
.house .text{white-space:pre-wrap;border-left:3px solid #dee2e6;padding:.2em .8em;overflow-wrap:anywhere}
.house .legend mark{margin-right:.6em;display:inline-block}
</style>"""

# Adds a search field and sorting by clicking on a column's head. Reads only what is in the table's cells, writes only
# text.
ENHANCE = """function enhance(box){if(!box||box.dataset.ready)return;box.dataset.ready=1;
var body=box.querySelector("tbody"),rows=Array.prototype.slice.call(body.rows);
var note=box.querySelector(".note"),was=note.textContent;
var field=document.createElement("input");field.type="search";field.placeholder="Search in this table";
field.setAttribute("aria-label","Search in this table");
if(rows.length>10)box.insertBefore(field,box.querySelector(".scroll"));
field.addEventListener("input",function(){var words=field.value.toLowerCase().split(/\\s+/).filter(Boolean),n=0;
rows.forEach(function(r){var t=r.textContent.toLowerCase(),ok=words.every(function(w){return t.indexOf(w)>=0});
r.style.display=ok?"":"none";n+=ok?1:0});
note.textContent=words.length?n+" of "+rows.length+" rows match":was});
field.addEventListener("keydown",function(e){e.stopPropagation()});
Array.prototype.forEach.call(box.querySelectorAll("thead th"),function(th,i){th.classList.add("sortable");
th.title="Sort";var up=true;
th.addEventListener("click",function(){rows.sort(function(a,b){
var x=a.cells[i].dataset.value||a.cells[i].textContent,y=b.cells[i].dataset.value||b.cells[i].textContent;
var p=parseFloat(x),q=parseFloat(y),c=a.cells[i].className=="number"||b.cells[i].className=="number"
?(isNaN(p)?-Infinity:p)-(isNaN(q)?-Infinity:q):x.localeCompare(y);
return (up?1:-1)*(c||0)});up=!up;rows.forEach(function(r){body.appendChild(r)})})})}"""
SCRIPT = f'<script>(function(){{{ENHANCE}enhance(document.getElementById("%s"))}})();</script>'


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


def _cell(value: Any, cut: int) -> str:
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
        return f'<td class="number" data-value="{number!r}">{shown}</td>'
    words = str(value)
    if words.startswith(("http://", "https://")) and not any(c.isspace() for c in words):
        return f'<td><a href="{escape(words)}" rel="noopener noreferrer" target="_blank">{escape(words[:60])}</a></td>'
    if len(words) > cut:
        return f'<td class="long" title="{escape(words[:2000])}">{escape(words[:cut].rstrip())}…</td>'
    return f'<td class="long">{escape(words)}</td>' if len(words) > 70 else f"<td>{escape(words)}</td>"


def table(
    frame: pd.DataFrame, *, caption: str = "", limit: int = SHOWN, cut: int = 240, empty: str = "No rows."
) -> Html:
    """Show a frame as a table that can be searched and sorted (a plain table where scripts do not run).

    At most `limit` rows are shown and texts are cut after `cut` characters (whole on hover); a line below says when
    rows are left out. Cells made by `marked_text` keep their marks; everything else is escaped. An empty frame becomes
    the sentence `empty`.
    """
    head = f"<caption>{escape(caption)}</caption>" if caption else ""
    if not len(frame):
        return Html(
            f'{STYLE}<div class="house"><b>{escape(caption)}</b><p class="note">{escape(empty)}</p></div>',
            f"{caption} {empty}".strip(),
        )
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index(drop=all(name is None for name in frame.index.names))
    shown = frame.head(limit)
    cells = [[_cell(value, cut) for value in row] for row in shown.itertuples(index=False, name=None)]
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
        f"{len(frame):,} rows"
        if len(frame) <= limit
        else f"the first {limit:,} of {len(frame):,} rows; the files under tables/ hold all"
    )
    name = "t" + hashlib.sha256(f"{caption}{rows}{next(_numbers)}".encode("utf-8", "replace")).hexdigest()[:12]
    markup = (
        f'{STYLE}<div class="house" id="{name}"><div class="scroll"><table>{head}<thead><tr>{columns}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        f'<div class="note">{note}</div></div>'
    )
    markup += SCRIPT.replace("%s", name)
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
        return Html(f'{STYLE}<div class="house"><p class="note">{escape(empty)}</p></div>', empty)
    marks = [tuple(s) for s in spans]
    grounds = _grounds((str(s[2]) for s in marks), legend)
    head = f"<b>{escape(title)}</b>" if title else ""
    body = f'<div class="text">{_marks(text, marks, grounds, start, end)}</div>'
    return Html(
        f'{STYLE}<div class="house">{head}{_legend(grounds) if show_legend else ""}{body}</div>',
        title or text[start:end],
    )


def _around(text: str, start: int, end: int, reach: int) -> tuple[int, int]:
    """The lines the span stands in, cut at a space `reach` characters to either side."""
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
    rows, many = frame.head(limit).to_dict("records"), frame["article_id"].nunique() > 1
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
        title = known["title"].get(row["article_id"])
        where = {"article": row["article_id"] if _missing(title) else title} if many else {}
        shown.append({**{column: row[column] for column in columns}, "passage": passage, **where})
    result = table(pd.DataFrame(shown, dtype=object), caption=caption, limit=limit)
    more = f'<div class="note">{limit:,} of {len(frame):,} passages</div>' if len(frame) > limit else ""
    return Html(
        f'<div class="house">{_legend(grounds)}</div>{result.markup}{more}',
        f"{caption}: {min(limit, len(frame))} passages",
    )


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
    return _around(text, left, right, reach)


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


def with_passages(
    counts: pd.DataFrame,
    rows: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    by: str = "entity_id",
    column: str = "passages",
    each: int = 5,
    reach: int = 120,
    limit: int = 60,
) -> pd.DataFrame:
    """Return `counts` (its first `limit` rows) with a column of passages that open on a click: the rows of `rows` with
    the same value in `by`.
    """
    counts = counts.head(limit)
    texts = articles.drop_duplicates("article_id").set_index("article_id")["text"]
    groups = dict(iter(rows[rows[by].isin(counts[by])].groupby(by, sort=False)))
    cells = []
    for key in counts[by]:
        found = groups.get(key)
        lines, n = [], 0 if found is None else len(found)
        for article, start, end in (
            [] if found is None else found[["article_id", "start", "end"]].head(each).itertuples(index=False)
        ):
            words = texts.get(article, "")
            left, right = _around(words, int(start), int(end), reach)
            lines.append(
                f"<p>{_marks(words, [(int(start), int(end), 'found')], {'found': GROUNDS[0]}, left, right)}</p>"
            )
        more = f'<p class="note">{each:,} of {n:,}</p>' if n > each else ""
        cells.append(
            Html(
                f"<details><summary>{n:,} passage{'s' * (n != 1)}</summary>{''.join(lines)}{more}</details>",
                f"{n} passages",
            )
        )
    return counts.assign(**{column: pd.Series(cells, index=counts.index, dtype=object)})


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
