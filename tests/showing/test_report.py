import re

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.showing import display, report


def test_page_shows_notebooks_and_hides_code(tmp_path, make_run):
    run = make_run(tmp_path, "r1", "2026-01-01T10:00:00+00:00")
    cells = [
        new_markdown_cell("# Who speaks?\n\nText with *stress*."),
        new_code_cell(
            "secret = '<script>'",
            outputs=[
                new_output("display_data", data={"image/png": "aGVsbG8=", "text/plain": "x"}),
                new_output(
                    "execute_result",
                    data={
                        "text/html": str(display.table(pd.DataFrame({"a": ["<script>alert(1)</script>"]}))),
                        "text/plain": "x",
                    },
                ),
                new_output("stream", name="stdout", text="\x1b[31m<b>red</b>"),
                new_output("error", ename="ValueError", evalue="<img src=x onerror=alert(1)>", traceback=[]),
            ],
        ),
    ]
    nbformat.write(new_notebook(cells=cells), run / "notebooks" / "01_x.ipynb")
    page = report.build(run).read_text()
    assert "<h1>Who speaks?</h1>" in page and "<em>stress</em>" in page and "data:image/png;base64,aGVsbG8=" in page
    assert (
        "&lt;b&gt;red" in page
        and "&lt;img src=x onerror" in page
        and "<img src=x" not in page
        and "&lt;b&gt;seeds" in page
    )
    assert page.count("<script>") == 1 and "Content-Security-Policy" in page
    assert "<summary>code</summary>" in page


def test_the_policy_admits_only_our_script(tmp_path, make_run):
    import base64
    import hashlib

    page = report.build(make_run(tmp_path, "r1", "2026-01-01T10:00:00+00:00")).read_text()
    script = re.search(r"<script>(.*)</script></body>", page, re.DOTALL)[1]
    assert f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}" in page
    assert "default-src 'none'" in page and "'unsafe-inline'; script-src" in page


def test_index_lists_runs_newest_first(tmp_path, make_run):
    make_run(tmp_path, "old", "2026-01-01T10:00:00+00:00")
    report.build(make_run(tmp_path, "new", "2026-01-02T10:00:00+00:00"))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{")
    page = report.build_index(tmp_path).read_text()
    assert page.index(">new<") < page.index("old") and "new/report/index.html" in page and "old/report" not in page
    assert "&lt;b&gt;seeds" in page and "broken" not in page


def test_index_without_runs(tmp_path):
    assert "No runs yet" in report.build_index(tmp_path).read_text()
