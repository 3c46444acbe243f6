import json
import re

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers import tables
from helpers.showing import display, report

ABOUT = {"inputs_given": ["<b>seeds</b>"], "inputs": 1, "analysed": 1, "quarantined": 0, "words": 9, "duplicates": 0, "fingerprint": "f" * 64, "engine": "e"}


def make_run(outputs, name, started, mentions=(), statements=(), **more):
    run = outputs / name
    for folder in ("notebooks", "tables", "figures"):
        (run / folder).mkdir(parents=True)
    manifest = {"run_id": name, "status": "ok", "started": started, "corpus": ABOUT, "parameters": {}, "versions": {"nltk": "3"}, "found": {"mentions": len(mentions)},
                "notebooks": [], "seconds": {"wall": 1.0, "processor": 1.0}, **more}
    (run / "manifest.json").write_text(json.dumps(manifest))
    frames = {"articles": [("a", None, "Berg met Hale.", None, None, None, "x", 3, None, None)], "mentions": list(mentions), "statements": list(statements)}
    for table in ("articles", *tables.FOUND, "quarantine"):
        tables.save(tables.make_frame(table, frames.get(table, [])), table, run)
    return run


def mention(start, name):
    return ("a", start, start + 4, name, "PER", "named", f"PER:{name.lower()}", name, None, "exact", .9)


def statement(start, speaker, tone):
    return ("a", start, start + 3, [(start, start + 3)], "x", "direct", "said", 0, 1, speaker, speaker, 0, 1, f"PER:{speaker}", None, tone, None, tone, .9)


def test_page_shows_notebooks_and_hides_code(tmp_path):
    run = make_run(tmp_path, "r1", "2026-01-01T10:00:00+00:00")
    cells = [new_markdown_cell("# Who speaks?\n\nText with *stress*."),
             new_code_cell("secret = '<script>'", outputs=[
                 new_output("display_data", data={"image/png": "aGVsbG8=", "text/plain": "x"}),
                 new_output("execute_result", data={"text/html": str(display.table(pd.DataFrame({"a": ["<script>alert(1)</script>"]}))), "text/plain": "x"}),
                 new_output("stream", name="stdout", text="\x1b[31m<b>red</b>"),
                 new_output("error", ename="ValueError", evalue="<img src=x onerror=alert(1)>", traceback=[])])]
    nbformat.write(new_notebook(cells=cells), run / "notebooks" / "01_x.ipynb")
    page = report.build(run).read_text()
    assert "<h1>Who speaks?</h1>" in page and "<em>stress</em>" in page and "data:image/png;base64,aGVsbG8=" in page
    assert "&lt;b&gt;red" in page and "&lt;img src=x onerror" in page and "<img src=x" not in page and "&lt;b&gt;seeds" in page
    assert page.count("<script>") == 1 and "Content-Security-Policy" in page
    assert "<summary>code</summary>" in page


def test_the_policy_admits_only_our_script(tmp_path):
    import base64
    import hashlib

    page = report.build(make_run(tmp_path, "r1", "2026-01-01T10:00:00+00:00")).read_text()
    script = re.search(r"<script>(.*)</script></body>", page, re.DOTALL)[1]
    assert f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}" in page
    assert "default-src 'none'" in page and "'unsafe-inline'; script-src" in page


def test_index_lists_runs_newest_first(tmp_path):
    make_run(tmp_path, "old", "2026-01-01T10:00:00+00:00")
    report.build(make_run(tmp_path, "new", "2026-01-02T10:00:00+00:00"))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{")
    page = report.build_index(tmp_path).read_text()
    assert page.index(">new<") < page.index("old") and "new/report/index.html" in page and "old/report" not in page
    assert "&lt;b&gt;seeds" in page and "broken" not in page


def test_index_without_runs(tmp_path):
    assert "No runs yet" in report.build_index(tmp_path).read_text()


@pytest.fixture
def two(tmp_path):
    make_run(tmp_path, "first", "2026-01-01T10:00:00+00:00", [mention(0, "Berg"), mention(9, "Hale")], [statement(0, "Berg", -.5), statement(5, "Berg", -.3)])
    make_run(tmp_path, "second", "2026-01-02T10:00:00+00:00", [mention(0, "Berg"), mention(5, "Berg"), mention(20, "Moe")], [statement(0, "Berg", .5), statement(5, "Berg", .3)])
    return tmp_path


def test_two_runs_side_by_side(two):
    pair = report.find_pair(two / "second")
    assert repr(pair) == "first compared with second"
    rows = report.compare_rows(pair).set_index("table")
    assert list(rows.loc["mentions"]) == [2, 3, 1, 2] and list(rows.loc["articles"]) == [1, 1, 0, 0]
    counts = report.compare_counts(pair, "mentions", "entity", "entity_id").set_index("entity")
    assert counts["change"].to_dict() == {"Berg": 1, "Hale": -1, "Moe": 1}
    tones = report.compare_means(pair, "statements", "speaker", "tone")
    assert tones.to_dict("records") == [{"speaker": "Berg", "n_first": 2, "n_second": 2, "first": -.4, "second": .4, "change": .8}]
    assert "the same articles" in report.tell_changes(pair)
    settings = report.compare_settings(pair).set_index("what")
    assert settings.loc["run", "changed"] and not settings.loc["articles", "changed"]


def test_runs_by_name_and_newest(two):
    assert repr(report.find_pair(two / "interactive")) == "first compared with second"
    assert repr(report.find_pair(two / "interactive", "second", "first")) == "second compared with first"
    assert "no run called thrid" in report.find_pair(two / "interactive", "thrid").why_not


def test_nothing_to_compare_is_one_sentence(tmp_path):
    make_run(tmp_path, "only", "2026-01-01T10:00:00+00:00")
    pair = report.find_pair(tmp_path / "only")
    assert not pair and "no earlier run of the same inputs" in pair.why_not
    for frame in (report.compare_settings(pair), report.compare_rows(pair), report.compare_counts(pair, "acts", "category"), report.compare_means(pair, "statements", "speaker", "tone")):
        assert len(frame) == 0
    assert report.tell_change(pair, pd.DataFrame({"change": []}), "x", "acts") == "Nothing to compare with yet"


def test_runs_of_other_inputs_are_compared_only_when_named(two):
    run = make_run(two, "other", "2026-01-03T10:00:00+00:00", corpus=ABOUT | {"inputs_given": ["elsewhere"]})
    assert "no earlier run of the same inputs" in report.find_pair(run).why_not
    assert repr(report.find_pair(run, "second")) == "second compared with other"
