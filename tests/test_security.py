"""Text of articles never becomes part of a page: not in tables, marked text, executed notebooks, the report or the
index.
"""

import csv
import itertools
import json
from html.parser import HTMLParser
from xml.etree import ElementTree

import nbformat
import pytest

from helpers import batch


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
    page = Danger(markup)
    assert not page.found, (where, page.found)
    for script in page.scripts:
        assert "enhance" in script and "alert" not in script and "owned" not in script, (where, script[:200])
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
