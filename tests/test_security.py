"""Text of articles never becomes part of a page: not in tables, marked text, executed notebooks, the report or the
index.
"""

import ast
import csv
import itertools
import json
import os
from html.parser import HTMLParser
from xml.etree import ElementTree

import nbformat
import pytest

from helpers import ROOT, batch
from helpers.showing import scripts


class Danger(HTMLParser):
    """Collects what could act in a page."""

    def __init__(self, markup):
        super().__init__()
        self.found, self.scripts, self.inside = [], [], False
        self.feed(markup)

    def handle_starttag(self, tag, attributes):
        self.inside = tag == "script"
        if tag in ("iframe", "object", "embed", "form", "base", "link", "svg") or (
            tag == "meta" and ("http-equiv", "refresh") in attributes
        ):
            self.found.append(tag)
        for name, value in attributes:
            words = (value or "").strip().lower()
            if name.startswith("on") or (
                name in ("href", "src", "action") and words.startswith(("javascript:", "vbscript:", "data:text"))
            ):
                self.found.append(f"{tag} {name}={words[:60]}")

    def handle_data(self, data):
        if self.inside:
            self.scripts.append(data)

    def handle_endtag(self, tag):
        self.inside = False


def check(markup, where):
    markup = markup.replace(scripts.in_notebook(), "")  # the library of tables, letter for letter
    page = Danger(markup)
    assert not page.found, (where, page.found)
    for script in page.scripts:
        assert "alert" not in script and "owned" not in script and len(script) < 5_000, (where, script[:200])
    assert "<script>alert" not in markup and "<img src=x" not in markup and "<svg" not in markup, where


@pytest.mark.slow
def test_hostile_articles_stay_text(tmp_path, nasty):
    hostile = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
    records = [
        {
            "id": f"{hostile}{i}",
            "title": hostile,
            "text": nasty.replace("Smith", f"Smith{i}"),
            "source": hostile,
            "url": "javascript:alert(1)",
            "date": f"2022-02-0{i + 1}",
        }
        for i in range(3)
    ]
    records.append({"id": hostile, "title": hostile, "text": "", "source": hostile})
    path = tmp_path / "x<img src=x onerror=alert(1)>.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    run, manifest = batch.run([str(path)], outputs=tmp_path / "out", run_id="hostile", progress=False)
    assert manifest["status"] == "ok", [n["error"] for n in manifest["notebooks"]]
    assert manifest["corpus"]["analysed"] == 3 and manifest["found"]["mentions"] > 0
    for notebook in (run / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(notebook, as_version=4).cells:
            for output in cell.get("outputs", []):
                for kind, value in output.get("data", {}).items():
                    assert kind in ("text/plain", "text/html", "image/png"), (notebook.name, kind)
                    if kind == "text/html":
                        check(value, f"{notebook.name} {cell.source[:60]}")
    for page in (run / "report" / "index.html", run.parent / "index.html"):
        check(page.read_text("utf-8"), page.name)
    for drawing in (run / "figures").glob("*.svg"):
        for element in ElementTree.fromstring(drawing.read_bytes()).iter():
            assert not element.tag.endswith(("script", "foreignObject", "image")) or element.get(
                "{http://www.w3.org/1999/xlink}href", ""
            ).startswith("data:image/png"), drawing.name
            assert not [name for name in element.attrib if name.startswith("on")], drawing.name
    for file in (run / "tables").glob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for cell in itertools.chain.from_iterable(csv.reader(lines)):
                assert cell[:1] not in tuple("=+@\t\r") and (cell[:1] != "-" or cell[1:2].isdigit()), (
                    file.name,
                    cell[:60],
                )


UNSAFE_MODULES = {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal", "yaml", "xml.sax", "xml.dom.minidom"}
UNSAFE_CALLS = {"eval", "exec", "read_pickle", "to_pickle", "unpack_archive", "extractall", "mktemp", "system", "popen"}


def risks(source):
    """What a module does that may run code that lies in data: imports, calls, arguments."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in UNSAFE_MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in UNSAFE_MODULES:
            yield node.module
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in UNSAFE_CALLS and (node.args or node.keywords):  # without any: torch's switch of mode
                yield name
            for word in node.keywords:
                given = getattr(word.value, "value", None)
                if (word.arg, given) in (("shell", True), ("allow_pickle", True), ("weights_only", False)):
                    yield f"{name}({word.arg}={given})"


@pytest.mark.parametrize("path", sorted((ROOT / "helpers").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_data_is_never_run(path):
    assert not list(risks(path.read_text("utf-8")))


def test_the_search_for_such_calls_finds_them():
    source = "import pickle\nfrom joblib import load\neval(x)\npd.read_pickle(f)\n"
    source += "np.load(f, allow_pickle=True)\nre.compile(x)"
    assert list(risks(source)) == ["pickle", "joblib", "eval", "read_pickle", "load(allow_pickle=True)"]


def test_the_network_runtime_reports_nothing():
    """Set before onnxruntime is loaded, whatever the user's environment says."""
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
    first = (ROOT / "helpers" / "__init__.py").read_text("utf-8")
    assert "onnxruntime" not in [line.split()[1] for line in first.splitlines() if line.startswith("import ")]
