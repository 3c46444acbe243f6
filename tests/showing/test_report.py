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
    first = report.build(run).read_text()
    page, appendix = ((run / "report" / f"{name}.html").read_text() for name in ("01_x", "appendix"))
    assert '<a href="01_x.html">Who speaks?</a>' in first and "&lt;b&gt;seeds" in first
    assert "<h1>Who speaks?</h1>" in page and "<em>stress</em>" in page and "data:image/png;base64,aGVsbG8=" in page
    assert "&lt;b&gt;red" in page and "&lt;img src=x onerror" in page and "<img src=x" not in page
    assert "<script>" not in page and "secret" not in page and "secret = &#x27;&lt;script&gt;" in appendix


def test_sections_without_a_result_are_left_out_and_errors_are_sentences(tmp_path, make_run):
    run = make_run(tmp_path, "r1", "2026-01-01T10:00:00+00:00")
    nothing = new_output("execute_result", data={"text/html": str(display.sentence("No act was found."))})
    wrong = new_output("error", ename="ValueError", evalue="x", traceback=["No entity is called X; nearest: Y."])
    cells = [new_markdown_cell("# Who?"), new_markdown_cell("## Which acts?"), new_code_cell("1", outputs=[nothing])]
    nbformat.write(new_notebook(cells=cells), run / "notebooks" / "05_nothing.ipynb")
    cells += [new_markdown_cell("## Who else?"), new_code_cell("2", outputs=[wrong])]
    nbformat.write(new_notebook(cells=cells), run / "notebooks" / "06_wrong.ipynb")
    assert "05_nothing.html" not in report.build(run).read_text()
    page = (run / "report" / "06_wrong.html").read_text()
    assert "Which acts?" not in page and '<div class="bad">No entity is called X; nearest: Y.</div>' in page
    assert "Traceback" not in page and "ValueError" not in page


def test_the_policy_admits_only_scripts_with_the_nonce(tmp_path, make_run):
    run = make_run(tmp_path, "r1", "2026-01-01T10:00:00+00:00")
    report.build(run)
    nonces = set()
    for path in (run / "report").glob("*.html"):
        page = path.read_text()
        nonce = re.search(r"script-src 'nonce-([\w-]{20,})'\"", page)[1]
        nonces.add(nonce)
        assert "default-src 'none'" in page and "unsafe-inline" not in page.partition("script-src")[2].partition('"')[0]
        assert all(f'nonce="{nonce}"' in tag for tag in re.findall(r"<script[^>]*>", page))
    assert len(nonces) == len(list((run / "report").glob("*.html")))


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
