"""A run as HTML pages that need no network, and the list of all runs."""

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pandas as pd

from helpers import resolve, tables
from helpers.counting.runs import Pair
from helpers.keeping.runs import read_runs
from helpers.showing import display, scripts
from helpers.text import count

LIBRARY = "../passages/tables.js"
# Charts whose finding may stand on the first page, in this order; the first five that the data carry do.
FINDINGS = (
    "top_entities",
    "statements_by_speaker",
    "who_towards_whom",
    "ladder",
    "stances",
    "tone_by_speaker",
    "escalation_index",
)
STYLE = """
.report{display:grid;grid-template-columns:15em minmax(0,1000px);gap:2.5em;max-width:1300px;margin:0 auto}
.report>nav{position:sticky;top:1em;align-self:start;font-size:14px;max-height:95vh;overflow:auto}
.report>main{width:100%;min-width:0} .wide{overflow-x:auto}
.report>nav ol{list-style:none;padding:0;margin:.6em 0}.report>nav li{margin:.35em 0}
.report>nav a{text-decoration:none}.report>nav a[aria-current]{font-weight:700;color:inherit}
main img{max-width:100%;height:auto} pre{overflow:auto;background:rgba(128,128,128,.1);padding:.6em;font-size:13px;
  white-space:pre-wrap;overflow-wrap:anywhere} details{margin:.3em 0;font-size:13px}
table.plain{border-collapse:collapse;font-size:14px} table.plain td,table.plain th{padding:.35em .8em .35em 0;
  border-bottom:1px solid rgba(128,128,128,.3);text-align:left;vertical-align:top;overflow-wrap:anywhere}
.finding{border-top:1px solid rgba(128,128,128,.4);padding:.6em 0} .finding h3{margin:.2em 0;font-size:1.05em}
.finding p{margin:.3em 0} blockquote{margin:.4em 0;padding:.1em 0 .1em .9em;border-left:3px solid #E69F00}
blockquote footer{font-size:13px;opacity:.75} img.small{width:180px}
@media (max-width:800px){.report{display:block}.report>nav{position:static;max-height:none;
  border-bottom:1px solid rgba(128,128,128,.4);margin-bottom:1em}.report>nav ol{columns:2}
  img.small{display:none}table.plain th{min-width:6em}.house td.long{min-width:11em}}
@media print{.report{display:block}.report>nav{display:none}details{display:none}section{break-inside:auto}
  figure{break-inside:avoid}}
"""


def _markdown(words: str) -> str:
    import mistune

    return str(mistune.create_markdown(escape=True, plugins=["table"])(words))


def _joined(value: str | list) -> str:
    return value if isinstance(value, str) else "".join(value)


def _without_colours(words: str) -> str:
    """Words of a terminal without the codes of their colours."""
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", words)


def _plain(words: str) -> str:
    return display.escape(_without_colours(words))


def _output(output: Mapping) -> str:
    """One output of a code cell. HTML is taken from our own display module only; scripts in it are dropped (the page
    has its own).
    """
    if output["output_type"] == "stream":
        words = _plain(_joined(output["text"]))
        return (
            f"<pre>{words}</pre>"
            if output.get("name") == "stdout"
            else f"<details><summary>messages</summary><pre>{words}</pre></details>"
        )
    if output["output_type"] == "error":
        return _error(output)
    data = output.get("data", {})
    if "image/png" in data:
        picture = html.escape(_joined(data["image/png"]).replace("\n", ""))
        return f'<p><img alt="figure" src="data:image/png;base64,{picture}"></p>'
    if "text/html" in data:
        markup = re.sub(r"(?is)<script\b.*?</script\s*>", "", _joined(data["text/html"])).replace(display.STYLE, "")
        markup = markup.replace(' rel="noopener noreferrer" target="_blank"', "")  # the page says once: no referrer
        return PICTURE.sub(r'<img\1src="../figures/\2.svg">', markup)
    if "text/markdown" in data:
        return _markdown(_joined(data["text/markdown"]))
    return f"<pre>{_plain(_joined(data['text/plain']))}</pre>" if "text/plain" in data else ""


# A chart in a notebook's output: the report shows its file, whose letters are sharp at every size.
PICTURE = re.compile(r'<img( data-name="([\w-]+)" alt="[^"]*" )src="data:image/png;base64,[^"]*">')


def _error(output: Mapping) -> str:
    """A failed cell: the sentence when the error was written to be read, else kind and words."""
    said = [_without_colours(line) for line in output.get("traceback", [])]
    words = said[0] if len(said) == 1 else f"{output['ename']}: {output['evalue']}"
    return f'<div class="bad">{display.escape(words)}</div>'


def _merged(outputs: Iterable[Mapping]) -> Sequence[Mapping]:
    """Outputs with neighbouring pieces of the same stream joined; of a line written over and over (progress bars) the
    last state counts.
    """
    merged: list[dict] = []
    for output in outputs:
        if output["output_type"] == "stream" and merged and merged[-1].get("name") == output.get("name", ""):
            merged[-1]["text"] += _joined(output["text"])
        else:
            merged.append(
                {**output, **({"text": _joined(output["text"])} if output["output_type"] == "stream" else {})}
            )
    for output in merged:
        if output["output_type"] == "stream":
            output["text"] = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in output["text"].split("\n"))
    return merged


class Notebook(NamedTuple):
    """An executed notebook as a page: its question, its sections with a result, its code."""

    name: str
    title: str
    body: str
    code: str
    empty: bool


def _notebook(path: Path) -> Notebook:
    """Read an executed notebook. Sections without any result are left out, as are the lists of files and parameters:
    the appendix has them.
    """
    title = path.stem
    opening: list[str] = []
    sections: list[Section] = []
    code: list[str] = []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        source, tags = _joined(cell["source"]), cell.get("metadata", {}).get("tags", [])
        if cell["cell_type"] == "markdown":
            heading = re.search(r"(?m)^# +(.+)$", source)
            title = heading[1] if heading and title == path.stem else title
            if source.startswith("## "):
                sections.append(Section(source.partition("\n")[0][3:].strip(), [], []))
            (sections[-1].parts if sections else opening).append(_markdown(source))
        elif cell["cell_type"] == "code":
            if source.strip() and "papermill-error-cell-tag" not in tags:
                code.append(source)
            for made in filter(None, map(_output, _merged(cell.get("outputs", [])))):
                if sections:
                    sections[-1].parts.append(made)
                    sections[-1].results.append(_has_result(made))
                elif _has_result(made):
                    opening.append(made)
    kept = [s for s in sections if s.heading not in LEFT_OUT and (not s.results or any(s.results))]
    body = "".join([*opening, *(f"<section>{''.join(s.parts)}</section>" for s in kept)])
    words = "\n\n".join(code)
    empty = not any(any(s.results) for s in kept) and '<div class="bad">' not in body
    return Notebook(path.stem, title, body, words, empty)


LEFT_OUT = ("Files written",)


class Section(NamedTuple):
    """A part of a notebook under one heading: its pieces of HTML, and for each result whether there is one."""

    heading: str
    parts: list[str]
    results: list[bool]


def _has_result(markup: str) -> bool:
    """Whether an output is more than the sentence that says that nothing was found."""
    return any(sign in markup for sign in ("<table", "<img", '<div class="text">', "<pre", '<div class="bad">'))


def _link(path: str, words: str | None = None, *, whole: bool = False) -> str:
    """A link to a file; whole: the address is quoted already, with its fragment."""
    return f'<a href="{html.escape(path if whole else quote(path))}">{display.escape(words or path)}</a>'


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    return (
        '<table class="plain">'
        + "".join(f"<tr><th>{display.escape(name)}</th><td>{value}</td></tr>" for name, value in rows)
        + "</table>"
    )


def build(run: str | Path) -> Path:
    """Write `<run>/report/` from the run's manifest, executed notebooks and files: a first page, a page a notebook, an
    appendix with code and provenance. Returns the first page's path.
    """
    run = resolve(run)
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    notebooks = [_notebook(path) for path in sorted((run / "notebooks").glob("*.ipynb"))]
    shown = [notebook for notebook in notebooks if not notebook.empty]
    scripts.write_library(run / "passages")
    about = ", ".join(manifest["corpus"]["inputs_given"])
    pages = {"index": ("Overview", _first_page(run, manifest, shown))}
    pages |= {notebook.name: (notebook.title, notebook.body) for notebook in shown}
    pages["appendix"] = ("How this was made", _appendix(run, manifest, notebooks))
    for name, (title, body) in pages.items():
        links = "".join(
            f'<li><a href="{quote(other)}.html"{" aria-current=page" if other == name else ""}>'
            f"{display.escape(words)}</a></li>"
            for other, (words, _) in pages.items()
        )
        nav = f"<nav><b>{display.escape(about)}</b><ol>{links}</ol>{_link('../../index.html', 'All runs')}</nav>"
        markup = scripts.page(
            f"{title}: {about}" if name != "index" else about,
            f'<div class="report">{nav}<main class="mathjax_ignore">{body}</main></div>',
            library=LIBRARY if 'class="house table' in body else "",
            style=STYLE,
        )
        _write(run / "report" / f"{name}.html", markup)
    return run / "report" / "index.html"


def _write(path: Path, markup: str) -> Path:
    return tables.write_atomically(path, lambda temporary: temporary.write_text(markup, "utf-8", "replace"))


def _first_page(run: Path, manifest: Mapping, notebooks: Sequence[Notebook]) -> str:
    about, found = manifest["corpus"], manifest.get("found", {})
    failed = "".join(
        f'<p class="bad">{display.escape(n["notebook"])} failed: {display.escape(n["error"])}</p>'
        for n in manifest.get("notebooks", [])
        if n["status"] != "ok"
    )
    articles = pd.read_parquet(run / "tables" / "articles.parquet", columns=["published", "outlet"])
    dates, outlets = articles["published"].dropna(), articles["outlet"].nunique()
    facts = [
        ("Read", f"{count(about['analysed'], 'article')} of {count(about['inputs'], 'input')}"),
        ("Words", f"{about.get('words', 0):,}"),
        ("Published", f"{dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}" if len(dates) else ""),
        ("Outlets", f"{outlets:,}" if outlets else ""),
        ("Near-duplicates", f"{about['duplicates']:,}" if about.get("duplicates") else ""),
        ("Set apart", f"{about['quarantined']:,} (the appendix says why)" if about["quarantined"] else ""),
        ("Found", ", ".join(f"{n:,} {name}" for name, n in found.items())),
    ]
    findings = _findings(run, {n.name: n.body for n in notebooks})
    contents = "".join(f'<li><a href="{quote(n.name)}.html">{display.escape(n.title)}</a></li>' for n in notebooks)
    return (
        f"<h1>{display.escape(', '.join(about['inputs_given']))}</h1>{failed}"
        f"{_facts((name, display.escape(value)) for name, value in facts if value)}"
        + (f"<h2>Findings, and how sure they are</h2>{findings}" if findings else "")
        + f"<h2>All results</h2><ol>{contents}</ol>"
    )


def _findings(run: Path, bodies: Mapping[str, str]) -> str:
    """The first five findings that have passages: what the chart shows, n with interval, one quotation."""
    parts: list[str] = []
    for name in FINDINGS:
        path = run / "passages" / f"{name}.json"
        if not path.exists() or len(parts) == 5:
            continue
        about = json.loads(path.read_text("utf-8"))
        said, page = about["quotation"], next((n for n, body in bodies.items() if f'data-name="{name}"' in body), None)
        if not said or page is None:
            continue
        source = ", ".join(
            display.cell_words(said[key], said.get("address", "") if key == "article" else "")
            for key in ("article", "outlet", "date")
            if said.get(key)
        )
        parts.append(
            f'<article class="finding"><h3>{display.escape(about["title"])}</h3>'
            f"<p>{display.escape(about['of'])}: {display.escape(about['numbers'])}</p>"
            f"<blockquote>{display.escape(said['words'])}<footer>{source}</footer></blockquote>"
            f'<p class="grey">{display.escape(about["note"])}</p>'
            f"<p>{_link('../passages/' + about['address'], 'All its passages', whole=True)} · "
            f"{_link(f'{page}.html#{name}', 'The chart', whole=True)}</p></article>"
        )
    return "".join(parts)


def _appendix(run: Path, manifest: Mapping, notebooks: Sequence[Notebook]) -> str:
    about = manifest["corpus"]
    facts = [
        ("Run", manifest["run_id"]),
        ("Corpus", ", ".join(about["inputs_given"])),
        ("Parameters", _parameters(manifest) or "as set in the notebooks"),
        ("Begun", f"{manifest['started']}, {manifest['seconds']['wall']:.0f} s"),
        ("Fingerprint of the corpus", about["fingerprint"][:16]),
        ("Code, model and data files", about.get("engine", "")),
        ("Versions", ", ".join(f"{n} {v}" for n, v in manifest.get("versions", {}).items())),
    ]
    files = "".join(
        f"<li>{' · '.join(_link(f'../{folder}/{f}', f) for f in names)}</li>" for folder, names in _files(run)
    )
    code = "".join(
        f"<details><summary>{display.escape(n.name)}</summary><pre>{display.escape(n.code)}</pre></details>"
        for n in notebooks
    )
    return (
        f"<h1>How this was made</h1>{_facts((name, display.escape(str(value))) for name, value in facts if value)}"
        f"{_quarantine(run)}<h2>Files</h2><ul>{files}<li>{_link('../manifest.json', 'manifest.json')}</li></ul>"
        f"<h2>Code</h2>{code}"
    )


def _quarantine(run: Path) -> str:
    path = run / "tables" / "quarantine.parquet"
    frame = pd.read_parquet(path) if path.exists() else pd.DataFrame()
    return display.table(frame, caption="Inputs that could not be analysed").markup if len(frame) else ""


def _files(run: Path) -> list[tuple[str, list[str]]]:
    """[(folder, file names that belong together)]"""
    groups: dict[tuple[str, str], list[str]] = {}
    for folder in ("tables", "figures", "notebooks"):
        for path in sorted((run / folder).glob("[!.]*")):
            groups.setdefault((folder, path.stem), []).append(path.name)
    return [(folder, names) for (folder, _), names in groups.items()]


def _parameters(manifest: Mapping) -> str:
    return ", ".join(f"{name} = {value}" for name, value in manifest.get("parameters", {}).items())


def build_index(outputs: str | Path = "outputs") -> Path:
    """Write `<outputs>/index.html`, the list of all runs; returns its path."""
    rows = []
    for m in read_runs(outputs):
        name, about = m["folder"].name, m["corpus"]
        picture = max((m["folder"] / "figures").glob("*.png"), key=lambda path: path.stat().st_size, default=None)
        image = (
            f'<img class="small" alt="" src="{html.escape(quote(f"{name}/figures/{picture.name}"))}">'
            if picture
            else ""
        )
        begun = datetime.fromisoformat(m["started"]).strftime("%Y-%m-%d %H:%M")
        where = (
            _link(f"{name}/report/index.html", m["run_id"])
            if (m["folder"] / "report" / "index.html").exists()
            else display.escape(m["run_id"])
        )
        rows.append(
            f'<tr><td>{where}<br><span class="grey">{begun} UTC</span></td>'
            f"<td>{display.escape(', '.join(about['inputs_given']))}</td>"
            f"<td>{about.get('analysed', 0):,}</td><td>{display.escape(_parameters(m))}</td>"
            f"<td>{display.escape(m['status'])}</td><td>{image}</td></tr>"
        )
    body = "<main><h1>Runs</h1>" + (
        '<div class="wide"><table class="plain"><tr><th>Run</th><th>Corpus</th><th>Articles</th><th>Parameters</th>'
        "<th>Status</th><th></th></tr>" + "".join(rows) + "</table></div>"
        if rows
        else "<p>No runs yet.</p>"
    )
    markup = scripts.page("Runs", f"{body}</main>", style=STYLE)
    return _write(resolve(outputs) / "index.html", markup)


def notebook_footer(pair: Pair, **parameters: object) -> display.Html:
    """Return the small table that ends the notebook of two runs: their names and the parameters given by name."""
    rows = [("compared", repr(pair)), *((f"parameter {name}", repr(value)) for name, value in parameters.items())]
    return display.table(pd.DataFrame(rows, columns=["what", "value"], dtype=object), caption="How this was made")
