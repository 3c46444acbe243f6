"""A run as one HTML page that needs no network, and the list of all runs."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from helpers import resolve, tables
from helpers.counting.runs import Pair
from helpers.keeping.runs import read_runs
from helpers.showing import display
from helpers.text import count

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data: 'self' file:; style-src 'unsafe-inline'; script-src 'sha256-{hash}'">
<title>{title}</title><style>
body{{font:16px/1.55 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:0 auto;padding:1.2em 1em 4em;
  max-width:1000px}}
h1{{font-size:1.7em;line-height:1.2;margin:1.6em 0 .4em;border-top:3px solid #1a1a1a;padding-top:.7em}}
  h1.top{{border:0;margin-top:.3em;padding:0}}
h2{{font-size:1.2em;margin:1.6em 0 .4em}} img{{max-width:100%;height:auto}} a{{color:#0b5cad}}
nav a{{margin-right:1.1em}} pre{{overflow:auto;background:#f8f9fa;padding:.6em;font-size:13px;white-space:pre-wrap;
  overflow-wrap:anywhere}}
details{{margin:.3em 0;color:#868e96;font-size:13px}} .bad{{background:#fff5f5;border-left:4px solid #c92a2a;
  padding:.5em 1em;color:#1a1a1a}}
.grey{{color:#868e96}} table.plain{{border-collapse:collapse;font-size:14px}}
  table.plain td,table.plain th{{padding:.35em .8em .35em 0;border-bottom:1px solid #e9ecef;text-align:left;
  vertical-align:top}}
img.small{{width:220px;border:1px solid #e9ecef}}
@media print{{details,nav,input{{display:none}} .house .scroll{{max-height:none;overflow:visible}}}}
</style></head><body>
{body}
<script>{script}</script></body></html>"""


def _page(title: str, body: str) -> str:
    """A page whose only script is ours: its hash stands in the page's security policy, so nothing else can run."""
    script = display.ENHANCE + 'document.querySelectorAll("div.house[id]").forEach(enhance);'
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return PAGE.format(title=html.escape(title), hash=digest, script=script, body=body)


def _markdown(words: str) -> str:
    import mistune

    return str(mistune.create_markdown(escape=True, plugins=["table"])(words))


def _joined(value: str | list) -> str:
    return value if isinstance(value, str) else "".join(value)


def _plain(words: str) -> str:
    return display.escape(re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", words))


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
        return f'<div class="bad"><b>{_plain(output["ename"])}</b>: {_plain(output["evalue"])}</div>'
    data = output.get("data", {})
    if "image/png" in data:
        picture = html.escape(_joined(data["image/png"]).replace("\n", ""))
        return f'<p><img alt="chart" src="data:image/png;base64,{picture}"></p>'
    if "text/html" in data:
        return re.sub(r"(?is)<script\b.*?</script\s*>", "", _joined(data["text/html"])).replace(display.STYLE, "")
    if "text/markdown" in data:
        return _markdown(_joined(data["text/markdown"]))
    return f"<pre>{_plain(_joined(data['text/plain']))}</pre>" if "text/plain" in data else ""


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


def _notebook(path: Path) -> tuple[str, str]:
    """(title, HTML) of an executed notebook: text and results; code folded away."""
    title, parts = path.stem, []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        source = _joined(cell["source"])
        if cell["cell_type"] == "markdown":
            heading = re.search(r"(?m)^# +(.+)$", source)
            title = heading[1] if heading and title == path.stem else title
            parts.append(_markdown(source))
        elif cell["cell_type"] == "code":
            tags = cell.get("metadata", {}).get("tags", [])
            if source.strip() and "papermill-error-cell-tag" not in tags:
                parts.append(f"<details><summary>code</summary><pre>{display.escape(source)}</pre></details>")
            parts += [_output(output) for output in _merged(cell.get("outputs", []))]
    return title, "\n".join(parts)


def _link(path: str, words: str | None = None) -> str:
    return f'<a href="{html.escape(quote(path))}">{display.escape(words or path)}</a>'


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    return (
        '<table class="plain">'
        + "".join(f"<tr><th>{display.escape(name)}</th><td>{value}</td></tr>" for name, value in rows)
        + "</table>"
    )


def build(run: str | Path) -> Path:
    """Write `<run>/report/index.html` from the run's manifest, executed notebooks and files; returns its path."""
    run = resolve(run)
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    about, parts, contents = manifest["corpus"], [], []
    for path in sorted((run / "notebooks").glob("*.ipynb")):
        title, body = _notebook(path)
        contents.append(f'<li><a href="#{html.escape(quote(path.stem))}">{display.escape(title)}</a></li>')
        parts.append(f'<section id="{html.escape(quote(path.stem))}">{body}</section>')
    failed = "".join(
        f'<p class="bad">{display.escape(n["notebook"])} failed: {display.escape(n["error"])}</p>'
        for n in manifest.get("notebooks", [])
        if n["status"] != "ok"
    )
    found = manifest.get("found", {})
    facts = _facts(
        [
            ("Corpus", display.escape(", ".join(about["inputs_given"]))),
            (
                "Inputs",
                f"{about['inputs']:,}: {count(about['analysed'], 'article')} analysed "
                f"({about.get('words', 0):,} words, {about.get('duplicates', 0):,} near-duplicates), "
                f"{about['quarantined']:,} could not be analysed",
            ),
            ("Found", ", ".join(f"{n:,} {name}" for name, n in found.items())),
            (
                "Parameters",
                display.escape(
                    ", ".join(f"{k} = {v}" for k, v in manifest["parameters"].items()) or "all as set in the notebooks"
                ),
            ),
            ("Run", f"{display.escape(manifest['started'])}, {manifest['seconds']['wall']:.0f} s"),
            ("Fingerprint of the corpus", f"<code>{display.escape(about['fingerprint'][:16])}</code>"),
        ]
    )
    quarantine = _quarantine(run)
    files = "".join(
        f"<li>{' · '.join(_link(f'../{folder}/{f}', f) for f in names)}</li>" for folder, names in _files(run)
    )
    body = (
        f"{display.STYLE}<nav>{_link('../../index.html', 'All runs')}</nav>"
        f'<h1 class="top">{display.escape(manifest["run_id"])}</h1>{failed}{facts}{quarantine}'
        f"<h2>Contents</h2><ol>{''.join(contents)}</ol>{''.join(parts)}"
        f"<h1>Files of this run</h1><ul>{files}<li>{_link('../manifest.json', 'manifest.json')}</li></ul>"
    )
    return tables.write_atomically(
        run / "report" / "index.html", lambda path: path.write_text(_page(manifest["run_id"], body), "utf-8", "replace")
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
            f"<td>{about.get('analysed', 0):,}</td><td>{display.escape(m['status'])}</td><td>{image}</td></tr>"
        )
    body = '<h1 class="top">Runs</h1>' + (
        '<table class="plain"><tr><th>Run</th><th>Corpus</th><th>Articles</th><th>Status</th><th></th></tr>'
        + "".join(rows)
        + "</table>"
        if rows
        else "<p>No runs yet.</p>"
    )
    return tables.write_atomically(
        resolve(outputs) / "index.html", lambda path: path.write_text(_page("Runs", body), "utf-8", "replace")
    )


def notebook_footer(pair: Pair, **parameters: object) -> display.Html:
    """Return the small table that ends the notebook of two runs: their names and the parameters given by name."""
    rows = [("compared", repr(pair)), *((f"parameter {name}", repr(value)) for name, value in parameters.items())]
    return display.table(pd.DataFrame(rows, columns=["what", "value"], dtype=object), caption="How this was made")
